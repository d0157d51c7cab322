/** A check: a short program that sees whether a hub holds some requirements. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { SampValue } from "../../domain/SampValue.ts"
import { isList, isMap, type SampMap } from "../../domain/SampValue.ts"
import type { CallError } from "../../ports/CallSender.ts"
import type { ListenError } from "../../ports/CallServer.ts"
import type { NoAnswer } from "../../ports/RawHttp.ts"
import { brief, same } from "./Transcript.ts"
import type { World } from "./World.ts"

/** The hub does not hold what is checked. */
export class Broken extends Data.TaggedError("Broken")<{ readonly text: string }> {
  override get message(): string {
    return this.text
  }
}

/** It cannot be seen here. */
export class NotTestable extends Data.TaggedError("NotTestable")<{ readonly reason: string }> {
  override get message(): string {
    return this.reason
  }
}

/** How a check may end early; an operation that was not expected to fail is a way to be broken. */
export type CheckFailure = Broken | NotTestable | CallError | ListenError | NoAnswer

/** One check. */
export interface Check {
  /** The requirements that a hub breaks which fails it. */
  readonly ids: ReadonlyArray<string>
  /** What it sees to, as a sentence that is true of a hub that passes. */
  readonly title: string
  readonly run: (world: World) => Effect.Effect<void, CheckFailure, Scope.Scope>
}

/**
 * Makes a check.
 *
 * @param ids - the requirements, separated by blanks
 */
export const check = (ids: string, title: string, run: Check["run"]): Check => ({
  ids: ids.split(" "),
  title,
  run
})

/** Ends the check as failed. */
export const broken = (text: string): Effect.Effect<never, Broken> => Effect.fail(new Broken({ text }))

/** Demands that something holds. */
export const demand = (holds: boolean, otherwise: string): Effect.Effect<void, Broken> =>
  holds ? Effect.void : broken(otherwise)

/** Demands that a value is what it should be. */
export const equal = (
  what: string,
  actual: SampValue | undefined,
  expected: SampValue
): Effect.Effect<void, Broken> =>
  same(actual, expected) ? Effect.void : broken(`${what} is ${brief(actual)}, not ${brief(expected)}`)

/** Demands a map. */
export const aMap = (what: string, value: SampValue | undefined): Effect.Effect<SampMap, Broken> =>
  isMap(value) ? Effect.succeed(value) : broken(`${what} is ${brief(value)}, not a map`)

/** Demands a list of strings. */
export const strings = (
  what: string,
  value: SampValue | undefined
): Effect.Effect<ReadonlyArray<string>, Broken> => {
  const list = value !== undefined && isList(value) ? value : undefined
  const texts = list?.filter((item) => typeof item === "string")
  return list !== undefined && texts?.length === list.length
    ? Effect.succeed(texts)
    : broken(`${what} is ${brief(value)}, not a list of strings`)
}

/** Demands a string. */
export const aString = (what: string, value: SampValue | undefined): Effect.Effect<string, Broken> =>
  typeof value === "string" ? Effect.succeed(value) : broken(`${what} is ${brief(value)}, not a string`)

/** Demands that the hub answers with a fault, and returns that fault. */
export const refused = (
  what: string,
  asking: Effect.Effect<SampValue, CallError>
): Effect.Effect<CallError, Broken> =>
  Effect.flatMap(Effect.result(asking), (result) => {
    if (Result.isSuccess(result)) {
      return broken(`${what} was answered with ${brief(result.success)}, not with a fault`)
    }
    return result.failure.reason === "RemoteFault"
      ? Effect.succeed(result.failure)
      : broken(`${what} got no fault but: ${result.failure.detail}`)
  })
