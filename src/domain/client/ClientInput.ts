/** What goes into the client machine. */
import type { Delivery } from "../HubOutput.ts"
import type { ClientId } from "../Identifiers.ts"
import type { Binding } from "./Bindings.ts"
import type { Description } from "./Tracker.ts"

/** One input. */
export type ClientInput =
  /** A hub has taken the client in (section 3.5). */
  | { readonly _tag: "Registered"; readonly selfId: ClientId; readonly hubId: ClientId }
  /** The registration is over, for whatever reason. */
  | { readonly _tag: "Ended" }
  /** The hub has called back (section 3.12). */
  | { readonly _tag: "Delivered"; readonly delivery: Delivery }
  | { readonly _tag: "Bound"; readonly binding: Binding }
  | { readonly _tag: "Unbound"; readonly id: number }
  /** A call is about to be sent; `to` is undefined for one to all subscribers. */
  | { readonly _tag: "CallOpened"; readonly tag: string; readonly to: ClientId | undefined }
  /** The hub has said whom a call to all went to. */
  | { readonly _tag: "CallWentTo"; readonly tag: string; readonly ids: ReadonlyArray<ClientId> }
  /** Nobody waits for the call any more: it was interrupted, or its time is over. */
  | { readonly _tag: "CallDropped"; readonly tag: string }
  /** A called client left a moment ago, and its response has had time to come. */
  | { readonly _tag: "CalleeLeft"; readonly tag: string; readonly id: ClientId }
  /**
   * The hub's list of registered clients. `missing`: those who were known when it was asked for and are not on it, whose
   * leaving must have been told by an event that never came.
   */
  | {
    readonly _tag: "Listed"
    readonly ids: ReadonlyArray<ClientId>
    readonly missing: ReadonlyArray<ClientId>
  }
  /** The hub's answer about one client. */
  | { readonly _tag: "Described"; readonly id: ClientId; readonly description: Required<Description> }
