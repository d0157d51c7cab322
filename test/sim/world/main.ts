/**
 * Simulated worlds, as many as wanted: npm run sim -- [--runs N] [--from SEED] [--jobs N] [--all] [--brief]
 * One of them, with its trace:           npm run sim -- --seed SEED [--keep 0,1,5 --pace 0.1] [--save FILE]
 * One whose plan was saved:              npm run sim -- --plan FILE
 *
 * It stops at the first world that fails, makes it smaller and prints it; with --all it goes on and names all that fail, with
 * --brief it prints one line of JSON only.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"
import { Worker } from "node:worker_threads"
import { type Plan, planOf } from "./Plan.ts"
import { add, none, type Sum } from "./Range.ts"
import { failure, shortest, single, summary } from "./Report.ts"
import { apply, whole } from "./Shrink.ts"
import { simulate } from "./Simulate.ts"

/** Seeds that a thread gets at a time. */
const portion = 25

const usage = `npm run sim -- [--runs N] [--from SEED] [--jobs N] [--all] [--brief]
npm run sim -- --seed SEED [--keep 0,1,5 --pace 0.1] [--save FILE]
npm run sim -- --plan FILE`

const options = () =>
  parseArgs({
    options: {
      runs: { type: "string", default: "10000" },
      from: { type: "string", default: "0" },
      jobs: { type: "string", default: String(availableParallelism()) },
      all: { type: "boolean", default: false },
      brief: { type: "boolean", default: false },
      seed: { type: "string" },
      keep: { type: "string" },
      pace: { type: "string", default: "1" },
      save: { type: "string" },
      plan: { type: "string" }
    }
  }).values

const given = (): ReturnType<typeof options> => {
  try {
    return options()
  } catch (wrong) {
    const isAsked = process.argv.includes("--help")
    console.error(isAsked ? usage : `${wrong instanceof Error ? wrong.message : String(wrong)}\n${usage}`)
    process.exit(isAsked ? 0 : 2)
  }
}
const values = given()

const number = (name: string, text: string, least: number): number => {
  const value = Number(text)
  if (Number.isFinite(value) && value >= least) return value
  console.error(`--${name} takes a number, ${least} at least, not '${text}'`)
  process.exit(2)
}

/** Runs worlds in threads, until all are done or one has failed. */
const runAll = async (from: number, runs: number, jobs: number, all: boolean): Promise<Sum> => {
  let next = from
  let sum = none
  const take = (): ReadonlyArray<number> => {
    if (!all && sum.failed.length > 0) return []
    const seeds = Array.from({ length: Math.min(portion, from + runs - next) }, (_, i) => next + i)
    next += seeds.length
    return seeds
  }
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./Worker.ts", import.meta.url))
      const give = (): void => {
        const seeds = take()
        if (seeds.length > 0) return worker.postMessage(seeds, [])
        void worker.terminate()
        resolve()
      }
      worker.on("message", (done: Sum) => {
        sum = add(sum, done)
        give()
      })
      worker.on("error", reject)
      give()
    })
  await Promise.all(Array.from({ length: jobs }, work))
  return sum
}

/** One world, with its trace. */
const show = (plan: Plan): void => {
  const { text, well } = single(plan)
  console.log(text)
  if (!well) process.exitCode = 1
}

if (values.plan !== undefined) show(JSON.parse(readFileSync(values.plan, "utf8")) as Plan) // written by --save
else if (values.seed === undefined) {
  const begun = performance.now()
  const sum = await runAll(
    number("from", values.from, 0),
    number("runs", values.runs, 1),
    number("jobs", values.jobs, 1),
    values.all
  )
  const failed = sum.failed.toSorted((one, other) => one - other)
  const [first] = failed
  const seconds = (performance.now() - begun) / 1000
  if (first !== undefined) process.exitCode = 1
  if (values.brief) {
    const wrongs = first === undefined ? [] : simulate(planOf(first)).wrongs
    const command = first === undefined ? undefined : shortest(first).command
    console.log(JSON.stringify({ runs: sum.runs, seconds, failed, wrongs, command }))
  } else {
    if (first !== undefined) console.log(`${failure(first)}\n\nseeds that failed: ${failed.join(", ")}`)
    console.log(summary(sum, seconds))
  }
} else {
  const plan = planOf(number("seed", values.seed, 0))
  const keep = values.keep?.split(",").map((text) => number("keep", text, 0)) ?? whole(plan).keep
  const cut = apply(plan, { keep, pace: number("pace", values.pace, 0) })
  if (values.save !== undefined) writeFileSync(values.save, `${JSON.stringify(cut, undefined, 1)}\n`)
  show(cut)
}
