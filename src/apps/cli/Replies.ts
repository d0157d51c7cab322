/** Replies to a message that went to several clients: gathered, told apart, and rated. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { isMap, type SampMap, stringAt, toJson } from "../../domain/SampValue.ts"
import type { CallError } from "../../ports/CallSender.ts"
import type { Answer } from "../client/Calling.ts"
import { type CallFailure, isTimeout } from "../client/ClientErrors.ts"
import { type KnownClient, title } from "../client/Finding.ts"
import type { IllFormed } from "../client/Typing.ts"
import type { HubConnection, HubError } from "../HubConnection.ts"
import { codeOf, codes, isEnding, Stop } from "./Exit.ts"
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

/** The exit code of a response; one that the hub makes since it ends tells of the hub, not of the client. */
const responseCode = (response: SampMap): number => {
  const status = stringAt(response, "samp.status")
  if (status === "samp.ok" || status === "samp.warning") return codes.ok
  const error = response.get("samp.error")
  return isMap(error) && stringAt(error, "samp.code") === "hub.stopping" ? codes.noHub : codes.errorResponse
}

/** A reply with a response. */
export const answered = (client: KnownClient, response: SampMap): Reply => ({
  client,
  code: responseCode(response),
  response,
  detail: undefined
})

/** No reply within the limit. */
export const late = (client: KnownClient, seconds: number): Reply => ({
  client,
  code: codes.timeout,
  response: undefined,
  detail: `no answer within ${seconds} s`
})

const isUnsubscribed = (error: CallError): boolean =>
  error.reason === "RemoteFault" && (error.code === 2 || /not subscribed/iu.test(error.detail))

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

/** What a call by the client library came to. */
export const of = (client: KnownClient, answer: Result.Result<Answer, CallFailure | IllFormed>): Reply => {
  if (Result.isSuccess(answer)) return answered(client, answer.success.response)
  const error = answer.failure
  switch (error._tag) {
    case "ErrorResponse":
      return answered(client, error.response)
    case "CallError":
    case "BadHub":
      return failed(client, error)
    default:
      return { client, code: codeOf(error), response: undefined, detail: error.message }
  }
}

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

/**
 * Prints one reply.
 *
 * @param more - what else its JSON tells
 */
export const print = (
  reply: Reply,
  json: boolean,
  more: { readonly [key: string]: string } = {}
): Effect.Effect<void> => {
  const { client, detail, response } = reply
  if (json) {
    return Print.json({
      id: client.id,
      name: client.name,
      ...more,
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

/** Those who have gone, or listen no more: nobody has named them, so that they left is no failure. */
const absent: ReadonlyArray<number> = [codes.noSuchClient, codes.nobodySubscribed]

/** {@link worst} of a message to all who subscribe: those who leave just then are passed over if others answer. */
const worstOfAll = (replies: ReadonlyArray<Reply>): number => {
  const present = replies.filter(({ code }) => !absent.includes(code))
  return worst(present.length === 0 ? replies : present)
}

/** Ends a command by what came of all: with a code of its own, and without further words, if any went wrong. */
export const conclude = (
  replies: ReadonlyArray<Reply>,
  to: ReadonlyArray<string>
): Effect.Effect<void, Stop> => {
  const code = to.length === 0 ? worstOfAll(replies) : worst(replies)
  return code === codes.ok ? Effect.void : Effect.fail(new Stop({ code, text: "" }))
}
