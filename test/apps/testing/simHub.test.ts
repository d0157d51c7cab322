/** A hub in memory that is stopped, killed, frozen and started again, and clients of ours around it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { Network } from "../../../src/adapters/memory/Network.ts"
import { Processes } from "../../../src/adapters/memory/Processes.ts"
import { VirtualTime } from "../../../src/adapters/memory/VirtualTime.ts"
import * as SampClient from "../../../src/apps/client/SampClient.ts"
import * as Peer from "../../../src/apps/testing/Peer.ts"
import * as SimHub from "../../../src/apps/testing/SimHub.ts"
import * as Simulation from "../../../src/apps/testing/Simulation.ts"
import { LockfileStore } from "../../../src/ports/LockfileStore.ts"
import { inVirtualTime } from "../../support/virtual.ts"

const lockfile = LockfileStore.use((store) => store.read("/home/astronomer/.samp"))
const answers = { "x.echo": Peer.ok({ n: 1 }) }
const peers = [{ name: "bob", answers }]

/** A call to bob, who may come and go: its result, or the tag of its failure. */
const call = (client: Effect.Success<ReturnType<typeof SampClient.make>>) =>
  Effect.gen(function*() {
    const id = yield* Effect.flatMap(Peer.get("bob"), (peer) => peer.id)
    return yield* client.call(id, "x.echo", {}, { timeoutSeconds: 30 }).pipe(
      Effect.map(() => "ok"),
      Effect.catch((failure) => Effect.succeed(failure._tag))
    )
  })

describe("a hub in memory", () => {
  it.effect("works by the clock of the test", () =>
    Effect.gen(function*() {
      const client = yield* SampClient.make({ name: "mine" })
      const peer = yield* Peer.get("topcat")
      const call = yield* Effect.forkScoped(
        client.call(yield* peer.id, "table.load.votable", { url: "file:///t.vot" }),
        { startImmediately: true }
      )
      yield* TestClock.adjust("1 second")
      assert.isUndefined(call.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(call)).result.get("rows"), "3")
      assert.strictEqual((yield* peer.got("table.load.votable")).params.get("url"), "file:///t.vot")
    }).pipe(
      Effect.scoped,
      Effect.provide(
        Peer.layer(
          Peer.topcat({ answers: { "table.load.votable": Peer.ok({ rows: "3" }, { afterMs: 2_000 }) } })
        ).pipe(
          Layer.provideMerge(SimHub.layer())
        )
      )
    ))

  it("killed, it leaves its lockfile; started again, it has all its clients back", () => {
    Simulation.run(
      Effect.gen(function*() {
        const hub = yield* SimHub.SimHub
        const client = yield* SampClient.make({ name: "mine" })
        assert.strictEqual(yield* call(client), "ok")
        const before = yield* lockfile
        yield* hub.kill
        assert.isDefined(before)
        assert.strictEqual(yield* lockfile, before)
        assert.notStrictEqual(yield* call(client), "ok")
        yield* Effect.sleep("10 seconds")
        yield* hub.restart
        assert.notStrictEqual(yield* lockfile, before)
        yield* Effect.sleep("10 seconds")
        assert.strictEqual(yield* call(client), "ok")
        const { process } = yield* hub.current
        assert.strictEqual(process.id, "hub-2")
      }),
      { peers }
    )
  })

  it("SHUT-01, STD-44 stopped, it tells its clients, and its lockfile goes", () =>
    Simulation.run(
      Effect.gen(function*() {
        const hub = yield* SimHub.SimHub
        const client = yield* SampClient.make({ name: "mine" })
        const lost = yield* Effect.forkChild(
          Stream.runHead(Stream.filter(client.statuses, ({ _tag }) => _tag !== "Connected")),
          { startImmediately: true }
        )
        yield* hub.stop
        yield* Fiber.join(lost)
        assert.isUndefined(yield* lockfile)
        assert.strictEqual(yield* Effect.flatMap(hub.current, ({ process }) => process.life), "ended")
        yield* hub.restart
        yield* client.connected
        yield* Effect.sleep("5 seconds")
        assert.strictEqual(yield* call(client), "ok")
      }),
      { peers }
    ))

  it("frozen, it lets everybody wait, and goes on where it stood", () =>
    Simulation.run(
      Effect.gen(function*() {
        const hub = yield* SimHub.SimHub
        const client = yield* SampClient.make({ name: "mine" })
        yield* hub.freeze
        const waiting = yield* Effect.forkChild(call(client), { startImmediately: true })
        yield* Effect.sleep("3 seconds")
        assert.isUndefined(waiting.pollUnsafe())
        yield* hub.thaw
        assert.strictEqual(yield* Fiber.join(waiting), "ok")
      }),
      { peers }
    ))

  it("ends by itself when it is told to, and its process with it", () =>
    Simulation.run(
      Effect.gen(function*() {
        const hub = yield* SimHub.SimHub
        yield* Effect.sleep("61 seconds")
        assert.strictEqual(yield* Effect.flatMap(hub.current, ({ process }) => process.life), "ended")
        assert.isUndefined(yield* lockfile)
      }),
      { timeoutSeconds: 60 }
    ))

  it("says why it cannot start, and leaves nothing behind", () =>
    inVirtualTime(
      Effect.gen(function*() {
        const first = yield* SimHub.startHub()
        const error = yield* Effect.flip(SimHub.startHub())
        assert.strictEqual(error._tag, "HubRunning")
        const network = yield* Network
        assert.deepStrictEqual(yield* network.endpoints, [first.record.url])
        const { all } = yield* Processes
        const lives = yield* Effect.forEach(yield* all, ({ life }) => life)
        assert.deepStrictEqual(lives, ["running", "running", "dead"])
      }).pipe(Effect.scoped, Effect.provide(SimHub.computer()))
    ))

  it("DLV-09 gives up on a client that was killed, and tells the others", () =>
    Simulation.run(
      Effect.gen(function*() {
        const hub = yield* SimHub.SimHub
        const client = yield* SampClient.make({ name: "mine" })
        const bob = yield* Peer.get("bob")
        const asking = yield* Effect.forkChild(call(client), { startImmediately: true })
        yield* bob.process.kill
        assert.strictEqual(yield* Fiber.join(asking), "ErrorResponse")
        yield* Effect.sleep("10 seconds")
        const { engine } = yield* hub.current
        const { calls, clients } = yield* engine.state
        assert.deepStrictEqual([HashMap.size(clients), HashMap.size(calls)], [1, 0])
      }),
      { peers: [{ name: "bob", answers: { "x.echo": Peer.silence } }] }
    ))

  it("leaves nothing behind: no fiber that sleeps, nothing on its way, no process", () => {
    for (let seed = 0; seed < 10; seed++) {
      const time = new VirtualTime()
      let pending = Effect.succeed(-1)
      let lives: Effect.Effect<ReadonlyArray<string>> = Effect.succeed([])
      const program = Effect.gen(function*() {
        const { all } = yield* Processes
        pending = (yield* Network).pending
        lives = Effect.flatMap(all, (processes) => Effect.forEach(processes, ({ life }) => life))
        const hub = yield* SimHub.SimHub
        const network = yield* Network
        const client = yield* SampClient.make({ name: "mine" })
        for (const url of yield* network.endpoints) {
          yield* network.disturb(url, { delayMs: [1, 90], silent: 0.1 })
        }
        for (let turn = 0; turn < 5; turn++) yield* Effect.forkChild(call(client))
        yield* Effect.sleep(50)
        if (seed % 2 === 0) yield* hub.kill
        yield* Effect.sleep(50)
      })
      inVirtualTime(program.pipe(Effect.scoped, Effect.provide(Simulation.layer({ seed, peers }))), time)
      assert.strictEqual(time.run(pending)._tag, "Success")
      assert.deepStrictEqual(time.run(pending), time.run(Effect.succeed(0)), `seed ${seed}`)
      const ended = time.run(lives)
      assert.notInclude(ended._tag === "Success" ? ended.value : [], "running", `seed ${seed}`)
    }
  })
})

describe("a simulation", () => {
  const program = Effect.gen(function*() {
    const lines: Array<string> = []
    const network = yield* Network
    network.observe((event, now) => lines.push(`${now} ${JSON.stringify(event)}`))
    const client = yield* SampClient.make({ name: "mine" })
    for (const url of yield* network.endpoints) {
      yield* network.disturb(url, { delayMs: [1, 40], lost: 0.05, answerLost: 0.05 })
    }
    yield* Effect.forEach(Array.from({ length: 20 }), () => call(client), { concurrency: 3 })
    return lines
  })

  it("is the same for the same seed, to the last event, and another for another", () => {
    const first = Simulation.run(program, { seed: 7, peers })
    assert.isAbove(first.length, 300)
    assert.deepStrictEqual(Simulation.run(program, { seed: 7, peers }), first)
    assert.notDeepEqual(Simulation.run(program, { seed: 8, peers }), first)
  })

  it("says with which seed it has failed, and what happened last; throws the failure itself", () => {
    const told: Array<string> = []
    const { error } = console
    console.error = (text: string) => told.push(text)
    const failure = new Error("no such luck")
    try {
      const unlucky = Effect.flatMap(SimHub.SimHub, ({ kill }) => Effect.andThen(kill, Effect.fail(failure)))
      assert.throws(() => Simulation.run(unlucky, { seed: 4711 }), failure)
      let tries = 0
      assert.throws(
        () => Simulation.explore(Effect.suspend(() => ++tries === 4 ? Effect.die(failure) : Effect.void)),
        failure
      )
    } finally {
      console.error = error
    }
    assert.match(told[0] ?? "", /^The simulation failed with \{ seed: 4711 \}[^]*Died hub$/u)
    assert.match(told[1] ?? "", /\{ seed: 3 \}/u)
  })

  it("fails when it would never end, and tells of more than pings and look-ups", () => {
    const told: Array<string> = []
    const { error } = console
    console.error = (text: string) => told.push(text)
    const waits = /not over after [^]*waits for something outside, such as a promise/u
    try {
      assert.throws(() => Simulation.run(Effect.never, { peers, withinMs: 60_000 }), waits)
      const program = Effect.gen(function*() {
        yield* call(yield* SampClient.make({ name: "mine" }))
        return yield* Effect.promise(() => new Promise(() => {}))
      })
      assert.throws(() => Simulation.run(program, { peers, withinMs: 60_000 }), waits)
    } finally {
      console.error = error
    }
    assert.strictEqual(told[0], "The simulation failed with { seed: 0 }.")
    assert.match(told[1] ?? "", /Last on its network:\n[^]*samp\.hub\.call/u)
    assert.notMatch(told[1] ?? "", /ping|getRegisteredClients|[1-9]\d{4} ms/u)
  })
})
