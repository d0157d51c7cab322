/** Programs that are run: how they end, what they write, and that none is left. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { layer } from "../../src/adapters/node/CommandRunnerNode.ts"
import { type Command, CommandRunner } from "../../src/ports/CommandRunner.ts"
import { directory } from "../support/dataServer.ts"
import { checkPrompt } from "../support/promptness.ts"

const run = (command: string, args: ReadonlyArray<string>, rest: Partial<Command> = {}) =>
  CommandRunner.use((runner) => runner.run({ command, args, env: {}, stdin: "", ...rest }))

/** A script of Node. */
const node = (script: string, rest: Partial<Command> = {}, ...args: ReadonlyArray<string>) =>
  run(process.execPath, ["-e", script, ...args], rest)

const shell = (script: string, rest: Partial<Command> = {}) => run("/bin/sh", ["-c", script], rest)

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** The process id that a program has written into a file, once it is there. */
const pidIn = (path: string) =>
  Effect.gen(function*() {
    while (!existsSync(path) || !readFileSync(path, "utf8").endsWith("\n")) yield* Effect.sleep(10)
    return Number(readFileSync(path, "utf8"))
  })

/** Waits until a process has ended, though perhaps nobody has asked how. */
const ended = (pid: number) =>
  Effect.gen(function*() {
    const state = () => {
      try {
        return readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /su, "")[0]
      } catch {
        return "Z"
      }
    }
    while (isAlive(pid) && state() !== "Z") yield* Effect.sleep(10)
  })

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(effect), ([duration, value]) => ({ ms: Duration.toMillis(duration), value }))

describe.skipIf(process.platform === "win32")("running programs", () => {
  it.live("gives their outputs apart, and the code of their end", () =>
    Effect.gen(function*() {
      const ended = yield* shell("echo out; echo err >&2; exit 10")
      assert.deepStrictEqual(ended, { code: 10, stdout: "out\n", stderr: "err\n" })
      assert.deepStrictEqual(yield* run("true", []), { code: 0, stdout: "", stderr: "" })
    }).pipe(Effect.provide(layer)))

  it.live.each([["TERM", 143], ["KILL", 137], ["INT", 130]] as const)(
    "as shells do, tells the end by SIG%s",
    ([signal, code]) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* shell(`kill -${signal} $$`)).code, code)
      }).pipe(Effect.provide(layer))
  )

  it.live("hands over arguments as they are: no shell looks at them", () =>
    Effect.gen(function*() {
      const args = ["$HOME", "`id`", "; echo x", "a  b", "*", "", "\"'\\", "-n", "\u00e9\n"]
      const { stdout } = yield* node("console.log(JSON.stringify(process.argv.slice(1)))", {}, "--", ...args)
      assert.deepStrictEqual(JSON.parse(stdout), args)
      const failure = yield* Effect.flip(run("echo x; echo y", []))
      assert.match(failure.message, /^cannot run echo x; echo y: .*ENOENT/u)
    }).pipe(Effect.provide(layer)))

  it.live("hands over variables beside those of this process, and the input", () =>
    Effect.gen(function*() {
      const ended = yield* shell("echo \"$SAMP_X|${PATH:+path}\"; cat", {
        env: { SAMP_X: "a b\n$HOME" },
        stdin: "{\"a\":\"\u00e9\"}\n"
      })
      assert.strictEqual(ended.stdout, "a b\n$HOME|path\n{\"a\":\"\u00e9\"}\n")
    }).pipe(Effect.provide(layer)))

  it.live("does not mind input that nobody reads", () =>
    Effect.gen(function*() {
      const { code } = yield* run("true", [], { stdin: "x".repeat(5_000_000) })
      assert.strictEqual(code, 0)
      const closed = yield* shell("exec 0<&-; sleep 0.1; echo well", { stdin: "x".repeat(5_000_000) })
      assert.strictEqual(closed.stdout, "well\n")
    }).pipe(Effect.provide(layer)))

  it.live("keeps a megabyte of each output, and lets the program write the rest", () =>
    Effect.gen(function*() {
      const ended = yield* shell(
        "head -c 5000000 /dev/zero | tr '\\0' x; head -c 3000000 /dev/zero | tr '\\0' y >&2; exit 3"
      )
      assert.deepStrictEqual([ended.code, ended.stdout.length, ended.stderr.length], [
        3,
        1_048_576,
        1_048_576
      ])
      assert.strictEqual(ended.stdout.at(-1), "x")
    }).pipe(Effect.provide(layer)))

  it.live("reads characters whose bytes come one by one", () =>
    Effect.gen(function*() {
      const { stdout } = yield* shell("printf '\\303'; sleep 0.1; printf '\\251'")
      assert.strictEqual(stdout, "\u00e9")
    }).pipe(Effect.provide(layer)))

  it.live("says which program cannot be run, and why", () =>
    Effect.gen(function*() {
      assert.match(
        (yield* Effect.flip(run("no-such-program-here", []))).message,
        /^cannot run no-such-program-here: .*ENOENT/u
      )
      assert.match((yield* Effect.flip(run("/dev", []))).message, /^cannot run \/dev: .*EACCES/u)
      assert.match((yield* Effect.flip(run("", []))).message, /^cannot run : /u)
      assert.match((yield* Effect.flip(run("echo", ["\0"]))).message, /null bytes/u)
      assert.match((yield* Effect.flip(run("echo", ["x".repeat(5_000_000)]))).message, /E2BIG/u)
    }).pipe(Effect.provide(layer)))

  it.live("ends a program that is not waited for any more", () =>
    Effect.gen(function*() {
      const file = join(yield* directory, "pid")
      const running = yield* Effect.forkChild(shell(`echo $$ > ${file}; exec sleep 60`))
      const pid = yield* pidIn(file)
      const { ms } = yield* timed(Fiber.interrupt(running))
      assert.isFalse(isAlive(pid))
      yield* Effect.promise(() => checkPrompt("the end", ms, 1_500))
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("ends one that does not listen to SIGTERM, after a moment", () =>
    Effect.gen(function*() {
      const file = join(yield* directory, "pid")
      const script = `trap '' TERM; echo $$ > ${file}; while :; do read x < /dev/null; sleep 0.05; done`
      const running = yield* Effect.forkChild(shell(script))
      const pid = yield* pidIn(file)
      const { ms } = yield* timed(Fiber.interrupt(running))
      assert.isFalse(isAlive(pid))
      assert.isAbove(ms, 1_500)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("lets one put its things in order at SIGTERM", () =>
    Effect.gen(function*() {
      const at = yield* directory
      const script =
        `trap 'echo done > ${at}/done; exit' TERM; echo $$ > ${at}/pid; while :; do sleep 0.05; done`
      const running = yield* Effect.forkChild(shell(script))
      yield* pidIn(join(at, "pid"))
      yield* Fiber.interrupt(running)
      assert.strictEqual(readFileSync(join(at, "done"), "utf8"), "done\n")
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("does not wait for what a program has left running with its output", () =>
    Effect.gen(function*() {
      const file = join(yield* directory, "pid")
      const { ms, value } = yield* timed(shell(`echo well; sleep 20 & echo $! > ${file}; exit 4`))
      process.kill(yield* pidIn(file))
      assert.deepStrictEqual([value.code, value.stdout], [4, "well\n"])
      yield* Effect.promise(() => checkPrompt("the end", ms, 10_000))
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("ends what a program has started, when it is interrupted", () =>
    Effect.gen(function*() {
      const file = join(yield* directory, "pid")
      const running = yield* Effect.forkChild(shell(`sleep 60 & echo $! > ${file}; wait`))
      const pid = yield* pidIn(file)
      const { ms } = yield* timed(Fiber.interrupt(running))
      yield* Effect.promise(() => checkPrompt("the end", ms, 1_500))
      yield* Effect.timeout(ended(pid), "30 seconds")
    }).pipe(Effect.scoped, Effect.provide(layer)))
})
