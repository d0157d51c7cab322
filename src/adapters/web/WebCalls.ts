/** Calls of a hub's methods by `fetch`, as pages can make them (section 5): POST with a type that makes browsers ask first. */
import * as Result from "effect/Result"
import { defaults } from "../../domain/Limits.ts"
import type { SampValue } from "../../domain/SampValue.ts"
import { type MethodCall, readAnswer } from "../../domain/XmlRpc.ts"
import { scanAnswer, scanFault } from "../../domain/XmlRpcScanner.ts"
import { writeCall } from "../../domain/XmlRpcWriter.ts"
import { CallError } from "./WebErrors.ts"
import type { ParseXml } from "./XmlCodecDom.ts"

/** How to call. */
export interface WebCallOptions {
  /** Gives up; the promise is then rejected with the reason of the signal. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds until the answer must be there; without it, or 0, there is no limit. */
  readonly timeoutMs?: number | undefined
  /** Whether the request is to outlive the page. */
  readonly keepalive?: boolean | undefined
}

/** Calls a method of an endpoint. */
export type WebCall = (url: string, call: MethodCall, options?: WebCallOptions) => Promise<SampValue>

/**
 * Says that the hub is on the same machine, by which newer browsers know what to ask the user for, and take `http` for no
 * mixed content. Others ignore it; one that has other words for it throws, and is spared.
 */
export const toLoopback: RequestInit = (() => {
  const option: object = { targetAddressSpace: "loopback" }
  try {
    const { url } = new Request("http://127.0.0.1/", option)
    return url === "" ? {} : option
  } catch {
    return {}
  }
})()

const read = (url: string, text: string, parse: ParseXml): SampValue => {
  const fault = (remote: { readonly text: string; readonly code: number }): CallError =>
    new CallError({ reason: "RemoteFault", url, detail: remote.text, code: remote.code })
  const bad = (detail: string): CallError => new CallError({ reason: "BadAnswer", url, detail })
  const value = scanAnswer(text, defaults)
  if (value !== undefined) return value
  const scanned = scanFault(text, defaults)
  if (scanned !== undefined) throw fault(scanned)
  const tree = parse(text, defaults)
  if (Result.isFailure(tree)) throw bad(`the answer is not well-formed XML: ${tree.failure}`)
  const answer = readAnswer(tree.success, defaults)
  if (Result.isSuccess(answer)) return answer.success
  throw answer.failure._tag === "RemoteFault" ? fault(answer.failure) : bad(answer.failure.text)
}

/** A signal that is aborted with any of these, or when the time is over. */
export const within = (
  timeoutMs: number | undefined,
  signal: AbortSignal | undefined
): AbortSignal | undefined => {
  if (timeoutMs === undefined || timeoutMs <= 0) return signal
  const limit = AbortSignal.timeout(timeoutMs)
  return signal === undefined ? limit : AbortSignal.any([signal, limit])
}

/** Calls by `fetch`, with a parser for answers in other than the usual form. */
export const webCalls =
  (parse: ParseXml): WebCall => async (url, call, { keepalive, signal, timeoutMs } = {}) => {
    let text: string
    let status: number
    try {
      const response = await fetch(url, {
        ...toLoopback,
        method: "POST",
        headers: { "Content-Type": "text/xml" },
        body: writeCall(call),
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        keepalive: keepalive === true,
        signal: within(timeoutMs, signal) ?? null
      })
      status = response.status
      text = await response.text()
    } catch (error) {
      signal?.throwIfAborted()
      const isLate = error instanceof Error && error.name === "TimeoutError"
      throw new CallError({
        reason: isLate ? "Timeout" : "Lost",
        url,
        detail: isLate ? `no answer within ${timeoutMs} ms` : "it could not be reached"
      })
    }
    if (status !== 200) throw new CallError({ reason: "BadAnswer", url, detail: `HTTP status ${status}` })
    return read(url, text, parse)
  }
