/**
 * Programs the interop tests start: every one with a time limit, its output kept, ended by its own pid.
 * Whatever is still running when the test process exits is killed then.
 */
import { type ChildProcess, spawn } from "node:child_process"

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Result extends Exit {
  readonly stdout: string
  readonly stderr: string
  readonly milliseconds: number
}

export interface Program {
  readonly pid: number
  readonly stdout: () => string
  readonly stderr: () => string
  readonly exit: Promise<Exit>
  /** The first line of stdout that matches; rejects when the program ends or the limit passes before it comes. */
  readonly line: (matches: (line: string) => boolean, limitMs?: number) => Promise<string>
  readonly signal: (signal: NodeJS.Signals) => void
  /** SIGTERM, after six seconds SIGKILL; resolves when the program is gone. */
  readonly end: () => Promise<Exit>
  readonly kill: () => Promise<Exit>
}

export interface Options {
  readonly cwd?: string
  readonly env: Record<string, string>
}

const running = new Set<ChildProcess>()
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL")
})

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Polls until the answer is not undefined; the error says what did not come. */
export const eventually = async <A>(
  what: string,
  ask: () => Promise<A | undefined> | A | undefined,
  limitMs = 30_000
): Promise<A> => {
  const deadline = performance.now() + limitMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`)
    await pause(25)
  }
}

export const start = (command: string, args: ReadonlyArray<string>, options: Options): Program => {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] })
  const texts = { stdout: "", stderr: "" }
  let exited: Exit | undefined
  running.add(child)
  child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.stdout += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (texts.stderr += text))

  const exit = new Promise<Exit>((resolve, reject) => {
    child.on("error", (error) => {
      running.delete(child)
      reject(new Error(`${command} cannot be started (run test/interop/install.sh): ${error.message}`))
    })
    // "close", not "exit": all output has been read by then.
    child.on("close", (code, signal) => {
      running.delete(child)
      exited = { code, signal }
      resolve(exited)
    })
  })
  // A start that failed is reported where somebody waits; here it must only not count as unhandled.
  exit.catch(() => undefined)

  const signal = (name: NodeJS.Signals): void => {
    if (exited === undefined) child.kill(name)
  }
  const line: Program["line"] = async (matches, limitMs = 30_000) => {
    const failed = exit.then(() => undefined)
    return eventually(`a line of ${command} ${args.join(" ")}`, async () => {
      const found = texts.stdout.split("\n").slice(0, -1).find(matches)
      if (found !== undefined) return found
      if (exited !== undefined) {
        throw new Error(
          `${command} ${args.join(" ")} ended with ${exited.code}: ${texts.stdout}${texts.stderr}`
        )
      }
      await Promise.race([failed, pause(10)])
      return undefined
    }, limitMs)
  }
  const end = async (): Promise<Exit> => {
    signal("SIGTERM")
    const last = setTimeout(() => signal("SIGKILL"), 6_000)
    return exit.finally(() => clearTimeout(last))
  }
  const kill = (): Promise<Exit> => {
    signal("SIGKILL")
    return exit
  }
  return {
    pid: child.pid ?? -1,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    exit,
    line,
    signal,
    end,
    kill
  }
}

/** Runs to the end; rejects if that takes longer than the limit. */
export const run = async (
  command: string,
  args: ReadonlyArray<string>,
  options: Options & { readonly limitMs?: number }
): Promise<Result> => {
  const { limitMs = 40_000, ...rest } = options
  const begun = performance.now()
  const program = start(command, args, rest)
  const limit = setTimeout(() => program.signal("SIGKILL"), limitMs)
  const exit = await program.exit.finally(() => clearTimeout(limit))
  const milliseconds = Math.round(performance.now() - begun)
  if (exit.signal === "SIGKILL" && milliseconds >= limitMs) {
    throw new Error(
      `${command} ${args.join(" ")} killed after ${limitMs} ms: ${program.stdout()}${program.stderr()}`
    )
  }
  return { ...exit, stdout: program.stdout(), stderr: program.stderr(), milliseconds }
}

/** Demands an exit status; says all that the program printed when it was another. */
export const ended = (
  result: Exit & { readonly stdout: string; readonly stderr: string },
  code: number
): void => {
  if (result.code !== code) {
    throw new Error(
      `exit ${result.code ?? result.signal}, expected ${code}\n${result.stdout}${result.stderr}`
    )
  }
}
