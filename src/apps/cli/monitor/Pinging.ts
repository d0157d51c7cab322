/** Pings as `samp monitor` sends them, and what became of them in a word. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ClientId } from "../../../domain/Identifiers.ts"
import type { Client } from "../../client/Client.ts"
import { type CallFailure, isTimeout } from "../../client/ClientErrors.ts"
import type { IllFormed } from "../../client/Typing.ts"
import { type Client as Shown, isPingable, type Outcome } from "./Model.ts"

/** Why a ping failed, in at most ten columns. */
const whyOf = (error: CallFailure | IllFormed): string => {
  switch (error._tag) {
    case "NoResponse":
      return "no answer"
    case "ErrorResponse":
      // our hub says why nobody answers; other errors are the client's
      return error.code?.startsWith("hub.recipient-") === true ? error.code.slice(14) : "error"
    case "NotConnected":
    case "Disconnected":
      return "no hub"
    case "CallError":
      return isTimeout(error) ? "no answer" : error.reason === "RemoteFault" ? "refused" : "no hub"
    default:
      return "error"
  }
}

/**
 * Asks a client for a sign of life (APP-01), or the hub (section 3.11).
 *
 * @param hubId - the hub's own id, if there is a hub
 * @param timeoutSeconds - how long to wait
 */
export const ping = (
  client: Client,
  target: Shown,
  hubId: ClientId | undefined,
  timeoutSeconds: number
): Effect.Effect<Outcome> =>
  Effect.gen(function*() {
    if (target.id !== hubId && !isPingable(target)) return { _tag: "Failed", why: "no pings" } as const
    const begun = yield* Clock.monotonicTimeNanos
    yield* target.id === hubId
      ? client.ping
      : client.call(target.id, "samp.app.ping", {}, { timeoutSeconds })
    const took = (yield* Clock.monotonicTimeNanos) - begun
    return { _tag: "Answered", ms: Math.round(Number(took) / 1e6) } as const
  }).pipe(
    Effect.catch((error): Effect.Effect<Outcome> => Effect.succeed({ _tag: "Failed", why: whyOf(error) }))
  )
