// Makes what web pages load: the client and the shim, each as one file that imports nothing, and the example pages with the
// client beside them. Plain JavaScript that Node 20 can run, as bundle.mjs.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { rolldown } from "rolldown"
import { writeLicences } from "./licences.mjs"

const root = join(import.meta.dirname, "..")

/** The example pages. */
export const pages = join(root, "examples", "web")

/** The name under which the example pages load the client. */
const clientFile = "effect-samp.js"

/**
 * Bundles a module of src into one file.
 *
 * @param {string} name - of the module
 * @param {string} file
 * @param {string} [global] - the export that becomes a global of this name, for a script that is no module
 * @returns {Promise<ReadonlyArray<string>>} paths of the modules that are in it
 */
const bundleOne = async (name, file, global) => {
  const path = join(root, "src", name)
  const only = "the one export"
  const build = await rolldown({
    input: global === undefined ? path : only,
    platform: "browser",
    logLevel: "warn",
    experimental: { attachDebugInfo: "none" }, // it tells where on this machine the modules were
    plugins: [{
      name: only,
      resolveId: (id) => id === only ? id : null,
      load: (id) => id === only ? `export { ${global} as default } from ${JSON.stringify(path)}` : null
    }]
  })
  const { output } = await build.write({
    file,
    format: global === undefined ? "esm" : "iife",
    ...global === undefined ? {} : { name: global, exports: "default" },
    comments: false,
    minify: true,
    codeSplitting: false
  })
  await build.close()
  return output.flatMap((chunk) => chunk.type === "chunk" ? chunk.moduleIds : [])
}

/** The client, as a module. */
export const bundleClient = (/** @type {string} */ file) => bundleOne("browser.ts", file)

/** The shim with the names of sampjs, as a module. */
export const bundleShim = (/** @type {string} */ file) => bundleOne("sampjs.ts", file)

/** The same as a script that makes the global `samp`, to be put in the place of the samp.js of sampjs. */
export const bundleScript = (/** @type {string} */ file) => bundleOne("sampjs.ts", file, "samp")

/**
 * Bundles what pages load into a directory, which is emptied first.
 *
 * @param {string} directory
 */
export const bundlePages = async (directory) => {
  rmSync(directory, { recursive: true, force: true })
  const modules = [
    await bundleClient(join(directory, "browser.js")),
    await bundleShim(join(directory, "sampjs.js")),
    await bundleScript(join(directory, "samp.js"))
  ]
  writeLicences(directory, modules.flat())
}

/**
 * Copies the example pages, with the client that they load, into a directory.
 *
 * @param {string} directory
 */
export const copyPages = async (directory) => {
  mkdirSync(directory, { recursive: true })
  for (const name of readdirSync(pages)) copyFileSync(join(pages, name), join(directory, name))
  writeLicences(directory, await bundleClient(join(directory, clientFile)))
}
