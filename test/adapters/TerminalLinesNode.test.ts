/** The terminal of the hub, line by line, on streams that are none. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { PassThrough } from "node:stream"
import { isInFront, type LineStreams, make } from "../../src/adapters/node/TerminalLinesNode.ts"
import type { LineInput } from "../../src/ports/TerminalLines.ts"

/** Streams that remember what was asked of them. */
const streams = (isTTY = true) => {
  const stdin = Object.assign(new PassThrough(), { isTTY })
  const written: Array<string> = []
  const state = { front: true }
  const given: LineStreams = {
    // of what a terminal can do, only what is asked of it is here
    stdin: stdin as unknown as LineStreams["stdin"],
    stderr: {
      isTTY,
      columns: 0,
      write: (text, done) => {
        written.push(text)
        done()
      }
    },
    isForeground: () => state.front
  }
  return { stdin, written, state, terminal: make(given) }
}

const wordOf = (input: LineInput): string =>
  input._tag === "Line" ? input.line : `<${input._tag.toLowerCase()}>`

const eventually = (what: string, holds: () => boolean) =>
  Effect.gen(function*() {
    for (let i = 0; !holds(); i++) {
      if (i > 3_000) assert.fail(what)
      yield* Effect.sleep(10)
    }
  })

describe("the terminal, line by line", () => {
  it.live("hands over lines, however they come, until the scope ends", () =>
    Effect.gen(function*() {
      const { stdin, terminal } = streams()
      const lines: Array<string> = []
      yield* Effect.scoped(Effect.gen(function*() {
        yield* terminal.read((input) => lines.push(wordOf(input)))
        stdin.write("al")
        stdin.write("ways\nn\r\n")
        stdin.write(`${"x".repeat(5_000)}\n\nrest`)
        yield* eventually("the lines", () => lines.length === 4)
        assert.deepStrictEqual(lines.map((line) => line.slice(0, 9)), ["always", "n", "xxxxxxxxx", ""])
        assert.isAtMost(lines[2]?.length ?? 0, 1_000)
      }))
      assert.isTrue(stdin.isPaused())
      stdin.write("more\n")
      yield* Effect.sleep(20)
      assert.lengthOf(lines, 4)
      assert.strictEqual(stdin.listenerCount("data"), 0)
    }))

  it.live("says when nobody can type any more", () =>
    Effect.gen(function*() {
      const { stdin, terminal } = streams()
      const lines: Array<string> = []
      yield* terminal.read((input) => lines.push(wordOf(input)))
      stdin.end("y\n")
      yield* eventually("the end", () => lines.length === 2)
      assert.deepStrictEqual(lines, ["y", "<closed>"])
    }).pipe(Effect.scoped))

  it.live("P2: reads nothing in the background, not even to see that there is something, and goes on in the foreground", () =>
    Effect.gen(function*() {
      const { state, stdin, terminal } = streams()
      state.front = false
      const lines: Array<string> = []
      let reads = 0
      const { _read: read } = stdin
      stdin._read = (size) => {
        reads++
        read.call(stdin, size)
      }
      const before = process.listenerCount("SIGCONT")
      yield* Effect.scoped(Effect.gen(function*() {
        yield* terminal.read((input) => lines.push(wordOf(input)))
        yield* Effect.sleep(50)
        assert.strictEqual(reads, 0)
        assert.isFalse(yield* terminal.foreground)
        state.front = true
        process.emit("SIGCONT", "SIGCONT")
        assert.isFalse(stdin.isPaused(), "at once when the process is continued")
        stdin.write("y\n")
        yield* eventually("the line", () => lines.length === 2)
        process.emit("SIGCONT", "SIGCONT")
        assert.deepStrictEqual(
          lines,
          ["<back>", "y", "<back>"],
          "also if it was stopped and continued in front"
        )
        state.front = false
        yield* eventually("the pause", () => stdin.isPaused())
        stdin.write("n\n")
        yield* Effect.sleep(50)
        process.emit("SIGCONT", "SIGCONT")
        assert.lengthOf(lines, 3)
        state.front = true
        yield* eventually("the other line", () => lines.length === 5)
        assert.deepStrictEqual(lines.slice(3), ["<back>", "n"])
      }))
      assert.strictEqual(process.listenerCount("SIGCONT"), before)
    }))

  it.live("writes to stderr, whose size it knows, and is one only on both", () =>
    Effect.gen(function*() {
      const { terminal, written } = streams()
      yield* terminal.write("text")
      assert.deepStrictEqual(written, ["text"])
      assert.strictEqual(yield* terminal.columns, 80)
      assert.isTrue(terminal.interactive)
      assert.isFalse(streams(false).terminal.interactive)
    }))

  it("P2: knows by Linux's line of a process whether it is in the foreground", () => {
    assert.isTrue(isInFront("12 (node) S 1 77 70 34816 77 4194304"))
    assert.isFalse(isInFront("12 (node) S 1 77 70 34816 78 4194304"))
    assert.isFalse(isInFront("12 (a) b 1 (2) S 1 77 70 34816 78 4194304"), "whatever the program is called")
    assert.isTrue(isInFront("12 (node) S 1 77 70 0 -1 4194304"), "without a terminal of its own")
    assert.isTrue(isInFront(""))
  })
})
