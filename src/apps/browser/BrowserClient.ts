/** The client of pages: what it can do. */
import type { PublishOptions } from "../../adapters/web/WebData.ts"
import type { PlainMap } from "../../domain/client/Values.ts"
import type { PlainObject } from "../promise/Plain.ts"
import type {
  Abortable,
  Answer,
  Binding,
  BindOptions,
  CallOptions,
  ClientStatus,
  Given,
  Message,
  MTypeName,
  Other,
  Received,
  Reply,
  Rest,
  Returned,
  SendOptions,
  TaggedResponse,
  TrackedOther
} from "./Types.ts"

/**
 * A SAMP client in a page; made by `connect`. It has the names and the behaviour of the client behind promises, but for
 * MTypes, which go by name only, and `fetchUrl`. Every promise is rejected with one of the client's tagged errors. What is
 * waited for when the client is closed ends then: promises are rejected, iterables are done.
 */
export interface BrowserClient extends AsyncDisposable {
  /** Whether it is registered, and why not if it is not. */
  readonly status: () => Promise<ClientStatus>
  /** The status now, and each that follows. */
  readonly statuses: AsyncIterable<ClientStatus>
  /** Waits until it is registered, and tells its public id and hub. */
  readonly connected: (options?: Abortable) => Promise<Extract<ClientStatus, { readonly _tag: "Connected" }>>
  /** Looks for a hub at once; also after the client was turned away, ejected or had disconnected. Best called from a click. */
  readonly reconnect: () => Promise<void>
  /** Unregisters; the client stays away from hubs until `reconnect`. */
  readonly disconnect: () => Promise<void>
  /** Unregisters for good; the end of `await using` does it too, and so does leaving the page. */
  readonly close: () => Promise<void>
  /** Whether the hub answers. */
  readonly ping: (options?: Abortable) => Promise<void>

  /**
   * Handles an MType or a pattern. What the handler returns is the result of a `samp.ok` response, a `Warning` that it
   * throws becomes `samp.warning`, and what else it throws `samp.error`.
   */
  readonly bind: <M extends MTypeName>(
    mtype: M,
    handle: (message: Message<Received<M>>) => Given<M> | Promise<Given<M>>,
    options?: BindOptions
  ) => Promise<Binding>
  /** Replaces the metadata. */
  readonly declareMetadata: (metadata: PlainMap, options?: Abortable) => Promise<void>
  /** Declares the subscriptions of all handlers, with further ones: patterns to annotations. */
  readonly declareSubscriptions: (subscriptions?: PlainMap, options?: Abortable) => Promise<void>

  readonly getMetadata: (id: string, options?: Abortable) => Promise<PlainObject>
  readonly getSubscriptions: (id: string, options?: Abortable) => Promise<PlainObject>
  /** Public ids of all clients but this one; the hub is one of them. */
  readonly getRegisteredClients: (options?: Abortable) => Promise<ReadonlyArray<string>>
  /** Who subscribes to an MType: public ids to annotations. */
  readonly getSubscribedClients: (mtype: MTypeName, options?: Abortable) => Promise<PlainObject>

  /** Sends a message to one client; no answer comes back. */
  readonly notify: <M extends MTypeName>(
    recipient: string,
    mtype: M,
    ...rest: Rest<M, SendOptions>
  ) => Promise<void>
  /** Sends a message to all who subscribe, and tells their public ids. */
  readonly notifyAll: <M extends MTypeName>(
    mtype: M,
    ...rest: Rest<M, SendOptions>
  ) => Promise<ReadonlyArray<string>>
  /** Calls one client and waits for its response; an error response rejects with `ErrorResponse`. */
  readonly call: <M extends MTypeName>(
    recipient: string,
    mtype: M,
    ...rest: Rest<M, CallOptions>
  ) => Promise<Answer<Returned<M>>>
  /** Like `call`, by the hub's own `callAndWait`. */
  readonly callAndWait: <M extends MTypeName>(
    recipient: string,
    mtype: M,
    ...rest: Rest<M, CallOptions>
  ) => Promise<Answer<Returned<M>>>
  /** Calls all who subscribe; one reply of each, as they come. Leaving the loop gives up the rest. */
  readonly callAll: <M extends MTypeName>(
    mtype: M,
    ...rest: Rest<M, CallOptions>
  ) => AsyncIterable<Reply<Returned<M>>>
  /** Calls with a msg-tag of one's own; gives the msg-id. */
  readonly callTagged: <M extends MTypeName>(
    recipient: string,
    tag: string,
    mtype: M,
    ...rest: Rest<M, SendOptions>
  ) => Promise<string>
  /** Calls all with a msg-tag of one's own; gives the msg-ids by public id. */
  readonly callAllTagged: <M extends MTypeName>(
    tag: string,
    mtype: M,
    ...rest: Rest<M, SendOptions>
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

  /**
   * What is behind the URL of a message, by the hub if pages cannot read it themselves; to be fetched before the handler
   * returns, since senders keep data no longer. The response is one of `fetch`, and its status is good.
   */
  readonly fetchUrl: (url: string, init?: RequestInit) => Promise<Response>
  /**
   * Hands data that the page has made to the hub, which gives them to all who know the URL, until this client leaves.
   * Rejects with `NotOffered` where the hub is not ours.
   */
  readonly publish: (
    data: Blob | ArrayBuffer | Uint8Array<ArrayBuffer> | string,
    options?: PublishOptions
  ) => Promise<string>
}
