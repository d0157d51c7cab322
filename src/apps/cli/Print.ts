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

/** Rows with aligned columns; the last column is not padded. */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths: Array<number> = []
  for (const row of rows) row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, cell.length))
  const pad = (cell: string, i: number, row: ReadonlyArray<string>): string =>
    i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n")
}
