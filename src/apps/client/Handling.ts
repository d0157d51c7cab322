/**
 * Handlers: what an application does with a message, and how what becomes of it is told to the caller.
 *
 * Success is `samp.ok`, a failure with {@link Warning} is `samp.warning`, any other failure and every defect is
 * `samp.error`, so that each call gets exactly one reply in every outcome (RSP-09), when the work is done (RSP-10).
 */
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { failed, refusal } from "../../domain/client/Responses.ts"
import type { ClientId, MessageId } from "../../domain/Identifiers.ts"
import { error, okResponse, warning } from "../../domain/Message.ts"
import { emptyMap, type SampMap } from "../../domain/SampValue.ts"
import { toMap, type Values } from "./Outgoing.ts"

/** A message as a handler gets it. */
export interface Incoming<P = SampMap> {
  readonly mtype: string
  /** The parameters; unknown ones are to be ignored (MT-05). */
  readonly params: P
  readonly sender: ClientId
  /** The hub's name for the call; undefined for a notification. */
  readonly msgId: MessageId | undefined
  /** The whole message, with keys beside `samp.mtype` and `samp.params`. */
  readonly message: SampMap
  /**
   * Tells the caller how far the work is (RSP-13, APP-04); does nothing for a notification, nor if the caller does not
   * listen.
   *
   * @param percent - 0 to 100
   */
  readonly progress: (text: string, percent?: number) => Effect.Effect<void>
}

/** What a handler says when all is not well (RSP-05). */
interface Texts {
  /** In a line: `samp.errortxt`. */
  readonly text: string
  /** For programs: `samp.code`. */
  readonly code?: string
  /** For people: `samp.usertxt`. */
  readonly usertxt?: string
  /** For developers: `samp.debugtxt`. */
  readonly debugtxt?: string
  readonly result?: Values
}

/** Fails a handler with `samp.warning`: the work is done, but there is something to say. */
export class Warning extends Data.TaggedError("Warning")<Texts> {
  override get message(): string {
    return this.text
  }
}

/** Fails a handler with `samp.error` and all that RSP-05 lets one say; any other error does it with its message. */
export class Failure extends Data.TaggedError("Failure")<Texts> {
  override get message(): string {
    return this.text
  }
}

/** The type of {@link later}, which no other value has. */
class Later {
  readonly #brand = "later"

  toString(): string {
    return this.#brand
  }
}

/** A handler that replies by itself, later, with `reply(msgId, ...)`, succeeds with this. */
export const later = new Later()
export type { Later }

/** What a handler may succeed with: named values, nothing, or {@link later}. */
export type Outcome = Values | void | Later

const resultOf = (values: Values | undefined): SampMap => {
  const read = values === undefined ? Result.succeed(emptyMap) : toMap("the result", values)
  return Result.isSuccess(read) ? read.success : emptyMap
}

const refused = (failure: unknown): SampMap => {
  if (!(failure instanceof Warning || failure instanceof Failure)) return failed(failure)
  const { code, debugtxt, result, text, usertxt } = failure
  return refusal(failure instanceof Warning ? warning : error, {
    "samp.errortxt": text,
    "samp.usertxt": usertxt,
    "samp.debugtxt": debugtxt,
    "samp.code": code
  }, resultOf(result))
}

/** The response that the end of a handler makes; undefined when it replies by itself, or was interrupted. */
export const responseOf = (exit: Exit.Exit<Outcome, unknown>): SampMap | undefined => {
  if (Exit.isSuccess(exit)) {
    if (exit.value === later) return undefined
    if (exit.value === undefined) return okResponse()
    const result = toMap("the result", exit.value as Values) // neither nothing nor `later`, seen above
    return Result.isSuccess(result) ? okResponse(result.success) : refused(result.failure)
  }
  const reason = exit.cause.reasons.find(({ _tag }) => _tag !== "Interrupt")
  switch (reason?._tag) {
    case "Fail":
      return refused(reason.error)
    case "Die":
      return refusal(error, {
        "samp.errortxt": "the client failed unexpectedly while it handled the message",
        "samp.debugtxt": Cause.pretty(exit.cause).slice(0, 2_000),
        "samp.code": "client.defect"
      })
    default:
      return undefined
  }
}
