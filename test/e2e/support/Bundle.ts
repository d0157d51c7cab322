/**
 * The command line as one file. It starts in a quarter of the time of its sources, and these tests start some two hundred
 * processes. It is made anew whenever a source file or a dependency has changed. Rolldown comes with vitest; if it ever
 * does not, the sources are run as they are, only slower.
 */
import { createHash } from "node:crypto"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync
} from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..", "..", "..")
const source = join(root, "src", "apps", "cli", "samp.ts")

/** Where bundles and compiled modules are kept between runs. */
export const cache = join(root, "node_modules", ".cache", "effect-samp-e2e")

/** Bundles of other sources may be in use by another run; after a day they are not. */
const keepMs = 86_400_000

const fingerprint = (): string => {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")))
  const names = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  for (const name of names.filter((name) => name.endsWith(".ts")).sort()) {
    hash.update(name).update(readFileSync(join(root, "src", name)))
  }
  return hash.digest("hex").slice(0, 16)
}

const write = async (directory: string): Promise<boolean> => {
  const bundler = await import("rolldown").catch(() => undefined)
  if (bundler === undefined) return false
  const build = await bundler.rolldown({ input: source, platform: "node", logLevel: "silent" })
  await build.write({
    dir: directory,
    format: "esm",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name].mjs"
  })
  await build.close()
  return true
}

/** The file to start: a bundle of the sources as they are now, or else the source. */
export const entryFile = async (): Promise<string> => {
  const directory = join(cache, `samp-${fingerprint()}`)
  const file = join(directory, "samp.mjs")
  if (existsSync(file)) return file
  mkdirSync(cache, { recursive: true })
  for (const name of readdirSync(cache)) {
    const path = join(cache, name)
    if (Date.now() - statSync(path).mtimeMs > keepMs) rmSync(path, { recursive: true, force: true })
  }
  const made = mkdtempSync(join(cache, "making-"))
  try {
    if (!await write(made)) return source
    renameSync(made, directory)
  } catch (error) {
    if (!existsSync(file)) throw error // another worker was faster
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
  return file
}
