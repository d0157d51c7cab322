/**
 * Consent as a machine without clock, randomness or I/O.
 *
 *     step(state, input) -> { state, outputs }
 *
 * Theory of operation. Each `Asked` is answered by one `Settle`, unless it is `Abandoned` before: at once where the mode, the
 * policy or a bound decides, else when its question is closed. There is one question for each origin: further requests of
 * that origin wait for the same answer, so a page that is loaded again, or stands in several tabs, has asked once. A
 * question that nobody waits for stands a little longer, to be taken over; its time limit is not made longer by that. What the
 * user says is of an origin, and so for all that wait.
 *
 * Whoever was refused is refused unasked for a while, which grows: a page that asks in a loop costs the user one question,
 * and then one now and then (WEB-16). A rule that is made meanwhile counts at once, also for a question that is open.
 *
 * `step` is total, and no input but time closes a question without saying how.
 */
import type { Answer, ConsentInput, ConsentOutput, Ending, Verdict } from "./ConsentEvents.ts"
import { type ConsentState, decision, type Question, questionOf, type Record } from "./ConsentState.ts"
import * as Origin from "./Origin.ts"
import { type Applicant, decide, plainRule, usual } from "./Policy.ts"
import { formatTime } from "./PolicyText.ts"
import * as Texts from "./Texts.ts"

/** One turn: the state so far, and what has come out. */
interface Turn {
  state: ConsentState
  readonly outputs: Array<ConsentOutput>
}

/** Feeds one input. */
export const step = (
  state: ConsentState,
  input: ConsentInput
): { readonly state: ConsentState; readonly outputs: ReadonlyArray<ConsentOutput> } => {
  const turn: Turn = { state, outputs: [] }
  take(turn, input)
  return turn
}

const take = (turn: Turn, input: ConsentInput): void => {
  switch (input._tag) {
    case "Asked":
      return asked(turn, input.request, input.applicant, input.now)
    case "Abandoned":
      return abandoned(turn, input.request, input.now)
    case "Answered": {
      const question = turn.state.questions.get(input.question)
      return question && answered(turn, question, input.answer, input.by, input.now)
    }
    case "PolicyRead":
      return policyRead(turn, input)
    case "Askers":
      turn.state = { ...turn.state, askers: input.some }
      if (!input.some) dropAll(turn, "nobody can be asked any more", Texts.nobodyToAsk)
      return
    case "Forgotten":
      return forget(turn, input.subject)
    case "Tick":
      return tick(turn, input.now)
    case "Stop":
      turn.state = { ...turn.state, stopping: true }
      return dropAll(turn, "the hub ends", () => Texts.stopping)
  }
}

const settle = (turn: Turn, request: number, verdict: Verdict): void => {
  turn.outputs.push({ _tag: "Settle", request, verdict })
}

const deny = (turn: Turn, request: number, why: string): void =>
  settle(turn, request, { _tag: "Denied", why })

/** What is decided without a question; undefined if the user is to decide. */
const unasked = (state: ConsentState, applicant: Applicant, now: number): Verdict | undefined => {
  if (state.stopping) return { _tag: "Denied", why: Texts.stopping }
  if (state.mode === "allow") return { _tag: "Allowed", ...usual, by: "the hub, which allows everybody" }
  if (state.mode === "deny") return { _tag: "Denied", why: Texts.nobodyAllowed }
  if (state.view.broken !== undefined) return { _tag: "Denied", why: Texts.broken }
  const decided = decision(state, applicant, now)
  switch (decided._tag) {
    case "Allowed": {
      const { receive, rule, send } = decided
      return { _tag: "Allowed", send, receive, by: `the rule for ${rule.origin.text}` }
    }
    case "Denied":
      return { _tag: "Denied", why: Texts.deniedByRule(decided.rule) }
    case "Silent":
      return undefined
  }
}

/** Why the user cannot be asked now; undefined if he can. */
const obstacle = (state: ConsentState, subject: string, now: number): string | undefined => {
  const { limits, questions } = state
  if (subject === Origin.opaque) return Texts.nobody
  const origin = Origin.parseOrigin(subject)
  if (origin === undefined) return Texts.noOrigin(subject)
  if (state.mode === "policy" || !state.askers) return Texts.nobodyToAsk(subject)
  const record = state.records.get(subject)
  if (record !== undefined && record.until > now) return Texts.again(record.why, record.until - now, subject)
  if (questions.size >= limits.open) return Texts.tooMany(limits.open)
  const site = Origin.siteOf(origin)
  const same = [...questions.values()].filter((question) => siteOf(question) === site).length
  return same >= limits.openPerSite ? Texts.tooManyOfSite(limits.openPerSite, site) : undefined
}

const siteOf = ({ subject }: Question): string => {
  const origin = Origin.parseOrigin(subject)
  return origin === undefined ? "" : Origin.siteOf(origin)
}

const asked = (turn: Turn, request: number, applicant: Applicant, now: number): void => {
  const subject = Origin.subjectOf(applicant.origin)
  const decided = unasked(turn.state, applicant, now)
  if (decided !== undefined) {
    settle(turn, request, decided)
    if (decided._tag === "Denied") {
      refused(turn, applicant, decided.why, now, turn.state.view.broken === undefined)
    }
    return
  }
  const open = questionOf(turn.state, subject)
  if (open !== undefined) return join(turn, open, request, applicant, now)
  const why = obstacle(turn.state, subject, now)
  if (why !== undefined) {
    deny(turn, request, why)
    return refused(turn, applicant, why, now)
  }
  const { limits, nextQuestion: id } = turn.state
  const question: Question = {
    id,
    subject,
    names: [applicant.name],
    odd: Origin.oddReferer(applicant.origin, applicant.referer),
    since: now,
    deadline: now + limits.questionMs,
    waiting: new Map([[request, applicant]]),
    orphaned: undefined
  }
  turn.state = { ...turn.state, nextQuestion: id + 1 }
  put(turn, question)
  turn.outputs.push({ _tag: "Opened", question: id })
  wakeBy(turn, question.deadline)
}

const put = (turn: Turn, question: Question): void => {
  turn.state = { ...turn.state, questions: new Map(turn.state.questions).set(question.id, question) }
}

/** Names that are shown of one question. */
const mostNames = 4

/** A further request of the origin waits for the same answer; what it claims is shown, too. */
const join = (turn: Turn, open: Question, request: number, applicant: Applicant, now: number): void => {
  if (open.waiting.size >= turn.state.limits.waitingPerQuestion) {
    const why = Texts.manyWait(open.subject)
    deny(turn, request, why)
    return refused(turn, applicant, why, now)
  }
  const waiting = new Map(open.waiting).set(request, applicant)
  const claimed = [...open.names.filter((name) => name !== applicant.name), applicant.name]
  const names = open.names.includes(applicant.name) ? open.names : claimed.slice(-mostNames)
  const odd = open.odd ?? Origin.oddReferer(applicant.origin, applicant.referer)
  put(turn, { ...open, waiting, names, odd, orphaned: undefined })
  turn.outputs.push({ _tag: "Changed", question: open.id })
}

const abandoned = (turn: Turn, request: number, now: number): void => {
  for (const question of turn.state.questions.values()) {
    if (!question.waiting.has(request)) continue
    const waiting = new Map(question.waiting)
    waiting.delete(request)
    put(turn, { ...question, waiting, orphaned: waiting.size === 0 ? now : undefined })
    if (waiting.size === 0) wakeBy(turn, now + turn.state.limits.graceMs)
    return
  }
}

/** Closes a question, after all who wait have their answer. */
const close = (turn: Turn, { id, subject }: Question, ending: Ending, by: string): void => {
  const questions = new Map(turn.state.questions)
  questions.delete(id)
  turn.state = { ...turn.state, questions }
  turn.outputs.push({ _tag: "Closed", question: id, subject, ending, by })
}

const denyAll = (turn: Turn, { waiting }: Question, why: string): void => {
  for (const request of waiting.keys()) deny(turn, request, why)
}

const dropAll = (turn: Turn, by: string, why: (subject: string) => string): void => {
  for (const question of turn.state.questions.values()) {
    denyAll(turn, question, why(question.subject))
    close(turn, question, "dropped", by)
  }
}

const answered = (turn: Turn, question: Question, answer: Answer, by: string, now: number): void => {
  const { names, subject, waiting } = question
  const origin = Origin.parsePattern(subject)
  const remember = (verdict: "allow" | "deny"): void => {
    if (origin._tag === "Success") {
      const note = `${by}, ${formatTime(now).slice(0, 10)}`
      turn.outputs.push({ _tag: "Remember", rule: { ...plainRule(verdict, origin.success), note } })
    }
  }
  if (answer === "once" || answer === "always") {
    for (const request of waiting.keys()) settle(turn, request, { _tag: "Allowed", ...usual, by })
    if (answer === "always") remember("allow")
    // Nobody is let in who is not there, unless he is remembered.
    if (waiting.size > 0 || answer === "always") grant(turn, subject, names.at(-1) ?? "")
    clearRecord(turn, subject)
    return close(turn, question, "allowed", by)
  }
  const why = Texts.refusedByUser(subject)
  denyAll(turn, question, why)
  if (answer === "never") remember("deny")
  strike(turn, subject, "refused", why, now)
  close(turn, question, "denied", by)
}

/** A map without its oldest entries, as far as it has too many. */
const bounded = <A>(map: ReadonlyMap<string, A>, most: number): ReadonlyMap<string, A> =>
  map.size <= most ? map : new Map([...map].slice(map.size - most))

const grant = (turn: Turn, subject: string, name: string): void => {
  const granted = new Map(turn.state.granted)
  granted.delete(subject) // the newest stands last
  turn.state = {
    ...turn.state,
    granted: bounded(granted.set(subject, name), turn.state.limits.origins)
  }
}

const nothing: Record = { refused: 0, unanswered: 0, until: 0, why: "", told: false, at: 0 }

const putRecord = (turn: Turn, subject: string, record: Record): void => {
  const records = new Map(turn.state.records)
  records.delete(subject)
  turn.state = {
    ...turn.state,
    records: bounded(records.set(subject, record), turn.state.limits.origins)
  }
}

const clearRecord = (turn: Turn, subject: string): void => {
  if (!turn.state.records.has(subject)) return
  const records = new Map(turn.state.records)
  records.delete(subject)
  turn.state = { ...turn.state, records }
}

/** Milliseconds to be refused unasked: none, or twice as long each time. */
const backOff = (base: number, count: number, most: number): number =>
  count <= 0 ? 0 : Math.min(most, base * 2 ** Math.min(count - 1, 30))

/** An origin was refused, or not answered, and is not to ask again for a while. */
const strike = (
  turn: Turn,
  subject: string,
  kind: "refused" | "unanswered",
  why: string,
  now: number
): void => {
  const { limits, records } = turn.state
  const known = records.get(subject) ?? nothing
  // Who has kept quiet as long as the longest refusal begins anew.
  const before = now - Math.max(known.at, known.until) > limits.longestMs ? nothing : known
  const refused = before.refused + (kind === "refused" ? 1 : 0)
  const unanswered = before.unanswered + (kind === "unanswered" ? 1 : 0)
  const ms = kind === "refused"
    ? backOff(limits.refusedMs, refused, limits.longestMs)
    : backOff(limits.unansweredMs, unanswered - 1, limits.longestMs)
  putRecord(turn, subject, { refused, unanswered, until: now + ms, why, told: false, at: now })
}

/** Says that somebody was refused unasked; of each origin once, until something else is to be said. */
const refused = (turn: Turn, applicant: Applicant, why: string, now: number, meant = false): void => {
  const { limits, records } = turn.state
  const subject = Origin.subjectOf(applicant.origin)
  const known = records.get(subject)
  const first = known === undefined || !known.told || now - known.at > limits.longestMs
  if (first) putRecord(turn, subject, { ...known ?? nothing, told: true, at: now })
  turn.outputs.push({ _tag: "Refused", applicant, why, first, meant })
}

const forget = (turn: Turn, subject: string): void => {
  clearRecord(turn, subject)
  if (!turn.state.granted.has(subject)) return
  const granted = new Map(turn.state.granted)
  granted.delete(subject)
  turn.state = { ...turn.state, granted }
}

/** A subject as an applicant, for what does not depend on more. */
const applicantOf = (subject: string, name: string): Applicant => ({
  origin: subject === Origin.local ? undefined : subject,
  name,
  referer: undefined
})

const policyRead = (
  turn: Turn,
  { now, view }: Extract<ConsentInput, { readonly _tag: "PolicyRead" }>
): void => {
  const before = turn.state
  turn.state = { ...before, view }
  const said = (state: ConsentState, subject: string, name: string) =>
    decide(state.view.policy, applicantOf(subject, name), now, [])._tag
  for (const [subject, name] of before.granted) {
    // What a rule had said is taken back with it, also from whoever had the user's word besides.
    const [was, is] = [said(before, subject, name), said(turn.state, subject, name)]
    if (is === "Denied" || (was === "Allowed" && is === "Silent")) forget(turn, subject)
  }
  for (const subject of before.records.keys()) {
    if (said(before, subject, "") !== said(turn.state, subject, "")) clearRecord(turn, subject)
  }
  if (view.broken !== undefined) {
    return dropAll(turn, "the rules cannot be read", () => Texts.broken)
  }
  for (const question of turn.state.questions.values()) reconsider(turn, question, now)
}

/** Answers by the policy what it has come to decide. */
const reconsider = (turn: Turn, question: Question, now: number): void => {
  const waiting = new Map(question.waiting)
  let last: Verdict | undefined
  for (const [request, applicant] of waiting) {
    const verdict = unasked(turn.state, applicant, now)
    if (verdict === undefined) continue
    settle(turn, request, verdict)
    waiting.delete(request)
    last = verdict
  }
  const orphan = question.orphaned === undefined
    ? undefined
    : unasked(turn.state, applicantOf(question.subject, question.names.at(-1) ?? ""), now)
  const verdict = orphan ?? last
  if (verdict === undefined) return
  if (waiting.size > 0) return put(turn, { ...question, waiting })
  close(turn, question, verdict._tag === "Allowed" ? "allowed" : "denied", "a rule")
}

const wakeBy = (turn: Turn, at: number): void => {
  if (at >= turn.state.wakeAt) return
  turn.state = { ...turn.state, wakeAt: at }
  turn.outputs.push({ _tag: "Wake", at })
}

/** Closes what has stood too long, and asks to be woken for what is next. */
const tick = (turn: Turn, now: number): void => {
  const { graceMs, questionMs } = turn.state.limits
  turn.state = { ...turn.state, wakeAt: Infinity }
  for (const question of turn.state.questions.values()) {
    const { deadline, orphaned, subject } = question
    const gone = orphaned === undefined ? Infinity : orphaned + graceMs
    if (gone > now && deadline > now) wakeBy(turn, Math.min(gone, deadline))
    else {
      const why = gone <= now ? Texts.gone(subject) : Texts.unanswered(subject, questionMs)
      denyAll(turn, question, why)
      strike(turn, subject, "unanswered", why, now)
      close(turn, question, gone <= now ? "gone" : "unanswered", gone <= now ? "the page" : "the time limit")
    }
  }
}
