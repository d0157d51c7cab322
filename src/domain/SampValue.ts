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
  return typeof value === "number" && Number.isFinite(value) ? String(value) : undefined
}

/**
 * The SAMP value of parsed JSON. Numbers and booleans become their string encodings (DT-07..09), since people write
 * `{"ra": 10.5}`; null and illegal characters are refused.
 *
 * @param json - what `JSON.parse` returned
 * @param maxDepth - levels of nesting allowed
 */
export const fromJson = (json: unknown, maxDepth = 256): Result.Result<SampValue, NotSamp> => {
  const refuse = (path: ReadonlyArray<string>, text: string) =>
    Result.fail<NotSamp>({ _tag: "NotSamp", path: path.join("."), text })
  const walk = (value: unknown, path: ReadonlyArray<string>): Result.Result<SampValue, NotSamp> => {
    if (path.length > maxDepth) return refuse(path.slice(0, 3), `is nested deeper than ${maxDepth} levels`)
    const text = scalar(value)
    if (text !== undefined) {
      const bad = illegalCharacter(text)
      return bad === undefined
        ? Result.succeed(text)
        : refuse(path, `holds the character ${bad}; SAMP allows ASCII only`)
    }
    if (typeof value !== "object" || value === null) {
      return refuse(path, `is ${value === null ? "null" : typeof value}; SAMP has strings, lists and maps`)
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
    const entries = new Map<string, SampValue>()
    for (const [key, item] of Object.entries(value)) {
      const bad = illegalCharacter(key)
      if (bad !== undefined) {
        return refuse(path, `has a key with the character ${bad}; SAMP allows ASCII only`)
      }
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
