/**
 * The XML port on fast-xml-parser, with everything clever turned off.
 *
 * Each option answers an observed failure: without its validator the parser takes unclosed elements, and its stock entity
 * decoder leaves `&#233;` as it is. What it would take too long for, or take though XML forbids it, Prescan refuses.
 */
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { XMLParser, XMLValidator } from "fast-xml-parser"
import type { ReadingLimits } from "../../domain/Limits.ts"
import { xmlDepth, type XmlElement } from "../../domain/XmlRpc.ts"
import { XmlCodec } from "../../ports/XmlCodec.ts"
import { prescan, reveal } from "./Prescan.ts"

const reference = /&(?:#x0*([0-9a-fA-F]{1,6})|#0*([0-9]{1,7})|(lt|gt|amp|quot|apos));|&/gu
const named: { readonly [name: string]: string } = { lt: "<", gt: ">", amp: "&", quot: "\"", apos: "'" }

const isXmlCharacter = (point: number): boolean =>
  point === 9 || point === 10 || point === 13 || (point >= 0x20 && point <= 0xd7ff) ||
  (point >= 0xe000 && point <= 0xfffd) || (point >= 0x10000 && point <= 0x10ffff)

const resolve = (text: string): string =>
  reveal(text.replace(
    reference,
    (_, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
      if (name !== undefined) return named[name] ?? ""
      if (hex === undefined && decimal === undefined) {
        throw new Error("there is a bare & or an unknown entity")
      }
      const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      if (!isXmlCharacter(point)) throw new Error("a character reference names no XML character")
      return String.fromCodePoint(point)
    }
  ))

const entityDecoder = {
  decode: resolve,
  addInputEntities: () => {
    throw new Error("entities are not allowed")
  },
  setExternalEntities: () => {},
  reset: () => {},
  setXmlVersion: () => {}
}

const makeParser = (limits: ReadingLimits): XMLParser =>
  new XMLParser({
    preserveOrder: true,
    parseTagValue: false,
    trimValues: false,
    ignoreAttributes: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    maxNestedTags: xmlDepth(limits),
    entityDecoder
  })

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null

/** The children and the text of what the parser returns: an array of one-key objects. */
const readNodes = (
  nodes: unknown
): { readonly text: string; readonly children: ReadonlyArray<XmlElement> } => {
  let text = ""
  const children: Array<XmlElement> = []
  for (const node of Array.isArray(nodes) ? nodes : []) {
    if (!isRecord(node)) continue
    for (const [name, inner] of Object.entries(node)) {
      if (name === "#text") text += String(inner)
      else if (name !== ":@") children.push({ name, ...readNodes(inner) })
    }
  }
  return { text, children }
}

const parse = (text: string, limits: ReadingLimits): Result.Result<XmlElement, string> => {
  const whole = (text.startsWith("\uFEFF") ? text.slice(1) : text).replace(/\r\n?/gu, "\n").replace(
    /^[ \t\n]+/u,
    ""
  )
  if (whole === "") return Result.fail("the document is empty")
  const source = prescan(whole, limits)
  if (Result.isFailure(source)) return Result.fail(source.failure)
  const valid = XMLValidator.validate(source.success)
  if (valid !== true) return Result.fail(`${valid.err.msg} (line ${valid.err.line})`)
  try {
    const roots = readNodes(makeParser(limits).parse(source.success))
    const [root] = roots.children
    return root !== undefined && roots.children.length === 1 && roots.text.trim() === ""
      ? Result.succeed(root)
      : Result.fail("a document has exactly one root element, and nothing beside it")
  } catch (error) {
    return Result.fail(error instanceof Error ? error.message : "it cannot be parsed")
  }
}

/** The port as a value, for callers without layers. */
export const xmlCodec = XmlCodec.of({ parse })

/** The port on fast-xml-parser. */
export const layer: Layer.Layer<XmlCodec> = Layer.succeed(XmlCodec, xmlCodec)
