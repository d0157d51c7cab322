/** SAMP values as sampjs has them: strings, arrays and plain objects, which are checked when they are sent. */
import type { SampValue } from "../../domain/SampValue.ts"
import type { PlainObject } from "../facade/Plain.ts"

/** A string (section 3.3). */
export const TYPE_STRING = "string" as const
/** A list (section 3.3). */
export const TYPE_LIST = "list" as const
/** A map (section 3.3). */
export const TYPE_MAP = "map" as const

/** What a SAMP value can be (DT-01). */
export type SampType = typeof TYPE_STRING | typeof TYPE_LIST | typeof TYPE_MAP

/** A message (section 3.8). */
export interface MessageMap {
  readonly "samp.mtype": string
  readonly "samp.params": PlainObject
}

/** A response (section 3.9). */
export interface ResponseMap {
  readonly "samp.status": string
  readonly "samp.result"?: PlainObject
  readonly "samp.error"?: PlainObject
}

/** Which type a value has. Throws for what SAMP does not have, above all numbers (WIRE-121). */
export const getSampType = (value: unknown): SampType => {
  if (typeof value === "string") return TYPE_STRING
  if (Array.isArray(value)) return TYPE_LIST
  if (typeof value === "object" && value !== null) return TYPE_MAP
  const what = typeof value === "number" || typeof value === "boolean" ? `: write String(${value})` : ""
  throw new Error(`SAMP has strings, lists and maps, but no ${value === null ? "null" : typeof value}${what}`)
}

const at = (place: string, error: unknown): Error =>
  new Error(`${place}: ${error instanceof Error ? error.message : String(error)}`)

/** The value to send; members that are inherited count, as in sampjs. Throws as {@link getSampType} does. */
export const toSamp = (value: unknown): SampValue => {
  switch (getSampType(value)) {
    case TYPE_STRING:
      return value as string // as it says
    case TYPE_LIST:
      return (value as ReadonlyArray<unknown>).map(toSamp)
    case TYPE_MAP: {
      const object = value as { readonly [key: string]: unknown }
      const entries = new Map<string, SampValue>()
      for (const key in object) {
        try {
          entries.set(key, toSamp(object[key]))
        } catch (error) {
          throw at(key, error)
        }
      }
      return entries
    }
  }
}

/** Throws unless these are values of these types, in this order. */
export const checkParams = (params: ReadonlyArray<unknown>, types: ReadonlyArray<SampType>): void => {
  const actual = params.map(getSampType)
  if (actual.length === types.length && actual.every((type, i) => type === types[i])) return
  throw new Error(`arguments of the types [${types.join(", ")}] are expected, not [${actual.join(", ")}]`)
}
