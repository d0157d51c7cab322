/** Starting peers in a home of their own, and stopping exactly these. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { type Exchange, openTap, type Tap } from "./Tap.ts"

/** The temporary home of one scenario, its processes, and what its taps saw. */
export interface Stage {
  readonly home: string
  readonly tape: Array<Exchange>
  readonly children: Array<ChildProcess>
  readonly taps: Array<Tap>
}

/** A file beside this one. */
export const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** JSAMP as Debian installs it; set JSAMP_JAR for another. */
export const jsamp = process.env["JSAMP_JAR"] ?? "/usr/share/java/jsamp.jar"
/** The Python that has astropy and pyvo; set ZOO_PYTHON for another. */
export const python = process.env["ZOO_PYTHON"] ?? "/usr/bin/python3"

const lockUrl = (file: string): string => `std-lockurl:file://${file}`

const environment = (stage: Stage, lockfile: string): NodeJS.ProcessEnv => ({
  PATH: process.env["PATH"],
  LANG: "C.UTF-8",
  DISPLAY: process.env["DISPLAY"],
  XAUTHORITY: process.env["XAUTHORITY"],
  HOME: stage.home,
  SAMP_HUB: lockUrl(path.join(stage.home, lockfile))
})

/** Tells a program that we started, and what a start script of it started; a process group is ours alone. */
export const signal = (child: ChildProcess, name: NodeJS.Signals): void => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, name)
  } catch {
    // It has just ended.
  }
}

/** Starts a program of the stage, told of a lockfile of the stage. */
export const start = (
  stage: Stage,
  lockfile: string,
  command: string,
  args: ReadonlyArray<string>
): ChildProcess => {
  const child = spawn(command, args, {
    cwd: stage.home,
    env: environment(stage, lockfile),
    stdio: ["pipe", "inherit", "inherit"],
    detached: true
  })
  stage.children.push(child)
  process.once("exit", () => signal(child, "SIGKILL"))
  return child
}

/** Runs a program of the stage to its end, at most `seconds`. */
export const finish = async (child: ChildProcess, seconds: number): Promise<void> => {
  const end = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  const ended = () => child.exitCode !== null || child.signalCode !== null
  if (!ended()) await Promise.race([end, sleep(seconds * 1000, undefined, { ref: false })])
  if (!ended()) console.error(`pid ${child.pid} is still at work after ${seconds} s; going on`)
}

/** Waits for a condition. */
export const until = async (what: string, condition: () => boolean, seconds = 30): Promise<void> => {
  for (let i = 0; i < seconds * 20; i++) {
    if (condition()) return
    await sleep(50)
  }
  throw new Error(`waited ${seconds} s for ${what}`)
}

/** Puts a tap before the hub of the stage and writes a lockfile of the peer's own that leads to it. */
export const tapHub = async (
  stage: Stage,
  peer: string
): Promise<{ readonly lockfile: string; readonly tap: Tap }> => {
  const file = path.join(stage.home, "hub.samp")
  await until(
    "the hub's lockfile",
    () => fs.existsSync(file) && fs.readFileSync(file, "utf8").includes("xmlrpc.url")
  )
  const text = fs.readFileSync(file, "utf8")
  const url = /http:\/\/([^:/]+):(\d+)/.exec(text.replaceAll("\\:", ":"))
  if (url === null) throw new Error(`no URL in the hub's lockfile:\n${text}`)
  const target = { host: url[1] ?? "", port: Number(url[2]) }
  const tap = await openTap({ peer, asks: "client", target }, stage.tape)
  stage.taps.push(tap)
  const lockfile = `${peer}.samp`
  fs.writeFileSync(
    path.join(stage.home, lockfile),
    text.replaceAll("\\:", ":").replace(url[0], `http://127.0.0.1:${tap.port}`)
  )
  return { lockfile, tap }
}

/** JSAMP's hub, without windows and with the Standard Profile only. */
export const jsampHub = (stage: Stage): ChildProcess =>
  start(stage, "hub.samp", "java", ["-Xmx128m", "-jar", jsamp, "hub", "-mode", "no-gui", "-profiles", "std"])

/** Ends the processes of a stage, each by its id. */
export const close = async (stage: Stage): Promise<void> => {
  for (const child of stage.children.toReversed()) {
    signal(child, "SIGTERM")
    await finish(child, 3)
    signal(child, "SIGKILL")
  }
  for (const tap of stage.taps) tap.close()
  fs.rmSync(stage.home, { recursive: true, force: true })
}

/** What a command prints. */
export const output = (command: string, args: ReadonlyArray<string>, input = ""): string => {
  const run = spawnSync(command, args, { input, encoding: "utf8", maxBuffer: 1 << 28 })
  if (run.status !== 0) throw new Error(`${command} ended with ${run.status}: ${run.stderr}`)
  return run.stdout
}
