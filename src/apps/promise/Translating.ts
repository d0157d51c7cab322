/**
 * Between the client and the one behind promises: what comes out becomes plain. By name, SAMP maps become objects; by
 * definition, all is as it is defined.
 */
import * as Result from "effect/Result"
import type { SampMap } from "../../domain/SampValue.ts"
import type * as Calling from "../client/Calling.ts"
import type { KnownClient } from "../client/Finding.ts"
import type * as Typing from "../client/Typing.ts"
import type * as Sending from "../data/Sending.ts"
import { plain } from "../facade/Plain.ts"
import type { Answer, Other } from "../facade/Types.ts"
import { plainError } from "./Errors.ts"
import type { Received, Reply, Rest, Returned, SentData } from "./Types.ts"

/** The parameters of a message. */
export const received = <M extends Typing.MTypeLike>(mtype: M, params: Typing.Received<M>): Received<M> =>
  (typeof mtype === "string" ? plain(params as SampMap) : params) as Received<M> // as both types say

/** The answer to a call. */
export const answered = <M extends Typing.MTypeLike>(
  mtype: M,
  { responder, response, result, warning }: Calling.Answer<Typing.Returned<M>>
): Answer<Returned<M>> => ({
  responder,
  result: (typeof mtype === "string" ? plain(result as SampMap) : result) as Returned<M>, // as both types say
  warning,
  response: plain(response)
})

/** What came of one of those who were called. */
export const replied = <M extends Typing.MTypeLike>(
  mtype: M,
  { answer, responder }: Calling.Reply<Typing.Returned<M>, Typing.IllFormed>
): Reply<Returned<M>> => ({
  responder,
  answer: Result.isSuccess(answer) ? answered(mtype, answer.success) : undefined,
  error: Result.isFailure(answer) ? plainError(answer.failure) : undefined
})

/** Plain parameters are parameters of the client, and each `signal` beside them is none of its business. */
export const restOf = <M extends Typing.MTypeLike, O>(_: M, rest: Rest<M, O>): Typing.Rest<M, O> =>
  rest as unknown as Typing.Rest<M, O> // the same places, of which the client looks at what it knows

/** Another client. */
export const otherOf = ({ id, metadata, name }: KnownClient): Other => ({
  id,
  name,
  metadata: plain(metadata)
})

/** What came of one receiver of data. */
export const dataOf = ({ answer, client, mtype, url }: Sending.Sent): SentData => ({
  client: otherOf(client),
  mtype,
  url,
  answer: Result.isSuccess(answer) ? answered("", answer.success) : undefined,
  error: Result.isFailure(answer) ? plainError(answer.failure) : undefined
})
