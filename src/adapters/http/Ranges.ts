/** Which bytes a GET wants, by its Range and validators (RFC 9110, 13 and 14). Pure. */

/** What to answer: all, a part, that there is no such part, or that the reader's copy is still good. */
export type Wanted =
  | { readonly _tag: "Whole" }
  /** Bytes from `start` up to but not including `end`. */
  | { readonly _tag: "Part"; readonly start: number; readonly end: number }
  | { readonly _tag: "Unsatisfiable" }
  | { readonly _tag: "NotModified" }

/** The headers that count, each undefined when it was not sent. */
export interface Conditions {
  readonly range: string | undefined
  readonly ifRange: string | undefined
  readonly ifNoneMatch: string | undefined
}

const whole: Wanted = { _tag: "Whole" }

/** One range of a set: undefined if it is no range, `Unsatisfiable` if it begins after the end. */
const part = (spec: string, size: number): Wanted | undefined => {
  const match = /^(\d*)-(\d*)$/u.exec(spec)
  const [, first = "", last = ""] = match ?? []
  if (first === "" && last === "") return undefined
  if (first === "") {
    const length = Math.min(Number(last), size)
    return length === 0 ? { _tag: "Unsatisfiable" } : { _tag: "Part", start: size - length, end: size }
  }
  const start = Number(first)
  const end = last === "" ? size : Math.min(Number(last) + 1, size)
  if (last !== "" && Number(last) < start) return undefined
  return start >= size ? { _tag: "Unsatisfiable" } : { _tag: "Part", start, end }
}

/**
 * The bytes that a Range header asks for. A set of several ranges gets the whole, as is allowed (RFC 9110, 14.2), unless
 * none of them is there; so does what is malformed or counts in other units than bytes.
 *
 * @param header - of the request, or undefined
 * @param size - bytes that there are
 */
export const readRange = (header: string | undefined, size: number): Wanted => {
  const specs = /^bytes=(.*)$/iu.exec(header?.trim() ?? "")?.[1]?.split(",").map((spec) => spec.trim())
    .filter((spec) => spec !== "")
  const parts = specs?.map((spec) => part(spec, size)) ?? []
  const [first] = parts
  if (first === undefined || parts.includes(undefined)) return whole
  if (parts.length === 1) return first
  return parts.every((one) => one?._tag === "Unsatisfiable") ? first : whole
}

const opaque = (tag: string): string => tag.trim().replace(/^W\//u, "")

/**
 * What a GET wants.
 *
 * @param etag - strong, with its quotes. An If-Range with anything else, such as a date, gets the whole: that is always
 *   right, while dates count seconds only
 */
export const wanted = ({ ifNoneMatch, ifRange, range }: Conditions, etag: string, size: number): Wanted => {
  if (ifNoneMatch !== undefined) {
    const tags = ifNoneMatch.match(/(?:W\/)?"[^"]*"/gu) ?? []
    if (ifNoneMatch.trim() === "*" || tags.some((tag) => opaque(tag) === etag)) return { _tag: "NotModified" }
  }
  return ifRange === undefined || ifRange.trim() === etag ? readRange(range, size) : whole
}
