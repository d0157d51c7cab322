/**
 * Reading answers that are not in the usual form: by a whole XML parser, and what makes sense of its tree. A page loads this
 * only when such an answer comes.
 */
import * as Result from "effect/Result"
import { reading } from "../../domain/Limits.ts"
import type { SampValue } from "../../domain/SampValue.ts"
import { readAnswer, type RemoteFault } from "../../domain/XmlRpc.ts"
import { type ParseXml, parseXml } from "./XmlCodecDom.ts"

/** What an answer holds. */
export type Answer =
  | { readonly _tag: "Value"; readonly value: SampValue }
  | RemoteFault
  /** It is no answer, and why. */
  | { readonly _tag: "Bad"; readonly detail: string }

/** Reads an answer (WIRE-30, WIRE-33). */
export const readFully = (text: string, parse: ParseXml = parseXml): Answer => {
  const tree = parse(text, reading)
  if (Result.isFailure(tree)) {
    return { _tag: "Bad", detail: `the answer is not well-formed XML: ${tree.failure}` }
  }
  const answer = readAnswer(tree.success, reading)
  if (Result.isSuccess(answer)) return { _tag: "Value", value: answer.success }
  return answer.failure._tag === "RemoteFault" ? answer.failure : { _tag: "Bad", detail: answer.failure.text }
}
