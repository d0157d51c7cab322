/** The state of consent: the policy, the questions that are open, and what is known of those who asked before. */
import { subjectOf } from "./Origin.ts"
import { type Applicant, decide, type Policy } from "./Policy.ts"

/** Who decides where the policy is silent (WEB-15). */
export type Mode =
  /** The user, at a terminal or on a page. */
  | "ask"
  /** Nobody: who is not allowed is refused. */
  | "policy"
  /** Everybody is let in, whatever the policy says. It is unsafe, and for tests. */
  | "allow"
  /** Nobody is let in. */
  | "deny"

/** Every bound of consent, with its reason. All are data. */
export interface ConsentLimits {
  /** Milliseconds that a question stands before it counts as refused: time to find the window and to read. */
  readonly questionMs: number
  /** Milliseconds that a question stands when nobody waits for it any more: a page that is loaded again takes it over. */
  readonly graceMs: number
  /** Questions that are open at one time (WEB-16). */
  readonly open: number
  /** Those of one site: who owns a domain can make as many names below it as he likes. */
  readonly openPerSite: number
  /** Requests that wait for one question: the tabs of a page. */
  readonly waitingPerQuestion: number
  /** Milliseconds for which an origin is refused unasked after the user said no; twice as long each further time (WEB-16). */
  readonly refusedMs: number
  /** The same after nobody answered, or the page went; the first time costs nothing. */
  readonly unansweredMs: number
  /** The most that either grows to. */
  readonly longestMs: number
  /** Origins whose refusals and consents are kept in mind. */
  readonly origins: number
}

/** The limits that a hub has unless told otherwise. */
export const defaults: ConsentLimits = {
  questionMs: 120_000,
  graceMs: 3_000,
  open: 64,
  openPerSite: 8,
  waitingPerQuestion: 16,
  refusedMs: 60_000,
  unansweredMs: 5_000,
  longestMs: 3_600_000,
  origins: 4_096
}

/** What is known of the policy. */
export interface PolicyView {
  /** What it says, or said when it could be read last. */
  readonly policy: Policy
  /** Why it cannot be read now, in one line; then nobody is let in. */
  readonly broken: string | undefined
}

/** A question to the user. There is one for each origin at most. */
export interface Question {
  readonly id: number
  /** The origin, or `local`. */
  readonly subject: string
  /** What was claimed by those who wait, and by the last who did: each name once, in the order of asking. */
  readonly names: ReadonlyArray<string>
  /** An origin that a `Referer` told and that is another than `Origin` (WEB-14). */
  readonly odd: string | undefined
  /** When it was asked first, and when it counts as refused. */
  readonly since: number
  readonly deadline: number
  /** Who waits for the answer, by number of request. */
  readonly waiting: ReadonlyMap<number, Applicant>
  /** Since when nobody waits. */
  readonly orphaned: number | undefined
}

/** How an origin has fared before. */
export interface Record {
  /** How many times the user said no in a row, and how many times nobody answered. */
  readonly refused: number
  readonly unanswered: number
  /** Until when it is refused unasked. */
  readonly until: number
  /** Why, for those who are refused until then. */
  readonly why: string
  /** Whether it has been said in the log that it is refused: that is said once, not each time. */
  readonly told: boolean
  /** When something of this changed last; the oldest is forgotten first. */
  readonly at: number
}

/** The whole state. */
export interface ConsentState {
  readonly mode: Mode
  readonly limits: ConsentLimits
  /** The patterns of MTypes that count as harmless. */
  readonly harmless: ReadonlyArray<string>
  readonly view: PolicyView
  /** Whether there is somebody who can be asked. */
  readonly askers: boolean
  /** In the order of asking. */
  readonly questions: ReadonlyMap<number, Question>
  readonly records: ReadonlyMap<string, Record>
  /** Who was let in by the user and is in no rule, and the name under which. */
  readonly granted: ReadonlyMap<string, string>
  readonly nextQuestion: number
  readonly wakeAt: number
  readonly stopping: boolean
}

/** A state in which nobody has asked yet. */
export const start = (
  options: Pick<ConsentState, "mode" | "harmless" | "view"> & Partial<ConsentState>
): ConsentState => ({
  limits: defaults,
  askers: false,
  questions: new Map(),
  records: new Map(),
  granted: new Map(),
  nextQuestion: 1,
  wakeAt: Infinity,
  stopping: false,
  ...options
})

/** The open questions, oldest first. */
export const pending = ({ questions }: ConsentState): ReadonlyArray<Question> => [...questions.values()]

/** The open question of an origin. */
export const questionOf = ({ questions }: ConsentState, subject: string): Question | undefined => {
  for (const question of questions.values()) if (question.subject === subject) return question
  return undefined
}

/** What the policy says now, as far as it can be read. */
export const decision = ({ harmless, view }: ConsentState, applicant: Applicant, now: number) =>
  decide(view.policy, applicant, now, harmless)

/**
 * Whether a consent that was given no longer stands: a rule denies it now, or it is neither in a rule nor by the user's word
 * any more. Those who are in stay in while the policy cannot be read, unless its last readable state denied them.
 */
export const isWithdrawn = (state: ConsentState, applicant: Applicant, now: number): boolean => {
  if (state.mode === "allow") return false
  if (state.mode === "deny") return true
  switch (decision(state, applicant, now)._tag) {
    case "Allowed":
      return false
    case "Denied":
      return true
    case "Silent":
      return !state.granted.has(subjectOf(applicant.origin))
  }
}
