/** The start of a product as text, in whatever encoding XML parsers accept without being told. */

/** Characters looked at; more decide nothing. */
const maxCharacters = 65_536

/** The start of a text. */
export interface Text {
  /** Its characters; those beyond ASCII may be wrong, which decides nothing here. */
  readonly characters: string
  /** Bytes of each, for who wants to see further. */
  readonly unit: 1 | 2
}

const codes = (bytes: Uint8Array, from: number, unit: 1 | 2, littleEndian: boolean): string => {
  const parts: Array<string> = []
  const end = Math.min(bytes.length - unit + 1, from + maxCharacters * unit)
  let chunk = ""
  for (let at = from; at < end; at += unit) {
    const [high, low] = littleEndian ? [bytes[at + 1], bytes[at]] : [bytes[at], bytes[at + 1]]
    chunk += String.fromCharCode(unit === 1 ? bytes[at] ?? 0 : (high ?? 0) * 256 + (low ?? 0))
    if (chunk.length === 4_096) {
      parts.push(chunk)
      chunk = ""
    }
  }
  return parts.join("") + chunk
}

/** Decodes by the byte order mark, else by the zeros that UTF-16 has in markup, else byte by byte. */
export const decode = (bytes: Uint8Array): Text => {
  const [first = -1, second = -1, third = -1] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    return { characters: codes(bytes, 3, 1, false), unit: 1 }
  }
  if (first === 0xff && second === 0xfe) return { characters: codes(bytes, 2, 2, true), unit: 2 }
  if (first === 0xfe && second === 0xff) return { characters: codes(bytes, 2, 2, false), unit: 2 }
  const isMark = (code: number): boolean => code === 0x3c || code === 0x20 || (code >= 9 && code <= 13)
  if (second === 0 && isMark(first)) return { characters: codes(bytes, 0, 2, true), unit: 2 }
  if (first === 0 && isMark(second)) return { characters: codes(bytes, 0, 2, false), unit: 2 }
  return { characters: codes(bytes, 0, 1, false), unit: 1 }
}

/** Whether characters are those of text: no control characters but white space. */
export const isText = (characters: string): boolean => !/[\x00-\x08\x0e-\x1a\x1c-\x1f]/u.test(characters)
