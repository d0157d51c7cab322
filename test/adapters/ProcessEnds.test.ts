/** Processes in memory that are killed or end, and what becomes of all that they have open. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import { Network } from "../../src/adapters/memory/Network.ts"
import type { Process } from "../../src/adapters/memory/Processes.ts"
import { CallServer } from "../../src/ports/CallServer.ts"
import { LockfileStore } from "../../src/ports/LockfileStore.ts"
import { call, echo, listen, start, within } from "../support/processes.ts"
import { onComputer } from "../support/virtual.ts"

const lockfile = "/home/astronomer/.samp"

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

  it("does not hang where it was frozen in the middle of its end", () =>
    onComputer(Effect.gen(function*() {
      const [ann, bob] = [yield* start("ann"), yield* start("bob")]
      const { url } = yield* listen(bob, echo)
      let finished = false
      yield* ann.run(Effect.addFinalizer(() =>
        Effect.andThen(
          Effect.andThen(Effect.sleep(10), Effect.ignore(call(url))),
          Effect.sync(() => {
            finished = true
          })
        )
      ))
      const ending = yield* Effect.forkChild(ann.exit, { startImmediately: true })
      yield* Effect.sleep(5)
      yield* ann.freeze
      yield* Effect.sleep(50)
      assert.isUndefined(ending.pollUnsafe())
      yield* ann.kill
      yield* Fiber.join(ending)
      yield* Effect.sleep(0)
      assert.isTrue(finished)
    })))

  it("stops its work also where nobody can hear of it", () =>
    onComputer(Effect.gen(function*() {
      const [ann, bob] = [yield* start("ann"), yield* start("bob")]
      let stopped = false
      const { url } = yield* listen(bob, () =>
        Effect.onInterrupt(Effect.never, () =>
          Effect.sync(() => {
            stopped = true
          })))
      const asked = yield* ann.run(Effect.exit(call(url, 1_000)))
      yield* Effect.flatMap(Network, ({ cut }) => cut("ann", "bob"))
      yield* bob.kill
      assert.isTrue(stopped)
      yield* Fiber.join(asked)
    })))

  it("leaves its port to others, and closes nothing of theirs", () =>
    onComputer(Effect.gen(function*() {
      const [ann, bob] = [yield* start("ann"), yield* start("bob")]
      yield* listen(bob, () => Effect.succeed("bob"), 77)
      yield* bob.kill
      const { url } = yield* listen(ann, () => Effect.succeed("ann"), 77)
      yield* Effect.sleep(1_000)
      assert.strictEqual(yield* within(ann, call(url)), "ann")
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
