/** The inputs that are worth changing further: each reached code, or showed something, that none before it did. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { below, type Random } from "../../support/seeded.ts"

/** An input longer than this is not kept: it would slow down all that come from it. */
const longest = 6_000

/** Reads inputs, one JSON string a line. */
export const readInputs = (path: string): ReadonlyArray<string> =>
  existsSync(path)
    ? readFileSync(path, "utf8").split("\n").filter((line) => line !== "").map((line) =>
      String(JSON.parse(line))
    )
    : []

/**
 * The shortest inputs that together reach all the code that all of them reach.
 *
 * @param reachesNew - tries an input and says whether it reached code that none before it did
 */
export const distil = async (
  inputs: ReadonlyArray<string>,
  reachesNew: (input: string) => Promise<boolean>
): Promise<ReadonlyArray<string>> => {
  const kept: Array<string> = []
  for (const input of inputs.toSorted((a, b) => a.length - b.length)) {
    if (await reachesNew(input)) kept.push(input)
  }
  return kept
}

/** Writes inputs, one JSON string a line. */
export const writeInputs = (path: string, inputs: ReadonlyArray<string>): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, inputs.map((input) => `${JSON.stringify(input)}\n`).join(""))
}

/** A growing list of inputs. */
export class Corpus {
  readonly #inputs: Array<string> = []
  readonly #known = new Set<string>()

  get size(): number {
    return this.#inputs.length
  }

  get inputs(): ReadonlyArray<string> {
    return this.#inputs
  }

  /** Keeps an input, unless it is there or too long. */
  add(input: string): void {
    if (input.length > longest || this.#known.has(input)) return
    this.#known.add(input)
    this.#inputs.push(input)
  }

  /** An input to change: half of the time one of the newest, since around them there may be more. */
  pick(next: Random): string {
    const newest = next() < 0.5 ? Math.max(0, this.size - 24) : 0
    return this.#inputs[newest + below(next, this.size - newest)] ?? ""
  }
}
