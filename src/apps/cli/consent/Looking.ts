/** `samp consent list` and `samp consent test`. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ConsentStoreNode from "../../../adapters/node/ConsentStoreNode.ts"
import type { ConsentStatus } from "../../../domain/consent/ConsentStatus.ts"
import * as Origin from "../../../domain/consent/Origin.ts"
import { limitsOf } from "../../../domain/consent/PageView.ts"
import { covers, decide, type Decision, hasExpired, type Rule } from "../../../domain/consent/Policy.ts"
import { formatTime } from "../../../domain/consent/PolicyText.ts"
import * as Texts from "../../../domain/consent/Texts.ts"
import { quote } from "../../../domain/Fault.ts"
import { isMType } from "../../../domain/MType.ts"
import { harmless as usual, type Patterns } from "../../../domain/web/Restriction.ts"
import { codes, Stop } from "../Exit.ts"
import { withOwnExits } from "../Exits.ts"
import * as Flags from "../Flags.ts"
import * as Print from "../Print.ts"
import * as WebFlags from "../WebFlags.ts"
import * as Common from "./Common.ts"

const row = (rule: Rule, now: number): ReadonlyArray<string> => {
  const { expires, name, note, origin, verdict } = rule
  const until = expires === undefined
    ? "-"
    : `${formatTime(expires)}${hasExpired(rule, now) ? " (over)" : ""}`
  const limits = limitsOf(rule)
  const what = limits === "" ? verdict === "allow" ? "what is harmless" : "-" : limits
  const text = (value: string | undefined): string => value === undefined ? "-" : Texts.plain(value)
  return [verdict, origin.text, what, until, text(name), text(note)]
}

/** What is open at the running hub. */
const waitingText = ({ once, questions }: ConsentStatus): ReadonlyArray<string> => [
  ...questions.map(({ left, names, subject }) =>
    `Waits for an answer: ${Texts.whoOf(subject)}, which claims ${
      names.map(quote).join(", ")
    } (it is no in ${left} s); samp consent allow ${subject}`
  ),
  ...once.map((subject) => `Let in once, and in no rule: ${Texts.whoOf(subject)}`)
]

/** `samp consent list`. */
export const list = Command.make(
  "list",
  { file: Common.file, hub: Flags.hub, json: Flags.json },
  Effect.fnUntraced(function*({ file, hub, json }) {
    const path = yield* Common.pathOf(file)
    const { rules } = yield* Common.loadRules(file)
    const status = (yield* Common.running(hub))?.status
    const now = yield* Clock.currentTimeMillis
    yield* Common.elsewhere(status, path, file)
    if (json) {
      for (const { subject, ...question } of status?.questions ?? []) {
        yield* Print.json({ kind: "question", origin: subject, ...question })
      }
      for (const subject of status?.once ?? []) yield* Print.json({ kind: "once", origin: subject })
      for (const rule of rules) yield* Print.json({ kind: "rule", ...Common.ruleJson(rule, now) })
      return
    }
    for (const line of status === undefined ? [] : waitingText(status)) yield* Print.line(line)
    yield* Print.line(
      rules.length === 0
        ? `There are no rules in ${path}`
        : Print.table([
          ["VERDICT", "ORIGIN", "WHAT", "UNTIL", "NAME", "NOTE"],
          ...rules.map((rule) => row(rule, now))
        ])
    )
  }, Effect.provide(ConsentStoreNode.layer))
).pipe(
  Command.withDescription(
    "List the rules by which web pages are let in, and the questions that are open at the running hub"
  ),
  Command.withExamples([
    { command: "samp consent list", description: "a table of all" },
    { command: "samp consent list --json", description: "for scripts" }
  ]),
  withOwnExits(
    { noHub: "the hub that --hub names is not running", badData: "the rules cannot be read" },
    "noHub",
    "badData"
  )
)

interface Direction {
  readonly mtype: string
  readonly send: boolean
  readonly receive: boolean
}

/**
 * What counts as harmless where the rules are in use: what was said, or what the running hub was started with. A file that was
 * named may be meant for another hub.
 */
const harmlessThere = (
  told: ReadonlyArray<string>,
  status: ConsentStatus | undefined
): Effect.Effect<Patterns> =>
  Effect.gen(function*() {
    if (told.length > 0) return [...usual, ...told]
    const more = status?.harmless.filter((pattern) => !usual.includes(pattern)) ?? []
    if (more.length > 0) {
      yield* Print.remark(`Note: the running hub takes these for harmless, too: ${more.join(", ")}`)
    }
    return status?.harmless ?? usual
  })

/** Whether all that is asked about is allowed. */
const mayAll = (decision: Decision, { mtype, receive, send }: Direction, harmless: Patterns): boolean =>
  decision._tag === "Allowed" &&
  (!send || covers(decision.send, harmless, mtype)) && (!receive || covers(decision.receive, harmless, mtype))

const explain = (
  decision: Decision,
  subject: string,
  wanted: Direction | undefined,
  harmless: Patterns
): string => {
  const who = Texts.whoOf(subject)
  switch (decision._tag) {
    case "Silent":
      return subject === Origin.opaque
        ? `${who} is in no rule: it would be refused, since it cannot be told from others`
        : `${who} is in no rule: it would have to ask, or be refused where nobody can be asked`
    case "Denied":
      return `${who} would be refused: ${Common.ruleText(decision.rule)}`
    case "Allowed": {
      const by = `${who} would be let in: ${Common.ruleText(decision.rule)}`
      if (wanted === undefined) return by
      const { mtype, receive, send } = wanted
      const one = (direction: string, yes: boolean): string =>
        `It ${yes ? "may" : "may not"} ${direction} ${mtype}`
      return [
        by,
        ...send ? [one("send", covers(decision.send, harmless, mtype))] : [],
        ...receive ? [one("receive", covers(decision.receive, harmless, mtype))] : []
      ].join("\n")
    }
  }
}

/** `samp consent test`. */
export const test = Command.make(
  "test",
  {
    origin: Common.origin,
    name: Common.name("the name that it would claim"),
    mtype: Flag.String("mtype").pipe(
      Flag.withMetavar("MTYPE"),
      Flag.withDescription("whether it may send and receive this, as far as no recipient says otherwise"),
      Flag.optional
    ),
    send: Flag.Boolean("send").pipe(
      Flag.withDescription("only whether it may send it"),
      Flag.withDefault(false)
    ),
    receive: Flag.Boolean("receive").pipe(
      Flag.withDescription("only whether it may receive it"),
      Flag.withDefault(false)
    ),
    webMType: WebFlags.webMType(
      "as if the hub were started with this --web-mtype (default: as the running hub was, if no --file is named)"
    ),
    file: Common.file,
    hub: Flags.hub,
    json: Flags.json
  },
  Effect.fnUntraced(function*({ file, hub, json, mtype, name, origin: text, receive, send, webMType }) {
    const origin = yield* Common.readOrigin(text)
    const usage = (why: string) => new Stop({ code: codes.usage, text: why })
    if (!Origin.isExact(origin)) {
      return yield* usage(
        `${origin.text} is a pattern; test the origin of a page, such as https://www.archive.example`
      )
    }
    if (Option.isNone(mtype) && (send || receive)) return yield* usage("--send and --receive need --mtype")
    if (Option.isSome(mtype) && !isMType(mtype.value)) {
      return yield* usage(`${quote(mtype.value)} is no MType`)
    }
    const both = send === receive
    const wanted = Option.map(
      mtype,
      (mtype): Direction => ({ mtype, send: send || both, receive: receive || both })
    )
    const policy = yield* Common.loadRules(file)
    const asked = Option.isNone(file) || Option.isSome(hub)
    const status = asked ? (yield* Common.running(hub))?.status : undefined
    yield* Common.elsewhere(status, yield* Common.pathOf(file), file)
    if (status?.mode === "allow" || status?.mode === "deny") {
      yield* Print.remark(Common.heedless(status.mode))
    }
    const harmless = yield* harmlessThere(webMType, status)
    const now = yield* Clock.currentTimeMillis
    const subject = origin.text
    const applicant = {
      origin: subject === Origin.local ? undefined : subject,
      name: Option.getOrElse(name, () => "")
    }
    const decision = decide(policy, applicant, now, harmless)
    const allowed = Option.match(wanted, {
      onNone: () => decision._tag === "Allowed",
      onSome: (wanted) => mayAll(decision, wanted, harmless)
    })
    const verdict = { Allowed: "allow", Denied: "deny", Silent: "ask" }[decision._tag]
    yield* json
      ? Print.json({
        origin: subject,
        verdict,
        allowed,
        ...decision._tag === "Silent" ? {} : { rule: Common.ruleJson(decision.rule, now) },
        ...decision._tag === "Allowed"
          ? { send: decision.send ?? harmless, receive: decision.receive ?? harmless }
          : {}
      })
      : Print.line(explain(decision, subject, Option.getOrUndefined(wanted), harmless))
    if (!allowed) return yield* new Stop({ code: codes.notAllowed, text: "" })
  }, Effect.provide(ConsentStoreNode.layer))
).pipe(
  Command.withDescription("Tell what the rules say of an origin, and which of them it is"),
  Command.withExamples([
    { command: "samp consent test https://archive.example", description: "would it be let in?" },
    {
      command: "samp consent test https://archive.example --mtype table.load.votable --send",
      description: "and might it send a table?"
    },
    {
      command: "samp consent test https://archive.example --file rules.json",
      description: "by rules that are not in use yet"
    }
  ]),
  withOwnExits(
    {
      ok: "it is allowed",
      noHub: "the hub that --hub names is not running",
      badData: "the rules cannot be read"
    },
    "noHub",
    "badData",
    "notAllowed"
  )
)
