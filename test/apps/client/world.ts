/** A hub, and clients of ours, over the network in memory. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Desktop from "../../../src/adapters/memory/Desktop.ts"
import * as Network from "../../../src/adapters/memory/Network.ts"
import type { ClientOptions } from "../../../src/apps/client/Client.ts"
import * as SampClient from "../../../src/apps/client/SampClient.ts"
import * as HubEngine from "../../../src/apps/HubEngine.ts"
import * as StandardHub from "../../../src/apps/StandardHub.ts"
import { config } from "../../../src/domain/HubState.ts"
import { ClientId } from "../../../src/domain/Identifiers.ts"

/** The machine on which all of it runs. */
export const machine = Layer.mergeAll(Network.layer, Desktop.layer)

/** A hub of its own, not shared with another use of the same layer. */
export const hub = (run = "r") =>
  Layer.fresh(
    StandardHub.layer({ multi: false, address: "127.0.0.1", port: 0 }).pipe(
      Layer.provideMerge(HubEngine.layer(config({ hubId: ClientId("hub"), run })))
    )
  )

/** Starts a hub in the current scope; closing the scope that comes back ends it in good order. */
export const startHub = (run?: string) =>
  Effect.gen(function*() {
    const scope = yield* Scope.fork(yield* Effect.scope)
    const context = yield* Layer.build(hub(run)).pipe(Scope.provide(scope))
    return { scope, context }
  })

/** Lets everything happen that takes no time. */
export const settle = TestClock.adjust("5 millis")

/** A client; time passes until it is there. */
export const client = (options: ClientOptions = {}) =>
  Effect.gen(function*() {
    const made = yield* Effect.forkScoped(SampClient.make(options), { startImmediately: true })
    yield* settle
    return yield* Fiber.join(made)
  })
