/** The state of a client's protocol engine. */
import type { ClientId } from "../Identifiers.ts"
import type { Bindings } from "./Bindings.ts"
import * as OpenCalls from "./OpenCalls.ts"
import type { Tracker } from "./Tracker.ts"

/** What belongs to one registration, and goes with it. */
export interface Registered {
  readonly selfId: ClientId
  readonly hubId: ClientId
  readonly tracker: Tracker
}

/** All that the engine knows. */
export interface ClientState {
  /** Undefined while there is no registration. */
  readonly registered?: Registered
  readonly bindings: Bindings
  readonly calls: OpenCalls.OpenCalls
}

/** A client that is not registered, and handles nothing. */
export const initial: ClientState = { bindings: [], calls: OpenCalls.none }
