/** Tables of what programs have: an array of records, or arrays by name. */
import * as Result from "effect/Result"
import { infer } from "./Infer.ts"
import type { Column, Table, Unfit } from "./Table.ts"
import { check } from "./Write.ts"

/** Values by the names of columns: the own enumerable properties of an object. */
export type Row = object

/** The values of a column. */
export type Values =
  | ReadonlyArray<unknown>
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/** A table by columns, all of one length. */
export interface Columns {
  readonly columns: { readonly [name: string]: Values }
}

/** What is known of columns beforehand, by name. What is left out is found from the values. */
export type Overrides = { readonly [name: string]: Partial<Column> }

/** Cells by column and row, whichever way they came. */
interface Source {
  readonly names: ReadonlyArray<string>
  readonly length: number
  readonly column: (name: string) => Iterable<unknown>
  readonly rows: Iterable<ReadonlyArray<unknown>>
}

const own = <A>(record: { readonly [name: string]: A }, name: string): A | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined

/** A cell of a row; any object has properties of unknown types. */
const cell = (row: Row, name: string): unknown => own(row as { readonly [name: string]: unknown }, name)

/** What can be gone through as often as wanted. */
const again = <A>(start: () => Iterator<A>): Iterable<A> => ({ [Symbol.iterator]: start })

const ofRows = (rows: ReadonlyArray<Row>, more: ReadonlyArray<string>): Source => {
  const seen = new Set<string>()
  for (const row of rows) for (const name of Object.keys(row)) seen.add(name)
  for (const name of more) seen.add(name)
  const names = [...seen]
  return {
    names,
    length: rows.length,
    column: (name) =>
      again(function*() {
        for (const row of rows) yield cell(row, name)
      }),
    rows: again(function*() {
      for (const row of rows) yield names.map((name) => cell(row, name))
    })
  }
}

const ofColumns = ({ columns }: Columns, more: ReadonlyArray<string>): Source => {
  const names = [...new Set([...Object.keys(columns), ...more])]
  const arrays = names.map((name) => own(columns, name) ?? [])
  const length = Math.max(0, ...arrays.map((array) => array.length))
  return {
    names,
    length,
    column: (name) => own(columns, name) ?? [],
    rows: again(function*() {
      for (let row = 0; row < length; row++) yield arrays.map((array) => array[row])
    })
  }
}

const isRows = (data: ReadonlyArray<Row> | Columns): data is ReadonlyArray<Row> => Array.isArray(data)

const failure = (text: string, column?: string, row?: number): Result.Result<never, Unfit> =>
  Result.fail({ _tag: "Unfit", row, column, text })

/**
 * A table of records or of arrays by name. The columns are those of all records, in the order in which they come first; a
 * key that a record lacks is no value.
 *
 * Their types are found from all values: whole numbers are `int` if 32 bits hold all of them, else `long`, as every
 * `bigint` is; with others among them, or beyond 2**53, `double`. Text is `char` if it is all ASCII, else `unicodeChar`; a
 * `Date` is text with the xtype `timestamp`; `{ re, im }` is `doubleComplex`. Lists, also of lists, are of a fixed size
 * if all are; what typed arrays hold, and in `columns` what they are, keeps its type. A column without any value is
 * `char`.
 *
 * ```ts
 * fromRows([{ id: 1, ra: 10.68 }, { id: 2 }], { ra: { unit: "deg" } })
 * fromRows({ columns: { ra: new Float64Array([10.68, 23.46]), name: ["M 31", null] } })
 * ```
 *
 * @param overrides - of columns by name: what shall not be found from the values, and what cannot, such as the unit. One
 * with a type makes a column even where no row has it.
 * @returns a table that can be written, more than once; or the row and the column of the first value that does not fit
 */
export const fromRows = (
  data: ReadonlyArray<Row> | Columns,
  overrides: Overrides = {}
): Result.Result<Table, Unfit> => {
  const more = Object.keys(overrides).filter((name) => overrides[name]?.type !== undefined)
  const source = isRows(data) ? ofRows(data, more) : ofColumns(data, more)
  const unknown = Object.keys(overrides).find((name) => !source.names.includes(name))
  if (unknown !== undefined) {
    return failure("is described, but no row has it: spell it as the rows do, or give it a type", unknown)
  }
  if (!isRows(data)) {
    for (const [name, { length }] of Object.entries(data.columns)) {
      if (length !== source.length) {
        return failure(`has ${length} values where another has ${source.length}`, name)
      }
    }
  }
  const columns: Array<Column> = []
  for (const name of source.names) {
    const column = infer(name, source.column(name), own(overrides, name) ?? {})
    if (Result.isFailure(column)) return failure(column.failure.text, name, column.failure.row)
    columns.push(column.success)
  }
  return check({ columns, nrows: source.length, rows: source.rows })
}
