import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Network from "../../../src/adapters/memory/Network.ts"
import * as Calling from "../../../src/apps/client/Calling.ts"
import * as ClientEngine from "../../../src/apps/client/ClientEngine.ts"
import * as Connecting from "../../../src/apps/client/Connecting.ts"
import { StandardHub } from "../../../src/apps/StandardHub.ts"
import * as OpenCalls from "../../../src/domain/client/OpenCalls.ts"
import { ClientId } from "../../../src/domain/Identifiers.ts"
import { message } from "../../../src/domain/Message.ts"
import { emptyMap, map } from "../../../src/domain/SampValue.ts"
import { undisturbed } from "../../../src/domain/simulation/Behaviour.ts"
import { CallSender } from "../../../src/ports/CallSender.ts"
import { client, machine, settle, startHub } from "./world.ts"

/** A client of ours put together from its parts, so that its books can be read. */
const parts = Effect.gen(function*() {
  const engine = yield* ClientEngine.make
  const options = { hub: undefined, callback: { address: "127.0.0.1", port: 0 }, tracking: true }
  const declared = { metadata: emptyMap, subscriptions: emptyMap }
  const connecting = yield* Connecting.start(engine, options, declared, { reconnect: true, wait: false })
  const connection = engine.running()?.connection
  return connection === undefined
    ? yield* Effect.die("it is not registered")
    : { engine, connection, connecting }
})

const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

/** The end of a call: its result's status, or the name of its error. */
const end = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.match(effect, { onFailure: ({ _tag }) => _tag, onSuccess: () => "answer" })

describe("the books of a client", () => {
  it.effect("are closed when a call has ended, however it ends", () =>
    Effect.gen(function*() {
      yield* startHub()
      const bob = yield* client({ name: "bob" })
      const { selfId: to } = yield* bob.connected
      yield* bob.bind("a.b", () => Effect.void)
      yield* bob.bind("a.never", () => Effect.never)
      const { connecting, connection, engine } = yield* parts
      const begin = (mtype: string, seconds: number, id = to) =>
        fork(end(Calling.call(engine, connection, id, message(mtype), seconds)))
      const beginAll = (mtype: string, seconds: number) =>
        fork(end(Stream.runCollect(Calling.callAll(engine, connection, message(mtype), seconds))))
      const interrupted = [yield* begin("a.never", 0), yield* beginAll("a.never", 0)]
      const ending = [
        yield* begin("a.b", 0),
        yield* begin("a.unbound", 0),
        yield* begin("a.never", 2),
        yield* begin("a.b", 0, ClientId("nobody")),
        yield* beginAll("a.b", 0),
        yield* beginAll("a.never", 2),
        yield* beginAll("nobody.cares", 0)
      ]
      yield* settle
      assert.strictEqual(engine.waiters.size, 4)
      yield* Fiber.interruptAll(interrupted)
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(yield* Effect.forEach(ending, Fiber.join), [
        "answer",
        "CallError", // "a.unbound" is not subscribed to
        "NoResponse",
        "CallError",
        "answer",
        "answer",
        "answer"
      ])
      assert.strictEqual(engine.waiters.size, 0)
      assert.strictEqual(OpenCalls.tags(engine.state().calls).length, 0)
      const cut = [yield* begin("a.never", 0), yield* beginAll("a.never", 0)]
      yield* settle
      assert.strictEqual(engine.waiters.size, 2)
      const leave = yield* fork(connecting.disconnect)
      yield* settle
      yield* Fiber.join(leave)
      assert.deepStrictEqual(yield* Effect.forEach(cut, Fiber.join), ["Disconnected", "answer"])
      assert.strictEqual(engine.waiters.size, 0)
      assert.strictEqual(OpenCalls.tags(engine.state().calls).length, 0)
      assert.isUndefined(engine.running())
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("DLV-20 tell of each that was called, even if the registration ends before they are named", () =>
    Effect.gen(function*() {
      const { context } = yield* startHub()
      const { url } = yield* StandardHub.pipe(Effect.provideContext(context))
      const network = yield* Network.Network
      const bob = yield* client({ name: "bob" })
      const { selfId: to } = yield* bob.connected
      yield* bob.bind("a.never", () => Effect.never)
      const { connection, engine } = yield* parts
      yield* network.disturb(url, { delayMs: [100, 100] })
      const replies = yield* fork(
        Stream.runCollect(Calling.callAll(engine, connection, message("a.never"), 0))
      )
      engine.leave() // the call itself is still on its way
      yield* TestClock.adjust("1 second")
      const got = yield* Fiber.join(replies)
      yield* network.disturb(url, undisturbed)
      yield* TestClock.adjust("1 second") // what is on its way still takes its time
      assert.deepStrictEqual(
        got.map((
          { answer, responder }
        ) => [responder, Result.isFailure(answer) ? answer.failure._tag : "answer"]),
        [[to, "Disconnected"]]
      )
      assert.strictEqual(engine.waiters.size, 0)
    }).pipe(Effect.scoped, Effect.provide(machine)))
})

describe("a client that is told", () => {
  it.effect("to stay away does so while it looks for a hub, and is back when it is called", () =>
    Effect.gen(function*() {
      const ann = yield* client({ name: "ann", whenNoHub: "wait" })
      yield* settle
      const leave = yield* fork(ann.disconnect)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(leave)
      assert.strictEqual((yield* ann.status)._tag, "Disconnected")
      yield* startHub()
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* ann.status)._tag, "Disconnected")
      yield* ann.reconnect
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* ann.status)._tag, "Connected")
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("to leave and to come back at once does not keep anybody waiting", () =>
    Effect.gen(function*() {
      const ann = yield* client({ name: "ann", whenNoHub: "wait" })
      yield* settle
      const leave = yield* fork(ann.disconnect)
      yield* ann.reconnect
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(leave)
      assert.strictEqual((yield* ann.status)._tag, "Searching")
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("says that it is away when its scope has ended", () =>
    Effect.gen(function*() {
      yield* startHub()
      const scope = yield* Scope.fork(yield* Effect.scope)
      const ann = yield* client({ name: "ann" }).pipe(Scope.provide(scope))
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* ann.status, { _tag: "Disconnected", why: "it has been closed" })
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("CLI-20 what to declare while it registers declares that, and not what held before", () =>
    Effect.gen(function*() {
      const { context } = yield* startHub()
      const { url } = yield* StandardHub.pipe(Effect.provideContext(context))
      const network = yield* Network.Network
      const ann = yield* client({ name: "ann" })
      const bob = yield* client({ name: "bob" })
      const leave = yield* fork(ann.disconnect)
      yield* settle
      yield* Fiber.join(leave)
      yield* network.disturb(url, { delayMs: [50, 50] })
      yield* ann.reconnect
      yield* TestClock.adjust("120 millis") // registered, and about to declare
      assert.strictEqual((yield* ann.status)._tag, "Searching")
      yield* network.disturb(url, undisturbed) // what is sent now would overtake what is on its way
      const telling = yield* fork(Effect.all([
        ann.declareMetadata({ "samp.name": "anna" }),
        ann.bind("a.b", () => Effect.void)
      ], { concurrency: 2 }))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(telling)
      const { selfId } = yield* ann.connected
      assert.deepStrictEqual(yield* bob.getMetadata(selfId), map({ "samp.name": "anna" }))
      assert.isTrue((yield* bob.getSubscriptions(selfId)).has("a.b"))
      yield* network.disturb(url, { delayMs: [50, 50] })
      const slow = yield* fork(ann.declareMetadata({ "samp.name": "slow" }))
      yield* network.disturb(url, undisturbed)
      const last = yield* fork(ann.declareMetadata({ "samp.name": "last" }))
      yield* TestClock.adjust("1 second")
      yield* Fiber.joinAll([slow, last])
      assert.deepStrictEqual(yield* bob.getMetadata(selfId), map({ "samp.name": "last" }))
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("what gets lost on the way to the hub tells it again", () =>
    Effect.gen(function*() {
      const { context } = yield* startHub()
      const { url } = yield* StandardHub.pipe(Effect.provideContext(context))
      const network = yield* Network.Network
      const ann = yield* client({ name: "ann" })
      const bob = yield* client({ name: "bob" })
      const { selfId } = yield* ann.connected
      yield* network.disturb(url, { lost: 1 })
      const failed = yield* Effect.flip(ann.declareMetadata({ "samp.name": "anna" }))
      assert.strictEqual(failed._tag, "CallError")
      yield* network.disturb(url, { lost: 0 })
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* ann.connected).selfId, selfId)
      assert.deepStrictEqual(yield* bob.getMetadata(selfId), map({ "samp.name": "anna" }))
      // a refusal is not repeated: the hub would say no again
      assert.strictEqual((yield* Effect.flip(ann.declareSubscriptions({ "a*": {} })))._tag, "CallError")
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("CLI-21 by a refusal that the hub has forgotten it registers again", () =>
    Effect.gen(function*() {
      yield* startHub()
      const ann = yield* client({ name: "ann" })
      const { privateKey, selfId, url } = yield* ann.connection
      const { call } = yield* CallSender
      yield* call(url, { method: "samp.hub.unregister", params: [privateKey] }, { timeoutMs: 1_000 })
      assert.strictEqual((yield* Effect.flip(ann.getRegisteredClients))._tag, "CallError")
      yield* TestClock.adjust("2 seconds")
      assert.notStrictEqual((yield* ann.connected).selfId, selfId)
      assert.lengthOf(yield* ann.getRegisteredClients, 1)
    }).pipe(Effect.scoped, Effect.provide(machine)))
})
