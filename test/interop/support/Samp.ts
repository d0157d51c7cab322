/** Our own command line, as it ships. */
import { entryFile } from "../../support/bundle.ts"
import type { Home } from "./Home.ts"
import * as Json from "./Json.ts"
import * as Program from "./Program.ts"

const entry = await entryFile()

export const start = (home: Home, ...args: ReadonlyArray<string>): Program.Program =>
  Program.start(process.execPath, [entry, ...args], { env: home.env })

export interface Answer extends Program.Result {
  /** What --json printed; fails on any line that is no object. */
  readonly objects: () => ReadonlyArray<Json.JsonRecord>
}

export const run = async (home: Home, ...args: ReadonlyArray<string>): Promise<Answer> => {
  const result = await Program.run(process.execPath, [entry, ...args], { env: home.env, limitMs: 60_000 })
  return { ...result, objects: () => Json.lines(result.stdout) }
}
