/** What comes out of the client machine: plain data for the shell to carry out, in this order. */
import type { Delivery } from "../HubOutput.ts"
import type { ClientId, MessageId } from "../Identifiers.ts"
import type { SampMap } from "../SampValue.ts"
import type { ClientInput } from "./ClientInput.ts"

/** How a registration ends. */
export type Ending =
  /** The hub said that it stops (EVT-02). */
  | { readonly _tag: "HubStopped" }
  /** The hub threw this client out (EVT-04). */
  | { readonly _tag: "Ejected"; readonly reason: string }
  /** The hub is not there any more, or does not know this client any more. */
  | { readonly _tag: "HubLost"; readonly detail: string }

/** One output. */
export type ClientOutput =
  /** Run these handlers, by number, on a notification or a call. */
  | {
    readonly _tag: "Handle"
    readonly handlers: ReadonlyArray<number>
    readonly mtype: string
    readonly delivery: Exclude<Delivery, { readonly _tag: "Response" }>
  }
  /** Reply to a call that no handler takes. */
  | { readonly _tag: "Reply"; readonly msgId: MessageId; readonly response: SampMap }
  /** One response to an open call. */
  | {
    readonly _tag: "Answered"
    readonly tag: string
    readonly responder: ClientId
    readonly response: SampMap
  }
  /** All responses to a call have come; it is closed. */
  | { readonly _tag: "Complete"; readonly tag: string }
  /** A call will not be answered, since the registration is over; it is closed. */
  | { readonly _tag: "Cut"; readonly tag: string }
  /** A response to a msg-tag that the application chose itself. */
  | {
    readonly _tag: "Unclaimed"
    readonly tag: string
    readonly responder: ClientId
    readonly response: SampMap
  }
  /** The tracked clients are others than before. */
  | { readonly _tag: "ClientsChanged" }
  /** Ask the hub for metadata and subscriptions of a client that has just registered. */
  | { readonly _tag: "AskAbout"; readonly id: ClientId }
  /** The registration is over. */
  | { readonly _tag: "Over"; readonly ending: Ending }
  /** Come back with this input after so many milliseconds. */
  | { readonly _tag: "Later"; readonly ms: number; readonly input: ClientInput }
