/** What goes into the machine of consent, and what comes out of it. */
import type { PolicyView } from "./ConsentState.ts"
import type { Applicant, Permission, Rule } from "./Policy.ts"

/** What the user can say to a question. */
export type Answer =
  /** Yes to those who ask now. */
  | "once"
  /** Yes, now and ever after. */
  | "always"
  /** No to those who ask now. */
  | "no"
  /** No, now and ever after. */
  | "never"

/** All of them. */
export const answers: ReadonlyArray<Answer> = ["once", "always", "no", "never"]

/** Whether a text is one of them. */
export const isAnswer = (text: string): text is Answer => answers.some((answer) => answer === text)

/** The answer to a request, as the port has it. */
export type Verdict =
  | ({ readonly _tag: "Allowed"; readonly by: string } & Permission)
  | { readonly _tag: "Denied"; readonly why: string }

/** One input. */
export type ConsentInput =
  /** Somebody wants to register. */
  | { readonly _tag: "Asked"; readonly request: number; readonly applicant: Applicant; readonly now: number }
  /** It does not wait any more. */
  | { readonly _tag: "Abandoned"; readonly request: number; readonly now: number }
  /** The user answers; `by` says where. An answer to a question that is not open any more counts for nothing. */
  | {
    readonly _tag: "Answered"
    readonly question: number
    readonly answer: Answer
    readonly by: string
    readonly now: number
  }
  /** The policy was read again, since it is another than before. */
  | { readonly _tag: "PolicyRead"; readonly view: PolicyView; readonly now: number }
  /** There is somebody now who can be asked, or nobody any more. */
  | { readonly _tag: "Askers"; readonly some: boolean; readonly now: number }
  /** The user takes back a word that is in no rule, and any refusal. */
  | { readonly _tag: "Forgotten"; readonly subject: string }
  /** Time has gone by. Coming too early is harmless. */
  | { readonly _tag: "Tick"; readonly now: number }
  /** The hub ends. */
  | { readonly _tag: "Stop" }

/** How a question ended. */
export type Ending =
  | "allowed"
  | "denied"
  /** Nobody answered in time. */
  | "unanswered"
  /** Whoever asked has gone. */
  | "gone"
  /** Nobody can answer any more: the policy is broken, the askers have gone, or the hub ends. */
  | "dropped"

/** One output. */
export type ConsentOutput =
  | { readonly _tag: "Settle"; readonly request: number; readonly verdict: Verdict }
  /** A question is open, or its text is another. */
  | { readonly _tag: "Opened"; readonly question: number }
  | { readonly _tag: "Changed"; readonly question: number }
  /** It is not open any more; `by` says who or what ended it. */
  | {
    readonly _tag: "Closed"
    readonly question: number
    readonly subject: string
    readonly ending: Ending
    readonly by: string
  }
  /** A rule is to be put into the policy. */
  | { readonly _tag: "Remember"; readonly rule: Rule }
  /** Somebody was refused without a question. */
  | {
    readonly _tag: "Refused"
    readonly applicant: Applicant
    readonly why: string
    /** Unless it was said before of the same origin. */
    readonly first: boolean
    /** Whether the user has said so beforehand, by a rule or the mode: then it is no news. */
    readonly meant: boolean
  }
  /** A tick is wanted then; an earlier one is harmless. */
  | { readonly _tag: "Wake"; readonly at: number }
