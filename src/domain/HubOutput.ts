/** What comes out of the hub machine: plain data for the shell to carry out, in this order. */
import type * as Result from "effect/Result"
import type { Fault } from "./Fault.ts"
import type { Callback } from "./HubInput.ts"
import type { ClientId, MessageId, PrivateKey } from "./Identifiers.ts"
import type { SampMap, SampValue } from "./SampValue.ts"

/** One callback to a client (section 3.12). A broadcast hands out the same `message` object to all. */
export type Delivery =
  | { readonly _tag: "Notification"; readonly sender: ClientId; readonly message: SampMap }
  | { readonly _tag: "Call"; readonly sender: ClientId; readonly msgId: MessageId; readonly message: SampMap }
  | {
    readonly _tag: "Response"
    readonly responder: ClientId
    readonly tag: string
    readonly response: SampMap
  }

/** How a client's registration ended. */
export type Departure = "unregistered" | "ejected" | "dead"

/** One output of the machine. */
export type HubOutput =
  /** The answer to a request. Each request is answered at most once, and exactly once unless it was abandoned. */
  | { readonly _tag: "Answer"; readonly request: number; readonly result: Result.Result<SampValue, Fault> }
  /** Hand this to the client's callback; those of the Web Profile have it in their queue already, and pull it. */
  | { readonly _tag: "Deliver"; readonly to: ClientId; readonly delivery: Delivery }
  /** From now on the client takes callbacks here; `key` goes with each of them (STD-05). */
  | {
    readonly _tag: "Callable"
    readonly id: ClientId
    readonly key: PrivateKey
    readonly callback: Callback
  }
  /** The client is gone. What was delivered before may still go out when it was ejected, else not. */
  | { readonly _tag: "Left"; readonly id: ClientId; readonly departure: Departure; readonly reason: string }
  /** A call has ended, but its sender takes no callbacks and is not told. */
  | {
    readonly _tag: "Unheard"
    readonly sender: ClientId
    readonly responder: ClientId
    readonly tag: string
  }
  /** A callback of a web client has no room: so much waits for it already (WEB-38). */
  | {
    readonly _tag: "Overfull"
    readonly id: ClientId
    readonly what: Delivery["_tag"]
    readonly waiting: number
  }
  /** A key was used from where it does not belong: the other profile, or a page of another origin (P12). */
  | { readonly _tag: "Misused"; readonly id: ClientId; readonly origin: string | undefined }
  /** Come back with a `Tick` at this time, in milliseconds of the clock of the inputs; replaces earlier ones. */
  | { readonly _tag: "Wake"; readonly at: number }
  /** The hub has had no clients for its timeout. */
  | { readonly _tag: "Idle" }
