// The hubs under test as child processes, each in an own home directory with an own lockfile, and their end on every
// way out of the benchmark.
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { pathToFileURL } from "node:url"

export const hubNames = ["ours", "jsamp", "relay"] as const
export type HubName = (typeof hubNames)[number]

export interface HubProcess {
  readonly name: HubName
  readonly pid: number
  readonly url: URL
  readonly lockfile: string
  /** Absent for the relay, which knows no registration. */
  readonly secret: string | undefined
  /** What it wrote to standard error last. */
  readonly lastWords: () => string
  readonly alive: () => boolean
  readonly stop: () => Promise<void>
}

/** The peer is not installed: reported, not a failure. */
export class Unavailable extends Error {}

const readyWithinMs = 30_000
const stopWithinMs = 3_000
const lastWordsLength = 4_000

const project = join(import.meta.dirname, "..", "..")
const children = new Set<ChildProcess>()
let home: string | undefined

/** Synchronous, for exit handlers: no hub and no file survives. */
export const cleanUp = (): void => {
  for (const child of children) child.kill("SIGKILL")
  children.clear()
  if (home !== undefined) rmSync(home, { recursive: true, force: true })
  home = undefined
}

const jarPlaces = [
  ...(process.env["CLASSPATH"] ?? "").split(delimiter).filter((entry) => /jsamp[^/\\]*\.jar$/.test(entry)),
  "/usr/share/java/jsamp.jar",
  "/usr/local/share/java/jsamp.jar",
  "/opt/homebrew/share/java/jsamp.jar"
]

/** Its path; throws Unavailable. */
export const jsampJar = (): string => {
  const asked = process.env["JSAMP_JAR"]
  const found = asked === undefined || asked === "" ? jarPlaces.find((place) => existsSync(place)) : asked
  if (found === undefined || !existsSync(found)) {
    throw new Unavailable("no jsamp.jar found; set JSAMP_JAR to its path")
  }
  return found
}

/** The program and its arguments. `SAMP_BENCH_HUB` replaces ours, words separated by blanks. */
const commandOf = (name: HubName, directory: string): ReadonlyArray<string> => {
  switch (name) {
    case "ours": {
      const asked = process.env["SAMP_BENCH_HUB"]?.trim()
      if (asked !== undefined && asked !== "") return asked.split(/\s+/)
      return [process.execPath, join(project, "dist", "bin", "samp.mjs"), "hub", "--json"]
    }
    case "jsamp":
      return ["java", `-Duser.home=${directory}`, "-Djava.awt.headless=true", "-cp", jsampJar()]
        .concat(["org.astrogrid.samp.JSamp", "hub", "-mode", "no-gui", "-profiles", "std"])
    case "relay":
      return [process.execPath, join(import.meta.dirname, "relay.ts")]
  }
}

const lockfileEntries = (path: string): ReadonlyMap<string, string> => {
  const entries = new Map<string, string>()
  if (!existsSync(path)) return entries
  for (const line of readFileSync(path, "utf8").split(/[\r\n]+/)) {
    const at = line.indexOf("=")
    if (at > 0 && !line.startsWith("#")) entries.set(line.slice(0, at), line.slice(at + 1))
  }
  return entries
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

const waitUntil = async (done: () => boolean, withinMs: number): Promise<boolean> => {
  const deadline = Date.now() + withinMs
  while (!done()) {
    if (Date.now() > deadline) return false
    await pause(20)
  }
  return true
}

const stop = async (child: ChildProcess): Promise<void> => {
  child.stdin?.destroy()
  child.kill("SIGTERM")
  if (!await waitUntil(() => ended(child), stopWithinMs)) child.kill("SIGKILL")
  children.delete(child)
}

interface Ready {
  readonly url: string
  readonly pid: number
}

/** The first line of standard output with `--json`; undefined when it is anything else. */
const readyIn = (output: string): Ready | undefined => {
  const line = output.slice(0, output.indexOf("\n"))
  if (!line.startsWith("{")) return undefined
  const event: unknown = JSON.parse(line)
  if (typeof event !== "object" || event === null || !("url" in event) || !("pid" in event)) return undefined
  return typeof event.url === "string" && typeof event.pid === "number"
    ? { url: event.url, pid: event.pid }
    : undefined
}

export const startHub = async (name: HubName): Promise<HubProcess> => {
  home ??= mkdtempSync(join(tmpdir(), "samp-bench-"))
  const directory = mkdtempSync(join(home, `${name}-`))
  mkdirSync(join(directory, "home"))
  const lockfile = join(directory, "home", ".samp")
  const [program = "", ...args] = commandOf(name, directory)
  const env = {
    ...process.env,
    HOME: join(directory, "home"),
    SAMP_WEB_PORT: "off",
    SAMP_HUB: `std-lockurl:${pathToFileURL(lockfile)}`
  }
  const child = spawn(program, args, { cwd: project, env, stdio: "pipe" })
  children.add(child)
  let output = ""
  let lastWords = ""
  let missing = false
  child.stdout.on("data", (chunk: Buffer) => {
    if (output.length < lastWordsLength) output += chunk.toString()
  })
  child.stderr.on("data", (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-lastWordsLength)
  })
  child.stdin.on("error", () => {})
  child.on("error", (error) => {
    missing = "code" in error && error.code === "ENOENT"
    lastWords += error.message
  })

  let ready: Ready | undefined
  const isReady = (): boolean => {
    ready = name === "jsamp" ? readyFromLockfile(lockfile, child.pid) : readyIn(output)
    return ready !== undefined
  }
  await waitUntil(() => missing || ended(child) || isReady(), readyWithinMs)
  if (ready === undefined) {
    await stop(child)
    if (missing && name !== "ours") throw new Unavailable(`cannot run ${program}`)
    throw new Error(`${name}: the hub did not start (exit code ${child.exitCode})\n${lastWords}${output}`)
  }
  return {
    name,
    pid: ready.pid,
    url: new URL(ready.url),
    lockfile,
    secret: lockfileEntries(lockfile).get("samp.secret"),
    lastWords: () => lastWords,
    alive: () => !ended(child),
    stop: () => stop(child)
  }
}

const readyFromLockfile = (lockfile: string, pid: number | undefined): Ready | undefined => {
  const url = lockfileEntries(lockfile).get("samp.hub.xmlrpc.url")
  return url === undefined || pid === undefined ? undefined : { url, pid }
}
