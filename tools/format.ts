/**
 * The formatter: dprint's TypeScript plugin, run in process. `node tools/format.ts` formats, `--check` only tells.
 *
 * dprint's own command is not used, since some of its optional packages are in no registry, and `npm ci` stumbles over
 * them.
 */
import { createContext } from "@dprint/formatter"
import * as typescript from "@dprint/typescript"
import { globSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const context = createContext({ lineWidth: 110, indentWidth: 2 })
context.addPlugin(readFileSync(typescript.getPath()), {
  semiColons: "asi",
  quoteStyle: "alwaysDouble",
  trailingCommas: "never",
  operatorPosition: "maintain",
  "arrowFunction.useParentheses": "force",
  "module.sortImportDeclarations": "caseInsensitive",
  preferHanging: false
})

const check = process.argv.includes("--check")
let changed = 0
for (const file of globSync(["{src,test,tools}/**/*.{ts,mjs}", "examples/**/*.js", "*.ts"], { cwd: root })) {
  const path = join(root, file)
  const before = readFileSync(path, "utf8")
  const after = context.formatText({ filePath: path, fileText: before })
  if (after === before) continue
  changed++
  console.log(check ? `not formatted: ${file}` : `formatted ${file}`)
  if (!check) writeFileSync(path, after)
}
if (check && changed > 0) {
  console.error(`${changed} files are not formatted. Run: npm run format`)
  process.exitCode = 1
}
