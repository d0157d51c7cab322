/** Why what a client asked for did not come about; each says what to do, or whom to ask. */
import * as Data from "effect/Data"
import { errorTexts } from "../../domain/client/Responses.ts"
import { saysTimeout } from "../../domain/client/Wording.ts"
import type { ClientId } from "../../domain/Identifiers.ts"
import type { SampMap } from "../../domain/SampValue.ts"
import type { CallError } from "../../ports/CallSender.ts"
import type { ListenError } from "../../ports/CallServer.ts"
import type { BadPlace, NoHub } from "../Discovery.ts"
import type { HubError } from "../HubConnection.ts"

/** There is no registration at the moment. */
export class NotConnected extends Data.TaggedError("NotConnected")<{ readonly why: string }> {
  override get message(): string {
    return `this client is not registered with a hub: ${this.why}`
  }
}

/** The registration ended while a response was awaited; whether the call was acted on is not known (SHUT-05). */
export class Disconnected extends Data.TaggedError("Disconnected")<{ readonly mtype: string }> {
  override get message(): string {
    return `the hub went away before the response to ${this.mtype} came`
  }
}

/** No response in time. */
export class NoResponse extends Data.TaggedError("NoResponse")<{
  /** Who was called. */
  readonly responder: ClientId
  readonly seconds: number
}> {
  override get message(): string {
    return `the client ${this.responder} did not answer within ${this.seconds} s`
  }
}

/** A message that cannot be sent. */
export class BadMessage extends Data.TaggedError("BadMessage")<{ readonly detail: string }> {
  override get message(): string {
    return this.detail
  }
}

/** A response that is neither `samp.ok` nor `samp.warning` (RSP-01, RSP-04, RSP-05). */
export class ErrorResponse extends Data.TaggedError("ErrorResponse")<{
  readonly responder: ClientId
  /** `samp.error`, or whatever else the responder wrote. */
  readonly status: string
  /** What went wrong, in a line: `samp.errortxt`. */
  readonly errortxt: string
  /** For programs: `samp.code`. */
  readonly code: string | undefined
  /** For people: `samp.usertxt`. */
  readonly usertxt: string | undefined
  /** For developers: `samp.debugtxt`. */
  readonly debugtxt: string | undefined
  /** The response as it came. */
  readonly response: SampMap
}> {
  override get message(): string {
    return this.errortxt
  }
}

/** The error that a response tells of; missing parts are made up for (RSP-08). */
export const errorOf = (responder: ClientId, response: SampMap): ErrorResponse =>
  new ErrorResponse({ responder, response, ...errorTexts(responder, response) })

/** The hub has refused a registration over the Web Profile, mostly since its user said no (WEB-13). */
export class NotAdmitted extends Data.TaggedError("NotAdmitted")<{
  readonly url: string
  /** What the hub said. */
  readonly detail: string
}> {
  override get message(): string {
    return `the hub at ${this.url} did not let this client in: ${this.detail}`
  }
}

/** Why a client could not be registered. */
export type ConnectError = NoHub | BadPlace | HubError | ListenError | NotAdmitted

/** Why an operation of the hub failed. */
export type OperationError = HubError | NotConnected

/** Why a message could not be sent. */
export type SendError = OperationError | BadMessage

/** Why a call gave no result. */
export type CallFailure = SendError | ErrorResponse | NoResponse | Disconnected

/** Whether time is up, or the hub says so. */
export const isTimeout = ({ detail, reason }: CallError): boolean =>
  reason === "Timeout" || reason === "RemoteFault" && saysTimeout(detail)

/** Whether a hub says that it is about to end. */
export const isStopping = (error: HubError): boolean =>
  error._tag === "CallError" && error.reason === "RemoteFault" &&
  /shut(?:ting)? ?down|stopping/iu.test(error.detail)

/** Whether an operation may succeed if it is tried again: the hub did not say no. */
export const isLost = (error: HubError): boolean =>
  error._tag === "CallError" && error.reason !== "RemoteFault" && error.reason !== "BadAnswer"
