/** The errors of the client behind promises: the client's own, without a SAMP map in them. */
import * as Data from "effect/Data"
import { type ErrorTexts, errorTexts } from "../../domain/client/Responses.ts"
import * as ClientErrors from "../client/ClientErrors.ts"
import { plain, type PlainObject } from "../facade/Plain.ts"

/** A response that is neither `samp.ok` nor `samp.warning` (RSP-01, RSP-04, RSP-05). */
export class ErrorResponse extends Data.TaggedError("ErrorResponse")<
  ErrorTexts & {
    readonly responder: string
    /** The response as it came. */
    readonly response: PlainObject
  }
> {
  override get message(): string {
    return this.errortxt
  }
}

/** An error as it is told here. */
export type PlainError<E> = E extends ClientErrors.ErrorResponse ? ErrorResponse : E

/** Makes the response in an error plain; what has none stays as it is. */
export const plainError = <E>(error: E): PlainError<E> => {
  if (!(error instanceof ClientErrors.ErrorResponse)) return error as PlainError<E> // as the type says
  const { responder, response } = error
  const told = new ErrorResponse({ ...errorTexts(responder, response), responder, response: plain(response) })
  return told as PlainError<E>
}
