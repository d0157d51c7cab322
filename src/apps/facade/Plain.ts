/** SAMP values as plain JavaScript, for people who do not use Effect. */
import { isList, type SampMap, type SampValue } from "../../domain/SampValue.ts"

/** A SAMP value: strings, arrays and objects. */
export type PlainValue = string | ReadonlyArray<PlainValue> | PlainObject

/** A SAMP map as an object; `__proto__` is a key like any other. */
export interface PlainObject {
  readonly [key: string]: PlainValue
}

/** A value, without maps. */
export const plainValue = (value: SampValue): PlainValue =>
  typeof value === "string" ? value : isList(value) ? value.map(plainValue) : plain(value)

/** A map as an object. */
export const plain = (map: SampMap): PlainObject =>
  Object.fromEntries([...map].map(([key, value]) => [key, plainValue(value)]))
