/** Port: the terminal of a program that runs for long and now and then asks something there. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** What comes from a terminal. */
export type LineInput =
  | { readonly _tag: "Line"; readonly line: string }
  /** The process was stopped, or in the background, and is in front again: what it had asked may be out of sight. */
  | { readonly _tag: "Back" }
  /** Nobody can type any more. */
  | { readonly _tag: "Closed" }

/**
 * A terminal on which lines are written and read. It stays as it is: keys are echoed, and Ctrl-C and Ctrl-Z do what they
 * do. Nothing is read but while something is asked.
 */
export class TerminalLines extends Context.Service<TerminalLines, {
  /** Whether somebody may be there to read and to type. */
  readonly interactive: boolean
  /** Characters of a line. */
  readonly columns: Effect.Effect<number>
  /** Whether what is typed now comes to this process; not so in the background, where to read would stop it. */
  readonly foreground: Effect.Effect<boolean>
  readonly write: (text: string) => Effect.Effect<void>
  /**
   * Hands over each line that is typed, until the scope ends; in the background it waits. What was typed before is handed
   * over at once.
   */
  readonly read: (onInput: (input: LineInput) => void) => Effect.Effect<void, never, Scope.Scope>
}>()("samp/ports/TerminalLines") {}
