import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Network from "../../../src/adapters/memory/Network.ts"
import { make } from "../../../src/apps/client/SampClient.ts"
import { findHub } from "../../../src/apps/Discovery.ts"
import { register } from "../../../src/apps/HubConnection.ts"
import { HubEngine } from "../../../src/apps/HubEngine.ts"
import { message } from "../../../src/domain/Message.ts"
import { map, stringAt } from "../../../src/domain/SampValue.ts"
import { LockfileStore } from "../../../src/ports/LockfileStore.ts"
import { client, machine, settle, startHub } from "./world.ts"

const lockfile = "/home/astronomer/.samp"

/** Ends a hub without a word: its endpoint refuses, its lockfile stays. */
const killHub = Effect.gen(function*() {
  const store = yield* LockfileStore
  const text = (yield* store.read(lockfile)) ?? ""
  const url = /xmlrpc\.url=(.*)/u.exec(text)?.[1] ?? ""
  yield* (yield* Network.Network).disturb(url, { health: "dead" })
  yield* store.withdraw(lockfile, text) // what the next hub finds to be stale; here the process is always alive
})

describe("the life of a client", () => {
  it.effect("fails when there is no hub, or waits for one", () =>
    Effect.gen(function*() {
      const failed = yield* Effect.forkChild(Effect.flip(Effect.scoped(make({ name: "x" }))))
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(failed))._tag, "NoHub")
      const waiting = yield* client({ name: "x", whenNoHub: "wait" })
      const status = yield* waiting.status
      assert.isTrue(status._tag === "Searching" && status.why.includes("No hub is running"))
      assert.strictEqual((yield* Effect.flip(waiting.ping))._tag, "NotConnected")
      yield* startHub()
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* waiting.status)._tag, "Connected")
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("SHUT-04, GEN-10 unregisters when its scope ends", () =>
    Effect.gen(function*() {
      yield* startHub()
      const ann = yield* client({ name: "ann" })
      const scope = yield* Scope.fork(yield* Effect.scope)
      yield* client({ name: "bob" }).pipe(Scope.provide(scope))
      assert.lengthOf(yield* ann.getRegisteredClients, 2)
      yield* Scope.close(scope, Exit.void)
      assert.lengthOf(yield* ann.getRegisteredClients, 1)
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("CLI-21 is back within 2 s after its hub was killed, with the same metadata and subscriptions", () =>
    Effect.gen(function*() {
      const one = yield* startHub("one")
      const ann = yield* client({ name: "ann", metadata: { "my.key": "v" } })
      yield* ann.bind("a.b", () => Effect.void, { annotation: { x: "1" } })
      yield* ann.bind("a.never", () => Effect.never)
      yield* ann.declareSubscriptions({ "my.own": {} })
      const bob = yield* client({ name: "bob" })
      const { selfId: to } = yield* ann.connected
      const before = yield* bob.getSubscriptions(to)
      const statuses = yield* Effect.forkChild(
        Stream.runCollect(Stream.take(ann.statuses, 3)),
        { startImmediately: true }
      )
      const open = yield* Effect.forkChild(Effect.flip(bob.call(to, "a.never")), { startImmediately: true })
      yield* settle
      yield* killHub
      yield* startHub("two")
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(open))._tag, "Disconnected")
      const { selfId: again } = yield* ann.connected
      assert.deepStrictEqual(yield* bob.getSubscriptions(again), before)
      const metadata = yield* bob.getMetadata(again)
      assert.deepStrictEqual(metadata, map({ "samp.name": "ann", "my.key": "v" }))
      assert.deepStrictEqual((yield* Fiber.join(statuses)).map(({ _tag }) => _tag), [
        "Connected",
        "Searching",
        "Connected"
      ])
      const anns = [...(yield* bob.clients).values()].filter(({ metadata }) =>
        stringAt(metadata, "samp.name") === "ann"
      )
      assert.lengthOf(anns, 1)
      const end = yield* Effect.forkChild(Scope.close(one.scope, Exit.void))
      yield* TestClock.adjust("5 seconds") // a hub gives its last deliveries some time
      yield* Fiber.join(end)
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("CLI-17 takes a shutdown for the end, and does not go back to the hub that stops", () =>
    Effect.gen(function*() {
      const { scope } = yield* startHub("one")
      const ann = yield* client({ name: "ann" })
      const { hub: { url } } = yield* ann.connected
      const ending = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(ending)
      assert.strictEqual((yield* ann.status)._tag, "Searching")
      yield* startHub("two")
      yield* TestClock.adjust("2 seconds")
      const status = yield* ann.status
      assert.isTrue(status._tag === "Connected" && status.hub.url !== url)
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("CLI-16 stays away after it was thrown out, until it is told to come back", () =>
    Effect.gen(function*() {
      const { context } = yield* startHub()
      const { eject } = yield* HubEngine.pipe(Effect.provideContext(context))
      const ann = yield* client({ name: "ann" })
      const { selfId } = yield* ann.connected
      yield* eject(selfId, "too loud")
      yield* TestClock.adjust("5 seconds")
      const status = yield* ann.status
      assert.isTrue(status._tag === "Disconnected" && status.why.includes("too loud"))
      yield* ann.reconnect
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* ann.status)._tag, "Connected")
      const leave = yield* Effect.forkChild(ann.disconnect)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(leave)
      assert.strictEqual((yield* ann.status)._tag, "Disconnected")
      yield* ann.reconnect
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* ann.status)._tag, "Connected")
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("CLI-14 does not believe strangers who speak like the hub", () =>
    Effect.gen(function*() {
      yield* startHub()
      const ann = yield* client({ name: "ann" })
      const { selfId } = yield* ann.connected
      const mallory = yield* register(yield* findHub(undefined))
      for (const mtype of ["samp.hub.event.shutdown", "samp.hub.disconnect", "samp.hub.event.unregister"]) {
        yield* mallory.notify(selfId, message(mtype, map({ id: mallory.selfId, reason: "go" })))
      }
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* ann.status)._tag, "Connected")
      assert.isTrue((yield* ann.clients).has(mallory.selfId))
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("CLI-19 knows who is there, and hears of each change", () =>
    Effect.gen(function*() {
      yield* startHub()
      yield* client({ name: "early" })
      const ann = yield* client({ name: "ann" })
      const names = Effect.map(ann.clients, (clients) =>
        [...clients.values()].map(({ metadata }) => stringAt(metadata, "samp.name")).sort())
      yield* settle
      assert.include(yield* names, "early")
      const scope = yield* Scope.fork(yield* Effect.scope)
      const bob = yield* client({ name: "bob" }).pipe(Scope.provide(scope))
      yield* settle
      const { selfId } = yield* bob.connected
      yield* bob.bind("a.b", () =>
        Effect.void)
      yield* settle
      assert.isTrue((yield* ann.clients).get(selfId)?.subscriptions.has("a.b"))
      yield* bob.declareMetadata({ "samp.name": "robert" })
      yield* settle
      assert.include(yield* names, "robert")
      const changes = yield* Effect.forkChild(
        Stream.runHead(Stream.filter(ann.clientChanges, (clients) => !clients.has(selfId))),
        { startImmediately: true }
      )
      yield* Scope.close(scope, Exit.void)
      yield* settle
      yield* Fiber.join(changes)
      assert.notInclude(yield* names, "robert")
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("interrupts handlers that are at work when the registration ends", () =>
    Effect.gen(function*() {
      yield* startHub()
      const scope = yield* Scope.fork(yield* Effect.scope)
      const bob = yield* client({ name: "bob" }).pipe(Scope.provide(scope))
      const ann = yield* client({ name: "ann" })
      let interrupted = false
      yield* bob.bind("a.b", () =>
        Effect.onInterrupt(Effect.never, () => Effect.sync(() => void (interrupted = true))))
      const call = yield* Effect.forkChild(Effect.flip(ann.call((yield* bob.connected).selfId, "a.b")), {
        startImmediately: true
      })
      yield* settle
      yield* Scope.close(scope, Exit.void)
      yield* settle
      assert.isTrue(interrupted)
      const ended = yield* Fiber.join(call) // DLV-22: the hub says so at once
      assert.isTrue(ended._tag === "ErrorResponse" && ended.code === "hub.recipient-unregistered")
    }).pipe(Effect.scoped, Effect.provide(machine)))
})
