/** Files and served data in memory behave as those of Node, as far as a program can tell. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { keys } from "../../src/adapters/memory/Desktop.ts"
import { Downloads, layer as downloads } from "../../src/adapters/memory/Downloads.ts"
import { Files, layer as files } from "../../src/adapters/memory/Files.ts"
import { layer as web } from "../../src/adapters/memory/Web.ts"
import type { Download } from "../../src/ports/DataServer.ts"
import { FileStore } from "../../src/ports/FileStore.ts"
import { bytes, file, pattern, serve } from "../support/dataServer.ts"

const inMemory = Effect.provide(Layer.provideMerge(downloads, Layer.mergeAll(files, keys, web)), {
  local: true
})

describe("files in memory", () => {
  it.effect("parts, kind, size, and who may read", () =>
    Effect.gen(function*() {
      const store = yield* FileStore
      const { paths, remove, write } = yield* Files
      yield* write("/a.fits", pattern(100))
      yield* write("b.fits", pattern(5), false)
      assert.deepStrictEqual(yield* store.head("/a.fits", 90, 20), pattern(100).slice(90))
      assert.deepStrictEqual(yield* store.info("/a.fits"), {
        kind: "File",
        size: 100,
        readableByOthers: true
      })
      assert.deepStrictEqual(yield* store.info("b.fits"), { kind: "File", size: 5, readableByOthers: false })
      assert.deepStrictEqual(yield* paths, ["/a.fits", "/home/astronomer/b.fits"])
      assert.strictEqual(store.fileUrl("b.fits"), "file:///home/astronomer/b.fits")
      yield* remove("/a.fits")
      assert.strictEqual((yield* Effect.flip(store.head("/a.fits", 0, 1))).reason, "NotFound")
      assert.strictEqual((yield* Effect.flip(store.info("/a.fits"))).reason, "NotFound")
    }).pipe(inMemory))

  it.effect("temporary ones, from bytes and from streams, go with their scope", () =>
    Effect.gen(function*() {
      const store = yield* FileStore
      const { paths } = yield* Files
      const scope = yield* Scope.make()
      const one = yield* Scope.provide(store.temporary(pattern(3), ".vot"), scope)
      const stream = Stream.make(pattern(2), pattern(4))
      const two = yield* Scope.provide(store.temporary(stream, "fits"), scope)
      assert.match(one, /^\/.*\.vot$/u)
      assert.deepStrictEqual([...yield* store.head(two, 0, 99)], [...pattern(2), ...pattern(4)])
      assert.isFalse((yield* store.info(two)).readableByOthers)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* paths, [])
    }).pipe(inMemory))
})

describe("served data in memory", () => {
  it.effect("WIRE-67 are read by their URL, until the scope ends", () =>
    Effect.gen(function*() {
      const { read, urls } = yield* Downloads
      const scope = yield* Scope.make()
      const told: Array<Download> = []
      const onDownload = (download: Download) => told.push(download)
      const { url } = yield* Scope.provide(serve(bytes(10), { onDownload }), scope)
      assert.strictEqual(url, "http://127.0.0.1:1/key-1/m31.fits")
      assert.deepStrictEqual(yield* urls, [url])
      assert.deepStrictEqual(yield* read(url), { bytes: pattern(10), mediaType: "application/fits" })
      assert.deepStrictEqual(told, [
        { number: 1, state: "Running", sent: 0, total: 10, size: 10 },
        { number: 1, state: "Done", sent: 10, total: 10, size: 10 }
      ])
      assert.isUndefined(yield* read(`${url}x`))
      yield* Scope.close(scope, Exit.void)
      assert.isUndefined(yield* read(url))
      assert.deepStrictEqual(yield* urls, [])
    }).pipe(inMemory))

  it.effect("files are read when they are fetched, and missing ones said when they are served", () =>
    Effect.gen(function*() {
      const { read } = yield* Downloads
      const { remove, write } = yield* Files
      yield* write("/a.fits", pattern(3))
      const { url } = yield* serve(file("/a.fits"))
      yield* write("/a.fits", pattern(7))
      assert.deepStrictEqual((yield* read(url))?.bytes, pattern(7))
      yield* remove("/a.fits")
      assert.isUndefined(yield* read(url))
      const missing = yield* Effect.flip(serve(file("/a.fits")))
      assert.strictEqual(missing._tag === "DataError" && missing.reason, "NotFound")
      const untyped = yield* Effect.flip(serve(bytes(1), { mediaType: "fits" }))
      assert.strictEqual(untyped._tag === "DataError" && untyped.reason, "BadMediaType")
    }).pipe(inMemory))
})
