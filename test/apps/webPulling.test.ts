/** How callbacks are asked for, at hubs with habits of their own. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { pullAll } from "../../src/apps/WebPulling.ts"
import type { Delivery } from "../../src/domain/HubOutput.ts"
import { message } from "../../src/domain/Message.ts"
import { map, type SampMap, type SampValue } from "../../src/domain/SampValue.ts"
import { CallError } from "../../src/ports/CallSender.ts"
import { inVirtualTime } from "../support/virtual.ts"

type Reason = CallError["reason"]

const failed = (reason: Reason) => new CallError({ reason, url: "http://hub/", detail: `it is ${reason}` })

const callback = (serial: string | undefined, n: string): SampMap =>
  map({
    "samp.methodName": "receiveNotification",
    "samp.params": ["c1", new Map(message("a.b")).set("n", n)],
    ...serial === undefined ? {} : { "x-samp.serial": serial }
  })

/** Pulls from a hub that answers like this for a time; all that it was asked, and what was taken. */
const pulling = (
  answer: (number: number) => Effect.Effect<SampValue, CallError>,
  { counts = true, ms = 60_000 } = {}
) =>
  Effect.gen(function*() {
    const asked: Array<readonly [at: number, params: string]> = []
    const taken: Array<string> = []
    const fiber = yield* Effect.forkChild(
      pullAll({
        counts,
        pull: (params) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) => answer(asked.push([now, params.join()]) - 1)),
        take: (delivery: Delivery) =>
          void taken.push(delivery._tag === "Response" ? delivery.tag : String(delivery.message.get("n")))
      }),
      { startImmediately: true }
    )
    yield* Effect.sleep(ms)
    const end = fiber.pollUnsafe()
    yield* Fiber.interrupt(fiber)
    return { asked, taken, end }
  })

describe("asking for callbacks", () => {
  it("WEB-32 asks for ten minutes, again and again, and tells a hub that counts what it has got", () =>
    inVirtualTime(Effect.gen(function*() {
      const answers = [[callback("1", "one"), callback("2", "two")], [callback("3", "three")]]
      const { asked, taken } = yield* pulling((number) =>
        number < 2 ? Effect.succeed(answers[number] ?? []) : Effect.delay(Effect.succeed([]), "600 seconds")
      )
      assert.deepStrictEqual(asked, [[0, "600,0"], [0, "600,2"], [0, "600,3"]])
      assert.deepStrictEqual(taken, ["one", "two", "three"])
    })))

  it("WEB-32 tells a hub that does not count nothing of it", () =>
    inVirtualTime(Effect.gen(function*() {
      const { asked } = yield* pulling(
        (number) => number === 0 ? Effect.succeed([callback(undefined, "one")]) : Effect.never,
        { counts: false }
      )
      assert.deepStrictEqual(asked, [[0, "600"], [0, "600"]])
    })))

  it("P10 takes nothing twice that a hub hands out again", () =>
    inVirtualTime(Effect.gen(function*() {
      const one = callback("1", "one")
      const { taken } = yield* pulling((number) =>
        number < 3 ? Effect.succeed([one, callback("2", "two")].slice(0, number + 1)) : Effect.never
      )
      assert.deepStrictEqual(taken, ["one", "two"])
    })))

  it("WIRE-80 does not spin when there is nothing, and is quick again when there is something", () =>
    inVirtualTime(Effect.gen(function*() {
      const { asked, taken } = yield* pulling((number) =>
        Effect.succeed(number === 100 ? [callback(undefined, "late")] : [])
      )
      assert.isBelow(asked.length, 200)
      assert.isAbove(asked.length, 120)
      assert.deepStrictEqual(taken, ["late"])
      const [hundred = 0, next = 0, after = 0] = asked.slice(100).map(([at]) => at)
      assert.deepStrictEqual([next - hundred, after - next], [0, 20])
    })))

  it("does not spin either when a hub hands out for ever what it has already", () =>
    inVirtualTime(Effect.gen(function*() {
      const { asked, taken } = yield* pulling(() => Effect.succeed([callback("1", "one")]))
      assert.isBelow(asked.length, 200)
      assert.deepStrictEqual(taken, ["one"])
    })))

  it.each<Reason>(["Lost", "Refused", "Timeout", "BadAnswer"])(
    "goes on, ever more slowly, after %s",
    (reason) =>
      inVirtualTime(Effect.gen(function*() {
        const { asked, end, taken } = yield* pulling((number) =>
          number < 20 ? Effect.fail(failed(reason)) : number === 20
            ? Effect.succeed([callback("1", "one")])
            : Effect.never
        )
        const waits = asked.slice(1, 8).map(([at], index) => at - (asked[index]?.[0] ?? 0))
        assert.deepStrictEqual(waits, [50, 100, 200, 400, 800, 1_600, 2_000])
        assert.isUndefined(end)
        assert.deepStrictEqual(taken, ["one"])
      }))
  )

  it("takes an answer that is no list for a lost one", () =>
    inVirtualTime(Effect.gen(function*() {
      const { asked } = yield* pulling(() => Effect.succeed("what?"))
      assert.isBelow(asked.length, 40)
    })))

  it("CLI-21 ends when the hub says no, and tells what it said", () =>
    inVirtualTime(Effect.gen(function*() {
      const { asked, end } = yield* pulling((number) =>
        number === 0 ? Effect.succeed([callback("1", "one")]) : Effect.fail(failed("RemoteFault"))
      )
      assert.lengthOf(asked, 2)
      assert.include(JSON.stringify(end), "it is RemoteFault")
    })))
})
