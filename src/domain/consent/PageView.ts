/** What the page of consent shows, and what can be done there; as data, without any HTML. */
import { type Answer, isAnswer } from "./ConsentEvents.ts"
import { type ConsentState, type Mode, pending } from "./ConsentState.ts"
import * as Origin from "./Origin.ts"
import { decide, hasExpired, type Rule } from "./Policy.ts"
import { formatTime } from "./PolicyText.ts"
import * as Texts from "./Texts.ts"

/** One open question. */
export interface QuestionView {
  readonly id: number
  readonly subject: string
  readonly who: string
  readonly names: ReadonlyArray<string>
  readonly warnings: ReadonlyArray<string>
  /** Requests that wait for the answer. */
  readonly waiting: number
  /** Milliseconds until it counts as no. */
  readonly left: number
}

/** One rule. */
export interface RuleView {
  readonly verdict: Rule["verdict"]
  readonly origin: string
  readonly name: string | undefined
  /** What it allows, in words; empty for the usual. */
  readonly limits: string
  readonly expires: string | undefined
  readonly expired: boolean
  readonly note: string | undefined
}

/** A connected client of the Web Profile. */
export interface WebClientView {
  readonly id: string
  readonly name: string
  /** Undefined for a program that is no browser. */
  readonly origin: string | undefined
}

/** The whole page. */
export interface PageView {
  readonly mode: Mode
  /** Path of the policy. */
  readonly file: string
  readonly broken: string | undefined
  readonly questions: ReadonlyArray<QuestionView>
  readonly rules: ReadonlyArray<RuleView>
  /** Origins that the user let in without a rule. */
  readonly once: ReadonlyArray<string>
  /** Undefined if it is not known who is connected. */
  readonly clients: ReadonlyArray<WebClientView> | undefined
}

/** What is done there. */
export type PageAction =
  | { readonly _tag: "Answer"; readonly question: number; readonly answer: Answer }
  /** Takes away the rules about an origin, or the one that asks for a name, and the user's word beside. */
  | { readonly _tag: "Revoke"; readonly origin: Origin.OriginPattern; readonly name: string | undefined }
  | { readonly _tag: "Deny"; readonly origin: Origin.OriginPattern }

const limit = (patterns: ReadonlyArray<string> | undefined): string =>
  patterns === undefined || patterns.length === 0 ? "nothing" : patterns.join(" ")

/** What a rule allows, in words; empty for the usual, and for one that denies. */
export const limitsOf = ({ receive, send }: Rule): string =>
  send === undefined && receive === undefined ? "" : `send ${limit(send)}; receive ${limit(receive)}`

const ruleView = (rule: Rule, now: number): RuleView => ({
  verdict: rule.verdict,
  origin: rule.origin.text,
  name: rule.name,
  limits: limitsOf(rule),
  expires: rule.expires === undefined ? undefined : formatTime(rule.expires),
  expired: hasExpired(rule, now),
  note: rule.note
})

/** The page as it is now. */
export const viewOf = (
  state: ConsentState,
  file: string,
  clients: ReadonlyArray<WebClientView> | undefined,
  now: number
): PageView => {
  const { granted, mode, view } = state
  const isRuled = (subject: string, name: string): boolean => {
    const origin = subject === Origin.local ? undefined : subject
    return decide(view.policy, { origin, name }, now, [])._tag !== "Silent"
  }
  return {
    mode,
    file,
    broken: view.broken,
    questions: pending(state).map((question) => ({
      id: question.id,
      subject: question.subject,
      who: Texts.whoOf(question.subject),
      names: question.names,
      warnings: Texts.warnings(question),
      waiting: question.waiting.size,
      left: Math.max(0, question.deadline - now)
    })),
    rules: view.policy.rules.map((rule) => ruleView(rule, now)),
    once: [...granted].filter(([subject, name]) => !isRuled(subject, name)).map(([subject]) => subject),
    clients
  }
}

/** Reads what a form has sent; undefined if it is none of the page's. */
export const readAction = (fields: ReadonlyMap<string, string>): PageAction | undefined => {
  const origin = Origin.parsePattern(fields.get("origin") ?? "")
  switch (fields.get("do")) {
    case "answer": {
      const [question, answer = ""] = [Number(fields.get("question")), fields.get("answer")]
      return Number.isInteger(question) && isAnswer(answer) ? { _tag: "Answer", question, answer } : undefined
    }
    case "revoke":
      return origin._tag === "Success"
        ? { _tag: "Revoke", origin: origin.success, name: fields.get("name") }
        : undefined
    case "deny":
      return origin._tag === "Success" ? { _tag: "Deny", origin: origin.success } : undefined
    default:
      return undefined
  }
}
