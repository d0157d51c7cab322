/** What data are that are to be sent, wherever they lie: files, the web, or memory; compressed or not. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Hints, Kind } from "../../domain/content/Kinds.ts"
import * as Product from "../../domain/content/Product.ts"
import { headBytes, propertiesOf, recognise } from "../../domain/content/Recognise.ts"
import type { Piece } from "../../domain/content/Verdict.ts"
import { type FileError, FileStore } from "../../ports/FileStore.ts"
import { type WebError, WebReader } from "../../ports/WebReader.ts"
import { nameOf, type Place } from "./Source.ts"

/** What the data are cannot be told, or is nothing that SAMP has a message for. */
export class Unrecognised
  extends Data.TaggedError("Unrecognised")<{ readonly what: string; readonly detail: string }>
{
  override get message(): string {
    return `${this.what}: ${this.detail}`
  }
}

/** Reads a part of a place, and tells the hints that come with it. */
type Read = (
  offset: number,
  length: number
) => Effect.Effect<
  { readonly bytes: Uint8Array; readonly hints: Hints },
  FileError | WebError,
  FileStore | WebReader
>

const reader = (place: Place): Read => (offset, length) =>
  Effect.gen(function*() {
    switch (place._tag) {
      case "Bytes": {
        const { bytes } = place
        return { bytes: bytes.subarray(offset, offset + length), hints: { size: bytes.length } }
      }
      case "File": {
        const store = yield* FileStore
        const { size } = yield* store.info(place.path)
        return { bytes: yield* store.head(place.path, offset, length), hints: { name: place.path, size } }
      }
      case "Web": {
        const web = yield* WebReader
        const { bytes, mediaType, size } = yield* web.piece(place.url, offset, length)
        return { bytes, hints: { name: place.url, mediaType, size } }
      }
    }
  })

/** As much of the decompressed start as the compressed one yields, and whether that is all; a cut-off end is no matter. */
const unzipped = (head: Uint8Array): Effect.Effect<{ readonly bytes: Uint8Array; readonly isAll: boolean }> =>
  Effect.promise(async () => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    let isAll = false
    try {
      const compressed = new Blob([head.slice()]).stream()
      for await (const chunk of compressed.pipeThrough(new DecompressionStream("gzip"))) {
        chunks.push(chunk)
        size += chunk.length
        if (size >= headBytes) break
      }
      isAll = size < headBytes
    } catch {
      // the head ends in the middle of a block
    }
    const bytes = new Uint8Array(size)
    let at = 0
    for (const chunk of chunks) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    return { bytes, isAll }
  })

/** How often more is asked for: the headers of a FITS file are passed one by one. */
const maxPieces = 64

const look = (
  name: string,
  read: Read
): Effect.Effect<Product.Product, Unrecognised | FileError | WebError, FileStore | WebReader> =>
  Effect.gen(function*() {
    const { bytes, hints } = yield* read(0, headBytes)
    const more: Array<Piece> = []
    for (;;) {
      const verdict = recognise(bytes, hints, more)
      if (Result.isSuccess(verdict)) return verdict.success
      const { failure } = verdict
      switch (failure._tag) {
        case "Unrecognised":
          return yield* new Unrecognised({ what: name, detail: failure.message })
        case "Compressed": {
          if (failure.compression !== "gzip") {
            return yield* new Unrecognised({ what: name, detail: failure.message })
          }
          const inner = yield* unzipped(bytes)
          const size = inner.isAll ? inner.bytes.length : undefined
          const plain: Read = (offset, length) =>
            Effect.succeed({
              bytes: inner.bytes.subarray(offset, offset + length),
              hints: { name: hints.name, size }
            })
          const product = Product.compressed(yield* look(name, plain), "gzip")
          if (product === undefined) return yield* new Unrecognised({ what: name, detail: failure.message })
          return product
        }
        case "NeedMore": {
          const piece = more.length < maxPieces
            ? (yield* read(failure.offset, failure.length)).bytes
            : new Uint8Array()
          if (piece.length === 0) {
            if (failure.guess !== undefined) return failure.guess
            return yield* new Unrecognised({
              what: name,
              detail: "it ends before it tells what it is; name the kind, if you know it"
            })
          }
          more.push({ offset: failure.offset, bytes: piece })
        }
      }
    }
  })

/**
 * A HiPS is a directory, or the URL of one; its `properties` tell.
 *
 * @returns undefined for places that are neither
 */
const propertiesPlace = (place: Place): Effect.Effect<Place | undefined, never, FileStore> =>
  Effect.gen(function*() {
    if (place._tag === "Bytes") return undefined
    if (place._tag === "Web") {
      const url = propertiesOf(place.url)
      return url === undefined ? undefined : { _tag: "Web", url }
    }
    const store = yield* FileStore
    const kind = yield* Effect.orElseSucceed(
      Effect.map(store.info(place.path), (info) => info.kind),
      () => "Other"
    )
    return kind === "Directory"
      ? { _tag: "File", path: `${place.path.replace(/\/$/u, "")}/properties` }
      : undefined
  })

/** The data at a place, or the `properties` of a HiPS there. */
const lookAt = (
  place: Place
): Effect.Effect<Product.Product, Unrecognised | FileError | WebError, FileStore | WebReader> =>
  Effect.gen(function*() {
    const name = nameOf(place) ?? "the data"
    const properties = yield* propertiesPlace(place)
    if (properties === undefined) return yield* look(name, reader(place))
    const hips = look(name, reader(properties))
    // by its name alone a URL may be that of a service as well
    if (place._tag === "Web") return yield* Effect.catchTag(hips, "WebError", () => look(name, reader(place)))
    const other = new Unrecognised({
      what: name,
      detail: "it is a directory, and not that of a HiPS: it has no 'properties'"
    })
    return yield* Effect.catchIf(
      hips,
      (error) => error._tag === "FileError" && error.reason === "NotFound",
      () => Effect.fail(other)
    )
  })

/**
 * What the data at a place are, by their first bytes.
 *
 * @param as - what the user says they are; then they are looked at only to fill in details, and data of the web need not
 * be readable from here. Files must be there all the same
 */
export const inspect = (
  place: Place,
  as: Kind | undefined
): Effect.Effect<Product.Product, Unrecognised | FileError | WebError, FileStore | WebReader> =>
  Effect.gen(function*() {
    if (as === undefined) return yield* lookAt(place)
    if (place._tag === "File") yield* FileStore.use((store) => store.info(place.path))
    const seen = yield* Effect.result(lookAt(place))
    // What cannot be read here, another program may well read; the user has said what it is, so it goes as nothing else.
    const product = Product.sentAs(as, Result.isSuccess(seen) ? seen.success : undefined, nameOf(place))
    return { ...product, alternatives: [] }
  })
