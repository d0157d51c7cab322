/** Processes in memory, running and stopped. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { Network } from "../../src/adapters/memory/Network.ts"
import { Processes } from "../../src/adapters/memory/Processes.ts"
import { Host } from "../../src/ports/Host.ts"
import { KeySource } from "../../src/ports/KeySource.ts"
import { LockfileStore } from "../../src/ports/LockfileStore.ts"
import { call, echo, listen, start, within } from "../support/processes.ts"
import { onComputer } from "../support/virtual.ts"

const lockfile = "/home/astronomer/.samp"

describe("processes in memory", () => {
  it("have names, ids and pids of their own, one home, and keys that a seed makes", () => {
    const keys = (seed: number) => {
      let made: ReadonlyArray<string> = []
      onComputer(
        Effect.gen(function*() {
          const processes = [yield* start("ann"), yield* start("bob"), yield* start("ann")]
          assert.deepStrictEqual(processes.map(({ id }) => id), ["ann", "bob", "ann-2"])
          assert.lengthOf(new Set(processes.map(({ pid }) => pid)), 3)
          const { all } = yield* Processes
          assert.deepStrictEqual(yield* all, processes)
          const hosts = yield* Effect.forEach(processes, (process) => within(process, Host))
          assert.deepStrictEqual(hosts.map(({ pid }) => pid), processes.map(({ pid }) => pid))
          assert.lengthOf(new Set(hosts.map(({ home }) => home)), 1)
          made = yield* Effect.forEach(
            processes,
            (process) => within(process, KeySource.use(({ next }) => next))
          )
        }),
        seed
      )
      assert.isTrue(made.every((key) => /^[0-9a-f]{32}$/u.test(key)), made.join())
      assert.lengthOf(new Set(made), 3)
      return made
    }
    assert.deepStrictEqual(keys(1), keys(1))
    assert.notDeepEqual(keys(1), keys(2))
  })

  it("are alive until they are dead or have ended, frozen ones too", () =>
    onComputer(Effect.gen(function*() {
      const [ann, bob] = [yield* start("ann"), yield* start("bob")]
      const sees = within(ann, Host.use((host) => host.isAlive(bob.pid)))
      assert.isTrue(yield* sees)
      yield* bob.freeze
      assert.isTrue(yield* sees)
      yield* bob.kill
      assert.isFalse(yield* sees)
      assert.isFalse(yield* within(ann, Host.use((host) => host.isAlive(4))))
      const carol = yield* start("carol")
      yield* carol.exit
      assert.isFalse(yield* within(ann, Host.use((host) => host.isAlive(carol.pid))))
      assert.deepStrictEqual([yield* ann.life, yield* bob.life, yield* carol.life], [
        "running",
        "dead",
        "ended"
      ])
    })))

  it("cannot write when the disk is full, but read", () =>
    onComputer(Effect.gen(function*() {
      const ann = yield* start("ann")
      const { disk } = yield* Processes
      const publish = LockfileStore.use((store) => store.publish(lockfile, "text", undefined))
      assert.isTrue(yield* within(ann, publish))
      yield* disk("Full")
      assert.match((yield* Effect.flip(within(ann, publish))).message, /no space is left/u)
      const withdraw = LockfileStore.use((store) => store.withdraw(lockfile, "text"))
      assert.strictEqual((yield* Effect.flip(within(ann, withdraw))).action, "write")
      assert.strictEqual(yield* within(ann, LockfileStore.use((store) => store.read(lockfile))), "text")
      yield* disk("Well")
      yield* within(ann, withdraw)
      assert.isUndefined(yield* within(ann, LockfileStore.use((store) => store.read(lockfile))))
    })))
})

it("a process can be disturbed as a whole", () =>
  onComputer(Effect.gen(function*() {
    const [ann, bob] = [yield* start("ann"), yield* start("bob")]
    const urls = [(yield* listen(bob, echo)).url, (yield* listen(bob, echo)).url]
    const other = yield* listen(ann, echo)
    const network = yield* Network
    assert.deepStrictEqual(yield* network.endpointsOf("bob"), urls)
    yield* bob.disturb({ health: "dead" })
    for (const url of urls) {
      assert.strictEqual((yield* Effect.flip(within(ann, call(url)))).reason, "Refused")
    }
    assert.strictEqual(yield* within(bob, call(other.url)), "x")
  })))

describe("a frozen process", () => {
  it("takes no calls and reads no answers; when it goes on, all is there, in order", () =>
    onComputer(Effect.gen(function*() {
      const [ann, bob] = [yield* start("ann"), yield* start("bob")]
      const seen: Array<string> = []
      const { url } = yield* listen(bob, echo)
      yield* bob.freeze
      const asked = yield* ann.run(
        Effect.forEach([1, 2, 3], (number) => Effect.map(call(url), () => seen.push(String(number))), {
          concurrency: 3
        })
      )
      yield* Effect.sleep(10_000)
      assert.isUndefined(asked.pollUnsafe())
      yield* ann.freeze
      yield* bob.thaw
      yield* Effect.sleep(10_000)
      assert.deepStrictEqual(seen, [])
      yield* ann.thaw
      yield* Fiber.join(asked)
      assert.deepStrictEqual(seen, ["1", "2", "3"])
    })))

  it("holds its timers: those that have run out are late", () =>
    onComputer(Effect.gen(function*() {
      const ann = yield* start("ann")
      const seen: Array<string> = []
      yield* ann.run(Effect.andThen(Effect.sleep(100), Effect.sync(() => seen.push("short"))))
      yield* ann.run(Effect.andThen(Effect.sleep(5_000), Effect.sync(() => seen.push("long"))))
      assert.strictEqual(yield* ann.timers, 2)
      yield* ann.freeze
      yield* Effect.sleep(1_000)
      assert.deepStrictEqual(seen, [])
      yield* ann.thaw
      yield* Effect.sleep(0)
      assert.deepStrictEqual(seen, ["short"])
      yield* Effect.sleep(4_000)
      assert.deepStrictEqual(seen, ["short", "long"])
      assert.strictEqual(yield* ann.timers, 0)
    })))

  it("starts nothing, sends nothing, opens nothing and writes nothing", () =>
    onComputer(Effect.gen(function*() {
      const [ann, bob] = [yield* start("ann"), yield* start("bob")]
      const { url } = yield* listen(bob, echo)
      yield* ann.freeze
      const seen: Array<string> = []
      const doing = yield* ann.run(Effect.gen(function*() {
        seen.push("began")
        yield* call(url)
      }))
      const network = yield* Network
      const started = yield* ann.run(
        LockfileStore.use((store) => store.publish(lockfile, "text", undefined))
      )
      yield* Effect.sleep(1_000)
      assert.deepStrictEqual([seen, yield* network.pending, started.pollUnsafe()], [[], 0, undefined])
      yield* ann.thaw
      yield* Fiber.joinAll([doing, started])
    })))

  it("gives no answers, even when somebody else has made them", () =>
    onComputer(Effect.gen(function*() {
      const [ann, bob] = [yield* start("ann"), yield* start("bob")]
      const made = yield* Deferred.make<string>()
      const { url } = yield* listen(bob, () => Deferred.await(made))
      const asked = yield* ann.run(call(url))
      yield* bob.freeze
      yield* Deferred.succeed(made, "late")
      yield* Effect.sleep(500)
      assert.isUndefined(asked.pollUnsafe())
      yield* bob.thaw
      assert.strictEqual(yield* Fiber.join(asked), "late")
    })))

  it("gets its signal to end when it goes on", () =>
    onComputer(Effect.gen(function*() {
      const ann = yield* start("ann")
      yield* ann.freeze
      const ending = yield* Effect.forkChild(ann.exit, { startImmediately: true })
      yield* Effect.sleep(1_000)
      assert.strictEqual(yield* ann.life, "frozen")
      yield* ann.thaw
      yield* Fiber.join(ending)
      assert.strictEqual(yield* ann.life, "ended")
    })))

  it("can be killed, also while it is to end", () =>
    onComputer(Effect.gen(function*() {
      const ann = yield* start("ann")
      yield* ann.freeze
      const ending = yield* Effect.forkChild(ann.exit, { startImmediately: true })
      yield* ann.kill
      yield* Fiber.join(ending)
      assert.strictEqual(yield* ann.life, "dead")
      yield* ann.thaw
      assert.strictEqual(yield* ann.life, "dead")
    })))
})
