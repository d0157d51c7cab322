/** A program that answers lines with lines, one each, for as long as its input is open. */
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import * as Json from "./Json.ts"

/** A running program. */
export interface Partner {
  /** Writes a line, and resolves to the object that comes back as a line. */
  readonly ask: (line: string) => Promise<Json.JsonRecord>
  /** The next line that comes unasked. */
  readonly next: () => Promise<Json.JsonRecord>
  /** Closes its input, and kills it if it does not end then. */
  readonly end: () => Promise<void>
}

const running = new Set<ChildProcess>()
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL")
})

/**
 * Starts a program.
 *
 * @param limitMs - milliseconds for each answer; then it is killed, and the promise rejects
 */
export const start = (
  { args, command, cwd, env }: {
    readonly command: string
    readonly args: ReadonlyArray<string>
    readonly cwd?: string
    readonly env: Record<string, string>
  },
  limitMs: number
): Partner => {
  const child = spawn(command, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"] })
  running.add(child)
  let errors = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-2_000)))
  child.stdin.on("error", () => {})
  const waiting: Array<{ resolve: (line: string) => void; reject: (error: Error) => void }> = []
  const early: Array<string> = []
  createInterface({ input: child.stdout }).on("line", (line) => {
    const first = waiting.shift()
    if (first === undefined) early.push(line)
    else first.resolve(line)
  })
  let gone: Error | undefined
  const closed = new Promise<void>((resolve) => {
    const over = (why: string): void => {
      running.delete(child)
      gone = new Error(`${command} ${args.join(" ")} ${why}: ${errors}`)
      for (const { reject } of waiting.splice(0)) reject(gone)
      resolve()
    }
    child.on("error", (error) => over(`cannot be started: ${error.message}`))
    child.on("close", (code, signal) => over(`ended with ${code ?? signal}`))
  })
  const next = async (): Promise<Json.JsonRecord> => {
    const line = early.shift()
    if (line !== undefined) return Json.parse(line)
    if (gone !== undefined) throw gone
    const limit = setTimeout(() => child.kill("SIGKILL"), limitMs)
    try {
      return Json.parse(await new Promise((resolve, reject) => waiting.push({ resolve, reject })))
    } finally {
      clearTimeout(limit)
    }
  }
  return {
    next,
    ask: (line) => {
      child.stdin.write(`${line}\n`)
      return next()
    },
    end: async () => {
      child.stdin.end()
      const last = setTimeout(() => child.kill("SIGKILL"), 3_000)
      await closed
      clearTimeout(last)
    }
  }
}
