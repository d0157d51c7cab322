/** Lockfiles on a real disk: secret from the first byte, whole or not there, and never over somebody else's. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import { join } from "node:path"
import { fresh, live, lockfile, modeOf, one, three, two, withStore } from "../support/lockfiles.ts"
import { watchWhile } from "../support/watchModes.ts"

describe("publishing", () => {
  it.live("STD-36 what is published is read, and nothing else is left in the directory", () =>
    Effect.gen(function*() {
      const { home, path, store } = yield* fresh
      assert.isUndefined(yield* store.read(path))
      assert.isTrue(yield* store.publish(path, one, undefined))
      assert.strictEqual(yield* store.read(path), one)
      assert.deepStrictEqual(Fs.readdirSync(home), [".samp"])
    }).pipe(withStore))

  it.live("STD-40 STD-43 is exclusive: a file that is there stays as it is", () =>
    Effect.gen(function*() {
      const { home, path, store } = yield* fresh
      assert.isTrue(yield* store.publish(path, one, undefined))
      assert.isFalse(yield* store.publish(path, two, undefined))
      assert.strictEqual(Fs.readFileSync(path, "utf8"), one)
      Fs.writeFileSync(path, "")
      assert.isFalse(yield* store.publish(path, two, undefined))
      assert.strictEqual(Fs.readFileSync(path, "utf8"), "")
      assert.deepStrictEqual(Fs.readdirSync(home), [".samp"])
    }).pipe(withStore))

  it.live("STD-42 STD-43 replaces a dead hub's file, and only that", () =>
    Effect.gen(function*() {
      const { home, path, store } = yield* fresh
      Fs.writeFileSync(path, one, { mode: 0o644 })
      assert.isFalse(yield* store.publish(path, three, two))
      assert.strictEqual(Fs.readFileSync(path, "utf8"), one)
      assert.isTrue(yield* store.publish(path, three, one))
      assert.strictEqual(Fs.readFileSync(path, "utf8"), three)
      assert.isFalse(yield* store.publish(path, two, one))
      assert.deepStrictEqual(Fs.readdirSync(home), [".samp"])
    }).pipe(withStore))

  it.live("STD-43 does not replace what is gone: somebody else is at it", () =>
    Effect.gen(function*() {
      const { home, path, store } = yield* fresh
      assert.isFalse(yield* store.publish(path, two, one))
      assert.deepStrictEqual(Fs.readdirSync(home), [])
    }).pipe(withStore))

  it.live("STD-53 makes the directory of further hubs, and no other", () =>
    Effect.gen(function*() {
      const { home, store } = yield* fresh
      for (const path of [join(home, "x", ".samp"), join(home, "x", ".samp-1", "samp-hub-1")]) {
        const { detail } = yield* Effect.flip(store.publish(path, one, undefined))
        assert.include(detail, join(home, "x"))
      }
      assert.deepStrictEqual(Fs.readdirSync(home), [])
      yield* store.publish(join(home, ".samp-1", "samp-hub-1"), one, undefined)
      assert.deepStrictEqual(Fs.readdirSync(home), [".samp-1"])
    }).pipe(withStore))

  it.live("tells when a lockfile was written", () =>
    Effect.gen(function*() {
      const { path, store } = yield* fresh
      assert.isUndefined(yield* store.written(path))
      yield* store.publish(path, one, undefined)
      Fs.utimesSync(path, 1_000, 2_000)
      assert.strictEqual(yield* store.written(path), 2_000_000)
    }).pipe(withStore))

  live(
    "STD-39 STD-40 makes mode 0600 and directories 0700, whatever the umask",
    () =>
      Effect.gen(function*() {
        const { home, store } = yield* fresh
        const before = process.umask(0)
        yield* Effect.addFinalizer(() => Effect.sync(() => process.umask(before)))
        const path = join(home, ".samp-1", "samp-hub-1")
        assert.isTrue(yield* store.publish(path, one, undefined))
        assert.strictEqual(modeOf(path), "600")
        assert.strictEqual(modeOf(join(home, ".samp-1")), "700")
        Fs.chmodSync(path, 0o666)
        assert.isTrue(yield* store.publish(path, two, one))
        assert.strictEqual(modeOf(path), "600")
      }).pipe(withStore)
  )

  live("STD-39 STD-40 is 0600 from the first byte and never seen in part", () =>
    Effect.gen(function*() {
      const { home, path, store } = yield* fresh
      const before = process.umask(0)
      yield* Effect.addFinalizer(() => Effect.sync(() => process.umask(before)))
      const texts = [1, 2, 3].map((n) => lockfile(`${n}`.repeat(30_000)))
      const [first = "", second = "", third = ""] = texts
      const rounds = Effect.gen(function*() {
        for (let round = 0; round < 60; round++) {
          assert.isTrue(yield* store.publish(path, first, undefined))
          assert.isTrue(yield* store.publish(path, second, first.slice(0, 65_536)))
          assert.isTrue(yield* store.publish(path, third, second.slice(0, 65_536)))
          yield* Effect.sync(() => Fs.rmSync(path))
        }
      })
      const { looks, seen } = yield* Effect.promise(() =>
        watchWhile(home, ".samp", texts, () => Effect.runPromise(Effect.orDie(rounds)))
      )
      assert.isAbove(looks, 60)
      assert.deepStrictEqual(seen, ["whole"])
    }).pipe(withStore))

  const racers = 40

  it.live("STD-43 of many publishers at one time one wins", () =>
    Effect.gen(function*() {
      const { home, path, store } = yield* fresh
      const results = yield* Effect.all(
        Array.from({ length: racers }, (_, n) => store.publish(path, lockfile(String(n)), undefined)),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(results.filter((won) => won).length, 1)
      assert.strictEqual(Fs.readFileSync(path, "utf8"), lockfile(String(results.indexOf(true))))
      assert.deepStrictEqual(Fs.readdirSync(home), [".samp"])
    }).pipe(withStore))

  it.live("STD-43 of many that take over one dead hub's file one wins", () =>
    Effect.gen(function*() {
      const { home, path, store } = yield* fresh
      for (let round = 0; round < 10; round++) {
        Fs.writeFileSync(path, one)
        const results = yield* Effect.all(
          Array.from({ length: racers }, (_, n) => store.publish(path, lockfile(String(n)), one)),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(results.filter((won) => won).length, 1)
        assert.strictEqual(Fs.readFileSync(path, "utf8"), lockfile(String(results.indexOf(true))))
        assert.deepStrictEqual(Fs.readdirSync(home), [".samp"])
      }
    }).pipe(withStore))

  it.live("STD-40, REG-12 what a process that died while publishing left behind, with its secret, goes", () =>
    Effect.gen(function*() {
      const { home, path, store } = yield* fresh
      const gone = spawnSync(process.execPath, ["-e", ""]).pid
      const left = join(home, `.samp-new-${gone}-abc`)
      const alive = join(home, `.samp-new-${process.pid}-abc`)
      for (const file of [left, alive]) Fs.writeFileSync(file, one)
      assert.isTrue(yield* store.publish(path, two, undefined))
      assert.isFalse(Fs.existsSync(left))
      assert.isTrue(Fs.existsSync(alive))
    }).pipe(withStore))

  it.live("STD-43 a guard that a dead process left behind does not block for ever", () =>
    Effect.gen(function*() {
      const { home, path, store } = yield* fresh
      Fs.writeFileSync(path, one)
      // What a taker leaves that dies in the act is found by letting one act and looking.
      const guards = new Set<string>()
      const watching = Fs.watch(home, (_, name) => {
        if (name?.startsWith(".samp-takeover") === true) guards.add(name)
      })
      assert.isTrue(yield* store.publish(path, two, one))
      for (let tries = 0; tries < 1_000 && guards.size === 0; tries++) yield* Effect.sleep("10 millis")
      watching.close()
      const [guard] = guards
      assert.isDefined(guard)
      const left = join(home, guard ?? "")
      Fs.mkdirSync(left)
      assert.isFalse(yield* store.publish(path, three, two), "a fresh guard is respected")
      assert.isTrue(Fs.existsSync(left))
      const longAgo = Date.now() / 1_000 - 60
      Fs.utimesSync(left, longAgo, longAgo)
      let won = false
      for (let tries = 0; tries < 5 && !won; tries++) won = yield* store.publish(path, three, two)
      assert.isTrue(won, "an old one is not")
      assert.strictEqual(Fs.readFileSync(path, "utf8"), three)
      assert.deepStrictEqual(Fs.readdirSync(home), [".samp"])
    }).pipe(withStore))
})

describe("links", () => {
  live("STD-40 one planted at the lockfile's path is never written through", () =>
    Effect.gen(function*() {
      const { home, path, store } = yield* fresh
      const victim = join(home, "victim")
      Fs.writeFileSync(victim, one, { mode: 0o644 })
      Fs.symlinkSync(victim, path)
      assert.isFalse(yield* store.publish(path, two, undefined))
      assert.strictEqual(Fs.readFileSync(victim, "utf8"), one)
      // Its text says that a dead hub owns it: the link is replaced, not what it points to.
      assert.isTrue(yield* store.publish(path, two, one))
      assert.isFalse(Fs.lstatSync(path).isSymbolicLink())
      assert.strictEqual(modeOf(path), "600")
      assert.strictEqual(Fs.readFileSync(victim, "utf8"), one)
      assert.strictEqual(modeOf(victim), "644")
    }).pipe(withStore))

  live("STD-40 one that points nowhere makes no file there", () =>
    Effect.gen(function*() {
      const { home, path, store } = yield* fresh
      Fs.symlinkSync(join(home, "nowhere"), path)
      yield* Effect.ignore(store.publish(path, one, undefined))
      assert.isFalse(Fs.existsSync(join(home, "nowhere")))
    }).pipe(withStore))

  live("STD-40 withdrawing removes the link and not what it points to", () =>
    Effect.gen(function*() {
      const { home, path, store } = yield* fresh
      const victim = join(home, "victim")
      Fs.writeFileSync(victim, one)
      Fs.symlinkSync(victim, path)
      yield* store.withdraw(path, one)
      assert.strictEqual(Fs.readFileSync(victim, "utf8"), one)
    }).pipe(withStore))

  live("STD-40 the name of the new file cannot be foreseen", () =>
    Effect.gen(function*() {
      const { home, path, store } = yield* fresh
      const names = new Set<string>()
      const watching = Fs.watch(home, (_, name) => {
        if (name !== null && name !== ".samp") names.add(name)
      })
      for (let round = 0; round < 10; round++) {
        assert.isTrue(yield* store.publish(path, one, undefined))
        Fs.rmSync(path)
      }
      for (let tries = 0; tries < 1_000 && names.size < 10; tries++) yield* Effect.sleep("10 millis")
      watching.close()
      assert.strictEqual(names.size, 10)
    }).pipe(withStore))
})

describe("withdrawing", () => {
  it.live("STD-44 takes away its own file and no other", () =>
    Effect.gen(function*() {
      const { path, store } = yield* fresh
      assert.isTrue(yield* store.publish(path, one, undefined))
      yield* store.withdraw(path, two)
      assert.strictEqual(Fs.readFileSync(path, "utf8"), one)
      yield* store.withdraw(path, `${one} `)
      assert.strictEqual(Fs.readFileSync(path, "utf8"), one)
      yield* store.withdraw(path, one)
      assert.isFalse(Fs.existsSync(path))
    }).pipe(withStore))

  it.live("STD-46 what has vanished already is no failure", () =>
    Effect.gen(function*() {
      const { home, path, store } = yield* fresh
      yield* store.withdraw(path, one)
      yield* store.withdraw(join(home, "nosuch", "directory"), one)
      assert.deepStrictEqual(Fs.readdirSync(home), [])
    }).pipe(withStore))
})
