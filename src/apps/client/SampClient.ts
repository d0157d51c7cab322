/**
 * A SAMP client: registered with a hub as long as its scope lives, back again by itself when the hub is replaced.
 *
 * @example
 * const program = Effect.gen(function*() {
 *   const client = yield* SampClient.SampClient
 *   yield* client.bind(MTypes.coordPointAtSky, ({ params }) => Effect.log(params.ra, params.dec))
 *   yield* client.notifyAll("table.load.votable", { url: "file:///data/t.vot", name: "mine" })
 * })
 * const layer = SampClient.layer({ name: "my-app" })
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as Tracker from "../../domain/client/Tracker.ts"
import { isPattern } from "../../domain/MType.ts"
import { emptyMap } from "../../domain/SampValue.ts"
import type { HubConnection, HubError } from "../HubConnection.ts"
import * as Calling from "./Calling.ts"
import type { CallOptions, Client, ClientOptions } from "./Client.ts"
import * as ClientEngine from "./ClientEngine.ts"
import { BadMessage, type ConnectError, NotConnected } from "./ClientErrors.ts"
import * as Connecting from "./Connecting.ts"
import { toMap } from "./Outgoing.ts"
import type * as Registration from "./Registration.ts"
import * as Typing from "./Typing.ts"

/** Seconds that a call waits for its response unless told otherwise. */
const defaultSeconds = 60
/** Milliseconds for a hub to hear that a handler is gone. */
const takeBackMs = 1_000

/** Metadata as the options tell it (META-01..05). */
const metadataOf = ({ description, metadata = {}, name }: ClientOptions) =>
  Effect.fromResult(Result.flatMap(
    toMap("the metadata", { "samp.name": name, "samp.description.text": description }),
    (own) => Result.map(toMap("the metadata", metadata), (more) => new Map([...own, ...more]))
  ))

/** Makes a client; it is registered when this is done, unless it was told to wait for a hub. */
export const make = (
  options: ClientOptions = {}
): Effect.Effect<Client, ConnectError | BadMessage, Registration.ClientPorts | Scope.Scope> =>
  Effect.gen(function*() {
    const { callable = true, hub, port = 0, timeoutSeconds = defaultSeconds, tracking = true } = options
    const registration: Registration.RegistrationOptions = {
      hub,
      callback: callable ? { address: options.address ?? "127.0.0.1", port } : undefined,
      tracking
    }
    const declared: Registration.Declared = {
      metadata: yield* metadataOf(options),
      subscriptions: emptyMap
    }
    const engine = yield* ClientEngine.make
    const connecting = yield* Connecting.start(engine, registration, declared, {
      reconnect: options.reconnect ?? true,
      wait: options.whenNoHub === "wait"
    })
    let bindings = 0

    const connection = Effect.flatMap(
      SubscriptionRef.get(connecting.status),
      (status): Effect.Effect<HubConnection, NotConnected> => {
        const running = engine.running()
        return running !== undefined && status._tag === "Connected"
          ? Effect.succeed(running.connection)
          : Effect.fail(
            new NotConnected({ why: status._tag === "Connected" ? "it is about to leave" : status.why })
          )
      }
    )
    /** Runs an operation; one that fails makes us look at the hub. */
    const use = <A, E>(operation: (connection: HubConnection) => Effect.Effect<A, E | HubError>) =>
      Effect.tapError(Effect.flatMap(connection, operation), () => connecting.nudge)

    /** Declares the subscriptions, or the metadata, as they are when it is their turn. */
    const redeclare = (what: "metadata" | "subscriptions"): Effect.Effect<void, HubError> =>
      Effect.suspend(() => engine.running()?.declaring[what] ?? Effect.void)

    let slow: ClientEngine.Running | undefined
    /** Takes a subscription back; a hub that is slow to hear it holds up the end of a scope once only. */
    const takeBack = Effect.suspend(() => {
      const running = engine.running()
      if (running === undefined) return Effect.void
      const done = Deferred.makeUnsafe<void>()
      running.run(
        Effect.ensuring(Effect.ignore(redeclare("subscriptions")), Deferred.succeed(done, undefined))
      )
      return running === slow ?
        Effect.void :
        Effect.timeoutOrElse(Effect.interruptible(Deferred.await(done)), {
          duration: takeBackMs,
          orElse: () => Effect.sync(() => void (slow = running))
        })
    })

    const annotations = (mtype: Typing.MTypeLike) => typeof mtype === "string" ? emptyMap : mtype.annotation

    const bind: Client["bind"] = (mtype, handle, given = {}) =>
      Effect.gen(function*() {
        const pattern = Typing.nameOf(mtype)
        if (!isPattern(pattern)) {
          return yield* new BadMessage({ detail: `'${pattern}' cannot be bound; use an MType, a.b.* or *` })
        }
        const { annotation = {}, declare = true, kinds = "both", sequential = false } = given
        const own = yield* Effect.fromResult(toMap("the annotation", annotation))
        const context = yield* Effect.context<never>()
        const one = sequential ? yield* Semaphore.make(1) : undefined
        const handler = Typing.handler(mtype, handle)
        const id = ++bindings
        const run: ClientEngine.Handle = (incoming) => {
          // the context of whoever binds holds all that the handler needs
          const handled = Effect.provideContext(handler(incoming), context) as Effect.Effect<never, unknown>
          return one === undefined ? handled : one.withPermits(1)(handled)
        }
        yield* Effect.acquireRelease(
          Effect.sync(() => {
            engine.handlers.set(id, run)
            const all = new Map([...annotations(mtype), ...own])
            engine.dispatch({ _tag: "Bound", binding: { id, pattern, kinds, annotation: all } })
          }),
          () =>
            Effect.suspend(() => {
              engine.handlers.delete(id)
              engine.dispatch({ _tag: "Unbound", id })
              return declare ? takeBack : Effect.void
            })
        )
        if (declare) yield* redeclare("subscriptions")
      })

    /** From the list that events keep up, when all on it are known. */
    const tracked = Effect.map(
      Stream.runHead(Stream.filter(SubscriptionRef.changes(engine.clients), Tracker.isComplete)),
      (found) => Tracker.view(Option.getOrElse(found, () => Tracker.nobody))
    )

    /** From the hub, at this moment. */
    const asked = use((hub) =>
      Effect.map(
        Effect.flatMap(hub.getRegisteredClients, (ids) =>
          Effect.forEach(ids, (id) =>
            Effect.all({
              id: Effect.succeed(id),
              metadata: Effect.orElseSucceed(hub.getMetadata(id), () => emptyMap), // it may have just left (GEN-08)
              subscriptions: Effect.orElseSucceed(hub.getSubscriptions(id), () => emptyMap)
            }), { concurrency: 8 })),
        (clients) => new Map(clients.map((one) => [one.id, one]))
      )
    )

    const seconds = (given: number | undefined): number => given ?? timeoutSeconds

    return {
      status: SubscriptionRef.get(connecting.status),
      statuses: SubscriptionRef.changes(connecting.status),
      connected: connecting.connected,
      reconnect: connecting.reconnect,
      disconnect: connecting.disconnect,
      connection,
      ping: use((hub) => hub.ping),
      bind,
      declareMetadata: (metadata) =>
        Effect.gen(function*() {
          declared.metadata = yield* Effect.fromResult(toMap("the metadata", metadata))
          yield* redeclare("metadata")
        }),
      declareSubscriptions: (subscriptions) =>
        Effect.gen(function*() {
          if (subscriptions !== undefined) {
            declared.subscriptions = yield* Effect.fromResult(toMap("the subscriptions", subscriptions))
          }
          yield* redeclare("subscriptions")
        }),
      getMetadata: (id) => use((hub) => hub.getMetadata(id)),
      getSubscriptions: (id) => use((hub) => hub.getSubscriptions(id)),
      getRegisteredClients: use((hub) => hub.getRegisteredClients),
      getSubscribedClients: (mtype) => use((hub) => hub.getSubscribedClients(Typing.nameOf(mtype))),
      notify: (recipient, mtype, ...rest) =>
        Effect.flatMap(
          Typing.encode(mtype, rest),
          (message) => use((hub) => hub.notify(recipient, message))
        ),
      notifyAll: (mtype, ...rest) =>
        Effect.flatMap(
          Typing.encode(mtype, rest),
          (message) => use((hub) => hub.notifyAll(message))
        ),
      call: (recipient, mtype, ...rest) =>
        Effect.gen(function*() {
          const message = yield* Typing.encode(mtype, rest)
          const answer = yield* use((hub) =>
            callable
              ? Calling.call(
                engine,
                hub,
                recipient,
                message,
                seconds(Typing.optionsOf<CallOptions>(rest).timeoutSeconds)
              )
              : Calling.callAndWait(
                hub,
                recipient,
                message,
                seconds(Typing.optionsOf<CallOptions>(rest).timeoutSeconds)
              )
          )
          return yield* Typing.typed(mtype, answer)
        }),
      callAll: (mtype, ...rest) =>
        Stream.unwrap(Effect.gen(function*() {
          const message = yield* Typing.encode(mtype, rest)
          const hub = yield* connection
          const limit = seconds(Typing.optionsOf<CallOptions>(rest).timeoutSeconds)
          const replies = callable
            ? Calling.callAll(engine, hub, message, limit)
            : Calling.callEachAndWait(hub, message, limit)
          return Stream.mapEffect(replies, ({ answer, responder }) =>
            Effect.map(
              Effect.result(Effect.flatMap(Effect.fromResult(answer), (given) => Typing.typed(mtype, given))),
              (typed) => ({ responder, answer: typed })
            ))
        })),
      callAndWait: (recipient, mtype, ...rest) =>
        Effect.gen(function*() {
          const message = yield* Typing.encode(mtype, rest)
          const answer = yield* use((hub) =>
            Calling.callAndWait(
              hub,
              recipient,
              message,
              seconds(Typing.optionsOf<CallOptions>(rest).timeoutSeconds)
            )
          )
          return yield* Typing.typed(mtype, answer)
        }),
      callTagged: (recipient, tag, mtype, ...rest) =>
        Effect.flatMap(
          Typing.encode(mtype, rest),
          (message) => use((hub) => hub.call(recipient, tag, message))
        ),
      callAllTagged: (tag, mtype, ...rest) =>
        Effect.flatMap(
          Typing.encode(mtype, rest),
          (message) => use((hub) => hub.callAll(tag, message))
        ),
      responses: Stream.filter(
        Stream.fromPubSub(engine.responses),
        ({ tag }) => !Calling.isOwn(tag)
      ),
      reply: (msgId, response) => use((hub) => hub.reply(msgId, response)),
      clients: callable && tracking ? tracked : asked,
      clientChanges: Stream.map(SubscriptionRef.changes(engine.clients), Tracker.view)
    }
  })

/** A client as a service. */
export class SampClient extends Context.Service<SampClient, Client>()("samp/apps/SampClient") {}

/** A client as a layer: it unregisters when the layer is released. */
export const layer = (
  options: ClientOptions = {}
): Layer.Layer<SampClient, ConnectError | BadMessage, Registration.ClientPorts> =>
  Layer.effect(SampClient, make(options))
