/** The data server in memory: what is served is read by its URL, without sockets. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { dataPath, isMediaType } from "../../domain/DataUrl.ts"
import { DataError, DataServer, type Resource } from "../../ports/DataServer.ts"
import { FileStore } from "../../ports/FileStore.ts"
import { KeySource } from "../../ports/KeySource.ts"

/** What a reader gets. */
export interface Fetched {
  readonly bytes: Uint8Array
  readonly mediaType: string
}

/** The reader's side. */
export class Downloads extends Context.Service<Downloads, {
  /** Downloads; undefined when nothing is served there, or not any more, or its file has gone. */
  readonly read: (url: string) => Effect.Effect<Fetched | undefined>
  /** All URLs that are being served, in order of serving. */
  readonly urls: Effect.Effect<ReadonlyArray<string>>
}>()("samp/adapters/memory/Downloads") {}

interface Shelf {
  readonly resource: Resource
  count: number
}

const origin = "http://127.0.0.1:1"

const make = Effect.gen(function*() {
  const keys = yield* KeySource
  const store = yield* FileStore
  const shelves = new Map<string, Shelf>()

  const bytesOf = ({ content }: Resource) =>
    content._tag === "Bytes" ? Effect.succeed(content.bytes) : Effect.flatMap(
      store.info(content.path),
      ({ size }) => store.head(content.path, 0, size)
    )

  const serve: DataServer["Service"]["serve"] = Effect.fnUntraced(function*(resource) {
    const { mediaType, name } = resource
    if (!isMediaType(mediaType)) {
      return yield* new DataError({
        reason: "BadMediaType",
        what: name,
        detail: `'${mediaType}' is no media type`
      })
    }
    yield* Effect.mapError(bytesOf(resource), ({ detail, path, reason }) =>
      new DataError({
        reason: reason === "NotFound" || reason === "NotAFile" ? reason : "Unreadable",
        what: path,
        detail
      }))
    const key = yield* keys.next
    return yield* Effect.acquireRelease(
      Effect.sync(() => {
        const url = `${origin}${dataPath(key, name)}`
        shelves.set(url, { resource, count: 0 })
        return url
      }),
      (url) => Effect.sync(() => shelves.delete(url))
    )
  })

  const read = (url: string): Effect.Effect<Fetched | undefined> =>
    Effect.gen(function*() {
      const shelf = shelves.get(url)
      if (shelf === undefined) return undefined
      const { mediaType, onDownload } = shelf.resource
      const bytes = yield* Effect.orElseSucceed(bytesOf(shelf.resource), () => undefined)
      if (bytes === undefined) return undefined
      const total = bytes.length
      const number = ++shelf.count
      onDownload?.({ number, state: "Running", sent: 0, total, size: total })
      onDownload?.({ number, state: "Done", sent: total, total, size: total })
      return { bytes: bytes.slice(), mediaType }
    })

  return Context.make(DataServer, DataServer.of({ serve })).pipe(
    Context.add(Downloads, Downloads.of({ read, urls: Effect.sync(() => [...shelves.keys()]) }))
  )
})

/** A data server of its own, and its readers' side. Files come from the file store. */
export const layer: Layer.Layer<DataServer | Downloads, never, KeySource | FileStore> = Layer.effectContext(
  make
)
