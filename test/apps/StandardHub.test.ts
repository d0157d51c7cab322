import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as Desktop from "../../src/adapters/memory/Desktop.ts"
import * as Network from "../../src/adapters/memory/Network.ts"
import { health } from "../../src/apps/Discovery.ts"
import * as HubEngine from "../../src/apps/HubEngine.ts"
import * as StandardHub from "../../src/apps/StandardHub.ts"
import { config } from "../../src/domain/HubState.ts"
import { ClientId } from "../../src/domain/Identifiers.ts"
import { render } from "../../src/domain/Lockfile.ts"
import { LockfileStore } from "../../src/ports/LockfileStore.ts"

const desktop = Layer.mergeAll(Network.layer, Desktop.layer)
const path = "/home/astronomer/.samp"
const hub = (options: Partial<StandardHub.StandardHubOptions> = {}) =>
  StandardHub.layer({ multi: false, address: "127.0.0.1", port: 0, ...options }).pipe(
    Layer.provideMerge(HubEngine.layer(config({ hubId: ClientId("hub"), run: "r", hubTimeoutMs: 3_000 })))
  )
const stale = render({ secret: "old", url: "http://127.0.0.1:777/xmlrpc", pid: 4711, started: "then" })

describe("a Standard Profile hub", () => {
  it.effect("STD-46 puts its lockfile back when it has vanished, and leaves that of another hub alone", () =>
    Effect.gen(function*() {
      const store = yield* LockfileStore
      yield* Layer.build(hub())
      const own = yield* store.read(path)
      yield* store.withdraw(path, own ?? "")
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* store.read(path), own)
      yield* store.publish(path, stale, own)
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* store.read(path), stale)
    }).pipe(Effect.scoped, Effect.provide(desktop)))

  it.effect("STD-44 leaves a lockfile alone that is not its own any more", () =>
    Effect.gen(function*() {
      const store = yield* LockfileStore
      yield* Effect.scoped(Effect.gen(function*() {
        yield* Layer.build(hub())
        yield* store.publish(path, stale, yield* store.read(path))
      }))
      assert.strictEqual(yield* store.read(path), stale)
    }).pipe(Effect.provide(desktop)))

  it.effect("GEN-02, STD-42, PF-028 takes over the lockfile of a dead hub at once if its process is gone", () =>
    Effect.gen(function*() {
      const store = yield* LockfileStore
      yield* store.publish(path, stale, undefined)
      yield* Layer.build(hub())
      assert.include((yield* store.read(path)) ?? "", "hub.pid=1\n")
    }).pipe(Effect.scoped, Effect.provide(desktop)))

  it.effect("STD-43 gives a hub that refuses connections, but whose process lives, a moment", () =>
    Effect.gen(function*() {
      const record = { secret: "s", url: "http://127.0.0.1:777/xmlrpc", pid: 1 }
      const fiber = yield* Effect.forkChild(health(record), { startImmediately: true })
      yield* TestClock.adjust("499 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.isDefined(fiber.pollUnsafe())
    }).pipe(Effect.provide(desktop)))

  it.effect("PF-029 ends by itself when nobody has come", () =>
    Effect.gen(function*() {
      const context = yield* Layer.build(hub())
      const ended = yield* Effect.forkChild(
        Effect.flatMap(HubEngine.HubEngine, (engine) => engine.ended).pipe(Effect.provide(context)),
        { startImmediately: true }
      )
      yield* TestClock.adjust("2999 millis")
      assert.isUndefined(ended.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.isDefined(ended.pollUnsafe())
    }).pipe(Effect.scoped, Effect.provide(desktop)))

  it.effect("refuses a secret that no lockfile can hold, and a place of its own for one of several", () =>
    Effect.gen(function*() {
      for (
        const options of [
          { secret: "a=b" },
          { secret: "" },
          { label: "caf\u00e9" },
          { owner: "a=b" },
          { group: "a\nb" },
          { multi: true, lockfile: "/x" }
        ]
      ) {
        const failure = yield* Effect.flip(Layer.build(hub(options)))
        assert.strictEqual(failure._tag, "BadHubOptions")
      }
    }).pipe(Effect.scoped, Effect.provide(desktop)))
})
