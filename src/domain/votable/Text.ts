/** Text in a VOTable: what XML 1.0 can hold, and how it is escaped there. */

// XML 1.0, section 2.2: no control characters but TAB, LF and CR, no halves of surrogate pairs, no U+FFFE or U+FFFF.
const illegal = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`

/** The first character that no XML document can hold, written as U+0007, or undefined. */
export const illegalCharacter = (text: string): string | undefined => {
  const found = illegal.exec(text)
  return found === null ? undefined : codePoint(found[0])
}

const foreign = /[^\0-\x7f]/u

/** The first character that is not ASCII, written as U+00E9, or undefined. */
export const foreignCharacter = (text: string): string | undefined => {
  const found = foreign.exec(text)
  return found === null ? undefined : codePoint(found[0])
}

const special = /[&<>\r]/u
const everySpecial = /[&<>"\t\n\r]/gu

const escapes: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\"": "&quot;",
  // a parser makes blanks of these in attributes, and LF of CR everywhere
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;"
}

/** Text as character data. */
export const escape = (text: string): string =>
  special.test(text) ? text.replace(/[&<>\r]/gu, (character) => escapes[character] ?? character) : text

/** Text as an attribute's value, between double quotes. */
export const escapeAttribute = (text: string): string =>
  text.replace(everySpecial, (character) => escapes[character] ?? character)
