/**
 * Scripted peers: other programs of the desktop, as a test needs them. A peer is a real client of ours in a process of its
 * own, whose answers are written down beforehand.
 *
 * @example
 * const topcat = Peer.layer({
 *   name: "topcat",
 *   answers: { "table.load.votable": Peer.ok({}, { afterMs: 2_000 }) }
 * })
 * Effect.provide(program, topcat.pipe(Layer.provideMerge(SimHub.layer())))
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as Processes from "../../adapters/memory/Processes.ts"
import type { ClientId } from "../../domain/Identifiers.ts"
import type { Client } from "../client/Client.ts"
import { Failure, type Incoming, later, type Outcome, Warning } from "../client/Handling.ts"
import type { Values } from "../client/Outgoing.ts"
import * as SampClient from "../client/SampClient.ts"

/** What a peer does with a message. */
export type Answer = (incoming: Incoming) => Effect.Effect<Outcome, unknown>

/** When an answer is given. */
export interface When {
  /** Milliseconds that the work takes. Default 0. */
  readonly afterMs?: number | undefined
}

const after = ({ afterMs = 0 }: When = {}): Effect.Effect<void> =>
  afterMs > 0 ? Effect.sleep(afterMs) : Effect.void

/** Answers `samp.ok`. */
export const ok = (result: Values = {}, when?: When): Answer => () => Effect.as(after(when), result)

/** Answers `samp.warning`: the work is done, but there is something to say. */
export const warning = (text: string, result: Values = {}, when?: When): Answer => () =>
  Effect.andThen(after(when), Effect.fail(new Warning({ text, result })))

/** Answers `samp.error`. */
export const error = (text: string, when?: When): Answer => () =>
  Effect.andThen(after(when), Effect.fail(new Failure({ text })))

/** Takes the message, and never answers. */
export const silence: Answer = () => Effect.succeed(later)

/** Who a peer is, and what it does. */
export interface Script {
  readonly name: string
  readonly metadata?: Values | undefined
  /** What it subscribes to, MTypes or patterns, and does with it. Notifications are taken in the same way. */
  readonly answers: { readonly [mtype: string]: Answer }
}

/** A peer at work. */
export interface Peer {
  readonly name: string
  /** Its process: to be frozen, thawed, killed. */
  readonly process: Processes.Process
  /** What it does on its own account: `peer.client.notifyAll(...)`. */
  readonly client: Client
  /** Its public id. */
  readonly id: Effect.Effect<ClientId>
  /** What it has received so far, in order. */
  readonly received: Effect.Effect<ReadonlyArray<Incoming>>
  /**
   * Waits for a message.
   *
   * @param mtype - exactly this MType
   * @param number - which of those, counted from 1. Default 1
   */
  readonly got: (mtype: string, number?: number) => Effect.Effect<Incoming>
}

/** Starts a peer; it waits for a hub if there is none, and leaves with the scope. */
export const start = ({ answers, metadata, name }: Script) =>
  Effect.gen(function*() {
    const processes = yield* Processes.Processes
    const process = yield* processes.start(name)
    const received = yield* SubscriptionRef.make<ReadonlyArray<Incoming>>([])
    const starting = yield* process.run(Effect.gen(function*() {
      const client = yield* SampClient.make({ name, metadata, whenNoHub: "wait" })
      for (const [mtype, answer] of Object.entries(answers)) {
        yield* client.bind(mtype, (incoming) =>
          Effect.andThen(SubscriptionRef.update(received, (all) => [...all, incoming]), answer(incoming)))
      }
      return client
    }))
    const client = yield* Fiber.join(starting)
    const peer: Peer = {
      name,
      process,
      client,
      id: Effect.map(client.connected, ({ selfId }) =>
        selfId),
      received: SubscriptionRef.get(received),
      got: (mtype, number = 1) =>
        SubscriptionRef.changes(received).pipe(
          Stream.map((all) =>
            all.filter((incoming) => incoming.mtype === mtype)[number - 1]
          ),
          Stream.filter((incoming) => incoming !== undefined),
          Stream.runHead,
          Effect.flatMap((found) => found._tag === "Some" ? Effect.succeed(found.value) : Effect.never)
        )
    }
    return peer
  })

/** The peers of a test, by name. */
export class Peers extends Context.Service<Peers, {
  /** The peer of a name; asking for one that is not there is a mistake of the test. */
  readonly get: (name: string) => Effect.Effect<Peer>
}>()("samp/apps/testing/Peers") {}

/** Peers that are there as long as the test. */
export const layer = (...scripts: ReadonlyArray<Script>) =>
  Layer.effect(
    Peers,
    Effect.map(Effect.forEach(scripts, start), (peers) =>
      Peers.of({
        get: (name) => {
          const found = peers.find((peer) => peer.name === name)
          return found === undefined
            ? Effect.die(
              new Error(`no peer is called ${name}; there is ${peers.map((peer) => peer.name).join(", ")}`)
            )
            : Effect.succeed(found)
        }
      }))
  )
