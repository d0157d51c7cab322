/**
 * Writing XML-RPC in the one form that all known peers read (wire notes 1): a declaration, typed strings, no
 * self-closing elements, nothing but ASCII, so that characters and bytes count the same (WIRE-02..08).
 */
import { code, type Fault } from "./Fault.ts"
import { piecewise } from "./Piecewise.ts"
import type { SampValue } from "./SampValue.ts"
import type { MethodCall } from "./XmlRpc.ts"

const special = /[&<>\r]|\n\n/u
/** An LF before another one; it may be the first of the next piece. */
const emptyLine = /\n(?=\n|$)/gu

const escapePiece = (piece: string): string =>
  piece.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#13;")
    .replace(emptyLine, "&#10;")

/**
 * Text as character data. Each kind of character everywhere at once: a table in a string holds hundreds of thousands. Any
 * parser would turn a raw CR into LF (DT-05), and DS9 takes the first empty line for the end of the HTTP head, wherever it
 * stands.
 */
export const escape = (text: string): string => special.test(text) ? piecewise(text, "\n", escapePiece) : text

/** A value as a `<value>` element. */
export const writeValue = (value: SampValue): string => {
  if (typeof value === "string") return `<value><string>${escape(value)}</string></value>`
  let inner = ""
  if (Array.isArray(value)) {
    for (const item of value as ReadonlyArray<SampValue>) inner += writeValue(item)
    return `<value><array><data>${inner}</data></array></value>`
  }
  // isArray does not narrow readonly arrays away, so the compiler has to be told what is left
  for (const [key, item] of value as ReadonlyMap<string, SampValue>) {
    inner += `<member><name>${escape(key)}</name>${writeValue(item)}</member>`
  }
  return `<value><struct>${inner}</struct></value>`
}

const declaration = "<?xml version=\"1.0\"?>\n"

/** What stands before and after the parameters of a call. */
export const callFrame = (method: string): { readonly head: string; readonly tail: string } => ({
  head: `${declaration}<methodCall><methodName>${escape(method)}</methodName><params>`,
  tail: "</params></methodCall>\n"
})

/** One parameter of a call. */
export const writeParam = (value: SampValue): string => `<param>${writeValue(value)}</param>`

/** A whole call. */
export const writeCall = ({ method, params }: MethodCall): string => {
  const { head, tail } = callFrame(method)
  return head + params.map(writeParam).join("") + tail
}

/** The answer of a call that succeeded: exactly one value (WIRE-10). */
export const writeAnswer = (value: SampValue): string =>
  `${declaration}<methodResponse><params><param>${writeValue(value)}</param></params></methodResponse>\n`

/** The answer of a call that failed: two members, the code an int, the only one in SAMP (ERR-02). */
export const writeFault = (fault: Fault): string =>
  `${declaration}<methodResponse><fault><value><struct>` +
  `<member><name>faultCode</name><value><int>${code(fault.reason)}</int></value></member>` +
  `<member><name>faultString</name>${writeValue(fault.text)}</member>` +
  `</struct></value></fault></methodResponse>\n`
