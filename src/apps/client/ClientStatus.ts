/** Whether a client is registered, and why not if it is not. */
import type { ClientId } from "../../domain/Identifiers.ts"

/** The hub that a client is registered with. */
export interface ConnectedHub {
  /** XML-RPC endpoint of the hub. */
  readonly url: string
  /** Path or URL of the lockfile by which it was found; undefined for one named by its parameters. */
  readonly lockfile: string | undefined
  readonly label: string | undefined
  /** Product and version, if the lockfile tells. */
  readonly impl: string | undefined
}

/**
 * The states of a client. `Searching` goes on by itself, `Disconnected` stays until `reconnect`: an ejected client does not
 * register again unasked (CLI-16).
 */
export type ClientStatus<Hub = ConnectedHub> =
  | {
    readonly _tag: "Connected"
    readonly selfId: ClientId
    readonly hubId: ClientId
    readonly hub: Hub
  }
  | { readonly _tag: "Searching"; readonly why: string }
  | { readonly _tag: "Disconnected"; readonly why: string }
