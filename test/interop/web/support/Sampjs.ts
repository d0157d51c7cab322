/** The upstream sampjs, fetched from the package registry when a test wants it; nothing of it is kept in this repository. */
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

const version = "1.0.3"
/** Of the tarball, as the registry has it. */
const integrity =
  "sha512-xAluUkBIME1CmUjBm7nsaasljw9ybxZmGQ/GjZofZ/AmtB+fvIj4sgbRgYahxbC3o2OxsubOpDRZN6vglEUmbA=="

const cache = join(tmpdir(), "effect-samp-interop")
const tarball = join(cache, `sampjs-${version}.tgz`)

const isWhole = (path: string): boolean =>
  existsSync(path) &&
  `sha512-${createHash("sha512").update(readFileSync(path)).digest("base64")}` === integrity

const download = async (): Promise<void> => {
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, "npm-"))
  try {
    await run("npm", ["pack", `sampjs@${version}`, "--silent", "--pack-destination", folder], { cwd: folder })
    const found = join(folder, `sampjs-${version}.tgz`)
    if (!isWhole(found)) {
      throw new Error(`what npm gives as sampjs ${version} is not the sampjs that was tried`)
    }
    renameSync(found, tarball)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The library. As a classic script it ends with an assignment to `module.exports`, so that a page has to have a `module`. */
export const source = async (): Promise<string> => {
  if (!isWhole(tarball)) await download()
  return (await run("tar", ["-xzOf", tarball, "package/samp.js"])).stdout
}
