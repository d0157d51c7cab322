/** Lines as what a terminal (ECMA-48) is told, with as little as is enough. */
import type { Line, Style } from "./Texts.ts"

const escape = "\x1b["

/** The other screen, so that what was there comes back; no cursor, and no line that runs into the next. */
export const enter = `${escape}?1049h${escape}?25l${escape}?7l${escape}2J`

/** Undoes {@link enter}, last first. */
export const leave = `${escape}0m${escape}?7h${escape}?25h${escape}?1049l`

const codes: Readonly<Record<Style, string>> = {
  plain: "",
  strong: "1",
  faint: "2",
  selected: "7",
  good: "32",
  bad: "31",
  heading: "1;36"
}

const painted = (spans: Line, columns: number, colours: boolean): string => {
  const length = spans.reduce((sum, { text }) => sum + text.length, 0)
  const texts = spans.map(({ style, text }) =>
    colours && codes[style] !== "" && text !== "" ? `${escape}${codes[style]}m${text}${escape}0m` : text
  )
  // Blanks instead of an erasure, which some terminals apply to the last column too.
  return texts.join("") + " ".repeat(Math.max(0, columns - length))
}

/** What is on the terminal. */
export interface Frame {
  readonly columns: number
  readonly rows: ReadonlyArray<string>
}

/**
 * The next frame, and what makes it of the last one.
 *
 * @param last - undefined when it is not known what is on the terminal
 */
export const paint = (
  lines: ReadonlyArray<Line>,
  columns: number,
  colours: boolean,
  last: Frame | undefined
): { readonly frame: Frame; readonly output: string } => {
  const rows = lines.map((line) => painted(line, columns, colours))
  const known = last !== undefined && last.columns === columns && last.rows.length === rows.length
  const output = rows.flatMap((row, index) =>
    known && last.rows[index] === row ? [] : [`${escape}${index + 1};1H${row}`]
  )
  return { frame: { columns, rows }, output: (known ? "" : `${escape}2J`) + output.join("") }
}
