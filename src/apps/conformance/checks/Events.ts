/** Checks: what the hub tells of its clients, and what it does as a client itself (sections 3.5, 6.4.1). */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { okResponse } from "../../../domain/Message.ts"
import { emptyMap, map, type SampMap, type SampValue, stringAt } from "../../../domain/SampValue.ts"
import { aMap, broken, type Check, check, demand, equal, NotTestable, strings } from "../Check.ts"
import { join, type Party, type Received, subscriptionsTo } from "../Party.ts"
import type { World } from "../World.ts"
import { exactly, msg, paramsOf, pauseMs } from "./Common.ts"

const event = (name: string): string => `samp.hub.event.${name}`
const all = ["register", "unregister", "metadata", "subscriptions"].map(event)

/** Events of one kind about one client. */
const about = (watcher: Party, name: string, id: string): ReadonlyArray<Received> =>
  watcher.got(event(name)).filter(({ content }) => stringAt(paramsOf(content), "id") === id)

const first = (world: World, watcher: Party, name: string, id: string) =>
  world.until(`${event(name)} at ${watcher.name}`, () => about(watcher, name, id)[0])

const watcherOf = (world: World) => join(world, "Watcher", { subscriptions: all })

const metadata = map({ "samp.name": "Dora", nested: map({ list: ["x"] }) })

/** These checks, in the order in which they run. */
export const events: ReadonlyArray<Check> = [
  check(
    "EVT-01",
    "a registration is announced, once",
    Effect.fnUntraced(function*(world) {
      const watcher = yield* watcherOf(world)
      const dora = yield* join(world, "Dora", { callable: false })
      yield* exactly(world, event("register"), 1, () => about(watcher, "register", dora.id))
    })
  ),
  check(
    "EVT-03",
    "an unregistration is announced, once",
    Effect.fnUntraced(function*(world) {
      const watcher = yield* watcherOf(world)
      const dora = yield* join(world, "Dora", { callable: false })
      yield* dora.unregister
      yield* exactly(world, event("unregister"), 1, () => about(watcher, "unregister", dora.id))
    })
  ),
  check(
    "EVT-05 META-05",
    "a declaration of metadata is announced, to the declaring client too",
    Effect.fnUntraced(function*(world) {
      const watcher = yield* watcherOf(world)
      const dora = yield* join(world, "Dora", { subscriptions: all })
      yield* dora.ask("declareMetadata", metadata)
      for (const party of [watcher, dora]) {
        const received = yield* first(world, party, "metadata", dora.id)
        yield* equal("its params", received.content.get("samp.params"), map({ id: dora.id, metadata }))
      }
    })
  ),
  check(
    "EVT-06 SUB-12",
    "a declaration of subscriptions is announced, by the new ones, to the declaring client too",
    Effect.fnUntraced(function*(world) {
      const watcher = yield* watcherOf(world)
      const subscriptions = new Map<string, SampValue>([
        ...subscriptionsTo(all),
        [`${world.mtype()}.*`, map({ note: "1" })]
      ])
      const dora = yield* join(world, "Dora", { subscriptions })
      for (const party of [watcher, dora]) {
        const received = yield* first(world, party, "subscriptions", dora.id)
        yield* equal("its params", received.content.get("samp.params"), map({ id: dora.id, subscriptions }))
      }
    })
  ),
  check(
    "REG-05",
    "hub events come from the hub's id",
    Effect.fnUntraced(function*(world) {
      const watcher = yield* watcherOf(world)
      const dora = yield* join(world, "Dora", { callable: false })
      const arrived = yield* Effect.result(first(world, watcher, "register", dora.id))
      if (Result.isFailure(arrived)) return yield* new NotTestable({ reason: "no event came" })
      yield* equal("its sender", arrived.success.from, watcher.hubId)
    })
  ),
  check(
    "EVT-13",
    "hub events are notifications",
    Effect.fnUntraced(function*(world) {
      const watcher = yield* watcherOf(world)
      const dora = yield* join(world, "Dora", { callable: false })
      yield* dora.ask("declareMetadata", metadata)
      const received = yield* first(world, watcher, "metadata", dora.id)
      yield* equal("the kind", received.kind, "notification")
      const kinds = watcher.inbox.filter(({ mtype }) => all.includes(mtype)).map(({ kind }) => kind)
      yield* demand(kinds.every((kind) => kind === "notification"), `events came as ${kinds.join(", ")}`)
    })
  ),
  check(
    "EVT-10",
    "what an event tells can be asked for when it comes",
    Effect.fnUntraced(function*(world) {
      const seen: Array<SampValue> = []
      const watcher = yield* join(world, "Watcher", {
        subscriptions: [event("metadata")],
        onReceive: ({ content }, self) =>
          Effect.gen(function*() {
            const id = stringAt(paramsOf(content), "id")
            if (id === dora.id) seen.push(yield* self.ask("getMetadata", id))
          })
      })
      const dora = yield* join(world, "Dora", { callable: false })
      yield* dora.ask("declareMetadata", metadata)
      yield* first(world, watcher, "metadata", dora.id)
      const answer = yield* world.until("the answer", () => seen[0])
      yield* equal("what getMetadata tells at the event", answer, metadata)
    })
  ),
  check(
    "EVT-11",
    "events about a client come in the order of what they tell",
    Effect.fnUntraced(function*(world) {
      const watcher = yield* watcherOf(world)
      const dora = yield* join(world, "Dora")
      // deliveries go over several connections: without a pause they could overtake each other there
      yield* Effect.sleep(pauseMs)
      yield* dora.ask("declareMetadata", metadata)
      yield* Effect.sleep(pauseMs)
      yield* dora.subscribe([world.mtype()])
      yield* Effect.sleep(pauseMs)
      yield* dora.unregister
      const mine = () =>
        watcher.inbox.filter(({ content, mtype }) =>
          all.includes(mtype) && stringAt(paramsOf(content), "id") === dora.id
        )
      yield* world.until("four events", () => mine().length >= 4 ? true : undefined)
      const order = mine().map(({ mtype }) => mtype.replace("samp.hub.event.", ""))
      yield* equal("the order", order, ["register", "metadata", "subscriptions", "unregister"])
    })
  ),
  check(
    "EVT-12",
    "events hold whole maps, {} when cleared",
    Effect.fnUntraced(function*(world) {
      const watcher = yield* watcherOf(world)
      const dora = yield* join(world, "Dora")
      const declared = [metadata, map({ "samp.name": "Dora" }), emptyMap]
      for (const [at, value] of declared.entries()) {
        yield* dora.ask("declareMetadata", value)
        const events = yield* world.until("the event", () => {
          const found = about(watcher, "metadata", dora.id)
          return found.length > at ? found : undefined
        })
        yield* equal("its metadata", paramsOf(events[at]?.content ?? emptyMap).get("metadata"), value)
      }
      yield* dora.subscribe(emptyMap)
      const cleared = yield* first(world, watcher, "subscriptions", dora.id)
      yield* equal("its subscriptions", paramsOf(cleared.content).get("subscriptions"), emptyMap)
    })
  ),
  check(
    "HUB-08 STD-18",
    "getRegisteredClients lists all clients and the hub, without the caller",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      const bob = yield* join(world, "Bob", { callable: false })
      const listed = yield* strings("the result", yield* alice.ask("getRegisteredClients"))
      yield* demand(listed.includes(bob.id), "it does not list Bob")
      yield* demand(listed.includes(alice.hubId), "it does not list the hub")
      yield* demand(!listed.includes(alice.id), "it lists the caller")
      yield* demand(new Set(listed).size === listed.length, "it lists somebody twice")
    })
  ),
  check(
    "HUB-26",
    "the hub answers samp.app.ping, and subscribes to no hub events",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice")
      const subscriptions = yield* aMap(
        "its subscriptions",
        yield* alice.ask("getSubscriptions", alice.hubId)
      )
      yield* demand(subscriptions.has("samp.app.ping"), "the hub does not subscribe to samp.app.ping")
      yield* demand(
        ![...subscriptions.keys()].some((key) => key.startsWith("samp.hub.event")),
        "it subscribes to events"
      )
      yield* alice.ask("call", alice.hubId, "ping", msg("samp.app.ping"))
      const [received] = yield* alice.hears("ping")
      yield* equal("samp.status", received?.content.get("samp.status"), "samp.ok")
    })
  ),
  check(
    "HUB-27",
    "callAndWait to the hub works as to any client",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      const found = yield* aMap("the result", yield* alice.ask("getSubscribedClients", "samp.app.ping"))
      if (!found.has(alice.hubId)) {
        return yield* new NotTestable({ reason: "the hub does not take samp.app.ping" })
      }
      for (let n = 0; n < 3; n++) {
        const asking = alice.askWithin(5_000, "callAndWait", alice.hubId, msg("samp.app.ping"), "4")
        const result = yield* Effect.result(asking)
        if (Result.isFailure(result)) {
          return yield* broken(`callAndWait to the hub: ${result.failure.message}`)
        }
        const answer: SampMap = yield* aMap("the response", result.success)
        yield* equal("samp.status", answer.get("samp.status"), okResponse().get("samp.status") ?? "")
      }
    })
  ),
  check(
    "EVT-15",
    "a hub event that a client sends does not come as the hub's",
    Effect.fnUntraced(function*(world) {
      const watcher = yield* watcherOf(world)
      const dora = yield* join(world, "Dora", { callable: false })
      const id = world.fresh("ghost")
      // to nobody but our own watcher, since others may believe it
      const sent = yield* Effect.result(dora.ask("notify", watcher.id, msg(event("register"), map({ id }))))
      if (Result.isFailure(sent)) return
      const received = yield* first(world, watcher, "register", id)
      yield* equal("its sender", received.from, dora.id)
    })
  )
]
