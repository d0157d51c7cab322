/** Clients of ours in the test process, on the adapters of the command line, in the home of a test. */
import { afterAll, beforeAll } from "@effect/vitest"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import type { BindOptions, Client, ClientOptions } from "../../../src/apps/client/Client.ts"
import type { Incoming, Outcome } from "../../../src/apps/client/Handling.ts"
import type { ClientPorts } from "../../../src/apps/client/Registration.ts"
import * as SampClient from "../../../src/apps/client/SampClient.ts"
import * as Platform from "../../../src/apps/NodePlatform.ts"
import { defaults } from "../../../src/domain/Limits.ts"
import { type SampValue, toJson } from "../../../src/domain/SampValue.ts"
import * as Home from "./Home.ts"
import * as Hubs from "./Hubs.ts"

/** The hubs that clients of ours are tried with. */
export const kinds = ["ours", "jsamp", "astropy"] as const satisfies ReadonlyArray<Hubs.Kind>

/** A home with a hub of this kind for all tests of a `describe`. */
export const withHub = (kind: Hubs.Kind): Home.Home => {
  const home = Home.make()
  let hub: Hubs.Hub | undefined
  beforeAll(async () => {
    hub = await Hubs.start(kind, home)
  })
  afterAll(async () => {
    await hub?.program.end()
    home.remove()
  })
  return home
}

/** A client that looks for the hub of this home only. */
export const client = (home: Home.Home, name: string, options: ClientOptions = {}) =>
  SampClient.make({ name, hub: home.lockfile, timeoutSeconds: 20, ...options })

/** The public id of a client, once it is registered. */
export const idOf = (one: Client) => Effect.map(one.connected, ({ selfId }) => selfId)

/** Two clients, with the id of the second. */
export const pairAt = (home: Home.Home) =>
  Effect.gen(function*() {
    const ann = yield* client(home, "ann")
    const bob = yield* client(home, "bob")
    return { ann, bob, to: yield* idOf(bob) }
  })

/** A value as plain JavaScript, for comparing; undefined is the empty string. */
export const json = (value: SampValue | undefined): unknown => JSON.parse(JSON.stringify(toJson(value ?? "")))

/** Runs a test; its scope ends with it, so that its clients unregister. */
export const run = <A, E>(test: Effect.Effect<A, E, ClientPorts | Scope.Scope>): Effect.Effect<A, E> =>
  Effect.scoped(test).pipe(
    Effect.provide(Layer.fresh(Platform.layer(defaults))),
    Effect.provideService(References.MinimumLogLevel, "None") // some handlers fail on purpose
  )

/** Something did not happen in time. */
export class Late extends Data.TaggedError("Late")<{ readonly message: string }> {}

/** Limits a wait; the error says what did not come. */
export const within = <A, E, R>(what: string, wait: Effect.Effect<A, E, R>, seconds = 30) =>
  Effect.timeoutOrElse(wait, {
    duration: seconds * 1_000,
    orElse: () => Effect.fail(new Late({ message: `${what}: not within ${seconds} s` }))
  })

/** Asks again and again until the answer is not undefined. */
export const eventually = <A, E, R>(what: string, ask: Effect.Effect<A | undefined, E, R>, seconds = 30) =>
  within(
    what,
    Effect.gen(function*() {
      for (;;) {
        const answer = yield* ask
        if (answer !== undefined) return answer
        yield* Effect.sleep(20)
      }
    }),
    seconds
  )

/** Binds a handler that also puts what it got where the test can wait for it. */
export const listen = <E = never>(
  one: Client,
  mtype: string,
  handle: (incoming: Incoming) => Effect.Effect<Outcome, E> = () => Effect.void,
  options: BindOptions = {}
) =>
  Effect.gen(function*() {
    const heard = yield* Queue.unbounded<Incoming>()
    yield* one.bind(
      mtype,
      (incoming) => Effect.andThen(Queue.offer(heard, incoming), handle(incoming)),
      options
    )
    return { next: within(`a message of ${mtype}`, Queue.take(heard)), all: Queue.clear(heard) }
  })
