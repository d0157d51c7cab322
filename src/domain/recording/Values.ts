/**
 * SAMP values in recordings. Nothing is lost, not even the order of maps, which has no meaning but may show in what a
 * machine says first: a map whose order an object of JavaScript would not keep is written as a list that begins with null.
 */
import * as Exit from "effect/Exit" // an Exit is an Effect without running: reading stays pure
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"
import { isList, isMap, type SampMap, type SampValue } from "../SampValue.ts"

/** A value as it is written. */
export type Written = string | null | ReadonlyArray<Written> | { readonly [key: string]: Written }

/** Keys that objects put first, whatever their place was. */
const isIndex = (key: string): boolean => /^(?:0|[1-9][0-9]{0,9})$/u.test(key)

/**
 * Writes a value.
 *
 * @param text - what stands for each string, keys of maps included
 */
export const write = (value: SampValue, text: (string: string) => string): Written => {
  if (typeof value === "string") return text(value)
  if (isList(value)) return value.map((item) => write(item, text))
  const entries = [...value].map(([key, item]) => [text(key), write(item, text)] as const)
  if (entries.some(([key]) => isIndex(key))) return [null, ...entries]
  const record: { [key: string]: Written } = Object.create(null) // __proto__ is a key like others (DT-13)
  for (const [key, item] of entries) record[key] = item
  return record
}

/** Levels of nesting that are read: what a hub takes, and what it puts around it. */
const deepest = 1_000

const isEntry = (item: unknown): item is readonly [string, unknown] =>
  Array.isArray(item) && item.length === 2 && typeof item[0] === "string"

/** Reads a value; undefined if it is none. */
const read = (json: unknown, depth = 0): SampValue | undefined => {
  if (typeof json === "string") return json
  if (typeof json !== "object" || json === null || depth > deepest) return undefined
  if (!Array.isArray(json)) return readMap(Object.entries(json), depth)
  if (json.length > 0 && json[0] === null) {
    const entries: ReadonlyArray<unknown> = json.slice(1)
    return entries.every(isEntry) ? readMap(entries, depth) : undefined
  }
  const list: Array<SampValue> = []
  for (const item of json) {
    const value = read(item, depth + 1)
    if (value === undefined) return undefined
    list.push(value)
  }
  return list
}

const readMap = (
  entries: ReadonlyArray<readonly [string, unknown]>,
  depth: number
): SampMap | undefined => {
  const map = new Map<string, SampValue>()
  for (const [key, item] of entries) {
    const value = read(item, depth + 1)
    if (value === undefined) return undefined
    map.set(key, value)
  }
  return map
}

const isValue = (value: unknown): value is SampValue =>
  typeof value === "string" || Array.isArray(value) || value instanceof Map

const isMapValue = (value: unknown): value is SampMap => value instanceof Map

const nothing = (text: string) => text

/** A value of any kind. */
export const Value = Schema.Unknown.pipe(Schema.decodeTo(Schema.declare(isValue), {
  decode: SchemaGetter.transformEffect((json, options) => {
    const value = read(json)
    return value === undefined
      ? Exit.fail(new SchemaIssue.InvalidValue({ expected: "a SAMP value" }, json, options))
      : Exit.succeed(value)
  }),
  encode: SchemaGetter.transform((value: SampValue): unknown => write(value, nothing))
}))

/** A map. */
export const MapValue = Schema.Unknown.pipe(Schema.decodeTo(Schema.declare(isMapValue), {
  decode: SchemaGetter.transformEffect((json, options) => {
    const value = read(json)
    return isMap(value)
      ? Exit.succeed(value)
      : Exit.fail(new SchemaIssue.InvalidValue({ expected: "a SAMP map" }, json, options))
  }),
  encode: SchemaGetter.transform((value: SampMap): unknown => write(value, nothing))
}))

/** Whether two values are the same; the order of maps is none of their meaning. */
export const same = (a: SampValue, b: SampValue): boolean => {
  if (a === b) return true
  if (typeof a === "string" || typeof b === "string") return false
  if (isList(a)) {
    return isList(b) && a.length === b.length && a.every((item, i) => {
      const other = b[i]
      return other !== undefined && same(item, other)
    })
  }
  return isMap(b) && a.size === b.size && [...a].every(([key, item]) => {
    const other = b.get(key)
    return other !== undefined && same(item, other)
  })
}
