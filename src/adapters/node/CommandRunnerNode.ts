/** Running other programs, from Node. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { Socket } from "node:net"
import { constants } from "node:os"
import type { Readable } from "node:stream"
import { type Command, CommandNotRun, CommandRunner, type Ended } from "../../ports/CommandRunner.ts"

/** Characters that are kept of each output; the rest is read and dropped, so that the program can go on. */
const kept = 1_048_576

/** Milliseconds between SIGTERM and SIGKILL. */
const patienceMs = 2_000

/** Milliseconds after its end within which the output of a program ends, unless others have inherited it. */
const graceMs = 500

const collect = (stream: Readable) => {
  let text = ""
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    if (text.length < kept) text = (text + chunk).slice(0, kept)
  })
  return () => text
}

const codeOf = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? 128 + (signal === null ? 0 : constants.signals[signal])

/** Signals all of a program's group; it may be gone already. */
const end = ({ pid }: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void => {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // nobody is left
  }
}

const notRun = (command: string, error: unknown): CommandNotRun =>
  new CommandNotRun({ command, detail: error instanceof Error ? error.message : String(error) })

/**
 * Starts a program in a group of its own, so that what it has started ends with it; some reasons why it
 * cannot be are thrown, such as too much text in its arguments.
 */
const start = (
  { args, command, env }: Command
): Result.Result<ChildProcessWithoutNullStreams, CommandNotRun> =>
  Result.try({
    try: () => spawn(command, args, { env: { ...process.env, ...env }, stdio: "pipe", detached: true }),
    catch: (error) => notRun(command, error)
  })

/** Lets this process end while somebody holds the other end; until then what is written is read. */
const letGo = (stream: Readable): void => {
  if (stream instanceof Socket) stream.unref()
}

const run = (command: Command): Effect.Effect<Ended, CommandNotRun> =>
  Effect.callback<Ended, CommandNotRun>((resume) => {
    const started = start(command)
    if (Result.isFailure(started)) return resume(Effect.fail(started.failure))
    const child = started.success
    const stdout = collect(child.stdout)
    const stderr = collect(child.stderr)
    const gone = new Promise<void>((resolve) => {
      child.once("error", (error) => {
        resume(Effect.fail(notRun(command.command, error)))
        resolve()
      })
      child.once("exit", (code, signal) => {
        const finish = (): void =>
          resume(Effect.succeed({ code: codeOf(code, signal), stdout: stdout(), stderr: stderr() }))
        const late = setTimeout(() => {
          letGo(child.stdout)
          letGo(child.stderr)
          finish()
        }, graceMs)
        child.once("close", () => {
          clearTimeout(late)
          finish()
        })
        resolve()
      })
    })
    child.stdin.on("error", () => {}) // a program need not read what it is given
    child.stdin.end(command.stdin)
    return Effect.promise(() => {
      end(child, "SIGTERM")
      const last = setTimeout(() => end(child, "SIGKILL"), patienceMs)
      return gone.finally(() => clearTimeout(last))
    })
  })

/** The port on `spawn`. */
export const layer: Layer.Layer<CommandRunner> = Layer.succeed(CommandRunner, { run })
