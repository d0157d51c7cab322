/** Files in a map, for simulations and for tests of programs that hand over data. A directory is there while a file is in it. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { fileUrl } from "../../domain/FileUrl.ts"
import { FileError, type FileInfo, FileStore } from "../../ports/FileStore.ts"

/** Steers the files from outside. */
export class Files extends Context.Service<Files, {
  /** Makes or replaces a file; it is readable by others unless told. */
  readonly write: (path: string, bytes: Uint8Array, readableByOthers?: boolean) => Effect.Effect<void>
  readonly remove: (path: string) => Effect.Effect<void>
  /** The `file:` URL of a path. */
  readonly urlOf: (path: string) => string
  /** Paths of all files, sorted. */
  readonly paths: Effect.Effect<ReadonlyArray<string>>
}>()("samp/adapters/memory/Files") {}

interface Entry {
  readonly bytes: Uint8Array
  readonly readableByOthers: boolean
}

/** Where relative paths begin. */
const home = "/home/astronomer"

const absolute = (path: string): string => path.startsWith("/") ? path : `${home}/${path}`

const joined = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const all = new Uint8Array(pieces.reduce((size, { length }) => size + length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

const make = () => {
  const files = new Map<string, Entry>()
  let count = 0

  const isDirectory = (path: string): boolean => {
    const prefix = `${absolute(path).replace(/\/+$/u, "")}/`
    return [...files.keys()].some((file) => file.startsWith(prefix))
  }

  const find = (path: string): Effect.Effect<Entry, FileError> =>
    Effect.suspend(() => {
      const entry = files.get(absolute(path))
      if (entry !== undefined) return Effect.succeed(entry)
      return Effect.fail(
        isDirectory(path)
          ? new FileError({ reason: "NotAFile", path, action: "read", detail: "it is a directory" })
          : new FileError({ reason: "NotFound", path, action: "read", detail: "there is no such file" })
      )
    })

  const info = (path: string): Effect.Effect<FileInfo, FileError> =>
    Effect.suspend(() =>
      isDirectory(path)
        ? Effect.succeed<FileInfo>({ kind: "Directory", size: 0, readableByOthers: true })
        : Effect.map(find(path), ({ bytes, readableByOthers }): FileInfo => ({
          kind: "File",
          size: bytes.length,
          readableByOthers
        }))
    )

  const temporary: FileStore["Service"]["temporary"] = Effect.fnUntraced(function*(content, extension) {
    const bytes = content instanceof Uint8Array ? content : joined(yield* Stream.runCollect(content))
    return yield* Effect.acquireRelease(
      Effect.sync(() => {
        const path = `/tmp/samp-data-${++count}/data.${extension.replace(/^\.+/u, "")}`
        files.set(path, { bytes: bytes.slice(), readableByOthers: false })
        return path
      }),
      (path) => Effect.sync(() => files.delete(path))
    )
  })

  return {
    store: FileStore.of({
      head: (path, offset, length) =>
        Effect.map(find(path), ({ bytes }) => bytes.slice(offset, offset + length)),
      info,
      temporary,
      fileUrl: (path) => fileUrl(absolute(path))
    }),
    files: Files.of({
      write: (path, bytes, readableByOthers = true) =>
        Effect.sync(() => void files.set(absolute(path), { bytes: bytes.slice(), readableByOthers })),
      urlOf: (path) => fileUrl(absolute(path)),
      remove: (path) => Effect.sync(() => void files.delete(absolute(path))),
      paths: Effect.sync(() => [...files.keys()].sort())
    })
  }
}

/** Files of its own: the port, and control over it. */
export const layer: Layer.Layer<FileStore | Files> = Layer.effectContext(Effect.sync(() => {
  const { files, store } = make()
  return Context.make(FileStore, store).pipe(Context.add(Files, files))
}))
