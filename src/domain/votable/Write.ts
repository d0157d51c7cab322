/**
 * Writing VOTable 1.4 (IVOA recommendation of 2019-10-21) with its data as TABLEDATA.
 *
 * ```ts
 * const table = fromRows([
 *   { name: "M 31", ra: 10.6847, dec: 41.2687 },
 *   { name: "M 33", ra: 23.4621, dec: 30.6599 }
 * ], { ra: { unit: "deg", ucd: "pos.eq.ra" }, dec: { unit: "deg", ucd: "pos.eq.dec" } })
 *
 * if (Result.isFailure(table)) console.error(describe(table.failure))
 * else for (const chunk of write(table.success)) file.write(chunk)
 * ```
 *
 * `stilts votlint` has nothing to say about the result. The blanks at both ends of a string get lost in astropy, which
 * strips them, and those at the end of a string in a list everywhere, since such strings have one length. Lists of
 * strings are for TOPCAT and STILTS: astropy refuses a file that has them.
 */
import * as Result from "effect/Result"
import { type Field, fields } from "./Field.ts"
import { type Table, type Unfit, UnfitError } from "./Table.ts"
import { escape, escapeAttribute, illegalCharacter } from "./Text.ts"
import { Refusal } from "./Value.ts"

/** How many characters are gathered before they are handed out. */
const chunkLength = 65_536

const unfit = (text: string, row?: number, column?: string): Unfit => ({ _tag: "Unfit", text, row, column })

const head = (table: Table, columns: ReadonlyArray<Field>): Result.Result<string, Unfit> => {
  for (const what of ["name", "description"] as const) {
    const bad = illegalCharacter(table[what] ?? "")
    if (bad !== undefined) {
      return Result.fail(unfit(`has the character ${bad} in its ${what}, which XML cannot hold: take it out`))
    }
  }
  const nrows = table.nrows ?? (Array.isArray(table.rows) ? table.rows.length : undefined)
  const name = table.name === undefined ? "" : ` name="${escapeAttribute(table.name)}"`
  return Result.succeed([
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
    // documents of version 1.4 are in the namespace of 1.3
    "<VOTABLE version=\"1.4\" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\">",
    "<RESOURCE>",
    `<TABLE${name}${nrows === undefined ? "" : ` nrows="${nrows}"`}>`,
    ...(table.description === undefined ? [] : [`<DESCRIPTION>${escape(table.description)}</DESCRIPTION>`]),
    ...columns.map(({ element }) => element),
    "<DATA>",
    "<TABLEDATA>",
    ""
  ].join("\n"))
}

const tail = "</TABLEDATA>\n</DATA>\n</TABLE>\n</RESOURCE>\n</VOTABLE>\n"

const line = (row: ReadonlyArray<unknown>, columns: ReadonlyArray<Field>, number: number): string | Unfit => {
  if (row.length !== columns.length) {
    return unfit(`has ${row.length} cells where there are ${columns.length} columns`, number)
  }
  let text = "<TR>"
  let at = 0
  try {
    for (; at < columns.length; at++) text += `<TD>${columns[at]?.encode(row[at]) ?? ""}</TD>`
  } catch (error) {
    if (error instanceof Refusal) return unfit(error.message, number, columns[at]?.column.name)
    throw error
  }
  return `${text}</TR>\n`
}

function* chunks(table: Table): Generator<string, Unfit | undefined> {
  const columns = fields(table.columns)
  if (Result.isFailure(columns)) return columns.failure
  const beginning = head(table, columns.success)
  if (Result.isFailure(beginning)) return beginning.failure
  let text = beginning.success
  let count = 0
  for (const row of table.rows) {
    const written = line(row, columns.success, ++count)
    if (typeof written !== "string") return written
    text += written
    if (text.length >= chunkLength) {
      yield text
      text = ""
    }
  }
  if (table.nrows !== undefined && table.nrows !== count) {
    return unfit(`has ${count} rows, not the ${table.nrows} that nrows says`)
  }
  yield text + tail
  return undefined
}

/**
 * Says whether a table can be written, and what is in the way. The rows are gone through once.
 *
 * @returns the same table, for which {@link write} and {@link toBytes} do not throw
 */
export const check = (table: Table): Result.Result<Table, Unfit> => {
  const all = chunks(table)
  for (;;) {
    const { done, value } = all.next()
    if (done === true) return value === undefined ? Result.succeed(table) : Result.fail(value)
  }
}

/**
 * The text of a table in chunks of about 64 Ki characters, made as they are asked for; to be encoded as UTF-8.
 *
 * Throws an {@link UnfitError} for a value that does not fit its column, when it comes to it. Tables of `fromRows`, and
 * those that passed {@link check}, have none.
 */
export function* write(table: Table): Generator<string, void> {
  const misfit = yield* chunks(table)
  if (misfit !== undefined) throw new UnfitError(misfit)
}

/** The whole of a table as UTF-8; throws as {@link write} does. */
export const toBytes = (table: Table): Uint8Array => {
  const encoder = new TextEncoder()
  const pieces = Array.from(write(table), (chunk) => encoder.encode(chunk))
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
