import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { VirtualTime } from "../../../src/adapters/memory/VirtualTime.ts"
import * as SampClient from "../../../src/apps/client/SampClient.ts"
import * as Peer from "../../../src/apps/testing/Peer.ts"
import * as SimHub from "../../../src/apps/testing/SimHub.ts"

const topcat: Peer.Script = {
  name: "topcat",
  answers: { "table.load.votable": Peer.ok({ rows: "3" }, { afterMs: 2_000 }), "x.bad": Peer.error("no") }
}

const world = Peer.layer(topcat).pipe(Layer.provideMerge(SimHub.layer()))

describe("a hub in memory", () => {
  it.effect("works by the clock of the test", () =>
    Effect.gen(function*() {
      const client = yield* SampClient.make({ name: "mine" })
      const peer = yield* Effect.flatMap(Peer.Peers, ({ get }) => get("topcat"))
      const to = yield* peer.id
      const call = yield* Effect.forkScoped(client.call(to, "table.load.votable", { url: "file:///t.vot" }), {
        startImmediately: true
      })
      yield* TestClock.adjust("1 second")
      assert.isUndefined(call.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(call)).result.get("rows"), "3")
      assert.strictEqual((yield* peer.got("table.load.votable")).params.get("url"), "file:///t.vot")
    }).pipe(Effect.scoped, Effect.provide(world)))

  it("runs in virtual time", () => {
    const time = new VirtualTime()
    const exit = time.run(
      Effect.gen(function*() {
        const client = yield* SampClient.make({ name: "mine" })
        const peer = yield* Effect.flatMap(Peer.Peers, ({ get }) => get("topcat"))
        const to = yield* peer.id
        for (let j = 0; j < 20; j++) {
          const { result } = yield* client.call(to, "table.load.votable", { url: "file:///t.vot" })
          assert.strictEqual(result.get("rows"), "3")
        }
      }).pipe(Effect.scoped, Effect.provide(world))
    )
    assert.isTrue(Exit.isSuccess(exit))
    assert.isAtLeast(time.elapsedMs, 40_000)
  })
})
