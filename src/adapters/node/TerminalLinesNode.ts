/**
 * The terminal of this process, line by line: questions go to stderr, since stdout is for data.
 *
 * A process in the background that reads from its terminal is stopped by the system, and a hub that is stopped answers
 * nobody. So nothing is read but while a question stands, and then only in the foreground: that is looked up before, when
 * the process is continued (after Ctrl-Z and bg), and now and then.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readFileSync } from "node:fs"
import type { ReadStream, WriteStream } from "node:tty"
import { type LineInput, TerminalLines } from "../../ports/TerminalLines.ts"

/** What of a process a terminal is made of; another one in tests. */
export interface LineStreams {
  readonly stdin: Pick<ReadStream, "isTTY" | "on" | "off" | "pause" | "resume">
  readonly stderr: Pick<WriteStream, "isTTY" | "columns"> & {
    readonly write: (text: string, done: () => void) => unknown
  }
  readonly isForeground: () => boolean
}

/** Milliseconds between two looks at who is in the foreground. */
const lookMs = 500

/** Characters of a line that are kept. */
const longest = 1_000

/**
 * Whether the process groups of a process and of its terminal are the same, by the line that Linux has of a process. The
 * name of the program is in parentheses, and may hold any. Without a terminal of its own it is never stopped for reading.
 */
export const isInFront = (stat: string): boolean => {
  const [, , group, , , ofTerminal] = stat.slice(stat.lastIndexOf(")") + 1).trim().split(" ")
  return ofTerminal === undefined || ofTerminal === "-1" || group === ofTerminal
}

/** The same by what `ps` says on systems that have it in no file; yes if it says nothing. */
const askPs = (): boolean => {
  try {
    const { execFileSync } = process.getBuiltinModule("node:child_process")
    const told = execFileSync("ps", ["-o", "pgid=,tpgid=", "-p", String(process.pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 1_000
    })
    const [group, ofTerminal] = told.trim().split(/\s+/u)
    return ofTerminal === undefined || Number(ofTerminal) <= 0 || group === ofTerminal
  } catch {
    return true
  }
}

const isForeground = (): boolean => {
  if (process.platform === "win32") return true
  try {
    return isInFront(readFileSync("/proc/self/stat", "latin1"))
  } catch {
    return askPs()
  }
}

/** Lines out of pieces of text. */
class Lines {
  private rest = ""
  private readonly onLine: (line: string) => void

  constructor(onLine: (line: string) => void) {
    this.onLine = onLine
  }

  add(text: string): void {
    const lines = (this.rest + text).split(/\r?\n/u)
    this.rest = (lines.pop() ?? "").slice(-longest)
    for (const line of lines) this.onLine(line.slice(0, longest))
  }
}

const read = ({ isForeground, stdin }: LineStreams, onInput: (input: LineInput) => void) => {
  const lines = new Lines((line) => onInput({ _tag: "Line", line }))
  const typed = (chunk: Buffer): void => lines.add(chunk.toString("latin1"))
  const closed = (): void => onInput({ _tag: "Closed" })
  let reading = false
  /** @returns whether that has changed */
  const look = (): boolean => {
    const may = isForeground()
    if (may === reading) return false
    reading = may
    if (may) stdin.resume()
    else stdin.pause()
    return true
  }
  const lookAgain = (): void => {
    if (look() && reading) onInput({ _tag: "Back" })
  }
  const continued = (): void => {
    look()
    if (reading) onInput({ _tag: "Back" })
  }
  let timer: NodeJS.Timeout | undefined
  return Effect.acquireRelease(
    Effect.sync(() => {
      stdin.pause() // or the listener would set it going, in the background too
      stdin.on("data", typed).on("end", closed).on("error", closed)
      process.on("SIGCONT", continued)
      timer = setInterval(lookAgain, lookMs)
      look()
    }),
    () =>
      Effect.sync(() => {
        clearInterval(timer)
        process.off("SIGCONT", continued)
        stdin.off("data", typed).off("end", closed).off("error", closed)
        stdin.pause()
      })
  )
}

/** A terminal on these streams. */
export const make = (streams: LineStreams): TerminalLines["Service"] => {
  const { isForeground, stderr, stdin } = streams
  return {
    interactive: stdin.isTTY && stderr.isTTY,
    columns: Effect.sync(() => stderr.columns > 0 ? stderr.columns : 80),
    foreground: Effect.sync(isForeground),
    write: (text) =>
      Effect.callback((resume) => {
        stderr.write(text, () => resume(Effect.void))
      }),
    read: (onInput) => read(streams, onInput)
  }
}

/** The terminal of this process. */
export const layer: Layer.Layer<TerminalLines> = Layer.sync(
  TerminalLines,
  () => make({ stdin: process.stdin, stderr: process.stderr, isForeground })
)
