/** `samp doctor`: why SAMP does not work here, the cause first. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SurroundingsNode from "../../adapters/node/SurroundingsNode.ts"
import type { Diagnosis } from "../../domain/diagnosis/Diagnosis.ts"
import type { Finding } from "../../domain/diagnosis/Finding.ts"
import { examine } from "../doctor/Doctor.ts"
import { codes, Stop } from "./Exit.ts"
import { withOwnExits } from "./Exits.ts"
import * as Flags from "./Flags.ts"
import * as Print from "./Print.ts"

/** The port of the Web Profile (WEB-01). */
const webProfilePort = 21_012

const support = ({ evidence, remedy }: Finding): ReadonlyArray<string> => [
  ...evidence.map((line) => `  seen: ${line}`),
  `  remedy: ${remedy}`
]

const report = ({ checks, findings: [first, ...rest] }: Diagnosis): string =>
  [
    first.cause,
    ...support(first),
    ...rest.flatMap((finding) => ["", `${finding.severity}: ${finding.cause}`, ...support(finding)]),
    "",
    Print.table(checks.map(({ detail, name, status }) => [status, name, detail]))
  ].join("\n")

const codeOf = ({ reached, works }: Diagnosis): number =>
  works ? codes.ok : reached ? codes.failure : codes.noHub

const flags = {
  hub: Flags.hub,
  timeout: Flag.Int("timeout").pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 60 }))),
    Flag.withMetavar("SECONDS"),
    Flag.withDescription("how long to wait for each answer (default: 2)"),
    Flag.withDefault(2)
  ),
  webPort: Flag.Int("web-port").pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65_535 }))),
    Flag.withMetavar("PORT"),
    Flag.withDescription(`look for a Web Profile hub there (default: ${webProfilePort})`),
    Flag.withDefault(webProfilePort)
  ),
  json: Flags.json
}

/** `samp doctor`. */
export const command = Command.make(
  "doctor",
  flags,
  Effect.fnUntraced(function*({ hub, json, timeout, webPort }) {
    const options = { hub: Option.getOrUndefined(hub), limitMs: timeout * 1000, webPort }
    const diagnosis = yield* Effect.provide(examine(options), SurroundingsNode.layer)
    const { checks, findings, works } = diagnosis
    const code = codeOf(diagnosis)
    if (json) {
      for (const each of findings) yield* Print.json({ ...each })
      yield* Print.json({ works, code: findings[0].code, exitCode: code, checks })
    } else yield* Print.line(report(diagnosis))
    if (code !== codes.ok) return yield* new Stop({ code, text: "" })
  })
).pipe(
  Command.withDescription("Find out why SAMP does not work here: the first line names the cause"),
  Command.withExamples([{
    command: "samp doctor",
    description: "look at the hub that all tools of this user find"
  }]),
  withOwnExits({ failure: "a fault was found, or something unexpected" }, "noHub")
)
