/**
 * A world of its own for each test: a temporary home, hubs and commands as real processes in it, clients, and the end
 * of all of them. Processes are started with neither the SAMP_HUB nor the HOME of whoever runs the tests.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { compileCache, entryFile } from "../support/bundle.ts"
import { Client, type HubAddress } from "./support/Client.ts"

const samp = await entryFile()

export type JsonRecord = Readonly<Record<string, unknown>>

export const record = (value: unknown): JsonRecord => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`expected a JSON object, found ${JSON.stringify(value)}`)
  }
  return { ...value }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until something holds; how long it takes is not what is tested, so the limit is generous. */
export const until = async (what: string, holds: () => boolean, limitMs = 30_000): Promise<void> => {
  const deadline = performance.now() + limitMs
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`)
    await pause(5)
  }
}

const running = new Set<ChildProcess>()
// vitest ends its workers by SIGTERM: what a failed test has left behind must not outlive them.
process.once("SIGTERM", () => {
  for (const child of running) {
    child.kill("SIGKILL")
    killGroup(child)
  }
  process.exit()
})

/** Signals a process that was started with a group of its own, and all that it has started. */
export const killGroup = ({ pid }: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): void => {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // nobody is left
  }
}

/** How a process ended. */
export interface Ended {
  /** Exit code, or the name of the signal. */
  readonly code: number | NodeJS.Signals
  readonly stdout: string
  readonly stderr: string
  /** When, by `performance.now()`. */
  readonly at: number
}

/** A process. */
export class Program {
  readonly child: ChildProcess
  readonly #group: boolean
  readonly ended: Promise<Ended>
  readonly messages: Array<unknown> = []
  stdout = ""
  stderr = ""
  exit: Ended | undefined

  constructor(args: ReadonlyArray<string>, env: NodeJS.ProcessEnv, options: Start) {
    const stdio = ["ignore", "pipe", "pipe", ...options.ipc === true ? ["ipc" as const] : []] as const
    const detached = options.group === true
    const child = spawn(options.node ?? process.execPath, args, { env, stdio: [...stdio], detached })
    this.#group = detached
    running.add(child)
    child.on("message", (message) => this.messages.push(message))
    child.stdout?.on("data", (chunk: Buffer) => this.stdout += chunk.toString())
    child.stderr?.on("data", (chunk: Buffer) => this.stderr += chunk.toString())
    let at = 0
    child.on("exit", () => at = performance.now())
    this.child = child
    this.ended = new Promise((resolve, reject) => {
      child.on("error", reject)
      child.on("close", (code, signal) => {
        running.delete(child)
        const { stderr, stdout } = this
        this.exit = { code: code ?? signal ?? "SIGKILL", stdout, stderr, at }
        resolve(this.exit)
      })
    })
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  signal(signal: NodeJS.Signals): void {
    if (this.exit !== undefined) return
    if (this.#group) killGroup(this.child, signal)
    else this.child.kill(signal)
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    this.signal("SIGKILL")
    await this.ended
  }

  /** The JSON lines on stdout so far. */
  get json(): ReadonlyArray<JsonRecord> {
    return this.stdout.split("\n").slice(0, -1).map((line) => record(JSON.parse(line)))
  }

  /** The first message over IPC that the test accepts. */
  async message<A>(what: string, read: (message: unknown) => A | undefined): Promise<A> {
    const found = () => this.messages.map(read).find((value) => value !== undefined)
    await until(what, () => found() !== undefined || this.failIfEnded(what))
    const value = found()
    if (value === undefined) throw new Error(`${what}: did not come`)
    return value
  }

  /** Always false; throws when the process has ended, so that nobody waits for it in vain. */
  failIfEnded(what: string): boolean {
    if (this.exit === undefined) return false
    throw new Error(`${what}: the process ended with ${this.exit.code}\n${this.stdout}${this.stderr}`)
  }
}

/** How to start a process. */
export interface Start {
  /** Whether it is signalled together with all that it starts. */
  readonly group?: boolean
  readonly env?: Readonly<Record<string, string>>
  /** Modules for `node --import`. */
  readonly preload?: ReadonlyArray<string>
  readonly ipc?: boolean
  /** Another program file than the command line. */
  readonly entry?: string
  /** Another node than the one that runs the tests. */
  readonly node?: string
}

/** A running hub. */
export interface Hub extends HubAddress {
  readonly program: Program
  readonly lockfile: string
  readonly ready: JsonRecord
}

/** The tokens of a lockfile. */
export const tokensOf = (lockfile: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readFileSync(lockfile, "latin1").split("\n").filter((line) => line.includes("=") && !line.startsWith("#"))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)])
  )

/** The permissions of a file or a directory. */
export const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

/** A temporary home and what runs in it; all of it ends with the world. */
export class World implements AsyncDisposable {
  readonly home = mkdtempSync(join(tmpdir(), "samp-e2e-"))
  readonly #programs: Array<Program> = []
  readonly #clients: Array<Client> = []
  readonly #endings: Array<() => void> = []

  /** Runs something when the world ends. */
  atEnd(run: () => void): void {
    this.#endings.push(run)
  }

  /** The default lockfile. */
  get lockfile(): string {
    return join(this.home, ".samp")
  }

  path(...segments: ReadonlyArray<string>): string {
    return join(this.home, ...segments)
  }

  #environment(options: Start): NodeJS.ProcessEnv {
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: this.home,
      SAMP_WEB_PORT: "off", // the real port is not the tests'
      NODE_COMPILE_CACHE: compileCache,
      ...options.env
    }
  }

  /** A directory with `samp` in it, for PATH; makes the one for temporary files, too. */
  bin(): string {
    const bin = this.path("bin")
    if (existsSync(bin)) return bin // a program that runs cannot be written to
    for (const directory of [bin, this.path("tmp")]) mkdirSync(directory)
    const script = `#!/bin/sh\nexec '${process.execPath}' '${samp}' "$@"\n`
    writeFileSync(join(bin, "samp"), script, { mode: 0o755 })
    return bin
  }

  /** Starts a script in bash, with `samp` on its PATH, in the home, where its temporary files are in `tmp`, too. */
  shell(script: string, options: Start = {}): Program {
    const bin = this.bin()
    const env = this.#environment(options)
    const args = ["-c", `cd "$HOME"; ${script}`]
    const own = { PATH: `${bin}:${env["PATH"]}`, TMPDIR: this.path("tmp") }
    const program = new Program(args, { ...env, ...own }, { ...options, node: "bash", group: true })
    this.#programs.push(program)
    return program
  }

  /** Starts `samp` with these arguments. */
  start(args: ReadonlyArray<string>, options: Start = {}): Program {
    const env = this.#environment(options)
    const preload = (options.preload ?? []).flatMap((module) => ["--import", module])
    const program = new Program([...preload, options.entry ?? samp, ...args], env, options)
    this.#programs.push(program)
    return program
  }

  /** Runs `samp` to its end. */
  samp(...args: ReadonlyArray<string>): Promise<Ended> {
    return this.start(args).ended
  }

  /** Starts a hub and waits until it says that it is ready. */
  async hub(args: ReadonlyArray<string> = [], options: Start = {}): Promise<Hub> {
    const program = this.start(["hub", "--json", ...args], options)
    return this.ready(program)
  }

  /** The hub that a started process has become. */
  async ready(program: Program): Promise<Hub> {
    await until("the ready line", () => program.json.length > 0 || program.failIfEnded("the hub"))
    const [ready = {}] = program.json
    const lockfile = String(ready["lockfile"])
    return {
      program,
      ready,
      lockfile,
      url: String(ready["url"]),
      secret: tokensOf(lockfile)["samp.secret"] ?? ""
    }
  }

  /** Starts another of the tests' own programs with an IPC channel. */
  helper(name: string, ...args: ReadonlyArray<string>): Program {
    return this.start(args, { entry: join(import.meta.dirname, "support", name), ipc: true })
  }

  /** Registers a client that is not callable. */
  async sender(hub: HubAddress): Promise<Client> {
    const client = await Client.register(hub)
    this.#clients.push(client)
    return client
  }

  /** Registers a client that is callable, and subscribed. */
  async client(hub: HubAddress, ...mtypes: ReadonlyArray<string>): Promise<Client> {
    const client = await this.sender(hub)
    await client.listen(...mtypes)
    return client
  }

  /** Starts a program with callable clients that can be killed and stopped. */
  async peer(
    hub: HubAddress,
    count: number,
    ...mtypes: ReadonlyArray<string>
  ): Promise<{ readonly program: Program; readonly ids: ReadonlyArray<string> }> {
    const program = this.helper("peer.ts", hub.url, hub.secret, String(count), ...mtypes)
    const ids = await program.message("a peer's registration", (message) => {
      const { ids } = record(message)
      return Array.isArray(ids) ? ids.map(String) : undefined
    })
    return { program, ids }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#endings) end()
    await Promise.all(this.#clients.map((client) => client.vanish()))
    for (const program of this.#programs) program.signal("SIGKILL")
    await Promise.all(this.#programs.map((program) => program.ended))
    rmSync(this.home, { recursive: true, force: true })
  }
}
