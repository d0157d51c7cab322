/** A terminal of lines in memory: a sheet of paper that one can read, and somebody who types. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type LineInput, TerminalLines } from "../../ports/TerminalLines.ts"

/** The person in front of the terminal. */
export class Teletype extends Context.Service<Teletype, {
  /** All that was written so far. */
  readonly paper: Effect.Effect<string>
  /** Types a line; while nobody reads, or in the background, it waits until somebody does. */
  readonly type: (line: string) => Effect.Effect<void>
  /** Whether a program reads now. */
  readonly isRead: Effect.Effect<boolean>
  /** Puts the program into the foreground or the background. */
  readonly foreground: (front: boolean) => Effect.Effect<void>
  /** Nobody can type any more. */
  readonly close: Effect.Effect<void>
}>()("samp/adapters/memory/Teletype") {}

const make = (interactive: boolean) => {
  let paper = ""
  let front = true
  let closed = false
  let onInput: ((input: LineInput) => void) | undefined
  const typed: Array<string> = []
  const handOver = (): void => {
    if (!front || onInput === undefined) return
    for (const line of typed.splice(0)) onInput({ _tag: "Line", line })
    if (closed) onInput({ _tag: "Closed" })
  }
  const terminal = TerminalLines.of({
    interactive,
    columns: Effect.succeed(80),
    foreground: Effect.sync(() => front),
    write: (text) =>
      Effect.sync(() => {
        paper += text
      }),
    read: (listener) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          onInput = listener
          handOver()
        }),
        () =>
          Effect.sync(() => {
            onInput = undefined
          })
      )
  })
  const teletype = Teletype.of({
    paper: Effect.sync(() => paper),
    type: (line) =>
      Effect.sync(() => {
        typed.push(line)
        handOver()
      }),
    isRead: Effect.sync(() => onInput !== undefined && front),
    foreground: (now) =>
      Effect.sync(() => {
        const isBack = now && !front
        front = now
        if (isBack) onInput?.({ _tag: "Back" })
        handOver()
      }),
    close: Effect.sync(() => {
      closed = true
      handOver()
    })
  })
  return Context.make(TerminalLines, terminal).pipe(Context.add(Teletype, teletype))
}

/**
 * A terminal of its own: the port, and the person in front of it.
 *
 * @param interactive - whether it is a terminal at all
 */
export const layer = (interactive = true): Layer.Layer<TerminalLines | Teletype> =>
  Layer.effectContext(Effect.sync(() => make(interactive)))
