// Benchmark: our hub, JSAMP's and a do-nothing node:http relay (relay.ts), interleaved in one run.
//
// This process is the load generator and holds all clients, senders and receivers alike. The hub is the other process
// that works, so on two cores each has one. Receivers in a third process would take turns with the hub on its core and
// so be measured with it; and one process sees both ends of a message, which makes counting exact. It is fair as long
// as the generator has time to spare: its share of a core is measured with each round, and the report says when it is
// used up. The rates are compared, never judged: only a wrong count or a hub that fails makes the exit code 1.
import { writeFileSync } from "node:fs"
import { availableParallelism, cpus } from "node:os"
import { type BigResult, runBig } from "./BigMessage.ts"
import { cleanUp, type HubName, startHub, Unavailable } from "./HubProcess.ts"
import { type Options, readOptions, roundWorkloads, usage, UsageError } from "./Options.ts"
import { peakBytes } from "./ProcessStats.ts"
import { render, summarize, type TakenRound } from "./Report.ts"
import { kinds, runRound } from "./Round.ts"
import { openSession, type Session, type Shape } from "./Session.ts"

const exitFailed = 1
const exitUsage = 2
const exitSignalled = 128

/** One sender for each operation in flight, so that responses come back to many ports as calls go out to many. */
const shape: Shape = { senders: 32, receivers: 100 }
/** About four times what the relay makes in a round. */
const countBound = 150_000

const note = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

class Bench {
  readonly #options: Options
  readonly sessions = new Map<HubName, Session>()
  readonly rounds: Array<TakenRound> = []
  readonly big: Array<BigResult> = []
  readonly peaks = new Map<HubName, number | undefined>()
  readonly unavailable = new Map<HubName, string>()
  readonly failures: Array<string> = []

  constructor(options: Options) {
    this.#options = options
  }

  get #present(): ReadonlyArray<HubName> {
    return this.#options.hubs.filter((hub) => !this.unavailable.has(hub))
  }

  get #workloads() {
    return roundWorkloads.filter((workload) => this.#options.workloads.includes(workload))
  }

  async run(): Promise<void> {
    const { bigSamples, roundSeconds, rounds, warmUpSeconds, workloads } = this.#options
    if (workloads.includes("big")) await this.#takeBig(bigSamples)
    if (this.#workloads.length === 0) return
    await this.#open()
    note("warming up")
    await this.#takeRounds(0, warmUpSeconds)
    for (let round = 1; round <= rounds; round++) {
      note(`round ${round} of ${rounds}`)
      await this.#takeRounds(round, roundSeconds)
    }
    for (const [hub, session] of this.sessions) {
      this.peaks.set(hub, peakBytes(session.hub.pid))
      this.#report(`${hub}, after the rounds`, session.late)
    }
    await Promise.all([...this.sessions.values()].map((session) => session.hub.stop()))
    for (const session of this.sessions.values()) session.close()
  }

  /** A peer that is not installed is left out; anything else that goes wrong is a failure of the run. */
  async #unlessUnavailable(hub: HubName, action: () => Promise<void>): Promise<void> {
    try {
      await action()
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      this.unavailable.set(hub, error.message)
    }
  }

  async #takeBig(samples: number): Promise<void> {
    note("10 MB string")
    for (let sample = 0; sample < samples; sample++) {
      for (const hub of this.#present) {
        await this.#unlessUnavailable(hub, async () => {
          const result = await runBig(hub)
          this.big.push(result)
          this.#report(`${hub}, 10 MB string`, result.failures)
        })
      }
    }
  }

  async #open(): Promise<void> {
    for (const hub of this.#present) {
      await this.#unlessUnavailable(hub, async () => {
        this.sessions.set(hub, await openSession(await startHub(hub), shape))
      })
    }
  }

  /** Round 0 warms up: checked like the others, but not kept. The order turns, so that no hub is always first. */
  async #takeRounds(round: number, seconds: number): Promise<void> {
    for (const workload of this.#workloads) {
      const turn = [...this.sessions]
      const order = turn.map((_, i) => turn[(i + round) % turn.length]).filter((entry) => entry !== undefined)
      for (const [hub, session] of order) {
        const bounds = { seconds, count: countBound }
        const result = await runRound(session, workload, shape.receivers, bounds)
        if (round > 0) this.rounds.push({ hub, round, ...result })
        this.#report(`${hub}, ${workload}, round ${round}`, result.failures)
      }
    }
  }

  #report(where: string, failures: ReadonlyArray<string>): void {
    for (const failure of failures) this.failures.push(`${where}: ${failure}`)
    // After the first failure the figures mean nothing, and a stuck hub would cost a drain time each round.
    if (failures.length > 0) throw new Error(`stopped: wrong result at ${where}`)
  }
}

const writeJson = (file: string, options: Options, bench: Bench): void => {
  const content = {
    date: new Date().toISOString(),
    machine: {
      node: process.version,
      platform: process.platform,
      cpus: availableParallelism(),
      cpu: cpus()[0]?.model
    },
    options: { ...options, json: undefined },
    shape,
    inFlight: Object.fromEntries(roundWorkloads.map((workload) => [workload, kinds[workload].inFlight])),
    summary: summarize(bench.rounds),
    peakBytes: Object.fromEntries(bench.peaks),
    rounds: bench.rounds,
    big: bench.big,
    unavailable: Object.fromEntries(bench.unavailable),
    failures: bench.failures
  }
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)
}

const main = async (args: ReadonlyArray<string>): Promise<number> => {
  const options = readOptions(args)
  if (options === undefined) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const bench = new Bench(options)
  try {
    await bench.run()
  } catch (error) {
    bench.failures.push(error instanceof Error ? error.message : String(error))
  }
  process.stdout.write(`\n${render(bench)}\n`)
  if (options.json !== undefined) writeJson(options.json, options, bench)
  return bench.failures.length > 0 ? exitFailed : 0
}

// Every way out leads through "exit", which no hub survives; SIGKILL alone cannot be seen, and then the relay at least
// notices that its standard input has ended.
process.on("exit", cleanUp)
for (const [signal, number] of [["SIGHUP", 1], ["SIGINT", 2], ["SIGTERM", 15]] as const) {
  process.on(signal, () => process.exit(exitSignalled + number))
}

try {
  process.exit(await main(process.argv.slice(2)))
} catch (error) {
  note(error instanceof UsageError ? `${error.message}\n${usage}` : String(error))
  process.exit(error instanceof UsageError ? exitUsage : exitFailed)
}
