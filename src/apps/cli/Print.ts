/** What commands print: data on stdout, JSON lines or text; all else on stderr. */
import * as Console from "effect/Console"
import type * as Effect from "effect/Effect"
import { type SampMap, toJson } from "../../domain/SampValue.ts"

/** One JSON object on a line. */
export const json = (value: { readonly [key: string]: unknown }): Effect.Effect<void> =>
  Console.log(JSON.stringify(value))

/** A line for people. */
export const line = (text: string): Effect.Effect<void> => Console.log(text)

/** A remark that is no result. */
export const remark = (text: string): Effect.Effect<void> => Console.error(text)

/** A map in one line for people. */
export const inline = (value: SampMap): string => {
  const text = JSON.stringify(toJson(value))
  return text.length > 500 ? `${text.slice(0, 500)}...` : text
}

/**
 * Where a client comes from.
 *
 * @param given - the origin of a web client, empty for a program that named none; undefined for a client of the Standard Profile
 */
export const origin = (given: string | undefined): string =>
  given === undefined ? "-" : given === "" ? "a program over the Web Profile" : given

const units: ReadonlyArray<readonly [name: string, seconds: number]> = [["d", 86_400], ["h", 3_600], [
  "min",
  60
]]

/** A duration as people say it: `12 s`, `3 min`, `2 h 5 min`, `3 d 4 h`. */
export const duration = (seconds: number): string => {
  const at = units.findIndex(([, size]) => seconds >= size)
  const [unit, next] = [units[at], units[at + 1]]
  if (unit === undefined) return `${seconds} s`
  const rest = next === undefined ? 0 : Math.floor((seconds % unit[1]) / next[1])
  const whole = `${Math.floor(seconds / unit[1])} ${unit[0]}`
  return next === undefined || rest === 0 ? whole : `${whole} ${rest} ${next[0]}`
}

/** Rows with aligned columns; the last column is not padded. */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths: Array<number> = []
  for (const row of rows) row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, cell.length))
  const pad = (cell: string, i: number, row: ReadonlyArray<string>): string =>
    i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n")
}
