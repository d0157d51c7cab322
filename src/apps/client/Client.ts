/** What a SAMP client is asked to be, and what it can do. */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { BindOptions, CallOptions, CommonOptions, SendOptions } from "../../domain/client/Options.ts"
import type { TrackedClient } from "../../domain/client/Tracker.ts"
import type { ClientId, MessageId } from "../../domain/Identifiers.ts"
import type { SampMap } from "../../domain/SampValue.ts"
import type { HubConnection, HubError } from "../HubConnection.ts"
import type { Answer, Reply } from "./Calling.ts"
import type { TaggedResponse } from "./ClientEngine.ts"
import type { BadMessage, CallFailure, NotConnected, OperationError, SendError } from "./ClientErrors.ts"
import type { ClientStatus } from "./ClientStatus.ts"
import type { Incoming } from "./Handling.ts"
import type { Values } from "./Outgoing.ts"
import type { HubChoice } from "./Registration.ts"
import type { Given, IllFormed, MTypeLike, Received, Rest, Returned } from "./Typing.ts"

export type { BindOptions, CallOptions, SendOptions }

/** How a client is made. */
export interface ClientOptions extends CommonOptions {
  /** The hub; undefined for what SAMP_HUB says, or else `.samp` at home. */
  readonly hub?: HubChoice | undefined
  /** Address to take callbacks on. Default 127.0.0.1. */
  readonly address?: string | undefined
  /** Port to take callbacks on. Default 0: any free one. */
  readonly port?: number | undefined
}

/** A SAMP client; it is registered as long as its scope lives and there is a hub. */
export interface Client {
  /** Whether it is registered. */
  readonly status: Effect.Effect<ClientStatus>
  /** The status now, and each that follows. */
  readonly statuses: Stream.Stream<ClientStatus>
  /** Waits until it is registered. */
  readonly connected: Effect.Effect<Extract<ClientStatus, { readonly _tag: "Connected" }>>
  /** Looks for a hub again, after the client was ejected or had disconnected. */
  readonly reconnect: Effect.Effect<void>
  /** Unregisters; the client stays away from hubs until {@link Client.reconnect}. */
  readonly disconnect: Effect.Effect<void>
  /** The registration itself: all hub operations on raw SAMP maps. */
  readonly connection: Effect.Effect<HubConnection, NotConnected>
  /** Whether the hub answers (section 3.11). */
  readonly ping: Effect.Effect<void, OperationError>

  /**
   * Handles an MType, a pattern, or all that a definition describes, as long as the scope lives. Each notification goes to
   * all handlers that match, each call to the most specific one. For a call, success becomes a `samp.ok` response, a
   * failure with `Warning` a `samp.warning`, and other failures and defects a `samp.error`. Handlers are interrupted when
   * the registration ends.
   */
  readonly bind: <M extends MTypeLike, E, R>(
    mtype: M,
    handle: (incoming: Incoming<Received<M>>) => Effect.Effect<Given<M>, E, R>,
    options?: BindOptions
  ) => Effect.Effect<void, HubError | BadMessage, R | Scope.Scope>
  /** Replaces the metadata (section 3.6); it is declared again after each reconnection. */
  readonly declareMetadata: (metadata: Values) => Effect.Effect<void, HubError | BadMessage>
  /**
   * Declares the subscriptions of all handlers, with further ones: patterns to annotations. Without an argument, those
   * further ones stay as they were.
   */
  readonly declareSubscriptions: (subscriptions?: Values) => Effect.Effect<void, HubError | BadMessage>

  readonly getMetadata: (id: ClientId) => Effect.Effect<SampMap, OperationError>
  readonly getSubscriptions: (id: ClientId) => Effect.Effect<SampMap, OperationError>
  /** All clients but this one; the hub is one of them. */
  readonly getRegisteredClients: Effect.Effect<ReadonlyArray<ClientId>, OperationError>
  /** Who subscribes to an MType: public ids to annotations. */
  readonly getSubscribedClients: (mtype: MTypeLike) => Effect.Effect<SampMap, OperationError>

  /** Sends a message to one client; no answer comes back. */
  readonly notify: <M extends MTypeLike>(
    recipient: ClientId,
    mtype: M,
    ...rest: Rest<M, SendOptions>
  ) => Effect.Effect<void, SendError>
  /** Sends a message to all who subscribe, and tells who they are. */
  readonly notifyAll: <M extends MTypeLike>(
    mtype: M,
    ...rest: Rest<M, SendOptions>
  ) => Effect.Effect<ReadonlyArray<ClientId>, SendError>
  /**
   * Calls one client and waits for its response. A `samp.error` is the failure `ErrorResponse`. Interruption gives up the
   * waiting, not the work at the other end.
   */
  readonly call: <M extends MTypeLike>(
    recipient: ClientId,
    mtype: M,
    ...rest: Rest<M, CallOptions>
  ) => Effect.Effect<Answer<Returned<M>>, CallFailure | IllFormed>
  /** Calls all who subscribe. The stream gives one reply of each, as they come, and ends. */
  readonly callAll: <M extends MTypeLike>(
    mtype: M,
    ...rest: Rest<M, CallOptions>
  ) => Stream.Stream<Reply<Returned<M>, IllFormed>, SendError>
  /** Like {@link Client.call}, by the hub's own `callAndWait`: for peers that only have that. */
  readonly callAndWait: <M extends MTypeLike>(
    recipient: ClientId,
    mtype: M,
    ...rest: Rest<M, CallOptions>
  ) => Effect.Effect<Answer<Returned<M>>, CallFailure | IllFormed>
  /** Calls with a msg-tag of one's own; the response comes in {@link Client.responses}. */
  readonly callTagged: <M extends MTypeLike>(
    recipient: ClientId,
    tag: string,
    mtype: M,
    ...rest: Rest<M, SendOptions>
  ) => Effect.Effect<MessageId, SendError>
  /** Calls all with a msg-tag of one's own; gives the msg-ids by public id. */
  readonly callAllTagged: <M extends MTypeLike>(
    tag: string,
    mtype: M,
    ...rest: Rest<M, SendOptions>
  ) => Effect.Effect<SampMap, SendError>
  /** Responses to msg-tags of one's own, from when the stream runs. */
  readonly responses: Stream.Stream<TaggedResponse>
  /** Replies to a call whose handler succeeded with `later`; a response is `{samp.status, samp.result, ...}`. */
  readonly reply: (msgId: MessageId, response: SampMap) => Effect.Effect<void, OperationError>

  /** Who is registered beside this client, by public id; with tracking from memory, as soon as all are known. */
  readonly clients: Effect.Effect<ReadonlyMap<ClientId, TrackedClient>, OperationError>
  /** Those who are known now, and whenever that changes. Needs tracking, and a callable client. */
  readonly clientChanges: Stream.Stream<ReadonlyMap<ClientId, TrackedClient>>
}
