/** How the actions of a plan are carried out. */
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Result from "effect/Result"
import type { Process } from "../../../src/adapters/memory/Processes.ts"
import { ClientId } from "../../../src/domain/Identifiers.ts"
import { okResponse } from "../../../src/domain/Message.ts"
import { emptyMap, map, type SampMap } from "../../../src/domain/SampValue.ts"
import { undisturbed } from "../../../src/domain/simulation/Behaviour.ts"
import { webUrl } from "../../../src/domain/web/WebPlace.ts"
import { CallSender } from "../../../src/ports/CallSender.ts"
import * as Guests from "./Guests.ts"
import * as Hubs from "./Hubs.ts"
import * as PageActs from "./PageActs.ts"
import * as Pages from "./Pages.ts"
import { type Action, faults } from "./Plan.ts"
import * as Residents from "./Residents.ts"
import { chosen, content, send } from "./Sending.ts"
import type { Actor, Guest, Hub, Resident, World } from "./World.ts"

/** Where hubs listen that always listen at the same port. */
const usualPort = 7_000

const pageActs: ReadonlySet<Action["act"]> = new Set(
  ["read", "publish", "pry", "callable", "revoke", "switchWeb"] as const
)

/** How many clients there may be at a time. */
const room = 6

/** Clients whose processes live; frozen ones too. */
export const present = (world: World): Effect.Effect<ReadonlyArray<Actor>> =>
  Effect.filter(
    world.actors,
    (actor) =>
      Effect.map(actor.process.life, (life) =>
        (life === "running" || life === "frozen") && !(actor.kind === "guest" && actor.left))
  )

/** The id under which a client is registered, if it is. */
export const idOf = (actor: Actor): Effect.Effect<ClientId | undefined> =>
  actor.kind === "guest"
    ? Effect.succeed(actor.connection.selfId)
    : Effect.map(actor.client.status, (status) => status._tag === "Connected" ? status.selfId : undefined)

const touch = (world: World, actor: Actor): void => {
  actor.touched = true
  world.faults++
}

/** Somebody to send to: mostly a client of the world, sometimes the hub or nobody. */
const recipient = (actors: ReadonlyArray<Actor>, { other, pick }: Action): Effect.Effect<ClientId> => {
  if (pick % 17 === 0) return Effect.succeed(ClientId("hub"))
  if (pick % 19 === 0) return Effect.succeed(ClientId("c999"))
  const actor = chosen(actors, other)
  return actor === undefined
    ? Effect.succeed(ClientId("c1"))
    : Effect.map(idOf(actor), (id) => id ?? ClientId("c1"))
}

const subscribe = (world: World, actor: Actor, { pick }: Action) => {
  if (actor.kind === "guest") {
    const declared = actor.connection.declareSubscriptions(
      Guests.subscriptionsOf(pick, world.web !== undefined)
    )
    return world.begin(actor.process, `${actor.name} subscribes`, declared)
  }
  const mtype = chosen(Residents.bindable, pick) ?? "sim.echo"
  if (pick % 3 > 0 && !actor.bound.has(mtype)) {
    actor.bound.add(mtype)
    return world.begin(
      actor.process,
      `${actor.name} binds ${mtype}`,
      Residents.bind(world, actor.name, actor.client, mtype)
    )
  }
  actor.extra = [`sim.extra.${pick % 5}`]
  const extra = Object.fromEntries(actor.extra.map((pattern) => [pattern, {}]))
  return world.begin(actor.process, `${actor.name} subscribes`, actor.client.declareSubscriptions(extra))
}

const describe = (world: World, actor: Actor) => {
  const metadata = { "samp.name": actor.name, number: world.number() }
  if (actor.kind === "resident") actor.metadata = metadata
  const declared = actor.kind === "guest"
    ? actor.connection.declareMetadata(map(metadata))
    : actor.client.declareMetadata(metadata)
  return world.begin(actor.process, `${actor.name} describes itself`, declared)
}

/** A guest replies to all calls that are open and not to it; the model sees that none of it is taken. */
const replyToOthers = (world: World, { connection, hub, name, process }: Guest) =>
  Effect.gen(function*() {
    const { calls } = yield* hub.engine.state
    const others = [...HashMap.values(calls)].filter(({ recipient }) => recipient !== connection.selfId)
    const replies = Effect.forEach(others, ({ id }) => Effect.ignore(connection.reply(id, okResponse())), {
      discard: true
    })
    yield* world.begin(process, `${name} replies to calls of others`, replies)
  })

/** Somebody tries what it must not: a wrong secret, a wrong key, a reply to somebody else's call. */
const intrude = (world: World, actor: Actor, { pick }: Action) => {
  if (pick % 2 === 0 && actor.kind === "guest") return replyToOthers(world, actor)
  const url = actor.kind === "guest" ? actor.hub.record.url : world.hubs.at(-1)?.record.url ?? ""
  const attempts: ReadonlyArray<readonly [method: string, params: ReadonlyArray<string | SampMap>]> = [
    ["samp.hub.register", ["not the secret"]],
    ["samp.hub.getRegisteredClients", ["not a key"]],
    ["samp.hub.notifyAll", ["", content(world, "sim.note", "intruder")]],
    ["samp.hub.reply", ["c1", `c1-${pick % 9}`, emptyMap]],
    ["samp.hub.setXmlrpcCallback", ["c1", "http://127.0.0.1:9/"]]
  ]
  const [method = "", params = []] = chosen(attempts, pick) ?? []
  const tried = Effect.gen(function*() {
    const sender = yield* CallSender
    const answer = yield* Effect.result(sender.call(url, { method, params }, { timeoutMs: 2_000 }))
    if (Result.isSuccess(answer)) world.wrong(`${method} was allowed to an intruder`)
  })
  return world.begin(actor.process, `${actor.name} intrudes by ${method}`, tried)
}

const disturb = (world: World, url: string, { act, pick }: Action) => {
  const share = 0.05 + (pick % 5) * 0.1
  switch (act) {
    case "slow":
      return world.network.disturb(url, { delayMs: [pick % 7, pick % 7 + pick % 90] })
    case "lossy":
      return world.network.disturb(url, { lost: share / 2, answerLost: share / 2 })
    case "hang":
      return world.network.disturb(url, { health: "hung" })
    case "refuse":
      return world.network.disturb(url, { health: "dead" })
    case "silence":
      return world.network.disturb(url, { silent: share })
    case "stutter":
      return world.network.disturb(url, { resent: share })
    case "narrow":
      return world.network.disturb(url, { capacity: 1 + pick % 3 })
    default:
      return world.network.disturb(url, undisturbed)
  }
}

/** Whether an act changes nothing of what must arrive: it takes time only, for which an outbox has room. */
const isHarmless = (world: World, act: Action["act"]): boolean =>
  act === "calm" || (act === "slow" && !world.plan.tight)

/** A client that is about to get many messages takes none for a moment, and then again. */
const blink = (world: World, actor: Actor, url: string, { pick }: Action) =>
  Effect.gen(function*() {
    const to = yield* idOf(actor)
    const hub = actor.kind === "guest" ? actor.hub : (yield* Hubs.living(world)).at(-1)
    if (to === undefined || hub === undefined) return
    yield* world.network.disturb(url, { health: "dead" })
    const back = Effect.andThen(Effect.sleep(20 + pick % 250), world.network.disturb(url, { health: "well" }))
    yield* world.begin(undefined, `${actor.name} takes messages again`, back)
    for (const other of yield* present(world)) {
      yield* send(world, other, { at: 0, act: "burst", who: 0, other: 0, pick }, to)
    }
  })

const troubleNetwork = (world: World, actors: ReadonlyArray<Actor>, action: Action) =>
  Effect.gen(function*() {
    const { act, other, pick, who } = action
    const hubs = yield* Hubs.living(world)
    const hub = chosen(hubs, other)
    if (act === "cut") {
      const actor = chosen(actors, who)
      if (hub === undefined || actor === undefined) return
      touch(world, actor)
      hub.touched = true
      yield* world.network.cut(actor.process.id, hub.process.id)
      const mended = Effect.andThen(
        Effect.sleep(100 + pick % 6_000),
        world.network.mend(actor.process.id, hub.process.id)
      )
      return yield* world.begin(undefined, "the way is mended", mended)
    }
    // Requests are sent twice by programs of others only, so to hubs; and a hub that lives never refuses.
    const isHub = act === "stutter" || (act !== "refuse" && act !== "blink" && pick % 3 === 0)
    const actor = chosen(actors, who)
    if (isHub && hub !== undefined) {
      if (!isHarmless(world, act)) {
        hub.touched = true
        world.faults++
      }
      if (act === "stutter") world.stuttered = true
      // Polls would take all the room there is.
      const isWeb = pick % 2 === 0 && act !== "narrow" && (yield* Hubs.isOn(hub))
      return yield* disturb(world, isWeb ? webUrl : hub.record.url, action)
    }
    if (actor === undefined || act === "stutter") return
    const url = [...world.endpoints].findLast(([, owner]) => owner === actor.name)?.[0]
    if (url === undefined) return
    if (!isHarmless(world, act)) touch(world, actor)
    if (act === "blink") return yield* blink(world, actor, url, action)
    yield* disturb(world, url, action)
  })

/** Kills a process, and looks a second later whether anything in it goes on. */
const kill = (world: World, { id, kill, timers }: Process) =>
  Effect.gen(function*() {
    yield* kill
    const look = Effect.map(timers, (count) => {
      if (count > 0) world.wrong(`${id} is dead, but ${count} timers of it are set`)
    })
    yield* world.begin(undefined, `${id} is dead`, Effect.andThen(Effect.sleep(1_000), look))
  })

/** Milliseconds in which clients of ours notice that their hub is gone. */
const noticeMs = 3_000

/** Calls that residents to whom nothing was done have open at a hub that dies must be over soon, whatever their limit. */
const lookAtCalls = (world: World, hub: Hub) =>
  Effect.gen(function*() {
    const waiting = world.jobs.filter(({ fiber, isCall }) => isCall && fiber.pollUnsafe() === undefined)
    const callers: Array<Resident> = []
    for (const actor of world.actors) {
      if (actor.kind !== "resident" || actor.touched) continue
      const status = yield* actor.client.status
      if (status._tag === "Connected" && status.hub.url === hub.record.url) callers.push(actor)
    }
    const look = Effect.sync(() => {
      for (const { fiber, owner, what } of waiting) {
        const isUntouched = callers.some(({ name, touched }) => name === owner && !touched)
        if (isUntouched && fiber.pollUnsafe() === undefined) {
          world.wrong(`${what} still waits, though ${hub.name} is gone`)
        }
      }
    })
    yield* world.begin(
      undefined,
      `calls at ${hub.name} are over`,
      Effect.andThen(Effect.sleep(noticeMs), look)
    )
  })

const troubleHub = (world: World, { act, other, pick }: Action) =>
  Effect.gen(function*() {
    const hub = chosen(yield* Hubs.living(world), other)
    if (hub === undefined) return
    hub.touched = true
    world.faults++
    world.log("!", hub.name, act)
    if (act === "killHub") yield* lookAtCalls(world, hub)
    switch (act) {
      case "killHub":
        return yield* kill(world, hub.process)
      case "stopHub":
        return yield* world.begin(undefined, `${hub.name} stops`, hub.process.exit)
      case "freezeHub": {
        yield* hub.process.freeze
        return yield* world.begin(
          undefined,
          `${hub.name} thaws`,
          Effect.andThen(Effect.sleep(200 + pick % 8_000), hub.process.thaw)
        )
      }
      default: {
        const id = chosen([...hub.watch.owners.keys()], pick)
        return id === undefined ? undefined : yield* hub.engine.eject(id, "enough")
      }
    }
  })

const giveUp = (world: World, { pick }: Action) =>
  Effect.sync(() => {
    const job = chosen(
      world.jobs.filter(({ fiber, isCall }) => isCall && fiber.pollUnsafe() === undefined),
      pick
    )
    job?.fiber.interruptUnsafe()
  })

const leave = (world: World, actor: Actor) => {
  if (actor.kind === "guest") actor.left = true
  return world.begin(undefined, `${actor.name} leaves`, actor.process.exit)
}

/** Carries out one action; it takes no time. */
export const perform = (world: World, action: Action): Effect.Effect<void> =>
  Effect.gen(function*() {
    const { act, pick, who } = action
    const actors = yield* present(world)
    if (act === "startHub") {
      const label = pick % 5 === 0 && world.hubs.length > 0 ? "red" : undefined
      // A hub that comes back at the port of the one before answers those who do not know yet that it is another.
      return yield* world.begin(
        undefined,
        "a hub starts",
        Hubs.start(world, label, pick % 2 === 0 ? usualPort : 0)
      )
    }
    if (act === "race") {
      yield* world.begin(undefined, "a hub starts", Hubs.start(world))
      return yield* world.begin(undefined, "a hub starts at the same time", Hubs.start(world))
    }
    if (act === "killHub" || act === "stopHub" || act === "freezeHub" || act === "eject") {
      return yield* troubleHub(world, action)
    }
    if (act === "enterResident") {
      return actors.length >= room
        ? undefined
        : yield* Residents.enter(world, pick)
    }
    if (act === "enterGuest") return actors.length >= room ? undefined : yield* Guests.enter(world, pick)
    if (act === "enterPage") return actors.length >= room ? undefined : yield* Pages.enter(world, pick)
    if (pageActs.has(act)) return yield* PageActs.perform(world, action, actors)
    if (act === "fillDisk") {
      world.faults++
      world.log("%", "disk", "full")
      world.diskWasFull = true
      yield* world.processes.disk("Full")
      return yield* world.begin(
        undefined,
        "the disk has room",
        Effect.andThen(Effect.sleep(3_000), world.processes.disk("Well"))
      )
    }
    if (act === "giveUp") return yield* giveUp(world, action)
    const actor = chosen(actors, who)
    if (act === "cut" || act === "calm" || faults.has(act) && act !== "kill" && act !== "freeze") {
      return yield* troubleNetwork(world, actors, action)
    }
    if (actor === undefined) return
    world.log("!", actor.name, act)
    switch (act) {
      case "leave":
        return yield* leave(world, actor)
      case "kill":
        touch(world, actor)
        return yield* kill(world, actor.process)
      case "freeze":
        touch(world, actor)
        yield* actor.process.freeze
        return yield* world.begin(
          undefined,
          `${actor.name} thaws`,
          Effect.andThen(Effect.sleep(200 + pick % 8_000), actor.process.thaw)
        )
      case "subscribe":
        return yield* subscribe(world, actor, action)
      case "metadata":
        return yield* describe(world, actor)
      case "intrude":
        return yield* intrude(world, actor, action)
      default: {
        const to = yield* recipient(actors, action)
        return yield* send(world, actor, action, to)
      }
    }
  })
