/**
 * The code in README.md and docs/. A fence says `ts` for a module that is only compiled, and `ts run` for a program that is
 * run as well, beside a hub and a client called `topcat`; each is complete in itself. What a program prints stands
 * behind `// prints` in it, line by line.
 */
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** The directory of the project. */
export const root = join(import.meta.dirname, "..", "..", "..")

/** The documents, by their paths below {@link root}. */
export const documents: ReadonlyArray<string> = ["README.md", ...globSync("docs/*.md", { cwd: root }).sort()]

/** The text of a document. */
export const read = (document: string): string => readFileSync(join(root, document), "utf8")

/** What stands in a fence. */
export interface Block {
  readonly document: string
  /** The line of the document in which the code begins, counted from 1. */
  readonly line: number
  /** What the fence says, such as `ts run`. */
  readonly says: string
  /** The heading it stands under. */
  readonly heading: string
  readonly code: string
}

/** The fences of a document. */
export const blocksOf = (document: string, text = read(document)): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  let heading = ""
  let open: { readonly line: number; readonly says: string; readonly code: Array<string> } | undefined
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^ {0,3}```(.*)$/u.exec(line)
    if (open === undefined) {
      if (fence !== null) open = { line: index + 2, says: (fence[1] ?? "").trim(), code: [] }
      else heading = /^#+ (.*)$/u.exec(line)?.[1] ?? heading
    } else if (fence === null) open.code.push(line)
    else {
      blocks.push({ ...open, document, heading, code: open.code.join("\n") })
      open = undefined
    }
  }
  if (open !== undefined) throw new Error(`${document}:${open.line - 1}: this fence is never closed`)
  return blocks
}

/** Whether it is TypeScript. */
export const isTypeScript = ({ says }: Block): boolean => /^ts\b/u.test(says)

/** Whether it is a program to run. */
export const isProgram = ({ says }: Block): boolean => says === "ts run"

/** What a program is to print. */
export const printed = ({ code }: Block): ReadonlyArray<string> =>
  [...code.matchAll(/\/\/ prints (.*)$/gmu)].map(([, text]) => text ?? "")

/** Where it stands, as editors understand it. */
export const place = ({ document, line }: Block): string => `${document}:${line}`
