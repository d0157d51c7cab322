/** Port: the terminal of a program that draws on all of it. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** Size in characters. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** What a terminal tells. */
export type TerminalInput =
  /** Characters that were typed, with escape sequences as they came. */
  | { readonly _tag: "Typed"; readonly text: string }
  | { readonly _tag: "Resized" }
  /** Nobody can type any more. */
  | { readonly _tag: "Closed" }

/** A terminal. */
export class Terminal extends Context.Service<Terminal, {
  /** Whether somebody is there to look and type, at a terminal that can move its cursor. */
  readonly interactive: boolean
  /** Whether colours are wanted (NO_COLOR). */
  readonly colours: boolean
  readonly size: Effect.Effect<TerminalSize>
  /**
   * Takes the terminal over for the scope: keys come one by one and unechoed. `leave` is written in each way to end, also
   * when the process ends without the scope.
   */
  readonly take: (
    enter: string,
    leave: string,
    onInput: (input: TerminalInput) => void
  ) => Effect.Effect<void, never, Scope.Scope>
  /** Writes, and waits until the terminal has taken it. */
  readonly write: (text: string) => Effect.Effect<void>
  /** Waits until nobody reads the output any more. */
  readonly unread: Effect.Effect<void>
}>()("samp/ports/Terminal") {}
