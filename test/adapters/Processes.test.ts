/** Processes in memory: stopped, killed, ended, and what becomes of all that they have open. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import { Network } from "../../src/adapters/memory/Network.ts"
import { type Ports, type Process, Processes } from "../../src/adapters/memory/Processes.ts"
import { CallSender } from "../../src/ports/CallSender.ts"
import { type CallHandler, CallServer } from "../../src/ports/CallServer.ts"
import { Host } from "../../src/ports/Host.ts"
import { KeySource } from "../../src/ports/KeySource.ts"
import { LockfileStore } from "../../src/ports/LockfileStore.ts"
import { onComputer } from "../support/virtual.ts"

const start = (name: string) => Effect.flatMap(Processes, (processes) => processes.start(name))

/** Does something in a process, and waits for it. */
const within = <A, E>(process: Process, effect: Effect.Effect<A, E, Ports>) =>
  Effect.flatMap(process.run(effect), Fiber.join)

const listen = (process: Process, handler: CallHandler) =>
  Effect.flatMap(
    process.run(
      Effect.flatMap(
        CallServer,
        (server) => server.listen({ address: "127.0.0.1", port: 0, title: "test" }, handler)
      )
    ),
    Fiber.join
  )

const call = (url: string, timeoutMs = 0) =>
  Effect.flatMap(CallSender, (sender) => sender.call(url, { method: "echo", params: ["x"] }, { timeoutMs }))

const echo: CallHandler = ({ params }) => Effect.succeed(params[0] ?? "")

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
      const { url } = yield* listen(bob, () => Effect.as(Effect.promise(() => new Promise(() => {})), ""))
      const quick = yield* listen(bob, () => Effect.as(Effect.sleep(10), "late"))
      const asked = yield* ann.run(call(quick.url))
      const never = yield* ann.run(call(url, 700))
      yield* bob.freeze
      yield* Effect.sleep(500)
      assert.isUndefined(asked.pollUnsafe())
      yield* bob.thaw
      assert.strictEqual(yield* Fiber.join(asked), "late")
      assert.strictEqual((yield* Effect.flip(Fiber.join(never))).reason, "Timeout")
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

describe("a process that is killed", () => {
  it("resets its connections, and refuses from then on; its lockfile stays", () =>
    onComputer(Effect.gen(function*() {
      const [ann, bob] = [yield* start("ann"), yield* start("bob")]
      const { url } = yield* listen(bob, () => Effect.never)
      yield* bob.run(
        Effect.acquireRelease(
          LockfileStore.use((store) => store.publish(lockfile, "bob's", undefined)),
          () => LockfileStore.use((store) => Effect.ignore(store.withdraw(lockfile, "bob's")))
        )
      )
      const asked = yield* ann.run(Effect.exit(call(url)))
      yield* bob.kill
      const exit = yield* Fiber.join(asked)
      assert.include(String(exit), "the connection was reset")
      assert.strictEqual((yield* Effect.flip(within(ann, call(url)))).reason, "Refused")
      yield* Effect.sleep(1_000)
      assert.strictEqual(yield* within(ann, LockfileStore.use((store) => store.read(lockfile))), "bob's")
    })))

  it("says, sends, opens and writes nothing any more, and its finalizers come to an end", () => {
    const logged: Array<unknown> = []
    const got: Array<string> = []
    let finished = false
    onComputer(
      Effect.gen(function*() {
        const [ann, bob] = [yield* start("ann"), yield* start("bob")]
        const { url } = yield* listen(
          bob,
          ({ params }) => Effect.sync(() => (got.push(String(params[0])), ""))
        )
        yield* ann.run(Effect.addFinalizer(() =>
          Effect.gen(function*() {
            yield* Effect.logError("I am dying")
            assert.strictEqual((yield* Effect.flip(call(url))).reason, "Lost")
            const server = yield* CallServer
            const opened = server.listen({ address: "127.0.0.1", port: 0, title: "" }, echo)
            assert.isTrue(Exit.isFailure(yield* Effect.exit(Effect.scoped(opened))))
            const store = yield* LockfileStore
            assert.isFalse(yield* store.publish(lockfile, "ghost", undefined))
            yield* Effect.sleep(50)
            finished = true
          }).pipe(Effect.orDie)
        ))
        yield* ann.run(Effect.logError("I live"))
        yield* ann.kill
        yield* Effect.sleep(1_000)
        assert.isUndefined(yield* within(bob, LockfileStore.use((store) => store.read(lockfile))))
      }).pipe(Effect.provide(Logger.layer([Logger.make(({ message }) => logged.push(message))])))
    )
    assert.isTrue(finished)
    assert.deepStrictEqual(got, [])
    assert.deepStrictEqual(logged, [["I live"]])
  })

  it("stops what it did for others, and what others did for it", () =>
    onComputer(Effect.gen(function*() {
      const [ann, bob] = [yield* start("ann"), yield* start("bob")]
      const seen: Array<string> = []
      const { url } = yield* listen(bob, () =>
        Effect.onInterrupt(Effect.never, () => Effect.sync(() => seen.push("stopped"))))
      yield* ann.run(call(url))
      yield* ann.kill
      assert.deepStrictEqual(seen, ["stopped"])
      const carol = yield* start("carol")
      const asked = yield* carol.run(Effect.exit(call(url)))
      yield* bob.kill
      yield* Fiber.join(asked)
      assert.deepStrictEqual(seen, ["stopped", "stopped"])
    })))

  it("does not hang where it was ending", () =>
    onComputer(Effect.gen(function*() {
      const [ann, bob] = [yield* start("ann"), yield* start("bob")]
      const { url } = yield* listen(bob, () => Effect.never)
      yield* ann.run(Effect.addFinalizer(() => Effect.ignore(call(url))))
      const ending = yield* Effect.forkChild(ann.exit, { startImmediately: true })
      yield* Effect.sleep(100)
      assert.isUndefined(ending.pollUnsafe())
      yield* ann.kill
      yield* Fiber.join(ending)
      assert.strictEqual(yield* ann.life, "dead")
    })))

  it("runs nothing new", () =>
    onComputer(Effect.gen(function*() {
      const ann = yield* start("ann")
      yield* ann.kill
      yield* Effect.sleep(1)
      let ran = false
      yield* Fiber.await(yield* ann.run(Effect.andThen(Effect.sleep(1), Effect.sync(() => (ran = true)))))
      assert.isFalse(ran)
    })))
})

describe("a process that ends", () => {
  it("puts its things in order first, and is waited for by all who ask", () =>
    onComputer(Effect.gen(function*() {
      const [ann, bob] = [yield* start("ann"), yield* start("bob")]
      const got: Array<string> = []
      const { url } = yield* listen(bob, () => Effect.sync(() => (got.push("bye"), "")))
      yield* ann.run(Effect.addFinalizer(() => Effect.andThen(Effect.sleep(30), Effect.ignore(call(url)))))
      yield* Effect.all([ann.exit, ann.exit], { concurrency: 2 })
      assert.deepStrictEqual(got, ["bye"])
      yield* ann.exit
      yield* ann.kill
      assert.strictEqual(yield* ann.life, "ended")
    })))

  it("breaks what it still works on", () =>
    onComputer(Effect.gen(function*() {
      const [ann, bob] = [yield* start("ann"), yield* start("bob")]
      const { url } = yield* listen(bob, () => Effect.never)
      const asked = yield* ann.run(Effect.flip(call(url)))
      yield* bob.exit
      assert.strictEqual((yield* Fiber.join(asked)).reason, "Lost")
    })))

  it("may be told to by itself", () =>
    onComputer(Effect.gen(function*() {
      const ann = yield* start("ann")
      yield* ann.run(Effect.andThen(Effect.sleep(5), Effect.forkDetach(ann.exit)))
      yield* Effect.sleep(10)
      assert.strictEqual(yield* ann.life, "ended")
    })))
})

it("the end of the scope kills what still runs", () => {
  let bob: Process | undefined
  onComputer(Effect.gen(function*() {
    yield* Effect.scoped(Effect.gen(function*() {
      bob = yield* start("bob")
      yield* listen(bob, echo)
    }))
    const network = yield* Network
    assert.deepStrictEqual(yield* network.endpoints, [])
    assert.strictEqual(bob === undefined ? "" : yield* bob.life, "dead")
  }))
})
