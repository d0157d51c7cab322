/**
 * What a hub of ours tells of consent, and what it takes, over its secret-protected methods; their first parameter is the
 * secret of the lockfile. Nothing of it is in the standard.
 *
 *     x-samp.hub.consent.status (secret)                    how consent is asked for, and the open questions
 *     x-samp.hub.consent.answer (secret, subject, answer)   answers the open question of an origin: 1, or 0 if there is none
 *     x-samp.hub.consent.forget (secret, subject)           takes back what the user said without a rule
 *     x-samp.hub.consent.page   (secret)                    the address of the page, and how often it was loaded
 *
 * A subject is an origin, or `local`.
 */
import * as Result from "effect/Result"
import { type Fault, fault, quote } from "../Fault.ts"
import { isList, isMap, map, readInt, type SampMap, type SampValue, stringAt } from "../SampValue.ts"
import { harmless as usual } from "../web/Restriction.ts"
import type { MethodCall } from "../XmlRpc.ts"
import { type Answer, isAnswer } from "./ConsentEvents.ts"
import { type ConsentState, type Mode, pending } from "./ConsentState.ts"
import { plain, warnings } from "./Texts.ts"

/** What all names of the methods begin with. */
const prefix = "x-samp.hub.consent."

/** What is asked of the hub. */
export type ConsentCall =
  | { readonly _tag: "Status" }
  | { readonly _tag: "Answer"; readonly subject: string; readonly answer: Answer }
  | { readonly _tag: "Forget"; readonly subject: string }
  | { readonly _tag: "Page" }

/** The method call for it. */
export const writeCall = (call: ConsentCall, secret: string): MethodCall => {
  switch (call._tag) {
    case "Status":
      return { method: `${prefix}status`, params: [secret] }
    case "Answer":
      return { method: `${prefix}answer`, params: [secret, call.subject, call.answer] }
    case "Forget":
      return { method: `${prefix}forget`, params: [secret, call.subject] }
    case "Page":
      return { method: `${prefix}page`, params: [secret] }
  }
}

/** Whether a method is one of these. */
export const isConsentCall = ({ method }: MethodCall): boolean => method.startsWith(prefix)

/** Reads one of these calls, and the secret that comes with it. */
export const readCall = (
  { method, params }: MethodCall
): Result.Result<{ readonly call: ConsentCall; readonly secret: string }, Fault> => {
  const texts = params.filter((param) => typeof param === "string")
  const [secret = "", subject = "", answer = ""] = texts
  const wanted: { readonly [method: string]: readonly [number, ConsentCall | undefined] } = {
    status: [1, { _tag: "Status" }],
    answer: [3, isAnswer(answer) ? { _tag: "Answer", subject, answer } : undefined],
    forget: [2, { _tag: "Forget", subject }],
    page: [1, { _tag: "Page" }]
  }
  const name = method.slice(prefix.length)
  const found = Object.hasOwn(wanted, name) ? wanted[name] : undefined
  if (found === undefined) {
    return Result.fail(fault("UnknownMethod", `the hub has no method ${quote(method)}`))
  }
  const [count, call] = found
  if (texts.length !== count || params.length !== count) {
    return Result.fail(fault("Malformed", `${method} takes ${count} strings`))
  }
  return call === undefined
    ? Result.fail(fault("Malformed", `${quote(answer)} is none of once, always, no and never`))
    : Result.succeed({ call, secret })
}

/** One open question. */
export interface QuestionStatus {
  readonly subject: string
  /** What it calls itself. */
  readonly names: ReadonlyArray<string>
  readonly warnings: ReadonlyArray<string>
  /** Requests that wait for the answer. */
  readonly waiting: number
  /** Seconds until it counts as no. */
  readonly left: number
}

/** How consent is. */
export interface ConsentStatus {
  readonly mode: Mode
  /** Path of the policy. */
  readonly file: string
  /** Why the policy cannot be read; undefined if it can. */
  readonly broken: string | undefined
  /** Patterns of the MTypes that count as harmless there (WEB-60). */
  readonly harmless: ReadonlyArray<string>
  readonly questions: ReadonlyArray<QuestionStatus>
  /** Who was let in without a rule. */
  readonly once: ReadonlyArray<string>
}

/** The status of a state. */
export const statusOf = (state: ConsentState, file: string, now: number): ConsentStatus => ({
  mode: state.mode,
  file,
  broken: state.view.broken,
  harmless: state.harmless,
  questions: pending(state).map((question) => ({
    subject: question.subject,
    names: question.names,
    warnings: warnings(question),
    waiting: question.waiting.size,
    left: Math.max(0, Math.ceil((question.deadline - now) / 1000))
  })),
  once: [...state.granted.keys()]
})

const long = 4_096

/** A path as it goes over the wire. */
export const pathAsTold = (path: string): string => plain(path, long)

/** The status as it goes over the wire; SAMP has ASCII only (DT-02). */
export const writeStatus = ({ broken, file, harmless, mode, once, questions }: ConsentStatus): SampMap =>
  map({
    mode,
    file: pathAsTold(file),
    ...broken === undefined ? {} : { broken: plain(broken, long) },
    harmless,
    questions: questions.map(({ left, names, subject, waiting, warnings }) =>
      map({
        origin: plain(subject, long),
        names: names.map((name) => plain(name)),
        warnings: warnings.map((text) => plain(text, long)),
        waiting: String(waiting),
        left: String(left)
      })
    ),
    once: once.map((subject) => plain(subject, long))
  })

const listAt = (values: SampMap, key: string): ReadonlyArray<SampValue> => {
  const value = values.get(key)
  return value !== undefined && isList(value) ? value : []
}

const textsAt = (values: SampMap, key: string): ReadonlyArray<string> =>
  listAt(values, key).filter((item) => typeof item === "string")

const modes: ReadonlyArray<Mode> = ["ask", "policy", "allow", "deny"]

/** Reads a status; undefined if the value is none. */
export const readStatus = (value: SampValue): ConsentStatus | undefined => {
  if (!isMap(value)) return undefined
  const mode = modes.find((mode) => mode === stringAt(value, "mode"))
  if (mode === undefined) return undefined
  return {
    mode,
    file: stringAt(value, "file") ?? "",
    broken: stringAt(value, "broken"),
    harmless: value.has("harmless") ? textsAt(value, "harmless") : usual, // hubs of before did not tell
    questions: listAt(value, "questions").filter(isMap).map((question) => ({
      subject: stringAt(question, "origin") ?? "",
      names: textsAt(question, "names"),
      warnings: textsAt(question, "warnings"),
      waiting: readInt(stringAt(question, "waiting") ?? "") ?? 0,
      left: readInt(stringAt(question, "left") ?? "") ?? 0
    })),
    once: textsAt(value, "once")
  }
}

/** Where the page is. */
export interface PagePlace {
  readonly url: string
  readonly views: number
}

/** The place as it goes over the wire. */
export const writePlace = ({ url, views }: PagePlace): SampMap => map({ url, views: String(views) })

/** Reads a place; undefined if the value is none. */
export const readPlace = (value: SampValue): PagePlace | undefined => {
  const url = isMap(value) ? stringAt(value, "url") : undefined
  return url === undefined || !isMap(value)
    ? undefined
    : { url, views: readInt(stringAt(value, "views") ?? "") ?? 0 }
}
