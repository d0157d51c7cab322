/** SAMP values as the partners of the fuzzer write them; see peers/fuzz_tags.py. */
import { isList, type SampValue } from "../../../src/domain/SampValue.ts"
import * as Json from "./Json.ts"

/** A scalar of a type that SAMP does not have, as its text. */
export class Scalar {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What a partner read. */
export type Read = string | Scalar | ReadonlyArray<Read> | ReadonlyMap<string, Read>

type Tagged = string | { readonly l: ReadonlyArray<Tagged> } | {
  readonly m: ReadonlyArray<readonly [string, Tagged]>
}

const tagged = (value: SampValue): Tagged =>
  typeof value === "string"
    ? value
    : isList(value)
    ? { l: value.map(tagged) }
    : { m: [...value].map(([key, item]) => [key, tagged(item)]) }

/** A value as tagged JSON. */
export const write = (value: SampValue): string => JSON.stringify(tagged(value))

const list = (value: unknown): ReadonlyArray<unknown> => {
  if (!Array.isArray(value)) throw new Error(`no tagged value: ${JSON.stringify(value)}`)
  return value
}

/** The value of tagged JSON that was parsed; throws if it is none. */
export const read = (json: unknown): Read => {
  if (typeof json === "string") return json
  const { l, m, x } = Json.record(json)
  if (typeof x === "string") return new Scalar(x)
  if (l !== undefined) return list(l).map(read)
  return new Map(
    list(m).map((entry) => {
      const [key, item] = list(entry)
      return [String(key), read(item)]
    })
  )
}

/** The SAMP value of tagged JSON, or undefined if it is none. */
export const readSamp = (text: string): SampValue | undefined => {
  const samp = (value: Read): SampValue => {
    if (value instanceof Scalar) return value.text
    if (typeof value === "string") return value
    // isArray does not narrow readonly arrays away, so the compiler has to be told what is left
    if (Array.isArray(value)) return (value as ReadonlyArray<Read>).map(samp)
    return new Map([...value as ReadonlyMap<string, Read>].map(([key, item]) => [key, samp(item)]))
  }
  try {
    return samp(read(JSON.parse(text)))
  } catch {
    return undefined
  }
}
