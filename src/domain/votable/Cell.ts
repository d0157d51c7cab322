/** Cells as TABLEDATA writes them: what a column makes of a value, of a list, and of none. */
import * as Result from "effect/Result"
import type { Column, DataType } from "./Table.ts"
import { escape } from "./Text.ts"
import { isList, isMissing, isWhole, missing, ranges, Refusal, refuse, show, values } from "./Value.ts"
import * as Xtype from "./Xtype.ts"

/** The lengths of a list, fastest first. */
export interface Shape {
  /** All but the last. */
  readonly inner: ReadonlyArray<number>
  /** The last if it is fixed, or the most it may be; undefined for any. */
  readonly outer: number | undefined
  /** Whether the last may be less than `outer`. */
  readonly varies: boolean
}

/** Whether a type is one of strings. */
const isText = (type: DataType): boolean => type === "char" || type === "unicodeChar"

const syntax = /^(?:[1-9][0-9]{0,8}x)*(?:[1-9][0-9]{0,8}\*?|\*)$/u

/** The shape of a column's cells; undefined for a single value that is no string. */
const shape = ({ type, arraysize = isText(type) ? "*" : "1" }: Column): Shape | undefined => {
  if (!syntax.test(arraysize)) {
    return refuse(`has the arraysize ${JSON.stringify(arraysize)}; lengths look like 3, *, 3x2 or 3x*`)
  }
  const lengths = arraysize.split("x")
  const last = lengths.pop() ?? ""
  const outer = Number.parseInt(last, 10)
  if (!isText(type) && arraysize === "1") return undefined
  return {
    inner: lengths.map(Number),
    outer: Number.isNaN(outer) ? undefined : outer,
    varies: last.endsWith("*")
  }
}

/**
 * The arraysize attribute, undefined for none. It is never `1`, which VOTable 1.3 deprecates, and strings are never of a
 * bounded length, which astropy cannot read for `unicodeChar`.
 */
export const arraysize = (column: Column): string | undefined => {
  const lengths = shape(column)
  if (lengths === undefined) return undefined
  const { inner, outer, varies } = lengths
  if (isText(column.type) && inner.length === 0) {
    return varies || outer === undefined || outer === 1
      ? "*"
      : String(outer)
  }
  return [...inner, `${outer ?? ""}${varies ? "*" : ""}`].join("x")
}

/** A cell as escaped text; throws {@link Refusal}. */
export type Encode = (cell: unknown) => string

const listed = (inner: ReadonlyArray<number>, outer: number | undefined, varies: boolean, one: Encode) => {
  const count = inner.reduce((product, length) => product * length, 1)
  const need = (length: number, wanted: number | undefined, atMost: boolean): void => {
    if (wanted !== undefined && (atMost ? length > wanted : length !== wanted)) {
      refuse(`holds a list of ${length} where ${atMost ? "at most " : ""}${wanted} are wanted`)
    }
  }
  const put = (list: ArrayLike<unknown>, depth: number, into: Array<string>): void => {
    for (let index = 0; index < list.length; index++) {
      const item = list[index]
      if (depth === 0) into.push(one(item))
      else {
        if (!isList(item)) return refuse(`holds ${show(item)} where a list is wanted`)
        need(item.length, inner[depth - 1], false)
        put(item, depth - 1, into)
      }
    }
  }
  return (cell: unknown): Array<string> => {
    if (!isList(cell)) return refuse(`holds ${show(cell)} where a list is wanted`)
    const texts: Array<string> = []
    // a typed array holds lists of lists end to end
    const flat = inner.length > 0 && !Array.isArray(cell)
    if (flat && cell.length % count !== 0) {
      refuse(`holds a list of ${cell.length}, which is no multiple of ${count}`)
    }
    need(flat ? cell.length / count : cell.length, outer, varies)
    put(cell, flat ? 0 : inner.length, texts)
    return texts
  }
}

const text = (column: Column, { inner, outer, varies }: Shape): Encode => {
  const value = values[column.type]
  const bounded = (most: number | undefined) => (cell: unknown): string => {
    const written = isMissing(cell) ? "" : value(cell)
    return most === undefined || written.length <= most
      ? written
      : refuse(`holds ${show(cell)} of ${written.length} characters where at most ${most} fit`)
  }
  const [width, ...rest] = inner
  if (width === undefined) {
    const one = bounded(outer)
    const check = Xtype.text(column.xtype)
    return (cell) => {
      const written = one(cell)
      check(written)
      return escape(written)
    }
  }
  const one = bounded(width)
  const list = listed(rest, outer, varies, (cell) => one(cell).padEnd(width))
  const none = varies
    ? ""
    : " ".repeat(rest.reduce((product, length) => product * length, width * (outer ?? 1)))
  return (cell) => isMissing(cell) ? none : escape(list(cell).join(""))
}

const noValue = (column: Column, list: boolean): never =>
  refuse(
    column.type === "bit" && !list
      ? "has no value, which a bit cannot say: give the column the type boolean"
      : `has no value, which ${column.type === "bit" ? "bits" : "whole numbers"} in a list cannot say: ` +
        `give the column ${column.type === "bit" ? "" : "a null value, or "}an arraysize that ends in *`
  )

const sentinel = (column: Column): string | undefined => {
  if (column.null === undefined) return undefined
  if (!isWhole(column.type)) {
    return refuse(`has a null value, which only ${Object.keys(ranges).join(", ")} may have`)
  }
  return values[column.type](column.null)
}

/** The null value of a column as text, undefined for none. */
export const nullText = (column: Column): Result.Result<string | undefined, string> =>
  attempt(() => sentinel(column))

/** What refuses, as a Result. */
const attempt = <A>(make: () => A): Result.Result<A, string> => {
  try {
    return Result.succeed(make())
  } catch (error) {
    if (error instanceof Refusal) return Result.fail(error.message)
    throw error
  }
}

const number = (column: Column, lengths: Shape | undefined): Encode => {
  const value = values[column.type]
  const stand = sentinel(column)
  const one: Encode = stand === undefined ? value : (cell) => {
    const written = value(cell)
    return written === stand ? refuse(`holds ${written}, which is the column's null value`) : written
  }
  const none = stand ?? missing[column.type]
  if (lengths === undefined) {
    // complex numbers are two, so that an empty cell would be one of the wrong length
    const empty = column.type.endsWith("Complex") ? none : ""
    if (column.type === "bit") return (cell) => isMissing(cell) ? noValue(column, false) : one(cell)
    return (cell) => isMissing(cell) ? (empty ?? "") : one(cell)
  }
  const { inner, outer, varies } = lengths
  const count = inner.reduce((product, length) => product * length, outer ?? 1)
  const check = Xtype.list(column.xtype)
  const list = listed(
    inner,
    outer,
    varies,
    (item) => isMissing(item) ? (none ?? noValue(column, true)) : one(item)
  )
  const parts = (length: number): string | undefined =>
    none === undefined ? undefined : Array.from({ length }, () => none).join(" ")
  // votlint takes an empty polygon for a number that is none
  const empty = column.xtype === "polygon" ? (parts(6) ?? "") : ""
  const nothing = varies ? empty : parts(count)
  return (cell) => {
    if (isMissing(cell)) return nothing ?? noValue(column, true)
    const written = list(cell)
    check(written)
    return written.length === 0 ? empty : written.join(" ")
  }
}

/** How a column writes its cells; fails, with the rest of a sentence, for a column that makes no sense. */
export const encoder = (column: Column): Result.Result<Encode, string> =>
  attempt(() => {
    if (!Object.hasOwn(values, column.type)) {
      refuse(`has the type ${JSON.stringify(column.type)}, which VOTable lacks`)
    }
    const lengths = shape(column)
    Xtype.column(column)
    if (isText(column.type) && lengths !== undefined) {
      if (column.null !== undefined) sentinel(column)
      return text(column, lengths)
    }
    return number(column, lengths)
  })
