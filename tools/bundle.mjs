// Makes the `samp` command as a few files that hold all they need: it starts in a third of the time that its some three
// hundred modules take. Each command becomes a file of its own, read only when it is called for. Comments are left out,
// names and lines are kept, so that a stack trace can be read as it stands.
// Plain JavaScript that Node 20 can run: prepare.mjs does, before a newer Node is on anybody's PATH.
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs"
import { isBuiltin } from "node:module"
import { join, resolve } from "node:path"
import { rolldown } from "rolldown"

const root = join(import.meta.dirname, "..")

/** The file to start, in the directory of the bundle. */
export const entry = "samp.mjs"

/** Licences of what is in the bundle. */
export const licences = "THIRD-PARTY-LICENCES.txt"

/** The directory of the package that a module belongs to; undefined for our own modules. */
const packageOf = (/** @type {string} */ id) =>
  /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/u.exec(id)?.[0]

/** What a package asks of those who pass it on. */
const noticeOf = (/** @type {string} */ directory) => {
  const { author, license, name, version } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"))
  if (typeof license !== "string") throw new Error(`${name} says nothing of its licence`)
  const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((file) => join(directory, file)).find(existsSync)
  const by = typeof author === "string" ? author : author?.name
  const text = file === undefined
    ? `Its package.json says: ${license}${by === undefined ? "" : `, by ${by}`}.`
    : readFileSync(file, "utf8").trim()
  return { name, text: `${name} ${version} (${license})\n\n${text}\n` }
}

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
  const packages = new Set(chunks.flatMap(({ moduleIds }) => moduleIds.map(packageOf)))
  const notices = [...packages].filter((path) => path !== undefined).map(noticeOf)
    .sort((a, b) => a.name < b.name ? -1 : 1)
  const rule = `\n${"-".repeat(80)}\n\n`
  writeFileSync(
    join(directory, licences),
    `The files in this directory hold code of these packages.\n${
      notices.map(({ text }) => rule + text).join("")
    }`
  )
  chmodSync(join(directory, entry), 0o755)
}
