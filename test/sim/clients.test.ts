/**
 * Clients of ours in a world of faults, over the memory network, under virtual time. First hubs die, stop, freeze and lose
 * calls, and clients do all that clients do. Then all is quiet, and everything must be as it was asked for: every client
 * registered with the living hub, what it declared in force, its list of clients the hub's registry, and every call at an
 * end. A failing seed replays: CLIENTS_SEED=4711 npx vitest run test/sim/clients.test.ts
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import * as Desktop from "../../src/adapters/memory/Desktop.ts"
import * as Memory from "../../src/adapters/memory/Network.ts"
import { VirtualTime } from "../../src/adapters/memory/VirtualTime.ts"
import type { TrackedClient } from "../../src/domain/client/Tracker.ts"
import type { HubState } from "../../src/domain/HubState.ts"
import type { ClientId } from "../../src/domain/Identifiers.ts"
import { map, type SampMap, toJson } from "../../src/domain/SampValue.ts"
import { undisturbed } from "../../src/domain/simulation/Behaviour.ts"
import { dice } from "../../src/domain/simulation/Dice.ts"
import { type Actor, happen, type Hub, startHub, type World } from "./ClientWorld.ts"

/** What a client subscribes to for itself. */
const own = [
  "samp.app.ping",
  "samp.hub.disconnect",
  ...["metadata", "register", "shutdown", "subscriptions", "unregister"].map((name) =>
    `samp.hub.event.${name}`
  )
]

const fields = (values: SampMap | undefined): string =>
  [...values ?? []].map(([key, value]) => `${key}=${JSON.stringify(toJson(value))}`).sort().join()

/** Clients in a line each. */
const lines = (clients: Iterable<Pick<TrackedClient, "id" | "metadata" | "subscriptions">>) =>
  [...clients].map(({ id, metadata, subscriptions }) => `${id} ${fields(metadata)} ${fields(subscriptions)}`)
    .sort()

/**
 * The clients of a hub, without those that only the hub knows of: when the answer to a registration is lost, nobody has its
 * private key, and it can take no callbacks by which the hub could tell that nobody is there.
 */
const known = (registry: HubState["clients"]): ReadonlyArray<ClientId> =>
  [...HashMap.values(registry)].flatMap(({ callback, id }) => callback === undefined ? [] : [id]).sort()

/** Everybody is with this hub, as they declared themselves, and knows the others. */
const checkTogether = ({ engine, url }: Hub, actors: ReadonlyArray<Actor>) =>
  Effect.gen(function*() {
    const { clients: registry } = yield* engine.state
    const statuses = yield* Effect.forEach(actors, ({ client }) => client.status)
    assert.deepStrictEqual(
      known(registry),
      statuses.flatMap((status) => status._tag === "Connected" ? [status.selfId] : []).sort(),
      "exactly the clients are listed"
    )
    for (const [i, actor] of actors.entries()) {
      const status = statuses[i]
      assert.isTrue(
        status?._tag === "Connected" && status.hub.url === url,
        `${actor.name} is with the living hub`
      )
      if (status?._tag !== "Connected") continue
      const entry = [...HashMap.values(registry)].find(({ id }) => id === status.selfId)
      assert.deepStrictEqual(
        fields(entry?.metadata),
        fields(map(actor.metadata)),
        `metadata of ${actor.name}`
      )
      assert.deepStrictEqual(
        [...entry?.subscriptions.keys() ?? []].sort(),
        [...new Set([...own, ...actor.bound.keys(), ...actor.extra])].sort(),
        `subscriptions of ${actor.name}`
      )
      const answer = yield* Effect.timeoutOption(actor.client.clients, 1)
      assert.isTrue(answer._tag === "Some", `${actor.name} knows everybody`)
      const others = answer._tag === "Some" ? [...answer.value.values()] : []
      const expected = lines([...HashMap.values(registry)].filter(({ id }) => id !== status.selfId))
      for (const believed of [others, [...actor.told.values()]]) {
        const found = lines(believed.filter(({ id }) => id !== status.hubId))
        assert.deepStrictEqual(found, expected, `the clients that ${actor.name} knows of`)
      }
    }
  })

/** Runs it to its end while time passes. */
const during = <A, E, R>(seconds: number, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
    yield* Effect.sleep(seconds * 1_000)
    return yield* Fiber.join(fiber)
  })

const simulate = (seed: number) =>
  Effect.gen(function*() {
    const world: World = {
      dice: dice(seed),
      lossy: seed % 2 === 1,
      actors: [],
      jobs: [],
      trace: [],
      wrongs: [],
      hub: undefined,
      hubs: 0,
      number: 0
    }
    const network = yield* Memory.Network
    yield* Effect.addFinalizer(() => Effect.forEach(world.jobs, ({ fiber }) => Fiber.interrupt(fiber)))
    yield* startHub(world)
    const run = Effect.gen(function*() {
      for (let i = 0; i < 70; i++) {
        yield* happen(world)
        yield* Effect.sleep(world.dice.below(150))
      }
    })
    yield* during(20, run)
    // Quiet: the hub is well, or another comes, and whoever was thrown out or sent away is called back.
    const last = world.hub
    if (last !== undefined) yield* network.disturb(last.url, undisturbed)
    yield* Effect.sleep("2 seconds")
    if (world.hub === undefined) yield* during(2, startHub(world))
    yield* Effect.sleep("30 seconds")
    const actors = world.actors.filter(({ closed }) => !closed)
    for (const { client } of actors) yield* client.reconnect
    yield* Effect.sleep("5 seconds")
    const { hub } = world
    if (hub === undefined) return assert.fail("there is a hub")
    yield* during(0.01, checkTogether(hub, actors))
    const waiting = world.jobs.filter(({ fiber }) => fiber.pollUnsafe() === undefined).map(({ what }) => what)
    assert.deepStrictEqual(waiting, [], "everything that was begun has ended")
    assert.deepStrictEqual(world.wrongs, [])
    const working = () => world.actors.filter((actor) => actor.working !== 0).map(({ name }) => name)
    assert.deepStrictEqual(working(), [], "no handler is at work")
    const close = Effect.forEach(actors, ({ scope }) => Scope.close(scope, Exit.void), {
      concurrency: "unbounded"
    })
    yield* during(3, close)
    const { calls, clients } = yield* hub.engine.state
    assert.deepStrictEqual(known(clients), [], "nobody is left at the hub")
    assert.strictEqual(HashMap.size(calls), 0, "no call is open at the hub")
    return world.trace
  }).pipe(
    Effect.scoped,
    Effect.provide(Layer.mergeAll(Memory.layer, Desktop.layer)),
    Random.withSeed(seed),
    Effect.provideService(Logger.CurrentLoggers, new Set())
  )

/** A world in virtual time. */
const run = (seed: number) => new VirtualTime().run(simulate(seed))

const given = process.env["CLIENTS_SEED"]
const seeds = given === undefined ? Array.from({ length: 60 }, (_, seed) => seed) : [Number(given)]

describe("clients of ours in a simulated world", () => {
  it(
    "CLI-14, CLI-16, CLI-17, CLI-19, CLI-20, CLI-21, RSP-09 all is as it was asked for, after faults in 60 worlds",
    () => {
      for (const seed of seeds) {
        const result = run(seed)
        if (Exit.isFailure(result)) {
          assert.fail(
            `world ${seed} failed, replay: CLIENTS_SEED=${seed} npx vitest run test/sim/clients.test.ts\n${result.cause}`
          )
        }
      }
    },
    300_000
  )

  it("the same seed makes the same world", () => {
    const [first, second, other] = [run(4), run(4), run(2)].map((exit) =>
      Exit.isSuccess(exit) ? exit.value : []
    )
    assert.deepStrictEqual(first, second)
    assert.isAbove(first?.length ?? 0, 60)
    assert.notDeepEqual(other, first)
  })
})
