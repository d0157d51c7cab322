/** Programs in memory: what commands do is written down by the test, and nothing is ever started. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { type Command, CommandNotRun, CommandRunner, type Ended } from "../../ports/CommandRunner.ts"

/** What a program does; what it leaves out is empty, or code 0. It is interrupted when nobody waits for it any more. */
export type Program = (command: Command) => Effect.Effect<Partial<Ended>>

/** A command that was run. */
export interface Run {
  readonly command: Command
  /** Undefined while it runs; `killed` when it was interrupted. */
  readonly ended: Ended | "killed" | undefined
}

/** Steers the programs from outside. */
export class Programs extends Context.Service<Programs, {
  /** Puts or replaces a program under a name. Every other name is one that cannot be run. */
  readonly install: (name: string, program: Program) => Effect.Effect<void>
  readonly remove: (name: string) => Effect.Effect<void>
  /** What was run so far, in order. */
  readonly runs: Effect.Effect<ReadonlyArray<Run>>
}>()("samp/adapters/memory/Programs") {}

/** How a program ends. */
export interface Ending extends Partial<Ended> {
  /** Milliseconds that it takes. Default 0. */
  readonly afterMs?: number | undefined
}

/**
 * A program that ends like this whatever it is given.
 *
 * @example
 * programs.install("stilts", Programs.ends({ stdout: "3 rows", afterMs: 2_000 }))
 */
export const ends = ({ afterMs = 0, ...ended }: Ending = {}): Program => () =>
  Effect.as(afterMs > 0 ? Effect.sleep(afterMs) : Effect.void, ended)

/** Characters that are kept of each output. */
const kept = 1_048_576

const make = () => {
  const programs = new Map<string, Program>()
  const runs: Array<Run> = []

  const run = (command: Command): Effect.Effect<Ended, CommandNotRun> =>
    Effect.suspend(() => {
      const program = programs.get(command.command)
      if (program === undefined) {
        return Effect.fail(
          new CommandNotRun({ command: command.command, detail: "there is no such program" })
        )
      }
      const number = runs.push({ command, ended: undefined }) - 1
      const note = (ended: Run["ended"]) =>
        Effect.sync(() => {
          runs[number] = { command, ended }
        })
      return program(command).pipe(
        Effect.map(({ code = 0, stderr = "", stdout = "" }): Ended => ({
          code,
          stdout: stdout.slice(0, kept),
          stderr: stderr.slice(0, kept)
        })),
        Effect.onExit((exit) => note(Exit.isSuccess(exit) ? exit.value : "killed"))
      )
    })

  return Context.make(CommandRunner, CommandRunner.of({ run })).pipe(
    Context.add(
      Programs,
      Programs.of({
        install: (name, program) => Effect.sync(() => void programs.set(name, program)),
        remove: (name) => Effect.sync(() => void programs.delete(name)),
        runs: Effect.sync(() => [...runs])
      })
    )
  )
}

/** Programs of their own: the port, and control over it. */
export const layer: Layer.Layer<CommandRunner | Programs> = Layer.effectContext(Effect.sync(make))
