/** Handlers: what an application does with a message, and how what becomes of it is told to the caller (RSP-09, RSP-10). */
import * as Result from "effect/Result"
import { tagged } from "../../adapters/web/WebErrors.ts"
import { failed, refusal } from "../../domain/client/Responses.ts"
import { type PlainMap, readMap, type Values } from "../../domain/client/Values.ts"
import { error, okResponse, warning } from "../../domain/Message.ts"
import { emptyMap, type SampMap } from "../../domain/SampValue.ts"
import type { PlainObject } from "../facade/Plain.ts"
import { BadMessage } from "./Errors.ts"
import type { Message } from "./Types.ts"

/** All that RSP-05 lets one say. */
interface Texts {
  readonly text: string
  readonly code?: string
  readonly usertxt?: string
  readonly debugtxt?: string
  readonly result?: PlainMap
}

const textOf = ({ text }: Texts): string => text

/** Thrown by a handler for `samp.warning`: the work is done, but there is something to say. */
export const Warning = tagged("Warning", textOf)

/** Thrown by a handler for `samp.error`; any other error does it with its message. */
export const Failure = tagged("Failure", textOf)

/** A handler that replies by itself, later, with `reply(msgId, ...)`, returns this. */
export const later = Symbol("later")
/** The type of {@link later}, which no other value has. */
export type Later = typeof later

/** A handler without the types of its MType. */
export type Handle = (message: Message<PlainObject>) => unknown

/** What was made, or an error that says why it cannot be sent. */
export const orBad = <A>(made: Result.Result<A, string>): A => {
  if (Result.isFailure(made)) throw new BadMessage({ detail: made.failure })
  return made.success
}

/** The map of plain values, or an error that says why there is none. */
export const mapOf = (what: string, values: Values): SampMap => orBad(readMap(what, values))

const resultOf = (values: PlainMap = {}): SampMap => {
  const read = readMap("", values)
  return Result.isFailure(read) ? emptyMap : read.success
}

/** The response that a handler makes; undefined when it replies by itself. */
export const responseOf = async (handle: () => unknown, mtype: string): Promise<SampMap | undefined> => {
  try {
    const value = await handle()
    // what is neither nothing nor `later` is a map, by the handler's type
    return value === later ? undefined : okResponse(mapOf("the result", (value ?? {}) as PlainMap))
  } catch (failure) {
    if (failure instanceof Warning || failure instanceof Failure) {
      const { code, debugtxt, result, text, usertxt } = failure
      return refusal(failure instanceof Warning ? warning : error, {
        "samp.errortxt": text,
        "samp.usertxt": usertxt,
        "samp.debugtxt": debugtxt,
        "samp.code": code
      }, resultOf(result))
    }
    // The caller is told in a line; where it went wrong is for who wrote the handler.
    console.error(`The handler of ${mtype} failed:`, failure)
    return failed(failure)
  }
}
