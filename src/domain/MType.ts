/**
 * MTypes and subscription patterns (sections 3.7, 6.1).
 *
 *     atom  = [0-9a-zA-Z_-]+
 *     mtype = atom ("." atom)*
 *     msub  = mtype | mtype ".*" | "*"
 *
 * A wildcard stands for a whole subtree: `file.event.*` matches `file.event.open` but neither `file.event` nor
 * `file.eventful` (SUB-05). JSAMP and sampjs get this wrong; pyvo and we do not.
 */
const mtypeSyntax = /^[0-9a-zA-Z_-]+(?:\.[0-9a-zA-Z_-]+)*$/
const patternSyntax = /^(?:\*|[0-9a-zA-Z_-]+(?:\.[0-9a-zA-Z_-]+)*(?:\.\*)?)$/

/** Characters of the longest MType: real ones stay below fifty, and matching costs the square of their atoms. */
export const maxLength = 1_024

/** Whether `text` is an MType that can be sent (MT-01). */
export const isMType = (text: string): boolean => text.length <= maxLength && mtypeSyntax.test(text)

/** Whether `text` can be a key of a subscriptions map (SUB-02). */
export const isPattern = (text: string): boolean => text.length <= maxLength && patternSyntax.test(text)

/**
 * All patterns that match `mtype`, the most specific first (SUB-07): itself, then its longest wildcard prefix, down
 * to `*`. What is itself a pattern is never expanded, it only matches literally (SUB-13).
 *
 * @example
 * patternsMatching("a.b.c") // ["a.b.c", "a.b.*", "a.*", "*"]
 */
export const patternsMatching = (mtype: string): ReadonlyArray<string> => {
  if (mtype.length > maxLength) return []
  const patterns = [mtype]
  for (let dot = mtype.lastIndexOf("."); dot > 0; dot = mtype.lastIndexOf(".", dot - 1)) {
    patterns.push(`${mtype.slice(0, dot)}.*`)
  }
  patterns.push("*")
  return patterns
}

/** Whether a subscription to `pattern` receives `mtype` (SUB-04..06). */
export const matches = (pattern: string, mtype: string): boolean =>
  pattern === mtype || pattern === "*" ||
  (pattern.endsWith(".*") && mtype.length > pattern.length - 1 && mtype.startsWith(pattern.slice(0, -1)))
