/** Port: calling other XML-RPC endpoints. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type { SampValue } from "../domain/SampValue.ts"
import type { MethodCall } from "../domain/XmlRpc.ts"

/** A call that did not come through. */
export class CallError extends Data.TaggedError("CallError")<{
  /**
   * `Refused`: nobody listens, the call was certainly not seen. `Lost`: the connection broke, it may have been seen.
   * `Timeout`: no answer in time. `BadAnswer`: the answer is no XML-RPC. `RemoteFault`: the peer says no.
   */
  readonly reason: "Refused" | "Lost" | "Timeout" | "BadAnswer" | "RemoteFault"
  readonly url: string
  readonly detail: string
  /** The peer's `faultCode`, for `RemoteFault`. */
  readonly code?: number
}> {
  override get message(): string {
    return this.reason === "RemoteFault" ? this.detail : `${this.url}: ${this.detail}`
  }
}

/** How to call. */
export interface CallOptions {
  /** Milliseconds until the answer must be there; 0 for no limit. */
  readonly timeoutMs: number
  /**
   * Runs once, when the next request to the same URL may be sent and will be seen after this one: the whole request is
   * handed to the operating system, and the connection has proved good or had a short time to do so.
   */
  readonly onWritten?: () => void
  /**
   * The `Origin` header of the request, as a browser would set it: for programs that speak to the Web Profile on behalf of a
   * page, and for tests. It is no claim that anybody has checked.
   */
  readonly origin?: string | undefined
}

/** Calls methods of endpoints, over kept-alive connections where the peer keeps them. */
export class CallSender extends Context.Service<CallSender, {
  /** Calls and reads the answer's value. */
  readonly call: (url: string, call: MethodCall, options: CallOptions) => Effect.Effect<SampValue, CallError>
  /** Calls and ignores whatever value comes back, of whatever type (CLI-15, WIRE-30); a fault still fails. */
  readonly deliver: (url: string, call: MethodCall, options: CallOptions) => Effect.Effect<void, CallError>
  /** Whether something listens at the URL: false only when a connection is refused, not when it is slow. */
  readonly probe: (url: string) => Effect.Effect<boolean>
}>()("samp/ports/CallSender") {}
