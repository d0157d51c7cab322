/** What is printed about worlds. */
import { createHash } from "node:crypto"
import { type Plan, planOf } from "./Plan.ts"
import type { Sum } from "./Range.ts"
import { apply, type Cut, shrink } from "./Shrink.ts"
import { simulate } from "./Simulate.ts"

/** One hash of many traces, in the order of their seeds. */
export const hashOf = (hashes: Sum["hashes"]): string => {
  const sorted = [...hashes].sort(([one], [other]) => one - other)
  return createHash("sha256").update(sorted.map(([seed, hash]) => `${seed} ${hash}`).join("\n")).digest("hex")
}

const grouped = (number: number): string => Math.round(number).toLocaleString("en-GB")

/** The sum of a run, in lines. */
export const summary = (sum: Sum, seconds: number): string =>
  [
    `${grouped(sum.runs)} worlds in ${seconds.toFixed(1)} s, ${(sum.runs / seconds).toFixed(0)} a second: ${
      sum.failed.length === 0 ? "all well" : `${sum.failed.length} FAILED`
    }`,
    `${grouped(sum.clients)} clients at ${grouped(sum.hubs)} hubs, ${grouped(sum.events)} events, ${
      grouped(sum.faults)
    } faults, ${(sum.elapsedMs / 3_600_000).toFixed(1)} simulated hours`,
    `hash of all traces: ${hashOf(sum.hashes)}`
  ].join("\n")

/** How a world is run again. */
export const command = (seed: number, cut?: Cut): string =>
  `npm run sim -- --seed ${seed}${
    cut === undefined ? "" : ` --keep ${cut.keep.join(",")} --pace ${cut.pace}`
  }`

/** What kind of failure it is: its first sentence without numbers. */
const kindOf = (wrongs: ReadonlyArray<string>): string =>
  (wrongs[0] ?? "").replace(/[\d,]+/gu, "#").slice(0, 60)

/** What is left of a failing world when it is made as small as it gets, and how that is run again. */
export const shortest = (seed: number): { readonly plan: Plan; readonly command: string } => {
  const plan = planOf(seed)
  const { wrongs } = simulate(plan)
  const cut = shrink(plan, (smaller) => kindOf(simulate(smaller).wrongs) === kindOf(wrongs))
  return { plan: apply(plan, cut), command: command(seed, cut) }
}

/** A failing world, as small as it gets, with its trace. */
export const failure = (seed: number): string => {
  const { command: again, plan } = shortest(seed)
  const { trace, wrongs } = simulate(plan)
  return [
    `world ${seed} failed; it took ${plan.actions.length} of its ${
      planOf(seed).actions.length
    } actions to see it`,
    trace,
    "",
    ...wrongs.map((wrong) => `WRONG: ${wrong}`),
    "",
    `all of it again: ${command(seed)}`,
    `this again:      ${again}`
  ].join("\n")
}

/** One world with its trace. */
export const single = (plan: Plan): { readonly text: string; readonly well: boolean } => {
  const { hash, trace, wrongs } = simulate(plan)
  return {
    text: [trace, "", ...wrongs.map((wrong) => `WRONG: ${wrong}`), `hash of the trace: ${hash}`].join("\n"),
    well: wrongs.length === 0
  }
}
