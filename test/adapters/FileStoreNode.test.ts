/** Files on a real disk: parts of them, what they are, and temporary ones that nobody else reads and that go away. */
import { assert, describe, it } from "@effect/vitest"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, isAbsolute, join, resolve } from "node:path"
import { layer } from "../../src/adapters/node/FileStoreNode.ts"
import { FileStore } from "../../src/ports/FileStore.ts"
import { runs } from "../support/arbitraries.ts"
import { directory, pattern } from "../support/dataServer.ts"

const withStore = Effect.provide(layer)
const posix = process.platform !== "win32"
const root = process.getuid?.() === 0
const modeOf = (path: string): string => (Fs.statSync(path).mode & 0o777).toString(8)

/** Lets the system's temporary directory be this one, until the scope ends. */
const useTemporary = (path: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const before = process.env["TMPDIR"]
      process.env["TMPDIR"] = path
      return before
    }),
    (before) =>
      Effect.sync(() => {
        if (before === undefined) delete process.env["TMPDIR"]
        else process.env["TMPDIR"] = before
      })
  )

/** A temporary directory of the test's own, in which nobody else makes anything. */
const ownTemporary = Effect.tap(directory, useTemporary)

const filled = (length: number) =>
  Effect.map(directory, (folder) => {
    const path = join(folder, "a file.fits")
    Fs.writeFileSync(path, pattern(length), { mode: 0o644 })
    return path
  })

describe("head", () => {
  const Place = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 150 }))
  it.live.prop(
    "any part equals the slice",
    { offset: Place, length: Place },
    ({ length, offset }) =>
      Effect.gen(function*() {
        const store = yield* FileStore
        const part = yield* store.head(yield* filled(100), offset, length)
        assert.deepStrictEqual([...part], Array.from(pattern(100).slice(offset, offset + length)))
      }).pipe(Effect.scoped, withStore),
    runs(50)
  )

  it.live("asks for no more memory than there is file", () =>
    Effect.gen(function*() {
      const store = yield* FileStore
      assert.strictEqual((yield* store.head(yield* filled(10), 3, Number.MAX_SAFE_INTEGER)).length, 7)
    }).pipe(withStore))

  it.live("ERR-05 what is not there, no file, or not to be read is told apart", () =>
    Effect.gen(function*() {
      const store = yield* FileStore
      const path = yield* filled(10)
      const failure = (of: string) => Effect.timeout(Effect.flip(store.head(of, 0, 10)), "1 second")
      const missing = yield* failure(`${path}.no`)
      assert.strictEqual(missing._tag === "FileError" && missing.reason, "NotFound")
      assert.strictEqual(missing.message, `cannot read ${path}.no: there is no such file`)
      const below = yield* failure(join(path, "x"))
      assert.strictEqual(below._tag === "FileError" && below.reason, "NotFound")
      const folder = yield* failure(dirname(path))
      assert.strictEqual(folder._tag === "FileError" && folder.reason, "NotAFile")
      if (!posix) return
      execFileSync("mkfifo", [`${path}.pipe`])
      const pipe = yield* failure(`${path}.pipe`)
      assert.strictEqual(pipe._tag === "FileError" && pipe.reason, "NotAFile")
      if (root) return // who may read everything
      Fs.chmodSync(path, 0)
      const denied = yield* failure(path)
      assert.strictEqual(denied._tag === "FileError" && denied.reason, "Denied")
    }).pipe(withStore))
})

describe("info", () => {
  it.live("says kind and size, of what a link leads to", () =>
    Effect.gen(function*() {
      const store = yield* FileStore
      const path = yield* filled(10)
      Fs.symlinkSync(path, `${path}.link`)
      for (const name of [path, `${path}.link`]) {
        const { kind, size } = yield* store.info(name)
        assert.deepStrictEqual([kind, size], ["File", 10])
      }
      assert.strictEqual((yield* store.info(dirname(path))).kind, "Directory")
      if (posix) assert.strictEqual((yield* store.info("/dev/null")).kind, "Other")
      assert.strictEqual((yield* Effect.flip(store.info(`${path}.no`))).reason, "NotFound")
    }).pipe(withStore))

  it.live.runIf(posix)("readable by others is what they can reach and read", () =>
    Effect.gen(function*() {
      const store = yield* FileStore
      const path = yield* filled(10)
      const readable = Effect.map(store.info(path), (info) => info.readableByOthers)
      assert.isFalse(yield* readable) // the directory is 0700
      Fs.chmodSync(dirname(path), 0o711)
      assert.isTrue(yield* readable)
      Fs.chmodSync(path, 0o640)
      assert.isFalse(yield* readable)
      Fs.chmodSync(path, 0o644)
      Fs.chmodSync(dirname(path), 0o744)
      assert.isFalse(yield* readable)
    }).pipe(withStore))
})

describe("temporary files", () => {
  it.live.runIf(posix)(
    "are 0600 in a directory 0700 of their own, whatever the umask, and go with the scope",
    () =>
      Effect.gen(function*() {
        const store = yield* FileStore
        const before = process.umask(0)
        yield* Effect.addFinalizer(() => Effect.sync(() => process.umask(before)))
        const scope = yield* Scope.make()
        const path = yield* Scope.provide(store.temporary(pattern(1_000), "vot"), scope)
        assert.isTrue(isAbsolute(path))
        assert.strictEqual(basename(path), "data.vot")
        assert.strictEqual(dirname(dirname(path)), resolve(tmpdir()))
        assert.strictEqual(modeOf(path), "600")
        assert.strictEqual(modeOf(dirname(path)), "700")
        assert.deepStrictEqual(Fs.readdirSync(dirname(path)), ["data.vot"])
        assert.deepStrictEqual(new Uint8Array(Fs.readFileSync(path)), pattern(1_000))
        yield* Scope.close(scope, Exit.void)
        assert.isFalse(Fs.existsSync(dirname(path)))
      }).pipe(withStore)
  )

  it.live("never meet each other, and take any extension without harm", () =>
    Effect.gen(function*() {
      const store = yield* FileStore
      const names = new Map([["", "data"], [".fits", "data.fits"], ["tar.gz", "data.tar.gz"], [
        "../../x",
        "data.x"
      ], ["/", "data"]])
      const paths = new Set<string>()
      for (const [extension, name] of names) {
        const path = yield* store.temporary(pattern(1), extension)
        assert.strictEqual(basename(path), name)
        paths.add(dirname(path))
      }
      assert.strictEqual(paths.size, names.size)
    }).pipe(withStore))

  it.live("take a stream as it comes: no piece is asked for before the one ahead is on disk", () =>
    Effect.gen(function*() {
      const store = yield* FileStore
      const temporary = yield* ownTemporary
      const onDisk: Array<number> = []
      const produce = Effect.sync(() => {
        const [folder = ""] = Fs.readdirSync(temporary)
        onDisk.push(Fs.statSync(join(temporary, folder, "data.fits")).size)
        return pattern(100_000)
      })
      const path = yield* store.temporary(Stream.mapEffect(Stream.range(1, 10), () => produce), "fits")
      assert.deepStrictEqual(onDisk, Array.from({ length: 10 }, (_, n) => n * 100_000))
      const last = yield* store.head(path, 900_000, 200_000)
      assert.isTrue(Buffer.compare(last, pattern(100_000)) === 0)
    }).pipe(withStore))

  it.live("of a stream that fails are gone at once, and its error comes through", () =>
    Effect.gen(function*() {
      class Broken extends Data.TaggedError("Broken")<{}> {}
      const store = yield* FileStore
      const temporary = yield* ownTemporary
      const content = Stream.concat(Stream.make(pattern(10)), Stream.fail(new Broken()))
      assert.strictEqual((yield* Effect.flip(store.temporary(content, "vot")))._tag, "Broken")
      assert.deepStrictEqual(Fs.readdirSync(temporary), [])
    }).pipe(withStore))

  it.live("of a stream that is given up are gone at once", () =>
    Effect.gen(function*() {
      const store = yield* FileStore
      const temporary = yield* ownTemporary
      const content = Stream.concat(Stream.make(pattern(10)), Stream.never)
      const made = yield* Effect.exit(Effect.timeout(store.temporary(content, "vot"), "50 millis"))
      assert.isTrue(Exit.isFailure(made))
      assert.deepStrictEqual(Fs.readdirSync(temporary), [])
    }).pipe(withStore))

  it.live("ERR-05 a temporary directory that is not there is said", () =>
    Effect.gen(function*() {
      const store = yield* FileStore
      yield* useTemporary(join(yield* directory, "none"))
      const error = yield* Effect.flip(store.temporary(pattern(1), "vot"))
      assert.deepStrictEqual([error.reason, error.action], ["NotFound", "write"])
    }).pipe(withStore))
})

it.live("WIRE-66 the URL of a relative path is absolute", () =>
  Effect.gen(function*() {
    const store = yield* FileStore
    assert.strictEqual(
      store.fileUrl("/a b/c%.fits"),
      posix ? "file:///a b/c%25.fits" : store.fileUrl("/a b/c%.fits")
    )
    assert.strictEqual(store.fileUrl("x.fits"), store.fileUrl(join(process.cwd(), "x.fits")))
  }).pipe(withStore))
