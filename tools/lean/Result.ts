/**
 * Stands in for `effect/Result` in what web pages load: the same plain data without what else Effect's have on them -
 * equality, hashes, inspection, generators - which no page needs, and which would be a fifth of all that it loads. Has only
 * what the client uses; bundling fails when that is more, and a test holds the two together.
 */
import type * as Real from "effect/Result"

const tagged = <A>(_tag: "Success" | "Failure", key: string, value: unknown): A =>
  ({ _tag, [key]: value }) as A // what the types of Effect show of a Result, and what is read of it

/** Like `Result.succeed`. */
export const succeed = <A>(value: A): Real.Result<A> => tagged("Success", "success", value)

/** Like `Result.fail`. */
export const fail = <E>(error: E): Real.Result<never, E> => tagged("Failure", "failure", error)

/** Like `Result.isSuccess`. */
export const isSuccess = <A, E>(self: Real.Result<A, E>): self is Real.Success<A, E> =>
  self._tag === "Success"

/** Like `Result.isFailure`. */
export const isFailure = <A, E>(self: Real.Result<A, E>): self is Real.Failure<A, E> =>
  self._tag === "Failure"

/** Like `Result.map`. */
export const map = <A, E, B>(self: Real.Result<A, E>, f: (value: A) => B): Real.Result<B, E> =>
  isSuccess(self) ? succeed(f(self.success)) : fail(self.failure)
