/** Virtual time: what waits goes on in order of time, in one synchronous go, and the same each time. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as PubSub from "effect/PubSub"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import { Stalled, VirtualTime } from "../../src/adapters/memory/VirtualTime.ts"
import { type Dice, dice } from "../../src/domain/simulation/Dice.ts"

const run = <A, E>(effect: Effect.Effect<A, E>, time = new VirtualTime()): A => {
  const exit = time.run(effect)
  if (Exit.isFailure(exit)) throw Cause.squash(exit.cause)
  return exit.value
}

const stalled = (effect: Effect.Effect<unknown>, options = {}): Stalled => {
  try {
    new VirtualTime().run(effect, options)
  } catch (error) {
    if (error instanceof Stalled) return error
    throw error
  }
  throw new Error("the run came to an end")
}

/** Fibers that sleep, fork, interrupt and meet at random; what they did, with the times. */
const bustle = (by: Dice, time: VirtualTime) =>
  Effect.gen(function*() {
    const seen: Array<string> = []
    const queue = yield* Queue.unbounded<number>()
    const living: Array<Fiber.Fiber<unknown, unknown>> = []
    const live = (name: string, depth: number): Effect.Effect<void> =>
      Effect.gen(function*() {
        for (let turn = 0; turn < 6; turn++) {
          const due = time.elapsedMs
          const ms = by.below(50)
          switch (by.below(6)) {
            case 0:
              yield* Queue.offer(queue, turn)
              break
            case 1:
              yield* Effect.timeoutOption(Queue.take(queue), ms)
              break
            case 2:
              if (depth < 3) living.push(yield* Effect.forkDetach(live(`${name}.${turn}`, depth + 1)))
              break
            case 3:
              if (living.length > 0) yield* Effect.forkDetach(Fiber.interrupt(by.pick(living)))
              break
            default:
              yield* Effect.sleep(ms)
              if (time.elapsedMs !== due + ms) seen.push(`${name} slept too long`)
          }
          seen.push(`${yield* Clock.currentTimeMillis} ${name} ${turn}`)
        }
      })
    for (let number = 0; number < 5; number++) living.push(yield* Effect.forkChild(live(`f${number}`, 0)))
    yield* Effect.sleep(10_000)
    return seen
  })

describe("virtual time", () => {
  it("passes only when nothing else can happen, and costs none of ours", () => {
    const time = new VirtualTime()
    const began = performance.now()
    assert.strictEqual(run(Effect.as(Effect.sleep("20 hours"), "slept"), time), "slept")
    assert.strictEqual(time.elapsedMs, 72_000_000)
    assert.isBelow(performance.now() - began, 10_000)
  })

  it("wakes in order of time, and those of one time in the order in which they lay down", () => {
    const seen: Array<string> = []
    const nap = (name: string, ms: number) =>
      Effect.andThen(Effect.sleep(ms), Effect.sync(() => seen.push(name)))
    run(Effect.all([nap("c", 30), nap("a", 10), nap("b1", 20), nap("b2", 20), nap("now", 0)], {
      concurrency: "unbounded"
    }))
    assert.deepStrictEqual(seen, ["now", "a", "b1", "b2", "c"])
  })

  it("wakes thousands in order, whoever was woken otherwise", () => {
    for (let seed = 0; seed < 20; seed++) {
      const by = dice(seed)
      const time = new VirtualTime()
      const woken: Array<number> = []
      const delays = Array.from({ length: 1_500 }, () => by.below(300))
      const kept = delays.filter((_, at) => at % 3 === 0)
      run(
        Effect.gen(function*() {
          const fibers = yield* Effect.forEach(
            delays,
            (ms) => Effect.forkChild(Effect.andThen(Effect.sleep(ms), Effect.sync(() => woken.push(ms))))
          )
          yield* Effect.sleep(0)
          yield* Fiber.interruptAll(fibers.filter((_, at) => at % 3 !== 0))
          assert.isAtMost(time.sleeping, kept.length)
          yield* Fiber.awaitAll(fibers)
        }),
        time
      )
      const interrupted = woken.length - kept.length
      assert.isAtMost(interrupted, delays.filter((ms) => ms === 0).length, `seed ${seed}`)
      assert.deepStrictEqual(woken, [...woken].sort((one, other) => one - other), `seed ${seed}`)
      assert.strictEqual(time.sleeping, 0)
    }
  })

  it("lets bustle of all kinds sleep exactly as long as it wants to, the same each time for a seed", () => {
    for (let seed = 0; seed < 60; seed++) {
      const tell = () => {
        const time = new VirtualTime()
        return run(bustle(dice(seed), time), time)
      }
      const told = tell()
      assert.notInclude(told.join("\n"), "too long", `seed ${seed}`)
      assert.deepStrictEqual(tell(), told, `seed ${seed}`)
    }
  })

  it("works with all that Effect makes of time and waiting", () => {
    const time = new VirtualTime()
    run(
      Effect.gen(function*() {
        assert.strictEqual(
          yield* Effect.flip(Effect.timeout(Effect.never, "5 seconds")).pipe(Effect.map((e) => e._tag)),
          "TimeoutError"
        )
        assert.strictEqual(time.elapsedMs, 5_000)
        assert.strictEqual(
          yield* Effect.raceFirst(Effect.as(Effect.sleep(20), "late"), Effect.as(Effect.sleep(10), "early")),
          "early"
        )
        const ticks = yield* Stream.fromSchedule(Schedule.spaced(100)).pipe(Stream.take(3), Stream.runCollect)
        assert.strictEqual(ticks.length, 3)
        const latch = yield* Deferred.make<string>()
        yield* Effect.forkDetach(Effect.andThen(Effect.sleep(5), Deferred.succeed(latch, "there")))
        assert.strictEqual(yield* Deferred.await(latch), "there")
        const topic = yield* PubSub.unbounded<number>()
        const heard = yield* Effect.forkChild(
          Stream.fromPubSub(topic).pipe(Stream.take(2), Stream.runCollect),
          { startImmediately: true }
        )
        yield* Effect.sleep(1)
        yield* PubSub.publishAll(topic, [1, 2])
        assert.deepStrictEqual([...(yield* Fiber.join(heard))], [1, 2])
        const one = yield* Semaphore.make(1)
        const before = time.elapsedMs
        yield* Effect.all([one.withPermits(1)(Effect.sleep(7)), one.withPermits(1)(Effect.sleep(7))], {
          concurrency: 2
        })
        assert.strictEqual(time.elapsedMs - before, 14)
        let tries = 0
        yield* Effect.retry(
          Effect.suspend(() => ++tries < 4 ? Effect.fail("no") : Effect.void),
          Schedule.exponential(100)
        )
        assert.strictEqual(tries, 4)
      }),
      time
    )
    assert.strictEqual(time.sleeping, 0)
  })

  it("lets scopes and finalizers take time", () => {
    const time = new VirtualTime()
    run(Effect.scoped(Effect.addFinalizer(() => Effect.sleep(40))), time)
    assert.strictEqual(time.elapsedMs, 40)
  })

  it("sets no timer for what waits for ever", () => {
    const time = new VirtualTime()
    run(
      Effect.gen(function*() {
        const fiber = yield* Effect.forkChild(Effect.sleep(Infinity), { startImmediately: true })
        assert.strictEqual(time.sleeping, 0)
        yield* Fiber.interrupt(fiber)
      }),
      time
    )
  })

  it("goes on from where the last run ended", () => {
    const time = new VirtualTime()
    run(Effect.sleep(10), time)
    run(Effect.sleep(5), time)
    assert.strictEqual(time.elapsedMs, 15)
  })

  it("hands out failures and defects as they are", () => {
    assert.deepStrictEqual(new VirtualTime().run(Effect.fail("no")), Exit.fail("no"))
    assert.isTrue(Exit.hasDies(new VirtualTime().run(Effect.die("bug"))))
  })
})

describe("a run that would never end", () => {
  it("stalls when everybody waits, and nobody sleeps", () => {
    const { atMs, message, reason } = stalled(Effect.andThen(Effect.sleep(30), Effect.never))
    assert.deepStrictEqual([reason, atMs], ["Deadlock", 30])
    assert.match(message, /nothing can happen any more after 30 ms/u)
    assert.strictEqual(stalled(Effect.sleep(Infinity)).reason, "Deadlock")
  })

  it("stalls when the time is up, and can be taken up again", () => {
    assert.deepStrictEqual(
      [stalled(Effect.forever(Effect.sleep(10)), { withinMs: 95 })].map(({ atMs, reason }) => [reason, atMs]),
      [["TooLate", 90]]
    )
    const time = new VirtualTime()
    assert.throws(() => time.run(Effect.sleep(100), { withinMs: 50 }), /not over after 0 ms/u)
    assert.strictEqual(time.sleeping, 1)
  })

  it("stalls when it does not come to rest", () => {
    assert.strictEqual(stalled(Effect.forever(Effect.yieldNow), { turns: 10_000 }).reason, "Livelock")
  })

  it("stalls when a fiber never waits", () => {
    const busy = Effect.forever(Effect.sync(() => 1), { disableYield: true })
    assert.strictEqual(stalled(busy, { turns: 100_000 }).reason, "Livelock")
  })
})
