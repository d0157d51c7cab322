/** Numbers in JSON text that a parser of JavaScript cannot keep. */

/** Strings, which may hold anything, and numbers; nothing else in a JSON text begins with a quote, a digit or a sign. */
const tokens = /"(?:[^"\\]|\\.)*"|-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?/gu

/**
 * The first number in a JSON text that would lose digits when parsed: an integer beyond 2^53 - 1, or one beyond all that
 * a double can hold. Fractions are rounded to what a double holds, as everywhere.
 *
 * @param text - well-formed JSON
 * @returns the number as it is written; undefined if there is none
 */
export const unsafeNumber = (text: string): string | undefined => {
  for (const [token, fraction, exponent] of text.matchAll(tokens)) {
    if (token.startsWith("\"")) continue
    const value = Number(token)
    const isInteger = fraction === undefined && exponent === undefined
    if (!Number.isFinite(value) || (isInteger && !Number.isSafeInteger(value))) return token
  }
  return undefined
}
