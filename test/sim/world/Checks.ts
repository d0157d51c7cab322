/** What must hold when all is quiet again. */
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import type { TrackedClient } from "../../../src/domain/client/Tracker.ts"
import type { HubState } from "../../../src/domain/HubState.ts"
import type { ClientId } from "../../../src/domain/Identifiers.ts"
import { map, type SampMap, toJson } from "../../../src/domain/SampValue.ts"
import { webUrl } from "../../../src/domain/web/WebPlace.ts"
import { LockfileStore } from "../../../src/ports/LockfileStore.ts"
import { present } from "./Acting.ts"
import type { Sent } from "./Books.ts"
import { living, webHub } from "./Hubs.ts"
import type { Guest, Hub, Resident, World } from "./World.ts"

const fields = (values: SampMap | undefined): string =>
  [...values ?? []].map(([key, value]) => `${key}=${JSON.stringify(toJson(value))}`).sort().join()

const linesOf = (clients: Iterable<Pick<TrackedClient, "id" | "metadata" | "subscriptions">>) =>
  [...clients].map(({ id, metadata, subscriptions }) => `${id} ${fields(metadata)} ${fields(subscriptions)}`)
    .sort()

const linesWithout = (clients: Iterable<Pick<TrackedClient, "id" | "metadata">>) =>
  [...clients].map(({ id, metadata }) => `${id} ${fields(metadata)}`).sort()

const same = (
  world: World,
  what: string,
  found: ReadonlyArray<string>,
  expected: ReadonlyArray<string>
): void => {
  const text = (lines: ReadonlyArray<string>): string => lines.join(" | ")
  if (text(found) !== text(expected)) world.wrong(`${what}: ${text(found)} instead of ${text(expected)}`)
}

/**
 * Clients of a hub that can be told from nobody: when the answer to a registration is lost, or a client dies before it is
 * callable, the hub has no way to find out.
 */
const callable = (registry: HubState["clients"]) =>
  [...HashMap.values(registry)].filter(({ callback }) => callback !== undefined)

const checkResident = (world: World, resident: Resident, hub: Hub) =>
  Effect.gen(function*() {
    const { bound, client, extra, metadata, name, page, touched } = resident
    const { clients: registry } = yield* hub.engine.state
    const url = page === undefined ? hub.record.url : webUrl
    const status = yield* client.status
    const connection = yield* Effect.option(client.connection)
    if (connection._tag === "Some" && !hub.watch.keys.has(connection.value.privateKey)) {
      return world.wrong(`${name} is registered with another hub than ${hub.name}`)
    }
    if (status._tag !== "Connected" || status.hub.url !== url) {
      return world.wrong(`${name} is not with ${hub.name}: ${status._tag}`)
    }
    const entry = callable(registry).find(({ id }) => id === status.selfId)
    if (entry === undefined) {
      return world.wrong(`${name} believes to be ${status.selfId}, whom ${hub.name} does not list`)
    }
    same(world, `metadata of ${name}`, [fields(entry.metadata)], [fields(map(metadata))])
    const wanted = [...bound, ...extra, "samp.app.ping"]
    const missing = wanted.filter((pattern) => !entry.subscriptions.has(pattern))
    same(world, `missing subscriptions of ${name}`, missing, [])
    const answer = yield* Effect.timeoutOption(client.clients, 1_000)
    if (answer._tag === "None") return world.wrong(`${name} does not get to know the others`)
    const others = [...answer.value.values()].filter(({ id }) => id !== status.hubId)
    const present = [...HashMap.keys(registry)].filter((id) => id !== status.selfId)
    same(world, `those whom ${name} knows`, others.map(({ id }) => id).sort(), present.sort())
    // What somebody has declared may not have reached it, nor what came while a hub that was frozen had too much for it.
    const { clients: listed } = yield* hub.engine.status
    if (touched || listed.some(({ id, trouble }) => id === status.selfId && trouble !== undefined)) return
    // A page is not shown all subscriptions of the others.
    const lines = page === undefined ? linesOf : linesWithout
    same(
      world,
      `the clients that ${name} knows of`,
      lines(others),
      lines([...HashMap.values(registry)].filter(({ id }) => id !== status.selfId))
    )
  })

/** The hubs list exactly those who live, and each client of ours is there with all that it declared. */
export const registered = (world: World, hub: Hub) =>
  Effect.gen(function*() {
    const forPages = yield* webHub(world)
    const actors = yield* present(world)
    const there = new Set(actors.map(({ name }) => name))
    for (const one of new Set([hub, ...forPages === undefined ? [] : [forPages]])) {
      const { clients: registry } = yield* one.engine.state
      for (const { id } of callable(registry)) {
        const owner = one.watch.owners.get(id) ?? "nobody"
        if (!there.has(owner)) world.wrong(`${one.name} lists ${id}, but ${owner} is gone`)
      }
    }
    const { clients: registry } = yield* hub.engine.state
    for (const actor of actors) {
      if (actor.kind === "resident" && actor.page === undefined) yield* checkResident(world, actor, hub)
      else if (actor.kind === "resident" && forPages !== undefined) {
        yield* checkResident(world, actor, forPages)
      } else if (actor.kind === "guest" && actor.hub === hub && !actor.touched && !hub.touched) {
        checkGuest(world, actor, hub, registry)
      }
    }
  })

const checkGuest = (
  world: World,
  { connection, name }: Guest,
  hub: Hub,
  registry: HubState["clients"]
): void => {
  if (!callable(registry).some(({ id }) => id === connection.selfId)) {
    world.wrong(`${name} is not listed by ${hub.name}, though nothing was done to it`)
  }
}

const key = ({ kind, number }: { readonly kind: string; readonly number: string }): string =>
  `${kind} ${number}`

/** Deliveries that have a number, by registration. */
const byRegistration = (sent: ReadonlyArray<Sent>): ReadonlyMap<string, ReadonlyArray<Sent>> => {
  const groups = new Map<string, Array<Sent>>()
  for (const item of sent) {
    if (item.number === "") continue
    const name = `${item.hub} ${item.to}`
    groups.set(name, [...groups.get(name) ?? [], item])
  }
  return groups
}

const tally = (keys: ReadonlyArray<string>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const each of keys) counts.set(each, (counts.get(each) ?? 0) + 1)
  return counts
}

const isThere = ({ connection, hub }: Guest): Effect.Effect<boolean> =>
  Effect.map(
    Effect.all([hub.engine.state, hub.process.life]),
    ([{ clients }, life]) => life === "running" && HashMap.has(clients, connection.selfId)
  )

/** Whether a page must have got everything, whatever was done to it: it counts, and has been registered all the time. */
const isExact = (guest: Guest): Effect.Effect<boolean> =>
  guest.page?.counts !== true || guest.deafened ? Effect.succeed(false) : isThere(guest)

/** Nobody got what was not sent to it, nor twice, nor in another order; and all of it, if nothing was done to anybody. */
export const delivered = (world: World): Effect.Effect<void> =>
  Effect.gen(function*() {
    for (const [name, { got, sent }] of world.accounts) {
      const actor = world.actors.find((each) => each.name === name)
      const numbered = got.filter(({ number }) => number !== "")
      const allowed = tally(sent.map(key))
      const isResident = actor?.kind === "resident"
      // Of residents, handlers are counted: each may get each message as often as it was sent.
      const counts = tally(
        numbered.map((item) => isResident ? `${key(item)} by ${item.by ?? ""}` : key(item))
      )
      for (const [each, count] of counts) {
        const most = allowed.get(each.replace(/ by .*$/u, "")) ?? 0
        if (count > most) world.wrong(`${name} got ${each} ${count} times, but it was sent ${most} times`)
      }
      if (!isResident) checkOrder(world, name, numbered.map(key), sent)
      const hubs = world.hubs.filter((hub) => sent.some((item) => item.hub === hub.name))
      const isCalm = actor?.kind === "guest" && !actor.touched && hubs.every(({ touched }) => !touched)
      if (actor?.kind !== "guest" || actor.left) continue
      // A page that is closed has not asked for what came last.
      const isBound = isCalm && (actor.page === undefined || (yield* isThere(actor)))
      if (!isBound && !(yield* isExact(actor))) continue
      for (const [each, count] of tally(sent.filter(({ number }) => number !== "").map(key))) {
        if ((counts.get(each) ?? 0) !== count) {
          world.wrong(`${name} got ${each} ${counts.get(each) ?? 0} times of ${count}`)
        }
      }
    }
  })

const checkOrder = (
  world: World,
  name: string,
  got: ReadonlyArray<string>,
  sent: ReadonlyArray<Sent>
): void => {
  for (const [registration, items] of byRegistration(sent)) {
    const expected = items.map(key)
    const mine = new Set(expected)
    let at = 0
    for (const each of got) {
      if (!mine.has(each)) continue
      const found = expected.indexOf(each, at)
      if (found < 0) return world.wrong(`${name} got ${each} out of order at ${registration}`)
      at = found + 1
    }
  }
}

/** Whoever called, and to whom nothing was done, has one response for each call. */
export const responded = (world: World): void => {
  for (const actor of world.actors) {
    if (actor.kind !== "guest") continue
    const { called, hub, manner, name, touched } = actor
    const responses = tally(
      world.account(name).got.filter(({ kind }) => kind === "Response").map(({ number }) => number)
    )
    const calls = tally(called.map(({ tag }) => tag))
    for (const [tag, count] of responses) {
      const most = calls.get(tag) ?? 0
      if (!world.stuttered && !touched && !hub.touched && !actor.left && count > most) {
        world.wrong(`${name} got ${count} responses to ${tag}, which it sent to ${most}`)
      }
    }
    if (touched || hub.touched || actor.left || manner === "never") continue // it has left already, and may owe itself an answer
    for (const [tag, count] of calls) {
      const found = responses.get(tag) ?? 0
      if (found < count) world.wrong(`${name} got ${found} responses to ${tag}, which it sent to ${count}`)
    }
  }
}

/** Calls that are open are with those who were called; of others, the sender has heard. */
export const called = (world: World, hub: Hub) =>
  Effect.gen(function*() {
    const { calls } = yield* hub.engine.state
    for (const { id } of HashMap.values(calls)) {
      const call = hub.watch.calls.get(id)
      if (call === undefined) continue
      const { number, owner } = call
      const hasIt = world.account(owner).got.some((got) => got.kind === "Call" && got.number === number)
      // A resident that has no handler answers by itself, and its books say nothing.
      const isGuest = world.actors.some((actor) =>
        actor.name === owner && actor.kind === "guest" && actor.page?.counts !== false
      )
      if (!hasIt && isGuest) world.wrong(`call ${number} is open at ${hub.name}, but ${owner} never got it`)
    }
  })

/** A hub that lives has its lockfile, and one that ended in good order has taken it away, if the disk let it. */
export const lockfiles = (world: World) =>
  Effect.gen(function*() {
    const store = yield* LockfileStore
    for (const { name, record } of yield* living(world)) {
      const text = (yield* Effect.orElseSucceed(store.read(record.lockfile), () => "")) ?? ""
      if (!text.includes(record.secret)) world.wrong(`${record.lockfile} is not that of ${name}, which runs`)
    }
    if (world.diskWasFull) return
    for (const { name, process, record } of world.hubs) {
      if ((yield* process.life) !== "ended") continue
      const text = (yield* Effect.orElseSucceed(store.read(record.lockfile), () => "")) ?? ""
      if (text.includes(record.secret)) {
        world.wrong(`${name} has ended, but ${record.lockfile} is still there`)
      }
    }
  })

/** After everybody has left: nothing is open at a hub, and no client is listed that it could know to be gone. */
export const emptied = (world: World, hub: Hub) =>
  Effect.gen(function*() {
    const { calls, clients } = yield* hub.engine.state
    const left = callable(clients).map(({ id }): ClientId => id)
    if (left.length > 0) world.wrong(`${hub.name} still lists ${left.join()}`)
    const pages = [...HashMap.values(clients)].filter(({ web }) => web !== undefined).map(({ id }) => id)
    if (pages.length > 0) world.wrong(`${hub.name} has not forgotten the pages ${pages.join()}`)
    const ghosts = new Set(HashMap.keys(clients))
    const open = [...HashMap.values(calls)].filter(({ sender }) => !ghosts.has(sender))
    if (open.length > 0) world.wrong(`${hub.name} still has calls open: ${open.map(({ id }) => id).join()}`)
    const { clients: facts } = yield* hub.engine.status
    const waiting = facts.filter((fact) => fact.waiting > 0).map(({ id }) => id)
    if (waiting.length > 0) world.wrong(`${hub.name} still has something for ${waiting.join()}`)
  })

/** Whatever was begun has ended. */
export const ended = (world: World): void => {
  const open = world.jobs.filter(({ fiber }) => fiber.pollUnsafe() === undefined).map(({ what }) => what)
  if (open.length > 0) world.wrong(`these have not ended: ${open.join("; ")}`)
}

/** Nothing that a page has published outlives it. */
export const withdrawn = (world: World) =>
  Effect.gen(function*() {
    const urls = yield* world.web?.downloads.urls ?? Effect.succeed([])
    if (urls.length > 0) world.wrong(`${urls.length} things are still published`)
  })
