/**
 * Why SAMP does not work here: evidence in, findings out, the cause first.
 *
 * Checks run in the order in which things depend on each other, so the first fatal finding is the cause of those behind
 * it. What warns comes after what is fatal, and notes come last.
 */
import { after, before } from "./DiagnosisOfDesktop.ts"
import * as OfHub from "./DiagnosisOfHub.ts"
import * as OfLockfile from "./DiagnosisOfLockfile.ts"
import type { Evidence } from "./Evidence.ts"
import { type Finding, finding, isReached, type Severity } from "./Finding.ts"

/** How one check went. What it only notes is `ok`. */
export interface CheckResult {
  readonly name: string
  readonly status: "ok" | "failed" | "skipped"
  readonly detail: string
}

/** All that there is to say. */
export interface Diagnosis {
  /** Whether no finding is more than a note. */
  readonly works: boolean
  /** Whether the hub answers. */
  readonly reached: boolean
  /** The cause first; if SAMP works, the first one says so, under the code `works`. Never empty. */
  readonly findings: readonly [Finding, ...ReadonlyArray<Finding>]
  readonly checks: ReadonlyArray<CheckResult>
}

const order: ReadonlyArray<Severity> = ["fatal", "warning", "note"]

const works = ({ conversation, hub, place }: Evidence, notes: ReadonlyArray<Finding>): Finding => {
  const ms = hub?.ping._tag === "Done" ? hub.ping.ms.toFixed(1) : "?"
  const back = conversation?.callback?._tag === "Done" ? "calls back" : "takes registrations"
  const count = conversation?.clients?.length ?? 0
  const [note] = notes
  const tail = note === undefined ? "" : `. Note: ${note.cause}`
  return finding(
    "note",
    "works",
    `SAMP works: the hub at ${hub?.url} answers in ${ms} ms, ${back}, and has ${count} ${
      count === 1 ? "client" : "clients"
    }${tail}`,
    [place._tag === "Place" ? `lockfile ${place.name}` : undefined],
    "nothing to do"
  )
}

/** No check has failed, and yet no hub answers: some evidence is missing. */
const unexplained = finding(
  "fatal",
  "unexplained",
  "No hub answers, for a reason that could not be found out",
  [],
  "see the checks that were skipped; to start a hub: samp hub"
)

/** Diagnoses. It knows nothing but the evidence, and never fails. */
export const diagnose = (evidence: Evidence): Diagnosis => {
  const verdicts = [...before, ...OfLockfile.checks, ...OfHub.checks, ...after].map(({ name, run }) => ({
    name,
    verdict: run(evidence)
  }))
  const all = verdicts.flatMap(({ verdict }) => verdict._tag === "Checked" ? verdict.findings : [])
  const reached = isReached(evidence)
  if (!reached && all.every(({ severity }) => severity !== "fatal")) all.unshift(unexplained)
  const sorted = order.flatMap((severity) => all.filter((each) => each.severity === severity))
  const [first, ...rest] = sorted
  const troubled = first !== undefined && first.severity !== "note"
  return {
    works: !troubled,
    reached,
    findings: troubled ? [first, ...rest] : [works(evidence, sorted), ...sorted],
    checks: verdicts.map(({ name, verdict }) => {
      if (verdict._tag === "Skipped") return { name, status: "skipped", detail: verdict.why }
      const failed = verdict.findings.some(({ severity }) => severity !== "note")
      return { name, status: failed ? "failed" : "ok", detail: verdict.saw }
    })
  }
}
