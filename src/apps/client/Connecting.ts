/** The life of a client: from hub to hub, until it is told to stay away or its scope ends. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { closedWhy, whyOf } from "../../domain/client/Wording.ts"
import { stringAt } from "../../domain/SampValue.ts"
import type { ClientEngine } from "./ClientEngine.ts"
import type { ConnectError } from "./ClientErrors.ts"
import type { ClientStatus } from "./ClientStatus.ts"
import * as Registration from "./Registration.ts"

type Connected = Extract<ClientStatus, { readonly _tag: "Connected" }>

/** A client's life, from outside. */
export interface Connecting {
  readonly status: SubscriptionRef.SubscriptionRef<ClientStatus>
  readonly connected: Effect.Effect<Connected>
  readonly reconnect: Effect.Effect<void>
  readonly disconnect: Effect.Effect<void>
  /** Has the hub looked at now, since something went wrong. */
  readonly nudge: Effect.Effect<void>
}

/** How a client lives. */
export interface Manner {
  readonly reconnect: boolean
  /** Whether to wait for a hub if there is none at the start. */
  readonly wait: boolean
}

/** Milliseconds between two looks for a hub. */
const searchMs = 250
/** Milliseconds for which a hub that said it stops may still answer. */
const stoppingMs = 1_000

/** What tells a hub from the one before it, as far as can be told. */
const proofOf = ({ address }: Registration.Found): string =>
  "secret" in address ? `${address.url} ${address.secret}` : address.url

/** Begins to live; done when the first registration is there, or has failed, or is waited for. */
export const start = (
  engine: ClientEngine,
  options: Registration.RegistrationOptions,
  declared: Registration.Declared,
  manner: Manner
): Effect.Effect<Connecting, ConnectError, Registration.ClientPorts | Scope.Scope> =>
  Effect.gen(function*() {
    const status = yield* SubscriptionRef.make<ClientStatus>({
      _tag: "Searching",
      why: "it has only just begun to look"
    })
    const nudges = yield* Queue.sliding<void>(1)
    const wanted = yield* Latch.make(true)
    const first = yield* Deferred.make<void, ConnectError>()
    /** Changes the status; a search that goes on for the same reason is no change. */
    const set = (next: ClientStatus) =>
      Effect.suspend(() => {
        const now = SubscriptionRef.getUnsafe(status)
        return now._tag === "Searching" && next._tag === "Searching" && now.why === next.why
          ? Effect.void
          : SubscriptionRef.set(status, next)
      })

    const register = (found: Registration.Found) =>
      Registration.once(engine, found, options, declared, nudges, (connection) => {
        const { selfId, hubId } = connection
        return Effect.andThen(
          set({ _tag: "Connected", selfId, hubId, hub: found.hub }),
          Deferred.succeed(first, undefined)
        )
      })

    /** A hub that has said that it stops is not to be registered with again, though it may answer for a moment. */
    let stopping: string | undefined
    const isStopping = (found: Registration.Found): boolean => proofOf(found) === stopping

    const forget = Effect.andThen(
      Effect.sleep(stoppingMs),
      Effect.sync(() => {
        stopping = undefined
      })
    )

    const round = Effect.gen(function*() {
      const found = yield* Registration.locate(options.hub, stringAt(declared.metadata, "samp.name"))
      if (isStopping(found)) return undefined
      const ending = yield* register(found)
      if (ending._tag === "HubStopped") {
        stopping = proofOf(found)
        yield* Effect.forkDetach(forget)
      }
      return ending
    })

    /** Does nothing while the client is to stay away from hubs. */
    const stayAway = Effect.gen(function*() {
      if (wanted.isOpen()) return
      const now = yield* SubscriptionRef.get(status)
      if (now._tag !== "Disconnected") yield* set({ _tag: "Disconnected", why: "it was told to" })
      yield* wanted.await
      yield* set({ _tag: "Searching", why: "it has been told to look for a hub again" })
    })

    const live = Effect.gen(function*() {
      for (;;) {
        yield* stayAway
        const ended = yield* Effect.result(Effect.raceFirst(round, stay))
        const begun = yield* Deferred.isDone(first)
        if (Result.isFailure(ended)) {
          const isRefused = ended.failure._tag === "NotAdmitted"
          if (!begun && (isRefused || !manner.wait)) return yield* Deferred.fail(first, ended.failure)
          if (isRefused) { // nobody asks its user a second time unasked
            yield* wanted.close
            yield* set({ _tag: "Disconnected", why: ended.failure.message })
            continue
          }
          if (!begun) yield* Deferred.succeed(first, undefined)
          yield* set({ _tag: "Searching", why: ended.failure.message })
          yield* Effect.sleep(searchMs)
        } else if (ended.success === undefined) yield* Effect.sleep(searchMs)
        else if (ended.success === "told") yield* set({ _tag: "Disconnected", why: "it was told to" })
        else {
          const stays = ended.success._tag === "Ejected" || !manner.reconnect
          if (stays) yield* wanted.close
          yield* set({ _tag: stays ? "Disconnected" : "Searching", why: whyOf(ended.success) })
        }
      }
    })
    const leaving = yield* Queue.sliding<void>(1)
    const stay = Effect.as(Queue.take(leaving), "told" as const)

    yield* Effect.addFinalizer(() => set({ _tag: "Disconnected", why: closedWhy }))
    yield* Effect.forkScoped(live)
    yield* Deferred.await(first)
    return {
      status,
      connected: Effect.flatMap(
        Stream.runHead(Stream.filter(SubscriptionRef.changes(status), (one) => one._tag === "Connected")),
        Option.match({ onNone: () => Effect.never, onSome: Effect.succeed })
      ),
      reconnect: Effect.andThen(Queue.clear(leaving), wanted.open),
      disconnect: Effect.gen(function*() {
        yield* wanted.close
        yield* Queue.offer(leaving, undefined)
        const away = Stream.filter(SubscriptionRef.changes(status), (one) => one._tag === "Disconnected")
        yield* Effect.raceFirst(Stream.runHead(away), wanted.await) // somebody else may call it back meanwhile
      }),
      nudge: Queue.offer(nudges, undefined)
    }
  })
