/** Messages and responses (sections 3.8, 3.9): what the hub demands of them before it passes them on unchanged. */
import * as Result from "effect/Result"
import { type Fault, fault, quote } from "./Fault.ts"
import { isMType } from "./MType.ts"
import { emptyMap, isMap, map, type SampMap, type SampValue } from "./SampValue.ts"

/** A message that passed the checks: its MType beside the map as it goes on. */
export interface Message {
  readonly mtype: string
  readonly content: SampMap
}

/**
 * Checks a message (MSG-01..04). A missing `samp.params` is added, since pyvo's and Aladin's receivers fail without
 * it (MSG-02, MSG-03); everything else stays as it came.
 */
export const readMessage = (content: SampMap): Result.Result<Message, Fault> => {
  const mtype = content.get("samp.mtype")
  if (typeof mtype !== "string") {
    return Result.fail(
      fault("BadMessage", "the message has no samp.mtype string; a message is {samp.mtype, samp.params}")
    )
  }
  if (!isMType(mtype)) {
    return Result.fail(
      fault(
        "BadMessage",
        `${quote(mtype)} is not an MType such as table.load.votable; no wildcard can be sent`
      )
    )
  }
  const params = content.get("samp.params")
  if (params === undefined) {
    return Result.succeed({ mtype, content: new Map(content).set("samp.params", emptyMap) })
  }
  return isMap(params)
    ? Result.succeed({ mtype, content })
    : Result.fail(fault("BadMessage", "samp.params of the message is not a map"))
}

/** Makes a message of an MType and its parameters. */
export const message = (mtype: string, params: SampMap = emptyMap): SampMap =>
  new Map<string, SampValue>([["samp.mtype", mtype], ["samp.params", params]])

/** The three statuses of the standard (RSP-01); others may occur and are passed on. */
export const ok = "samp.ok"
export const warning = "samp.warning"
export const error = "samp.error"

const badResponse = (text: string) => Result.fail(fault("BadResponse", text))

/**
 * Checks a response before it goes on, as strictly as JSAMP does (RSP-02, RSP-03, RSP-07); unknown statuses and keys are
 * left alone (RSP-01, RSP-06).
 */
export const readResponse = (content: SampMap): Result.Result<SampMap, Fault> => {
  const status = content.get("samp.status")
  if (typeof status !== "string") return badResponse("the response has no samp.status string")
  const result = content.get("samp.result")
  if (result !== undefined && !isMap(result)) return badResponse("samp.result of the response is not a map")
  if ((status === ok || status === warning) && result === undefined) {
    return badResponse(`a ${status} response needs samp.result, a map, {} if empty`)
  }
  const failure = content.get("samp.error")
  if ((status === error || status === warning) && failure === undefined) {
    return badResponse(`a ${status} response needs samp.error, a map`)
  }
  if (failure === undefined) return Result.succeed(content)
  if (!isMap(failure)) return badResponse("samp.error of the response is not a map")
  return typeof failure.get("samp.errortxt") === "string"
    ? Result.succeed(content)
    : badResponse("samp.error of the response needs samp.errortxt, a string")
}

/** A response of status `samp.ok`. */
export const okResponse = (result: SampMap = emptyMap): SampMap =>
  new Map<string, SampValue>([["samp.status", ok], ["samp.result", result]])

/**
 * A response of status `samp.error` (RSP-03..05).
 *
 * @param text - what went wrong, in a line
 * @param code - `samp.code`, for programs
 */
export const errorResponse = (text: string, code: string): SampMap =>
  new Map<string, SampValue>([
    ["samp.status", error],
    ["samp.result", emptyMap],
    ["samp.error", map({ "samp.errortxt": text, "samp.code": code })]
  ])
