/** A question on a terminal, and the answers that are typed there. */
import type { Answer } from "./ConsentEvents.ts"
import type { Question } from "./ConsentState.ts"
import * as Origin from "./Origin.ts"
import { claims, durationOf, may, warnings, whoOf } from "./Texts.ts"

/** Lines of at most so many columns, as far as words allow; the first one is set in by two, all others by four. */
const wrap = (text: string, columns: number): string => {
  const [first = "", ...words] = text.split(" ")
  const lines: Array<string> = []
  let line = `  ${first}`
  for (const word of words) {
    if (line.length + 1 + word.length > columns) {
      lines.push(line)
      line = `    ${word}`
    } else line += ` ${word}`
  }
  return [...lines, line].join("\n")
}

/** What is to be typed. */
export const choices = "y for this once, always, n, or never"

/**
 * The question, the origin first: it is all that is known (WEB-14).
 *
 * @param more - how many other questions wait
 * @param page - URL of the page where it can be answered, too
 */
export const prompt = (
  question: Question,
  { columns, more, now, page }: {
    readonly columns: number
    readonly more: number
    readonly now: number
    readonly page: string | undefined
  }
): string => {
  const kind = question.subject === Origin.local ? "A program that is no browser" : "A web page"
  const part = (text: string): string => wrap(text, columns)
  return [
    "",
    `${kind} asks to use SAMP:`,
    `  origin   ${whoOf(question.subject)}`,
    `  claims   ${claims(question)} (it can call itself anything)`,
    ...warnings(question).map((text) => part(`WARNING: ${text}.`)),
    part(`Once in, it can ${may}.`),
    ...more === 0 ? [] : [part(more === 1 ? "One more question waits." : `${more} more questions wait.`)],
    ...page === undefined ? [] : [`  It can be answered in a browser, too: ${page}`],
    ask(question, now)
  ].join("\n")
}

/** Whom a question is about, in a line. */
export const whose = (question: Question): string =>
  `${whoOf(question.subject)}, which claims ${claims(question)}, still waits.`

/** The line on which the answer is typed. */
export const ask = ({ deadline }: Question, now: number): string =>
  `Let it in? Type ${choices} (it is no in ${durationOf(deadline - now)}): `

const words: { readonly [word: string]: Answer } = {
  y: "once",
  yes: "once",
  once: "once",
  a: "always",
  always: "always",
  n: "no",
  no: "no",
  never: "never"
}

/** The answer that was typed; undefined if it is none. */
export const readAnswer = (line: string): Answer | undefined => {
  const word = line.trim().toLowerCase()
  return Object.hasOwn(words, word) ? words[word] : undefined
}

/** What an answer did. */
export const done: { readonly [A in Answer]: string } = {
  once: "It is let in, this once.",
  always: "It is let in, now and ever after.",
  no: "It is not let in.",
  never: "It is not let in, now or ever after."
}
