/**
 * What a VOTable is made of, before it is text: columns as the FIELD elements of VOTable 1.4 describe them, and rows of
 * JavaScript values.
 *
 * No value is `null` or `undefined`, for every type. It is written as VOTable 1.4 says it in TABLEDATA: an empty cell.
 * Three things follow. An empty string, and an empty list, read back as no value. Complex numbers and lists of a fixed
 * length have no empty cell, so each part of them says that it has no value: `NaN`, `?` for booleans, blanks for
 * strings, {@link Column.null} for whole numbers. And bits have no way to say it at all: a missing bit is refused.
 */

/** The data types of VOTable (section 2.1). */
export type DataType =
  /** `true` or `false`. */
  | "boolean"
  /** 1 or 0, also `true` or `false`. */
  | "bit"
  /** Whole numbers from 0 to 255. */
  | "unsignedByte"
  /** Whole numbers of 16 bits. */
  | "short"
  /** Whole numbers of 32 bits. */
  | "int"
  /** Whole numbers of 64 bits, as `bigint` or `number`. */
  | "long"
  /** Floating point of 32 bits; numbers are rounded to it. */
  | "float"
  /** Floating point of 64 bits. */
  | "double"
  /** `{ re, im }` or `[re, im]`, of `float`s. */
  | "floatComplex"
  /** `{ re, im }` or `[re, im]`, of `double`s. */
  | "doubleComplex"
  /** ASCII text. */
  | "char"
  /** Text. */
  | "unicodeChar"

/** A column: the attributes of a FIELD. */
export interface Column {
  /**
   * Any text; white space in it becomes single blanks. An empty name becomes `col` and the column's number; one that an
   * earlier column has, gets `_2` or the like at its end.
   */
  readonly name: string
  readonly type: DataType
  /**
   * The lengths of a list in each cell, the fastest first, joined by `x`; the last may be `*` for any, or such as `5*`
   * for at most five. Absent for single values. For `char` and `unicodeChar` the first counts characters, as UTF-16 does:
   * `*`, the default, is one string of any length, `8` one of at most 8, and `8x*` a list of strings of at most 8.
   */
  readonly arraysize?: string | undefined
  /** As in `deg` or `km.s**-1`, see VOUnits. Not checked. */
  readonly unit?: string | undefined
  /** As in `pos.eq.ra;meta.main`, see UCD1+. Its characters are checked, its words are not. */
  readonly ucd?: string | undefined
  readonly utype?: string | undefined
  readonly description?: string | undefined
  /** One of DALI 1.1: `timestamp`, `interval`, `point`, `circle` or `polygon`. */
  readonly xtype?: string | undefined
  /** A whole number that stands for no value in lists of whole numbers; cells may not hold it otherwise. */
  readonly null?: number | bigint | undefined
}

/** A table that can be written. */
export interface Table {
  readonly name?: string | undefined
  readonly description?: string | undefined
  /** At least one. */
  readonly columns: ReadonlyArray<Column>
  /** The number of rows, if it is known before; for an array of rows it is. */
  readonly nrows?: number | undefined
  /** The rows, with as many cells as there are columns. */
  readonly rows: Iterable<ReadonlyArray<unknown>>
}

/** Why a table cannot be written. */
export interface Unfit {
  readonly _tag: "Unfit"
  /** The row, counted from 1, if one is to blame. */
  readonly row?: number | undefined
  /** The name of the column, if one is to blame. */
  readonly column?: string | undefined
  /** What is wrong there and what to do, as the rest of a sentence. */
  readonly text: string
}

/** A misfit as a sentence: where, and what. */
export const describe = ({ row, column, text }: Unfit): string => {
  const places = [
    ...(row === undefined ? [] : [`row ${row}`]),
    ...(column === undefined ? [] : [`column ${JSON.stringify(column)}`])
  ]
  return places.length === 0 ? `The table ${text}` : `The table's ${places.join(", ")} ${text}`
}

/** What {@link write} throws for a table that was not checked before. */
export class UnfitError extends Error {
  readonly unfit: Unfit

  constructor(unfit: Unfit) {
    super(describe(unfit))
    this.name = "UnfitError"
    this.unfit = unfit
  }
}
