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
import { plain, type PlainObject } from "../promise/Plain.ts"
import { PromiseClient } from "../promise/PromiseClient.ts"
import { type Abortable, runner } from "../promise/Runner.ts"
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

/** A hub in memory, and the desktop around it. */
export interface RunningSimHub extends Control, AsyncDisposable {
  /** Registers a client with this hub; it is what `connect` of `effect-samp/promise` gives, and is to be closed like it. */
  readonly connect: (options?: ClientOptions & Abortable) => Promise<PromiseClient>
  /** A peer, by name. */
  readonly peer: (name: string) => SimPeer
  /** Starts another peer. */
  readonly start: (script: Script) => Promise<SimPeer>
  /** Ends the hub without a word if it still runs, and starts another. */
  readonly restart: () => Promise<void>
  /** Puts a file on the disk in memory; its URL is given back. */
  readonly writeFile: (path: string, bytes: Uint8Array) => Promise<string>
  /** Puts something on the web in memory. */
  readonly putPage: (url: string, bytes: Uint8Array, mediaType?: string) => Promise<void>
  /** Ends everything. */
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

/** Starts a hub in memory, and peers. */
export const startSimHub = async (options: Simulation.WorldOptions = {}): Promise<RunningSimHub> => {
  const scope = await Effect.runPromise(Scope.make())
  const close = () => Effect.runPromise(Scope.close(scope, Exit.void))
  const layer = Layer.provideMerge(Simulation.layer(options), quiet)
  const context = await Effect.runPromise(Scope.provide(Layer.build(layer), scope)).catch(
    async (error: unknown) => {
      await close()
      throw error
    }
  )
  const services = runner(Context.add(context, Scope.Scope, scope))
  const { run } = services
  const hub = Context.get(context, SimHub)

  const peerOf = (peer: Peer.Peer): SimPeer => ({
    name: peer.name,
    id: () => run(peer.id),
    received: () => run(Effect.map(peer.received, (all) => all.map(receivedOf))),
    loaded: () => run(peer.loaded),
    got: (mtype, number, abortable) => run(Effect.map(peer.got(mtype, number), receivedOf), abortable),
    notifyAll: (mtype, params) => run(peer.client.notifyAll(mtype, params)),
    kill: () => run(peer.process.kill),
    stop: () => run(peer.process.exit),
    freeze: () => run(peer.process.freeze),
    thaw: () => run(peer.process.thaw)
  })
  const peers = Context.get(context, Peer.Peers).all.map(peerOf)

  return {
    connect: async (given = {}) => {
      const own = await run(Scope.fork(scope))
      try {
        const client = await run(Scope.provide(SampClient.make(given), own), given)
        return new PromiseClient({ client, runner: runner(context), scope: own })
      } catch (error) {
        await run(Scope.close(own, Exit.void))
        throw error
      }
    },
    peer: (name) => {
      const found = peers.find((peer) => peer.name === name)
      if (found === undefined) throw new Error(`no peer is called ${name}`)
      return found
    },
    start: async (script) => {
      const started = peerOf(await run(Peer.start(script)))
      peers.push(started)
      return started
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
