/**
 * Scripted peers: other programs of the desktop, as a test needs them. A peer is a real client of ours in a process of its
 * own, whose answers are written down beforehand.
 *
 * @example
 * const peers = Peer.layer(
 *   Peer.topcat({ answers: { "table.load.votable": Peer.loads({}, { afterMs: 2_000 }) } }),
 *   { name: "viewer", answers: { "coord.pointAt.sky": Peer.silence } }
 * )
 * Effect.provide(program, peers.pipe(Layer.provideMerge(SimHub.layer())))
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as Processes from "../../adapters/memory/Processes.ts"
import type { ClientId } from "../../domain/Identifiers.ts"
import { webUrl } from "../../domain/web/WebPlace.ts"
import type { FileStore } from "../../ports/FileStore.ts"
import type { WebReader } from "../../ports/WebReader.ts"
import type { Client } from "../client/Client.ts"
import type { BadMessage, ConnectError } from "../client/ClientErrors.ts"
import { Failure, type Incoming } from "../client/Handling.ts"
import * as SampClient from "../client/SampClient.ts"
import { fetchUrl } from "../data/Fetching.ts"
import type { Desk, Loaded } from "./Answers.ts"
import type { Script } from "./Scripts.ts"

export { type Answer, type Desk, error, inTurn, knowsTable, type Loaded, loads, ok } from "./Answers.ts"
export { silence, warning, type When } from "./Answers.ts"
export {
  aladin,
  type Answers,
  ds9,
  type Override,
  page,
  type PageScript,
  type Script,
  topcat
} from "./Scripts.ts"

/** A peer at work. */
export interface Peer {
  readonly name: string
  /** Its process: to be frozen, thawed, killed, or told to end. */
  readonly process: Processes.Process
  /** What it does on its own account: `peer.client.notifyAll(...)`. */
  readonly client: Client
  /** Its public id, once it is registered; the last one, if its process has ended. */
  readonly id: Effect.Effect<ClientId>
  /** What it has received so far, in order. */
  readonly received: Effect.Effect<ReadonlyArray<Incoming>>
  /** What it has loaded so far, in order. */
  readonly loaded: Effect.Effect<ReadonlyArray<Loaded>>
  /**
   * Waits for a message.
   *
   * @param mtype - exactly this MType
   * @param number - which of those, counted from 1. Default 1
   */
  readonly got: (mtype: string, number?: number) => Effect.Effect<Incoming>
}

/** What a peer needs: a computer to run on, and what there is to be loaded. */
export type Needs = Processes.Processes | FileStore | WebReader

/** What keeps a peer from starting; that no hub is there does not. */
export type StartError = BadMessage | ConnectError

/**
 * Starts a peer. It is registered and has declared everything when this is done, if there is a hub; if not, it waits for
 * one. Its process is killed at the end of the scope if it still runs.
 */
export const start = (
  { annotations = {}, answers, metadata, name, page }: Script
): Effect.Effect<Peer, StartError, Needs | Scope.Scope> =>
  Effect.gen(function*() {
    const processes = yield* Processes.Processes
    const data = yield* Effect.context<FileStore | WebReader>()
    const process = yield* processes.start(name)
    const received = yield* SubscriptionRef.make<ReadonlyArray<Incoming>>([])
    let loaded: ReadonlyArray<Loaded> = []
    const numbers = new Map<string, number>()
    const desk: Omit<Desk, "number"> = {
      fetch: (url) =>
        fetchUrl(url).pipe(
          Effect.provideContext(data),
          Effect.mapError(({ message }) => new Failure({ text: message }))
        ),
      keep: (one) =>
        Effect.sync(() => {
          loaded = [...loaded, one]
        }),
      loaded: Effect.sync(() => loaded)
    }
    const starting = yield* process.run(Effect.gen(function*() {
      const client = yield* SampClient.make({
        name,
        metadata,
        whenNoHub: "wait",
        hub: page === undefined ? undefined : { web: page.hub ?? webUrl, origin: page.origin }
      })
      for (const [mtype, answer] of Object.entries(answers)) {
        const annotation = annotations[mtype]
        const take = (incoming: Incoming) =>
          Effect.suspend(() => {
            const number = (numbers.get(incoming.mtype) ?? 0) + 1
            numbers.set(incoming.mtype, number)
            const answering = answer(incoming, { ...desk, number })
            return Effect.andThen(SubscriptionRef.update(received, (all) => [...all, incoming]), answering)
          })
        yield* client.bind(mtype, take, { declare: false, annotation })
      }
      // Without a hub they are declared when one comes.
      yield* Effect.ignore(client.declareSubscriptions())
      return client
    }))
    const client = yield* Fiber.join(starting)
    let lastId: ClientId | undefined
    yield* process.run(Stream.runForEach(client.statuses, (status) =>
      Effect.sync(() => {
        if (status._tag === "Connected") lastId = status.selfId
      })))
    return {
      name,
      process,
      client,
      id: Effect.gen(function*() {
        const life = yield* process.life
        const isGone = life === "dead" || life === "ended"
        return isGone && lastId !== undefined ? lastId : (yield* client.connected).selfId
      }),
      received: SubscriptionRef.get(received),
      loaded: desk.loaded,
      got: (mtype, number = 1) =>
        SubscriptionRef.changes(received).pipe(
          Stream.map((all) => all.filter((incoming) => incoming.mtype === mtype)[number - 1]),
          Stream.filter((incoming) => incoming !== undefined),
          Stream.runHead,
          Effect.flatMap((found) => found._tag === "Some" ? Effect.succeed(found.value) : Effect.never)
        )
    }
  })

/** The peers of a test, by name. */
export class Peers extends Context.Service<Peers, {
  /** The peer of a name; asking for one that is not there is a mistake of the test, and dies. */
  readonly get: (name: string) => Effect.Effect<Peer>
  readonly all: ReadonlyArray<Peer>
}>()("samp/apps/testing/Peers") {}

/** The peer of a name, of those that {@link layer} has started. */
export const get = (name: string): Effect.Effect<Peer, never, Peers> => Peers.use((peers) => peers.get(name))

/** What is wrong with asking for a peer that is not there. */
export const notThere = (name: string, names: ReadonlyArray<string>): Error =>
  new Error(`no peer is called ${name}; there is ${names.length === 0 ? "none" : names.join(", ")}`)

/** What is wrong with a second peer of one name. */
export const calledTwice = (name: string): Error =>
  new Error(`two peers are called ${name}: give one of them another name`)

/** Peers that are there as long as the test. Two of one name are a mistake of the test, and die. */
export const layer = (...scripts: ReadonlyArray<Script>): Layer.Layer<Peers, StartError, Needs> =>
  Layer.effect(
    Peers,
    Effect.gen(function*() {
      const names = scripts.map(({ name }) => name)
      const twice = names.find((name, at) => names.indexOf(name) !== at)
      if (twice !== undefined) return yield* Effect.die(calledTwice(twice))
      const all = yield* Effect.forEach(scripts, start)
      return Peers.of({
        all,
        get: (name) => {
          const found = all.find((peer) => peer.name === name)
          return found === undefined ? Effect.die(notThere(name, names)) : Effect.succeed(found)
        }
      })
    })
  )
