/**
 * What a client declares of itself during one registration: one declaration after the other, so that the last one counts,
 * and again if it got lost on its way to the hub.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Semaphore from "effect/Semaphore"
import { uncovered } from "../../domain/client/Bindings.ts"
import { type SampMap, stringAt } from "../../domain/SampValue.ts"
import type { HubConnection, HubError } from "../HubConnection.ts"
import { isLost } from "./ClientErrors.ts"

/** What is declared; both are read when it is their turn. */
export interface Declarations {
  readonly metadata: () => SampMap
  /** Undefined for a client that takes no messages. */
  readonly subscriptions: () => SampMap | undefined
}

/** The declarations of one registration. */
export interface Declaring {
  readonly metadata: Effect.Effect<void, HubError>
  readonly subscriptions: Effect.Effect<void, HubError>
  /** Declares both, with something between them, before any other declaration. */
  readonly first: <E, R>(between: Effect.Effect<void, E, R>) => Effect.Effect<void, E | HubError, R>
  /** Declares again what did not reach the hub, as far as is known. */
  readonly again: Effect.Effect<void>
}

const isSettled = (exit: Exit.Exit<void, HubError>): boolean =>
  Exit.isSuccess(exit) ||
  exit.cause.reasons.every((reason) => reason._tag === "Fail" && !isLost(reason.error))

/**
 * Whether the hub is astropy's or pyvo's, which after patterns that cover each other takes no further declaration of the
 * same client (WIRE-75).
 */
const isPythonHub = (connection: HubConnection): Effect.Effect<boolean> =>
  connection.getMetadata(connection.hubId).pipe(
    Effect.map((metadata) => /astropy|pyvo|sampy/iu.test(stringAt(metadata, "samp.name") ?? "")),
    Effect.orElseSucceed(() => false)
  )

/** The declarations of a registration; none is made yet. */
export const make = (
  connection: HubConnection,
  declarations: Declarations
): Effect.Effect<Declaring> =>
  Effect.gen(function*() {
    const turn = yield* Semaphore.make(1)
    const isPython = yield* Effect.cached(isPythonHub(connection))
    const send = {
      metadata: Effect.suspend(() => connection.declareMetadata(declarations.metadata())),
      subscriptions: Effect.gen(function*() {
        const all = declarations.subscriptions()
        if (all === undefined) return
        const fewer = uncovered(all)
        const chosen = fewer.size < all.size && (yield* isPython) ? fewer : all
        yield* connection.declareSubscriptions(chosen)
      })
    }
    const names = ["metadata", "subscriptions"] as const
    const unsettled = new Set<typeof names[number]>()
    const declare = (name: typeof names[number]): Effect.Effect<void, HubError> =>
      Effect.suspend(() => {
        unsettled.delete(name)
        return Effect.onExit(send[name], (exit) =>
          Effect.sync(() => {
            if (!isSettled(exit)) unsettled.add(name)
          }))
      })
    const inTurn = (name: typeof names[number]): Effect.Effect<void, HubError> =>
      Effect.suspend(() => {
        unsettled.add(name) // in case that whoever declares is interrupted before its turn comes
        return turn.withPermits(1)(declare(name))
      })
    return {
      metadata: inTurn("metadata"),
      subscriptions: inTurn("subscriptions"),
      first: (between) =>
        turn.withPermits(1)(
          Effect.andThen(declare("metadata"), Effect.andThen(between, declare("subscriptions")))
        ),
      again: Effect.forEach(
        names,
        (name) =>
          turn.withPermits(1)(
            Effect.suspend(() => unsettled.has(name) ? Effect.ignore(declare(name)) : Effect.void)
          ),
        { discard: true }
      )
    }
  })
