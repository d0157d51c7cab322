/**
 * What is said about consent: to the page that is refused and in the log, so without paths of this machine; and to the user
 * who is asked.
 */
import { quote } from "../Fault.ts"
import type { Question } from "./ConsentState.ts"
import * as Origin from "./Origin.ts"
import type { Rule } from "./Policy.ts"

/** Who asks, for people: an origin, or those who have none. */
export const whoOf = (subject: string): string =>
  subject === Origin.local
    ? "a program without an origin"
    : subject === Origin.opaque
    ? "a page without an origin of its own"
    : subject

/** The command that would allow it. */
const allowing = (subject: string): string => `samp consent allow ${subject}`

/** A text without what a terminal or a log would take for more than text. */
export const plain = (text: string, most = 200): string => {
  const shown = text.replace(/[^\x20-\x7e]/gu, "?")
  return shown.length > most ? `${shown.slice(0, most - 3)}...` : shown
}

/** Milliseconds as people say them. */
export const durationOf = (ms: number): string => {
  const seconds = Math.max(1, Math.ceil(ms / 1000))
  return seconds < 120 ?
    `${seconds} s` :
    seconds < 7_200 ?
    `${Math.round(seconds / 60)} min` :
    `${Math.round(seconds / 3_600)} h`
}

/** The hub ends. */
export const stopping = "the hub is shutting down"

/** The mode is to deny. */
export const nobodyAllowed = "this hub lets no web client in; start it with another --web-consent"

/** The policy cannot be read. */
export const broken =
  "this hub's rules of consent cannot be read, so nobody is let in; its log says what is wrong with them"

/** A rule says no. */
export const deniedByRule = ({ name, origin }: Rule): string =>
  `a rule denies ${origin.text}${
    name === undefined ? "" : ` under this name`
  }; to take it back: samp consent revoke ${origin.text}`

/** Nobody can be asked. */
export const nobodyToAsk = (subject: string): string =>
  `no rule allows ${whoOf(subject)}, and there is nobody to ask; to allow it: ${allowing(subject)}`

/** `Origin: null`. */
export const nobody =
  "a page whose origin is 'null', such as a file or a sandboxed frame, cannot be told from any other; serve it over http"

/** No browser sends such an origin. */
export const noOrigin = (subject: string): string =>
  `${quote(subject)} is no origin that a browser would send`

/** The origin was refused shortly before. */
export const again = (why: string, ms: number, subject: string): string =>
  `${why.split(";")[0]}; it can ask again in ${durationOf(ms)}, or: ${allowing(subject)}`

/** Too many questions are open. */
export const tooMany = (most: number): string => `${most} pages wait for an answer already; try again later`

/** Too many questions of one site are open. */
export const tooManyOfSite = (most: number, site: string): string =>
  `${most} pages of ${site} wait for an answer already; try again later`

/** Too many requests wait for one question. */
export const manyWait = (subject: string): string =>
  `too many requests of ${whoOf(subject)} wait for the same answer already`

/** The user said no. */
export const refusedByUser = (subject: string): string =>
  `the user did not let ${whoOf(subject)} in; to allow it: ${allowing(subject)}`

/** Nobody answered. */
export const unanswered = (subject: string, ms: number): string =>
  `nobody answered within ${durationOf(ms)} whether ${whoOf(subject)} may register; to allow it: ${
    allowing(subject)
  }`

/** Whoever asked has gone. */
export const gone = (subject: string): string => `${whoOf(subject)} asked and went before it was answered`

/** What a client may do that is allowed the usual, after "it can". */
export const may =
  "send tables, images, spectra and sky positions to your desktop programs and get those that they send, see which " +
  "programs are there, and read the files that they send; it cannot read other files, or run commands"

/** What the user is to know who is asked, beside origin and name (WEB-14). */
export const warnings = ({ odd, subject }: Question): ReadonlyArray<string> => {
  const origin = Origin.parsePattern(subject)
  return [
    ...origin._tag === "Success" ? Origin.risks(origin.success) : [],
    ...odd === undefined
      ? []
      : [
        `its Referer is of ${
          plain(odd)
        }, which no browser would send from there: something pretends to be this page`
      ]
  ]
}

/** What it calls itself. */
export const claims = ({ names }: Question): string => names.map(quote).join(", ")

/** Says, where the user cannot answer at once, that somebody asks and how to answer. */
export const asking = (question: Question, page: boolean): string => {
  const how = [allowing(question.subject), ...page ? ["samp consent page"] : []]
  return `${whoOf(question.subject)}, which claims ${claims(question)}, asks to be let in; answer with: ${
    how.join(", or: ")
  }`
}
