/**
 * What goes into the hub machine: what clients ask, and what the world reports. All that the machine cannot compute
 * from its state is in here: the time, the caller's key, the fresh random key. Inputs are plain data, so a recorded
 * session replays exactly.
 */
import type { ClientId, MessageId, PrivateKey } from "./Identifiers.ts"
import type { SampMap } from "./SampValue.ts"
import type { WebIdentity } from "./web/WebClient.ts"

/** How a callable client takes its callbacks. */
export type Callback =
  | {
    readonly _tag: "Post"
    /** XML-RPC endpoint of the client (STD-06). */
    readonly url: string
  }
  /** They wait at the hub until it asks for them (WEB-30). */
  | { readonly _tag: "Pull" }

/** Who asks over the Web Profile. */
export interface WebCaller {
  /** The origin that the browser vouches for; empty when the request named none. */
  readonly origin: string
}

/** The hub operations of section 3.11, with those of the Standard Profile and of the Web Profile for callbacks. */
export type Operation =
  | { readonly _tag: "Ping"; readonly key?: PrivateKey }
  | { readonly _tag: "Register"; readonly freshKey: PrivateKey; readonly web?: WebIdentity }
  | { readonly _tag: "Unregister"; readonly key: PrivateKey }
  | { readonly _tag: "SetCallback"; readonly key: PrivateKey; readonly callback: Callback }
  /** WEB-30. */
  | { readonly _tag: "AllowReverseCallbacks"; readonly key: PrivateKey; readonly allow: boolean }
  /** WEB-32. */
  | {
    readonly _tag: "PullCallbacks"
    readonly key: PrivateKey
    /** How long to wait for a callback if there is none; negative for no limit. */
    readonly timeoutSeconds: number
    /** Serial of the last callback that it has, from a client that counts. */
    readonly serial?: number
  }
  | { readonly _tag: "DeclareMetadata"; readonly key: PrivateKey; readonly metadata: SampMap }
  | { readonly _tag: "GetMetadata"; readonly key: PrivateKey; readonly id: ClientId }
  | { readonly _tag: "DeclareSubscriptions"; readonly key: PrivateKey; readonly subscriptions: SampMap }
  | { readonly _tag: "GetSubscriptions"; readonly key: PrivateKey; readonly id: ClientId }
  | { readonly _tag: "GetRegisteredClients"; readonly key: PrivateKey }
  | { readonly _tag: "GetSubscribedClients"; readonly key: PrivateKey; readonly mtype: string }
  | {
    readonly _tag: "Notify"
    readonly key: PrivateKey
    readonly recipient: ClientId
    readonly message: SampMap
  }
  | { readonly _tag: "NotifyAll"; readonly key: PrivateKey; readonly message: SampMap }
  | {
    readonly _tag: "Call"
    readonly key: PrivateKey
    readonly recipient: ClientId
    readonly tag: string
    readonly message: SampMap
  }
  | { readonly _tag: "CallAll"; readonly key: PrivateKey; readonly tag: string; readonly message: SampMap }
  | {
    readonly _tag: "CallAndWait"
    readonly key: PrivateKey
    readonly recipient: ClientId
    readonly message: SampMap
    /** Seconds; zero or less sets no limit (DLV-11). */
    readonly timeoutSeconds: number
  }
  | {
    readonly _tag: "Reply"
    readonly key: PrivateKey
    readonly msgId: MessageId
    readonly response: SampMap
  }

/** Why a call could not be handed to its recipient. */
export type Undelivered = "refused" | "unresponsive" | "overloaded"

/** One input of the machine. */
export type HubInput =
  /** A client asks; the answer carries the same request number. */
  | {
    readonly _tag: "Asked"
    readonly request: number
    readonly now: number
    readonly operation: Operation
    /** Of what is asked over the Web Profile. */
    readonly page?: WebCaller
  }
  /** The connection on which the answer was awaited is gone (DLV-23). */
  | { readonly _tag: "Abandoned"; readonly request: number; readonly now: number }
  /** The answer to a request was not read: its connection was gone before all of it was sent, or was reset (WEB-36). */
  | { readonly _tag: "Unread"; readonly request: number; readonly now: number }
  /** A call was not accepted by its recipient. */
  | {
    readonly _tag: "CallUndelivered"
    readonly recipient: ClientId
    readonly msgId: MessageId
    readonly why: Undelivered
    readonly detail: string
  }
  /** Nothing listens at the client's callback any more (GEN-06). */
  | { readonly _tag: "ClientDead"; readonly id: ClientId; readonly now: number; readonly detail: string }
  /** Somebody throws a client out (EVT-04). */
  | { readonly _tag: "Eject"; readonly id: ClientId; readonly now: number; readonly reason: string }
  /** The Web Profile is switched off: its clients are told, and are gone (EVT-14). */
  | { readonly _tag: "CloseWeb"; readonly now: number }
  /** Time has passed; harmless when too early. */
  | { readonly _tag: "Tick"; readonly now: number }
  /** The hub is to end (section 2.4). */
  | { readonly _tag: "Stop" }
