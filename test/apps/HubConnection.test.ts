import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as Desktop from "../../src/adapters/memory/Desktop.ts"
import * as Network from "../../src/adapters/memory/Network.ts"
import { findHub } from "../../src/apps/Discovery.ts"
import { register } from "../../src/apps/HubConnection.ts"
import * as HubEngine from "../../src/apps/HubEngine.ts"
import * as StandardHub from "../../src/apps/StandardHub.ts"
import { config } from "../../src/domain/HubState.ts"
import { ClientId } from "../../src/domain/Identifiers.ts"
import { message } from "../../src/domain/Message.ts"
import { emptyMap, map } from "../../src/domain/SampValue.ts"
import { CallSender } from "../../src/ports/CallSender.ts"

const world = StandardHub.layer({ multi: false, address: "127.0.0.1", port: 0 }).pipe(
  Layer.provideMerge(HubEngine.layer(config({ hubId: ClientId("hub"), run: "r" }))),
  Layer.provideMerge(Layer.mergeAll(Network.layer, Desktop.layer))
)

describe("a connection to a hub", () => {
  it.effect("CLI-12 answers a callback at once, and works on the message afterwards", () =>
    Effect.gen(function*() {
      const connection = yield* register(yield* findHub(undefined))
      let worked = false
      yield* connection.listen(() =>
        Effect.andThen(Effect.sleep("10 seconds"), Effect.sync(() => void (worked = true)))
      )
      yield* connection.declareSubscriptions(map({ "a.b": emptyMap }))
      yield* connection.notify(connection.selfId, message("a.b"))
      const engine = yield* HubEngine.HubEngine
      yield* TestClock.adjust("1 millis")
      yield* engine.shutdown // waits for deliveries that are under way: there is none
      assert.isFalse(worked)
      yield* TestClock.adjust("10 seconds")
      assert.isTrue(worked)
    }).pipe(Effect.scoped, Effect.provide(world)))

  it.effect("CLI-20 listens before the hub knows where, since delivery may start at once", () =>
    Effect.gen(function*() {
      const connection = yield* register(yield* findHub(undefined))
      const network = yield* Network.Network
      const before = (yield* network.endpoints).length
      yield* connection.declareSubscriptions(map({ "a.b": emptyMap }))
      const got: Array<string> = []
      yield* connection.listen((delivery) => Effect.sync(() => void got.push(delivery._tag)))
      assert.strictEqual((yield* network.endpoints).length, before + 1)
      yield* connection.notify(connection.selfId, message("a.b"))
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(got, ["Notification"])
    }).pipe(Effect.scoped, Effect.provide(world)))

  it.effect("CLI-13, CLI-15 faults a callback with a foreign key, and answers its own with the empty string", () =>
    Effect.gen(function*() {
      const connection = yield* register(yield* findHub(undefined))
      yield* connection.listen(() => Effect.void)
      const url = (yield* (yield* Network.Network).endpoints).at(-1) ?? ""
      const sender = yield* CallSender
      const call = (key: string) => ({
        method: "samp.client.receiveNotification",
        params: [key, "hub", message("a.b")]
      })
      assert.strictEqual(yield* sender.call(url, call(connection.privateKey), { timeoutMs: 0 }), "")
      const refused = yield* Effect.flip(sender.call(url, call("stolen"), { timeoutMs: 0 }))
      assert.strictEqual(refused.reason, "RemoteFault")
    }).pipe(Effect.scoped, Effect.provide(world)))

  it.effect("SHUT-04, GEN-10 unregisters when its scope closes, and does not mind a hub that has gone", () =>
    Effect.gen(function*() {
      const engine = yield* HubEngine.HubEngine
      const [hubUrl = ""] = yield* (yield* Network.Network).endpoints
      yield* Effect.scoped(Effect.flatMap(findHub(undefined), register))
      assert.strictEqual(yield* Effect.map(engine.state, (state) => state.nextClient), 2)
      yield* Effect.scoped(Effect.gen(function*() {
        yield* Effect.flatMap(findHub(undefined), register)
        yield* (yield* Network.Network).disturb(hubUrl, { health: "dead" })
      }))
    }).pipe(Effect.scoped, Effect.provide(world)))
})
