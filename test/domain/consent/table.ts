/** A desk to try the machine of consent on: who asks has a name, time is set by hand, and what comes out is told in words. */
import type { Answer, ConsentInput, ConsentOutput } from "../../../src/domain/consent/ConsentEvents.ts"
import { step } from "../../../src/domain/consent/ConsentMachine.ts"
import {
  type ConsentLimits,
  type ConsentState,
  defaults,
  isWithdrawn,
  type Mode,
  pending,
  start
} from "../../../src/domain/consent/ConsentState.ts"
import type { Rule } from "../../../src/domain/consent/Policy.ts"
import { applicant } from "./given.ts"

/** What the tests count as harmless. */
export const harmless = ["table.*"]

/** What came out, in words. */
export const words = (output: ConsentOutput): string => {
  switch (output._tag) {
    case "Settle":
      return `${output.request} ${
        output.verdict._tag === "Allowed" ? `yes: ${output.verdict.by}` : `no: ${output.verdict.why}`
      }`
    case "Closed":
      return `closed ${output.question} ${output.ending} by ${output.by}`
    case "Remember":
      return `remember ${output.rule.verdict} ${output.rule.origin.text}`
    case "Refused":
      return output.first ? `log ${output.applicant.origin}` : "again"
    case "Wake":
      return `wake ${output.at}`
    case "Opened":
    case "Changed":
      return `${output._tag.toLowerCase()} ${output.question}`
  }
}

export class Desk {
  state: ConsentState
  now = 0
  requests = 0
  outputs: ReadonlyArray<ConsentOutput> = []

  constructor(mode: Mode = "ask", limits: Partial<ConsentLimits> = {}, askers = true) {
    const view = { policy: { rules: [], extra: {} }, broken: undefined }
    this.state = start({ mode, harmless, view, limits: { ...defaults, ...limits }, askers })
  }

  feed(input: ConsentInput): ReadonlyArray<string> {
    const result = step(this.state, input)
    this.state = result.state
    this.outputs = result.outputs
    return result.outputs.map(words)
  }

  /** Asks, as request 0, 1 and so on. */
  ask(origin: string | undefined, name = "Page", referer?: string): ReadonlyArray<string> {
    const request = this.requests++
    return this.feed({ _tag: "Asked", request, applicant: applicant(origin, name, referer), now: this.now })
  }

  leave(request: number): ReadonlyArray<string> {
    return this.feed({ _tag: "Abandoned", request, now: this.now })
  }

  answer(question: number, answer: Answer): ReadonlyArray<string> {
    return this.feed({ _tag: "Answered", question, answer, by: "me", now: this.now })
  }

  rules(...rules: ReadonlyArray<Rule>): ReadonlyArray<string> {
    return this.feed({
      _tag: "PolicyRead",
      view: { policy: { rules, extra: {} }, broken: undefined },
      now: this.now
    })
  }

  break(): ReadonlyArray<string> {
    const { policy } = this.state.view
    return this.feed({ _tag: "PolicyRead", view: { policy, broken: "line 3" }, now: this.now })
  }

  /** Time goes by until then, with a tick at the end. */
  at(now: number): ReadonlyArray<string> {
    this.now = now
    return this.feed({ _tag: "Tick", now })
  }

  withdrawn(origin: string | undefined, name = "Page"): boolean {
    return isWithdrawn(this.state, applicant(origin, name), this.now)
  }

  /** The subjects of the open questions. */
  get open(): ReadonlyArray<string> {
    return pending(this.state).map(({ subject }) => subject)
  }
}

/** The answers among what came out, without their reasons. */
export const verdicts = (outputs: ReadonlyArray<string>): ReadonlyArray<string> =>
  outputs.filter((output) => /^\d+ (?:yes|no)/u.test(output)).map((output) => output.split(":")[0] ?? "")
