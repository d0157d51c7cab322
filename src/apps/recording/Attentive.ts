/** Calls to a live hub that notice when it has gone, so that nothing more is made of what it does not answer. */
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { CallError, type CallSender } from "../../ports/CallSender.ts"

/** The hub ended while something was played into it. */
export class HubGone extends Data.TaggedError("HubGone")<{ readonly url: string }> {
  override get message(): string {
    return `The hub at ${this.url} has gone`
  }
}

/** Milliseconds for a ping. A hub that is slow has not gone. */
const pingMs = 10_000
/** Milliseconds between the two pings that a hub is given before it counts as gone. */
const againMs = 100
/** Milliseconds between two looks at the hub, which may not be asked anything for a long time. */
const watchMs = 1_500

const isEnd = ({ reason }: CallError): boolean => reason === "Refused" || reason === "Lost"

/** A sender that looks after the hub. */
export interface Attentive {
  /** Calls as ever; the failure of a call to a hub that has gone comes after `isGone` is true. */
  readonly sender: CallSender["Service"]
  readonly isGone: () => boolean
  /** Waits until the hub has gone, and looks at it from time to time. */
  readonly gone: Effect.Effect<never, HubGone>
}

/**
 * Makes a sender attentive: when the hub refuses a connection or loses one, and two pings in a row as well, it has gone.
 *
 * @param sender - that calls in fact
 * @param url - of the hub
 */
export const attentive = (sender: CallSender["Service"], url: string): Attentive => {
  const ended = Deferred.makeUnsafe<never, HubGone>()
  let isGone = false
  const ping = sender.call(url, { method: "samp.hub.ping", params: [] }, { timeoutMs: pingMs }).pipe(
    Effect.as(true),
    Effect.catch((error) => Effect.succeed(!isEnd(error)))
  )
  const look = Effect.gen(function*() {
    if (isGone || (yield* ping)) return
    yield* Effect.sleep(againMs)
    if (yield* ping) return
    isGone = true
    Deferred.doneUnsafe(ended, Effect.fail(new HubGone({ url })))
  })
  return {
    isGone: () => isGone,
    gone: Effect.raceFirst(
      Deferred.await(ended),
      Effect.forever(Effect.andThen(Effect.sleep(watchMs), look))
    ),
    sender: {
      ...sender,
      call: (to, call, options) =>
        Effect.suspend(() =>
          isGone && to === url
            ? Effect.fail(new CallError({ url, reason: "Refused", detail: "the hub has gone" }))
            : Effect.tapError(
              sender.call(to, call, options),
              (error) => to === url && isEnd(error) ? look : Effect.void
            )
        )
    }
  }
}
