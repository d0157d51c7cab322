/** What is printed about worlds. */
import { createHash } from "node:crypto"
import { planOf } from "./Plan.ts"
import type { Sum } from "./Range.ts"
import { apply, type Cut, shrink, whole } from "./Shrink.ts"
import { simulate } from "./Simulate.ts"

/** One hash of many traces, in the order of their seeds. */
const hashOf = (hashes: Sum["hashes"]): string => {
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

/** A failing world, as small as it gets, with its trace. */
export const failure = (seed: number): string => {
  const plan = planOf(seed)
  const { wrongs } = simulate(plan)
  const cut = shrink(plan, (smaller) => kindOf(simulate(smaller).wrongs) === kindOf(wrongs))
  const small = simulate(apply(plan, cut))
  return [
    `world ${seed} failed; it took ${cut.keep.length} of its ${plan.actions.length} actions to see it`,
    small.trace,
    "",
    ...small.wrongs.map((wrong) => `WRONG: ${wrong}`),
    "",
    `all of it again: ${command(seed)}`,
    `this again:      ${command(seed, cut)}`
  ].join("\n")
}

/** One world with its trace. */
export const single = (
  seed: number,
  cut: Cut = whole(planOf(seed))
): { readonly text: string; readonly well: boolean } => {
  const { hash, trace, wrongs } = simulate(apply(planOf(seed), cut))
  return {
    text: [trace, "", ...wrongs.map((wrong) => `WRONG: ${wrong}`), `hash of the trace: ${hash}`].join("\n"),
    well: wrongs.length === 0
  }
}
