/**
 * The example pages of sampjs as its makers publish them, for the tests to be run with a library of the tests' own. Nothing
 * of them is kept in this repository: they are in a checkout that INTEROP_SAMPJS_PAGES names (a clone of the branch
 * gh-pages, or its folder examples), or fetched from where they are published.
 */
import { execFile } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

const published = "https://github.com/astrojs/sampjs.git"
const cache = join(tmpdir(), "effect-samp-interop")

const folderIn = (checkout: string): string | undefined =>
  [join(checkout, "examples"), checkout].find((folder) => existsSync(join(folder, "tdisplay.html")))

const clone = async (): Promise<string> => {
  const kept = join(cache, "sampjs-pages")
  if (folderIn(kept) !== undefined) return kept
  mkdirSync(cache, { recursive: true })
  const made = mkdtempSync(join(cache, "clone-"))
  try {
    const env = { ...process.env, GIT_TERMINAL_PROMPT: "0" }
    await run(
      "git",
      ["clone", "--quiet", "--depth", "1", "--branch", "gh-pages", published, join(made, "c")],
      {
        env,
        timeout: 30_000
      }
    )
    if (!existsSync(kept)) renameSync(join(made, "c"), kept)
    return kept
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

/** The text files of the pages by their paths below `examples`, or why they cannot be had. */
export const pages = async (): Promise<Readonly<Record<string, string>> | string> => {
  const told = process.env["INTEROP_SAMPJS_PAGES"]
  let folder: string | undefined
  try {
    folder = folderIn(told ?? await clone())
  } catch (error) {
    return `the example pages of sampjs cannot be fetched (${
      String(error).split("\n")[0]
    }); a checkout can be named by INTEROP_SAMPJS_PAGES`
  }
  if (folder === undefined) return `there are no example pages in ${told}`
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
  return Object.fromEntries(
    names.filter((name) => /\.(?:html|js|xml)$/u.test(name)).map((name) => [
      `/${name}`,
      readFileSync(join(folder, name), "utf8")
    ])
  )
}
