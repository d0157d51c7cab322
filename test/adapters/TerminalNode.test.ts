/** The terminal of a process, on streams that are none. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { EventEmitter } from "node:events"
import { closeSync, openSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { make, type TerminalStreams } from "../../src/adapters/node/TerminalNode.ts"
import type { TerminalInput } from "../../src/ports/Terminal.ts"
import { directory } from "../support/lockfiles.ts"

/** Streams that remember; what is written at once goes to a file. */
const streams = (fd: number, env: TerminalStreams["env"] = { TERM: "xterm" }, isTTY = true) => {
  const calls: Array<string> = []
  const stdin = Object.assign(new EventEmitter(), {
    isTTY,
    setRawMode: (on: boolean) => calls.push(on ? "raw" : "cooked"),
    resume: () => calls.push("resume"),
    pause: () => calls.push("pause")
  })
  const stdout = Object.assign(new EventEmitter(), {
    isTTY,
    fd,
    columns: 0,
    rows: 0,
    write: (text: string, done?: () => void) => {
      calls.push(text)
      done?.()
      return true
    }
  })
  // of what streams can do, only what a terminal asks of them is here
  const given = { stdin, stdout, env } as unknown as TerminalStreams
  return { calls, stdin, stdout, terminal: make(given) }
}

const file = Effect.gen(function*() {
  const path = join(yield* directory, "terminal")
  const fd = yield* Effect.acquireRelease(
    Effect.sync(() => openSync(path, "w")),
    (fd) => Effect.sync(() => closeSync(fd))
  )
  return { fd, written: () => readFileSync(path, "utf8") }
})

const listeners = (): number =>
  process.listenerCount("exit") + process.listenerCount("uncaughtExceptionMonitor")

describe("the terminal of the process", () => {
  it.live("is taken over for a scope, and given back with it", () =>
    Effect.gen(function*() {
      const { fd, written } = yield* file
      const { calls, stdin, stdout, terminal } = streams(fd)
      const inputs: Array<TerminalInput> = []
      const before = listeners()
      const scope = yield* Scope.make()
      yield* terminal.take("<enter>", "<leave>", (input) => inputs.push(input)).pipe(Scope.provide(scope))
      assert.deepStrictEqual(calls, ["raw", "resume", "<enter>"])
      stdin.emit("data", Buffer.from("q\xe9", "latin1"))
      stdout.emit("resize")
      stdin.emit("end")
      assert.deepStrictEqual(inputs, [{ _tag: "Typed", text: "q\xe9" }, { _tag: "Resized" }, {
        _tag: "Closed"
      }])
      assert.strictEqual(written(), "")
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(calls.slice(3), ["pause", "cooked"])
      assert.strictEqual(written(), "<leave>")
      stdin.emit("data", Buffer.from("x"))
      assert.lengthOf(inputs, 3)
      assert.strictEqual(listeners(), before)
    }).pipe(Effect.scoped))

  for (const event of ["exit", "uncaughtExceptionMonitor"] as const) {
    it.live(`is given back once when the process ends by ${event}`, () =>
      Effect.gen(function*() {
        const { fd, written } = yield* file
        const { calls, terminal } = streams(fd)
        const others = new Set<unknown>(process.listeners(event as "exit"))
        yield* Effect.scoped(Effect.gen(function*() {
          yield* terminal.take("<enter>", "<leave>", () => {})
          const [ours] = process.listeners(event as "exit").filter((listener) => !others.has(listener))
          ours?.(0)
          assert.strictEqual(written(), "<leave>")
          assert.include(calls, "cooked")
        }))
        assert.strictEqual(written(), "<leave>")
      }).pipe(Effect.scoped))
  }

  it.live("is there only if both ends are terminals that can move the cursor", () =>
    Effect.gen(function*() {
      const { fd } = yield* file
      assert.isTrue(streams(fd).terminal.interactive)
      assert.isFalse(streams(fd, { TERM: "dumb" }).terminal.interactive)
      assert.isFalse(streams(fd, {}).terminal.interactive)
      assert.isFalse(streams(fd, { TERM: "xterm" }, false).terminal.interactive)
      assert.isTrue(streams(fd).terminal.colours)
      assert.isTrue(streams(fd, { NO_COLOR: "" }).terminal.colours)
      assert.isFalse(streams(fd, { NO_COLOR: "1" }).terminal.colours)
    }).pipe(Effect.scoped))

  it.live("tells its size, 80x24 if it does not know it, and when nobody reads any more", () =>
    Effect.gen(function*() {
      const { fd } = yield* file
      const { stdout, terminal } = streams(fd)
      assert.deepStrictEqual(yield* terminal.size, { columns: 80, rows: 24 })
      Object.assign(stdout, { columns: 132, rows: 43 })
      assert.deepStrictEqual(yield* terminal.size, { columns: 132, rows: 43 })
      const unread = yield* Effect.forkChild(terminal.unread, { startImmediately: true })
      yield* terminal.write("text")
      assert.isUndefined(unread.pollUnsafe())
      stdout.emit("error", new Error("EPIPE"))
      yield* Fiber.join(unread)
      assert.strictEqual(stdout.listenerCount("error"), 0)
    }).pipe(Effect.scoped))
})
