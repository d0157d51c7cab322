/** Checks: messages to all that subscribe (sections 2.4, 3.10, 3.11). */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { map } from "../../../domain/SampValue.ts"
import { aMap, broken, type Check, check, demand, equal, strings } from "../Check.ts"
import { join } from "../Party.ts"
import { exactly, msg } from "./Common.ts"

/** These checks, in the order in which they run. */
export const broadcasting: ReadonlyArray<Check> = [
  check(
    "GEN-04 HUB-11 STD-21",
    "notifyAll reaches all that subscribe",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      const carol = yield* join(world, "Carol", { subscriptions: [`${mtype.replace(/\.[^.]*$/u, "")}.*`] })
      yield* strings("the result", yield* alice.ask("notifyAll", msg(mtype, map({ a: "1" }))))
      for (const party of [bob, carol]) {
        const [received] = yield* party.receives(mtype)
        yield* demand(received?.kind === "notification", `it came by ${received?.method}`)
        yield* equal("the sender", received?.from, alice.id)
        yield* exactly(world, `the notification for ${party.name}`, 1, () => party.got(mtype))
      }
    })
  ),
  check(
    "GEN-04 DLV-19",
    "a broadcast does not come back to its sender",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice", { subscriptions: [mtype] })
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      const told = yield* strings("notifyAll", yield* alice.ask("notifyAll", msg(mtype)))
      const called = yield* aMap("callAll", yield* alice.ask("callAll", "tag", msg(mtype)))
      yield* bob.receives(mtype, 2)
      yield* world.quiet
      yield* demand(alice.got(mtype).length === 0, "the sender got its own broadcast")
      yield* demand(!told.includes(alice.id) && !called.has(alice.id), "the sender is listed as a recipient")
    })
  ),
  check(
    "GEN-05 GEN-04",
    "a broadcast does not reach who is not subscribed",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      const carol = yield* join(world, "Carol", { subscriptions: [world.mtype("other")] })
      yield* alice.ask("notifyAll", msg(mtype))
      yield* alice.ask("callAll", "tag", msg(mtype))
      yield* bob.receives(mtype, 2)
      yield* world.quiet
      yield* demand(carol.inbox.length === 0, "Carol got it, who is not subscribed")
    })
  ),
  check(
    "DLV-04",
    "notifyAll and callAll return those that get the message, and no others",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice", { subscriptions: [mtype] })
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      const carol = yield* join(world, "Carol", { subscriptions: [mtype] })
      const dora = yield* join(world, "Dora", { subscriptions: [world.mtype("other")] })
      const told = yield* strings("notifyAll", yield* alice.ask("notifyAll", msg(mtype)))
      const called = yield* aMap("callAll", yield* alice.ask("callAll", "tag", msg(mtype)))
      for (const [what, ids] of [["notifyAll", told], ["callAll", [...called.keys()]]] as const) {
        for (const { id, name } of [bob, carol]) {
          yield* demand(ids.includes(id), `${what} does not list ${name}`)
        }
        for (const { id, name } of [alice, dora]) yield* demand(!ids.includes(id), `${what} lists ${name}`)
        yield* demand(new Set(ids).size === ids.length, `${what} lists somebody twice`)
      }
    })
  ),
  check(
    "DLV-04",
    "a broadcast that nobody takes is no fault",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice")
      yield* strings("notifyAll", yield* alice.ask("notifyAll", msg(world.mtype())))
      yield* aMap("callAll", yield* alice.ask("callAll", "tag", msg(world.mtype())))
    })
  ),
  check(
    "DLV-09 WIRE-34",
    "recipients that are gone or refuse do not fail a broadcast, and the others get it",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      const carol = yield* join(world, "Carol", { subscriptions: [mtype], refuses: true })
      const dora = yield* join(world, "Dora", { subscriptions: [mtype] })
      yield* bob.hangUp
      const told = yield* Effect.result(alice.ask("notifyAll", msg(mtype)))
      if (Result.isFailure(told)) return yield* broken(`notifyAll failed: ${told.failure.message}`)
      const called = yield* Effect.result(alice.ask("callAll", "tag", msg(mtype)))
      if (Result.isFailure(called)) return yield* broken(`callAll failed: ${called.failure.message}`)
      yield* dora.receives(mtype, 2)
      yield* carol.receives(mtype)
    })
  ),
  check(
    "DLV-03 HUB-13 STD-23",
    "callAll returns the msg-id that each recipient gets",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      const carol = yield* join(world, "Carol", { subscriptions: [mtype] })
      const ids = yield* aMap("the result", yield* alice.ask("callAll", "tag", msg(mtype)))
      for (const { id, name, receives } of [bob, carol]) {
        const [received] = yield* receives(mtype)
        yield* demand(received?.kind === "call", `it came by ${received?.method}`)
        yield* equal(`the msg-id that ${name} got`, received?.label, ids.get(id) ?? "nothing")
      }
    })
  )
]
