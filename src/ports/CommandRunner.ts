/** Port: running other programs. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"

/** A program could not be started. */
export class CommandNotRun extends Data.TaggedError("CommandNotRun")<{
  readonly command: string
  readonly detail: string
}> {
  override get message(): string {
    return `cannot run ${this.command}: ${this.detail}`
  }
}

/** A program to run; no shell is between. */
export interface Command {
  readonly command: string
  readonly args: ReadonlyArray<string>
  /** Variables beside those of this process. */
  readonly env: Readonly<Record<string, string>>
  /** What it reads from its standard input. */
  readonly stdin: string
}

/** How a program ended. */
export interface Ended {
  /** Exit code; 128 and the number of the signal for one that was killed, as shells say. */
  readonly code: number
  /** What it wrote, up to a megabyte. */
  readonly stdout: string
  readonly stderr: string
}

/** Runs programs. */
export class CommandRunner extends Context.Service<CommandRunner, {
  /**
   * Runs to the end of the program; what it has left running is not waited for. Interruption ends it and all that it has
   * started, by SIGTERM and, if it is still there after a moment, by SIGKILL.
   */
  readonly run: (command: Command) => Effect.Effect<Ended, CommandNotRun>
}>()("samp/ports/CommandRunner") {}
