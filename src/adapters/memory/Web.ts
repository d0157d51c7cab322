/**
 * What web servers hold, in memory: the reader of it, and the keeper's side, for tests of programs that send or load data.
 * What the data server in memory serves is a part of this web.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { WebError, type WebPiece, WebReader } from "../../ports/WebReader.ts"

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

/** Gives the bytes from an offset on, so many at most; undefined when nothing is there any more. */
export type Source = (offset: number, length: number) => Effect.Effect<WebPiece | undefined>

/** Steers the web from outside. */
export class Web extends Context.Service<Web, {
  /** Puts or replaces what is at a URL. Everywhere else there is nothing: HTTP status 404. */
  readonly put: (url: string, page: Page) => Effect.Effect<void>
  readonly remove: (url: string) => Effect.Effect<void>
  /** Lets a source say what is at a URL, until the scope ends. */
  readonly serve: (url: string, source: Source) => Effect.Effect<void, never, Scope.Scope>
  /** Reads all that is at a URL. */
  readonly read: (url: string) => Effect.Effect<WebPiece, WebError>
  /** What was asked for so far, in order. */
  readonly asked: Effect.Effect<ReadonlyArray<Asked>>
}>()("samp/adapters/memory/Web") {}

const sourceOf = ({ bytes, mediaType, sized = true }: Page): Source => (offset, length) =>
  Effect.sync(() => ({
    bytes: bytes.slice(offset, offset + length),
    mediaType,
    size: sized ? bytes.length : undefined
  }))

const make = () => {
  const sources = new Map<string, Source>()
  const asked: Array<Asked> = []

  const piece: WebReader["Service"]["piece"] = (url, offset, length) =>
    Effect.gen(function*() {
      asked.push({ url, offset, length })
      const found = yield* sources.get(url)?.(offset, length) ?? Effect.undefined
      return found ?? (yield* new WebError({ url, detail: "HTTP status 404 Not Found" }))
    })

  return {
    reader: WebReader.of({ piece }),
    web: Web.of({
      put: (url, page) => Effect.sync(() => void sources.set(url, sourceOf(page))),
      remove: (url) => Effect.sync(() => void sources.delete(url)),
      serve: (url, source) =>
        Effect.asVoid(Effect.acquireRelease(
          Effect.sync(() => sources.set(url, source)),
          () => Effect.sync(() => sources.delete(url))
        )),
      read: (url) => piece(url, 0, Infinity),
      asked: Effect.sync(() => [...asked])
    })
  }
}

/** A web of its own: the port, and control over it. */
export const layer: Layer.Layer<WebReader | Web> = Layer.effectContext(Effect.sync(() => {
  const { reader, web } = make()
  return Context.make(WebReader, reader).pipe(Context.add(Web, web))
}))
