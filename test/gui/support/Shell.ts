/** A shell in which `samp` is our command line, as its users have it, and stilts finds the home of the test. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Home } from "../../interop/support/Home.ts"
import * as Program from "../../interop/support/Program.ts"
import { entryFile } from "../../support/bundle.ts"

/** Runs a command line of the shell; `$1`, `$2` and so on are the arguments. */
export type Shell = (line: string, ...args: ReadonlyArray<string>) => Promise<Program.Result>

/** Makes the programs and the shell that finds them; its directory is the home. */
export const make = async (home: Home): Promise<Shell> => {
  const folder = join(home.path, "bin")
  mkdirSync(folder)
  const program = (name: string, command: string): void => {
    const path = join(folder, name)
    writeFileSync(path, `#!/bin/sh\nexec ${command} "$@"\n`)
    chmodSync(path, 0o755)
  }
  program("samp", `'${process.execPath}' '${await entryFile()}'`)
  // Java takes the home from the password database, not from HOME.
  program("stilts-here", `stilts -Duser.home='${home.path}'`)
  const env = { ...home.env, PATH: `${folder}:${home.env["PATH"] ?? ""}` }
  return (line, ...args) =>
    Program.run("sh", ["-c", line, "sh", ...args], { cwd: home.path, env, limitMs: 60_000 })
}
