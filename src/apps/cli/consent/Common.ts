/** What the commands about consent share. */
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { type ConsentStatus, pathAsTold } from "../../../domain/consent/ConsentStatus.ts"
import { type OriginPattern, parsePattern } from "../../../domain/consent/Origin.ts"
import { limitsOf } from "../../../domain/consent/PageView.ts"
import { hasExpired, type Rule } from "../../../domain/consent/Policy.ts"
import { formatTime, parseTime, writeRule } from "../../../domain/consent/PolicyText.ts"
import { quote } from "../../../domain/Fault.ts"
import { isPattern } from "../../../domain/MType.ts"
import { ConsentStore } from "../../../ports/ConsentStore.ts"
import { FileError } from "../../../ports/FileStore.ts"
import * as ConsentQuery from "../../consent/ConsentQuery.ts"
import { load, type PolicyError } from "../../consent/PolicyFile.ts"
import { findHub, type FoundHub } from "../../Discovery.ts"
import { codes, Stop } from "../Exit.ts"
import * as Print from "../Print.ts"

/** Of whom something is said. */
export const origin = Argument.String("origin").pipe(
  Argument.withDescription(
    "as https://archive.example, or a pattern: https://*.archive.example, http://localhost:*; local for programs that are no browser, null for pages without an origin"
  )
)

/** Where the rules are. */
export const file = Flag.String("file").pipe(
  Flag.withMetavar("FILE"),
  Flag.withDescription("rules in another file than this user's"),
  Flag.optional
)

/** The name that a client claims. */
export const name = (description: string) =>
  Flag.String("name").pipe(Flag.withMetavar("NAME"), Flag.withDescription(description), Flag.optional)

const usage = (text: string) => new Stop({ code: codes.usage, text })

/** An origin or a pattern from the command line. */
export const readOrigin = (text: string): Effect.Effect<OriginPattern, Stop> =>
  Result.match(parsePattern(text), {
    onSuccess: Effect.succeed,
    onFailure: (why) => Effect.fail(usage(why))
  })

/** Patterns of MTypes from the command line; undefined if there are none. */
export const readPatterns = (
  texts: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<string> | undefined, Stop> => {
  const bad = texts.find((text) => !isPattern(text))
  return bad === undefined
    ? Effect.succeed(texts.length === 0 ? undefined : texts)
    : Effect.fail(usage(`${quote(bad)} is no MType; use one, or a.b.*, * or the word harmless`))
}

const units: { readonly [unit: string]: number } = {
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000
}

/** When a rule is to expire: at a time, or after a while as `8h` or `30d`. */
export const readExpiry = (
  expires: Option.Option<string>,
  lasts: Option.Option<string>
): Effect.Effect<number | undefined, Stop> =>
  Effect.gen(function*() {
    if (Option.isSome(expires) && Option.isSome(lasts)) {
      return yield* usage("--expires and --for say the same; leave one of them out")
    }
    const now = yield* Clock.currentTimeMillis
    if (Option.isSome(lasts)) {
      const [, count, unit = ""] = /^(\d{1,6})(s|min|h|d|w)$/u.exec(lasts.value) ?? []
      return count === undefined || Number(count) === 0
        ? yield* usage(`${quote(lasts.value)} is no time to last; use 30min, 8h, 7d or 4w`)
        : Math.ceil(now / 1_000) * 1_000 + Number(count) * (units[unit] ?? 0)
    }
    if (Option.isNone(expires)) return undefined
    const time = parseTime(expires.value)
    if (time === undefined) {
      return yield* usage(`${quote(expires.value)} is no time; use 2027-01-01 or 2027-01-01T18:00:00Z`)
    }
    return time > now ? time : yield* usage(`${expires.value} is over already`)
  })

/** The path that was chosen. */
export const pathOf = (given: Option.Option<string>) =>
  Effect.map(ConsentStore, ({ place }) => Option.getOrElse(given, () => place))

/** Why the rules cannot be had, as the end of a command. */
export const unusable = (error: PolicyError): Stop =>
  error._tag === "FileError" && error.action === "write"
    ? new Stop({ code: codes.cannotStart, text: error.message })
    : new Stop({
      code: codes.badData,
      text: `${error.message}${error._tag === "BadPolicy" ? ". Nobody is let in until that is mended" : ""}`
    })

/** The rules that are there. This user's may be none yet; a file that was named must be there. */
export const loadRules = (given: Option.Option<string>) =>
  Effect.gen(function*() {
    const path = yield* pathOf(given)
    if (Option.isSome(given)) {
      const there = yield* ConsentStore.use(({ read }) => read(path))
      if (there === undefined) {
        return yield* new FileError({
          reason: "NotFound",
          path,
          action: "read",
          detail: "there is no such file"
        })
      }
    }
    return yield* load(path)
  }).pipe(Effect.mapError(unusable))

/** The running hub, and how consent is there; undefined if there is none, unless one was asked for by name. */
export const running = (choice: Option.Option<string>) =>
  Effect.gen(function*() {
    const hub: FoundHub | undefined = Option.isSome(choice)
      ? yield* findHub(choice.value)
      : yield* Effect.orElseSucceed(findHub(undefined), () => undefined)
    if (hub === undefined) return undefined
    const status = yield* Effect.orElseSucceed(ConsentQuery.status(hub), () => undefined)
    return status === undefined ? undefined : { hub, status }
  })

/** What the user should know of a hub that lets in everybody or nobody. */
export const heedless = (mode: "allow" | "deny"): string =>
  `Note: the running hub does not ask for rules: it was started with --web-consent ${mode}`

/** What the user should know when the running hub does not go by this file, which nobody named; nothing otherwise. */
export const elsewhere = (
  status: ConsentStatus | undefined,
  path: string,
  given: Option.Option<string>
): Effect.Effect<void> =>
  status === undefined || Option.isSome(given) || status.file === pathAsTold(path)
    ? Effect.void
    : Print.remark(
      `Note: the running hub has its rules in ${status.file}; for those say --file ${status.file}`
    )

/** A rule as JSON, with what it means now. */
export const ruleJson = (rule: Rule, now: number): { readonly [key: string]: unknown } => ({
  ...writeRule(rule),
  expired: hasExpired(rule, now)
})

/** What a rule says, in words. */
export const ruleText = (rule: Rule): string => {
  const { expires, name, origin, verdict } = rule
  const limits = limitsOf(rule)
  return [
    `${origin.text} is ${verdict === "allow" ? "allowed" : "denied"}`,
    ...name === undefined ? [] : [`under the name ${quote(name)}`],
    ...expires === undefined ? [] : [`until ${formatTime(expires)}`],
    ...verdict === "deny"
      ? []
      : [
        limits === ""
          ? "to send and receive what is harmless"
          : `to ${limits.replace("; receive", ", and to receive")}`
      ]
  ].join(" ")
}
