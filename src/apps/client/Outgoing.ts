/** What an application sends: plain parameters made into SAMP messages. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { makeMessage, readMap, type Values } from "../../domain/client/Values.ts"
import type { SampMap } from "../../domain/SampValue.ts"
import { BadMessage } from "./ClientErrors.ts"

export type { Plain, PlainMap, Values } from "../../domain/client/Values.ts"

const badMessage = (detail: string): BadMessage => new BadMessage({ detail })

/** The SAMP map of named values, or why there is none; the reason begins with `what`, as in "the parameters". */
export const toMap = (what: string, values: Values): Result.Result<SampMap, BadMessage> =>
  Result.mapError(readMap(what, values), badMessage)

/**
 * A message (section 3.8).
 *
 * @param extra - keys beside `samp.mtype` and `samp.params` (MSG-05)
 */
export const toMessage = (
  mtype: string,
  params?: Values,
  extra?: Values
): Effect.Effect<SampMap, BadMessage> =>
  Effect.fromResult(Result.mapError(makeMessage(mtype, params, extra), badMessage))
