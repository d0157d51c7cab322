/** Data to be sent: where they are, what they are called, and how others get at them. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { lastPart } from "../../domain/content/Kinds.ts"
import type { Product } from "../../domain/content/Product.ts"
import { filePath } from "../../domain/FileUrl.ts"
import type { ListenError } from "../../ports/CallServer.ts"
import { type DataError, DataServer, type Download } from "../../ports/DataServer.ts"
import { type FileError, FileStore } from "../../ports/FileStore.ts"
import type { WebReader } from "../../ports/WebReader.ts"

/** Where data are. */
export type Source =
  /** A file; `called` names it to people instead of its own name. */
  | { readonly file: string; readonly called?: string }
  /** An `http:`, `https:` or `file:` URL. */
  | { readonly url: string }
  | { readonly bytes: Uint8Array }

/** The ports that sending data needs. */
export type DataPorts = DataServer | FileStore | WebReader

/** A source with its kind of place settled: `file:` URLs of this machine are files. */
export type Place =
  | { readonly _tag: "File"; readonly path: string; readonly called?: string | undefined }
  | { readonly _tag: "Web"; readonly url: string }
  | { readonly _tag: "Bytes"; readonly bytes: Uint8Array }

/** A URL as SAMP can carry it (DT-02); one that is ASCII stays as it is. */
const asciiUrl = (url: string): string => /^[\x21-\x7e]*$/u.test(url) ? url : URL.parse(url)?.href ?? url

/** The place of a source. */
export const placeOf = (source: Source): Place => {
  if ("bytes" in source) return { _tag: "Bytes", bytes: source.bytes }
  if ("file" in source) return { _tag: "File", path: source.file, called: source.called }
  const path = filePath(source.url)
  return path === undefined ? { _tag: "Web", url: asciiUrl(source.url) } : { _tag: "File", path }
}

/** What a place is called; undefined for mere bytes. */
export const nameOf = (place: Place): string | undefined => {
  if (place._tag === "Bytes") return undefined
  if (place._tag === "File" && place.called !== undefined) return place.called
  const name = place._tag === "File" ? place.path : place.url
  return lastPart(name) || name
}

/** The name that data are served under; what has no name of its own gets the extension of its kind. */
const fileNameOf = (place: Place, extension: string): string => {
  const name = nameOf(place)
  if (name !== undefined && (place._tag !== "File" || place.called === undefined)) return name
  return extension === "" ? name ?? "data" : `${name ?? "data"}.${extension}`
}

/** How others get at data: by a file they can open, or by a URL that this process serves. */
export type Way = "file" | "http"

/**
 * A URL by which other programs get at the data, as long as the scope lives. What the web holds is left where it is. Fails
 * when a temporary file cannot be written, or a file cannot be served.
 *
 * @param way - `file`: bytes are put into a temporary file. `http`: files and bytes are served on the loopback address
 */
export const access = (
  place: Place,
  product: Pick<Product, "mediaType" | "extension">,
  way: Way,
  onDownload?: (download: Download) => void
): Effect.Effect<string, FileError | DataError | ListenError, FileStore | DataServer | Scope.Scope> =>
  Effect.gen(function*() {
    if (place._tag === "Web") return place.url
    const store = yield* FileStore
    if (way === "file") {
      const path = place._tag === "File" ? place.path : yield* store.temporary(place.bytes, product.extension)
      return store.fileUrl(path)
    }
    const server = yield* DataServer
    return yield* server.serve({
      content: place,
      mediaType: product.mediaType,
      name: fileNameOf(place, product.extension),
      ...onDownload === undefined ? {} : { onDownload }
    })
  })
