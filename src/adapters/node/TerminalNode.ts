/** The terminal of this process. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { writeSync } from "node:fs"
import type { ReadStream, WriteStream } from "node:tty"
import { Terminal, type TerminalInput } from "../../ports/Terminal.ts"

/** Size of a terminal that does not tell its own. */
const usual = { columns: 80, rows: 24 }

/** What of a process a terminal is made of; another one in tests. */
export interface TerminalStreams {
  readonly stdin: ReadStream
  readonly stdout: WriteStream & { readonly fd: number }
  readonly env: Readonly<Record<string, string | undefined>>
}

const take = (
  { stdin, stdout }: TerminalStreams,
  enter: string,
  leave: string,
  onInput: (input: TerminalInput) => void
) => {
  const typed = (chunk: Buffer): void => onInput({ _tag: "Typed", text: chunk.toString("latin1") })
  const resized = (): void => onInput({ _tag: "Resized" })
  const closed = (): void => onInput({ _tag: "Closed" })
  let taken = false
  /** Works when the process is about to end, too: nothing that is only queued would be written then. */
  const restore = (): void => {
    if (!taken) return
    taken = false
    try {
      stdin.setRawMode(false)
    } catch { /* the terminal is gone */ }
    try {
      writeSync(stdout.fd, leave)
    } catch { /* the terminal is gone, or takes nothing now */ }
  }
  return Effect.acquireRelease(
    Effect.sync(() => {
      taken = true
      // What a crash has to say must not be written where it vanishes.
      process.on("uncaughtExceptionMonitor", restore)
      process.on("exit", restore)
      stdin.setRawMode(true)
      stdin.on("data", typed).on("end", closed).on("error", closed).resume()
      stdout.on("resize", resized)
      stdout.write(enter)
    }),
    () =>
      Effect.sync(() => {
        stdin.off("data", typed).off("end", closed).off("error", closed).pause()
        stdout.off("resize", resized)
        restore()
        process.off("uncaughtExceptionMonitor", restore)
        process.off("exit", restore)
      })
  )
}

/** A terminal on these streams. */
export const make = (streams: TerminalStreams): Terminal["Service"] => {
  const { env, stdin, stdout } = streams
  const dumb = env["TERM"] === "dumb" || (env["TERM"] ?? "") === ""
  return {
    interactive: stdin.isTTY && stdout.isTTY && !dumb,
    colours: (env["NO_COLOR"] ?? "") === "",
    size: Effect.sync(() => ({
      columns: stdout.columns > 0 ? stdout.columns : usual.columns,
      rows: stdout.rows > 0 ? stdout.rows : usual.rows
    })),
    take: (enter, leave, onInput) => take(streams, enter, leave, onInput),
    write: (text) =>
      Effect.callback((resume) => {
        stdout.write(text, () => resume(Effect.void))
      }),
    unread: Effect.callback((resume) => {
      const gone = (): void => resume(Effect.void)
      stdout.once("error", gone).once("close", gone)
      return Effect.sync(() => stdout.off("error", gone).off("close", gone))
    })
  }
}

/** The terminal of this process. */
export const layer: Layer.Layer<Terminal> = Layer.sync(Terminal, () => make(process))
