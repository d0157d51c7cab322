/** Checks: registration, ids, private keys, and the end of a registration (section 3.5). */
import * as Effect from "effect/Effect"
import { emptyMap, map } from "../../../domain/SampValue.ts"
import { aMap, aString, type Check, check, demand, equal, refused, strings } from "../Check.ts"
import { answering, join } from "../Party.ts"
import { msg, operations, sendings } from "./Common.ts"

/** Characters that some peer needs escaped, or splits at. */
const awkward = /[^!-~]|[;:"'<>&%?#/\\]/u

/** In how many places two keys differ. */
const differing = (one: string, other: string): number =>
  [...one.length < other.length ? other : one].filter((_, at) => one[at] !== other[at]).length

/** The fewest places in which random keys of 64 bits could differ, if they are not written in something denser than hex. */
const fewest = 12

/** A UUID of version 1, which is made of the time and the network address of the machine. */
const timeUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u

/** These checks, in the order in which they run. */
export const registering: ReadonlyArray<Check> = [
  check(
    "HUB-01 STD-13 STD-01",
    "ping answers, without an argument",
    (world) => Effect.asVoid(world.ask("ping"))
  ),
  check(
    "REG-02 HUB-02 STD-10",
    "register returns a map with samp.hub-id and samp.self-id",
    Effect.fnUntraced(function*(world) {
      const { id, info } = yield* join(world, "Alice", { callable: false })
      yield* demand(id !== "", "samp.self-id is empty")
      yield* demand((yield* aString("samp.hub-id", info.get("samp.hub-id"))) !== "", "samp.hub-id is empty")
    })
  ),
  check(
    "STD-08",
    "register returns samp.private-key, by which the hub knows its client",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      yield* alice.ask("getRegisteredClients")
    })
  ),
  check(
    "HUB-02 STD-05",
    "a wrong secret is a fault",
    Effect.fnUntraced(function*(world) {
      const { secret } = world.run.hub
      for (const wrong of ["", "wrong", `${secret}x`, secret.slice(0, -1)]) {
        yield* refused(
          `register with ${wrong === "" ? "an empty" : "a wrong"} secret`,
          world.ask("register", wrong)
        )
      }
    })
  ),
  check(
    "REG-04",
    "the hub has one id for all clients, which is none of theirs",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      const bob = yield* join(world, "Bob", { callable: false })
      yield* equal("the samp.hub-id that Bob got", bob.hubId, alice.hubId)
      yield* demand(!world.run.ids.includes(alice.hubId), `a client has got the hub's id ${alice.hubId}`)
    })
  ),
  check(
    "REG-05",
    "the hub is listed, and has metadata and subscriptions",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      const listed = yield* strings("getRegisteredClients", yield* alice.ask("getRegisteredClients"))
      yield* demand(
        listed.includes(alice.hubId),
        `getRegisteredClients does not list the hub, ${alice.hubId}`
      )
      yield* aMap("the hub's metadata", yield* alice.ask("getMetadata", alice.hubId))
      yield* aMap("the hub's subscriptions", yield* alice.ask("getSubscriptions", alice.hubId))
    })
  ),
  check(
    "REG-07",
    "a new client has empty metadata and subscriptions, for itself and for others",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      const bob = yield* join(world, "Bob", { callable: false })
      for (const asker of [alice, bob]) {
        yield* equal("getMetadata of Bob", yield* asker.ask("getMetadata", bob.id), emptyMap)
        yield* equal("getSubscriptions of Bob", yield* asker.ask("getSubscriptions", bob.id), emptyMap)
      }
    })
  ),
  check(
    "HUB-03 STD-11 REG-10 GEN-03",
    "who unregisters is gone from all lists",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice", { callable: false })
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      const before = yield* strings("getRegisteredClients", yield* alice.ask("getRegisteredClients"))
      yield* demand(before.includes(bob.id), "getRegisteredClients does not list Bob, who is registered")
      yield* bob.unregister
      const after = yield* strings("getRegisteredClients", yield* alice.ask("getRegisteredClients"))
      yield* demand(!after.includes(bob.id), "getRegisteredClients lists Bob, who has left")
      const subscribed = yield* aMap("the result", yield* alice.ask("getSubscribedClients", mtype))
      yield* demand(!subscribed.has(bob.id), "getSubscribedClients lists Bob, who has left")
      const told = yield* strings("notifyAll", yield* alice.ask("notifyAll", msg(mtype)))
      yield* demand(!told.includes(bob.id), "notifyAll tells Bob, who has left")
    })
  ),
  check(
    "REG-10 GEN-08 DLV-05",
    "what is sent to a client that has left is a fault",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype], onReceive: answering() })
      yield* bob.unregister
      for (const [method, ...args] of sendings(bob.id, msg(mtype))) {
        yield* refused(`${method} to a client that has left`, alice.ask(method, ...args))
      }
    })
  ),
  check(
    "REG-09",
    "after unregister every operation with the private key is a fault, a second unregister too",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice", { callable: false })
      const bob = yield* join(world, "Bob", { subscriptions: [mtype], onReceive: answering() })
      yield* alice.unregister
      for (const [method, ...args] of operations(bob, mtype)) {
        yield* refused(`${method} after unregister`, alice.ask(method, ...args))
      }
      yield* world.quiet
      yield* demand(bob.got(mtype).length === 0, "a message came through though its sender had left")
    })
  ),
  check(
    "REG-11",
    "the hub's id is hub, and no id needs escaping",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      for (const id of [alice.id, alice.hubId]) {
        yield* demand(!awkward.test(id), `the id ${id} has characters that need escaping somewhere`)
      }
      yield* equal("the hub's id", alice.hubId, "hub")
    })
  ),
  check(
    "REG-12",
    "private keys are long, and differ from each other in many characters",
    Effect.fnUntraced(function*(world) {
      const keys: Array<string> = [world.run.hub.secret]
      for (let n = 0; n < 4; n++) keys.push((yield* join(world, `Client ${n}`, { callable: false })).key)
      yield* demand(
        !keys.some((key) => timeUuid.test(key)),
        "private keys are UUIDs of version 1, which are the time and this machine's network address"
      )
      for (const [at, key] of keys.entries()) {
        for (const other of keys.slice(at + 1)) {
          const places = differing(key, other)
          yield* demand(places >= fewest, `two keys differ in ${places} places only`)
        }
      }
    })
  ),
  check(
    "HUB-24",
    "an unknown private key is a fault for every operation",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const bob = yield* join(world, "Bob", { subscriptions: [mtype], onReceive: answering() })
      for (
        const [what, key] of [["an empty", ""], ["an unknown", "nobody"], [
          "a public id for a",
          bob.id
        ]] as const
      ) {
        for (const [method, ...args] of operations(bob, mtype)) {
          yield* refused(`${method} with ${what} private key`, world.ask(method, key, ...args))
        }
      }
      yield* world.quiet
      yield* demand(bob.got(mtype).length === 0, "a message came through though its sender is nobody")
    })
  ),
  check(
    "HUB-23",
    "an unknown method is a fault",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      yield* refused("samp.hub.noSuchMethod", alice.ask("noSuchMethod"))
      for (const method of ["samp.hub", "samp.client.receiveCall", "noSuchMethod", "__proto__"]) {
        yield* refused(method, world.call("Alice", alice.key, { method, params: [] }))
      }
    })
  ),
  check(
    "HUB-16 STD-12",
    "setXmlrpcCallback makes a client callable",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice", { callable: false })
      const bob = yield* join(world, "Bob", { callable: false })
      yield* bob.listen
      yield* bob.subscribe([mtype])
      yield* alice.ask("notify", bob.id, msg(mtype, map({ a: "1" })))
      yield* bob.receives(mtype)
    })
  ),
  check(
    "HUB-20",
    "all operations of the abstract interface are there",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      for (const [method, ...args] of operations(bob, mtype)) {
        // no reply can be right here, nobody answers a callAndWait, and the callback is there already
        if (!["reply", "callAndWait", "setXmlrpcCallback"].includes(method)) yield* alice.ask(method, ...args)
      }
      const carol = yield* join(world, "Carol", { subscriptions: [mtype], onReceive: answering() })
      const dora = yield* join(world, "Dora")
      yield* dora.ask("callAndWait", carol.id, msg(mtype), "5")
    })
  )
]
