/** The file of consent on a real disk: whole or not there, the user's alone, and nothing lost that others write. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Fs from "node:fs"
import { homedir } from "node:os"
import { dirname, join } from "node:path"
import { layer } from "../../src/adapters/node/ConsentStoreNode.ts"
import { ConsentStore } from "../../src/ports/ConsentStore.ts"
import { directory, modeOf } from "../support/lockfiles.ts"
import { watchWhile } from "../support/watchModes.ts"

const live = <A, E>(title: string, test: Effect.Effect<A, E, ConsentStore | Scope.Scope>) =>
  it.live(title, () => Effect.asVoid(test.pipe(Effect.scoped, Effect.provide(layer, { local: true }))))

const fresh = Effect.gen(function*() {
  const store = yield* ConsentStore
  const home = yield* directory
  return { store, home, path: join(home, "config", "samp", "consent.json") }
})

const names = (path: string): ReadonlyArray<string> => Fs.readdirSync(dirname(path))

const isRoot = process.getuid?.() === 0

describe("the file of consent", () => {
  live(
    "P2: is made with its directories, the user's alone, and nothing else is left beside it",
    Effect.gen(function*() {
      const { path, store } = yield* fresh
      assert.isUndefined(yield* store.read(path))
      assert.strictEqual(yield* store.version(path), "none")
      assert.isTrue(yield* store.replace(path, "caf\u00e9", undefined))
      assert.strictEqual(yield* store.read(path), "caf\u00e9")
      assert.strictEqual(modeOf(path), "600")
      assert.strictEqual(modeOf(dirname(path)), "700")
      assert.deepStrictEqual(names(path), ["consent.json"])
    })
  )

  live(
    "P2: is replaced only if it is what it was",
    Effect.gen(function*() {
      const { path, store } = yield* fresh
      yield* store.replace(path, "one", undefined)
      assert.isFalse(yield* store.replace(path, "two", undefined))
      assert.isFalse(yield* store.replace(path, "two", "zero"))
      assert.strictEqual(yield* store.read(path), "one")
      const before = yield* store.version(path)
      assert.isTrue(yield* store.replace(path, "two", "one"))
      assert.notStrictEqual(yield* store.version(path), before)
      assert.deepStrictEqual(names(path), ["consent.json"])
      Fs.rmSync(path)
      assert.isFalse(yield* store.replace(path, "three", "two"))
    })
  )

  live(
    "P2: is never seen in part, and never readable by others",
    Effect.gen(function*() {
      const { path, store } = yield* fresh
      const text = (i: number) => `${String(i % 10).repeat(100_000)}.`
      yield* store.replace(path, text(0), undefined)
      const replacing = Effect.gen(function*() {
        for (let i = 1; i < 60; i++) yield* store.replace(path, text(i), text(i - 1))
      })
      const whole = Array.from({ length: 10 }, (_, i) => text(i))
      const { looks, seen } = yield* Effect.promise(() =>
        watchWhile(dirname(path), "consent.json", whole, () => Effect.runPromise(replacing))
      )
      assert.isAbove(looks, 10)
      assert.deepStrictEqual(seen, ["whole"])
    })
  )

  live(
    "P2: keeps what each of many writers has put in",
    Effect.gen(function*() {
      const { path, store } = yield* fresh
      const add = (word: string) =>
        Effect.gen(function*() {
          for (;;) {
            const before = yield* store.read(path)
            if (yield* store.replace(path, `${before ?? ""}${word} `, before)) return
            yield* Effect.sleep(5)
          }
        })
      const words = Array.from({ length: 12 }, (_, i) => `w${i}`)
      yield* Effect.forEach(words, add, { concurrency: "unbounded" })
      assert.sameMembers(((yield* store.read(path)) ?? "").trim().split(" "), words)
    })
  )

  live(
    "P2: is not read if others could have written it, and it is said what to do",
    Effect.gen(function*() {
      const { path, store } = yield* fresh
      yield* store.replace(path, "one", undefined)
      for (const mode of [0o620, 0o602, 0o666]) {
        Fs.chmodSync(path, mode)
        const { message } = yield* Effect.flip(store.read(path))
        assert.match(message, /others can write to it \(mode 6.*\); make it yours alone: chmod go-w/u)
        yield* Effect.flip(store.replace(path, "two", "one"))
      }
      Fs.chmodSync(path, 0o644)
      assert.strictEqual(yield* store.read(path), "one", "to be read by others does no harm")
      assert.isTrue(yield* store.replace(path, "two", "one"))
      assert.strictEqual(modeOf(path), "600")
    })
  )

  it.skipIf(!isRoot)("P2: is not read if it is another user's", () =>
    Effect.runPromise(
      Effect.gen(function*() {
        const { path, store } = yield* fresh
        yield* store.replace(path, "one", undefined)
        Fs.chownSync(path, 12_345, 12_345)
        assert.match((yield* Effect.flip(store.read(path))).message, /belongs to another user \(12345\)/u)
      }).pipe(Effect.scoped, Effect.provide(layer))
    ))

  live(
    "P2: may be a link to elsewhere, which stays one; one that leads nowhere is not written through",
    Effect.gen(function*() {
      const { home, path, store } = yield* fresh
      Fs.mkdirSync(dirname(path), { recursive: true })
      const real = join(home, "dotfiles.json")
      Fs.writeFileSync(real, "one", { mode: 0o600 })
      Fs.symlinkSync(real, path)
      const before = yield* store.version(path)
      assert.isTrue(yield* store.replace(path, "two", "one"))
      assert.isTrue(Fs.lstatSync(path).isSymbolicLink())
      assert.strictEqual(Fs.readFileSync(real, "utf8"), "two")
      assert.notStrictEqual(yield* store.version(path), before)
      Fs.rmSync(real)
      assert.match((yield* Effect.flip(store.replace(path, "three", undefined))).message, /leads nowhere/u)
      assert.isFalse(Fs.existsSync(real))
    })
  )

  live(
    "is no directory and no pipe, and not too long",
    Effect.gen(function*() {
      const { home, path, store } = yield* fresh
      assert.strictEqual((yield* Effect.flip(store.read(home))).reason, "NotAFile")
      yield* store.replace(path, "x".repeat(2_000_000), undefined)
      assert.strictEqual((yield* store.read(path))?.length, 1_048_577)
    })
  )

  it.live("is where XDG_CONFIG_HOME says, if that is absolute, else in .config at home", () =>
    Effect.gen(function*() {
      const place = (value: string | undefined) =>
        Effect.gen(function*() {
          const before = process.env["XDG_CONFIG_HOME"]
          yield* Effect.addFinalizer(() =>
            Effect.sync(() => {
              if (before === undefined) delete process.env["XDG_CONFIG_HOME"]
              else process.env["XDG_CONFIG_HOME"] = before
            })
          )
          if (value === undefined) delete process.env["XDG_CONFIG_HOME"]
          else process.env["XDG_CONFIG_HOME"] = value
          return yield* Effect.provide(ConsentStore.use(({ place }) => Effect.succeed(place)), layer, {
            local: true
          })
        }).pipe(Effect.scoped)
      assert.strictEqual(yield* place("/x/y"), "/x/y/samp/consent.json")
      for (const value of [undefined, "", "relative"]) {
        assert.strictEqual(yield* place(value), join(homedir(), ".config", "samp", "consent.json"))
      }
    }))
})
