/** Where the three XML-RPC readers are known to differ. What is not listed here is a finding. */
import * as Result from "effect/Result"
import { xmlCodec } from "../../../src/adapters/xml/XmlCodecFxp.ts"
import { defaults } from "../../../src/domain/Limits.ts"
import type { XmlElement } from "../../../src/domain/XmlRpc.ts"
import { type Known, tolerated } from "../../support/xmlOracle.ts"

/** Documents in which a peer reads another value than we do. */
const differences: Readonly<Record<"python" | "jsamp", Known>> = {
  python: [
    ["it decodes what is in base64", /<base64\b/u]
  ],
  jsamp: [[
    "Java's reader of XML 1.1 does not see the end of a CDATA section after another bracket",
    /^[^<]*<\?xml\s+version\s*=\s*["']1\.1["'][^]*\]\]\]>/u
  ], [
    "it reads booleans as true and false, and numbers in its own way",
    /<(?:boolean|double|int|i4)\b/u
  ]]
}

/** Our reasons for refusing what both peers read. */
const refusals: Known = [
  ["SAMP strings are ASCII (DT-02)", /^a string holds the character/u],
  ["they do not look at method names", /no <methodName>|is not a method name/u]
]

/** Documents that we read and neither peer does. */
const leniencies: Known = [
  [
    "encodings that nobody has",
    /^[^<]*<\?xml[^>]*encoding\s*=\s*["'](?!(?:utf-8|us-ascii|iso-8859-\d+)["'])/iu
  ],
  ["declarations in capitals", /<\?(?!xml)[Xx][Mm][Ll]\b/u],
  [
    "scalars of other types that are no such; to us they are text",
    /<(?:boolean|int|i4|i8|double|dateTime\.iso8601|base64)\b/u
  ],
  [
    "answers without a value, as some give to what answers nothing (WIRE-30)",
    /<methodResponse\b(?![^]*<(?:param|fault)\b)/u
  ],
  ["blank lines before the declaration", /^(?:\xef\xbb\xbf)?\s+<\?xml/iu],
  [
    "declarations with slips",
    /^(?:\xef\xbb\xbf)?\s*<\?xml(?!\s+version\s*=\s*(["'])1\.[0-9]+\1(?:\s+encoding\s*=\s*(["'])[A-Za-z][\w.-]*\2)?(?:\s+standalone\s*=\s*(["'])(?:yes|no)\3)?\s*\?>)/iu
  ],
  ...tolerated
]

const listed = (known: Known, text: string): boolean => known.some(([_, looks]) => looks.test(text))

/** What elements hold, as names of their children. */
const shapes: ReadonlyMap<string, RegExp> = new Map([
  ["methodCall", /^methodName(?:,params)?$/u],
  ["methodName", /^$/u],
  ["methodResponse", /^(?:params|fault)?$/u],
  ["params", /^(?:param(?:,|$))*$/u],
  ["param", /^value$/u],
  ["value", /^[^,]*$/u],
  ["struct", /^(?:member(?:,|$))*$/u],
  ["member", /^name,value$/u],
  ["name", /^$/u],
  ["array", /^data$/u],
  ["data", /^(?:value(?:,|$))*$/u],
  ["nil", /^$/u]
])

/**
 * Whether somewhere there is more, less or another order than XML-RPC has: we take the first name and value of a member and
 * of a parameter, JSAMP the last, and Python whatever comes in turn.
 */
const isOddlyBuilt = ({ children, name }: XmlElement): boolean => {
  const names = children.map((child) => child.name).join()
  return shapes.get(name)?.test(names) === false || children.some(isOddlyBuilt)
}

const hasOddShape = (document: string): boolean => {
  const tree = xmlCodec.parse(Buffer.from(document, "latin1").toString("utf8"), defaults)
  return Result.isSuccess(tree) && isOddlyBuilt(tree.success)
}

/**
 * Whether it is known that a peer reads another value in such a document.
 *
 * @param document - its bytes, one a character
 */
export const knownDifference = (peer: "python" | "jsamp", document: string): boolean =>
  listed(differences[peer], document) || hasOddShape(document)

/** Whether it is known that we refuse for this reason what both peers read. */
export const knownRefusal = (why: string): boolean => listed(refusals, why)

/** Whether it is known that only we read such a document. */
export const knownLeniency = (document: string): boolean =>
  listed(leniencies, document) || hasOddShape(document)
