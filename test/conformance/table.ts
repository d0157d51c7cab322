/**
 * Which test names which requirement. Titles of tests cite ids, singly (`DLV-05`) or as a range (`STD-10..25`); this reads
 * them out of the sources. `npm run conformance` prints the table.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import type { Requirement } from "../../src/apps/conformance/Requirements.ts"
import { gaps, requirements } from "./requirements.ts"

const root = join(import.meta.dirname, "..")

const sources = (): ReadonlyArray<string> =>
  readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(root, name))

const pad = (n: number): string => String(n).padStart(2, "0")

/** The ids that a title cites. */
export const cited = (title: string): ReadonlyArray<string> =>
  [...title.matchAll(/\b([A-Z]{2,4})-(\d+)(?:\.\.(\d+))?/gu)].flatMap(([, prefix = "", from = "0", to]) => {
    const first = Number(from)
    const last = to === undefined ? first : Number(to)
    return Array.from({ length: Math.max(1, last - first + 1) }, (_, i) => `${prefix}-${pad(first + i)}`)
  })

/** Titles of tests and groups: the string at the start of `it(`, `it.effect(`, `describe(` and the like. */
const titles = (source: string): ReadonlyArray<string> =>
  [...source.matchAll(
    /\b(?:it|describe|test|layer|live)(?:\.[a-z]+)*(?:\([^()"`]*\))?\(\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)/gu
  )]
    .map(([, plain, template]) => plain ?? template ?? "")

/** Test files by the id they cite. */
export const citations = (): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>()
  for (const file of sources()) {
    for (const id of titles(readFileSync(file, "utf8")).flatMap(cited)) {
      found.set(id, (found.get(id) ?? new Set()).add(relative(root, file)))
    }
  }
  return found
}

/** A requirement with the tests that name it. */
export interface Row extends Requirement {
  readonly tests: ReadonlyArray<string>
  readonly gap: string | undefined
}

/** The whole table. */
export const rows = (): ReadonlyArray<Row> => {
  const found = citations()
  return requirements.map((requirement) => ({
    ...requirement,
    tests: [...found.get(requirement.id) ?? []].sort(),
    gap: gaps[requirement.id]
  }))
}
