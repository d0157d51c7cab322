/** Data that others have sent: what is behind the URL of their message. */
import * as Effect from "effect/Effect"
import { type FileError, FileStore } from "../../ports/FileStore.ts"
import { type WebError, WebReader } from "../../ports/WebReader.ts"
import { placeOf } from "./Source.ts"

/** No product is larger: a range has to have an end. */
const everything = 2 ** 40

/**
 * The bytes behind a URL: of a `file:` URL in any of the spellings that SAMP tools write (WIRE-66), or of an `http:` or
 * `https:` one. To be done before the reply, since senders keep the data no longer than that (GEN-11).
 */
export const fetchUrl = (
  url: string
): Effect.Effect<Uint8Array, FileError | WebError, FileStore | WebReader> =>
  Effect.gen(function*() {
    const place = placeOf({ url })
    if (place._tag === "File") {
      const store = yield* FileStore
      const { size } = yield* store.info(place.path)
      return yield* store.head(place.path, 0, size)
    }
    const web = yield* WebReader
    return (yield* web.piece(url, 0, everything)).bytes
  })
