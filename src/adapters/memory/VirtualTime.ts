/**
 * Time that passes only when nothing else can happen: a clock and a scheduler of one piece, so that a whole simulation
 * runs to its end in one synchronous go, thousands of times faster than the time that passes in it, and the same each
 * time.
 *
 * Unlike with `TestClock`, nobody has to say how far the clock goes. What waits for the real world (promises, sockets,
 * timers of Node's) never comes to an end in here.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Scheduler from "effect/Scheduler"

/** A run that would never end. */
export class Stalled extends Data.TaggedError("Stalled")<{
  /**
   * `Deadlock`: everybody waits for somebody, and nobody sleeps. `Livelock`: more happens than should, perhaps for ever.
   * `TooLate`: the time is up.
   */
  readonly reason: "Deadlock" | "Livelock" | "TooLate"
  /** Milliseconds of virtual time that had passed. */
  readonly atMs: number
}> {
  override get message(): string {
    const at = `after ${this.atMs} ms of virtual time`
    return this.reason === "Deadlock"
      ? `nothing can happen any more ${at}: everybody waits, and nobody sleeps`
      : this.reason === "Livelock"
      ? `the run does not come to rest ${at}`
      : `the run was not over ${at}: it takes longer, or it waits for something outside, such as a promise`
  }
}

/** Bounds of a run. */
export interface RunOptions {
  /** Milliseconds of virtual time that may pass. Default: a day. */
  readonly withinMs?: number | undefined
  /** Turns of fibers that may be made without an end. Default: ten million. */
  readonly turns?: number | undefined
}

/** Operations after which a fiber that never waits lets others go on, and as how many turns they count. */
const busyOps = 100_000
const busyTurns = 10_000

interface Sleeper {
  readonly at: number
  readonly order: number
  readonly wake: () => void
}

/** Whether one sleeper wakes before another: the earlier one, else the one that lay down first. */
const before = (one: Sleeper, other: Sleeper): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order)

/** Time of its own, which begins at 0. */
export class VirtualTime {
  private now = 0
  /** The same in nanoseconds; it is asked for far more often than it changes. */
  private nanos = 0n
  /** Turns made since somebody looked. */
  private turns = 0
  private order = 0
  /** A heap, the next one first. */
  private readonly sleepers: Array<Sleeper> = []
  private readonly asleep = new Set<Sleeper>()
  private tasks: Array<() => void> = []

  /** The clock; `Effect.sleep` and all that is made of it go by it. */
  readonly clock: Clock.Clock = {
    currentTimeMillisUnsafe: () => this.now,
    currentTimeMillis: Effect.sync(() => this.now),
    currentTimeNanosUnsafe: () => this.nanos,
    currentTimeNanos: Effect.sync(() => this.nanos),
    monotonicTimeNanosUnsafe: () => this.nanos,
    monotonicTimeNanos: Effect.sync(() => this.nanos),
    sleep: (duration) =>
      Effect.callback<void>((resume) => {
        const at = this.now + Math.max(0, Duration.toMillis(duration))
        if (at === Infinity) return // for ever: that is no timer
        const sleeper: Sleeper = { at, order: this.order++, wake: () => resume(Effect.void) }
        this.lieDown(sleeper)
        return Effect.sync(() => {
          this.asleep.delete(sleeper)
        })
      })
  }

  /** The scheduler: whatever is to be run waits in one line. */
  readonly scheduler: Scheduler.Scheduler = {
    executionMode: "async",
    shouldYield: ({ currentOpCount }) => {
      if (currentOpCount < busyOps) return false
      this.turns += busyTurns
      return true
    },
    makeDispatcher: () => ({
      scheduleTask: (task) => void this.tasks.push(task),
      flush: () => this.settle(Infinity)
    })
  }

  /** Milliseconds that have passed. */
  get elapsedMs(): number {
    return this.now
  }

  /** How many sleep: timers that are set. */
  get sleeping(): number {
    return this.asleep.size
  }

  /**
   * Runs an effect to its end, with all that it starts, while the time passes by itself.
   *
   * @throws Stalled - when it would never end
   */
  run<A, E>(
    effect: Effect.Effect<A, E>,
    { turns = 10_000_000, withinMs = 86_400_000 }: RunOptions = {}
  ): Exit.Exit<A, E> {
    const fiber = Effect.runFork(
      effect.pipe(
        Effect.provideService(Clock.Clock, this.clock),
        Effect.provideService(Scheduler.Scheduler, this.scheduler)
      ),
      { scheduler: this.scheduler }
    )
    const limit = this.now + withinMs
    let left = turns
    for (;;) {
      this.settle(left)
      left -= this.turns
      this.turns = 0
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) return exit
      if (left <= 0) throw new Stalled({ reason: "Livelock", atMs: this.now })
      const next = this.first()
      if (next === undefined) throw new Stalled({ reason: "Deadlock", atMs: this.now })
      if (next.at > limit) throw new Stalled({ reason: "TooLate", atMs: this.now })
      this.now = next.at
      this.nanos = BigInt(Math.round(this.now * 1e6))
      this.asleep.delete(next)
      next.wake()
    }
  }

  /** Runs what waits in line until nobody does, or so many turns are made. */
  private settle(most: number): void {
    while (this.tasks.length > 0 && this.turns < most) {
      const tasks = this.tasks
      this.tasks = []
      this.turns += tasks.length
      for (const task of tasks) task()
    }
  }

  private lieDown(sleeper: Sleeper): void {
    const heap = this.sleepers
    this.asleep.add(sleeper)
    if (heap.length > 1_000 && heap.length > 4 * this.asleep.size) {
      const living = heap.filter((one) => this.asleep.has(one)) // in order, which makes a heap
      heap.splice(0, heap.length, ...living.sort((one, other) => before(one, other) ? -1 : 1))
    }
    let at = heap.push(sleeper) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent]
      if (above === undefined || before(above, sleeper)) break
      heap[at] = above
      at = parent
    }
    heap[at] = sleeper
  }

  /** The next to wake; those before it who were woken otherwise are forgotten. */
  private first(): Sleeper | undefined {
    const heap = this.sleepers
    for (;;) {
      const [first] = heap
      if (first === undefined || this.asleep.has(first)) return first
      const last = heap.pop()
      if (last !== undefined && heap.length > 0) this.sink(last)
    }
  }

  private sink(sleeper: Sleeper): void {
    const heap = this.sleepers
    let at = 0
    for (;;) {
      const left = heap[2 * at + 1]
      const right = heap[2 * at + 2]
      if (left === undefined) break
      const smaller = right !== undefined && before(right, left) ? right : left
      if (before(sleeper, smaller)) break
      heap[at] = smaller
      at = smaller === left ? 2 * at + 1 : 2 * at + 2
    }
    heap[at] = sleeper
  }
}
