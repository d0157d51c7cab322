/** What the documents say outside their code: links, and the commands and scripts they tell people to type. */
import { existsSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { documents, read, root } from "./Blocks.ts"

interface Line {
  readonly place: string
  readonly text: string
  /** Code, in a fence or set in by four blanks. */
  readonly isCode: boolean
  /** TypeScript, which is not typed into a terminal. */
  readonly isProgram: boolean
}

/** The lines of a document. */
const linesOf = (document: string): ReadonlyArray<Line> => {
  let fence: string | undefined
  return read(document).split("\n").map((text, index) => {
    const edge = /^ {0,3}```(.*)$/u.exec(text)
    if (edge !== null) fence = fence === undefined ? edge[1] ?? "" : undefined
    return {
      place: `${document}:${index + 1}`,
      text,
      isCode: fence !== undefined || edge !== null || text.startsWith("    "),
      isProgram: fence?.startsWith("ts") === true
    }
  })
}

/** The anchors of a document's headings, as GitHub makes them. */
const anchorsOf = (document: string): ReadonlySet<string> =>
  new Set(
    linesOf(document).filter(({ isCode }) => !isCode).flatMap(({ text }) => {
      const heading = /^#+ (.*)$/u.exec(text)?.[1]
      return heading === undefined
        ? []
        : [heading.toLowerCase().replace(/[^\w\- ]/gu, "").replaceAll(" ", "-")]
    })
  )

/** Relative links that lead nowhere. */
export const brokenLinks = (): ReadonlyArray<string> =>
  documents.flatMap((document) =>
    linesOf(document).filter(({ isCode }) => !isCode).flatMap(({ place, text }) =>
      [...text.matchAll(/\]\(([^)\s]+)\)/gu)].map(([, target]) => target ?? "")
        .filter((target) => !/^[a-z]+:/iu.test(target) && !leads(document, target))
        .map((target) => `${place}: ${target}`)
    )
  )

const leads = (document: string, target: string): boolean => {
  const [path = "", anchor] = target.split("#")
  const file = path === "" ? document : relative(root, join(root, dirname(document), path))
  if (!existsSync(join(root, file))) return false
  return anchor === undefined || anchorsOf(file).has(anchor)
}

/** What people are told to type. */
interface Typed {
  readonly place: string
  /** The command or script. */
  readonly name: string
  /** What follows it in the same place. */
  readonly code: string
}

/** What is matched, by its first group, in code of all kinds that people type. */
const typed = (pattern: RegExp): ReadonlyArray<Typed> =>
  documents.flatMap((document) =>
    linesOf(document).filter(({ isProgram }) => !isProgram).flatMap(({ isCode, place, text }) => {
      const codes = isCode ? [text] : [...text.matchAll(/`([^`]+)`/gu)].map(([, code]) => code ?? "")
      return codes.flatMap((code) =>
        [...code.matchAll(pattern)].map((match) => ({
          place,
          name: match[1] ?? "",
          code: code.slice(match.index + match[0].length).replace(/\s[#|].*$/u, "")
        }))
      )
    })
  )

/** The commands that people are told to type. */
export const commands = () => typed(/(?<![\w./-])samp ([a-z-]+)/gu)

/** The npm scripts that people are told to run; `npm test` is one. */
export const scripts = () => typed(/\bnpm (?:run )?(test\b|(?<=run )[\w:-]+)/gu)

/** The npm scripts there are. */
export const knownScripts = (): ReadonlyArray<string> => {
  const known: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  return typeof known === "object" && known !== null && "scripts" in known &&
      typeof known.scripts === "object" && known.scripts !== null
    ? Object.keys(known.scripts)
    : []
}
