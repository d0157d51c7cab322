// Makes what web pages load: the client in one file, minified, and beside it the full XML reader, which is loaded only when a
// hub answers in another form than all known ones do. Neither has anything of Node or of Effect in it.
// Plain JavaScript that Node 20 can run; see bundle.mjs.
import { join, resolve } from "node:path"
import { rolldown } from "rolldown"

const root = join(import.meta.dirname, "..")

/** The file that pages import. */
export const client = "samp.mjs"

/** The file that this one imports when it has to. */
export const fullReader = "xml.mjs"

const inputs = {
  [client]: join(root, "src", "browser.ts"),
  [fullReader]: join(root, "src", "adapters", "web", "FullAnswer.ts")
}

/** Effect's modules that have a stand-in, and the file of it. */
const lean = new Map(
  ["Result", "Brand"].map((name) => [`effect/${name}`, join(root, "tools", "lean", `${name}.ts`)])
)

const resolving = {
  name: "for pages",
  resolveId: (/** @type {string} */ id, /** @type {string | undefined} */ importer) => {
    if (importer !== undefined && id.endsWith("/FullAnswer.ts")) {
      return { id: `./${fullReader}`, external: true }
    }
    const standIn = lean.get(id)
    if (standIn !== undefined) return standIn
    if (importer !== undefined && !id.startsWith(".")) {
      throw new Error(`${importer} imports ${id}, which is not for pages`)
    }
    return undefined
  }
}

/**
 * Bundles the browser client into a directory.
 *
 * @param {string} directory
 */
export const bundleBrowser = async (directory) => {
  for (const [file, input] of Object.entries(inputs)) {
    const build = await rolldown({
      input,
      platform: "browser",
      logLevel: "warn",
      plugins: [resolving],
      experimental: { attachDebugInfo: "none" } // it tells where on this machine the modules were
    })
    await build.write({ file: join(resolve(directory), file), format: "esm", minify: true, comments: false })
    await build.close()
  }
}
