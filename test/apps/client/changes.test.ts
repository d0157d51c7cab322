/** What is wanted of a client while it is on its way to a hub. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { map } from "../../../src/domain/SampValue.ts"
import { client, machine, settle, startHub } from "./world.ts"

describe("a client that is told something between hubs", () => {
  it.effect("gives up the search when it is told to, at whatever moment, and takes it up again", () =>
    Effect.gen(function*() {
      const ann = yield* client({ name: "ann", whenNoHub: "wait" })
      for (const moment of [0, 1, 100, 249, 250, 251]) {
        yield* TestClock.adjust(moment)
        const leaving = yield* Effect.forkChild(ann.disconnect, { startImmediately: true })
        yield* TestClock.adjust(300)
        yield* Fiber.join(leaving)
        assert.strictEqual((yield* ann.status)._tag, "Disconnected")
        yield* ann.reconnect
        yield* TestClock.adjust(300)
        assert.strictEqual((yield* ann.status)._tag, "Searching")
      }
      yield* startHub()
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* ann.status)._tag, "Connected")
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("declares what was bound and said while it had no hub", () =>
    Effect.gen(function*() {
      const ann = yield* client({ name: "ann", whenNoHub: "wait" })
      yield* ann.bind("a.b", () => Effect.void)
      yield* ann.declareMetadata({ "samp.name": "anna" })
      yield* startHub()
      yield* TestClock.adjust("1 second")
      const bob = yield* client({ name: "bob" })
      yield* settle
      const { selfId } = yield* ann.connected
      assert.isTrue((yield* bob.getSubscriptions(selfId)).has("a.b"))
      assert.deepStrictEqual(yield* bob.getMetadata(selfId), map({ "samp.name": "anna" }))
    }).pipe(Effect.scoped, Effect.provide(machine)))
})
