/** From what checks have seen to a line for each requirement. */
import { type Requirement, requirements } from "./Requirements.ts"
import type { Exchange } from "./Transcript.ts"
import { reasonOf } from "./Unseen.ts"

/** How a check ended. */
export interface CheckResult {
  readonly ids: ReadonlyArray<string>
  readonly title: string
  readonly outcome: "pass" | "fail" | "not testable"
  /** Why it failed, or cannot be seen; empty for a pass. */
  readonly detail: string
  readonly ms: number
  /** What was sent and what came. */
  readonly exchanges: ReadonlyArray<Exchange>
}

/** `warn`: not held, but of a level that allows it, as SHOULD and QOI do. */
export type Status = "pass" | "fail" | "warn" | "not testable"

/** What is known of one requirement. */
export interface Verdict extends Requirement {
  readonly status: Status
  /** Why it is no pass; empty for one. */
  readonly detail: string
  /** The checks that looked. */
  readonly checks: ReadonlyArray<CheckResult>
}

const strict = new Set(["MUST", "MUST NOT"])

/** The verdict on one requirement: one check that fails is enough. */
export const verdictOn = (requirement: Requirement, results: ReadonlyArray<CheckResult>): Verdict => {
  const checks = results.filter(({ ids }) => ids.includes(requirement.id))
  const failed = checks.filter(({ outcome }) => outcome === "fail")
  if (failed.length > 0) {
    const detail = failed.map((each) => each.detail).join("; ")
    return { ...requirement, status: strict.has(requirement.level) ? "fail" : "warn", detail, checks }
  }
  if (checks.some(({ outcome }) => outcome === "pass")) {
    return { ...requirement, status: "pass", detail: "", checks }
  }
  const detail = checks[0]?.detail ?? reasonOf(requirement.id, requirement.who) ?? "no check has looked"
  return { ...requirement, status: "not testable", detail, checks }
}

/** The verdicts on all requirements, or on those that were chosen. */
export const verdicts = (
  results: ReadonlyArray<CheckResult>,
  chosen: (id: string) => boolean = () => true,
  which: ReadonlyArray<Requirement> = requirements
): ReadonlyArray<Verdict> =>
  which.filter(({ id }) => chosen(id)).map((requirement) => verdictOn(requirement, results))

/** How many there are of each. */
export const count = (all: ReadonlyArray<Verdict>): { readonly [S in Status]: number } => {
  const of = (status: Status): number => all.filter((verdict) => verdict.status === status).length
  return { "pass": of("pass"), "fail": of("fail"), "warn": of("warn"), "not testable": of("not testable") }
}
