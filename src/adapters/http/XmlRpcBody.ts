/** XML-RPC bodies: bytes to calls and answers. The canonical form takes the scanner, the rest the full parser. */
import * as Result from "effect/Result"
import { isAscii } from "node:buffer"
import { type Fault, fault } from "../../domain/Fault.ts"
import type { Limits } from "../../domain/Limits.ts"
import type { SampValue } from "../../domain/SampValue.ts"
import {
  type MethodCall,
  readAnswer,
  readCall,
  type RemoteFault,
  type XmlElement
} from "../../domain/XmlRpc.ts"
import { scanAnswer, scanCall } from "../../domain/XmlRpcScanner.ts"
import type { XmlCodec } from "../../ports/XmlCodec.ts"

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false })
const latin1Declared = /^[^<]{0,8}<\?xml[^>]{0,100}encoding=["'](?:iso-8859-1|latin-?1|windows-1252)["']/iu

/** The text of a body: ASCII as nearly always, else what its declaration says, else UTF-8 (WIRE-24). */
const decode = (body: Buffer): Result.Result<string, string> => {
  if (isAscii(body) || latin1Declared.test(body.toString("latin1", 0, 200))) {
    return Result.succeed(body.toString("latin1"))
  }
  try {
    return Result.succeed(strictUtf8.decode(body))
  } catch {
    return Result.fail("the body is not UTF-8 text")
  }
}

type Codec = XmlCodec["Service"]

/** Reads a body: by the scanner if it can, else by the full parser and what makes sense of its tree. */
const read = <A, E>(
  what: string,
  scan: (text: string, limits: Limits) => A | undefined,
  make: (root: XmlElement, limits: Limits) => Result.Result<A, E>
) =>
(codec: Codec, body: Buffer, limits: Limits): Result.Result<A, E | Fault> => {
  const text = decode(body)
  if (Result.isFailure(text)) return Result.fail(fault("Malformed", text.failure))
  const scanned = scan(text.success, limits)
  if (scanned !== undefined) return Result.succeed(scanned)
  if (text.success.length > limits.unusualLength) {
    return Result.fail(fault("Limit", onlyPlain(what, limits)))
  }
  const tree = codec.parse(text.success, limits)
  return Result.isFailure(tree)
    ? Result.fail(fault("Malformed", `the ${what} is not well-formed XML: ${oneLine(tree.failure)}`))
    : make(tree.success, limits)
}

const onlyPlain = (what: string, { unusualLength, values }: Limits): string =>
  `a ${what} of more than ${unusualLength} characters may hold ${values} values, and nothing but elements and ASCII text: no ` +
  "attributes, comments or CDATA"

const oneLine = (text: string): string => text.replace(/[^\x20-\x7e]+/gu, " ").slice(0, 200)

/** Reads a call. */
export const callOf: (codec: Codec, body: Buffer, limits: Limits) => Result.Result<MethodCall, Fault> = read(
  "request",
  scanCall,
  readCall
)

/** Reads an answer. */
export const answerOf: (
  codec: Codec,
  body: Buffer,
  limits: Limits
) => Result.Result<SampValue, RemoteFault | Fault> = read("answer", scanAnswer, readAnswer)
