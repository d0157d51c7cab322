/** A home directory of a test's own: nothing here may see, or be seen by, the hub of whoever runs the tests. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { compileCache } from "../../support/bundle.ts"

export interface Home {
  readonly path: string
  readonly lockfile: string
  readonly env: Record<string, string>
  readonly remove: () => void
}

export const make = (): Home => {
  const path = mkdtempSync(join(tmpdir(), "samp-interop-"))
  return {
    path,
    lockfile: join(path, ".samp"),
    // Not the test's own environment: SAMP_HUB or a proxy set there would lead elsewhere.
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: path,
      SAMP_WEB_PORT: "off",
      LC_ALL: "C.UTF-8",
      PYTHONDONTWRITEBYTECODE: "1",
      NODE_COMPILE_CACHE: compileCache
    },
    remove: () => rmSync(path, { recursive: true, force: true })
  }
}

export type Tokens = Readonly<Record<string, string>>

/** The tokens of a lockfile, or undefined if there is none. */
export const tokens = (lockfile: string): Tokens | undefined => {
  if (!existsSync(lockfile)) return undefined
  const lines = readFileSync(lockfile, "utf8").split(/\r\n|\r|\n/)
  const pairs = lines.filter((line) => /^[a-zA-Z0-9._-]+=/.test(line)).map((line) => {
    const at = line.indexOf("=")
    return [line.slice(0, at), line.slice(at + 1)] as const
  })
  return Object.fromEntries(pairs)
}
