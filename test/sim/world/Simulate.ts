/**
 * One world from its beginning to its end, in virtual time: the faults and wishes of its plan; then quiet, in which everything
 * must settle; then everybody leaves, and nothing may be left over.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Desktop from "../../../src/adapters/memory/Desktop.ts"
import * as Downloads from "../../../src/adapters/memory/Downloads.ts"
import * as Files from "../../../src/adapters/memory/Files.ts"
import * as Network from "../../../src/adapters/memory/Network.ts"
import * as Pages from "../../../src/adapters/memory/Pages.ts"
import * as Processes from "../../../src/adapters/memory/Processes.ts"
import { Stalled, VirtualTime } from "../../../src/adapters/memory/VirtualTime.ts"
import * as Web from "../../../src/adapters/memory/Web.ts"
import { perform, present } from "./Acting.ts"
import * as Checks from "./Checks.ts"
import * as Hubs from "./Hubs.ts"
import type { Plan } from "./Plan.ts"
import { make, type World } from "./World.ts"

/** What became of a world. */
export interface Outcome {
  /** What must not be; nothing, if all is well. */
  readonly wrongs: ReadonlyArray<string>
  /** SHA-256 of the trace. */
  readonly hash: string
  readonly trace: string
  readonly events: number
  readonly faults: number
  readonly clients: number
  readonly hubs: number
  /** Virtual time, in milliseconds. */
  readonly elapsedMs: number
}

/** Milliseconds in which everything must have settled once the faults are over. */
const settleMs = 12_000
/** Milliseconds for everybody to be back after having been called back. */
const backMs = 3_000
/** Milliseconds for calls to end after their callees have left. */
const leaveMs = 2_000

const act = (world: World) =>
  Effect.gen(function*() {
    for (const action of world.plan.actions) {
      const wait = action.at - world.now()
      if (wait > 0) yield* Effect.sleep(wait)
      yield* perform(world, action)
    }
  })

/** The end of all faults. */
const quiet = (world: World) =>
  Effect.gen(function*() {
    world.log("!", "", "the quiet phase begins")
    yield* world.network.quiet
    yield* world.processes.disk("Well")
    for (const { thaw } of yield* world.processes.all) yield* thaw
    yield* world.web?.user.relent ?? Effect.void
    yield* Effect.sleep(settleMs / 2)
    const usual = (yield* Hubs.living(world)).some(({ record }) => record.label === undefined)
    if (!usual) yield* Hubs.start(world)
    yield* Hubs.letPagesIn(world)
    yield* Effect.sleep(settleMs / 2)
    for (const actor of yield* present(world)) if (actor.kind === "resident") yield* actor.client.reconnect
    yield* Effect.sleep(backMs)
  })

/** Everybody leaves: first those who owe answers, then all others, then the hubs. */
const leaveAll = (world: World) =>
  Effect.gen(function*() {
    const actors = yield* present(world)
    yield* Checks.delivered(world)
    for (const actor of actors) {
      if (actor.kind === "resident" || actor.manner === "never") yield* actor.process.exit
    }
    yield* Effect.sleep(leaveMs)
    yield* Checks.delivered(world)
    Checks.responded(world)
    Checks.ended(world)
    for (const actor of actors) yield* actor.process.exit
    yield* Effect.sleep(leaveMs)
    const hubs = yield* Hubs.living(world)
    for (const hub of hubs) yield* Checks.emptied(world, hub)
    yield* Checks.withdrawn(world)
    for (const hub of hubs) yield* hub.process.exit
    yield* Effect.sleep(leaveMs)
    for (const hub of hubs) finish(world, hub.name, hub.watch)
    for (const process of yield* world.processes.all) {
      const timers = yield* process.timers
      if (timers > 0) world.wrong(`${process.id} has ${timers} timers left`)
    }
    const pending = yield* world.network.pending
    if (pending > 0) world.wrong(`${pending} calls are still under way`)
  })

const finish = (
  world: World,
  name: string,
  { model }: { readonly model: { readonly finish: () => void } }
): void => {
  try {
    model.finish()
  } catch (violation) {
    world.wrong(`${name}: ${violation instanceof Error ? violation.message : String(violation)}`)
  }
}

const live = (world: World) =>
  Effect.gen(function*() {
    yield* act(world)
    yield* quiet(world)
    const hub = (yield* Hubs.living(world)).find(({ record }) => record.label === undefined)
    if (hub === undefined) return world.wrong("there is no hub, though all is quiet")
    yield* Checks.registered(world, hub)
    yield* Checks.lockfiles(world)
    for (const each of yield* Hubs.living(world)) yield* Checks.called(world, each)
    yield* leaveAll(world)
  })

/** What pages read and hand over: files, and a web of its own. */
const data = Layer.mergeAll(Downloads.layer, Pages.layer).pipe(
  Layer.provideMerge(Layer.mergeAll(Desktop.keys, Files.layer, Web.layer))
)

/** Runs the world of a plan. */
export const simulate = (plan: Plan): Outcome => {
  const time = new VirtualTime()
  let fibers = 0
  let seen: World | undefined
  const computer = Processes.layer({ seed: plan.seed }).pipe(
    Layer.merge(data),
    Layer.provideMerge(Layer.mergeAll(Network.network({ seed: plan.seed }), Desktop.lockfiles))
  )
  const whole = Effect.gen(function*() {
    const world = yield* make(plan)
    seen = world
    const exit = yield* Effect.exit(live(world))
    if (Exit.isFailure(exit)) world.wrong(`the simulation itself failed: ${exit.cause}`)
    for (const { fiber } of world.jobs) yield* Fiber.interrupt(fiber)
    return world
  }).pipe(
    Effect.scoped,
    Effect.provide(computer),
    Effect.provideService(Logger.CurrentLoggers, new Set()),
    Effect.provideService(Metric.FiberRuntimeMetrics, {
      recordFiberStart: () => void fibers++,
      recordFiberEnd: () => void fibers--
    })
  )
  const wrongs: Array<string> = []
  try {
    const exit = time.run(whole, { withinMs: 3_600_000, turns: 5_000_000 })
    if (Exit.isFailure(exit)) wrongs.push(`the simulation itself failed: ${exit.cause}`)
    else if (fibers > 1) wrongs.push(`${fibers - 1} fibers are left over`) // the one that ran all of it ends last
    if (time.sleeping > 0) wrongs.push(`${time.sleeping} sleepers are left over`)
  } catch (stalled) {
    if (!(stalled instanceof Stalled)) throw stalled
    wrongs.push(stalled.message)
  }
  return {
    wrongs: [...seen?.wrongs ?? [], ...wrongs],
    hash: seen?.trace.hash ?? "",
    get trace() {
      return seen?.trace.text ?? ""
    },
    events: seen?.events ?? 0,
    faults: seen?.faults ?? 0,
    clients: seen?.actors.length ?? 0,
    hubs: seen?.hubs.length ?? 0,
    elapsedMs: time.elapsedMs
  }
}
