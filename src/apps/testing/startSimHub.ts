/**
 * A hub in memory for people without Effect: no sockets and no files, but the real clock, since promises know no other.
 *
 * @example
 * await using hub = await startSimHub({ peers: [Peer.topcat()] })
 * await using client = await hub.connect({ name: "my-script" })
 * await client.sendTable([{ name: "M 31", ra: 10.68, dec: 41.27 }], { to: "topcat" })
 * const [table] = await hub.peer("topcat").loaded()
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import { Files } from "../../adapters/memory/Files.ts"
import { Web } from "../../adapters/memory/Web.ts"
import type { ClientOptions } from "../client/Client.ts"
import type { Incoming } from "../client/Handling.ts"
import * as SampClient from "../client/SampClient.ts"
import { plain, type PlainObject } from "../facade/Plain.ts"
import type { Abortable } from "../facade/Types.ts"
import { makeClient } from "../promise/makeClient.ts"
import type { PromiseClient } from "../promise/PromiseClient.ts"
import { runner } from "../promise/Runner.ts"
import type { Loaded } from "./Answers.ts"
import * as Peer from "./Peer.ts"
import type { Script } from "./Scripts.ts"
import { SimHub } from "./SimHub.ts"
import * as Simulation from "./Simulation.ts"

/** A message that a peer has received. */
export interface Received {
  readonly mtype: string
  readonly params: PlainObject
  /** Public id of who sent it. */
  readonly sender: string
  /** Undefined for a notification. */
  readonly msgId: string | undefined
}

/** What can be done to a process. */
export interface Control {
  /** Ends it without a word, as kill -9 does. */
  readonly kill: () => Promise<void>
  /** Ends it in good order. */
  readonly stop: () => Promise<void>
  /** Stops it where it stands. */
  readonly freeze: () => Promise<void>
  /** Lets it go on. */
  readonly thaw: () => Promise<void>
}

/** A scripted peer. */
export interface SimPeer extends Control {
  readonly name: string
  /** Its public id, once it is registered. */
  readonly id: () => Promise<string>
  /** What it has received so far, in order. */
  readonly received: () => Promise<ReadonlyArray<Received>>
  /** What it has loaded so far, in order. */
  readonly loaded: () => Promise<ReadonlyArray<Loaded>>
  /**
   * Waits for a message.
   *
   * @param number - which of that MType, counted from 1. Default 1
   */
  readonly got: (mtype: string, number?: number, options?: Abortable) => Promise<Received>
  /** Sends a message on the peer's account to all who subscribe; gives their ids. */
  readonly notifyAll: (mtype: string, params?: PlainObject) => Promise<ReadonlyArray<string>>
}

/** The hub in memory was closed, and nothing around it does anything any more. */
export class SimHubClosed extends Data.TaggedError("SimHubClosed") {
  override get message(): string {
    return "the simulated hub is closed; start another with startSimHub()"
  }
}

/**
 * A hub in memory, and the desktop around it. After `close`, and when it comes while they wait, promises are rejected with
 * `SimHubClosed`, and those of clients with errors of theirs; only what a peer has received and loaded can still be read.
 */
export interface RunningSimHub extends Control, AsyncDisposable {
  /** Registers a client with this hub; it is what `connect` of `effect-samp/promise` gives, and is to be closed like it. */
  readonly connect: (options?: ClientOptions & Abortable) => Promise<PromiseClient>
  /**
   * A peer, by name.
   *
   * @throws Error - when there is none of that name; it tells which there are
   */
  readonly peer: (name: string) => SimPeer
  /** Starts another peer, of a name that no other has had. */
  readonly start: (script: Script) => Promise<SimPeer>
  /** Ends the hub without a word if it still runs, and starts another. */
  readonly restart: () => Promise<void>
  /** Puts a file on the disk in memory; its URL is given back. */
  readonly writeFile: (path: string, bytes: Uint8Array) => Promise<string>
  /** Puts something on the web in memory. */
  readonly putPage: (url: string, bytes: Uint8Array, mediaType?: string) => Promise<void>
  /** Ends everything, clients too. The process does not end before this was called, or `await using` has done it. */
  readonly close: () => Promise<void>
}

const quiet = Layer.mergeAll(
  Layer.succeed(References.LogToStderr, true),
  Layer.succeed(References.MinimumLogLevel, "Error")
)

const receivedOf = ({ msgId, mtype, params, sender }: Incoming): Received => ({
  mtype,
  params: plain(params),
  sender,
  msgId
})

/** Starts a hub in memory, and peers; to be closed, with `await using` or `close`. */
export const startSimHub = async (options: Simulation.WorldOptions = {}): Promise<RunningSimHub> => {
  const scope = await Effect.runPromise(Scope.make())
  const end = () => Effect.runPromise(Scope.close(scope, Exit.void))
  const layer = Layer.provideMerge(Simulation.layer(options), quiet)
  const context = await Effect.runPromise(Scope.provide(Layer.build(layer), scope)).catch(
    async (error: unknown) => {
      await end()
      throw error
    }
  )
  const services = runner(Context.add(context, Scope.Scope, scope))
  const closed = Deferred.makeUnsafe<never, SimHubClosed>()
  const clients: Array<PromiseClient> = []
  const run: typeof services.run = (effect, abortable) =>
    services.run(Effect.raceFirst(Deferred.await(closed), effect), abortable)
  const close = async () => {
    Deferred.doneUnsafe(closed, Effect.suspend(() => Effect.fail(new SimHubClosed())))
    await Promise.all(clients.map((client) => client.close()))
    await end()
  }
  const hub = Context.get(context, SimHub)

  const peerOf = (peer: Peer.Peer): SimPeer => ({
    name: peer.name,
    id: () => run(peer.id),
    received: () => services.run(Effect.map(peer.received, (all) => all.map(receivedOf))),
    loaded: () => services.run(peer.loaded),
    got: (mtype, number, abortable) => run(Effect.map(peer.got(mtype, number), receivedOf), abortable),
    notifyAll: (mtype, params) => run(peer.client.notifyAll(mtype, params)),
    kill: () => run(peer.process.kill),
    stop: () => run(peer.process.exit),
    freeze: () => run(peer.process.freeze),
    thaw: () => run(peer.process.thaw)
  })
  const peers = Context.get(context, Peer.Peers).all.map(peerOf)
  /** Of peers that are starting too. */
  const names = new Set(peers.map(({ name }) => name))

  return {
    connect: async (given = {}) => {
      const own = await run(Scope.fork(scope))
      try {
        const making = Effect.map(Scope.provide(SampClient.make(given), own), (made) => {
          const client = makeClient({ client: made, runner: runner(context), scope: own })
          clients.push(client)
          return client
        })
        return await run(making, given)
      } catch (error) {
        await services.run(Scope.close(own, Exit.void))
        throw error
      }
    },
    peer: (name) => {
      const found = peers.find((peer) => peer.name === name)
      if (found === undefined) throw Peer.notThere(name, peers.map((peer) => peer.name))
      return found
    },
    start: async (script) => {
      const { name } = script
      if (names.has(name)) throw Peer.calledTwice(name)
      names.add(name)
      try {
        const started = peerOf(await run(Peer.start(script)))
        peers.push(started)
        return started
      } catch (error) {
        names.delete(name)
        throw error
      }
    },
    kill: () => run(hub.kill),
    stop: () => run(hub.stop),
    freeze: () => run(hub.freeze),
    thaw: () => run(hub.thaw),
    restart: () => run(Effect.asVoid(hub.restart)),
    writeFile: (path, bytes) =>
      run(Files.use((files) => Effect.as(files.write(path, bytes), files.urlOf(path)))),
    putPage: (url, bytes, mediaType) => run(Web.use((web) => web.put(url, { bytes, mediaType }))),
    close,
    [Symbol.asyncDispose]: close
  }
}
