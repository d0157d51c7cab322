/** A SAMP session as events: what `samp monitor` shows and prints, in the order in which it came. */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { TrackedClient } from "../../../domain/client/Tracker.ts"
import type { ClientId } from "../../../domain/Identifiers.ts"
import { matches } from "../../../domain/MType.ts"
import type { Client } from "../../client/Client.ts"
import type { BadMessage } from "../../client/ClientErrors.ts"
import type { ClientStatus } from "../../client/ClientStatus.ts"
import { type Incoming, Warning } from "../../client/Handling.ts"
import type { HubError } from "../../HubConnection.ts"
import { changes, nameOf, type SessionEvent } from "./Model.ts"

type Clients = ReadonlyMap<ClientId, TrackedClient>

/** A session that is watched. */
export interface Watching {
  /** Waits for the next events. */
  readonly next: Effect.Effect<ReadonlyArray<SessionEvent>>
  /** The name that a client has declared by now; empty if none is known. */
  readonly nameOf: (id: ClientId) => string
}

/** Messages that wait to be shown; when more come they go unseen and are only counted, so that memory stays bounded. */
const waiting = 10_000

/** What callers are told: their call reached only somebody who watches (RSP-12). */
const onlyWatches = new Warning({ text: "samp monitor only watches", code: "monitor" })

/** What the hub itself tells of its clients, which is seen as their changes anyway. */
const hubEvents = ["samp.hub.event.*", "samp.hub.disconnect"]

/** Follows the hub's status, and its clients while there is a hub. */
const session = (client: Client): Stream.Stream<ClientStatus | Clients> =>
  Stream.switchMap(client.statuses, (status) =>
    Stream.concat(
      Stream.make<[ClientStatus | Clients]>(status),
      status._tag === "Connected"
        // those who were there before are all described when they are first shown
        ? Stream.concat(
          Stream.fromEffect(Effect.orElseSucceed(client.clients, (): Clients => new Map())),
          client.clientChanges
        )
        : Stream.make<[Clients]>(new Map())
    ))

const isClients = (item: ClientStatus | Clients): item is Clients => item instanceof Map

/**
 * Watches a client's session as long as the scope lives.
 *
 * @param patterns - MTypes and patterns to subscribe to; none for no messages
 * @param options.hubEvents - whether the events of the hub itself are messages, too
 */
export const watch = (
  client: Client,
  patterns: ReadonlyArray<string>,
  options: { readonly hubEvents: boolean }
): Effect.Effect<Watching, HubError | BadMessage, Scope.Scope> =>
  Effect.gen(function*() {
    const events = yield* Queue.unbounded<SessionEvent>()
    const clock = yield* Clock.Clock
    const begun = yield* Deferred.make<void>()
    let known: Clients = new Map()
    let hubId: ClientId | undefined
    let lost = 0

    const receive = (incoming: Incoming): void => {
      const { message, msgId, mtype, params, sender } = incoming
      if (!options.hubEvents && sender === hubId && hubEvents.some((one) => matches(one, mtype))) return
      if (Queue.sizeUnsafe(events) >= waiting) {
        lost += 1
        return
      }
      const from = known.get(sender)
      Queue.offerUnsafe(events, {
        _tag: "Message",
        at: clock.currentTimeMillisUnsafe(),
        message: {
          kind: msgId === undefined ? "notification" : "call",
          sender,
          senderName: from === undefined ? "" : nameOf(from),
          mtype,
          params,
          extra: new Map([...message].filter(([key]) => key !== "samp.mtype" && key !== "samp.params")),
          msgId
        }
      })
    }

    yield* Effect.forkScoped(Stream.runForEach(session(client), (item) =>
      Effect.sync(() => {
        const at = clock.currentTimeMillisUnsafe()
        if (!isClients(item)) {
          if (item._tag === "Connected") hubId = item.hubId
          Queue.offerUnsafe(events, { _tag: "HubStatus", at, status: item })
          Deferred.doneUnsafe(begun, Effect.void)
        } else {
          for (const event of changes(known, item, Equal.equals, at)) {
            Queue.offerUnsafe(events, event)
          }
          known = item
        }
      })))

    yield* Deferred.await(begun) // so that no message comes before the hub that sent it

    for (const pattern of patterns) {
      /** A notification goes to the handlers of all patterns that match; it is shown by the first of them only. */
      const isFirst = (mtype: string): boolean => patterns.find((one) => matches(one, mtype)) === pattern
      yield* client.bind(pattern, (incoming: Incoming) => {
        if (incoming.msgId !== undefined || isFirst(incoming.mtype)) receive(incoming)
        return incoming.mtype === "samp.app.ping" ? Effect.void : Effect.fail(onlyWatches)
      }, { declare: false })
    }
    // If the hub goes at this moment, the next one is told.
    yield* client.declareSubscriptions().pipe(
      Effect.catchTag("CallError", (error) =>
        error.reason === "Refused" || error.reason === "Lost" ? Effect.void : Effect.fail(error))
    )

    return {
      next: Effect.map(Queue.takeAll(events), (taken) => {
        if (lost === 0) {
          return taken
        }
        const count = lost
        lost = 0
        return [...taken, { _tag: "MessagesLost", at: clock.currentTimeMillisUnsafe(), count }]
      }),
      nameOf: (id) => {
        const found = known.get(id)
        return found === undefined ? "" : nameOf(found)
      }
    }
  })
