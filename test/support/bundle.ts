/**
 * The command line as it ships: bundled by the same function, from the sources as they are now. It is made anew whenever
 * a source file, a dependency or the bundling has changed.
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
import { bundle, entry } from "../../tools/bundle.mjs"

const root = join(import.meta.dirname, "..", "..")

const cache = join(root, "node_modules", ".cache", "effect-samp-tests")

/** For NODE_COMPILE_CACHE: compiled modules are kept between runs, and not in the homes of the tests. */
export const compileCache = join(cache, "compiled")

/** Bundles of other sources may be in use by another run; after a day they are not. */
const keepMs = 86_400_000

const fingerprint = (): string => {
  const hash = createHash("sha256")
  for (const name of ["package-lock.json", "tools/bundle.mjs", "tools/bundlePages.mjs"]) {
    hash.update(readFileSync(join(root, name)))
  }
  const names = ["src", "examples/web"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`)
  )
  for (const name of names.filter((name) => /\.[a-z]+$/u.test(name)).sort()) {
    hash.update(name).update(readFileSync(join(root, name)))
  }
  return hash.digest("hex").slice(0, 16)
}

/** The file to start. */
export const entryFile = async (): Promise<string> => {
  const directory = join(cache, `samp-${fingerprint()}`)
  const file = join(directory, entry)
  if (existsSync(file)) return file
  mkdirSync(cache, { recursive: true })
  for (const name of readdirSync(cache)) {
    const path = join(cache, name)
    if (Date.now() - statSync(path).mtimeMs > keepMs) rmSync(path, { recursive: true, force: true })
  }
  const made = mkdtempSync(join(cache, "making-"))
  try {
    await bundle(made)
    renameSync(made, directory)
  } catch (error) {
    if (!existsSync(file)) throw error // another worker was faster
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
  return file
}
