/** FITS headers (FITS standard 4.0, sections 3.3, 4 and 5): cards of 80 bytes in blocks of 2880. */

/** Bytes of a block; headers and data fill whole ones. */
export const blockBytes = 2_880

/** Bytes of the longest header that is read to its end; real ones stay below a tenth of it. */
export const maxHeaderBytes = 200 * blockBytes

const cardBytes = 80

/** A keyword's value. Complex numbers and dates stay text. */
export type Value = string | number | boolean

/** A header, or as much of one as there was. */
export interface Header {
  /** Values by keyword; the first of two wins. */
  readonly values: ReadonlyMap<string, Value>
  /** Bytes of the header with its padding; undefined when its END was not seen. */
  readonly bytes: number | undefined
  /** Something that is no card came before END. */
  readonly broken: boolean
}

const ascii = (bytes: Uint8Array, from: number, to: number): string => {
  let text = ""
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at] ?? 0)
  return text
}

const readValue = (field: string): Value | undefined => {
  const quoted = /^ *'((?:[^']|'')*)'/u.exec(field)?.[1]
  if (quoted !== undefined) return quoted.replaceAll("''", "'").trimEnd()
  const plain = (field.split("/", 1)[0] ?? "").trim()
  if (plain === "T" || plain === "F") return plain === "T"
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[EDed][+-]?\d+)?$/u.test(plain)) return plain === "" ? undefined : plain
  return Number(plain.replace(/d/iu, "e"))
}

/** Reads the header at the start of `bytes`. */
export const read = (bytes: Uint8Array): Header => {
  const values = new Map<string, Value>()
  const end = Math.min(bytes.length, maxHeaderBytes)
  for (let at = 0; at + cardBytes <= end; at += cardBytes) {
    const keyword = ascii(bytes, at, at + 8).trimEnd()
    if (keyword === "END") {
      return { values, bytes: Math.ceil((at + 1) / blockBytes) * blockBytes, broken: false }
    }
    if (!/^[\x20-\x7e]*$/u.test(keyword)) return { values, bytes: undefined, broken: true }
    if (bytes[at + 8] !== 0x3d || values.has(keyword)) continue
    const value = readValue(ascii(bytes, at + 9, at + cardBytes))
    if (value !== undefined) values.set(keyword, value)
  }
  return { values, bytes: undefined, broken: false }
}

/** The text at a keyword; empty if there is none. */
export const textAt = (header: Header, keyword: string): string => {
  const value = header.values.get(keyword)
  return typeof value === "string" ? value.trim() : ""
}

/** Whether a keyword is `T`. */
export const isTrue = (header: Header, keyword: string): boolean => header.values.get(keyword) === true

/** The whole number at a keyword, if it is one that is not negative and exact. */
export const countAt = (header: Header, keyword: string): number | undefined => {
  const value = header.values.get(keyword)
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/**
 * The lengths of the axes; undefined if they are missing or wrong.
 *
 * @param prefix - `Z` for those of the image in a tile-compressed one
 */
export const axes = (header: Header, prefix: "" | "Z" = ""): ReadonlyArray<number> | undefined => {
  const count = countAt(header, `${prefix}NAXIS`)
  if (count === undefined || count > 999) return undefined
  const lengths: Array<number> = []
  for (let axis = 1; axis <= count; axis++) {
    const length = countAt(header, `${prefix}NAXIS${axis}`)
    if (length === undefined) return undefined
    lengths.push(length)
  }
  return lengths
}

/** Whether this is a random groups structure (section 6), as of visibilities. */
export const isGroups = (header: Header): boolean =>
  isTrue(header, "GROUPS") && countAt(header, "NAXIS1") === 0 && (countAt(header, "NAXIS") ?? 0) > 1

/**
 * Bytes of the data after a header, with their padding (section 4.4.1): |BITPIX| / 8 x GCOUNT x (PCOUNT + product of
 * the axes). Undefined when the header does not say, or says what no file can hold.
 */
export const dataBytes = (header: Header): number | undefined => {
  const bitpix = header.values.get("BITPIX")
  const lengths = axes(header)
  if (lengths === undefined || typeof bitpix !== "number" || ![8, 16, 32, 64].includes(Math.abs(bitpix))) {
    return undefined
  }
  const factors = isGroups(header) ? lengths.slice(1) : lengths
  const elements = factors.length === 0 ? 0 : factors.reduce((product, length) => product * length, 1)
  const perGroup = (countAt(header, "PCOUNT") ?? 0) + elements
  const bytes = Math.abs(bitpix) / 8 * (countAt(header, "GCOUNT") ?? 1) * perGroup
  return Number.isSafeInteger(bytes) ? Math.ceil(bytes / blockBytes) * blockBytes : undefined
}
