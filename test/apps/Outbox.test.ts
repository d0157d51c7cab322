import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as TestClock from "effect/testing/TestClock"
import { Outbox, type Run } from "../../src/apps/Outbox.ts"
import type { Delivery } from "../../src/domain/HubOutput.ts"
import { ClientId, MessageId, PrivateKey } from "../../src/domain/Identifiers.ts"
import { defaults, type Limits } from "../../src/domain/Limits.ts"
import { message } from "../../src/domain/Message.ts"
import { map, stringAt } from "../../src/domain/SampValue.ts"
import { CallError, CallSender } from "../../src/ports/CallSender.ts"

const url = "http://127.0.0.1:1/x"

const note = (n: number): Delivery => ({
  _tag: "Notification",
  sender: ClientId("c1"),
  message: new Map(message("a.b")).set("n", String(n))
})

const call = (n: number): Delivery => ({
  _tag: "Call",
  sender: ClientId("c1"),
  msgId: MessageId(`m${n}`),
  message: new Map(message("a.b")).set("n", String(n))
})

/** An outbox whose peer the test plays: each delivery waits until the test ends it. */
const stage = (changes: Partial<Limits> = {}) =>
  Effect.gen(function*() {
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    const started: Array<
      { readonly n: number; readonly url: string; readonly end: (error?: CallError) => void }
    > = []
    const told: Array<string> = []
    let listens = true
    let probes = 0
    let writes = true
    const sender = CallSender.of({
      call: () => Effect.die("unused"),
      deliver: (to, { params }, { onWritten }) =>
        Effect.callback<void, CallError>((resume) => {
          const content = params.at(-1)
          const n = Number(content instanceof Map ? stringAt(content, "n") : -1)
          const end = (error?: CallError) => resume(error === undefined ? Effect.void : Effect.fail(error))
          started.push({ n, url: to, end })
          if (writes) onWritten?.()
        }),
      probe: () =>
        Effect.sync(() => {
          probes++
          return listens
        })
    })
    const run: Run = (effect, done) => {
      fork(effect).addObserver((exit) => {
        if (done === undefined) return
        const failed = Exit.isFailure(exit)
          ? exit.cause.reasons.find((reason) => reason._tag === "Fail")
          : undefined
        done(failed?.error)
      })
    }
    const events = {
      undelivered: (id: MessageId, why: string) => void told.push(`${id} ${why}`),
      lost: (what: string) => void told.push(`lost ${what}`),
      dead: () => void told.push("dead")
    }
    const outbox = new Outbox({ key: PrivateKey("k"), url }, {
      sender,
      limits: { ...defaults, ...changes },
      events,
      run
    })
    return {
      outbox,
      told,
      started,
      numbers: () => started.map(({ n }) => n),
      listen: (does: boolean) => void (listens = does),
      write: (does: boolean) => void (writes = does),
      probes: () => probes
    }
  })

const error = (reason: CallError["reason"]) => new CallError({ reason, url, detail: "test" })

describe("an outbox", () => {
  it.effect("DLV-08, EVT-11 starts the next when the previous is acknowledged, or when the pace is up", () =>
    Effect.gen(function*() {
      const { numbers, outbox, started } = yield* stage()
      for (const n of [1, 2]) outbox.add(note(n))
      assert.deepStrictEqual(numbers(), [1])
      started[0]?.end()
      yield* Effect.yieldNow
      assert.deepStrictEqual(numbers(), [1, 2])
      outbox.add(note(3))
      yield* TestClock.adjust(99)
      assert.deepStrictEqual(numbers(), [1, 2])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(numbers(), [1, 2, 3])
    }))

  it.effect("DLV-08 sends a backlog without waiting, in order, up to its number in flight", () =>
    Effect.gen(function*() {
      const { numbers, outbox, started } = yield* stage({ deliveriesInFlight: 5 })
      for (const n of [1, 2]) outbox.add(note(n))
      assert.deepStrictEqual(numbers(), [1])
      for (let n = 3; n <= 12; n++) outbox.add(note(n))
      assert.deepStrictEqual(numbers(), [1, 2, 3, 4, 5])
      started[3]?.end()
      yield* Effect.yieldNow
      assert.deepStrictEqual(numbers(), [1, 2, 3, 4, 5, 6])
    }))

  it.effect("DLV-08 never writes one before the one ahead of it is written", () =>
    Effect.gen(function*() {
      const { numbers, outbox, write } = yield* stage()
      write(false)
      for (let n = 1; n <= 12; n++) outbox.add(note(n))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(numbers(), [1])
    }))

  it.effect("WIRE-151, GEN-06 tries again after a refusal, keeps the order, and gives up after the last backoff", () =>
    Effect.gen(function*() {
      const { listen, numbers, outbox, probes, started, told } = yield* stage({ refusalBackoffMs: [50, 100] })
      listen(false)
      for (const n of [1, 2]) outbox.add(note(n))
      started[0]?.end(error("Refused"))
      yield* TestClock.adjust(50)
      assert.strictEqual(probes(), 1)
      listen(true)
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(numbers(), [1, 1])
      listen(false)
      started[1]?.end(error("Refused"))
      yield* TestClock.adjust(150)
      assert.deepStrictEqual(told, ["dead"])
      outbox.add(note(3))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(numbers(), [1, 1])
    }))

  it.effect("WIRE-150 a call that is refused, lost or not acknowledged is reported, and not sent again", () =>
    Effect.gen(function*() {
      const { numbers, outbox, started, told } = yield* stage()
      for (const [n, reason] of (["RemoteFault", "Lost", "BadAnswer", "Timeout"] as const).entries()) {
        outbox.add(call(n))
        started[n]?.end(error(reason))
        yield* Effect.yieldNow
      }
      outbox.add(note(4))
      started[4]?.end(error("Timeout"))
      yield* Effect.yieldNow
      assert.deepStrictEqual(told, [
        "m0 refused",
        "m1 refused",
        "m2 refused",
        "m3 unresponsive",
        "lost notification"
      ])
      assert.deepStrictEqual(numbers(), [0, 1, 2, 3, 4])
    }))

  it.effect("WEB-38 is bounded: what is too much is reported at once, and nothing else suffers", () =>
    Effect.gen(function*() {
      const { outbox, started, told } = yield* stage({ outboxMessages: 2, deliveryBacklog: 9 })
      for (let n = 1; n <= 3; n++) outbox.add(call(n))
      outbox.add(call(4))
      assert.deepStrictEqual(told, ["m4 overloaded"])
      started[0]?.end()
      yield* Effect.yieldNow
      outbox.add(call(5))
      assert.strictEqual(told.length, 1)
      const heavy = yield* stage({ outboxBytes: 1_000, deliveryBacklog: 9 })
      heavy.outbox.add(note(1))
      heavy.outbox.add({
        _tag: "Notification",
        sender: ClientId("c1"),
        message: map({ big: "x".repeat(2_000) })
      })
      assert.deepStrictEqual(heavy.told, ["lost notification"])
    }))

  it.effect("STD-07 delivers to the new endpoint when it has changed", () =>
    Effect.gen(function*() {
      const { outbox, started } = yield* stage()
      outbox.add(note(1))
      outbox.redirect("http://127.0.0.1:2/y")
      outbox.add(note(2))
      started[0]?.end()
      yield* Effect.yieldNow
      assert.deepStrictEqual(started.map((delivery) => delivery.url), [url, "http://127.0.0.1:2/y"])
    }))

  it.effect("drops what waits when its client has left, and lets it out when it was ejected", () =>
    Effect.gen(function*() {
      const left = yield* stage()
      for (const n of [1, 2]) left.outbox.add(note(n))
      left.outbox.close(false)
      left.started[0]?.end()
      yield* Effect.yieldNow
      assert.deepStrictEqual(left.numbers(), [1])
      const ejected = yield* stage()
      for (const n of [1, 2]) ejected.outbox.add(note(n))
      ejected.outbox.close(true)
      ejected.outbox.add(note(3))
      ejected.started[0]?.end()
      yield* Effect.yieldNow
      assert.deepStrictEqual(ejected.numbers(), [1, 2])
    }))
})
