/** The live view over a hub in memory, on a terminal in memory. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { monitor } from "../../src/apps/cli/Monitor.ts"
import { leave } from "../../src/apps/cli/monitor/Paint.ts"
import { HubEngine } from "../../src/apps/HubEngine.ts"
import { ClientId } from "../../src/domain/Identifiers.ts"
import { stringAt } from "../../src/domain/SampValue.ts"
import { Terminal } from "../../src/ports/Terminal.ts"
import { client, machine, settle, startHub } from "./client/world.ts"
import { FakeTerminal } from "./monitorParts.ts"

const usual = {
  mtype: [],
  messages: true,
  once: false,
  wait: false,
  json: false,
  hub: Option.none<string>()
}

/** Starts a monitor; time passes until it has drawn. */
const start = (terminal: FakeTerminal, given: Partial<Parameters<typeof monitor>[0]> = {}) =>
  Effect.gen(function*() {
    const running = yield* Effect.forkChild(
      monitor({ ...usual, ...given }).pipe(Effect.provideService(Terminal, terminal.service)),
      { startImmediately: true }
    )
    for (let i = 0; i < 6; i++) yield* TestClock.adjust("50 millis")
    return running
  })

const pass = TestClock.adjust("200 millis")

const isOpen = (terminal: FakeTerminal): void => {
  assert.isTrue(terminal.screen.alternate, "the other screen")
  assert.isFalse(terminal.screen.cursor)
}

const isRestored = (terminal: FakeTerminal): void => {
  assert.isFalse(terminal.screen.alternate)
  assert.isTrue(terminal.screen.cursor)
  assert.isTrue(terminal.output.endsWith(leave))
  assert.isUndefined(terminal.onInput)
}

const run = <A, E>(test: Effect.Effect<A, E, Effect.Services<ReturnType<typeof startHub>> | Scope.Scope>) =>
  test.pipe(Effect.scoped, Effect.provide(machine))

describe("the live monitor", () => {
  it.effect("shows who comes, what is sent and how pings go; q ends it, and the terminal is as before", () =>
    run(Effect.gen(function*() {
      yield* startHub()
      const ann = yield* client({ name: "ann" })
      const terminal = new FakeTerminal(80, 24)
      const running = yield* start(terminal)
      isOpen(terminal)
      assert.match(terminal.screen.text, /^samp monitor: connected as \S+ to http/u)
      assert.match(terminal.screen.text, /\n \S+ +ann +\d+ +yes/u)
      yield* client({ name: "bob" })
      yield* ann.notifyAll("table.load.votable", { url: "file:///t.vot" })
      yield* pass
      assert.match(terminal.screen.text, / bob /u)
      assert.match(terminal.screen.text, /notify ann +table\.load\.votable +url=file:\/\/\/t\.vot/u)
      terminal.type("P")
      yield* pass
      assert.match(terminal.screen.text, /\n>hub .* \d+ ms /u)
      assert.match(terminal.screen.text, / ann .* \d+ ms /u)
      terminal.type("j\r")
      yield* pass
      assert.include(terminal.screen.text, "Metadata (1)\n  samp.name = ann")
      terminal.type("q")
      yield* settle
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(running)))
      isRestored(terminal)
      assert.lengthOf(yield* ann.getRegisteredClients, 2, "GEN-10: the hub and bob")
    })))

  it.effect("RSP-12, APP-01 answers calls with a warning that it only watches, and pings with samp.ok", () =>
    run(Effect.gen(function*() {
      yield* startHub()
      const ann = yield* client({ name: "ann" })
      const terminal = new FakeTerminal(80, 24)
      yield* start(terminal, { mtype: ["table.*", "table.load.votable", "samp.app.ping"] })
      const [id = ClientId("")] = (yield* ann.getRegisteredClients).filter((id) => id !== "hub")
      assert.strictEqual((yield* ann.call(id, "table.load.votable")).warning, "samp monitor only watches")
      assert.strictEqual(stringAt((yield* ann.call(id, "samp.app.ping")).response, "samp.status"), "samp.ok")
      yield* ann.notify(id, "table.load.votable")
      yield* pass
      assert.match(terminal.screen.text, /; 3 messages;/u, "SUB-04: once, though two patterns match")
    })))

  it.effect("CLI-21 survives the hub, says that it searches, and finds the next one", () =>
    run(Effect.gen(function*() {
      const one = yield* startHub("one")
      const terminal = new FakeTerminal(80, 24)
      const running = yield* start(terminal)
      yield* Scope.close(one.scope, Exit.void)
      yield* TestClock.adjust("2 seconds")
      assert.match(terminal.screen.text, /^samp monitor: searching for a hub: .*\n0 clients/u)
      isOpen(terminal)
      yield* startHub("two")
      yield* TestClock.adjust("2 seconds")
      assert.match(terminal.screen.text, /^samp monitor: connected .*\n0 clients;/u)
      yield* client({ name: "new" })
      yield* pass
      yield* pass
      assert.match(terminal.screen.text, / new /u)
      yield* Fiber.interrupt(running)
      isRestored(terminal)
    })))

  it.effect("draws ten times a second at most, however much happens, and nothing when nothing does", () =>
    run(Effect.gen(function*() {
      yield* startHub()
      const ann = yield* client({ name: "ann" })
      const terminal = new FakeTerminal(80, 24)
      yield* start(terminal, { mtype: ["m"] })
      const before = terminal.writes
      for (let i = 0; i < 200; i++) {
        yield* ann.notifyAll("m", { i: String(i) })
        yield* settle
      }
      const drawn = terminal.writes - before
      assert.isAtLeast(drawn, 5)
      assert.isAtMost(drawn, 11)
      yield* pass
      assert.match(terminal.screen.text, /; 200 messages;/u)
      assert.match(terminal.screen.text, /i=199/u)
      yield* TestClock.adjust("90 seconds")
      const quiet = terminal.writes
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(terminal.writes, quiet)
    })))

  it.effect("fits a terminal whose size changes, and draws it all anew", () =>
    run(Effect.gen(function*() {
      yield* startHub()
      const terminal = new FakeTerminal(80, 24)
      yield* start(terminal)
      for (const [columns = 0, rows = 0] of [[40, 12], [200, 60], [79, 23]]) {
        terminal.resize(columns, rows)
        yield* pass
        assert.notInclude(terminal.screen.text, "#", "each cell was written")
        assert.match(terminal.screen.text, /q quit/u)
      }
    })))

  it.effect("ends when nobody can type any more", () =>
    run(Effect.gen(function*() {
      yield* startHub()
      const terminal = new FakeTerminal(80, 24)
      const running = yield* start(terminal)
      terminal.onInput?.({ _tag: "Closed" })
      yield* settle
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(running)))
      isRestored(terminal)
    })))

  it.effect("without a hub it fails before it touches the terminal, or waits for one", () =>
    run(Effect.gen(function*() {
      const terminal = new FakeTerminal(80, 24)
      const failing = yield* start(terminal)
      yield* TestClock.adjust("1 second")
      const failed = yield* Effect.flip(Fiber.join(failing))
      assert.strictEqual(failed._tag, "NoHub")
      assert.strictEqual(terminal.output, "")
      yield* start(terminal, { wait: true })
      yield* TestClock.adjust("1 second")
      assert.match(terminal.screen.text, /searching for a hub: No hub is running/u)
      yield* startHub()
      yield* TestClock.adjust("1 second")
      assert.match(terminal.screen.text, /connected as/u)
    })))

  it.effect("CLI-16 stays away when the hub has ended its registration, until r is pressed", () =>
    run(Effect.gen(function*() {
      const { context } = yield* startHub()
      const { eject } = yield* HubEngine.pipe(Effect.provideContext(context))
      const ann = yield* client({ name: "ann" })
      const terminal = new FakeTerminal(80, 24)
      yield* start(terminal)
      const [id = ClientId("")] = (yield* ann.getRegisteredClients).filter((id) => id !== "hub")
      yield* eject(id, "too curious")
      yield* TestClock.adjust("5 seconds")
      assert.match(terminal.screen.text, /^samp monitor: disconnected, r registers again: /u)
      assert.match(terminal.screen.text, /\n.*too curious\n/u)
      assert.lengthOf(yield* ann.getRegisteredClients, 1)
      terminal.type("r")
      yield* TestClock.adjust("2 seconds")
      assert.match(terminal.screen.text, /^samp monitor: connected as /u)
      assert.lengthOf(yield* ann.getRegisteredClients, 2)
    })))

  it.effect("--no-messages subscribes to no messages, and shows none", () =>
    run(Effect.gen(function*() {
      yield* startHub()
      const ann = yield* client({ name: "ann" })
      const terminal = new FakeTerminal(80, 24)
      yield* start(terminal, { messages: false })
      assert.notInclude(terminal.screen.text, "Messages")
      assert.deepStrictEqual([...(yield* ann.getSubscribedClients("table.load.votable")).keys()], [])
    })))
})
