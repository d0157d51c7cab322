/**
 * How a client of the Web Profile gets its callbacks: it asks for them, again and again, by requests that wait at the hub
 * (section 5.2.5, WEB-32).
 *
 * A poll may get lost, with the answer in it. A hub of ours hands out again what the client has not said to have; with other
 * hubs a lost answer is lost. Python's hub answers at once, whether there is something or not (WIRE-80), so that whoever asks
 * again at once asks thousands of times a second.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Delivery } from "../domain/HubOutput.ts"
import type { SampValue } from "../domain/SampValue.ts"
import { readCallbacks } from "../domain/web/WebCallbacks.ts"
import type { CallError } from "../ports/CallSender.ts"

/** Seconds that a poll waits at the hub, as with JSAMP and sampjs. */
const pollSeconds = 600
/** Milliseconds for its answer: the hub has some to spare. */
export const pollMs = (pollSeconds + 30) * 1000

/** Milliseconds before the first of several polls after an answer that came too early, and the longest. */
const pauses = { first: 20, most: 400 }
/** An answer with nothing new that took less than so many milliseconds came too early. */
const earlyMs = 1_000
/** Milliseconds before the first of several polls after one that was lost, and the longest. */
const retries = { first: 50, most: 2_000 }

const longer = (wait: number, { most }: { readonly most: number }): number => Math.min(2 * wait, most)

/** What a puller is made of. */
export interface Pulling {
  /** Asks the hub: `pullCallbacks` without the key. */
  readonly pull: (params: ReadonlyArray<SampValue>) => Effect.Effect<SampValue, CallError>
  /** Whether the hub counts callbacks, so that it wants to be told which were got. */
  readonly counts: boolean
  readonly take: (delivery: Delivery) => void
}

/**
 * Pulls until the hub says no, which it does to whom it does not know any more.
 *
 * @returns what the hub said
 */
export const pullAll = ({ counts, pull, take }: Pulling): Effect.Effect<string> =>
  Effect.gen(function*() {
    let serial = "0"
    let pause = pauses.first
    let retry = retries.first
    for (;;) {
      const begun = yield* Clock.currentTimeMillis
      const answer = yield* Effect.result(pull([String(pollSeconds), ...counts ? [serial] : []]))
      if (Result.isFailure(answer) && answer.failure.reason === "RemoteFault") return answer.failure.detail
      const pulled = Result.isSuccess(answer) ? readCallbacks(answer.success, serial) : undefined
      if (pulled === undefined) {
        yield* Effect.sleep(retry)
        retry = longer(retry, retries)
        continue
      }
      retry = retries.first
      serial = pulled.serial
      for (const what of pulled.skipped) yield* Effect.logWarning(`the hub sent something unknown: ${what}`)
      for (const delivery of pulled.deliveries) take(delivery)
      const isEarly = pulled.deliveries.length === 0 && (yield* Clock.currentTimeMillis) - begun < earlyMs
      if (isEarly) yield* Effect.sleep(pause)
      pause = isEarly ? longer(pause, pauses) : pauses.first
    }
  })
