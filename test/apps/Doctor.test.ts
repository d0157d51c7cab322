/** The examination over a network in memory: what it asks, how long, and what it leaves behind. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Network from "../../src/adapters/memory/Network.ts"
import type * as SurroundingsMemory from "../../src/adapters/memory/SurroundingsMemory.ts"
import { findHub } from "../../src/apps/Discovery.ts"
import { gather } from "../../src/apps/doctor/Doctor.ts"
import { register } from "../../src/apps/HubConnection.ts"
import * as HubEngine from "../../src/apps/HubEngine.ts"
import * as StandardHub from "../../src/apps/StandardHub.ts"
import { config } from "../../src/domain/HubState.ts"
import { ClientId } from "../../src/domain/Identifiers.ts"
import { render } from "../../src/domain/Lockfile.ts"
import { okResponse } from "../../src/domain/Message.ts"
import { emptyMap, map } from "../../src/domain/SampValue.ts"
import { CallServer, ListenError } from "../../src/ports/CallServer.ts"
import { LockfileStore } from "../../src/ports/LockfileStore.ts"
import { codes, desktop, examined, limitMs, options, path } from "../support/examined.ts"

const hub = StandardHub.layer({ multi: false, address: "127.0.0.1", port: 0, secret: "top-secret" }).pipe(
  Layer.provideMerge(HubEngine.layer(config({ hubId: ClientId("hub"), run: "r" })))
)
const world = (seeded: SurroundingsMemory.Seeded = {}) => hub.pipe(Layer.provideMerge(desktop(seeded)))

/** Registers a client that answers pings, unless told to stay silent; tells its endpoint's URL. */
const join = (name: string, answers = true) =>
  Effect.gen(function*() {
    const connection = yield* register(yield* findHub(undefined))
    yield* connection.declareMetadata(map({ "samp.name": name }))
    yield* connection.listen((delivery) =>
      delivery._tag === "Call" && answers
        ? Effect.ignore(connection.reply(delivery.msgId, okResponse()))
        : Effect.void
    )
    yield* connection.declareSubscriptions(map({ "samp.app.ping": emptyMap }))
    return { connection, url: (yield* (yield* Network.Network).endpoints).at(-1) ?? "" }
  })

describe("an examination", () => {
  it.effect("finds that all is well, with all clients, and leaves no trace", () =>
    Effect.gen(function*() {
      yield* join("A")
      const { connection } = yield* join("B")
      const before = (yield* (yield* Network.Network).endpoints).length
      const result = yield* examined()
      assert.deepStrictEqual(codes(result), ["works"])
      assert.include(result.findings[0].cause, "2 clients")
      assert.isBelow(result.tookMs, 500)
      assert.strictEqual((yield* connection.getRegisteredClients).length, 2, "GEN-10: the hub and A")
      assert.strictEqual((yield* (yield* Network.Network).endpoints).length, before)
    }).pipe(Effect.scoped, Effect.provide(world())))

  it.effect("tells clients that are dead from those that hang, and from those that are silent", () =>
    Effect.gen(function*() {
      const network = yield* Network.Network
      yield* network.disturb((yield* join("Dead")).url, { health: "dead" })
      yield* network.disturb((yield* join("Hung")).url, { health: "hung" })
      yield* join("Silent", false)
      yield* join("Well")
      const result = yield* examined()
      const said = result.findings.map(({ cause, code }) => `${code} ${/(\w+) \(/u.exec(cause)?.[1]}`)
      assert.sameMembers(said, ["client-dead Dead", "client-hung Hung", "client-hung Silent"])
      assert.isAtMost(result.tookMs, 4_000)
    }).pipe(Effect.scoped, Effect.provide(world())))

  it.effect("misses the hub's calls, and waits for them no longer than the limit", () =>
    Effect.gen(function*() {
      const server = yield* CallServer
      // As if a firewall or another network namespace were between us and the hub.
      const unreachable = CallServer.of({
        listen: (where, handler) =>
          Effect.map(server.listen(where, handler), () => ({ url: "http://127.0.0.1:9/xmlrpc" }))
      })
      const result = yield* Effect.provideService(examined(), CallServer, unreachable)
      assert.strictEqual(result.findings[0].code, "no-callback")
      assert.isAtLeast(result.tookMs, limitMs)
      assert.isAtMost(result.tookMs, limitMs + 500)
      const taken = CallServer.of({
        listen: ({ address, port }) =>
          Effect.fail(
            new ListenError({ reason: "AddressUnusable", address, port, detail: "no such address" })
          )
      })
      const alone = yield* Effect.provideService(examined(), CallServer, taken)
      assert.strictEqual(alone.findings[0].code, "no-endpoint")
    }).pipe(Effect.scoped, Effect.provide(world())))

  it.effect("a hub that hangs costs one limit, and the rest is skipped", () =>
    Effect.gen(function*() {
      const network = yield* Network.Network
      const [url = ""] = yield* network.endpoints
      yield* network.disturb(url, { health: "hung" })
      const result = yield* examined()
      assert.strictEqual(result.findings[0].code, "hub-frozen")
      assert.isAtMost(result.tookMs, limitMs + 100)
      assert.include(result.checks.find(({ name }) => name === "registration"), { status: "skipped" })
    }).pipe(Effect.scoped, Effect.provide(world())))

  it.effect("a refused secret is told, and no secret gets into the evidence", () =>
    Effect.gen(function*() {
      const store = yield* LockfileStore
      const text = (yield* store.read(path)) ?? ""
      yield* store.publish(path, text.replace("top-secret", "old-secret"), text)
      const result = yield* examined()
      assert.strictEqual(result.findings[0].code, "secret-refused")
      const evidence = yield* gather(options)
      assert.notMatch(JSON.stringify([result, evidence]), /top-secret|old-secret/u)
    }).pipe(Effect.scoped, Effect.provide(world())))

  it.effect("STD-53, STD-47 looks at hubs of the multi-hub directory, and chooses by label", () =>
    Effect.gen(function*() {
      const store = yield* LockfileStore
      const text = (yield* store.read(path)) ?? ""
      yield* store.publish("/home/astronomer/.samp-1/samp-hub-1", `${text}hub.label=red\n`, undefined)
      const dead = { secret: "s", url: "http://127.0.0.1:777/xmlrpc", label: "blue", started: "then" }
      yield* store.publish("/home/astronomer/.samp-1/samp-hub-2", render(dead), undefined)
      yield* store.withdraw(path, text)
      const usual = yield* examined()
      assert.deepStrictEqual(codes(usual), ["hub-elsewhere", "stale-further-lockfile"])
      assert.deepStrictEqual(codes(yield* examined({ hub: "red" })), ["works", "stale-further-lockfile"])
      assert.strictEqual((yield* examined({ hub: "blue" })).findings[0].code, "stale-lockfile")
      assert.strictEqual((yield* examined({ hub: "green" })).findings[0].code, "no-such-hub")
      assert.strictEqual(
        (yield* examined({ hub: "http://127.0.0.1:777/xmlrpc" })).findings[0].code,
        "stale-lockfile"
      )
      const fetched = yield* examined({ hub: "http://127.0.0.1:778/samp" })
      assert.strictEqual(fetched.findings[0].code, "hub-option-nowhere")
    }).pipe(Effect.scoped, Effect.provide(world())))

  it.effect("STD-53 two hubs of one label are not told apart by it", () =>
    Effect.gen(function*() {
      const store = yield* LockfileStore
      for (const at of ["1", "2"]) {
        const twin = { secret: "s", url: `http://127.0.0.1:77${at}/xmlrpc`, label: "twin", started: "then" }
        yield* store.publish(`/home/astronomer/.samp-1/samp-hub-${at}`, render(twin), undefined)
      }
      const { findings: [first] } = yield* examined({ hub: "twin" })
      assert.strictEqual(first.code, "no-such-hub")
      assert.include(first.cause, "2 hubs are called twin")
    }).pipe(Effect.provide(desktop())))

  it.effect("STD-34 does not register with the hub of another home", () =>
    Effect.gen(function*() {
      const store = yield* LockfileStore
      const engine = yield* HubEngine.HubEngine
      const text = (yield* store.read(path)) ?? ""
      yield* store.publish("/elsewhere/.samp", text, undefined)
      yield* store.withdraw(path, text)
      assert.strictEqual((yield* examined()).findings[0].code, "hub-in-other-home")
      assert.strictEqual((yield* engine.state).nextClient, 1)
    }).pipe(Effect.scoped, Effect.provide(world({ account: { uid: 1000, home: "/elsewhere" } }))))

  it.effect("looks at the surroundings, too", () =>
    Effect.gen(function*() {
      const result = yield* examined()
      assert.sameMembers([...codes(result)], [
        "home-not-writable",
        "lockfile-readable",
        "home-differs",
        "hub-foreign-user",
        "proxy-set",
        "web-port-taken",
        "localhost-not-loopback"
      ])
    }).pipe(
      Effect.scoped,
      Effect.provide(world({
        account: { uid: 1000, home: "/elsewhere" },
        writable: false,
        files: { [path]: { kind: "file", mode: 0o644, owner: 1000 } },
        owners: { 1: 1001 },
        hosts: {},
        variables: { http_proxy: "http://p:1" },
        web: "Other"
      }))
    ))

  it.effect("without anything, it says that no hub is running", () =>
    Effect.map(examined(), (result) => assert.deepStrictEqual(codes(result), ["no-hub"])).pipe(
      Effect.provide(desktop())
    ))
})
