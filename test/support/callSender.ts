/** The call sender of the tests: on real sockets, with the full codec. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer } from "../../src/adapters/http/CallSenderNode.ts"
import { layer as codec } from "../../src/adapters/xml/XmlCodecFxp.ts"
import { defaults, type Limits } from "../../src/domain/Limits.ts"
import type { SampValue } from "../../src/domain/SampValue.ts"
import { type CallError, type CallOptions, CallSender } from "../../src/ports/CallSender.ts"
import { show } from "./arbitraries.ts"

/** Provides a sender. */
export const withSender = (limits: Limits = defaults) =>
  Effect.provide(Layer.provide(layer({ limits, userAgent: "effect-samp/test" }), codec))

/** Waits until something holds. */
export const eventually = (holds: () => boolean): Effect.Effect<void> =>
  Effect.gen(function*() {
    for (let tries = 0; tries < 2_000 && !holds(); tries++) yield* Effect.sleep("5 millis")
    assert.isTrue(holds())
  })

/** Calls `m` with some parameters; what came of it as text: the value, or the reason of the failure. */
export const outcome = (
  url: string,
  params: ReadonlyArray<SampValue> = [],
  options: CallOptions = { timeoutMs: 5_000 }
): Effect.Effect<string, never, CallSender> =>
  Effect.flatMap(CallSender, (sender) =>
    sender.call(url, { method: "m", params }, options).pipe(
      Effect.map(show),
      Effect.catch((error) => Effect.succeed<string>(error.reason))
    ))

/** Why a call failed. */
export const failure = (
  url: string,
  options: CallOptions = { timeoutMs: 5_000 }
): Effect.Effect<CallError, SampValue, CallSender> =>
  Effect.flatMap(CallSender, (sender) => Effect.flip(sender.call(url, { method: "m", params: [] }, options)))

/** Hands something over; what came of it as text: `delivered`, or the reason of the failure. */
export const delivery = (
  url: string,
  params: ReadonlyArray<SampValue> = [],
  options: CallOptions = { timeoutMs: 5_000 }
): Effect.Effect<string, never, CallSender> =>
  Effect.flatMap(CallSender, (sender) =>
    sender.deliver(url, { method: "m", params }, options).pipe(
      Effect.as("delivered"),
      Effect.catch((error) => Effect.succeed<string>(error.reason))
    ))
