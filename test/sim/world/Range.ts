/** Many worlds, one after the other. */
import { planOf } from "./Plan.ts"
import { simulate } from "./Simulate.ts"

/** What became of some worlds. */
export interface Sum {
  readonly runs: number
  readonly events: number
  readonly faults: number
  readonly clients: number
  readonly hubs: number
  readonly elapsedMs: number
  /** Seeds that failed. */
  readonly failed: ReadonlyArray<number>
  /** Hashes of the traces, by seed. */
  readonly hashes: ReadonlyArray<readonly [seed: number, hash: string]>
}

const nothing: Sum = {
  runs: 0,
  events: 0,
  faults: 0,
  clients: 0,
  hubs: 0,
  elapsedMs: 0,
  failed: [],
  hashes: []
}

/** Two sums in one. */
export const add = (one: Sum, other: Sum): Sum => ({
  runs: one.runs + other.runs,
  events: one.events + other.events,
  faults: one.faults + other.faults,
  clients: one.clients + other.clients,
  hubs: one.hubs + other.hubs,
  elapsedMs: one.elapsedMs + other.elapsedMs,
  failed: [...one.failed, ...other.failed],
  hashes: [...one.hashes, ...other.hashes]
})

/** The sum of none. */
export const none = nothing

/** Runs the worlds of some seeds. */
export const runAll = (seeds: Iterable<number>): Sum => {
  const sum = { ...nothing, failed: [] as Array<number>, hashes: [] as Array<readonly [number, string]> }
  for (const seed of seeds) {
    const { clients, elapsedMs, events, faults, hash, hubs, wrongs } = simulate(planOf(seed))
    sum.runs++
    sum.events += events
    sum.faults += faults
    sum.clients += clients
    sum.hubs += hubs
    sum.elapsedMs += elapsedMs
    sum.hashes.push([seed, hash])
    if (wrongs.length > 0) sum.failed.push(seed)
  }
  return sum
}
