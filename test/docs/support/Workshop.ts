/**
 * Where the code of the documents is compiled and run: a directory in which `effect-samp` is installed, from the sources as
 * they are now. Code stands there in the lines that it has in its document, so that what the compiler or a stack trace
 * says of `README.md.57.ts` line 60 is true of README.md.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type * as Home from "../../interop/support/Home.ts"
import * as Program from "../../interop/support/Program.ts"
import { compileCache } from "../../support/bundle.ts"
import { type Block, place, printed, root } from "./Blocks.ts"

/** What a reader's project asks of the compiler at least. */
const compilerOptions = {
  target: "es2024",
  lib: ["es2024", "esnext.disposable"],
  module: "nodenext",
  moduleDetection: "force",
  types: ["node"],
  strict: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true
}

export interface Workshop {
  /** What the compiler finds wrong, each with its place in a document. */
  readonly mistakes: () => Promise<ReadonlyArray<string>>
  /** Runs a program, and tells what is wrong with it: nothing, if it ends well and prints what it says. */
  readonly run: (block: Block, home: Home.Home) => Promise<string>
  readonly remove: () => void
}

/** A workshop for these blocks. */
export const make = (blocks: ReadonlyArray<Block>): Workshop => {
  const path = mkdtempSync(join(tmpdir(), "samp-docs-"))
  const modules = join(path, "node_modules")
  const installed = join(modules, "effect-samp")
  mkdirSync(installed, { recursive: true })
  for (const name of ["effect", "@effect", "@types"]) {
    symlinkSync(join(root, "node_modules", name), join(modules, name))
  }
  symlinkSync(join(root, "src"), join(installed, "src"))
  const entries = ["browser", "promise", "sampjs", "testing"].map((name) => [`./${name}`, `./src/${name}.ts`])
  const exports = { ".": "./src/index.ts", ...Object.fromEntries(entries) }
  writeFileSync(join(installed, "package.json"), JSON.stringify({ type: "module", exports }))
  writeFileSync(join(path, "package.json"), JSON.stringify({ type: "module" }))
  writeFileSync(join(path, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }))
  const nameOf = ({ document, line }: Block) => `${document.replaceAll("/", "_")}.${line}.ts`
  for (const block of blocks) {
    writeFileSync(join(path, nameOf(block)), `${"\n".repeat(block.line - 1)}${block.code}\n`)
  }
  const inDocuments = (text: string): string =>
    blocks.reduce((told, block) => told.replaceAll(join(path, nameOf(block)), block.document), text)

  return {
    mistakes: async () => {
      const env = { PATH: process.env["PATH"] ?? "" }
      const tsc = join(root, "node_modules", "typescript", "bin", "tsc")
      const result = await Program.run(process.execPath, [tsc, "-p", path, "--pretty", "false"], {
        cwd: path,
        env
      })
      const told = result.stdout.split("\n").filter((line) => line !== "").map((line) => {
        const block = blocks.find((block) => line.startsWith(`${nameOf(block)}(`))
        const at = /\((\d+),\d+\): (.*)$/u.exec(line)
        return block === undefined || at === null ? line : `${block.document}:${at[1]}: ${at[2]}`
      })
      return result.code === 0 || told.length > 0 ? told : [`tsc ended with ${result.code}: ${result.stderr}`]
    },
    run: async (block, home) => {
      const expected = printed(block)
      if (expected.length === 0) return `${place(block)}: nothing in it says what it prints`
      const result = await Program.run(process.execPath, [join(path, nameOf(block))], {
        cwd: home.path,
        env: { ...home.env, NODE_COMPILE_CACHE: compileCache },
        limitMs: 50_000
      })
      const lines = result.stdout.split("\n").slice(0, -1)
      if (result.code === 0 && lines.join("\n") === expected.join("\n")) return ""
      const shown = (lines: ReadonlyArray<string>) => lines.map((line) => `    ${line}\n`).join("")
      return inDocuments(
        `${place(block)}: exit ${result.code}, printed\n${shown(lines)}instead of\n${shown(expected)}` +
          result.stderr
      )
    },
    remove: () => rmSync(path, { recursive: true, force: true })
  }
}
