/**
 * Tests in virtual time, in one call: a hub, peers and all else in memory, and hours that pass in milliseconds. Works under
 * any test runner, since it comes back when the program has ended.
 *
 * @example
 * test("a table reaches TOPCAT", () => {
 *   Simulation.run(Effect.gen(function*() {
 *     const client = yield* SampClient.make({ name: "mine" })
 *     // ...
 *   }), { peers: [Peer.topcat()] })
 * })
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { Network, type NetworkEvent } from "../../adapters/memory/Network.ts"
import { type RunOptions, VirtualTime } from "../../adapters/memory/VirtualTime.ts"
import * as Peer from "./Peer.ts"
import type { Script } from "./Scripts.ts"
import * as SimHub from "./SimHub.ts"

/** What is there. */
export interface WorldOptions extends SimHub.SimHubOptions {
  /** Peers that are there from the beginning. Default: none. */
  readonly peers?: ReadonlyArray<Script> | undefined
}

/** Everything that is at hand in a simulation. */
export type World = SimHub.World | Peer.Peers

/** A computer in memory with a hub and peers, as a layer: for `TestClock` and for one's own ways. */
export const layer = (
  { peers = [], ...hub }: WorldOptions = {}
): Layer.Layer<World, SimHub.StartError | Peer.StartError> =>
  Peer.layer(...peers).pipe(Layer.provideMerge(SimHub.layer(hub)))

/** How a simulation is run. */
export interface SimulationOptions extends WorldOptions, RunOptions {
  /** Milliseconds of virtual time that may pass. Default: an hour. */
  readonly withinMs?: number | undefined
  /** Seed of all dice, those of `effect/Random` too. The same seed makes the same run. Default 0. */
  readonly seed?: number | undefined
}

const anHour = 3_600_000

/** Events that are shown of a run that failed. */
const shown = 25

const lineOf = (event: NetworkEvent, now: number): string | undefined => {
  switch (event._tag) {
    case "Wake":
    case "Tick":
    case "Written":
    case "Answered":
      return undefined
    case "Sent":
      return `${now} ms  #${event.exchange} ${event.from} -> ${event.url} ${event.what}`
    case "Arrived":
    case "Broken":
    case "Cancelled":
    case "HungUp":
    case "Refused":
    case "Returned":
      return `${now} ms  #${event.exchange} ${event._tag}${event._tag === "Broken" ? `: ${event.why}` : ""}`
    case "Opened":
    case "Closed":
    case "Disturbed":
      return `${now} ms  ${event._tag} ${event.url}`
    case "Cut":
    case "Mended":
      return `${now} ms  ${event._tag} ${event.one} | ${event.other}`
    case "Quieted":
      return `${now} ms  ${event._tag}`
    default:
      return `${now} ms  ${event._tag} ${event.process}`
  }
}

/** What clients call by themselves, again and again, as long as they live. */
const chores: ReadonlyArray<string> = ["samp.hub.ping", "samp.hub.getRegisteredClients"]

/** Knows the chores of clients, from the call to its end: in a run that waits they would hide all else. */
const knowsChores = () => {
  const exchanges = new Set<number>()
  return (event: NetworkEvent): boolean => {
    if (event._tag === "Sent" && chores.includes(event.what)) exchanges.add(event.exchange)
    return "exchange" in event && exchanges.has(event.exchange)
  }
}

/**
 * Runs a program to its end in virtual time. A failing run prints its seed, and what the network did last, on stderr.
 *
 * @returns what the program succeeded with
 * @throws whatever the program failed with; Stalled - when it would never end
 */
export const run = <A, E>(
  program: Effect.Effect<A, E, World | Scope.Scope>,
  { turns, withinMs = anHour, ...world }: SimulationOptions = {}
): A => {
  const { seed = 0 } = world
  const lines: Array<string> = []
  const isChore = knowsChores()
  let over = false
  const observed = Effect.flatMap(Network, (network) => {
    network.observe((event, now) => {
      const line = over || isChore(event) ? undefined : lineOf(event, now)
      if (line !== undefined && lines.push(line) > 2 * shown) lines.splice(0, shown)
    })
    // The end of all things tells nothing of why it came.
    return Effect.ensuring(
      program,
      Effect.sync(() => {
        over = true
      })
    )
  })
  const whole = observed.pipe(Effect.scoped, Effect.provide(layer(world)), Random.withSeed(seed))
  try {
    const exit = new VirtualTime().run(whole, { turns, withinMs })
    if (Exit.isSuccess(exit)) return exit.value
    throw Cause.squash(exit.cause)
  } catch (error) {
    const told = lines.slice(-shown).map((line) => `  ${line}`).join("\n")
    const last = told === "" ? "" : ` Last on its network:\n${told}`
    console.error(`The simulation failed with { seed: ${seed} }.${last}`)
    throw error
  }
}

/** Which seeds are tried. */
export interface ExploreOptions extends Omit<SimulationOptions, "seed"> {
  /** How many. Default 100. */
  readonly runs?: number | undefined
  /** The first of them. Default 0. */
  readonly from?: number | undefined
}

/**
 * Runs a program with one seed after the other, until one fails.
 *
 * @example
 * Simulation.explore(program, { runs: 1_000 }) // or, for one that has failed: Simulation.run(program, { seed: 417 })
 */
export const explore = <A, E>(
  program: Effect.Effect<A, E, World | Scope.Scope>,
  { from = 0, runs = 100, ...options }: ExploreOptions = {}
): void => {
  for (let seed = from; seed < from + runs; seed++) run(program, { ...options, seed })
}
