/** What a client is asked to be, and how it sends, calls and handles; the same for every kind of client. */
import type { Kinds } from "./Bindings.ts"
import type { Values } from "./Values.ts"

/**
 * How a client is made, whichever way it talks to its hub.
 *
 * @typeParam V - how named values are written
 */
export interface CommonOptions<V = Values> {
  /** `samp.name` (META-02). */
  readonly name?: string | undefined
  /** `samp.description.text`. */
  readonly description?: string | undefined
  /** Further metadata. */
  readonly metadata?: V | undefined
  /** Whether the client takes messages; one that does not only sends, and keeps nothing open to be reached by. Default true. */
  readonly callable?: boolean | undefined
  /** Whether to keep a list of the other clients. Default true. */
  readonly tracking?: boolean | undefined
  /** Whether to register again, with everything declared, when the hub is gone and another comes. Default true. */
  readonly reconnect?: boolean | undefined
  /** What to do when there is no hub at the start. Default "fail". */
  readonly whenNoHub?: "fail" | "wait" | undefined
  /** Seconds that calls wait for responses unless told otherwise; 0 for ever. Default 60. */
  readonly timeoutSeconds?: number | undefined
}

/** How a message is sent. */
export interface SendOptions {
  /** Keys of the message beside `samp.mtype` and `samp.params` (MSG-05). */
  readonly extra?: Values | undefined
}

/** How a call is made. */
export interface CallOptions extends SendOptions {
  /** Seconds to wait for the response; 0 for ever. */
  readonly timeoutSeconds?: number | undefined
}

/** How a handler is bound. */
export interface BindOptions {
  /** Which messages it takes. Default "both". */
  readonly kinds?: Kinds | undefined
  /** Annotation of the subscription, such as `{"x-samp.mostly-harmless": "1"}` (SUB-11). */
  readonly annotation?: Values | undefined
  /** Whether to declare the subscriptions at once; if not, `declareSubscriptions` does. Default true. */
  readonly declare?: boolean | undefined
  /** Whether messages are handled one after the other, in the order in which they came. Default false. */
  readonly sequential?: boolean | undefined
}
