// The command line of the benchmark.
import { parseArgs } from "node:util"
import { type HubName, hubNames } from "./HubProcess.ts"
import type { RoundWorkload } from "./Round.ts"

export const roundWorkloads = ["notify", "notifyAll", "call", "callAndWait"] as const satisfies ReadonlyArray<
  RoundWorkload
>
export const workloadNames = [...roundWorkloads, "big"] as const
export type WorkloadName = (typeof workloadNames)[number]

export interface Options {
  readonly hubs: ReadonlyArray<HubName>
  readonly workloads: ReadonlyArray<WorkloadName>
  readonly quick: boolean
  readonly rounds: number
  readonly roundSeconds: number
  readonly warmUpSeconds: number
  readonly bigSamples: number
  readonly json: string | undefined
}

export class UsageError extends Error {}

export const usage =
  `Usage: node test/bench/main.ts [--quick] [--only WORKLOAD,...] [--hubs HUB,...] [--rounds N]
                               [--seconds S] [--json FILE]

Compares our hub with JSAMP's and with a do-nothing relay.
  --quick       under 20 seconds: shows that it works, not how fast it is
  --only        ${workloadNames.join(", ")} (default: all)
  --hubs        ${hubNames.join(", ")} (default: all)
  --rounds N    rounds to take the median of
  --seconds S   length of a round
  --json FILE   write every round as JSON
Environment: SAMP_BENCH_HUB, the command that starts our hub with --json (default: node dist/bin/samp.mjs hub --json);
JSAMP_JAR, the path of jsamp.jar.`

const pick = <Name extends string>(
  option: string,
  value: string | undefined,
  names: ReadonlyArray<Name>
): ReadonlyArray<Name> => {
  if (value === undefined) return names
  const asked = value.split(",").map((word) => word.trim()).filter((word) => word !== "")
  const known = names.filter((name) => asked.includes(name))
  const unknown = asked.filter((word) => !names.some((name) => name === word))
  if (unknown.length > 0 || known.length === 0) {
    throw new UsageError(`${option}: choose from ${names.join(", ")}, not "${value}"`)
  }
  return known
}

const positive = (option: string, value: string | undefined, otherwise: number): number => {
  if (value === undefined) return otherwise
  const number = Number(value)
  if (!(number > 0 && number <= 1000)) {
    throw new UsageError(`${option}: not a number from 0 to 1000: "${value}"`)
  }
  return number
}

const parse = (args: ReadonlyArray<string>) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string" },
        hubs: { type: "string" },
        rounds: { type: "string" },
        seconds: { type: "string" },
        json: { type: "string" },
        help: { type: "boolean", short: "h", default: false }
      }
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** Undefined when help was asked for. */
export const readOptions = (args: ReadonlyArray<string>): Options | undefined => {
  const values = parse(args)
  if (values.help) return undefined
  const quick = values.quick
  return {
    hubs: pick("--hubs", values.hubs, hubNames),
    workloads: pick("--only", values.only, workloadNames),
    quick,
    rounds: Math.ceil(positive("--rounds", values.rounds, quick ? 2 : 5)),
    roundSeconds: positive("--seconds", values.seconds, quick ? 0.25 : 1.5),
    warmUpSeconds: quick ? 0.2 : 3,
    bigSamples: quick ? 1 : 3,
    json: values.json
  }
}
