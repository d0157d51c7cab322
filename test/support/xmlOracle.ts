/**
 * A second opinion on XML: Effect's own strict reader, built to the same element trees as ours. It knows nothing of
 * fast-xml-parser.
 */
import * as Effect from "effect/Effect"
import * as Xml from "effect/encoding/Xml"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import type { XmlElement } from "../../src/domain/XmlRpc.ts"

interface Node {
  readonly name: string
  text: string
  readonly children: Array<Node>
}

const build = (text: string, maxDepth: number) =>
  Effect.suspend(() => {
    const open: Array<Node> = []
    let root: Node | undefined
    return Stream.make(text).pipe(
      Stream.pipeThroughChannel(Xml.decodeString({ maxDepth })),
      Stream.runForEachArray((events) => {
        for (const event of events) {
          switch (event._tag) {
            case "StartElement": {
              const node: Node = { name: event.name, text: "", children: [] }
              const parent = open.at(-1)
              if (parent === undefined) root = node
              else parent.children.push(node)
              open.push(node)
              break
            }
            case "EndElement":
              open.pop()
              break
            case "Text": {
              const inside = open.at(-1)
              if (inside !== undefined) inside.text += event.text
              break
            }
            case "Doctype":
              return Effect.fail("DOCTYPE")
          }
        }
        return Effect.void
      }),
      Effect.map(() => root)
    )
  })

/** The root element, or undefined when the document is not well-formed or has a DOCTYPE. */
export const oracle = (text: string, maxDepth = 1_000): XmlElement | undefined => {
  const exit = Effect.runSyncExit(build(text, maxDepth))
  return Exit.isSuccess(exit) ? exit.value : undefined
}

/** Documents that are known to be read differently, by how they look. */
export type Known = ReadonlyArray<readonly [why: string, looks: RegExp]>

/** What passes though XML forbids it. None of it changes what a call says. */
export const tolerated: Known = [
  ["instructions with odd names", /<\?[A-Za-z_][\w.-]*(?!\?>)[^ \t\r\n\w.-]/u],
  ["references and tags in attributes, which are thrown away", /=\s*(?:"[^"]*[&<][^"]*"|'[^']*[&<][^']*')/u]
]

/** What is refused though XML allows it. */
const refused: Known = [
  ["instructions whose names do not begin in ASCII", /<\?[:\u0080-\u{10ffff}]/u],
  ["names with characters beyond U+FFFF", /<\/?[^\s>]*[\u{10000}-\u{10ffff}]/u],
  ["closing brackets in an attribute or an instruction", /\]\]>/u]
]

/** Whether that the two readers differ on a document is of a kind that is known, and harmless. */
export const isKnown = (
  document: string,
  read: { readonly ours: XmlElement | undefined; readonly oracle: XmlElement | undefined }
): boolean => {
  const list = read.oracle === undefined ? tolerated : read.ours === undefined ? refused : []
  return list.some(([_, looks]) => looks.test(document))
}
