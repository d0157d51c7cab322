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

/** What one request finds: bytes, or where to go on. */
export type Found =
  | { readonly _tag: "Piece"; readonly piece: WebPiece }
  | { readonly _tag: "Moved"; readonly to: string }

/** Gives the bytes from an offset on, so many at most; undefined when nothing is there any more. */
export type Source = (offset: number, length: number) => Effect.Effect<WebPiece | undefined>

/** Steers the web from outside. */
export class Web extends Context.Service<Web, {
  /** Puts or replaces what is at a URL. Everywhere else there is nothing: HTTP status 404. */
  readonly put: (url: string, page: Page) => Effect.Effect<void>
  readonly remove: (url: string) => Effect.Effect<void>
  /** Lets who reads a URL be sent on to another. */
  readonly redirect: (url: string, to: string) => Effect.Effect<void>
  /** Says where a name leads; those of which nothing is said are somewhere in the internet. */
  readonly point: (host: string, address: string) => Effect.Effect<void>
  /** The address to which a name leads. */
  readonly addressOf: (host: string) => Effect.Effect<string>
  /** What one request finds, in which nobody goes on; undefined if it is nothing. */
  readonly look: (url: string, offset: number, length: number) => Effect.Effect<Found | undefined>
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

/** An address of the internet. */
const elsewhere = "1.1.1.1"

/** A URL as readers write it, so that spellings of one URL find the same. */
const canonical = (url: string): string => URL.canParse(url) ? new URL(url).href : url

/** How often a reader goes on, as browsers do. */
const maxRedirects = 20

const make = () => {
  const sources = new Map<string, Source>()
  const redirects = new Map<string, string>()
  const addresses = new Map<string, string>()
  const asked: Array<Asked> = []

  const look = (url: string, offset: number, length: number): Effect.Effect<Found | undefined> =>
    Effect.suspend(() => {
      asked.push({ url, offset, length })
      const at = canonical(url)
      const to = redirects.get(at)
      if (to !== undefined) return Effect.succeed<Found>({ _tag: "Moved", to })
      const found = sources.get(at)?.(offset, length) ?? Effect.undefined
      return Effect.map(found, (piece): Found | undefined => piece && { _tag: "Piece", piece })
    })

  const piece: WebReader["Service"]["piece"] = (url, offset, length) =>
    Effect.gen(function*() {
      let place = url
      for (let hops = 0; hops <= maxRedirects; hops++) {
        const found = yield* look(place, offset, length)
        if (found === undefined) return yield* new WebError({ url, detail: "HTTP status 404 Not Found" })
        if (found._tag === "Piece") return found.piece
        if (!URL.canParse(found.to, place)) break
        place = new URL(found.to, place).href
      }
      return yield* new WebError({ url, detail: "it sends on to nowhere" })
    })

  return {
    reader: WebReader.of({ piece }),
    web: Web.of({
      put: (url, page) =>
        Effect.sync(() => {
          redirects.delete(canonical(url))
          sources.set(canonical(url), sourceOf(page))
        }),
      remove: (url) =>
        Effect.sync(() => {
          redirects.delete(canonical(url))
          sources.delete(canonical(url))
        }),
      redirect: (url, to) => Effect.sync(() => void redirects.set(canonical(url), to)),
      point: (host, address) => Effect.sync(() => void addresses.set(host, address)),
      addressOf: (host) => Effect.sync(() => addresses.get(host) ?? elsewhere),
      look,
      serve: (url, source) =>
        Effect.asVoid(Effect.acquireRelease(
          Effect.sync(() => sources.set(canonical(url), source)),
          () => Effect.sync(() => sources.delete(canonical(url)))
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
