/**
 * A world of clients of ours: what happens in it, and the books that are kept of it. Hubs die, stop, freeze and lose calls;
 * clients come, call, bind, declare, leave and come back, all by the dice of one seed.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Memory from "../../src/adapters/memory/Network.ts"
import type { Client } from "../../src/apps/client/Client.ts"
import * as SampClient from "../../src/apps/client/SampClient.ts"
import * as HubEngine from "../../src/apps/HubEngine.ts"
import * as StandardHub from "../../src/apps/StandardHub.ts"
import type { TrackedClient } from "../../src/domain/client/Tracker.ts"
import { config } from "../../src/domain/HubState.ts"
import { ClientId } from "../../src/domain/Identifiers.ts"
import { defaults } from "../../src/domain/Limits.ts"
import { stringAt } from "../../src/domain/SampValue.ts"
import { undisturbed } from "../../src/domain/simulation/Behaviour.ts"
import type { Dice } from "../../src/domain/simulation/Dice.ts"
import { LockfileStore } from "../../src/ports/LockfileStore.ts"

const limits = { ...defaults, deliveryTimeoutMs: 3_000, idleProbeIntervalMs: 2_000 }

/** A hub of the world. */
export interface Hub {
  readonly url: string
  readonly engine: HubEngine.HubEngine["Service"]
  readonly scope: Scope.Closeable
}

/** A client of the world, with its books. */
export interface Actor {
  readonly name: string
  readonly client: Client
  readonly scope: Scope.Closeable
  /** What it has declared last. */
  metadata: { readonly [key: string]: string }
  extra: ReadonlyArray<string>
  readonly bound: Map<string, Scope.Closeable>
  /** How often each of its handlers got each number. */
  readonly handled: Map<string, number>
  /** Whom it was last told of. */
  told: ReadonlyMap<ClientId, TrackedClient>
  /** Handlers at work. */
  working: number
  closed: boolean
}

/** Something that must come to an end, and how it may. */
export interface Job {
  readonly what: string
  readonly fiber: Fiber.Fiber<unknown, unknown>
}

/** The world. */
export interface World {
  readonly dice: Dice
  /** Whether calls and answers get lost and hubs freeze; if not, every call ends by itself, without a limit of time. */
  readonly lossy: boolean
  readonly actors: Array<Actor>
  readonly jobs: Array<Job>
  readonly trace: Array<string>
  /** What was seen and must not be. */
  readonly wrongs: Array<string>
  hub: Hub | undefined
  hubs: number
  number: number
}

const mtypes = ["echo", "slow", "sleepy", "refuse"]
const seconds: { readonly [mtype: string]: number } = { echo: 0.02, slow: 4, sleepy: 20, refuse: 0 }

/** Starts a hub, if there is none. */
export const startHub = (world: World) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const layer = Layer.fresh(
      StandardHub.layer({ multi: false, address: "127.0.0.1", port: 0 }).pipe(
        Layer.provideMerge(
          HubEngine.layer(config({ hubId: ClientId("hub"), run: `h${++world.hubs}`, limits }))
        )
      )
    )
    const context = yield* Layer.build(layer).pipe(
      Scope.provide(scope),
      Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause)))
    )
    const { url } = Context.get(context, StandardHub.StandardHub)
    world.hub = { url, engine: Context.get(context, HubEngine.HubEngine), scope }
    world.trace.push(`hub ${url}`)
  })

/** The hub is gone without a word. */
const killHub = (world: World, { url }: Hub) =>
  Effect.gen(function*() {
    const store = yield* LockfileStore
    yield* (yield* Memory.Network).disturb(url, { health: "dead" })
    const text = (yield* store.read("/home/astronomer/.samp")) ?? ""
    yield* store.withdraw("/home/astronomer/.samp", text)
    world.hub = undefined
  })

const book = (world: World, actor: Actor, who: string, n: string | undefined): void => {
  const key = `${who} ${n}`
  const count = (actor.handled.get(key) ?? 0) + 1
  actor.handled.set(key, count)
  if (count > 1) world.wrongs.push(`${actor.name} handled ${key} twice`)
}

const bindTo = (world: World, actor: Actor, mtype: string) =>
  actor.client.bind(mtype, ({ msgId, params }) => {
    const n = stringAt(params, "n")
    const work = Effect.gen(function*() {
      actor.working++
      book(world, actor, mtype, n)
      if (msgId !== undefined) book(world, actor, "call", msgId)
      yield* Effect.sleep((seconds[mtype] ?? 0) * 1_000)
      if (mtype === "refuse") return yield* Effect.fail(new Error("no"))
      return { n }
    })
    return Effect.ensuring(work, Effect.sync(() => void actor.working--))
  })

/** A new client, which waits for a hub if there is none. */
const enter = (world: World) =>
  Effect.gen(function*() {
    const name = `client-${world.actors.length}`
    const scope = yield* Scope.make()
    const client = yield* SampClient.make({ name, whenNoHub: "wait", timeoutSeconds: 3 }).pipe(
      Scope.provide(scope)
    )
    const actor: Actor = {
      name,
      client,
      scope,
      metadata: { "samp.name": name },
      extra: [],
      bound: new Map(),
      handled: new Map(),
      told: new Map(),
      working: 0,
      closed: false
    }
    world.actors.push(actor)
    const changes = Stream.runForEach(client.clientChanges, (clients) =>
      Effect.sync(() => {
        actor.told = clients
      }))
    yield* Effect.forkIn(changes, scope)
    for (const mtype of mtypes) {
      actor.bound.set(mtype, scope)
      yield* Effect.ignore(bindTo(world, actor, mtype).pipe(Scope.provide(scope)))
    }
  })

/** Does it beside everything else; it has to end, with a result or with an error that has a name. */
const begin = <A, E, R>(world: World, what: string, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const told = Effect.onExit(effect, (exit) =>
      Effect.sync(() => {
        const failed = Exit.isFailure(exit)
          ? exit.cause.reasons.find(({ _tag }) => _tag === "Fail")
          : undefined
        const error = failed?._tag === "Fail" ? failed.error : undefined
        const tag = typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : "?"
        if (Exit.isFailure(exit) && tag === "?" && !Exit.hasInterrupts(exit)) {
          world.wrongs.push(`${what} failed: ${exit.cause}`)
        }
        world.trace.push(`${what}: ${Exit.isSuccess(exit) ? "ok" : tag}`)
      }))
    world.jobs.push({ what, fiber: yield* Effect.forkDetach(told, { startImmediately: true }) })
  })

const happenToHub = (world: World, hub: Hub) =>
  Effect.gen(function*() {
    const network = yield* Memory.Network
    const choice = world.dice.below(world.lossy ? 8 : 4)
    world.trace.push(`hub ${hub.url} ${choice}`)
    switch (choice) {
      case 0:
        return yield* killHub(world, hub)
      case 1:
        world.hub = undefined
        return yield* begin(world, "stop", Scope.close(hub.scope, Exit.void))
      case 2: {
        const actor = world.dice.pick(world.actors)
        const status = yield* actor.client.status
        return status._tag === "Connected" ? yield* hub.engine.eject(status.selfId, "enough") : undefined
      }
      case 3: {
        // somebody hears everything late, but in its order
        const others = (yield* network.endpoints).filter((url) => url !== hub.url)
        return others.length === 0
          ? undefined
          : yield* network.disturb(world.dice.pick(others), { delayMs: [40, 40] })
      }
      case 4:
        return yield* network.disturb(hub.url, { health: "hung" })
      case 5:
      case 6:
        return yield* network.disturb(hub.url, { delayMs: [0, 60], lost: 0.1, answerLost: 0.1 })
      default:
        return yield* network.disturb(hub.url, undisturbed)
    }
  })

/** Checks a response to a call with this number. */
const check = (world: World, what: string, n: string, result: { get: (key: string) => unknown }): void => {
  if (result.get("n") !== n) world.wrongs.push(`${what} got the response to ${String(result.get("n"))}`)
}

const call = (world: World, from: Actor, to: ClientId) => {
  const { dice } = world
  const n = String(world.number++)
  const mtype = dice.pick([...mtypes, "echo", "unbound"])
  const options = { timeoutSeconds: dice.pick(world.lossy ? [1, 3, 6] : [0, 1, 6]) }
  const what = `${from.name} ${n} ${mtype} ${options.timeoutSeconds}`
  switch (dice.below(4)) {
    case 0:
      return begin(
        world,
        `wait ${what}`,
        Effect.map(
          from.client.callAndWait(to, mtype, { n }, options),
          ({ result }) => check(world, what, n, result)
        )
      )
    case 1: {
      const seen = new Set<string>()
      const replies = Stream.runForEach(
        from.client.callAll(mtype, { n }, options),
        ({ answer, responder }) =>
          Effect.sync(() => {
            if (seen.has(responder)) world.wrongs.push(`${what} got two replies of ${responder}`)
            seen.add(responder)
            if (Result.isSuccess(answer)) check(world, what, n, answer.success.result)
          })
      )
      return begin(world, `all ${what}`, replies)
    }
    default:
      return begin(
        world,
        `call ${what}`,
        Effect.map(from.client.call(to, mtype, { n }, options), ({ result }) => check(world, what, n, result))
      )
  }
}

const happenToClient = (world: World, actor: Actor) =>
  Effect.gen(function*() {
    const { dice } = world
    const { client, name } = actor
    const statuses = yield* Effect.forEach(world.actors, (other) => other.client.status)
    const ids = statuses.flatMap((status) => status._tag === "Connected" ? [status.selfId] : [])
    const to = ids.length === 0 ? ClientId("nobody") : dice.pick(ids)
    const choice = dice.below(24)
    world.trace.push(`${name} ${choice}`)
    switch (choice) {
      case 0:
        actor.closed = true
        return yield* begin(world, `close ${name}`, Scope.close(actor.scope, Exit.void))
      case 1:
        return yield* begin(world, `disconnect ${name}`, client.disconnect)
      case 2:
      case 3:
        return yield* client.reconnect
      case 4:
      case 5: {
        const mtype = `x.${dice.below(3)}`
        if (actor.bound.has(mtype)) return
        const scope = yield* Scope.fork(actor.scope)
        actor.bound.set(mtype, scope)
        return yield* begin(world, `bind ${name}`, bindTo(world, actor, mtype).pipe(Scope.provide(scope)))
      }
      case 6:
      case 7: {
        const mtype = `x.${dice.below(3)}`
        const scope = actor.bound.get(mtype)
        actor.bound.delete(mtype)
        return scope === undefined
          ? undefined
          : yield* begin(world, `unbind ${name}`, Scope.close(scope, Exit.void))
      }
      case 8:
      case 9:
        actor.metadata = { "samp.name": name, n: String(world.number++) }
        return yield* begin(world, `metadata ${name}`, client.declareMetadata(actor.metadata))
      case 10:
        actor.extra = [`y.${dice.below(3)}`]
        return yield* begin(
          world,
          `subscriptions ${name}`,
          client.declareSubscriptions(Object.fromEntries(actor.extra.map((mtype) => [mtype, {}])))
        )
      case 11: {
        const n = String(world.number++)
        return yield* begin(world, `notify ${name}`, client.notify(to, dice.pick(mtypes), { n }))
      }
      case 12: {
        const n = String(world.number++)
        return yield* begin(
          world,
          `notify all ${name}`,
          client.notifyAll(dice.pick([...mtypes, "x.1"]), { n })
        )
      }
      case 13: {
        const job = dice.pick(world.jobs)
        if (!/^(?:call|all|wait) /u.test(job.what)) return
        return job.fiber.interruptUnsafe()
      }
      case 14: {
        // a stranger who speaks like the hub
        const id = ids.length === 0 ? "nobody" : dice.pick(ids)
        return yield* begin(world, `pretend ${name}`, client.notify(to, "samp.hub.event.unregister", { id }))
      }
      default:
        return yield* call(world, actor, to)
    }
  })

/** One thing that happens. */
export const happen = (world: World) =>
  Effect.gen(function*() {
    const { actors, dice, hub, jobs } = world
    const there = actors.filter(({ closed }) => !closed)
    if (hub === undefined && dice.chance(15)) return yield* begin(world, "hub", startHub(world))
    if (there.length < 3 || (actors.length < 6 && dice.chance(8))) {
      // While a hub hangs, they wait at its door, and a crowd would make all this take much longer.
      const entering = jobs.filter(({ fiber, what }) => what === "enter" && fiber.pollUnsafe() === undefined)
      if (entering.length < 6) return yield* begin(world, "enter", enter(world))
      if (there.length === 0) return
    }
    if (hub !== undefined && dice.chance(12)) {
      return yield* happenToHub(world, hub)
    }
    return yield* happenToClient(world, dice.pick(there))
  })
