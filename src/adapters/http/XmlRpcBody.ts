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

/** The bytes of a body, perhaps in the pieces in which they came. */
export type Body = Buffer | ReadonlyArray<Buffer>

/**
 * The text of a body: ASCII as nearly always, else what its declaration says, else UTF-8 (WIRE-24). Pieces are not put
 * together as bytes: what is freed of large sizes outside the heap, the system gets back late or not at all (WEB-67).
 */
const decode = (given: Body): Result.Result<string, string> => {
  const pieces = Buffer.isBuffer(given) ? [given] : given
  if (pieces.every((piece) => isAscii(piece))) {
    return Result.succeed(pieces.map((piece) => piece.toString("latin1")).join(""))
  }
  const body = Buffer.concat(pieces)
  if (latin1Declared.test(body.toString("latin1", 0, 200))) return Result.succeed(body.toString("latin1"))
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
(codec: Codec, body: Body, limits: Limits): Result.Result<A, E | Fault> => {
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
export const callOf: (codec: Codec, body: Body, limits: Limits) => Result.Result<MethodCall, Fault> = read(
  "request",
  scanCall,
  readCall
)

/** Reads an answer. */
export const answerOf: (
  codec: Codec,
  body: Body,
  limits: Limits
) => Result.Result<SampValue, RemoteFault | Fault> = read("answer", scanAnswer, readAnswer)
