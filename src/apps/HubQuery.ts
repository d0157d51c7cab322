/** Asking a hub how it is, without registering with it. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type HubStatus, readStatus, statusMethod } from "../domain/HubStatus.ts"
import { isOurs } from "../domain/Lockfile.ts"
import { type CallError, CallSender } from "../ports/CallSender.ts"
import type { AnyHub } from "./Discovery.ts"

/** Milliseconds for the answer. */
const statusMs = 5_000

/**
 * How a hub of this product is; undefined for those of others, and for one of a version that does not know the question.
 */
export const hubStatus = (hub: AnyHub): Effect.Effect<HubStatus | undefined, CallError, CallSender> =>
  Effect.gen(function*() {
    if (hub.secret === undefined || !isOurs(hub)) return undefined
    const sender = yield* CallSender
    const asked = sender.call(hub.url, { method: statusMethod, params: [hub.secret] }, {
      timeoutMs: statusMs
    })
    const answer = yield* Effect.catchIf(
      asked,
      ({ reason }) => reason === "RemoteFault" || reason === "BadAnswer",
      () => Effect.succeed("")
    )
    return Result.getOrUndefined(readStatus(answer))
  })
