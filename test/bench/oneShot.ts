// Benchmark: what one message from the shell costs as a whole process, beside JSAMP's messagesender, astropy, and a Node
// that does nothing. All send to one listener through one hub, by turns. The times are compared, never judged: only a
// command that fails or a message that does not come makes the exit code 1.
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { parseArgs } from "node:util"
import { cleanUp, jsampJar, startHub, Unavailable } from "./HubProcess.ts"
import { peakBytes } from "./ProcessStats.ts"
import { layOut, median, megabytes, ratio, whole } from "./Report.ts"
import { openSession } from "./Session.ts"

const mtype = "bench.one"
const project = join(import.meta.dirname, "..", "..")
const bundled = join(project, "dist", "bin", "samp.mjs")
const modules = join(project, "dist", "apps", "cli", "samp.js")

interface Sender {
  readonly name: string
  /** Throws Unavailable if it is not installed. */
  readonly command: () => ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
  /** How many messages reach the listener. */
  readonly sends: 0 | 1
}

/** What one needs in Python; the second argument is the MType. */
const python = `
import sys
from astropy.samp import SAMPIntegratedClient
client = SAMPIntegratedClient()
client.connect()
client.notify_all({"samp.mtype": sys.argv[1], "samp.params": {"x": "1"}})
client.disconnect()
`

/** Debian puts astropy into its own Python, which need not be the first on the PATH. */
const pythonProgram = ["/usr/bin/python3"].find((place) => existsSync(place)) ?? "python3"

const sampSend = (file: string) => (): ReadonlyArray<string> => [process.execPath, file, "send", mtype, "x=1"]

const bare: Sender = { name: "node -e 0", command: () => [process.execPath, "-e", "0"], sends: 0 }
const ours: Sender = { name: "samp send", command: sampSend(bundled), sends: 1 }
const jsamp: Sender = {
  name: "jsamp messagesender",
  command: () =>
    ["java", "-Djava.awt.headless=true", "-cp", jsampJar(), "org.astrogrid.samp.JSamp", "messagesender"]
      .concat(["-mode", "notify", "-mtype", mtype, "-param", "x", "1"]),
  sends: 1
}
const senders: ReadonlyArray<Sender> = [
  bare,
  ours,
  { ...ours, name: "samp send, no compile cache", env: { NODE_DISABLE_COMPILE_CACHE: "1" } },
  {
    name: "samp send, not bundled",
    command: sampSend(modules),
    env: { NODE_DISABLE_COMPILE_CACHE: "1" },
    sends: 1
  },
  jsamp,
  { name: "astropy.samp", command: () => [pythonProgram, "-c", python, mtype], sends: 1 }
]

interface Taken {
  readonly wall: Array<number>
  readonly cpu: Array<number>
  readonly peak: Array<number>
}

const note = (text: string): void => void process.stderr.write(`${text}\n`)

const limitMs = 60_000

/** The child that runs at the moment: it must not outlive us. */
let current: ChildProcess | undefined

/** What it wrote to stderr; a failure unless its exit code is 0. */
const ended = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    current = child
    let errors = ""
    const limit = setTimeout(() => child.kill("SIGKILL"), limitMs)
    child.stderr?.on("data", (chunk: Buffer) => errors += chunk.toString())
    child.on("error", reject)
    child.on("close", (code, signal) => {
      clearTimeout(limit)
      current = undefined
      if (code === 0) resolve(errors)
      else reject(new Error(`ended with ${code ?? signal}: ${errors.trim()}`))
    })
  })

/** The shell measures, since Node cannot tell what its children have used; in milliseconds. */
const timed = async (command: ReadonlyArray<string>, env: NodeJS.ProcessEnv) => {
  const script = "TIMEFORMAT='%3R %3U %3S'; { time \"$@\" >/dev/null 2>/dev/null; } 2>&1"
  const child = spawn("bash", ["-c", script, "bash", ...command], {
    env: { ...env, LC_ALL: "C" },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let times = ""
  child.stdout.on("data", (chunk: Buffer) => times += chunk.toString())
  await ended(child)
  const [wall = 0, user = 0, system = 0] = times.trim().split(/\s+/u).map(Number)
  return { wall: wall * 1000, cpu: (user + system) * 1000 }
}

/** Looked at until it ends, in runs that are not timed: the high-water mark goes with the process. */
const peakOf = async (
  command: ReadonlyArray<string>,
  env: NodeJS.ProcessEnv
): Promise<number | undefined> => {
  const [program = "", ...args] = command
  const child = spawn(program, args, { env, stdio: ["ignore", "ignore", "pipe"] })
  let peak: number | undefined
  const look = setInterval(() => peak = peakBytes(child.pid ?? 0) ?? peak, 1)
  try {
    await ended(child)
  } finally {
    clearInterval(look)
  }
  return peak
}

const isMissing = (error: unknown): boolean =>
  error instanceof Unavailable || (error instanceof Error && "code" in error && error.code === "ENOENT")

class Bench {
  readonly taken = new Map<Sender, Taken>()
  readonly #home = mkdtempSync(join(tmpdir(), "samp-bench-home-"))
  #received = 0
  #expected = 0

  async run(rounds: number): Promise<void> {
    const hub = await startHub("ours")
    const session = await openSession(hub, { senders: 0, receivers: 1 })
    session.sink = { ...session.idleSink, notified: () => void this.#received++ }
    const { PATH = "" } = process.env
    const env = { PATH, HOME: this.#home, SAMP_HUB: `std-lockurl:${pathToFileURL(hub.lockfile)}` }
    await this.#warmUp(env)
    const present = [...this.taken.keys()]
    for (let round = 0; round < rounds; round++) {
      note(`round ${round + 1} of ${rounds}`)
      // The order turns, so that nobody always comes after the same one.
      for (let i = 0; i < present.length; i++) {
        const sender = present[(i + round) % present.length]
        if (sender !== undefined) await this.#take(sender, { ...env, ...sender.env })
      }
    }
    session.close()
    await hub.stop()
    if (session.late.length > 0) throw new Error(session.late.join("\n"))
  }

  /** Each once, which also shows who is there, and fills caches. */
  async #warmUp(env: NodeJS.ProcessEnv): Promise<void> {
    for (const sender of senders) {
      try {
        await peakOf(sender.command(), { ...env, ...sender.env })
        this.taken.set(sender, { wall: [], cpu: [], peak: [] })
        await this.#arrived(sender)
      } catch (error) {
        // Python without astropy ends as any failing command does.
        if (!isMissing(error) && !/ModuleNotFoundError/u.test(String(error))) throw error
        note(`not measured: ${sender.name}: ${String(error)}`)
      }
    }
  }

  async #take(sender: Sender, env: NodeJS.ProcessEnv): Promise<void> {
    const taken = this.taken.get(sender)
    if (taken === undefined) return
    const { cpu, wall } = await timed(sender.command(), env)
    await this.#arrived(sender)
    const peak = await peakOf(sender.command(), env)
    await this.#arrived(sender)
    taken.wall.push(wall)
    taken.cpu.push(cpu)
    if (peak !== undefined) taken.peak.push(peak)
  }

  /** A hub delivers after it has answered the sender, so the message may come a little after the end of the process. */
  async #arrived(sender: Sender): Promise<void> {
    this.#expected += sender.sends
    for (let waited = 0; this.#received < this.#expected && waited < 2_000; waited += 5) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    if (this.#received !== this.#expected) {
      throw new Error(`${sender.name}: ${this.#received} of ${this.#expected} messages came`)
    }
  }

  table(): string {
    const of = (sender: Sender, figure: keyof Taken): number | undefined =>
      median(this.taken.get(sender)?.[figure] ?? [])
    const rows = [...this.taken].map(([sender, { wall }]) => [
      sender.name,
      whole(of(sender, "wall")),
      whole(Math.min(...wall)),
      whole(of(sender, "cpu")),
      megabytes(of(sender, "peak")),
      ratio(of(sender, "wall"), of(bare, "wall")),
      ratio(of(sender, "wall"), of(jsamp, "wall")),
      ratio(of(sender, "cpu"), of(jsamp, "cpu"))
    ])
    const header = ["", "ms", "least", "CPU ms", "peak MB", "/ node", "/ jsamp", "CPU / jsamp"]
    return layOut([header, ...rows])
  }

  close(): void {
    rmSync(this.#home, { recursive: true, force: true })
  }
}

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, rounds: { type: "string" } }
})
const rounds = Number(values.rounds ?? (values.quick ? 3 : 25))
if (!(rounds >= 1 && rounds <= 1_000)) {
  note("Usage: node test/bench/oneShot.ts [--quick] [--rounds N]")
  process.exit(2)
}

const bench = new Bench()
process.on("exit", () => {
  current?.kill("SIGKILL")
  cleanUp()
  bench.close()
})
for (const [signal, number] of [["SIGHUP", 1], ["SIGINT", 2], ["SIGTERM", 15]] as const) {
  process.on(signal, () => process.exit(128 + number))
}

try {
  await bench.run(rounds)
  process.stdout.write(
    `\nOne notification to one listener, whole processes, medians of ${rounds} rounds.\n\n${bench.table()}\n`
  )
  process.exit(0)
} catch (error) {
  note(`FAILED ${String(error)}`)
  process.exit(1)
}
