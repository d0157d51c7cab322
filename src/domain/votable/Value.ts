/** Single values as TABLEDATA writes them (VOTable 1.4, section 6): one function a data type. */
import * as Predicate from "effect/Predicate"
import type { DataType } from "./Table.ts"
import { foreignCharacter, illegalCharacter } from "./Text.ts"

/** Thrown where a value does not fit; it never leaves this folder. */
export class Refusal extends Error {}

/** Refuses, with the rest of a sentence. */
export const refuse = (text: string): never => {
  throw new Refusal(text)
}

/** A value as a message shows it: what it is, and its beginning. */
export const show = (value: unknown): string => {
  if (typeof value === "string") return `the text ${JSON.stringify(value.slice(0, 40))}`
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return `the ${typeof value} ${String(value)}`
  }
  if (value === null || value === undefined) return "no value"
  if (Predicate.isDate(value)) return "a date"
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return "a list"
  return typeof value === "object" ? "an object" : `a ${typeof value}`
}

/** Whether there is no value. */
export const isMissing = (value: unknown): value is null | undefined => value === null || value === undefined

/** A list of values: an array or a typed array. */
export const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))

/** The types of whole numbers. */
export type WholeType = "unsignedByte" | "short" | "int" | "long"

/** The least and the greatest number of each type of whole numbers. */
export const ranges: { readonly [type in WholeType]: readonly [bigint, bigint] } = {
  unsignedByte: [0n, 255n],
  short: [-32_768n, 32_767n],
  int: [-2_147_483_648n, 2_147_483_647n],
  long: [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n]
}

/** Whether a type is one of whole numbers. */
export const isWhole = (type: DataType): type is WholeType => Object.hasOwn(ranges, type)

const whole = (type: WholeType) => {
  const [low, high] = ranges[type]
  const least = Number(low)
  const greatest = Number(high)
  return (value: unknown): string => {
    if (typeof value === "number") {
      if (Number.isSafeInteger(value) && value >= least && value <= greatest) return String(value)
      // String() pads what is beyond 2**53 with zeros
      if (Number.isInteger(value)) {
        const exact = BigInt(value)
        if (exact >= low && exact <= high) return String(exact)
      }
    }
    if (typeof value === "bigint" && value >= low && value <= high) return String(value)
    return refuse(`holds ${show(value)}, which is no ${type} (whole, ${low} to ${high})`)
  }
}

/** The number of a value for floating point. */
const real = (type: string, value: unknown): number => {
  if (typeof value === "number") return value
  if (typeof value !== "bigint") return refuse(`holds ${show(value)}, which is no ${type}`)
  const number = Number(value)
  return Number.isFinite(number) && BigInt(number) === value
    ? number
    : refuse(`holds ${show(value)}, which has more digits than a ${type}: give the column the type char`)
}

const plain = (number: number): string => {
  if (Number.isFinite(number)) return number === 0 && Object.is(number, -0) ? "-0.0" : String(number)
  if (Number.isNaN(number)) return "NaN"
  return number > 0 ? "+Inf" : "-Inf"
}

const double = (value: unknown): string => plain(real("double", value))

// Readers round decimals to 32 bits at once, we round twice: what comes this near to the middle of two floats is not
// taken.
const near = 2 ** -50

const float = (value: unknown): string => {
  const number = real("float", value)
  const rounded = Math.fround(number)
  if (!Number.isFinite(rounded) || rounded === 0) {
    return Number.isFinite(rounded) || !Number.isFinite(number)
      ? plain(rounded)
      : refuse(`holds ${show(value)}, which is too large for a float: give the column the type double`)
  }
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(rounded.toPrecision(digits))
    if (Math.fround(short * (1 - near)) === rounded && Math.fround(short * (1 + near)) === rounded) {
      return String(short)
    }
  }
  return String(Number(rounded.toPrecision(9))) // as many as any float needs
}

/** The two parts of a complex number, or undefined if it is none. */
export const parts = (value: unknown): readonly [unknown, unknown] | undefined => {
  if (isList(value)) return value.length === 2 ? [value[0], value[1]] : undefined
  return typeof value === "object" && value !== null && "re" in value && "im" in value
    ? [value.re, value.im]
    : undefined
}

const complex = (type: DataType, part: (value: unknown) => string) => (value: unknown): string => {
  const [re, im] = parts(value) ??
    refuse(`holds ${show(value)}, which is no ${type} ({ re, im } or [re, im])`)
  return `${part(re)} ${part(im)}`
}

const boolean = (value: unknown): string => {
  if (typeof value !== "boolean") return refuse(`holds ${show(value)}, which is no boolean`)
  return value ? "T" : "F"
}

const bit = (value: unknown): string => {
  if (value === true || value === 1 || value === 1n) return "1"
  if (value === false || value === 0 || value === 0n) return "0"
  return refuse(`holds ${show(value)}, which is no bit (0 or 1)`)
}

/** A date as DALI's timestamp (DALI 1.1, section 3.3.3), in UTC. */
const timestamp = (date: Date): string => {
  const text = Number.isNaN(date.getTime()) ? refuse("holds an invalid date") : date.toISOString()
  return text.length === 24 ? text : refuse(`holds the date ${text}, whose year has not four digits`)
}

/** A string, a date or a number as text. */
export const asText = (value: unknown): string => {
  if (typeof value === "string") return value
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return String(value)
  }
  return Predicate.isDate(value) ? timestamp(value) : refuse(`holds ${show(value)}, which is no text`)
}

const character = (onlyAscii: boolean) => (value: unknown): string => {
  const text = asText(value)
  const bad = illegalCharacter(text)
  if (bad !== undefined) refuse(`holds the character ${bad}, which XML cannot hold: take it out`)
  const foreign = onlyAscii ? foreignCharacter(text) : undefined
  return foreign === undefined
    ? text
    : refuse(`holds the character ${foreign}, which is not ASCII: give the column the type unicodeChar`)
}

/** The text of a value, not escaped; throws {@link Refusal}. */
export const values: { readonly [type in DataType]: (value: unknown) => string } = {
  boolean,
  bit,
  unsignedByte: whole("unsignedByte"),
  short: whole("short"),
  int: whole("int"),
  long: whole("long"),
  float,
  double,
  floatComplex: complex("floatComplex", float),
  doubleComplex: complex("doubleComplex", double),
  char: character(true),
  unicodeChar: character(false)
}

/** How a list says of one of its values that there is none; undefined where it cannot. */
export const missing: { readonly [type in DataType]: string | undefined } = {
  boolean: "?",
  bit: undefined,
  unsignedByte: undefined,
  short: undefined,
  int: undefined,
  long: undefined,
  float: "NaN",
  double: "NaN",
  floatComplex: "NaN NaN",
  doubleComplex: "NaN NaN",
  char: "",
  unicodeChar: ""
}
