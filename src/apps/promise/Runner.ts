/** Effects run for callers who await promises. */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import type { Abortable } from "../facade/Types.ts"

/** Runs effects with the services of one client. */
export interface Runner<R> {
  readonly run: <A, E>(effect: Effect.Effect<A, E, R>, options?: Abortable) => Promise<A>
  readonly iterate: <A, E>(stream: Stream.Stream<A, E, R>, options?: Abortable) => AsyncIterable<A>
}

/** Fails with the reason of the signal when it is aborted. */
const aborted = (signal: AbortSignal): Effect.Effect<never, unknown> =>
  Effect.callback((resume) => {
    const abort = (): void => resume(Effect.fail(signal.reason))
    signal.addEventListener("abort", abort)
    return Effect.sync(() => signal.removeEventListener("abort", abort))
  })

/** How many frames of the caller's are kept. */
const frames = 30

/**
 * Shows where the application called, in place of fibers that it does not know; frames of this folder are left out.
 */
const calledFrom = (error: unknown, here: Error): unknown => {
  if (!(error instanceof Error)) return error
  const own = new URL(".", import.meta.url).pathname
  const lines = (here.stack ?? "").split("\n").slice(1).filter((line) => !line.includes(own))
  if (lines.length > 0) {
    error.stack = [`${error.name}: ${error.message}`, ...lines.slice(0, frames)].join("\n")
  }
  return error
}

/** A runner with these services. Promises are rejected with the tagged errors themselves. */
export const runner = <R>(context: Context.Context<R>): Runner<R> => ({
  run: async (effect, { signal } = {}) => {
    signal?.throwIfAborted()
    const here = new Error("called here")
    const exit = await Effect.runPromiseExitWith(context)(effect, signal === undefined ? {} : { signal })
    if (Exit.isSuccess(exit)) return exit.value
    if (signal?.aborted === true && Cause.hasInterruptsOnly(exit.cause)) throw signal.reason
    throw Cause.hasDies(exit.cause) ? Cause.squash(exit.cause) : calledFrom(Cause.squash(exit.cause), here)
  },
  iterate: (stream, { signal } = {}) => {
    if (signal === undefined) return Stream.toAsyncIterableWith(stream, context)
    const given = Stream.suspend(() =>
      signal.aborted ? Stream.fail(signal.reason) : Stream.interruptWhen(stream, aborted(signal))
    )
    return Stream.toAsyncIterableWith(given, context)
  }
})
