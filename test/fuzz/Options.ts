/** The command line of the fuzzer. */
import { parseArgs } from "node:util"

/** What can be fuzzed, in the order in which all are. */
export const targetNames = ["xml", "lockfile", "values", "content", "http", "decoders", "hubs"] as const

/** Those that need other programs. */
const peers: ReadonlyArray<string> = ["decoders", "hubs"]

/** The name of a target. */
export type TargetName = (typeof targetNames)[number]

/** How the fuzzer is run. */
export interface Options {
  /** Minutes in all, shared by the targets. */
  readonly minutes: number
  /** Inputs for each target at most. */
  readonly runs: number
  readonly seed: number
  readonly targets: ReadonlyArray<TargetName>
  /** Where findings and the corpus are kept. */
  readonly out: string
  /** A finding to try again. */
  readonly replay: string | undefined
  /** Whether to write down the inputs that reach all the code that was reached, for `npm test` to replay. */
  readonly save: boolean
  /** Whether to write the code that never ran. */
  readonly missed: boolean
}

/** What `--help` prints. */
export const usage = `npm run fuzz -- [options]

  --minutes N    how long in all (default 1); the targets share it
  --runs N       at most so many inputs for each target
  --seed S       where the random numbers begin (default: the time); with --runs and an empty --out it repeats a run
  --target T     ${targetNames.join(", ")}; or peers for the last two; may be given
                 several times; by default all but peers
  --out DIR      where findings and the grown corpus are kept (default fuzz-out)
  --replay FILE  tries the input of a finding again
  --save         puts the shortest inputs that reach all that was reached into test/fuzz/corpus
  --missed       lists the code of each target that no input reached

peers need JSAMP and astropy, as npm run test:interop does. The exit code is 1 when something was found.
`

/** A command line that makes no sense. */
export class UsageError extends Error {}

const isTarget = (name: string): name is TargetName => targetNames.some((one) => one === name)

const number = (name: string, text: string): number => {
  const read = Number(text)
  if (!(read > 0)) throw new UsageError(`--${name} takes a number above 0, not ${text}`)
  return read
}

/** Reads the command line; undefined when help is wanted. */
export const readOptions = (args: ReadonlyArray<string>): Options | undefined => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: "string", default: "1" },
      runs: { type: "string" },
      seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
      target: { type: "string", multiple: true },
      out: { type: "string", default: "fuzz-out" },
      replay: { type: "string" },
      save: { type: "boolean", default: false },
      missed: { type: "boolean", default: false },
      help: { type: "boolean", default: false }
    }
  })
  if (values.help) return undefined
  const named = values.target ?? targetNames.filter((name) => !peers.includes(name))
  const targets = named.flatMap((name) => name === "peers" ? peers : [name])
  const wrong = targets.find((name) => !isTarget(name))
  if (wrong !== undefined) throw new UsageError(`--target is one of ${targetNames.join(", ")}, not ${wrong}`)
  return {
    minutes: number("minutes", values.minutes),
    runs: values.runs === undefined ? Infinity : number("runs", values.runs),
    seed: number("seed", values.seed),
    targets: targets.filter(isTarget),
    out: values.out,
    replay: values.replay,
    save: values.save,
    missed: values.missed
  }
}
