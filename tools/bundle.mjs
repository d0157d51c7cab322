// Makes the `samp` command as a few files that hold all they need: it starts in a third of the time that its some three
// hundred modules take. Each command becomes a file of its own, read only when it is called for. Comments are left out,
// names and lines are kept, so that a stack trace can be read as it stands.
// Plain JavaScript that Node 20 can run: prepare.mjs does, before a newer Node is on anybody's PATH.
import { chmodSync } from "node:fs"
import { isBuiltin } from "node:module"
import { join, resolve } from "node:path"
import { rolldown } from "rolldown"
import { copyPages } from "./bundlePages.mjs"
import { writeLicences } from "./licences.mjs"

export { licences } from "./licences.mjs"

const root = join(import.meta.dirname, "..")

/** The file to start, in the directory of the bundle. */
export const entry = "samp.mjs"

/**
 * Bundles the command line into a directory, which is emptied first.
 *
 * @param {string} directory
 */
export const bundle = async (directory) => {
  const build = await rolldown({
    input: join(root, "src", "apps", "cli", "samp.ts"),
    platform: "node",
    logLevel: "warn",
    experimental: { attachDebugInfo: "none" } // it tells where on this machine the modules were
  })
  const { output } = await build.write({
    dir: resolve(directory),
    cleanDir: true,
    format: "esm",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name].mjs",
    comments: false
  })
  await build.close()
  const chunks = output.filter((file) => file.type === "chunk")
  const names = new Set(chunks.map(({ fileName }) => fileName))
  for (const { dynamicImports, fileName, imports } of chunks) {
    const missing = [...imports, ...dynamicImports].find((name) => !isBuiltin(name) && !names.has(name))
    if (missing !== undefined) throw new Error(`${fileName} imports ${missing}, which is not in the bundle`)
  }
  writeLicences(directory, chunks.flatMap(({ moduleIds }) => moduleIds))
  await copyPages(join(directory, "web-demo")) // for `samp web-demo`
  chmodSync(join(directory, entry), 0o755)
}
