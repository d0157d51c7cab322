/** What web servers hold, in memory: the reader of it, and the keeper's side, for tests of programs that send data. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { WebError, WebReader } from "../../ports/WebReader.ts"

/** What is at a URL. */
export interface Page {
  readonly bytes: Uint8Array
  readonly mediaType?: string | undefined
  /** Whether the server tells the size. Default true. */
  readonly sized?: boolean | undefined
}

/** What was read, or tried to be. */
export interface Asked {
  readonly url: string
  readonly offset: number
  readonly length: number
}

/** Steers the web from outside. */
export class Web extends Context.Service<Web, {
  /** Puts or replaces what is at a URL. Everywhere else there is nothing: HTTP status 404. */
  readonly put: (url: string, page: Page) => Effect.Effect<void>
  readonly remove: (url: string) => Effect.Effect<void>
  /** What was asked for so far, in order. */
  readonly asked: Effect.Effect<ReadonlyArray<Asked>>
}>()("samp/adapters/memory/Web") {}

const make = () => {
  const pages = new Map<string, Page>()
  const asked: Array<Asked> = []
  return {
    reader: WebReader.of({
      piece: (url, offset, length) =>
        Effect.suspend(() => {
          asked.push({ url, offset, length })
          const page = pages.get(url)
          if (page === undefined) {
            return Effect.fail(new WebError({ url, detail: "HTTP status 404 Not Found" }))
          }
          const { bytes, mediaType, sized = true } = page
          const size = sized ? bytes.length : undefined
          return Effect.succeed({ bytes: bytes.slice(offset, offset + length), mediaType, size })
        })
    }),
    web: Web.of({
      put: (url, page) => Effect.sync(() => void pages.set(url, page)),
      remove: (url) => Effect.sync(() => void pages.delete(url)),
      asked: Effect.sync(() => [...asked])
    })
  }
}

/** A web of its own: the port, and control over it. */
export const layer: Layer.Layer<WebReader | Web> = Layer.effectContext(Effect.sync(() => {
  const { reader, web } = make()
  return Context.make(WebReader, reader).pipe(Context.add(Web, web))
}))
