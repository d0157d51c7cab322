/**
 * As much of XML as it takes to find the root and some tags in the start of a document, in time linear in its length
 * and without ever failing. No entity is expanded and nothing is checked.
 */

/** A start tag. */
export interface Tag {
  /** Without the prefix. */
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  /** Index after its `>`, or the length of the text when it is cut off. */
  readonly end: number
  /** Whether its `>` was there. */
  readonly whole: boolean
}

/** The root, or why there is none: it is not in the text, or the text is no XML. */
export type Root = Tag | "cut off" | "no markup"

const blank = (text: string, at: number): boolean => /\s/u.test(text.charAt(at))

const skipBlank = (text: string, from: number): number => {
  let at = from
  while (at < text.length && blank(text, at)) at++
  return at
}

const after = (text: string, mark: string, from: number): number | undefined => {
  const at = text.indexOf(mark, from)
  return at < 0 ? undefined : at + mark.length
}

// Past a `>` that is neither within quotes nor within the brackets of an internal subset nor in a comment there.
const afterDeclaration = (text: string, from: number): number | undefined => {
  let depth = 0
  let at = from
  while (at < text.length) {
    const letter = text.charAt(at)
    if (letter === ">" && depth <= 0) return at + 1
    if (letter === "[") depth++
    if (letter === "]") depth--
    const closing = letter === "\"" || letter === "'"
      ? letter
      : text.startsWith("<!--", at)
      ? "-->"
      : undefined
    const next = closing === undefined ? at + 1 : after(text, closing, at + (closing === "-->" ? 4 : 1))
    if (next === undefined) return undefined
    at = next
  }
  return undefined
}

// The white space before a name keeps this from trying each letter of a long one as its start.
const attribute = /\s([^\s=<>"'/]{1,256})\s{0,64}=\s{0,64}(?:"([^"<]*)"|'([^'<]*)')/gu

const local = (name: string): string => name.slice(name.indexOf(":") + 1)

const tagAt = (text: string, from: number): Tag | undefined => {
  const name = /^[A-Za-z_][\w.:-]*/u.exec(text.slice(from + 1, from + 257))?.[0]
  if (name === undefined) return undefined
  const close = afterDeclaration(text, from + 1)
  const inner = text.slice(from + 1 + name.length, close ?? text.length)
  const attributes = new Map<string, string>()
  for (const [, key = "", double, single] of inner.slice(0, 8_192).matchAll(attribute)) {
    if (!attributes.has(key)) attributes.set(key, (double ?? single ?? "").trim())
  }
  return { name: local(name), attributes, end: close ?? text.length, whole: close !== undefined }
}

// At the end of the text, a name may be the start of a longer one.
const rootAt = (text: string, at: number): Root => {
  if (/^<[\w.:-]*$/u.test(text.slice(at, at + 257))) return "cut off"
  return tagAt(text, at) ?? "no markup"
}

/** The root element's start tag, after declaration, comments, instructions and document type. */
export const root = (text: string): Root => {
  let at = skipBlank(text, 0)
  while (at < text.length) {
    if (text.charAt(at) !== "<") return "no markup"
    const rest = text.slice(at, at + 9)
    const next = rest.startsWith("<?")
      ? after(text, "?>", at + 2)
      : rest.startsWith("<!--")
      ? after(text, "-->", at + 4)
      : rest.startsWith("<!")
      ? afterDeclaration(text, at + 2)
      : 0
    if (next === undefined) return "cut off"
    if (next === 0) return rootAt(text, at)
    at = skipBlank(text, next)
  }
  return "cut off"
}

/**
 * The start tags of some names, in order, whole ones only.
 *
 * @param names - without prefixes
 * @param stop - a name at which to stop looking
 */
export const tags = (
  text: string,
  from: number,
  names: ReadonlySet<string>,
  stop?: string
): ReadonlyArray<Tag> => {
  const found: Array<Tag> = []
  let at = text.indexOf("<", from)
  while (at >= 0 && found.length < 2_000) {
    const head = text.slice(at + 1, at + 65)
    const name = local(/^[A-Za-z_][\w.:-]*/u.exec(head)?.[0] ?? "")
    if (stop !== undefined && name === stop) break
    const section = head.startsWith("!--") ? "-->" : head.startsWith("![CDATA[") ? "]]>" : undefined
    const tag = names.has(name) ? tagAt(text, at) : undefined
    if (tag?.whole === true) found.push(tag)
    const next = section === undefined ? Math.max(tag?.end ?? 0, at + 1) : after(text, section, at + 4)
    if (next === undefined) break
    at = text.indexOf("<", next)
  }
  return found
}

/** The text of the elements of a name without children, in order: whole ones only, so many at most. */
export const texts = (text: string, name: string, limit: number): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (const { end } of tags(text, 0, new Set([name]))) {
    const close = text.indexOf("</", end)
    if (close < 0 || found.length >= limit) break
    found.push(text.slice(end, close).trim())
  }
  return found
}
