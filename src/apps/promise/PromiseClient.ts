/** The methods of the client behind promises. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { TrackedClient } from "../../domain/client/Tracker.ts"
import { ClientId, MessageId } from "../../domain/Identifiers.ts"
import { type SampMap, stringAt } from "../../domain/SampValue.ts"
import type * as Calling from "../client/Calling.ts"
import type { BindOptions, CallOptions, Client, SendOptions } from "../client/Client.ts"
import { NotConnected } from "../client/ClientErrors.ts"
import type { ClientStatus } from "../client/ClientStatus.ts"
import { findClient, findClients, type KnownClient } from "../client/Finding.ts"
import { Failure, type Incoming, Warning } from "../client/Handling.ts"
import { type PlainMap, toMap } from "../client/Outgoing.ts"
import {
  type Given as EffectGiven,
  type MTypeLike,
  optionsOf,
  type Received as EffectReceived,
  type Rest as EffectRest,
  type Returned as EffectReturned
} from "../client/Typing.ts"
import { fetchUrl } from "../data/Fetching.ts"
import * as Sending from "../data/Sending.ts"
import type { DataPorts, Source } from "../data/Source.ts"
import { accessibleTable, type TableLike, type TableOptions } from "../data/Tables.ts"
import { plain, type PlainObject } from "./Plain.ts"
import type { Abortable, Runner } from "./Runner.ts"
import type {
  AccessibleTable,
  Answer,
  Binding,
  Given,
  Message,
  Other,
  Received,
  Reply,
  Rest,
  Returned,
  SentData,
  TaggedResponse,
  TrackedOther
} from "./Types.ts"

const answerOf = (answer: Calling.Answer): Answer<PlainObject> => ({
  ...answer,
  result: plain(answer.result),
  response: plain(answer.response)
})

const otherOf = ({ id, metadata, name }: KnownClient): Other => ({ id, name, metadata: plain(metadata) })

const dataOf = ({ answer, client, mtype, url }: Sending.Sent): SentData => ({
  client: otherOf(client),
  mtype,
  url,
  answer: Result.isSuccess(answer) ? answerOf(answer.success) : undefined,
  error: Result.isFailure(answer) ? answer.failure : undefined
})

const trackedOf = (clients: ReadonlyMap<ClientId, TrackedClient>): ReadonlyMap<string, TrackedOther> =>
  new Map([...clients.values()].map(({ id, metadata, subscriptions }) => [id, {
    id,
    name: stringAt(metadata, "samp.name") ?? "",
    metadata: plain(metadata),
    subscriptions: plain(subscriptions)
  }]))

// The types by name and by definition meet here: by name, maps become objects; by definition, all is as it is defined.

const received = <M extends MTypeLike>(mtype: M, params: EffectReceived<M>): Received<M> =>
  (typeof mtype === "string" ? plain(params as SampMap) : params) as Received<M>

const returned = <M extends MTypeLike>(mtype: M, result: EffectReturned<M>): Returned<M> =>
  (typeof mtype === "string" ? plain(result as SampMap) : result) as Returned<M>

/** Plain parameters are parameters of the client, and each `signal` beside them is none of its business. */
const toRest = <M extends MTypeLike, O>(rest: ReadonlyArray<unknown>): EffectRest<M, O> =>
  rest as unknown as EffectRest<M, O>

/** Why a client that was closed does nothing any more. */
const closedWhy = "it has been closed"

/** What it takes to make a {@link PromiseClient}. */
export interface Parts {
  readonly client: Client
  readonly runner: Runner<DataPorts>
  /** Lives as long as the client. */
  readonly scope: Scope.Closeable
}

/**
 * A SAMP client behind promises; made by `connect`. Every promise is rejected with one of the client's tagged errors. What is
 * waited for when the client is closed ends then: promises are rejected, iterables are done.
 */
export class PromiseClient implements AsyncDisposable {
  readonly #client: Client
  readonly #runner: Runner<DataPorts>
  readonly #scope: Scope.Closeable
  readonly #closed = Deferred.makeUnsafe<void>()

  /** @internal */
  constructor({ client, runner, scope }: Parts) {
    this.#client = client
    this.#runner = runner
    this.#scope = scope
  }

  /** Whether it is registered, and why not if it is not. */
  status(): Promise<ClientStatus> {
    const closed: ClientStatus = { _tag: "Disconnected", why: closedWhy }
    return this.#runner.run(
      Effect.flatMap(
        Deferred.isDone(this.#closed),
        (done) => done ? Effect.succeed(closed) : this.#client.status
      )
    )
  }

  /** The status now, and each that follows. */
  get statuses(): AsyncIterable<ClientStatus> {
    return this.#iterate(this.#client.statuses)
  }

  /** Waits until it is registered, and tells its public id and hub. */
  connected(options?: Abortable): Promise<Extract<ClientStatus, { readonly _tag: "Connected" }>> {
    return this.#run(this.#client.connected, options)
  }

  /** Looks for a hub again, after the client was ejected or had disconnected. */
  reconnect(): Promise<void> {
    return this.#run(this.#client.reconnect)
  }

  /** Unregisters; the client stays away from hubs until `reconnect`. */
  disconnect(): Promise<void> {
    return this.#run(this.#client.disconnect)
  }

  /** Unregisters for good, and stops serving data; the end of `await using` does it too. */
  async close(): Promise<void> {
    await Effect.runPromise(Scope.close(this.#scope, Exit.void))
    Deferred.doneUnsafe(this.#closed, Effect.void)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Whether the hub answers. */
  ping(options?: Abortable): Promise<void> {
    return this.#run(this.#client.ping, options)
  }

  /**
   * Handles an MType, a pattern, or what a definition describes. What the handler returns is the result of a `samp.ok`
   * response, a `Warning` that it throws becomes `samp.warning`, and what else it throws `samp.error`.
   */
  async bind<M extends MTypeLike>(
    mtype: M,
    handle: (message: Message<Received<M>>) => Given<M> | Promise<Given<M>>,
    options?: BindOptions
  ): Promise<Binding> {
    const scope = await this.#run(Scope.fork(this.#scope))
    const bound = this.#client.bind(mtype, (incoming) => this.#handle(mtype, handle, incoming), options)
    await this.#run(Scope.provide(bound, scope))
    const unbind = () => this.#runner.run(Scope.close(scope, Exit.void))
    return { unbind, [Symbol.asyncDispose]: unbind }
  }

  /** Replaces the metadata. */
  declareMetadata(metadata: PlainMap, options?: Abortable): Promise<void> {
    return this.#run(this.#client.declareMetadata(metadata), options)
  }

  /** Declares the subscriptions of all handlers, with further ones: patterns to annotations. */
  declareSubscriptions(subscriptions?: PlainMap, options?: Abortable): Promise<void> {
    return this.#run(this.#client.declareSubscriptions(subscriptions), options)
  }

  getMetadata(id: string, options?: Abortable): Promise<PlainObject> {
    return this.#run(Effect.map(this.#client.getMetadata(ClientId(id)), plain), options)
  }

  getSubscriptions(id: string, options?: Abortable): Promise<PlainObject> {
    return this.#run(Effect.map(this.#client.getSubscriptions(ClientId(id)), plain), options)
  }

  /** Public ids of all clients but this one; the hub is one of them. */
  getRegisteredClients(options?: Abortable): Promise<ReadonlyArray<string>> {
    return this.#run(this.#client.getRegisteredClients, options)
  }

  /** Who subscribes to an MType: public ids to annotations. */
  getSubscribedClients(mtype: MTypeLike, options?: Abortable): Promise<PlainObject> {
    return this.#run(Effect.map(this.#client.getSubscribedClients(mtype), plain), options)
  }

  /** Sends a message to one client; no answer comes back. */
  notify<M extends MTypeLike>(
    recipient: string,
    mtype: M,
    ...rest: Rest<M, SendOptions & Abortable>
  ) {
    return this.#run(
      this.#client.notify(ClientId(recipient), mtype, ...toRest<M, SendOptions>(rest)),
      optionsOf<Abortable>(rest)
    )
  }

  /** Sends a message to all who subscribe, and tells their public ids. */
  notifyAll<M extends MTypeLike>(
    mtype: M,
    ...rest: Rest<M, SendOptions & Abortable>
  ): Promise<ReadonlyArray<string>> {
    return this.#run(
      this.#client.notifyAll(mtype, ...toRest<M, SendOptions>(rest)),
      optionsOf<Abortable>(rest)
    )
  }

  /** Calls one client and waits for its response; an error response rejects with `ErrorResponse`. */
  call<M extends MTypeLike>(
    recipient: string,
    mtype: M,
    ...rest: Rest<M, CallOptions & Abortable>
  ): Promise<Answer<Returned<M>>> {
    const called = this.#client.call(ClientId(recipient), mtype, ...toRest<M, CallOptions>(rest))
    return this.#run(Effect.map(called, (answer) => this.#answer(mtype, answer)), optionsOf<Abortable>(rest))
  }

  /** Like `call`, by the hub's own `callAndWait`. */
  callAndWait<M extends MTypeLike>(
    recipient: string,
    mtype: M,
    ...rest: Rest<M, CallOptions & Abortable>
  ): Promise<Answer<Returned<M>>> {
    const called = this.#client.callAndWait(ClientId(recipient), mtype, ...toRest<M, CallOptions>(rest))
    return this.#run(Effect.map(called, (answer) => this.#answer(mtype, answer)), optionsOf<Abortable>(rest))
  }

  /** Calls all who subscribe; one reply of each, as they come. Leaving the loop gives up the rest. */
  callAll<M extends MTypeLike>(mtype: M, ...rest: Rest<M, CallOptions>): AsyncIterable<Reply<Returned<M>>> {
    const replies = this.#client.callAll(mtype, ...toRest<M, CallOptions>(rest))
    return this.#iterate(Stream.map(replies, ({ answer, responder }) => ({
      responder,
      answer: Result.isSuccess(answer) ? this.#answer(mtype, answer.success) : undefined,
      error: Result.isFailure(answer) ? answer.failure : undefined
    })))
  }

  /** Calls with a msg-tag of one's own; gives the msg-id. */
  callTagged<M extends MTypeLike>(
    recipient: string,
    tag: string,
    mtype: M,
    ...rest: Rest<M, SendOptions & Abortable>
  ): Promise<string> {
    return this.#run(
      this.#client.callTagged(ClientId(recipient), tag, mtype, ...toRest<M, SendOptions>(rest)),
      optionsOf<Abortable>(rest)
    )
  }

  /** Calls all with a msg-tag of one's own; gives the msg-ids by public id. */
  callAllTagged<M extends MTypeLike>(
    tag: string,
    mtype: M,
    ...rest: Rest<M, SendOptions & Abortable>
  ): Promise<PlainObject> {
    const called = this.#client.callAllTagged(tag, mtype, ...toRest<M, SendOptions>(rest))
    return this.#run(Effect.map(called, plain), optionsOf<Abortable>(rest))
  }

  /** Responses to msg-tags of one's own, from when the loop begins. */
  get responses(): AsyncIterable<TaggedResponse> {
    return this.#iterate(
      Stream.map(this.#client.responses, (one) => ({ ...one, response: plain(one.response) }))
    )
  }

  /** Replies to a call whose handler returned `later`; a response is `{"samp.status": ..., "samp.result": ...}`. */
  reply(msgId: string, response: PlainMap, options?: Abortable): Promise<void> {
    const replied = Effect.flatMap(
      Effect.fromResult(toMap("the response", response)),
      (map) => this.#client.reply(MessageId(msgId), map)
    )
    return this.#run(replied, options)
  }

  /** Who is registered beside this client, by public id. */
  clients(options?: Abortable): Promise<ReadonlyMap<string, TrackedOther>> {
    return this.#run(Effect.map(this.#client.clients, trackedOf), options)
  }

  /** The same now, and whenever it changes. */
  get clientChanges(): AsyncIterable<ReadonlyMap<string, TrackedOther>> {
    return this.#iterate(Stream.map(this.#client.clientChanges, trackedOf))
  }

  /** The clients of an id, a name in any case, or a part of a name that fits no other; at least one. */
  findClients(name: string, options?: Abortable): Promise<ReadonlyArray<Other>> {
    return this.#run(Effect.map(findClients(this.#client, name), (found) => found.map(otherOf)), options)
  }

  /** The first of `findClients`. */
  findClient(name: string, options?: Abortable): Promise<Other> {
    return this.#run(Effect.map(findClient(this.#client, name), otherOf), options)
  }

  /**
   * The bytes behind the URL of a message, be it a `file:` URL or an `http:` one; to be fetched before the handler returns,
   * since senders keep data no longer.
   */
  fetchUrl(url: string, options?: Abortable): Promise<Uint8Array> {
    return this.#run(fetchUrl(url), options)
  }

  /** Sends data of any kind to those who can load them, and waits for all answers. */
  sendProduct(source: Source, options?: Sending.SendOptions & Abortable): Promise<ReadonlyArray<SentData>> {
    return this.#sent(Sending.sendProduct(this.#client, source, options), options)
  }

  /** Sends a table: rows, columns, or data that are one already. */
  sendTable(
    table: TableLike | Source,
    options?: Sending.SendOptions & TableOptions & Abortable
  ): Promise<ReadonlyArray<SentData>> {
    return this.#sent(Sending.sendTable(this.#client, table, options), options)
  }

  /** Sends an image. */
  sendImage(source: Source, options?: Sending.SendOptions & Abortable): Promise<ReadonlyArray<SentData>> {
    return this.#sent(Sending.sendImage(this.#client, source, options), options)
  }

  /** Sends a spectrum. */
  sendSpectrum(source: Source, options?: Sending.SendOptions & Abortable): Promise<ReadonlyArray<SentData>> {
    return this.#sent(Sending.sendSpectrum(this.#client, source, options), options)
  }

  /** A URL of a table, until it is closed by `close()` or `await using`. */
  async accessibleTable(
    table: TableLike,
    options?: TableOptions & { readonly way?: "file" | "http" }
  ): Promise<AccessibleTable> {
    const scope = await this.#run(Scope.fork(this.#scope))
    const url = await this.#run(Scope.provide(accessibleTable(table, options), scope))
    const close = () => this.#runner.run(Scope.close(scope, Exit.void))
    return { url, close, [Symbol.asyncDispose]: close }
  }

  #run<A, E>(effect: Effect.Effect<A, E, DataPorts>, options?: Abortable): Promise<A> {
    const closed = Effect.andThen(
      Deferred.await(this.#closed),
      Effect.fail(new NotConnected({ why: closedWhy }))
    )
    return this.#runner.run(Effect.raceFirst(closed, effect), options)
  }

  #iterate<A, E>(stream: Stream.Stream<A, E, DataPorts>): AsyncIterable<A> {
    return this.#runner.iterate(Stream.interruptWhen(stream, Deferred.await(this.#closed)))
  }

  #sent<E>(
    effect: Effect.Effect<ReadonlyArray<Sending.Sent>, E, DataPorts>,
    options?: Abortable
  ): Promise<ReadonlyArray<SentData>> {
    return this.#run(Effect.map(effect, (all) => all.map(dataOf)), options)
  }

  #answer<M extends MTypeLike>(mtype: M, answer: Calling.Answer<EffectReturned<M>>): Answer<Returned<M>> {
    return { ...answer, result: returned(mtype, answer.result), response: plain(answer.response) }
  }

  /** What a handler throws is its failure, as what it fails with is in the client. */
  #handle<M extends MTypeLike>(
    mtype: M,
    handle: (message: Message<Received<M>>) => Given<M> | Promise<Given<M>>,
    incoming: Incoming<EffectReceived<M>>
  ): Effect.Effect<EffectGiven<M>, unknown> {
    const { progress, ...rest } = incoming
    const params = received(mtype, incoming.params)
    return Effect.tryPromise({
      try: async (signal) =>
        // what a handler of a name returns, the client checks: Given<M> is the same but for that
        await handle({
          ...rest,
          params,
          message: plain(incoming.message),
          // a caller that does not listen makes no failure of the work, nor a rejection that nobody awaits
          progress: (text, percent) => this.#run(Effect.ignore(progress(text, percent))),
          signal
        }) as EffectGiven<M>,
      catch: (error) => {
        // The caller is told in a line; where it went wrong is for who wrote the handler. Nobody else would ever say it.
        if (!(error instanceof Warning || error instanceof Failure)) {
          console.error(
            `The handler of ${incoming.mtype} failed:`,
            error instanceof Error ? error.stack : error
          )
        }
        return error
      }
    })
  }
}
