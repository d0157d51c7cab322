// Tells whose code is in a bundle besides ours, and under which licence. Plain JavaScript that Node 20 can run.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** Licences of what is in a bundle: a file in its directory. */
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
 * Writes the file for a directory of bundles.
 *
 * @param {string} directory
 * @param {ReadonlyArray<string>} modules - paths of all modules that are in them
 */
export const writeLicences = (directory, modules) => {
  const packages = new Set(modules.map(packageOf))
  const notices = [...packages].filter((path) => path !== undefined).map(noticeOf)
    .sort((a, b) => a.name < b.name ? -1 : 1)
  const rule = `\n${"-".repeat(80)}\n\n`
  writeFileSync(
    join(directory, licences),
    `The files in this directory hold code of these packages.\n${
      notices.map(({ text }) => rule + text).join("")
    }`
  )
}
