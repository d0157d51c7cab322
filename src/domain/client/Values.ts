/** What an application hands over to be sent, made into SAMP maps and messages; the same for every kind of client. */
import * as Result from "effect/Result"
import { isMType } from "../MType.ts"
import { emptyMap, fromJson, isMap, type SampMap, type SampValue } from "../SampValue.ts"

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

/**
 * The SAMP map of named values, or a line that says why there is none.
 *
 * @param what - how the line begins, as in "the parameters"
 */
export const readMap = (what: string, values: Values): Result.Result<SampMap, string> => {
  const read = fromJson(values)
  if (Result.isFailure(read)) {
    const { path, text } = read.failure
    return Result.fail(`${what}: ${path === "" ? "it" : path} ${text}`)
  }
  return isMap(read.success) ? Result.succeed(read.success) : Result.fail(`${what} are no map`)
}

/**
 * A message (section 3.8), or a line that says why it is none.
 *
 * @param extra - keys beside `samp.mtype` and `samp.params` (MSG-05)
 */
export const makeMessage = (
  mtype: string,
  params: Values = emptyMap,
  extra: Values = emptyMap
): Result.Result<SampMap, string> => {
  if (!isMType(mtype)) return Result.fail(`'${mtype}' is not an MType such as table.load.votable`)
  const given = readMap("the parameters", params)
  if (Result.isFailure(given)) return given
  const more = readMap("the further keys", extra)
  return Result.isFailure(more) ? more : Result.succeed(
    new Map<string, SampValue>([...more.success, ["samp.mtype", mtype], ["samp.params", given.success]])
  )
}
