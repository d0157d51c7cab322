// Makes what web pages load: the client and the shim, and the example pages with the client beside them. Nothing of Node and
// of other packages is in them. Plain JavaScript that Node 20 can run, as bundle.mjs.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { rolldown } from "rolldown"

const root = join(import.meta.dirname, "..")

/** The example pages. */
export const pages = join(root, "examples", "web")

/** The name under which the example pages load the client. */
const clientFile = "effect-samp.js"

/** The file beside the client that it loads when a hub answers in an unusual form: the full XML reader. */
export const readerFile = "xml.js"

const reader = join(root, "src", "adapters", "web", "FullAnswer.ts")

const standIn = (/** @type {string} */ name) => join(root, "tools", "lean", `${name}.ts`)

/** Modules that have a stand-in, as they are imported, and the file of it. */
const lean = new Map([
  ["effect/Result", standIn("Result")],
  ["effect/Brand", standIn("Brand")],
  ["./Piecewise.ts", standIn("Piecewise")]
])

/**
 * Properties that get a short name: those of the scanner, of the machine and of the shell around it, which nobody outside sees.
 * None may be a name of the standard, of a public interface, or of a browser.
 */
const inner =
  /^(?:needAfterBlank|needElement|skipped|listed|ending|valueDepth|blank|tracker|bindings|characters|declaration|outputs|expected|dispatch|waiters|declaring|askAbout|askMap|askIds|hurried|mended|deliveries)$/u

const only = "the one export"

/**
 * Bundles a module into one file.
 *
 * @param {string} path - of the module
 * @param {string} file
 * @param {{ global?: string, external?: Record<string, string> }} [options] - `global`: the export that becomes a global of
 *   this name, for a script that is no module. `external`: modules that are not put into it, and the file that each is in
 */
const bundleOne = async (path, file, { external = {}, global } = {}) => {
  const build = await rolldown({
    input: global === undefined ? path : only,
    platform: "browser",
    treeshake: { propertyReadSideEffects: false }, // no property that we only read does anything
    logLevel: "warn",
    experimental: { attachDebugInfo: "none" }, // it tells where on this machine the modules were
    plugins: [{
      name: only,
      resolveId: (id, importer) => {
        if (id === only || importer === undefined || importer === only) return id
        const path = join(dirname(importer), id)
        if (external[path] !== undefined) return { id: `./${external[path]}`, external: true }
        const other = lean.get(id)
        if (other === undefined && !id.startsWith(".")) {
          throw new Error(`${importer} imports ${id}: not for pages`)
        }
        return other ?? null
      },
      load: (id) => id === only ? `export { ${global} as default } from ${JSON.stringify(path)}` : null
    }]
  })
  await build.write({
    file,
    format: global === undefined ? "esm" : "iife",
    ...global === undefined ? {} : { name: global, exports: "default" },
    comments: false,
    minify: { mangleProps: { include: inner } },
    codeSplitting: false
  })
  await build.close()
}

const module = (/** @type {string} */ name) => join(root, "src", name)

/** The client, as a module, and beside it what it seldom loads. */
export const bundleClient = async (/** @type {string} */ file) => {
  await bundleOne(module("browser.ts"), file, { external: { [reader]: readerFile } })
  await bundleOne(reader, join(dirname(file), readerFile))
}

/** The shim with the names of sampjs, as a module. */
export const bundleShim = (/** @type {string} */ file) => bundleOne(module("sampjs.ts"), file)

/** The same as a script that makes the global `samp`, to be put in the place of the samp.js of sampjs. */
export const bundleScript = (/** @type {string} */ file) =>
  bundleOne(module("sampjs.ts"), file, { global: "samp" })

/**
 * Bundles what pages load into a directory, which is emptied first.
 *
 * @param {string} directory
 */
export const bundlePages = async (directory) => {
  rmSync(directory, { recursive: true, force: true })
  await bundleClient(join(directory, "browser.js"))
  await bundleShim(join(directory, "sampjs.js"))
  await bundleScript(join(directory, "samp.js"))
}

/**
 * Copies the example pages, with the client that they load, into a directory.
 *
 * @param {string} directory
 */
export const copyPages = async (directory) => {
  mkdirSync(directory, { recursive: true })
  for (const name of readdirSync(pages)) copyFileSync(join(pages, name), join(directory, name))
  await bundleClient(join(directory, clientFile))
}
