/** Checks: who gets a message, in which form, and what its sender is told (sections 3.8, 3.10, 3.11). */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { illegalCharacter, map, type SampMap, type SampValue } from "../../../domain/SampValue.ts"
import { aString, type Check, check, demand, equal, refused } from "../Check.ts"
import { answering, join, type Received } from "../Party.ts"
import { show } from "../Transcript.ts"
import { allSendings, carries, exactly, msg, pauseMs, sendings } from "./Common.ts"

/** Milliseconds for which a slow recipient holds a callback; a sender that waits for it is seen by that. */
const holdMs = 4_500
/** Milliseconds in which a sender that does not wait is surely done. */
const promptMs = 4_000

const params = map({ a: "1", list: ["x", map({})] })
const extra = { "x-samp.conformance.key": map({ deep: ["v"] }), other: "o" }

/** Demands that a callback has the arguments that the standard names, the recipient's own key first. */
const formed = (received: Received | undefined, key: string, rest: ReadonlyArray<SampValue | undefined>) =>
  Effect.gen(function*() {
    const given = received?.params ?? []
    yield* demand(
      given.length === rest.length + 1,
      `it has ${given.length} arguments, not ${rest.length + 1}`
    )
    yield* demand(given[0] === key, "its first argument is not the private key of the recipient")
    for (const [at, value] of rest.entries()) {
      if (value !== undefined) yield* equal(`argument ${at + 2}`, given[at + 1], value)
    }
  })

const malformed: ReadonlyArray<readonly [string, SampMap]> = [
  ["an empty message", map({})],
  ["a message without samp.mtype", map({ "samp.params": map({}) })],
  ["a message whose samp.mtype is a map", map({ "samp.mtype": map({}), "samp.params": map({}) })]
]

/** These checks, in the order in which they run. */
export const sending: ReadonlyArray<Check> = [
  check(
    "HUB-10 STD-20 GEN-03",
    "notify reaches the recipient, and nobody else",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      const carol = yield* join(world, "Carol", { subscriptions: [mtype] })
      yield* alice.ask("notify", bob.id, msg(mtype, params))
      const [received] = yield* bob.receives(mtype)
      yield* demand(received?.kind === "notification", `it came by ${received?.method}`)
      yield* equal("the sender", received?.from, alice.id)
      yield* exactly(world, "the notification", 1, () => bob.got(mtype))
      yield* demand(carol.inbox.length === 0, "Carol got it too")
    })
  ),
  check(
    "STD-26 CLI-01 STD-04 STD-05",
    "a notification is samp.client.receiveNotification(key, sender, message)",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice", { callable: false })
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      yield* alice.ask("notify", bob.id, msg(mtype))
      const received = yield* world.until("a callback", () => bob.inbox[0])
      yield* equal("the method", received.method, "samp.client.receiveNotification")
      yield* formed(received, bob.key, [alice.id, undefined])
    })
  ),
  check(
    "STD-27 CLI-02 STD-04 STD-05",
    "a call is samp.client.receiveCall(key, sender, msg-id, message)",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      const id = yield* alice.ask("call", bob.id, "tag", msg(mtype))
      const received = yield* world.until("a callback", () => bob.inbox[0])
      yield* equal("the method", received.method, "samp.client.receiveCall")
      yield* formed(received, bob.key, [alice.id, id, undefined])
    })
  ),
  check(
    "STD-28 CLI-03 STD-04 STD-05",
    "a response is samp.client.receiveResponse(key, responder, tag, response)",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype], onReceive: answering() })
      yield* alice.ask("call", bob.id, "tag", msg(mtype))
      const received = yield* world.until("a callback", () => alice.inbox[0])
      yield* equal("the method", received.method, "samp.client.receiveResponse")
      yield* formed(received, alice.key, [bob.id, "tag", undefined])
    })
  ),
  check(
    "MSG-04 GEN-14 GEN-15",
    "unknown keys of a message reach the recipient unchanged, however it is sent",
    Effect.fnUntraced(function*(world) {
      const stem = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [`${stem}.*`], onReceive: answering() })
      for (const way of ["notify", "call", "callAndWait", "notifyAll", "callAll"]) {
        const mtype = `${stem}.${way}`
        const content = msg(mtype, params, extra)
        const [, ...args] = allSendings(bob.id, content).find(([method]) => method === way) ?? []
        yield* alice.ask(way, ...args)
        const [received] = yield* bob.receives(mtype)
        if (received !== undefined) yield* carries(`the message of ${way}`, received.content, content)
      }
    })
  ),
  check(
    "GEN-05 DLV-05",
    "what is sent to a client that is not subscribed is a fault, and is not delivered",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [world.mtype("other")], onReceive: answering() })
      for (const [method, ...args] of sendings(bob.id, msg(mtype))) {
        yield* refused(`${method} to a client that is not subscribed`, alice.ask(method, ...args))
      }
      yield* world.quiet
      yield* demand(bob.inbox.length === 0, "it was delivered all the same")
    })
  ),
  check(
    "DLV-05",
    "what is sent to an unknown client is a fault",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice")
      for (const id of [world.fresh("nobody"), "", alice.key]) {
        for (const [method, ...args] of sendings(id, msg(world.mtype()))) {
          yield* refused(`${method} to an unknown client`, alice.ask(method, ...args))
        }
      }
    })
  ),
  check(
    "MSG-01 DLV-05",
    "a message without an MType, or with one that is no string, is a fault",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [world.mtype()], onReceive: answering() })
      for (const [what, content] of malformed) {
        for (const [method, ...args] of allSendings(bob.id, content)) {
          yield* refused(`${method} of ${what}`, alice.ask(method, ...args))
        }
      }
    })
  ),
  check(
    "MSG-03",
    "a message without samp.params is taken, and one whose samp.params are no map is a fault",
    Effect.fnUntraced(function*(world) {
      const [bare, wrong] = [world.mtype("bare"), world.mtype("wrong")]
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [bare, wrong], onReceive: answering() })
      yield* alice.ask("notify", bob.id, map({ "samp.mtype": bare }))
      yield* bob.receives(bare)
      for (const value of ["text", ["list"]]) {
        for (
          const [method, ...args] of sendings(bob.id, map({ "samp.mtype": wrong, "samp.params": value }))
        ) {
          yield* refused(`${method} with samp.params ${show(value)}`, alice.ask(method, ...args))
        }
      }
    })
  ),
  check(
    "DLV-19",
    "a client may send to itself",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice", { subscriptions: [mtype], onReceive: answering() })
      yield* alice.ask("notify", alice.id, msg(mtype))
      yield* alice.receives(mtype)
      yield* alice.ask("call", alice.id, "own", msg(mtype))
      yield* alice.hears("own")
    })
  ),
  check(
    "DLV-07",
    "sending does not wait for what the recipient does in its callback",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype], holdMs })
      const begun = yield* Clock.currentTimeMillis
      for (const [method, ...args] of allSendings(bob.id, msg(mtype))) {
        if (method !== "callAndWait") yield* alice.ask(method, ...args)
      }
      const took = (yield* Clock.currentTimeMillis) - begun
      yield* demand(took < promptMs, `four sendings to a client that takes ${holdMs} ms took ${took} ms`)
    })
  ),
  check(
    "DLV-08",
    "a delivery waits neither for a recipient that takes long, nor for its own one before",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype], holdMs })
      const carol = yield* join(world, "Carol", { subscriptions: [mtype] })
      const begun = yield* Clock.currentTimeMillis
      for (let n = 0; n < 3; n++) yield* alice.ask("notifyAll", msg(mtype))
      yield* carol.receives(mtype, 3)
      yield* bob.receives(mtype, 3)
      const took = (yield* Clock.currentTimeMillis) - begun
      yield* demand(took < promptMs, `three messages took ${took} ms while each callback takes ${holdMs} ms`)
    })
  ),
  check(
    "DLV-08",
    "messages that are sent one after the other start in that order",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice", { callable: false })
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      const sent = Array.from({ length: 10 }, (_, n) => String(n))
      for (const n of sent) {
        yield* alice.ask("notify", bob.id, msg(mtype, map({ n })))
        yield* Effect.sleep(pauseMs)
      }
      const came = (yield* bob.receives(mtype, sent.length)).map(({ content }) => {
        const given = content.get("samp.params")
        return given instanceof Map ? given.get("n") ?? "" : ""
      })
      yield* equal("the order", came, sent)
    })
  ),
  check(
    "DLV-03 DLV-02 HUB-12 STD-22",
    "call returns the msg-id that the recipient gets",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      const id = yield* aString("the result", yield* alice.ask("call", bob.id, "tag", msg(mtype)))
      const [received] = yield* bob.receives(mtype)
      yield* demand(received?.kind === "call", `it came by ${received?.method}`)
      yield* equal("the msg-id that the recipient got", received?.label, id)
    })
  ),
  check(
    "DLV-06",
    "msg-ids are legal strings, and each sending has its own",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      const ids: Array<string> = []
      for (let n = 0; n < 5; n++) {
        ids.push(yield* aString("the msg-id", yield* alice.ask("call", bob.id, "tag", msg(mtype))))
      }
      for (const id of ids) {
        yield* demand(id !== "" && illegalCharacter(id) === undefined, `${show(id)} is not legal`)
      }
      yield* demand(new Set(ids).size === 5, `five calls with one tag got the msg-ids ${ids.join(", ")}`)
    })
  )
]
