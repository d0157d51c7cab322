/** Port: an XML-RPC endpoint that others call. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Fault } from "../domain/Fault.ts"
import type { SampValue } from "../domain/SampValue.ts"
import type { MethodCall } from "../domain/XmlRpc.ts"

/** The endpoint could not be opened. */
export class ListenError extends Data.TaggedError("ListenError")<{
  readonly reason: "PortTaken" | "AddressUnusable"
  readonly address: string
  readonly port: number
  readonly detail: string
}> {
  override get message(): string {
    return this.reason === "PortTaken"
      ? `port ${this.port} on ${this.address} is taken; choose another with --port, or 0 for any`
      : `cannot listen on ${this.address} port ${this.port}: ${this.detail}`
  }
}

/** Where to listen. */
export interface ListenOptions {
  /** Address to bind; loopback unless the user asks otherwise (STD-49). */
  readonly address: string
  /** Port, or 0 for any free one. */
  readonly port: number
  /** What a person sees who opens the endpoint in a browser (WIRE-157). */
  readonly title: string
}

/** An open endpoint. */
export interface Endpoint {
  /** Absolute URL with explicit port and a path (STD-48, WIRE-41). */
  readonly url: string
}

/** Answers one call; it is interrupted when its caller hangs up. */
export type CallHandler = (call: MethodCall) => Effect.Effect<SampValue, Fault>

/** Opens endpoints; each is closed with its scope. */
export class CallServer extends Context.Service<CallServer, {
  readonly listen: (
    options: ListenOptions,
    handler: CallHandler
  ) => Effect.Effect<Endpoint, ListenError, Scope.Scope>
}>()("samp/ports/CallServer") {}
