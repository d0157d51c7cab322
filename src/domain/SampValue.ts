/**
 * SAMP values: strings, lists and maps of them, and nothing else (DT-01).
 *
 * Maps are held in `Map`, never in plain objects: `__proto__` and the empty string are legal keys (DT-13). Values are
 * immutable by type. Whether a string holds only legal characters (DT-02) is checked where text comes in, in
 * XmlRpc and in {@link fromJson}.
 */
import * as Result from "effect/Result"

/** A list of SAMP values (section 3.3). */
export type SampList = ReadonlyArray<SampValue>

/** A map from strings to SAMP values (section 3.3); order carries no meaning. */
export type SampMap = ReadonlyMap<string, SampValue>

/** Any SAMP value (section 3.3). */
export type SampValue = string | SampList | SampMap

/** Tells a list from the other values. */
export const isList = (value: SampValue): value is SampList => Array.isArray(value)

/** Tells a map from the other values. */
export const isMap = (value: SampValue | undefined): value is SampMap =>
  value !== undefined && typeof value !== "string" && !Array.isArray(value)

/** The map without entries. */
export const emptyMap: SampMap = new Map()

/** Makes a map of the own enumerable keys of a record. */
export const map = (record: { readonly [key: string]: SampValue }): SampMap => new Map(Object.entries(record))

/** The string at `key`, or undefined when there is none or something else is there. */
export const stringAt = (values: SampMap, key: string): string | undefined => {
  const value = values.get(key)
  return typeof value === "string" ? value : undefined
}

const illegal = /[^\t\n\r\x20-\x7f]/u

/** The first character of `text` that SAMP does not allow (DT-02), written as U+00E9, or undefined. */
export const illegalCharacter = (text: string): string | undefined => {
  const found = illegal.exec(text)
  return found === null
    ? undefined
    : `U+${(found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`
}

/** What to do with a non-ASCII character: in URLs, which is where they mostly are, there is a way to write it. */
const encoded = (character: string): string => {
  // half a pair of UTF-16 has no encoding
  const code = /^\p{Surrogate}$/u.test(character) ? "" : ` (here ${encodeURIComponent(character)})`
  return `write it in ASCII; in a URL percent-encoded${code}`
}

/** What is wrong with the first character of `text` that SAMP does not allow, and what to do; undefined if none is. */
export const illegality = (text: string): string | undefined => {
  const [character] = illegal.exec(text) ?? []
  if (character === undefined) return undefined
  const name = illegalCharacter(character) ?? ""
  return character < " "
    ? `holds the control character ${name}; SAMP allows tabs and line ends only, so leave it out`
    : `holds the character ${name}; SAMP allows ASCII only, so ${encoded(character)}`
}

/** JSON as the command line and the logs write SAMP values. */
export type Json = string | ReadonlyArray<Json> | { readonly [key: string]: Json }

/** A value as JSON text can show it; keys such as `__proto__` stay own keys. */
export const toJson = (value: SampValue): Json => {
  if (typeof value === "string") return value
  if (isList(value)) return value.map(toJson)
  const record: { [key: string]: Json } = Object.create(null)
  for (const [key, item] of value) record[key] = toJson(item)
  return record
}

/** Why a JSON value cannot be a SAMP value. */
export interface NotSamp {
  readonly _tag: "NotSamp"
  /** Where, as in `a.0.b`; empty at the top. */
  readonly path: string
  readonly text: string
}

const scalar = (value: unknown): string | undefined => {
  if (typeof value === "string") return value
  if (typeof value === "boolean") return value ? "1" : "0"
  if (typeof value === "bigint") return String(value)
  return typeof value === "number" && Number.isFinite(value) ? String(value) : undefined
}

/** The members of a map or of a plain object; undefined for what is neither, such as a `Date`, which has none to show. */
const membersOf = (value: object): Iterable<readonly [unknown, unknown]> | undefined => {
  if (value instanceof Map) return value
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null ? Object.entries(value) : undefined
}

const kindOf = (value: unknown): string => {
  if (value === null || typeof value === "number") return String(value)
  return typeof value === "object" ? `a ${value.constructor.name}` : typeof value
}

/**
 * The SAMP value of parsed JSON, or of what else a program holds. Numbers, bigints and booleans become their string
 * encodings (DT-07..09), since people write `{"ra": 10.5}`. Members that are undefined are left out; null, illegal
 * characters, and objects that are neither plain nor a `Map` are refused.
 *
 * @param json - such as `JSON.parse` returns
 * @param maxDepth - levels of nesting allowed
 */
export const fromJson = (json: unknown, maxDepth = 256): Result.Result<SampValue, NotSamp> => {
  const refuse = (path: ReadonlyArray<string>, text: string) =>
    Result.fail<NotSamp>({ _tag: "NotSamp", path: path.join("."), text })
  const walk = (value: unknown, path: ReadonlyArray<string>): Result.Result<SampValue, NotSamp> => {
    if (path.length > maxDepth) return refuse(path.slice(0, 3), `is nested deeper than ${maxDepth} levels`)
    const text = scalar(value)
    if (text !== undefined) {
      const bad = illegality(text)
      return bad === undefined ? Result.succeed(text) : refuse(path, bad)
    }
    if (typeof value === "number") {
      return refuse(path, `is ${value}, which SAMP has no number for; leave it out, or write it as a string`)
    }
    if (Array.isArray(value)) {
      const list: Array<SampValue> = []
      for (const [index, item] of value.entries()) {
        const inner = walk(item, [...path, String(index)])
        if (Result.isFailure(inner)) return inner
        list.push(inner.success)
      }
      return Result.succeed(list)
    }
    const members = typeof value === "object" && value !== null ? membersOf(value) : undefined
    if (members === undefined) return refuse(path, `is ${kindOf(value)}; SAMP has strings, lists and maps`)
    const entries = new Map<string, SampValue>()
    for (const [key, item] of members) {
      if (typeof key !== "string") return refuse(path, `has a key that is ${kindOf(key)}, and no string`)
      if (item === undefined) continue
      const bad = illegality(key)
      if (bad !== undefined) return refuse(path, `has a key that ${bad}`)
      const inner = walk(item, [...path, key])
      if (Result.isFailure(inner)) return inner
      entries.set(key, inner.success)
    }
    return Result.succeed(entries)
  }
  return walk(json, [])
}

const intSyntax = /^[+-]?[0-9]+$/u

/** Whether a string is a SAMP int (DT-07), of whatever size. */
export const isInt = (text: string): boolean => intSyntax.test(text)

/**
 * Reads a SAMP int (DT-07) that fits a JavaScript number without loss (DT-10).
 *
 * @returns undefined for anything that is not one
 */
export const readInt = (text: string): number | undefined => {
  const number = isInt(text) ? Number(text) : NaN
  return Number.isSafeInteger(number) ? number : undefined
}
