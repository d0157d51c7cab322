/** What the network in memory knows of its endpoints and of the calls that are on their way; the machine knows neither. */
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Result from "effect/Result"
import type { Fault } from "../../domain/Fault.ts"
import { type SampValue, stringAt } from "../../domain/SampValue.ts"
import type { Break } from "../../domain/simulation/NetworkEvents.ts"
import type { MethodCall } from "../../domain/XmlRpc.ts"
import { CallError } from "../../ports/CallSender.ts"
import type { Page, WebAnswer, WebHandler } from "../../ports/WebServer.ts"

/** An endpoint that listens. */
export interface Place {
  readonly process: string
  readonly handler: (call: MethodCall, page: Page) => Effect.Effect<WebAnswer, Fault>
  /** The hub behind an endpoint for pages. */
  readonly web: WebHandler | undefined
  /** Starts effects of the process that listens. */
  readonly fork: <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>
}

/** A call on its way: whom to tell, and what the endpoint said. */
export interface Talk {
  readonly call: MethodCall
  readonly page: Page
  readonly from: string
  readonly url: string
  readonly onWritten: (() => void) | undefined
  readonly done: (result: Result.Result<SampValue, CallError>) => void
  answer: Result.Result<WebAnswer, Fault> | undefined
  /** The process that works on it. */
  at: string | undefined
  working: Fiber.Fiber<unknown, unknown> | undefined
}

/** What a call is, in a word for traces: its method, and the MType if it carries a message. */
export const labelOf = ({ method, params }: MethodCall): string => {
  for (const param of params) {
    const mtype = param instanceof Map ? stringAt(param, "samp.mtype") : undefined
    if (mtype !== undefined) return `${method} ${mtype}`
  }
  return method
}

/** How a caller is told why its connection broke. */
export const lostText: { readonly [W in Break]: string } = {
  "before it arrived": "the connection broke",
  "within the answer": "the connection broke within the answer",
  "the endpoint closed": "the endpoint closed",
  "the process died": "the connection was reset",
  "it was half open": "the connection had been dead for long"
}

/** What a dead process hears. */
export const lost = (url: string): CallError =>
  new CallError({ reason: "Lost", url, detail: "this process is dead" })
