/** The data server in memory: what is served is read by its URL, without sockets. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { dataPath, isMediaType } from "../../domain/DataUrl.ts"
import { DataError, DataServer, type Resource } from "../../ports/DataServer.ts"
import { type FileError, FileStore } from "../../ports/FileStore.ts"
import { KeySource } from "../../ports/KeySource.ts"
import { type Source, Web } from "./Web.ts"

/** What a reader gets. */
export interface Fetched {
  readonly bytes: Uint8Array
  readonly mediaType: string
}

/** The reader's side. */
export class Downloads extends Context.Service<Downloads, {
  /** Downloads from the web; undefined when nothing is served there, or not any more, or its file has gone. */
  readonly read: (url: string) => Effect.Effect<Fetched | undefined>
  /** All URLs that are being served, in order of serving. */
  readonly urls: Effect.Effect<ReadonlyArray<string>>
}>()("samp/adapters/memory/Downloads") {}

const origin = "http://127.0.0.1:1"

const make = Effect.gen(function*() {
  const keys = yield* KeySource
  const store = yield* FileStore
  const web = yield* Web
  const served = new Set<string>()

  const read = (
    { content }: Resource,
    offset: number,
    length: number
  ): Effect.Effect<Uint8Array, FileError> =>
    content._tag === "Bytes"
      ? Effect.sync(() => content.bytes.slice(offset, offset + length))
      : store.head(content.path, offset, length)

  const sizeOf = ({ content }: Resource): Effect.Effect<number, FileError> =>
    content._tag === "Bytes"
      ? Effect.succeed(content.bytes.length)
      : Effect.map(store.info(content.path), ({ size }) => size)

  /** Each reading is a download. */
  const sourceOf = (resource: Resource): Source => {
    let count = 0
    return (offset, length) =>
      Effect.gen(function*() {
        const size = yield* sizeOf(resource)
        const bytes = yield* read(resource, offset, Math.min(length, Math.max(0, size - offset)))
        const download = { number: ++count, total: bytes.length, size }
        resource.onDownload?.({ ...download, state: "Running", sent: 0 })
        resource.onDownload?.({ ...download, state: "Done", sent: bytes.length })
        return { bytes, mediaType: resource.mediaType, size }
      }).pipe(Effect.orElseSucceed(() => undefined))
  }

  const serve: DataServer["Service"]["serve"] = Effect.fnUntraced(function*(resource) {
    const { mediaType, name } = resource
    if (!isMediaType(mediaType)) {
      return yield* new DataError({
        reason: "BadMediaType",
        what: name,
        detail: `'${mediaType}' is no media type`
      })
    }
    yield* Effect.mapError(read(resource, 0, 0), ({ detail, path, reason }) =>
      new DataError({
        reason: reason === "NotFound" || reason === "NotAFile" ? reason : "Unreadable",
        what: path,
        detail
      }))
    const url = `${origin}${dataPath(yield* keys.next, name)}`
    yield* Effect.acquireRelease(
      Effect.sync(() => served.add(url)),
      () => Effect.sync(() => served.delete(url))
    )
    yield* web.serve(url, sourceOf(resource))
    return url
  })

  return Context.make(DataServer, DataServer.of({ serve })).pipe(
    Context.add(
      Downloads,
      Downloads.of({
        read: (url) =>
          Effect.orElseSucceed(
            Effect.map(web.read(url), ({ bytes, mediaType = "" }) => ({ bytes, mediaType })),
            () => undefined
          ),
        urls: Effect.sync(() => [...served])
      })
    )
  )
})

/** A data server of its own, and its readers' side. Files come from the file store; what is served is on the web. */
export const layer: Layer.Layer<DataServer | Downloads, never, KeySource | FileStore | Web> = Layer
  .effectContext(make)
