/** `samp conformance`: does a hub hold what the standard asks of it? */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as RawHttpNode from "../../adapters/http/RawHttpNode.ts"
import * as SurroundingsNode from "../../adapters/node/SurroundingsNode.ts"
import { readWebPlace, webUrl } from "../../domain/web/WebPlace.ts"
import { examine, isChosen, type Report } from "../conformance/Conformance.ts"
import { origin } from "../conformance/Page.ts"
import { concernsHubs, requirements, webProfile } from "../conformance/Requirements.ts"
import type { Exchange } from "../conformance/Transcript.ts"
import { type CheckResult, count, type Verdict } from "../conformance/Verdict.ts"
import { codes, Stop } from "./Exit.ts"
import { withExits } from "./Exits.ts"
import * as Flags from "./Flags.ts"
import * as Print from "./Print.ts"

const arrows = { asked: "->", answered: "<-", delivered: "<=" } as const

const exchangeLines = (exchanges: ReadonlyArray<Exchange>): ReadonlyArray<string> =>
  exchanges.map(({ client, ms, text, way }) =>
    `      ${String(ms).padStart(5)} ms ${client} ${arrows[way]} ${
      text.replaceAll(/\r?\n/gu, "\n" + " ".repeat(16))
    }`
  )

/** The lines of the checks of a requirement. What was exchanged is shown once, though a check may be of several. */
const checkLines = (
  { checks, id }: Verdict,
  verbose: boolean,
  shown: Map<string, string>
): ReadonlyArray<string> =>
  checks.filter(({ outcome }) => verbose || outcome === "fail").flatMap((check: CheckResult) => {
    const { detail, exchanges, outcome, title } = check
    const line = `    ${outcome}: ${title}${detail === "" ? "" : `: ${detail}`}`
    const before = shown.get(title)
    if (before !== undefined) return [`${line} (see ${before})`]
    shown.set(title, id)
    return [line, ...exchangeLines(exchanges)]
  })

const verdictLine = ({ detail, id, level, status, text }: Verdict): string =>
  `${status.padEnd(12)}  ${id.padEnd(8)}  ${level.padEnd(8)}  ${text}${detail === "" ? "" : ` (${detail})`}`

const summary = ({ hub: { impl, lockfile, url, web }, ms, verdicts }: Report): string => {
  const { fail, pass, warn, "not testable": unseen } = count(verdicts)
  const name = impl === undefined ? "the hub" : impl
  const also = web === undefined ? "" : `, Web Profile ${web}`
  return `${name} at ${url} (lockfile ${lockfile}${also}): ${fail} fail, ${warn} warn, ${pass} pass, ${unseen} not testable, in ${
    (ms / 1000).toFixed(1)
  } s`
}

const print = (report: Report, verbose: boolean): string => {
  const shown = report.verdicts.filter((verdict) =>
    verbose || concernsHubs(verdict) || verdict.status !== "not testable"
  )
  const others = report.verdicts.length - shown.length
  const seen = new Map<string, string>()
  return [
    ...shown.flatMap((verdict) => [verdictLine(verdict), ...checkLines(verdict, verbose, seen)]),
    "",
    ...others === 0 ? [] : [`${others} more concern clients only; --verbose lists them.`],
    summary(report)
  ].join("\n")
}

/** A line on the terminal that is written over, since it takes a while. */
const progress = (line: string): Effect.Effect<void> =>
  Effect.sync(() => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line.slice(0, 79)}`)
  })

const WebUrl = Schema.String.check(
  Schema.makeFilter((text) =>
    readWebPlace(`web-url:${text}`) === undefined ? `an http URL such as ${webUrl}` : undefined
  )
)

const flags = {
  web: Flag.String("web").pipe(
    Flag.withMetavar("URL"),
    Flag.withDescription(
      `check the hub's Web Profile there, too, such as ${webUrl}; the hub's user must let pages of ${origin} in`
    ),
    Flag.withSchema(WebUrl),
    Flag.optional
  ),
  only: Flag.String("only").pipe(
    Flag.withMetavar("ID"),
    Flag.withDescription(
      "only requirements whose ids begin so, as REG-03 or dlv; may be given several times"
    ),
    Flag.atLeast(0)
  ),
  verbose: Flag.Boolean("verbose").pipe(
    Flag.withDescription("show what was sent and what came back for all checks, not only those that failed"),
    Flag.withDefault(false)
  ),
  hub: Flags.hub,
  json: Flags.json
}

/** `samp conformance`. */
export const command = Command.make(
  "conformance",
  flags,
  Effect.fnUntraced(function*({ hub, json, only, verbose, web }) {
    const known = Option.isSome(web) ? [...requirements, ...webProfile] : requirements
    const unknown = only.find((prefix) => !known.some(({ id }) => isChosen({ only: [prefix] })(id)))
    if (unknown !== undefined) {
      const ofPages = webProfile.some(({ id }) => isChosen({ only: [unknown] })(id))
      const text = ofPages
        ? `${unknown} is about the Web Profile; say where that is, as with --web ${webUrl}`
        : `no requirement has an id that begins with ${unknown}; ids are such as REG-03, see docs/conformance.md`
      return yield* new Stop({ code: codes.usage, text })
    }
    const report = yield* Effect.provide(
      examine({
        hub: Option.getOrUndefined(hub),
        web: Option.getOrUndefined(web),
        only,
        onCheck: ({ title }, done, total) => progress(`${done} of ${total}: ${title}`)
      }),
      Layer.merge(RawHttpNode.layer, SurroundingsNode.layer)
    )
    yield* progress("")
    if (json) {
      for (const verdict of report.verdicts) yield* Print.json({ ...verdict })
      const { gone, hub: about, ms } = report
      yield* Print.json({ ...about, ...count(report.verdicts), gone, ms })
    } else yield* Print.line(print(report, verbose))
    if (report.gone) {
      return yield* new Stop({
        code: codes.noHub,
        text: "The hub went, or hung, before the checks were done"
      })
    }
    if (count(report.verdicts).fail > 0) return yield* new Stop({ code: codes.nonconforming, text: "" })
  })
).pipe(
  Command.withDescription(
    "Check whether a hub does what the standard asks, with clients of its own; others hardly notice"
  ),
  Command.withExamples([
    {
      command: "samp conformance",
      description: "check the hub that all tools of this user find, within a minute"
    },
    {
      command: "samp conformance --web http://127.0.0.1:21012/ --only WEB",
      description: "the Web Profile alone"
    },
    {
      command: "samp conformance --only DLV --verbose",
      description: "only delivery, with what was sent and came back"
    }
  ]),
  withExits("noHub", "nonconforming")
)
