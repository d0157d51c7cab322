/** A terminal in memory: a screen that one can read, and type into. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import { Terminal, type TerminalInput, type TerminalSize } from "../../ports/Terminal.ts"

/** The person in front of the terminal. */
export class Screen extends Context.Service<Screen, {
  /** What there is to see, row by row, without blanks at the ends. */
  readonly rows: Effect.Effect<ReadonlyArray<string>>
  /** Everything that was written so far, escape sequences and all. */
  readonly output: Effect.Effect<string>
  /** Whether a program has taken the terminal over. */
  readonly isTaken: Effect.Effect<boolean>
  /** Whether the cursor is shown, and whether the alternate screen is. */
  readonly modes: Effect.Effect<{ readonly cursor: boolean; readonly alternate: boolean }>
  /** Types characters; nobody hears them while no program has taken the terminal. */
  readonly type: (text: string) => Effect.Effect<void>
  /** Makes the window larger or smaller; what was on it is gone. */
  readonly resize: (size: TerminalSize) => Effect.Effect<void>
  /** Closes the window: nobody can type any more, and nobody reads. */
  readonly close: Effect.Effect<void>
}>()("samp/adapters/memory/Screen") {}

/** What sort of a terminal it is. */
export interface ScreenOptions extends Partial<TerminalSize> {
  /** Default true. */
  readonly interactive?: boolean | undefined
  /** Default true. */
  readonly colours?: boolean | undefined
}

/** Characters, and where the next one goes. Knows the sequences that move, erase, hide and switch; passes over the others. */
class Paper {
  cursor = true
  alternate = false
  private rows: Array<Array<string>> = []
  private x = 0
  private y = 0
  private size: TerminalSize

  constructor(size: TerminalSize) {
    this.size = size
    this.erase()
  }

  get lines(): ReadonlyArray<string> {
    return this.rows.map((row) => row.join("").trimEnd())
  }

  resize(size: TerminalSize): void {
    this.size = size
    this.erase()
  }

  write(text: string): void {
    for (const [, sequence, character] of text.matchAll(/\x1b\[([\x20-\x3f]*[\x40-\x7e])|([^])/gu)) {
      if (sequence !== undefined) this.obey(sequence)
      else if (character !== undefined) this.put(character)
    }
  }

  private erase(): void {
    const { columns, rows } = this.size
    this.rows = Array.from({ length: rows }, () => Array.from({ length: columns }, () => " "))
  }

  private obey(sequence: string): void {
    const command = sequence.slice(-1)
    const given = sequence.slice(0, -1)
    const [first = 0, second = 0] = given.split(";").map(Number)
    switch (command) {
      case "H":
        this.y = Math.max(1, first) - 1
        this.x = Math.max(1, second) - 1
        return
      case "J":
        return first === 2 ? this.erase() : undefined
      case "K":
        return void this.rows[this.y]?.fill(" ", first === 2 ? 0 : this.x)
      case "h":
      case "l":
        if (given === "?25") this.cursor = command === "h"
        if (given === "?1049") this.alternate = command === "h"
    }
  }

  private put(character: string): void {
    if (character === "\r") this.x = 0
    else if (character === "\n") {
      this.x = 0
      if (this.y < this.size.rows - 1) this.y++
      else {
        this.rows.shift()
        this.rows.push(Array.from({ length: this.size.columns }, () => " "))
      }
    } else {
      const row = this.rows[this.y]
      if (row !== undefined && this.x < this.size.columns) row[this.x] = character
      this.x++
    }
  }
}

const make = ({ colours = true, columns = 80, interactive = true, rows = 24 }: ScreenOptions) =>
  Effect.gen(function*() {
    let size: TerminalSize = { columns, rows }
    let output = ""
    let hear: ((input: TerminalInput) => void) | undefined
    const paper = new Paper(size)
    const gone = yield* Latch.make(false)
    const write = (text: string) =>
      Effect.sync(() => {
        output += text
        paper.write(text)
      })
    const terminal = Terminal.of({
      interactive,
      colours,
      size: Effect.sync(() => size),
      take: (enter, leave, onInput) =>
        Effect.acquireRelease(
          Effect.andThen(
            write(enter),
            Effect.sync(() => {
              hear = onInput
            })
          ),
          () =>
            Effect.andThen(
              write(leave),
              Effect.sync(() => {
                hear = undefined
              })
            )
        ),
      write,
      unread: gone.await
    })
    const screen = Screen.of({
      rows: Effect.sync(() => paper.lines),
      output: Effect.sync(() => output),
      isTaken: Effect.sync(() => hear !== undefined),
      modes: Effect.sync(() => ({ cursor: paper.cursor, alternate: paper.alternate })),
      type: (text) => Effect.sync(() => hear?.({ _tag: "Typed", text })),
      resize: (changed) =>
        Effect.sync(() => {
          size = changed
          paper.resize(size)
          hear?.({ _tag: "Resized" })
        }),
      close: Effect.andThen(Effect.sync(() => hear?.({ _tag: "Closed" })), gone.open)
    })
    return Context.make(Terminal, terminal).pipe(Context.add(Screen, screen))
  })

/** A terminal of its own: the port, and the person in front of it. */
export const layer = (options: ScreenOptions = {}): Layer.Layer<Terminal | Screen> =>
  Layer.effectContext(make(options))
