/** The inputs that are kept with the sources: those that once showed a mistake, and a few that reach much code. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Json from "../../interop/support/Json.ts"
import { readInputs } from "./Corpus.ts"

/** The folder of the inputs, a file a target. */
export const folder = fileURLToPath(new URL("../corpus/", import.meta.url))

/** An input that once showed a mistake. */
export interface Former {
  readonly target: string
  /** What the mistake was. */
  readonly was: string
  readonly input: string
}

/** All that were found. */
export const formerFindings = (): ReadonlyArray<Former> => {
  const parsed: unknown = JSON.parse(readFileSync(`${folder}findings.json`, "utf8"))
  return (Array.isArray(parsed) ? parsed : []).map((entry) => {
    const record = Json.record(entry)
    return {
      target: Json.text(record, "target"),
      was: Json.text(record, "was"),
      input: Json.text(record, "input")
    }
  })
}

/** The inputs of a target that reach much code. */
export const inputsOf = (target: string): ReadonlyArray<string> => readInputs(`${folder}${target}.jsonl`)
