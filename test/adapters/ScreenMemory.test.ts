/** A terminal and programs in memory, used by the monitor and by `listen --exec` as they are. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Programs from "../../src/adapters/memory/Programs.ts"
import { layer, Screen } from "../../src/adapters/memory/Screen.ts"
import { monitor } from "../../src/apps/cli/Monitor.ts"
import * as SampClient from "../../src/apps/client/SampClient.ts"
import * as SimHub from "../../src/apps/testing/SimHub.ts"
import { CommandRunner } from "../../src/ports/CommandRunner.ts"
import { Terminal, type TerminalInput } from "../../src/ports/Terminal.ts"
import { inVirtualTime } from "../support/virtual.ts"

const usual = { mtype: [], messages: true, once: false, wait: false, json: false, hub: Option.none<string>() }

describe("a terminal in memory", () => {
  it("shows what is written, as terminals do", () =>
    inVirtualTime(
      Effect.gen(function*() {
        const { write } = yield* Terminal
        const screen = yield* Screen
        yield* write("one\r\ntwo\x1b[1;5Hx\x1b[31mred\x1b[0m")
        assert.deepStrictEqual(yield* screen.rows, ["one xred", "two", ""])
        yield* write("\x1b[1;3H\x1b[K\x1b[3;1Hlast\nrow that is too long")
        assert.deepStrictEqual(yield* screen.rows, ["two", "last", "row that i"])
        yield* write("\x1b[2J\x1b[?25l\x1b[?1049h")
        assert.deepStrictEqual(yield* screen.rows, ["", "", ""])
        assert.deepStrictEqual(yield* screen.modes, { cursor: false, alternate: true })
        assert.include(yield* screen.output, "red")
      }).pipe(Effect.provide(layer({ columns: 10, rows: 3 })))
    ))

  it("gives keys, sizes and its end to who has taken it", () =>
    inVirtualTime(
      Effect.gen(function*() {
        const terminal = yield* Terminal
        const screen = yield* Screen
        const heard: Array<TerminalInput> = []
        yield* screen.type("too early")
        const unread = yield* Effect.forkChild(terminal.unread, { startImmediately: true })
        yield* Effect.scoped(Effect.gen(function*() {
          yield* terminal.take("<", ">", (input) => heard.push(input))
          assert.isTrue(yield* screen.isTaken)
          yield* screen.type("q")
          yield* screen.resize({ columns: 40, rows: 5 })
          assert.deepStrictEqual(yield* terminal.size, { columns: 40, rows: 5 })
          yield* screen.close
        }))
        yield* Fiber.join(unread)
        yield* screen.type("too late")
        assert.deepStrictEqual(heard, [{ _tag: "Typed", text: "q" }, { _tag: "Resized" }, { _tag: "Closed" }])
        assert.isFalse(yield* screen.isTaken)
        assert.strictEqual(yield* screen.output, "<>")
      }).pipe(Effect.provide(layer()))
    ))

  it("is good enough for samp monitor", () =>
    inVirtualTime(
      Effect.gen(function*() {
        const screen = yield* Screen
        const watching = yield* Effect.forkChild(monitor(usual), { startImmediately: true })
        yield* SampClient.make({ name: "ann" })
        yield* Effect.sleep("1 second")
        assert.match(
          (yield* screen.rows).join("\n"),
          /^samp monitor: connected as \S+ to http[^]*\n \S+ +ann +\d+ +yes/u
        )
        yield* screen.type("q")
        yield* Fiber.join(watching)
        assert.deepStrictEqual(yield* screen.modes, { cursor: true, alternate: false })
      }).pipe(Effect.scoped, Effect.provide([SimHub.layer(), layer()]))
    ))
})

describe("programs in memory", () => {
  it("do what is written down, take their time, and are remembered", () =>
    inVirtualTime(
      Effect.gen(function*() {
        const { install, remove, runs } = yield* Programs.Programs
        const { run } = yield* CommandRunner
        const command = { command: "stilts", args: ["tpipe"], env: {}, stdin: "" }
        yield* install("stilts", Programs.ends({ code: 3, stdout: "rows", afterMs: 2_000 }))
        const running = yield* Effect.forkChild(run(command), { startImmediately: true })
        yield* Effect.sleep(1_999)
        assert.isUndefined(running.pollUnsafe())
        assert.deepStrictEqual(yield* runs, [{ command, ended: undefined }])
        const ended = { code: 3, stdout: "rows", stderr: "" }
        assert.deepStrictEqual(yield* Fiber.join(running), ended)
        const second = yield* Effect.forkChild(run(command), { startImmediately: true })
        yield* Fiber.interrupt(second)
        assert.deepStrictEqual((yield* runs).map((one) => one.ended), [ended, "killed"])
        yield* remove("stilts")
        assert.strictEqual((yield* Effect.flip(run(command))).detail, "there is no such program")
      }).pipe(Effect.provide(Programs.layer))
    ))
})
