/** What was found: each kind of mistake once, written down as small as possible, with the command that shows it again. */
import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Json from "../../interop/support/Json.ts"
import { shrink } from "./Shrink.ts"
import type { Outcome, Target, Wrong } from "./Target.ts"

/** A failing input. */
export interface Finding extends Wrong {
  readonly target: string
  readonly seed: number
  /** Which input of the run it was. */
  readonly run: number
  readonly input: string
}

/** Milliseconds for making one finding small. */
const shrinkMs = 20_000

/** What an input comes to; a throw is something wrong. */
export const outcomeOf = async (target: Target, input: string): Promise<Outcome> => {
  try {
    return await target.check(input)
  } catch (error) {
    return { seen: ["throws"], wrong: thrown(error) }
  }
}

/** A throw as something wrong. */
export const thrown = (error: unknown): Wrong => {
  const text = error instanceof Error ? error.stack ?? error.message : String(error)
  const place = /\/(?:src|test)\/[^\s)]+/u.exec(text)?.[0] ?? ""
  return { kind: `throws at ${place.replace(/:\d+$/u, "")}`, detail: text.slice(0, 2_000) }
}

/** Reads a finding that was written. */
export const readFinding = (path: string): Finding => {
  const record = Json.parse(readFileSync(path, "utf8"))
  return {
    target: Json.text(record, "target"),
    kind: Json.text(record, "kind"),
    detail: Json.text(record, "detail"),
    input: Json.text(record, "input"),
    seed: Number(record["seed"]),
    run: Number(record["run"])
  }
}

/** The findings of a run. */
export class Findings {
  readonly #directory: string
  readonly #say: (line: string) => void
  readonly #kinds = new Set<string>()
  /** How often each kind came up. */
  readonly counts = new Map<string, number>()

  /** @param directory - where findings are written */
  constructor(directory: string, say: (line: string) => void) {
    this.#directory = directory
    this.#say = say
  }

  /** How many kinds of mistakes there are. */
  get size(): number {
    return this.#kinds.size
  }

  /** Takes a failing input; one of a known kind is only counted. */
  async add(target: Target, found: Finding): Promise<void> {
    const name = `${target.name}: ${found.kind}`
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
    if (this.#kinds.has(name)) return
    this.#kinds.add(name)
    const small = await shrink(
      found.input,
      async (candidate) => (await outcomeOf(target, candidate)).wrong?.kind === found.kind,
      shrinkMs
    )
    const wrong = (await outcomeOf(target, small)).wrong ?? found
    const finding: Finding = { ...found, detail: wrong.detail, input: small }
    const hash = createHash("sha256").update(small, "latin1").digest("hex").slice(0, 8)
    const path = join(this.#directory, `${target.name}-${hash}.json`)
    mkdirSync(this.#directory, { recursive: true })
    writeFileSync(path, `${JSON.stringify(finding, null, 2)}\n`)
    this.#say(`FOUND ${name}\n  ${finding.detail}\n  input ${JSON.stringify(small.slice(0, 500))}`)
    this.#say(`  again with: npm run fuzz -- --replay ${path}`)
  }
}
