/**
 * XML-RPC bodies. Scanner, full parser and oracle have to read the same; what was read is written and read back as it
 * was; nothing throws; a refusal is one line; and time is linear.
 */
import * as Result from "effect/Result"
import { answerOf, callOf } from "../../../src/adapters/http/XmlRpcBody.ts"
import { xmlCodec } from "../../../src/adapters/xml/XmlCodecFxp.ts"
import type { Fault } from "../../../src/domain/Fault.ts"
import { defaults, type Limits } from "../../../src/domain/Limits.ts"
import type { SampValue } from "../../../src/domain/SampValue.ts"
import { readAnswer, readCall, type RemoteFault } from "../../../src/domain/XmlRpc.ts"
import { scanAnswer, scanCall } from "../../../src/domain/XmlRpcScanner.ts"
import { writeAnswer, writeCall } from "../../../src/domain/XmlRpcWriter.ts"
import { show, showCall } from "../../support/arbitraries.ts"
import { isKnown, oracle } from "../../support/xmlOracle.ts"
import { documentPieces, markupPieces } from "../../support/xmlPieces.ts"
import { bytesOf, inputOf, type Outcome, shape, type Target, type Wrong } from "../engine/Target.ts"
import { document } from "./XmlGrammar.ts"
import { bodies } from "./Zoo.ts"

/** Bounds that small documents meet. */
const tight: Limits = { ...defaults, valueDepth: 3, values: 8 }

const fullCall = (text: string, limits: Limits) =>
  Result.flatMap(xmlCodec.parse(text, limits), (root) => readCall(root, limits))
const fullAnswer = (text: string, limits: Limits) =>
  Result.flatMap(xmlCodec.parse(text, limits), (root) => readAnswer(root, limits))

const shown = <A>(result: Result.Result<A, unknown>, as: (value: A) => string): string =>
  Result.isSuccess(result) ? as(result.success) : `refused: ${JSON.stringify(result.failure)}`

/** The text of a body, if it is UTF-8; else of its bytes. */
const textOf = (body: Buffer): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body)
  } catch {
    return body.toString("latin1")
  }
}

const scannerDiffers = (text: string, limits: Limits): Wrong | undefined => {
  const call = scanCall(text, limits)
  const answer = scanAnswer(text, limits)
  const [fast, full] = call !== undefined
    ? [showCall(call), shown(fullCall(text, limits), showCall)]
    : answer !== undefined
    ? [show(answer), shown(fullAnswer(text, limits), show)]
    : ["", ""]
  return fast === full
    ? undefined
    : { kind: "scanner and full parser differ", detail: `the scanner reads ${fast}, the full parser ${full}` }
}

const oracleDiffers = (text: string): Wrong | undefined => {
  // what declarations say is compared with the peers
  const bare = text.replace(/^\uFEFF/u, "").replace(/^\s*<\?xml(?=[\s?])[^]*?\?>/iu, "")
  const result = xmlCodec.parse(bare, defaults)
  const ours = Result.getOrElse(result, () => undefined)
  const second = oracle(bare)
  const [one, two] = [JSON.stringify(ours) ?? "refused", JSON.stringify(second) ?? "refused"]
  if (one === two || isKnown(bare, { ours, oracle: second })) return undefined
  const how = Result.isFailure(result)
    ? `refused, not by the oracle: ${shape(result.failure)}`
    : second === undefined
    ? "refused by the oracle"
    : "read otherwise"
  return { kind: `full parser: ${how}`, detail: `ours ${one}, oracle ${two}` }
}

const badRefusal = (result: Result.Result<unknown, Fault | RemoteFault>): Wrong | undefined => {
  if (Result.isSuccess(result)) return undefined
  const { _tag, text } = result.failure
  // how long a fault of a peer is, is the peer's affair
  return /^[\x20-\x7e]+$/u.test(text) && (_tag === "RemoteFault" || text.length <= 400)
    ? undefined
    : { kind: "a refusal that is no line of ASCII", detail: JSON.stringify(text) }
}

/** Reads again what is written of a call that was read. */
const comesBack = (
  call: { readonly method: string; readonly params: ReadonlyArray<SampValue> }
): Wrong | undefined => {
  const text = writeCall(call)
  const fast = scanCall(text, defaults)
  const ways = [
    fast === undefined ? "given up" : showCall(fast),
    shown(fullCall(text, defaults), showCall),
    ...call.params.map((value) => {
      const read = scanAnswer(writeAnswer(value), defaults)
      return read !== undefined && show(read) === show(value) ? showCall(call) : `an answer of ${show(value)}`
    })
  ]
  const other = ways.find((way) => way !== showCall(call))
  return other === undefined
    ? undefined
    : { kind: "what is written is read otherwise", detail: `${showCall(call)} comes back as ${other}` }
}

const kindsIn = (value: SampValue): string =>
  typeof value === "string" ? "s" : Array.isArray(value) ? `l${Math.min(value.length, 3)}` : "m"

const check = (input: string): Outcome => {
  const body = bytesOf(input)
  const call = callOf(xmlCodec, body, defaults)
  const answer = answerOf(xmlCodec, body, defaults)
  const text = textOf(body)
  const seen = [
    Result.isSuccess(call)
      ? `call ${call.success.params.slice(0, 3).map(kindsIn).join("")}`
      : shape(call.failure.text),
    Result.isSuccess(answer) ? `answer ${kindsIn(answer.success)}` : shape(answer.failure.text)
  ]
  const wrong = badRefusal(call) ?? badRefusal(answer) ??
    scannerDiffers(text, defaults) ?? scannerDiffers(text, tight) ?? oracleDiffers(text) ??
    (Result.isSuccess(call) ? comesBack(call.success) : undefined)
  return { seen, wrong }
}

/** Bodies of XML-RPC. */
export const xml: Target = {
  name: "xml",
  sources: /\/src\/(?:adapters\/xml\/|adapters\/http\/XmlRpcBody|domain\/XmlRpc)/u,
  seeds: bodies(),
  pieces: ["<", ...[...documentPieces, ...markupPieces, "\u{10000}"].map(inputOf), "\u00ff"],
  generate: (next) => inputOf(document(next)),
  check,
  read: (input) => {
    const body = bytesOf(input)
    callOf(xmlCodec, body, defaults)
    answerOf(xmlCodec, body, defaults)
  }
}
