/** Finding the type of a column from its values. */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import type { Column, DataType } from "./Table.ts"
import { foreignCharacter } from "./Text.ts"
import {
  asText,
  isList,
  isMissing,
  isWhole,
  parts,
  ranges,
  Refusal,
  refuse,
  show,
  type WholeType
} from "./Value.ts"

type Kind = Exclude<DataType, "bit"> | "date"

/** More levels of lists than any reader shows; a list that holds itself has no end of them. */
const deepest = 16

/** What was seen of a column so far. */
class Sight {
  /** What all values are; undefined before the first. */
  private kind: Kind | undefined
  /** Why the values have no type in common. */
  private conflict: { readonly row: number; readonly text: string } | undefined
  /** How deep values stand in lists; undefined before the first. */
  private rank: number | undefined
  /** The lengths of lists, outermost first. */
  private readonly lengths: Array<number> = []
  /** Whether the outermost lists differ in length, or some cell has no value. */
  private varies = false
  /** Whether a list lacks a value somewhere. */
  private holes = false
  private width = 1
  private least: number | bigint = 0
  private readonly given: Partial<Column>

  constructor(given: Partial<Column>) {
    this.given = given
  }

  /** Looks at a cell; throws {@link Refusal} if it is of another shape than those before. */
  see(cell: unknown, row: number): void {
    if (isMissing(cell)) this.varies = true
    else if (this.isLeaf(cell)) this.leaf(cell, 0, row)
    else if (isList(cell)) this.list(cell, 0, row)
  }

  private isLeaf(value: unknown): boolean {
    if (!isList(value)) return true
    // [re, im] is a complex number only in a column that is said to hold such
    return this.given.type?.endsWith("Complex") === true &&
      parts(value)?.every((part) => !isList(part)) === true
  }

  private list(list: ArrayLike<unknown>, depth: number, row: number): void {
    if (this.rank !== undefined && depth >= this.rank) {
      refuse("holds a list where others hold single values, or deeper lists than others")
    }
    if (depth === deepest) refuse(`holds lists nested deeper than ${deepest} levels`)
    const length = this.lengths[depth]
    if (depth > 0 && (list.length === 0 || (length !== undefined && length !== list.length))) {
      refuse("holds lists of different lengths in one list, or an empty one")
    }
    if (length === undefined) this.lengths[depth] = list.length
    else if (length !== list.length) this.varies = true
    const kind = elements(list)
    if (kind !== undefined && list.length > 0) {
      this.standsAt(depth + 1)
      this.join(kind, row, list)
      return
    }
    for (let index = 0; index < list.length; index++) {
      const item = list[index]
      if (isMissing(item)) this.holes = true
      else if (this.isLeaf(item)) this.leaf(item, depth + 1, row)
      else if (isList(item)) this.list(item, depth + 1, row)
    }
  }

  private standsAt(depth: number): void {
    const rank = this.rank ?? (this.lengths.length > depth ? -1 : depth)
    if (rank !== depth) refuse("holds single values and lists, or lists of different depths")
    this.rank = depth
  }

  private leaf(value: unknown, depth: number, row: number): void {
    this.standsAt(depth)
    const kind = kindOf(value)
    if (
      kind === "char" || kind === "unicodeChar" || this.given.type === "char" ||
      this.given.type === "unicodeChar"
    ) {
      this.width = Math.max(this.width, asText(value).length)
    } else if (kind === "date") this.width = Math.max(this.width, 24)
    if ((typeof value === "number" || typeof value === "bigint") && value < this.least) this.least = value
    this.join(kind, row, value)
  }

  /** Looks at a typed array of cells. */
  seeAll(kind: Kind): void {
    this.rank = 0
    this.kind = kind
  }

  private join(kind: Kind | undefined, row: number, value: unknown): void {
    if (this.conflict !== undefined || (kind !== undefined && kind === this.kind)) return
    const joined = kind === undefined ? undefined : this.kind === undefined ? kind : common(this.kind, kind)
    if (joined === undefined) {
      const above = this.kind === undefined ? "" : `, but those above are of the type ${this.kind}`
      this.conflict = {
        row,
        text: `holds ${
          show(value)
        }${above}: make them alike or give the column a type (char takes any as text)`
      }
    } else this.kind = joined
  }

  /** The column that holds all that was seen, or why there is none. */
  column(name: string): Result.Result<Column, { readonly row?: number; readonly text: string }> {
    const { given } = this
    if (given.type === undefined && this.conflict !== undefined) return Result.fail(this.conflict)
    const rank = this.rank ?? (this.lengths.length > 0 ? 1 : 0)
    const kind = this.kind ?? (rank > 0 ? "double" : "char")
    const type = given.type ?? this.wide(kind === "date" ? "char" : kind)
    const isDate = kind === "date" && rank === 0 && type === "char" && this.conflict === undefined
    return Result.succeed({
      name,
      ...given,
      type,
      arraysize: given.arraysize ?? this.arraysize(type, rank),
      xtype: given.xtype ?? (isDate ? "timestamp" : undefined),
      null: given.null ?? (this.holes && isWhole(type) ? this.spare(type) : undefined)
    })
  }

  /** A type with a number to spare for what has no value in a list. */
  private wide(type: DataType): DataType {
    if (!this.holes || !isWhole(type)) return type
    if (type === "long") return type
    return type === "int" && this.least > ranges.int[0] ? type : "long"
  }

  /** A number at the end of a type's range, to stand for no value. */
  private spare(type: WholeType): bigint {
    const [low, high] = ranges[type]
    return this.least > low ? low : high
  }

  private arraysize(type: DataType, rank: number): string | undefined {
    const text = type === "char" || type === "unicodeChar"
    if (rank === 0) return text ? "*" : undefined
    const [outer = 0, ...inner] = this.lengths
    const fixed = !this.varies && outer > 0 && (outer > 1 || inner.length > 0)
    return [...(text ? [this.width] : []), ...inner.toReversed(), fixed ? outer : "*"].join("x")
  }
}

/** Types of numbers, each of which holds all of those before it; floats of 32 bits stand aside. */
const wider: ReadonlyArray<Kind> = ["unsignedByte", "short", "int", "long", "double"]

/** The type that holds the values of both. */
const common = (a: Kind, b: Kind): Kind | undefined => {
  const among = (kinds: ReadonlyArray<Kind>) => kinds.includes(a) && kinds.includes(b)
  if (a === b) return a
  if (among(["char", "unicodeChar"])) return "unicodeChar"
  if (among(wider)) return wider.indexOf(a) > wider.indexOf(b) ? a : b
  if (among(["float", "unsignedByte", "short"])) return "float"
  return among(["float", ...wider]) ? "double" : undefined
}

const holds = (type: WholeType, value: number | bigint): boolean =>
  value >= ranges[type][0] && value <= ranges[type][1]

const kindOf = (value: unknown): Kind | undefined => {
  switch (typeof value) {
    case "boolean":
      return "boolean"
    case "string":
      return foreignCharacter(value) === undefined ? "char" : "unicodeChar"
    case "bigint":
      return holds("long", value) ? "long" : undefined
    case "number":
      if (!Number.isSafeInteger(value)) return "double"
      return holds("int", value) ? "int" : "long"
    default:
      if (Predicate.isDate(value)) return "date"
      return parts(value) === undefined ? undefined : "doubleComplex"
  }
}

/** The type of the elements of a typed array, undefined for other lists. */
const elements = (list: ArrayLike<unknown>): Kind | undefined => {
  if (Array.isArray(list)) return undefined
  if (list instanceof Float64Array) return "double"
  if (list instanceof Float32Array) return "float"
  if (list instanceof Uint8Array || list instanceof Uint8ClampedArray) return "unsignedByte"
  if (list instanceof Int8Array || list instanceof Int16Array) return "short"
  if (list instanceof Uint16Array || list instanceof Int32Array) return "int"
  return list instanceof Uint32Array || list instanceof BigInt64Array || list instanceof BigUint64Array
    ? "long"
    : undefined
}

/**
 * The column of some cells.
 *
 * @param given - what is known of it; its type and arraysize are not looked for if both are given
 * @returns a failure names the row, from 1, and says what is wrong there
 */
export const infer = (
  name: string,
  cells: Iterable<unknown>,
  given: Partial<Column>
): Result.Result<Column, { readonly row?: number; readonly text: string }> => {
  if (given.type !== undefined && given.arraysize !== undefined) {
    return Result.succeed({ name, ...given, type: given.type })
  }
  const sight = new Sight(given)
  const kind = isList(cells) && cells.length > 0 ? elements(cells) : undefined
  let row = 0
  try {
    if (kind !== undefined) sight.seeAll(kind)
    else for (const cell of cells) sight.see(cell, ++row)
  } catch (error) {
    if (error instanceof Refusal) return Result.fail({ row, text: error.message })
    throw error
  }
  return sight.column(name)
}
