/**
 * Registrations of a client, one after the other: finding a hub, registering, declaring everything, noticing that the hub
 * is gone, and beginning again.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { ownSubscriptions, subscriptionsOf } from "../../domain/client/Bindings.ts"
import type { Ending } from "../../domain/client/ClientOutput.ts"
import * as Tracker from "../../domain/client/Tracker.ts"
import type { ClientId } from "../../domain/Identifiers.ts"
import { emptyMap, type SampMap } from "../../domain/SampValue.ts"
import type { CallSender } from "../../ports/CallSender.ts"
import type { CallServer } from "../../ports/CallServer.ts"
import type { Host } from "../../ports/Host.ts"
import { LockfileStore } from "../../ports/LockfileStore.ts"
import { findAnyHub } from "../Discovery.ts"
import { addressOf, type HubAddress } from "../HubAddress.ts"
import { type CallbackPlace, type HubConnection, type HubError, register } from "../HubConnection.ts"
import { type ClientEngine, runner } from "./ClientEngine.ts"
import { type ConnectError, isLost, isStopping, NotAdmitted } from "./ClientErrors.ts"
import type { ConnectedHub } from "./ClientStatus.ts"
import * as Declaring from "./Declaring.ts"

/** The hub to register with: by what a lockfile says, or by where it is. */
export type HubChoice =
  /**
   * Label or id of a running hub, its URL, or the path or URL of its lockfile; `web-appname:NAME` or `web-url:URL` for the
   * Web Profile of one.
   */
  | string
  /** What the lockfile says, for a hub whose lockfile is out of reach. */
  | { readonly url: string; readonly secret: string }
  /** The Web Profile of a hub: its user is asked for consent. */
  | {
    /** XML-RPC endpoint; `http://127.0.0.1:21012/` is the usual one (WEB-01). */
    readonly web: string
    /** `samp.name` for the registration; undefined for the name of the client. */
    readonly name?: string | undefined
    /** The origin to speak for, see `CallOptions`; undefined for a program that is no browser (WEB-18). */
    readonly origin?: string | undefined
  }

/** What a registration is made of. */
export interface RegistrationOptions {
  readonly hub: HubChoice | undefined
  /** Where to take callbacks; undefined for a client that only sends. */
  readonly callback: CallbackPlace | undefined
  readonly tracking: boolean
}

/** What may change while a client runs, and is declared anew at each registration. */
export interface Declared {
  metadata: SampMap
  subscriptions: SampMap
}

/** The ports that a client stands on. */
export type ClientPorts = CallSender | CallServer | LockfileStore | Host

/** A hub that was found, and what it takes to register with it. */
export interface Found {
  readonly hub: ConnectedHub
  readonly address: HubAddress
}

/** A hub whose lockfile nobody has looked at. */
const unread = (address: HubAddress): Found => ({
  hub: { url: address.url, lockfile: undefined, label: undefined, impl: undefined },
  address
})

/**
 * Finds the hub of a choice.
 *
 * @param name - of the client, for registrations that need one
 */
export const locate = (
  choice: HubChoice | undefined,
  name: string | undefined
): Effect.Effect<Found, ConnectError, LockfileStore | Host | CallSender> => {
  if (typeof choice === "object") {
    return Effect.succeed(unread(
      "web" in choice
        ? addressOf({ url: choice.web, web: { name: choice.name, origin: choice.origin } }, name)
        : choice
    ))
  }
  return Effect.map(findAnyHub(choice), (found) => {
    const { impl, label, lockfile, url } = found
    return { hub: { url, lockfile, label, impl }, address: addressOf(found, name) }
  })
}

/** The whole subscriptions of a client as they are now. */
const allSubscriptions = (engine: ClientEngine, declared: Declared, tracking: boolean): SampMap =>
  new Map([
    ...ownSubscriptions(tracking),
    ...subscriptionsOf(engine.state().bindings, declared.subscriptions)
  ])

const isGone = (error: HubError): boolean =>
  error._tag === "CallError" && (error.reason === "Refused" || error.reason === "Lost")

const unknown = (detail: string): Ending => ({
  _tag: "HubLost",
  detail: `the hub does not know this client any more: ${detail}`
})

/** Milliseconds between two looks at the hub. */
const lookMs = 700
/** Milliseconds after which a hub that seems well has to show again that it knows us. */
const proofMs = 10_000
/** Milliseconds after which a hub that did not take a connection is asked again. */
const againMs = 100

/**
 * Ends when the hub is gone, or does not know us any more (CLI-21). A hub that is only slow is not gone.
 *
 * @param proof - a question that only a hub that knows us answers
 */
const watch = (
  { address, hub }: Found,
  { ping: question }: HubConnection,
  proof: Effect.Effect<void, HubError>,
  declaring: Declaring.Declaring,
  nudges: Queue.Queue<void>
): Effect.Effect<Ending, never, LockfileStore> =>
  Effect.gen(function*() {
    const store = yield* LockfileStore
    const ping = Effect.result(question)
    const stillOurs = Effect.gen(function*() {
      // Who asks for callbacks is told by the answers.
      if (!("secret" in address)) return true
      if (hub.lockfile === undefined || /^https?:/iu.test(hub.lockfile)) return false
      const text = yield* Effect.orElseSucceed(store.read(hub.lockfile), () => undefined)
      return text?.includes(address.secret) === true
    })
    let asked = false
    let proven = yield* Clock.currentTimeMillis
    for (;;) {
      const answer = yield* ping
      if (Result.isFailure(answer) && isGone(answer.failure)) {
        yield* Effect.sleep(againMs)
        const second = yield* ping
        if (Result.isFailure(second) && isGone(second.failure)) {
          return { _tag: "HubLost", detail: second.failure.message }
        }
      }
      // Another hub may have taken the port, or the hub may have forgotten us: only an answer to our key tells. A hub that
      // took us for dead, since our callbacks did not get through for a while, has no way to say so.
      const now = yield* Clock.currentTimeMillis
      if (asked || now - proven >= proofMs || !(yield* stillOurs)) {
        proven = now
        const known = yield* Effect.result(proof)
        if (
          Result.isFailure(known) && known.failure._tag === "CallError" &&
          known.failure.reason === "RemoteFault"
        ) {
          return unknown(known.failure.detail)
        }
      }
      yield* declaring.again
      asked = yield* Effect.raceFirst(
        Effect.as(Effect.sleep(lookMs), false),
        Effect.as(Queue.take(nudges), true)
      )
    }
  })

/** How many clients are asked about at a time. */
const questions = 8

/** The answer about a client; a question that got lost is asked again, a refusal means that it has just left (GEN-08). */
const answerOf = (question: Effect.Effect<SampMap, HubError>): Effect.Effect<SampMap> =>
  question.pipe(
    Effect.retry({ while: isLost, schedule: Schedule.spaced(lookMs) }),
    Effect.orElseSucceed(() => emptyMap)
  )

const askAbout = (engine: ClientEngine, connection: HubConnection) => (id: ClientId): Effect.Effect<void> =>
  Effect.gen(function*() {
    const [metadata, subscriptions] = yield* Effect.all([
      answerOf(connection.getMetadata(id)),
      answerOf(connection.getSubscriptions(id))
    ], { concurrency: 2 })
    engine.dispatch({ _tag: "Described", id, description: { metadata, subscriptions } })
  })

/** Asks who is there: to begin with, and now and then, since an event can get lost. */
const takeList = (
  engine: ClientEngine,
  connection: HubConnection,
  run: (effect: Effect.Effect<void>) => void
): Effect.Effect<void, HubError> =>
  Effect.gen(function*() {
    const tracker = engine.state().registered?.tracker ?? Tracker.nobody
    const before = [...tracker.clients.keys()]
    const ids = yield* connection.getRegisteredClients
    engine.dispatch({ _tag: "Listed", ids, missing: before.filter((id) => !ids.includes(id)) })
    // One may be known by an event that came later than its registration, which was missed.
    const isDescribed = (id: ClientId): boolean => {
      const known = tracker.clients.get(id)
      return known?.metadata !== undefined && known.subscriptions !== undefined
    }
    const unknown = tracker.listed ? ids.filter((id) => !isDescribed(id)) : ids
    run(Effect.forEach(unknown, askAbout(engine, connection), { concurrency: questions, discard: true }))
  })

/** Whether a hub has refused a registration for good: over the Web Profile its user decides, who is not to be asked again and again. */
const isRefusal = (address: HubAddress, error: HubError): boolean =>
  !("secret" in address) && error._tag === "CallError" && error.reason === "RemoteFault" && !isStopping(error)

/**
 * One registration from its beginning to its end.
 *
 * @param onReady - runs when everything is declared
 * @returns how it ended
 */
export const once = (
  engine: ClientEngine,
  found: Found,
  options: RegistrationOptions,
  declared: Declared,
  nudges: Queue.Queue<void>,
  onReady: (connection: HubConnection) => Effect.Effect<void>
): Effect.Effect<Ending, ConnectError, ClientPorts> =>
  Effect.scoped(Effect.gen(function*() {
    const connection = yield* Effect.mapError(
      register(found.address),
      (error) =>
        isRefusal(found.address, error)
          ? new NotAdmitted({ url: error.url, detail: error.detail })
          : error
    )
    const over = yield* Deferred.make<Ending>()
    const ask = askAbout(engine, connection)
    const run: (effect: Effect.Effect<void>) => void = yield* runner
    const declaring = yield* Declaring.make(connection, {
      metadata: () => declared.metadata,
      subscriptions: () =>
        options.callback === undefined ? undefined : allSubscriptions(engine, declared, options.tracking)
    })
    yield* Effect.acquireRelease(
      Effect.sync(() =>
        engine.enter({
          connection,
          declaring,
          run,
          end: (ending) => {
            Deferred.doneUnsafe(over, Effect.succeed(ending))
          },
          askAbout: ask
        })
      ),
      () => Effect.sync(() => engine.leave())
    )
    yield* declaring.first(listen(engine, connection, options))
    yield* Effect.addFinalizer(() => connection.unregister) // before the callback endpoint closes (SHUT-04)
    const tracks = options.callback !== undefined && options.tracking
    const list = takeList(engine, connection, run)
    if (tracks) yield* list
    yield* onReady(connection)
    const proof = tracks ? list : Effect.asVoid(connection.getSubscriptions(connection.selfId))
    const forgotten = Effect.map(connection.lost, unknown)
    const ending = yield* Effect.raceAllFirst([
      Deferred.await(over),
      watch(found, connection, proof, declaring, nudges),
      forgotten
    ])
    yield* connection.abandon
    return ending
  }))

/** Takes callbacks, if the client does. */
const listen = (
  engine: ClientEngine,
  connection: HubConnection,
  { callback }: RegistrationOptions
): Effect.Effect<void, ConnectError, Scope.Scope> =>
  callback === undefined ? Effect.void : connection.listen(
    (delivery) =>
      Effect.sync(() => {
        // a callback may arrive when its registration is over, and another has begun
        if (engine.running()?.connection === connection) engine.dispatch({ _tag: "Delivered", delivery })
      }),
    callback
  )
