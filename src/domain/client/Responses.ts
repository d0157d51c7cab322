/** Responses as a client reads and writes them (section 3.9); the same for every kind of client. */
import { error, ok, warning } from "../Message.ts"
import { emptyMap, isMap, map, type SampMap, type SampValue, stringAt } from "../SampValue.ts"

/** What the `samp.error` of a response says; missing parts are made up for (RSP-08). */
export interface ErrorTexts {
  /** `samp.error`, or whatever else the responder wrote. */
  readonly status: string
  /** What went wrong, in a line: `samp.errortxt`. */
  readonly errortxt: string
  /** For programs: `samp.code`. */
  readonly code: string | undefined
  /** For people: `samp.usertxt`. */
  readonly usertxt: string | undefined
  /** For developers: `samp.debugtxt`. */
  readonly debugtxt: string | undefined
}

/** Reads what went wrong. */
export const errorTexts = (responder: string, response: SampMap): ErrorTexts => {
  const error = response.get("samp.error")
  const told = isMap(error) ? error : emptyMap
  const status = stringAt(response, "samp.status") ?? ""
  return {
    status,
    errortxt: stringAt(told, "samp.errortxt") ?? `the client ${responder} answered ${status || "nothing"}`,
    code: stringAt(told, "samp.code"),
    usertxt: stringAt(told, "samp.usertxt"),
    debugtxt: stringAt(told, "samp.debugtxt")
  }
}

/** Whether a response brings a result: `samp.ok`, or `samp.warning` (RSP-01). */
export const hasResult = (response: SampMap): boolean => {
  const status = stringAt(response, "samp.status")
  return status === ok || status === warning
}

/** The result of a response; one without the parts it should have is made the best of (RSP-08). */
export const resultOf = (response: SampMap): SampMap => {
  const result = response.get("samp.result")
  return isMap(result) ? result : emptyMap
}

/** What a `samp.warning` says, in a line; undefined for any other response. */
export const warningOf = (responder: string, response: SampMap): string | undefined =>
  stringAt(response, "samp.status") === warning ? errorTexts(responder, response).errortxt : undefined

/** Text as SAMP allows it: everybody can read a question mark (DT-02). */
const ascii = (text: string): string => text.replace(/[^\t\n\r\x20-\x7e]/gu, "?")

/** A response of status `samp.warning` or `samp.error`, with all that RSP-05 lets one say. */
export const refusal = (
  status: typeof warning | typeof error,
  texts: { readonly [key: string]: string | undefined },
  result: SampMap = emptyMap
): SampMap =>
  new Map<string, SampValue>([
    ["samp.status", status],
    ["samp.result", result],
    [
      "samp.error",
      map(Object.fromEntries(
        Object.entries(texts).flatMap(([key, text]) => text === undefined ? [] : [[key, ascii(text)]])
      ))
    ]
  ])

const tagOf = (value: unknown): string | undefined =>
  typeof value === "object" && value !== null && "_tag" in value && typeof value._tag === "string"
    ? value._tag
    : undefined

/** The response to a call whose handler failed with something that is not made for it. */
export const failed = (failure: unknown): SampMap => {
  const text = failure instanceof Error && failure.message !== "" ? failure.message : undefined
  const tag = tagOf(failure)
  return refusal(error, {
    "samp.errortxt": text ?? tag ?? (typeof failure === "string" ? failure : "the message was not handled"),
    "samp.code": tag
  })
}
