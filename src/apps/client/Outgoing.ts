/** What an application sends: plain parameters made into SAMP messages. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { isMType } from "../../domain/MType.ts"
import { emptyMap, fromJson, isMap, type SampMap, type SampValue } from "../../domain/SampValue.ts"
import { BadMessage } from "./ClientErrors.ts"

/** A value as applications write it: numbers and booleans become their SAMP encodings (DT-07..09). */
export type Plain =
  | string
  | number
  | bigint
  | boolean
  | ReadonlyArray<Plain>
  | ReadonlyMap<string, Plain>
  | { readonly [key: string]: Plain | undefined }

/** Named values; what is undefined is left out. */
export interface PlainMap {
  readonly [key: string]: Plain | undefined
}

/** Named values, as plain JavaScript or as a SAMP map. */
export type Values = SampMap | PlainMap

/** The SAMP map of named values, or why there is none; the reason begins with `what`, as in "the parameters". */
export const toMap = (what: string, values: Values): Result.Result<SampMap, BadMessage> => {
  const read = fromJson(values)
  if (Result.isFailure(read)) {
    const { path, text } = read.failure
    return Result.fail(new BadMessage({ detail: `${what}: ${path === "" ? "it" : path} ${text}` }))
  }
  return isMap(read.success)
    ? Result.succeed(read.success)
    : Result.fail(new BadMessage({ detail: `${what} are no map` }))
}

/**
 * A message (section 3.8).
 *
 * @param extra - keys beside `samp.mtype` and `samp.params` (MSG-05)
 */
export const toMessage = (
  mtype: string,
  params: Values = emptyMap,
  extra: Values = emptyMap
): Effect.Effect<SampMap, BadMessage> =>
  Effect.gen(function*() {
    if (!isMType(mtype)) {
      return yield* new BadMessage({ detail: `'${mtype}' is not an MType such as table.load.votable` })
    }
    const given = yield* Effect.fromResult(toMap("the parameters", params))
    const more = yield* Effect.fromResult(toMap("the further keys", extra))
    return new Map<string, SampValue>([...more, ["samp.mtype", mtype], ["samp.params", given]])
  })
