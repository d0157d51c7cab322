/** What the clients behind promises can do: the one of Node, over the Standard Profile, and the one of pages, over the Web Profile. */
import type { PlainMap } from "../../domain/client/Values.ts"
import type { ClientStatus } from "../client/ClientStatus.ts"
import type { PlainObject } from "./Plain.ts"
import type {
  Abortable,
  Answer,
  Binding,
  BindOptions,
  CallOptions,
  Message,
  Other,
  Outcome,
  SendOptions,
  TaggedResponse,
  TrackedOther
} from "./Types.ts"

/** What a client is rejected with: `_tag` is for programs, `message` says what to do. */
export interface TaggedError extends Error {
  readonly _tag: string
}

/**
 * A SAMP client behind promises; made by `connect`. Every promise is rejected with one of the client's tagged errors. What is
 * waited for when the client is closed ends then: promises are rejected, iterables are done.
 *
 * Here MTypes go by name, and all values are plain ones. Each client has the same operations with more types: in Node also of
 * what definitions describe, in pages of the names that are known.
 *
 * @typeParam Hub - what is known of the hub
 * @typeParam Later - what a handler returns that replies by itself
 */
export interface Facade<Hub, Later> extends AsyncDisposable {
  /** Whether it is registered, and why not if it is not. */
  readonly status: () => Promise<ClientStatus<Hub>>
  /** The status now, and each that follows. */
  readonly statuses: AsyncIterable<ClientStatus<Hub>>
  /** Waits until it is registered, and tells its public id and hub. */
  readonly connected: (
    options?: Abortable
  ) => Promise<Extract<ClientStatus<Hub>, { readonly _tag: "Connected" }>>
  /**
   * Looks for a hub at once; also after the client was turned away, ejected or had disconnected. In pages best called from a
   * click.
   */
  readonly reconnect: () => Promise<void>
  /** Unregisters; the client stays away from hubs until `reconnect`. */
  readonly disconnect: () => Promise<void>
  /**
   * Unregisters for good, and what it serves or has published is there no longer; the end of `await using` does it too, and
   * so does leaving the page.
   */
  readonly close: () => Promise<void>
  /** Whether the hub answers. */
  readonly ping: (options?: Abortable) => Promise<void>

  /**
   * Handles an MType, a pattern, or, in Node, what a definition describes. What the handler returns is the result of a
   * `samp.ok` response, a `Warning` that it throws becomes `samp.warning`, and what else it throws `samp.error`.
   */
  readonly bind: (
    mtype: string,
    handle: (
      message: Message<PlainObject>
    ) => PlainMap | void | Later | Promise<PlainMap | void | Later>,
    options?: BindOptions
  ) => Promise<Binding>
  /** Replaces the metadata. */
  readonly declareMetadata: (metadata: PlainMap, options?: Abortable) => Promise<void>
  /** Declares the subscriptions of all handlers, with further ones: patterns to annotations. */
  readonly declareSubscriptions: (subscriptions?: PlainMap, options?: Abortable) => Promise<void>

  /** What a client says of itself. */
  readonly getMetadata: (id: string, options?: Abortable) => Promise<PlainObject>
  /** What a client subscribes to: patterns to annotations. */
  readonly getSubscriptions: (id: string, options?: Abortable) => Promise<PlainObject>
  /** Public ids of all clients but this one; the hub is one of them. */
  readonly getRegisteredClients: (options?: Abortable) => Promise<ReadonlyArray<string>>
  /** Who subscribes to an MType: public ids to annotations. */
  readonly getSubscribedClients: (mtype: string, options?: Abortable) => Promise<PlainObject>

  /** Sends a message to one client; no answer comes back. */
  readonly notify: (
    recipient: string,
    mtype: string,
    params?: PlainMap,
    options?: SendOptions
  ) => Promise<void>
  /** Sends a message to all who subscribe, and tells their public ids. */
  readonly notifyAll: (
    mtype: string,
    params?: PlainMap,
    options?: SendOptions
  ) => Promise<ReadonlyArray<string>>
  /** Calls one client and waits for its response; an error response rejects with `ErrorResponse`. */
  readonly call: (
    recipient: string,
    mtype: string,
    params?: PlainMap,
    options?: CallOptions
  ) => Promise<Answer<PlainObject>>
  /** Like `call`, by the hub's own `callAndWait`. */
  readonly callAndWait: (
    recipient: string,
    mtype: string,
    params?: PlainMap,
    options?: CallOptions
  ) => Promise<Answer<PlainObject>>
  /** Calls all who subscribe; one reply of each, as they come. Leaving the loop gives up the rest. */
  readonly callAll: (
    mtype: string,
    params?: PlainMap,
    options?: CallOptions
  ) => AsyncIterable<Outcome<PlainObject, TaggedError>>
  /** Calls with a msg-tag of one's own; gives the msg-id. */
  readonly callTagged: (
    recipient: string,
    tag: string,
    mtype: string,
    params?: PlainMap,
    options?: SendOptions
  ) => Promise<string>
  /** Calls all with a msg-tag of one's own; gives the msg-ids by public id. */
  readonly callAllTagged: (
    tag: string,
    mtype: string,
    params?: PlainMap,
    options?: SendOptions
  ) => Promise<PlainObject>
  /** Responses to msg-tags of one's own, from when the loop begins. */
  readonly responses: AsyncIterable<TaggedResponse>
  /** Replies to a call whose handler returned `later`; a response is `{"samp.status": ..., "samp.result": ...}`. */
  readonly reply: (msgId: string, response: PlainMap, options?: Abortable) => Promise<void>

  /** Who is registered beside this client, by public id. */
  readonly clients: (options?: Abortable) => Promise<ReadonlyMap<string, TrackedOther>>
  /** The same now, and whenever it changes. */
  readonly clientChanges: AsyncIterable<ReadonlyMap<string, TrackedOther>>
  /** The clients of an id, a name in any case, or a part of a name that fits no other; at least one. */
  readonly findClients: (name: string, options?: Abortable) => Promise<ReadonlyArray<Other>>
  /** The first of `findClients`. */
  readonly findClient: (name: string, options?: Abortable) => Promise<Other>
}
