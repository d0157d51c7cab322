/** Reading, listing and fetching lockfiles, and what is no lockfile at all. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { LockfileStore } from "../../src/ports/LockfileStore.ts"
import { fresh, live, one, withStore } from "../support/lockfiles.ts"
import { portOf } from "../support/xmlRpcPeer.ts"

describe("reading", () => {
  it.live("STD-50 bytes that are no ASCII are read, one character each", () =>
    Effect.gen(function*() {
      const { path, store } = yield* fresh
      Fs.writeFileSync(path, Buffer.from("a=caf\u00e9\r\n", "latin1"))
      assert.strictEqual(yield* store.read(path), "a=caf\u00e9\r\n")
    }).pipe(withStore))

  it.live("STD-47 a file that is far too large is not read to its end", () =>
    Effect.gen(function*() {
      const { path, store } = yield* fresh
      Fs.writeFileSync(path, Buffer.alloc(20_000_000, "a"))
      assert.isBelow((yield* store.read(path))?.length ?? 0, 1_000_000)
    }).pipe(withStore))

  live("STD-47 a pipe is an error at once: nobody may ever write into it", () =>
    Effect.gen(function*() {
      const { path, store } = yield* fresh
      execFileSync("mkfifo", [path])
      // Whoever waits at the pipe is let go at the end, so that a failure of this test does not hang.
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          try {
            Fs.closeSync(Fs.openSync(path, Fs.constants.O_WRONLY | Fs.constants.O_NONBLOCK))
          } catch {
            // Nobody waits.
          }
        })
      )
      const outcome = yield* Effect.promise(() =>
        Promise.race([
          Effect.runPromise(Effect.flip(store.read(path))).then(({ message }) => message),
          new Promise<string>((resolve) => setTimeout(() => resolve("still waiting"), 20_000))
        ])
      )
      assert.include(outcome, `cannot read the lockfile ${path}`)
    }).pipe(withStore))

  live(
    "ERR-05 what cannot be read is an error that names the file and says why",
    () =>
      Effect.gen(function*() {
        const { home, path, store } = yield* fresh
        const loop = join(home, "loop")
        Fs.symlinkSync(loop, loop)
        Fs.writeFileSync(join(home, "file"), "")
        Fs.mkdirSync(path)
        for (
          const [bad, why] of [[path, /directory/u], [loop, /loop|symbolic/iu], [
            join(home, "file", "x"),
            /directory/u
          ], [join(home, "a\u0000b"), /null/iu]] as const
        ) {
          const error = yield* Effect.flip(store.read(bad))
          assert.strictEqual(error._tag, "LockfileError")
          assert.strictEqual(error.path, bad)
          assert.include(error.message, `cannot read the lockfile ${bad}`)
          assert.match(error.message, why)
        }
      }).pipe(withStore)
  )

  it.live.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "ERR-05 STD-39 so is one of another user, and a directory that may not be written",
    () =>
      Effect.gen(function*() {
        const { home, path, store } = yield* fresh
        Fs.writeFileSync(path, one, { mode: 0o000 })
        assert.match((yield* Effect.flip(store.read(path))).message, /permission/iu)
        Fs.chmodSync(home, 0o500)
        yield* Effect.addFinalizer(() => Effect.sync(() => Fs.chmodSync(home, 0o700)))
        assert.match(
          (yield* Effect.flip(store.publish(join(home, "x"), one, undefined))).message,
          /permission/iu
        )
      }).pipe(withStore)
  )

  live(
    "ERR-05 what cannot be written is an error that names the file, and leaves nothing",
    () =>
      Effect.gen(function*() {
        const { home, path, store } = yield* fresh
        Fs.writeFileSync(join(home, "file"), "")
        Fs.mkdirSync(path)
        const within = yield* Effect.flip(store.publish(join(home, "file", "x"), one, undefined))
        assert.include(within.message, `cannot write the lockfile ${join(home, "file", "x")}`)
        assert.isFalse(yield* store.publish(path, one, undefined))
        assert.strictEqual((yield* Effect.flip(store.publish(path, one, one)))._tag, "LockfileError")
        assert.strictEqual((yield* Effect.flip(store.withdraw(path, one)))._tag, "LockfileError")
        assert.deepStrictEqual(Fs.readdirSync(home).sort(), [".samp", "file"])
      }).pipe(withStore)
  )
})

describe("listing", () => {
  it.live("STD-53 the lockfiles of a directory, those only, in order", () =>
    Effect.gen(function*() {
      const { home, store } = yield* fresh
      for (const name of ["samp-hub-2", "samp-hub-10", "samp-hub", "other", ".samp-hub-x"]) {
        Fs.writeFileSync(join(home, name), "")
      }
      assert.deepStrictEqual(
        yield* store.list(home, "samp-hub"),
        ["samp-hub", "samp-hub-10", "samp-hub-2"].map((name) => join(home, name))
      )
      assert.deepStrictEqual(yield* store.list(join(home, "nosuch"), "samp-hub"), [])
      assert.deepStrictEqual(yield* store.list(join(home, "other"), "samp-hub"), [])
    }).pipe(withStore))

  it.live("STD-40 STD-53 a file that is being written is never listed", () =>
    Effect.gen(function*() {
      const { home, store } = yield* fresh
      const publish = Effect.all(
        Array.from({ length: 20 }, (_, n) => store.publish(join(home, `samp-hub-${n}`), one, undefined)),
        { concurrency: "unbounded" }
      )
      const look = Effect.gen(function*() {
        for (let looks = 0; looks < 50; looks++) {
          for (const path of yield* store.list(home, "samp-hub")) {
            assert.strictEqual(yield* store.read(path), one)
          }
        }
      })
      yield* Effect.all([publish, look], { concurrency: "unbounded" })
      assert.strictEqual((yield* store.list(home, "samp-hub")).length, 20)
    }).pipe(withStore))
})

describe("fetching", () => {
  const serve = (status: number, text: string) =>
    Effect.map(
      Effect.acquireRelease(
        Effect.callback<ReturnType<typeof createServer>>((resume) => {
          const server = createServer((_, response) => void response.writeHead(status).end(text))
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) =>
          Effect.sync(() => {
            server.closeAllConnections()
            server.close()
          })
      ),
      (server) => `http://127.0.0.1:${portOf(server)}/lock`
    )

  it.live("STD-31 a lockfile that a web server has", () =>
    Effect.gen(function*() {
      const store = yield* LockfileStore
      assert.strictEqual(yield* store.fetch(yield* serve(200, one)), one)
    }).pipe(withStore))

  it.live("STD-31 STD-47 one that it has not, and a server that is not there, are errors that name the URL", () =>
    Effect.gen(function*() {
      const store = yield* LockfileStore
      const missing = yield* serve(404, "no")
      for (const url of [missing, "http://127.0.0.1:9/lock", "http://127.0.0.1:99999/", "nonsense"]) {
        const error = yield* Effect.flip(store.fetch(url))
        assert.include(error.message, `cannot read the lockfile ${url}: `)
      }
      assert.include((yield* Effect.flip(store.fetch(missing))).message, "404")
    }).pipe(withStore))
})
