/**
 * The XML port on the browser's own parser, so that none has to be loaded with the page. It is asked only for what the
 * scanner gives up. What may not be in a document is refused before the browser sees it, by the same pass that the other
 * parser has in front of it, so that both take the same; but here a prefix has to be declared.
 */
import * as Result from "effect/Result"
import type { XmlElement } from "../../domain/XmlRpc.ts"
import type { XmlCodec } from "../../ports/XmlCodec.ts"
import { prescan } from "../xml/Prescan.ts"
import { type DomNode, globals } from "./Globals.ts"

/** The port's one function. */
export type ParseXml = XmlCodec["Service"]["parse"]

/** What stood in CDATA sections, as text of a document; see Prescan. */
const written = (text: string): string => text.replaceAll("\ufffe", "&amp;").replaceAll("\uffff", "&lt;")

const element = (node: DomNode): XmlElement => {
  let text = ""
  const children: Array<XmlElement> = []
  for (const inner of Array.from(node.childNodes)) {
    if (inner.nodeType === 1) children.push(element(inner))
    else text += inner.nodeValue ?? ""
  }
  return { name: node.nodeName, text, children }
}

/** Reads a document by `DOMParser`. */
export const parseXml: ParseXml = (text, limits) => {
  const { DOMParser } = globals
  if (DOMParser === undefined) return Result.fail("there is no XML parser here")
  const whole = text.replace(/^\ufeff/u, "").replace(/\r\n?/gu, "\n").replace(/^[ \t\n]+/u, "")
  const source = prescan(whole, limits)
  if (Result.isFailure(source)) return Result.fail(source.failure)
  const document = new DOMParser().parseFromString(written(source.success), "text/xml")
  return document.getElementsByTagName("parsererror").length > 0
    ? Result.fail("a tag is missing, or wrong")
    : Result.succeed(element(document.documentElement))
}
