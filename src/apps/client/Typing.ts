/** MTypes by name, with whatever parameters, or by definition, with those that the compiler knows. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Definition from "../../domain/mtypes/Definition.ts"
import * as Mistakes from "../../domain/mtypes/Mistakes.ts"
import type { SampMap } from "../../domain/SampValue.ts"
import type { Answer } from "./Calling.ts"
import { BadMessage } from "./ClientErrors.ts"
import { type Incoming, type Later, later, type Outcome } from "./Handling.ts"
import { toMessage, type Values } from "./Outgoing.ts"

/** Any definition of an MType. */
export type AnyDefinition = Definition.Definition<unknown, unknown>

/** An MType by name or by definition. */
export type MTypeLike = string | AnyDefinition

/** What is sent with an MType. */
export type Sent<M extends MTypeLike> = M extends string ? Values : Definition.ParamsOf<M>

/** What a handler of an MType gets. */
export type Received<M extends MTypeLike> = M extends string ? SampMap : Definition.ParamsOf<M>

/** What a call of an MType brings. */
export type Returned<M extends MTypeLike> = M extends string ? SampMap : Definition.ResultOf<M>

/** What a handler of an MType succeeds with. */
export type Given<M extends MTypeLike> = M extends string ? Outcome
  : Definition.ResultOf<M> | Later | ({} extends Definition.ResultOf<M> ? void : never)

/** What follows an MType when it is sent: its parameters, to be left out only if none is required, and how to send. */
export type Rest<M extends MTypeLike, O> = {} extends Sent<M> ? [params?: Sent<M>, options?: O]
  : [params: Sent<M>, options?: O]

/** The same, read where the MType is not known. */
export const optionsOf = <O>(rest: ReadonlyArray<unknown>): Partial<O> => (rest[1] ?? {}) as Partial<O> // the second place of Rest, for whichever MType

/** A message or a response of a peer is not what the definition of its MType says. */
export class IllFormed extends Data.TaggedError("IllFormed")<{
  readonly mtype: string
  /** The keys to the place, joined by dots. */
  readonly path: string
  readonly expected: string
  readonly found: string
  readonly detail: string
}> {
  override get message(): string {
    return this.detail
  }
}

const illFormed = (mistake: Mistakes.IllFormed): IllFormed =>
  new IllFormed({ ...mistake, detail: Mistakes.describe(mistake) })

const badMessage = (mistake: Mistakes.BadParams): BadMessage =>
  new BadMessage({ detail: Mistakes.describe(mistake) })

/** The name of an MType. */
export const nameOf = (mtype: MTypeLike): string => typeof mtype === "string" ? mtype : mtype.mtype

/** The message to send. */
export const encode = <M extends MTypeLike>(
  mtype: M,
  rest: ReadonlyArray<unknown>
): Effect.Effect<SampMap, BadMessage> => {
  const params = rest[0] as Sent<M> | undefined // the first place of Rest
  const { extra } = optionsOf<{ readonly extra: Values | undefined }>(rest)
  if (typeof mtype === "string") return toMessage(mtype, params as Values | undefined, extra) // as Sent<string> says
  const definition: AnyDefinition = mtype
  return Effect.fromResult(Result.mapError(Definition.encodeParams(definition, params ?? {}), badMessage))
    .pipe(
      Effect.flatMap((encoded) => toMessage(definition.mtype, encoded, extra))
    )
}

/** The answer to a call, with a result of the MType's type. */
export const typed = <M extends MTypeLike>(
  mtype: M,
  answer: Answer
): Effect.Effect<Answer<Returned<M>>, IllFormed> => {
  // what Returned<M> says is what the definition's own decoder gives, or the map itself
  const give = (result: unknown): Answer<Returned<M>> => ({ ...answer, result: result as Returned<M> })
  if (typeof mtype === "string") return Effect.succeed(give(answer.result))
  const definition: AnyDefinition = mtype
  const decoded = Definition.decodeResult(definition, answer.result)
  return Result.isSuccess(decoded)
    ? Effect.succeed(give(decoded.success.value))
    : Effect.fail(illFormed(decoded.failure))
}

/** A handler of an MType, as the engine runs it: it reads the parameters, and writes the result. */
export const handler = <M extends MTypeLike, E, R>(
  mtype: M,
  handle: (incoming: Incoming<Received<M>>) => Effect.Effect<Given<M>, E, R>
) =>
(incoming: Incoming): Effect.Effect<Outcome, E | IllFormed | BadMessage, R> => {
  // for an MType by name both types are the untyped ones
  const plain = handle as (incoming: Incoming<unknown>) => Effect.Effect<unknown, E, R>
  if (typeof mtype === "string") return plain(incoming) as Effect.Effect<Outcome, E, R>
  const definition: AnyDefinition = mtype
  const decoded = Definition.decodeParams(definition, incoming.params)
  if (Result.isFailure(decoded)) return Effect.fail(illFormed(decoded.failure))
  return Effect.flatMap(
    plain({ ...incoming, params: decoded.success.value }),
    (result): Effect.Effect<Outcome, BadMessage> => {
      if (result === later) return Effect.succeed(later)
      return Effect.fromResult(
        Result.mapError(Definition.encodeResult(definition, result ?? {}), badMessage)
      )
    }
  )
}
