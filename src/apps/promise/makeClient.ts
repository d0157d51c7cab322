/** The operations of the client behind promises: each is run, and what comes out made plain. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { TrackedClient } from "../../domain/client/Tracker.ts"
import { closedWhy } from "../../domain/client/Wording.ts"
import { ClientId, MessageId } from "../../domain/Identifiers.ts"
import type { Client } from "../client/Client.ts"
import { NotConnected } from "../client/ClientErrors.ts"
import { findClient, findClients } from "../client/Finding.ts"
import { toMap } from "../client/Outgoing.ts"
import { optionsOf } from "../client/Typing.ts"
import { fetchUrl } from "../data/Fetching.ts"
import * as Sending from "../data/Sending.ts"
import type { DataPorts } from "../data/Source.ts"
import { accessibleTable } from "../data/Tables.ts"
import { othersOf } from "../facade/Others.ts"
import { plain } from "../facade/Plain.ts"
import { plainError } from "./Errors.ts"
import { handler } from "./Handling.ts"
import type { PromiseClient } from "./PromiseClient.ts"
import type { Runner } from "./Runner.ts"
import { answered, dataOf, otherOf, replied, restOf } from "./Translating.ts"
import type { Abortable, SentData, TrackedOther } from "./Types.ts"

const known = (clients: ReadonlyMap<ClientId, TrackedClient>): ReadonlyMap<string, TrackedOther> =>
  othersOf(clients.values())

/** What it takes to make a client. */
export interface Parts {
  readonly client: Client
  readonly runner: Runner<DataPorts>
  /** Lives as long as the client. */
  readonly scope: Scope.Closeable
}

/** The client behind promises. */
export const makeClient = ({ client, runner, scope }: Parts): PromiseClient => {
  const closed = Deferred.makeUnsafe<void>()
  const rejected = Effect.andThen(
    Deferred.await(closed),
    Effect.fail(new NotConnected({ why: closedWhy }))
  )

  const run = <A, E>(effect: Effect.Effect<A, E, DataPorts>, options?: Abortable): Promise<A> =>
    runner.run(Effect.raceFirst(rejected, Effect.mapError(effect, plainError)), options)

  const iterate = <A, E>(stream: Stream.Stream<A, E, DataPorts>, options?: Abortable): AsyncIterable<A> => {
    const plainly = Stream.mapError(stream, plainError)
    return runner.iterate(Stream.interruptWhen(plainly, Deferred.await(closed)), options)
  }

  const sent = <E>(
    effect: Effect.Effect<ReadonlyArray<Sending.Sent>, E, DataPorts>,
    options?: Abortable
  ): Promise<ReadonlyArray<SentData>> => run(Effect.map(effect, (all) => all.map(dataOf)), options)

  const close = async (): Promise<void> => {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    Deferred.doneUnsafe(closed, Effect.void)
  }

  /** A scope of its own for something that lasts, and what ends it. */
  const lasting = async () => {
    const own = await run(Scope.fork(scope))
    return { own, end: () => runner.run(Scope.close(own, Exit.void)) }
  }

  return {
    status: () => runner.run(client.status),
    statuses: iterate(client.statuses),
    connected: (options) => run(client.connected, options),
    reconnect: () => run(client.reconnect),
    disconnect: () => run(client.disconnect),
    close,
    [Symbol.asyncDispose]: close,
    ping: (options) => run(client.ping, options),

    bind: async (mtype, handle, options) => {
      const { end, own } = await lasting()
      await run(Scope.provide(client.bind(mtype, handler(mtype, handle, run), options), own))
      return { unbind: end, [Symbol.asyncDispose]: end }
    },
    declareMetadata: (metadata, options) => run(client.declareMetadata(metadata), options),
    declareSubscriptions: (subscriptions, options) =>
      run(client.declareSubscriptions(subscriptions), options),

    getMetadata: (id, options) => run(Effect.map(client.getMetadata(ClientId(id)), plain), options),
    getSubscriptions: (id, options) => run(Effect.map(client.getSubscriptions(ClientId(id)), plain), options),
    getRegisteredClients: (options) => run(client.getRegisteredClients, options),
    getSubscribedClients: (mtype, options) =>
      run(Effect.map(client.getSubscribedClients(mtype), plain), options),

    notify: (recipient, mtype, ...rest) =>
      run(client.notify(ClientId(recipient), mtype, ...restOf(mtype, rest)), optionsOf(rest)),
    notifyAll: (mtype, ...rest) => run(client.notifyAll(mtype, ...restOf(mtype, rest)), optionsOf(rest)),
    call: (recipient, mtype, ...rest) => {
      const called = client.call(ClientId(recipient), mtype, ...restOf(mtype, rest))
      return run(Effect.map(called, (answer) => answered(mtype, answer)), optionsOf(rest))
    },
    callAndWait: (recipient, mtype, ...rest) => {
      const called = client.callAndWait(ClientId(recipient), mtype, ...restOf(mtype, rest))
      return run(Effect.map(called, (answer) => answered(mtype, answer)), optionsOf(rest))
    },
    callAll: (mtype, ...rest) => {
      const replies = client.callAll(mtype, ...restOf(mtype, rest))
      return iterate(Stream.map(replies, (reply) => replied(mtype, reply)), optionsOf(rest))
    },
    callTagged: (recipient, tag, mtype, ...rest) =>
      run(client.callTagged(ClientId(recipient), tag, mtype, ...restOf(mtype, rest)), optionsOf(rest)),
    callAllTagged: (tag, mtype, ...rest) => {
      const called = client.callAllTagged(tag, mtype, ...restOf(mtype, rest))
      return run(Effect.map(called, plain), optionsOf(rest))
    },
    responses: iterate(Stream.map(client.responses, (one) => ({ ...one, response: plain(one.response) }))),
    reply: (msgId, response, options) => {
      const replied = Effect.flatMap(
        Effect.fromResult(toMap("the response", response)),
        (map) => client.reply(MessageId(msgId), map)
      )
      return run(replied, options)
    },

    clients: (options) => run(Effect.map(client.clients, known), options),
    clientChanges: iterate(Stream.map(client.clientChanges, known)),
    findClients: (name, options) =>
      run(Effect.map(findClients(client, name), (found) => found.map(otherOf)), options),
    findClient: (name, options) => run(Effect.map(findClient(client, name), otherOf), options),

    fetchUrl: (url, options) => run(fetchUrl(url), options),
    sendProduct: (source, options) => sent(Sending.sendProduct(client, source, options), options),
    sendTable: (table, options) => sent(Sending.sendTable(client, table, options), options),
    sendImage: (source, options) => sent(Sending.sendImage(client, source, options), options),
    sendSpectrum: (source, options) => sent(Sending.sendSpectrum(client, source, options), options),
    accessibleTable: async (table, options) => {
      const { end, own } = await lasting()
      const url = await run(Scope.provide(accessibleTable(table, options), own))
      return { url, close: end, [Symbol.asyncDispose]: end }
    }
  }
}
