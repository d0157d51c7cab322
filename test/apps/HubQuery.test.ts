/** `x-samp.hub.status` over the network in memory: what the engine alone knows, and hubs that do not know the question. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as Network from "../../src/adapters/memory/Network.ts"
import { findHub, type FoundHub } from "../../src/apps/Discovery.ts"
import { register } from "../../src/apps/HubConnection.ts"
import { hubStatus } from "../../src/apps/HubQuery.ts"
import { fault } from "../../src/domain/Fault.ts"
import type { HubStatus } from "../../src/domain/HubStatus.ts"
import { message } from "../../src/domain/Message.ts"
import { emptyMap, map, type SampValue } from "../../src/domain/SampValue.ts"
import { CallSender } from "../../src/ports/CallSender.ts"
import { CallServer } from "../../src/ports/CallServer.ts"
import { hub, machine } from "./client/world.ts"

const status: Effect.Effect<
  HubStatus,
  unknown,
  Effect.Services<ReturnType<typeof hubStatus>> | Effect.Services<ReturnType<typeof findHub>>
> = Effect.gen(
  function*() {
    const told = yield* hubStatus(yield* findHub(undefined))
    return told ?? (yield* Effect.die("no status"))
  }
)

/** A client that takes messages, and its endpoint. */
const listener = Effect.gen(function*() {
  const connection = yield* register(yield* findHub(undefined))
  yield* connection.listen(() => Effect.void)
  yield* connection.declareSubscriptions(map({ "a.b": emptyMap }))
  const url = (yield* (yield* Network.Network).endpoints).at(-1) ?? ""
  return { connection, url }
})

describe("the status of a hub of ours", () => {
  it.effect("tells ages, idle times and names, and needs no registration", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("90 seconds")
      const connection = yield* register(yield* findHub(undefined))
      yield* connection.declareMetadata(map({ "samp.name": "One" }))
      yield* TestClock.adjust("10 seconds")
      yield* connection.getRegisteredClients
      yield* TestClock.adjust("2500 millis")
      const { clients, openCalls, pid, product, routed, started, uptime, url } = yield* status
      assert.deepStrictEqual({ openCalls, pid, product, started, uptime, url }, {
        openCalls: 0,
        pid: 1,
        product: "effect-samp",
        started: "1970-01-01T00:00:00.000Z",
        uptime: 102,
        url: connection.url
      })
      assert.deepStrictEqual(routed, { notifications: 0, calls: 0, replies: 0, failed: 0 })
      assert.deepStrictEqual(clients, [{
        id: connection.selfId,
        name: "One",
        registered: "1970-01-01T00:01:30.000Z",
        age: 12,
        idle: 2,
        callable: false,
        callsTo: 0,
        callsFrom: 0,
        waiting: 0,
        trouble: undefined
      }])
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(hub(), machine))))

  it.effect("tells what waits for a client that hangs, and what it owes", () =>
    Effect.gen(function*() {
      const network = yield* Network.Network
      const sender = yield* register(yield* findHub(undefined))
      const { connection, url } = yield* listener
      yield* network.disturb(url, { health: "hung" })
      for (let i = 0; i < 3; i++) yield* sender.notify(connection.selfId, message("a.b"))
      yield* sender.call(connection.selfId, "t", message("a.b"))
      const { clients, openCalls, routed } = yield* status
      assert.strictEqual(openCalls, 1)
      assert.deepStrictEqual(routed, { notifications: 3, calls: 1, replies: 0, failed: 0 })
      assert.deepInclude(clients[0], { callsFrom: 1, callsTo: 0, waiting: 0 })
      assert.deepInclude(clients[1], { callsFrom: 0, callsTo: 1, waiting: 4, callable: true })
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(hub(), machine))))

  it.effect("GEN-06 keeps the last trouble of a client, and counts what the dead did not take", () =>
    Effect.gen(function*() {
      const network = yield* Network.Network
      const sender = yield* register(yield* findHub(undefined))
      const { connection, url } = yield* listener
      yield* network.disturb(url, { lost: 1 })
      yield* sender.notify(connection.selfId, message("a.b"))
      yield* TestClock.adjust("1 second")
      const lossy = yield* status
      assert.strictEqual(lossy.routed.failed, 1)
      assert.strictEqual(lossy.clients[0]?.trouble, undefined)
      assert.deepStrictEqual(lossy.clients[1]?.trouble, {
        text: "a notification was not taken: the connection broke",
        at: "1970-01-01T00:00:00.000Z"
      })
      yield* network.disturb(url, { lost: 0, health: "dead" })
      for (let i = 0; i < 3; i++) yield* sender.notify(connection.selfId, message("a.b"))
      yield* TestClock.adjust("2 seconds")
      const after = yield* status
      assert.deepStrictEqual(after.clients.map(({ id }) => id), [sender.selfId])
      assert.strictEqual(after.routed.failed, 4)
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(hub(), machine))))

  it.effect("STD-10 is for those who know the secret only", () =>
    Effect.gen(function*() {
      const found = yield* findHub(undefined)
      const sender = yield* CallSender
      const ask = (params: ReadonlyArray<SampValue>) =>
        Effect.flip(sender.call(found.url, { method: "x-samp.hub.status", params }, { timeoutMs: 0 }))
      assert.include((yield* ask(["wrong"])).detail, "secret")
      assert.include((yield* ask([])).detail, "x-samp.hub.status takes 1")
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(hub(), machine))))
})

describe("a hub that does not tell its status", () => {
  it.effect("is not asked if it is of somebody else, and may not know the question", () =>
    Effect.gen(function*() {
      const server = yield* CallServer
      let asked = 0
      const answers: Array<Effect.Effect<SampValue, ReturnType<typeof fault>>> = [
        Effect.fail(fault("UnknownMethod", "the hub has no such method")),
        Effect.succeed("what?")
      ]
      const { url } = yield* server.listen({ address: "127.0.0.1", port: 0, title: "hub" }, () => {
        asked++
        return answers.shift() ?? Effect.succeed("")
      })
      const found: FoundHub = { url, secret: "s", lockfile: "/x" }
      for (const impl of [undefined, "JSAMP 1.3.7", "effect-sampler 1"]) {
        assert.isUndefined(yield* hubStatus({ ...found, impl }))
      }
      assert.strictEqual(asked, 0)
      for (let i = 0; i < 2; i++) {
        assert.isUndefined(yield* hubStatus({ ...found, impl: "effect-samp 0.0.1" }))
      }
      assert.strictEqual(asked, 2)
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("GEN-10 does not hold up who registers and changes his mind, when it hangs", () =>
    Effect.gen(function*() {
      const found = yield* findHub(undefined)
      yield* (yield* Network.Network).disturb(found.url, { health: "hung" })
      const fiber = yield* Effect.forkChild(Effect.scoped(register(found)), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      const ended = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
      yield* TestClock.adjust("1 millis")
      assert.isDefined(ended.pollUnsafe())
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(hub(), machine))))
})
