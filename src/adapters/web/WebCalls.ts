/** Calls of a hub's methods by `fetch`, as pages can make them (section 5): POST with a type that makes browsers ask first. */
import { reading } from "../../domain/Limits.ts"
import type { SampValue } from "../../domain/SampValue.ts"
import type { MethodCall } from "../../domain/XmlRpc.ts"
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

const read = async (url: string, text: string, parse: ParseXml | undefined): Promise<SampValue> => {
  const value = scanAnswer(text, reading)
  if (value !== undefined) return value
  const answer = scanFault(text, reading) ?? (await import("./FullAnswer.ts")).readFully(text, parse)
  switch (answer._tag) {
    case "Value":
      return answer.value
    case "RemoteFault":
      throw new CallError({ reason: "RemoteFault", url, detail: answer.text, code: answer.code })
    case "Bad":
      throw new CallError({ reason: "BadAnswer", url, detail: answer.detail })
  }
}

/** One signal for several; undefined ones do not count. */
export const anyOf = (...signals: ReadonlyArray<AbortSignal | undefined>): AbortSignal =>
  AbortSignal.any(signals.filter((signal) => signal !== undefined))

/** Whether milliseconds are a limit; what a timer cannot hold is as good as none. */
export const isLimit = (ms: number): boolean => ms > 0 && ms < 2 ** 31

const post = (url: string, call: MethodCall, { signal, timeoutMs = 0 }: WebCallOptions, init: RequestInit) =>
  fetch(url, {
    ...toLoopback,
    method: "POST",
    body: writeCall(call),
    signal: anyOf(signal, isLimit(timeoutMs) ? AbortSignal.timeout(timeoutMs) : undefined),
    ...init
  })

/**
 * Calls by `fetch`.
 *
 * @param parse - reads answers in another than the usual form; else the browser's own parser does
 */
export const webCalls = (parse?: ParseXml): WebCall => async (url, call, options = {}) => {
  let text: string
  let status: number
  try {
    const response = await post(url, call, options, {
      headers: { "Content-Type": "text/xml" },
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      keepalive: options.keepalive === true
    })
    status = response.status
    text = await response.text()
  } catch (error) {
    options.signal?.throwIfAborted()
    const isLate = error instanceof Error && error.name === "TimeoutError"
    throw new CallError({
      reason: isLate ? "Timeout" : "Lost",
      url,
      detail: isLate ? `no answer within ${options.timeoutMs} ms` : "it could not be reached"
    })
  }
  if (status !== 200) throw new CallError({ reason: "BadAnswer", url, detail: `HTTP status ${status}` })
  return read(url, text, parse)
}

/**
 * Whether anything at all takes a call there, though the page may not see what it answers. A whole call, since a hub of DS9
 * complains to its user of requests that are none.
 */
export const knock = async (url: string, call: MethodCall, options: WebCallOptions): Promise<boolean> => {
  try {
    await post(url, call, options, { mode: "no-cors" })
    return true
  } catch {
    options.signal?.throwIfAborted()
    return false
  }
}
