/** `samp consent allow`, `deny` and `revoke`. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ConsentStoreNode from "../../../adapters/node/ConsentStoreNode.ts"
import { pathAsTold } from "../../../domain/consent/ConsentStatus.ts"
import * as Origin from "../../../domain/consent/Origin.ts"
import { decide, type Policy, type Rule, rulesFor } from "../../../domain/consent/Policy.ts"
import { writeRule } from "../../../domain/consent/PolicyText.ts"
import { quote } from "../../../domain/Fault.ts"
import * as ConsentQuery from "../../consent/ConsentQuery.ts"
import * as PolicyFile from "../../consent/PolicyFile.ts"
import { codes, Stop } from "../Exit.ts"
import { withOwnExits } from "../Exits.ts"
import * as Flags from "../Flags.ts"
import * as Print from "../Print.ts"
import * as Common from "./Common.ts"

const shared = {
  origin: Common.origin,
  name: Common.name("only those that call themselves so; they can call themselves anything"),
  expires: Flag.String("expires").pipe(
    Flag.withMetavar("TIME"),
    Flag.withDescription("until then, as 2027-01-01 or 2027-01-01T18:00:00Z"),
    Flag.optional
  ),
  lasts: Flag.String("for").pipe(
    Flag.withMetavar("TIME"),
    Flag.withDescription("for so long from now, as 30min, 8h, 7d or 4w"),
    Flag.optional
  ),
  note: Flag.String("note").pipe(
    Flag.withMetavar("TEXT"),
    Flag.withDescription("why, for those who read the rules"),
    Flag.optional
  ),
  once: Flag.Boolean("once").pipe(
    Flag.withDescription("answer the question that is open at the running hub, and remember nothing"),
    Flag.withDefault(false)
  ),
  file: Common.file,
  hub: Flags.hub,
  json: Flags.json
}

const mtypes = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar("MTYPE"), Flag.withDescription(description), Flag.atLeast(0))

/** What the user should know of the rule that was made. */
const remarks = (rule: Rule, policy: Policy, now: number): ReadonlyArray<string> => {
  const { name, origin, verdict } = rule
  if (verdict === "deny") return []
  const applicant = { origin: origin.text === Origin.local ? undefined : origin.text, name: name ?? "" }
  const decided = Origin.isExact(origin) ? decide(policy, applicant, now, []) : undefined
  const stronger = policy.rules.filter((other) =>
    other.verdict === "deny" && other.origin.text === origin.text && other.name !== undefined &&
    name === undefined
  )
  return [
    ...Origin.risks(origin).map((text) => `Note: ${text}`),
    ...decided?._tag === "Denied" ? [`Note: another rule still denies ${decided.rule.origin.text}`] : [],
    ...stronger.map((other) => `Note: another rule still denies it under the name ${quote(other.name ?? "")}`)
  ]
}

const answerOnce = (
  verdict: Rule["verdict"],
  origin: Origin.OriginPattern,
  hub: Option.Option<string>,
  json: boolean
) =>
  Effect.gen(function*() {
    const found = yield* Common.running(hub)
    if (found === undefined) {
      return yield* new Stop({
        code: codes.noHub,
        text: "No hub is running that could have been asked. Start one with: samp hub"
      })
    }
    const answer = verdict === "allow" ? "once" : "no"
    if (!(yield* ConsentQuery.answer(found.hub, origin.text, answer))) {
      const open = found.status.questions.map(({ subject }) => subject).join(", ")
      return yield* new Stop({
        code: codes.failure,
        text: `${origin.text} has not asked, or was answered already. ${
          open === "" ? "Nobody waits for an answer" : `These wait for an answer: ${open}`
        }`
      })
    }
    yield* json
      ? Print.json({ event: "answered", origin: origin.text, answer })
      : Print.line(`${origin.text} is ${verdict === "allow" ? "let in, this once" : "not let in"}`)
  })

interface Given {
  readonly origin: string
  readonly name: Option.Option<string>
  readonly send: ReadonlyArray<string>
  readonly receive: ReadonlyArray<string>
  readonly expires: Option.Option<string>
  readonly lasts: Option.Option<string>
  readonly note: Option.Option<string>
  readonly once: boolean
  readonly file: Option.Option<string>
  readonly hub: Option.Option<string>
  readonly json: boolean
}

/** Whether more is said than can be said once. */
const isMore = ({ expires, file, lasts, name, note, receive, send }: Given): boolean =>
  [expires, file, lasts, name, note].some(Option.isSome) || receive.length + send.length > 0

/** Puts a rule into the file, or answers an open question. */
const set = (verdict: Rule["verdict"], given: Given) =>
  Effect.gen(function*() {
    const { json } = given
    const origin = yield* Common.readOrigin(given.origin)
    const rule: Rule = {
      verdict,
      origin,
      name: Option.getOrUndefined(given.name),
      send: yield* Common.readPatterns(given.send),
      receive: yield* Common.readPatterns(given.receive),
      expires: yield* Common.readExpiry(given.expires, given.lasts),
      note: Option.getOrUndefined(given.note),
      extra: {}
    }
    if (given.once) {
      if (isMore(given)) {
        return yield* new Stop({
          code: codes.usage,
          text: "--once answers one question and remembers nothing: it goes with --hub and --json only"
        })
      }
      return yield* answerOnce(verdict, origin, given.hub, json)
    }
    const path = yield* Common.pathOf(given.file)
    const { policy, removed } = yield* Effect.mapError(
      PolicyFile.edit(path, { _tag: "Set", rule }),
      Common.unusable
    )
    for (const remark of remarks(rule, policy, yield* Clock.currentTimeMillis)) yield* Print.remark(remark)
    yield* json
      ? Print.json({
        event: "remembered",
        file: path,
        rule: writeRule(rule),
        replaced: removed.map(writeRule)
      })
      : Print.line(Common.ruleText(rule))
    const found = yield* Common.running(given.hub)
    if (found === undefined) return
    const { broken, file, mode } = found.status
    if (mode === "allow" || mode === "deny") {
      yield* Print.remark(Common.heedless(mode))
    } else if (broken !== undefined && file === pathAsTold(path)) {
      yield* Print.remark(`Note: the running hub cannot read its rules: ${broken}`)
    } else yield* Common.elsewhere(found.status, path, given.file)
  }).pipe(Effect.provide(ConsentStoreNode.layer))

const ends = withOwnExits(
  {
    failure: "something unexpected; with --once, it has not asked",
    noHub: "with --once, or with a hub that --hub names: no hub is running",
    cannotStart: "the rules cannot be written",
    badData: "the rules cannot be read"
  },
  "noHub",
  "cannotStart",
  "badData"
)

/** `samp consent allow`. */
export const allow = Command.make(
  "allow",
  {
    ...shared,
    send: mtypes(
      "send",
      "it may send only this, as table.load.*; may be given several times (default: what is harmless)"
    ),
    receive: mtypes("receive", "it may receive only this; may be given several times")
  },
  (given) => set("allow", given)
).pipe(
  Command.withDescription(
    "Let web pages of an origin in, now and ever after, by a rule that counts at once. With --send or --receive they may do that and nothing else; the word harmless stands for what is harmless"
  ),
  Command.withExamples([
    { command: "samp consent allow https://archive.example", description: "a page, by its origin" },
    {
      command: "samp consent allow 'https://*.archive.example' --send 'table.load.*' --for 30d",
      description: "all pages of a site, to send tables, for a month"
    },
    {
      command: "samp consent allow 'http://localhost:*'",
      description: "all pages that are served on this machine"
    }
  ]),
  ends
)

/** `samp consent deny`. */
export const deny = Command.make(
  "deny",
  shared,
  (given) => set("deny", { ...given, send: [], receive: [] })
).pipe(
  Command.withDescription(
    "Let web pages of an origin in no more; those that are connected are disconnected"
  ),
  Command.withExamples([
    { command: "samp consent deny https://ads.example", description: "it is not asked about again" },
    {
      command: "samp consent deny 'https://*' --note 'only what is listed'",
      description: "all but those with a rule of their own"
    }
  ]),
  ends
)

/** What still is said of an origin after its rules have gone. */
const rest = (policy: Policy, origin: Origin.OriginPattern, now: number): ReadonlyArray<string> => {
  const [rule] = Origin.isExact(origin) ? rulesFor(policy, origin.text, undefined, now) : []
  return rule === undefined
    ? []
    : [`Note: the rule for ${rule.origin.text} still ${rule.verdict === "allow" ? "allows" : "denies"} it`]
}

/** `samp consent revoke`. */
export const revoke = Command.make(
  "revoke",
  {
    origin: Common.origin,
    name: Common.name("only the rule for this name"),
    file: Common.file,
    hub: Flags.hub,
    json: Flags.json
  },
  Effect.fnUntraced(
    function*({ file, hub, json, name, origin: text }) {
      const origin = yield* Common.readOrigin(text)
      const path = yield* Common.pathOf(file)
      const found = yield* Common.running(hub)
      const { policy, removed } = yield* Effect.mapError(
        PolicyFile.edit(path, { _tag: "Revoke", origin, name: Option.getOrUndefined(name) }),
        Common.unusable
      )
      const wordToo = found?.status.once.includes(origin.text) ?? false
      if (found !== undefined) yield* ConsentQuery.forget(found.hub, origin.text)
      yield* Common.elsewhere(found?.status, path, file)
      const notes = rest(policy, origin, yield* Clock.currentTimeMillis)
      if (removed.length === 0 && !wordToo) {
        return yield* new Stop({
          code: codes.failure,
          text: [`There is no rule for ${origin.text} in ${path}`, ...notes].join("\n")
        })
      }
      for (const note of notes) yield* Print.remark(note)
      yield* json
        ? Print.json({ event: "revoked", file: path, origin: origin.text, removed: removed.map(writeRule) })
        : Print.line(`What was said of ${origin.text} is taken back`)
    },
    Effect.provide(ConsentStoreNode.layer)
  )
).pipe(
  Command.withDescription(
    "Take back what was said of an origin, for good or ill. Those whom no other rule allows are disconnected, and have to ask again"
  ),
  Command.withExamples([{
    command: "samp consent revoke https://archive.example",
    description: "take back all that was said of it"
  }]),
  withOwnExits(
    {
      failure: "there is no such rule, or something unexpected",
      noHub: "the hub that --hub names is not running",
      cannotStart: "the rules cannot be written",
      badData: "the rules cannot be read"
    },
    "noHub",
    "cannotStart",
    "badData"
  )
)
