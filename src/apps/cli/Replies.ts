/** Replies to a message that went to several clients: gathered, told apart, and rated. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { isMap, type SampMap, stringAt, toJson } from "../../domain/SampValue.ts"
import type { CallError } from "../../ports/CallSender.ts"
import type { HubConnection, HubError } from "../HubConnection.ts"
import { type KnownClient, title } from "./Clients.ts"
import { codes } from "./Exit.ts"
import * as Print from "./Print.ts"

/** What came of one recipient. */
export interface Reply {
  readonly client: KnownClient
  /** The exit code that this reply alone would give. */
  readonly code: number
  readonly response: SampMap | undefined
  /** Why there is no response. */
  readonly detail: string | undefined
}

/** A reply with a response. */
export const answered = (client: KnownClient, response: SampMap): Reply => {
  const status = stringAt(response, "samp.status")
  const code = status === "samp.ok" || status === "samp.warning" ? codes.ok : codes.errorResponse
  return { client, code, response, detail: undefined }
}

/** No reply within the limit. */
export const late = (client: KnownClient, seconds: number): Reply => ({
  client,
  code: codes.timeout,
  response: undefined,
  detail: `no answer within ${seconds} s`
})

/** Faults carry no portable code (ERR-04), so their words have to do. */
const isTimeout = (error: CallError): boolean =>
  error.reason === "Timeout" ||
  (error.reason === "RemoteFault" && /time[d ]?[- ]?out|in time/iu.test(error.detail))

const isUnsubscribed = (error: CallError): boolean =>
  error.reason === "RemoteFault" && (error.code === 2 || /not subscribed/iu.test(error.detail))

/** The hub has gone, or says that it is about to. */
const isEnding = (error: CallError): boolean =>
  error.reason === "Lost" || error.reason === "Refused" ||
  (error.reason === "RemoteFault" && /shut(?:ting)? ?down|stopping/iu.test(error.detail))

/** The exit code of a failed hub operation on one client. */
const failureCode = (error: HubError): number => {
  if (error._tag === "BadHub") return codes.failure
  if (isEnding(error)) return codes.noHub
  if (isTimeout(error)) return codes.timeout
  if (isUnsubscribed(error)) return codes.nobodySubscribed
  return error.reason === "RemoteFault" ? codes.noSuchClient : codes.failure
}

/** A hub operation on one client that failed. */
export const failed = (client: KnownClient, error: HubError): Reply => ({
  client,
  code: failureCode(error),
  response: undefined,
  detail: error.message
})

/** Calls each client and waits for its answer, all at once. */
export const collect = (
  connection: HubConnection,
  clients: ReadonlyArray<KnownClient>,
  message: SampMap,
  timeoutSeconds: number,
  show: (reply: Reply) => Effect.Effect<void> = () => Effect.void
): Effect.Effect<ReadonlyArray<Reply>> =>
  Effect.forEach(
    clients,
    (client) =>
      Effect.result(connection.callAndWait(client.id, message, timeoutSeconds)).pipe(
        Effect.map((result) =>
          Result.isSuccess(result) ? answered(client, result.success) : failed(client, result.failure)
        ),
        Effect.tap(show)
      ),
    { concurrency: "unbounded" }
  )

/** Prints one reply. */
export const print = (reply: Reply, json: boolean): Effect.Effect<void> => {
  const { client, detail, response } = reply
  if (json) {
    return Print.json({
      id: client.id,
      name: client.name,
      status: response === undefined ? null : stringAt(response, "samp.status") ?? null,
      ...response === undefined ? { error: detail } : { response: toJson(response) }
    })
  }
  if (response === undefined) return Print.line(`${title(client)}: ${detail}`)
  const failure = response.get("samp.error")
  const result = response.get("samp.result")
  const status = stringAt(response, "samp.status") ?? "no status"
  const text = isMap(failure) ? ` ${stringAt(failure, "samp.errortxt") ?? ""}` : ""
  const values = isMap(result) && result.size > 0 ? ` ${Print.inline(result)}` : ""
  return Print.line(`${title(client)}: ${status}${text}${values}`)
}

const severity = [
  codes.noHub,
  codes.errorResponse,
  codes.timeout,
  codes.failure,
  codes.noSuchClient,
  codes.nobodySubscribed
]

/**
 * The exit code of all together: what went wrong worst. An error response outranks silence, since somebody said why.
 */
export const worst = (replies: ReadonlyArray<Reply>): number => {
  const found = new Set(replies.map(({ code }) => code))
  return severity.find((code) => found.has(code)) ?? codes.ok
}
