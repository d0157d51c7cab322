/** Checks: replies that come too late, twice, from a stranger, or to nobody (sections 3.9, 3.11). */
import * as Effect from "effect/Effect"
import { okResponse } from "../../../domain/Message.ts"
import { emptyMap, map, type SampMap } from "../../../domain/SampValue.ts"
import { type Check, check, equal, refused } from "../Check.ts"
import { join } from "../Party.ts"
import { show } from "../Transcript.ts"
import type { World } from "../World.ts"
import { exactly, msg, waiting } from "./Common.ts"

const illFormed: ReadonlyArray<readonly [string, SampMap]> = [
  ["no samp.status", map({ "samp.result": emptyMap })],
  ["samp.ok without samp.result", map({ "samp.status": "samp.ok" })],
  ["samp.error without samp.error", map({ "samp.status": "samp.error", "samp.result": emptyMap })],
  ["samp.error without samp.errortxt", map({ "samp.status": "samp.error", "samp.error": emptyMap })]
]

/** A caller, a callee that answers by hand, and one call between them. */
const oneCall = (world: World, tag = "tag") =>
  Effect.gen(function*() {
    const mtype = world.mtype()
    const alice = yield* join(world, "Alice")
    const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
    yield* alice.ask("call", bob.id, tag, msg(mtype))
    const [received] = yield* bob.receives(mtype)
    return { alice, bob, mtype, id: received?.label ?? "" }
  })

/** These checks, in the order in which they run. */
export const replying: ReadonlyArray<Check> = [
  check(
    "DLV-14",
    "a second reply to callAndWait is a fault to the replier",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      const { answer, id } = yield* waiting(alice, bob, mtype, "5")
      yield* Effect.sleep(50)
      yield* bob.ask("reply", id, okResponse())
      yield* answer
      yield* refused("a second reply", bob.ask("reply", id, okResponse()))
    })
  ),
  check(
    "DLV-14",
    "a reply to callAndWait after its time is a fault to the replier",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      const { answer, id } = yield* waiting(alice, bob, mtype, "1")
      yield* answer
      yield* refused("a reply that is too late", bob.ask("reply", id, okResponse()))
    })
  ),
  check(
    "DLV-15",
    "a second reply to a call is a fault, and does not reach the caller",
    Effect.fnUntraced(function*(world) {
      const { alice, bob, id } = yield* oneCall(world)
      yield* bob.ask("reply", id, okResponse())
      yield* alice.hears("tag")
      yield* refused("a second reply", bob.ask("reply", id, okResponse()))
      yield* exactly(world, "the response", 1, () => alice.responses("tag"))
    })
  ),
  check(
    "DLV-16",
    "a reply of a client that was not called is a fault, and does not reach the caller",
    Effect.fnUntraced(function*(world) {
      const { alice, bob, id } = yield* oneCall(world)
      const carol = yield* join(world, "Carol")
      yield* refused("the reply of a stranger", carol.ask("reply", id, okResponse()))
      yield* bob.ask("reply", id, okResponse())
      const [received] = yield* alice.hears("tag")
      yield* equal("the responder", received?.from, bob.id)
    })
  ),
  check(
    "DLV-17",
    "a reply to an unknown msg-id is a fault",
    Effect.fnUntraced(function*(world) {
      const bob = yield* join(world, "Bob")
      for (const id of [world.fresh("no-such-id"), "", "x"]) {
        yield* refused(`a reply to ${show(id)}`, bob.ask("reply", id, okResponse()))
      }
    })
  ),
  check(
    "DLV-17",
    "a reply to a caller that has left is a fault",
    Effect.fnUntraced(function*(world) {
      const { alice, bob, id } = yield* oneCall(world)
      yield* alice.unregister
      yield* refused("a reply to one who has left", bob.ask("reply", id, okResponse()))
    })
  ),
  check(
    "RSP-07",
    "a reply that is ill-formed is a fault to the replier",
    Effect.fnUntraced(function*(world) {
      for (const [n, [what, response]] of illFormed.entries()) {
        const { bob, id } = yield* oneCall(world, `tag ${n}`)
        yield* refused(`a reply with ${what}`, bob.ask("reply", id, response))
      }
    })
  )
]
