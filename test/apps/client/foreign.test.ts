/** What other hubs, and other programs, do differently; found out by test/interop. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { step } from "../../../src/domain/client/ClientMachine.ts"
import { initial } from "../../../src/domain/client/ClientState.ts"
import { ClientId, MessageId } from "../../../src/domain/Identifiers.ts"
import { message } from "../../../src/domain/Message.ts"
import { client, machine, startHub } from "./world.ts"

describe("clients of foreign hubs", () => {
  it("DLV-03 handles each call of JSAMP's hub, which gives one msg-id to all with the same tag", () => {
    const registered = { _tag: "Registered", selfId: ClientId("c1"), hubId: ClientId("hub") } as const
    const call = {
      _tag: "Call",
      sender: ClientId("c2"),
      msgId: MessageId("c2_A_1f_tag"),
      message: message("samp.app.ping")
    } as const
    const first = step(step(initial, registered).state, { _tag: "Delivered", delivery: call })
    const second = step(first.state, { _tag: "Delivered", delivery: call })
    assert.deepStrictEqual([...first.outputs, ...second.outputs].map(({ _tag }) => _tag), ["Reply", "Reply"])
  })

  it.effect.each([[0.5, 400, "1"], [0.5, 600, "NoResponse"], [Infinity, 90_000, "1"]] as const)(
    "DLV-11 tells the hub whole seconds only, and keeps the limit of %d s itself when the work takes %d ms",
    ([timeoutSeconds, takes, expected]) =>
      Effect.gen(function*() {
        yield* startHub()
        const bob = yield* client({ name: "bob" })
        const ann = yield* client({ name: "ann" })
        yield* bob.bind("a.slow", () => Effect.as(Effect.sleep(takes), { x: 1 }))
        const { selfId: to } = yield* bob.connected
        const call = ann.callAndWait(to, "a.slow", {}, { timeoutSeconds }).pipe(
          Effect.match({ onSuccess: ({ result }) => result.get("x"), onFailure: ({ _tag }) => _tag })
        )
        const waiting = yield* Effect.forkChild(call, { startImmediately: true })
        yield* TestClock.adjust(takes + 300)
        assert.strictEqual(yield* Fiber.join(waiting), expected)
      }).pipe(Effect.scoped, Effect.provide(machine))
  )
})
