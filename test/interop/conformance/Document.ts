/** docs/conformance.md: written from three runs, and read back to be compared with others. */
import { join } from "node:path"
import { origin } from "../../../src/apps/conformance/Page.ts"
import {
  concernsHubs,
  type Requirement,
  requirements,
  webProfile
} from "../../../src/apps/conformance/Requirements.ts"
import { unseen } from "../../../src/apps/conformance/Unseen.ts"
import type { Kind } from "../support/Hubs.ts"
import { reasons, varying } from "./Reasons.ts"
import type { Run } from "./Run.ts"

/** Where it is. */
export const path = join(import.meta.dirname, "..", "..", "..", "docs", "conformance.md")

/** All that a run looks at. */
export const all: ReadonlyArray<Requirement> = [...requirements, ...webProfile]

/** A text in which Markdown sees no emphasis. */
const plain = (text: string): string => text.replaceAll("*", "\\*")

const isOpen = (runs: ReadonlyArray<Run>, { id }: Requirement): boolean =>
  runs.some(({ statuses }) => statuses.get(id) !== "not testable")

const isVarying = (kind: Kind, id: string): boolean => varying[kind].includes(id)

const statusIn = ({ kind, statuses }: Run, id: string): string =>
  isVarying(kind, id) ? "varies" : statuses.get(id) ?? "?"

const cell = (run: Run, id: string): string => {
  const status = statusIn(run, id)
  return status === "fail" ? "**fail**" : status
}

const columns = ["pass", "warn", "fail", "varies", "not testable"]

const counts = (run: Run): ReadonlyArray<number> => {
  const found = all.filter(concernsHubs).map(({ id }) => statusIn(run, id))
  return columns.map((column) => found.filter((status) => status === column).length)
}

const reasonsOf = (run: Run): ReadonlyArray<string> => {
  if (run.kind === "ours") return []
  const known = reasons[run.kind]
  const rows = all.filter(({ id }) => known[id] !== undefined)
  const part = (title: string, status: string) => [
    `${title}:`,
    "",
    ...rows.filter(({ id }) => statusIn(run, id) === status)
      .map(({ id, level, text }) => `- ${id} (${level}: ${plain(text)}). ${known[id]}`),
    ""
  ]
  return [
    `## ${run.name}`,
    "",
    ...part("Fails", "fail"),
    ...part("Warnings", "warn"),
    ...part("Varies", "varies")
  ]
}

/** How authors of hubs use the kit in their own tests. */
const example = [
  "import { Conformance, NodePlatform, RawHttpNode, SurroundingsNode } from \"effect-samp\"",
  "import * as Effect from \"effect/Effect\"",
  "import * as Layer from \"effect/Layer\"",
  "",
  "const ports = Layer.mergeAll(NodePlatform.layer(), RawHttpNode.layer, SurroundingsNode.layer)",
  "const report = await Effect.runPromise(Effect.provide(Conformance.examine({ only: [\"REG\"] }), ports))",
  "for (const { detail, id, status } of report.verdicts) if (status === \"fail\") console.log(id, detail)"
]

/** The text of the document. */
export const render = (runs: ReadonlyArray<Run>): string => {
  const table = all.filter((requirement) => isOpen(runs, requirement))
  const closed = all.filter((requirement) => concernsHubs(requirement) && !isOpen(runs, requirement))
  const names = runs.map(({ name }) => name)
  return [
    "# Conformance of hubs",
    "",
    "`samp conformance` checks the hub that runs, whichever it is, from outside. This is what it says of three hubs; the table",
    "is written by `npm run conformance:hubs` and held against new runs by `npm run test:interop`. The ids are those of this",
    "project's list of what SAMP 1.3 asks, which the tests cite too; MUST, SHOULD and MAY are the standard's, QOI (quality of",
    "implementation) is not in it: peers need it, or it is good manners.",
    "",
    "Requirements of the Web Profile, most of them WEB, are looked at where `--web URL` says where it is. Its user has to let",
    `pages of \`${origin}\` in, several times at hubs that remember nothing: ours was run with \`--web-consent allow\`,`,
    "JSAMP's with `-web:auth true`, and astropy's, which asks by a dialogue, with one that says yes to all.",
    "",
    "- **fail**: a MUST that is not held",
    "- warn: a SHOULD or QOI that is not held, which does not count against the hub",
    "- varies: a race inside that hub, what its clients did before, or the machine decides how it ends",
    "- not testable: it cannot be seen from outside; the reasons stand at the end",
    "",
    `| requirements of hubs | ${columns.join(" | ")} |`,
    `| --- | ${columns.map(() => "---").join(" | ")} |`,
    ...runs.map((run) => `| ${run.name} | ${counts(run).join(" | ")} |`),
    "",
    "Where a foreign hub fails, somebody has sent the bytes by hand and has read the answer; what came is told below.",
    "",
    ...runs.flatMap(reasonsOf),
    "## All requirements",
    "",
    `| id | level | what it asks | ${names.join(" | ")} |`,
    `| --- | --- | --- | ${names.map(() => "---").join(" | ")} |`,
    ...table.map(({ id, level, text }) =>
      `| ${id} | ${level} | ${plain(text)} | ${runs.map((run) => cell(run, id)).join(" | ")} |`
    ),
    "",
    "## What cannot be seen from outside",
    "",
    ...closed.map(({ id, text }) => `- ${id} (${plain(text)}): ${unseen[id]}.`),
    "",
    "Requirements that concern clients or authors of MTypes only are not listed; `samp conformance --verbose` has them all.",
    "",
    "## From a program",
    "",
    "The checks stand on ports only, so that they run against a hub in memory as well, under a `TestClock`; what needs bytes or",
    "files is not testable there. `examine({ web: URL })` looks at the Web Profile, too.",
    "",
    "```ts",
    ...example,
    "```",
    ""
  ].join("\n")
}

/** The names of the hubs and the cells of the table, by id. */
export const read = (
  text: string
): { readonly names: ReadonlyArray<string>; readonly cells: ReadonlyMap<string, ReadonlyArray<string>> } => {
  const rows = text.split("\n").filter((line) => line.startsWith("|")).map((line) =>
    line.slice(2, -2).split(" | ").map((each) => each.replaceAll("**", ""))
  )
  const head = rows.find(([first]) => first === "id") ?? []
  const ids = new Set(all.map(({ id }) => id))
  return {
    names: head.slice(3),
    cells: new Map(rows.filter(([id = ""]) => ids.has(id)).map(([id = "", , , ...cells]) => [id, cells]))
  }
}
