/**
 * The data gateway of the Web Profile in memory: pages read what was mentioned to them through the hub, and publish, by the
 * same rules as over HTTP (WEB-50..55), from files and a web in memory.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { headBytes, mediaTypeOf } from "../../domain/content/Recognise.ts"
import { bareHost, isAddress, isPublic } from "../../domain/web/Addresses.ts"
import { publishedName, publishingObjection, tooMuch, usualMediaType } from "../../domain/web/Publishing.ts"
import {
  choose,
  destination,
  mayBeLocal,
  redirected,
  type Refused,
  stranger,
  tooNear
} from "../../domain/web/Translation.ts"
import { FileStore } from "../../ports/FileStore.ts"
import { WebError, type WebPiece } from "../../ports/WebReader.ts"
import { publisherPath, translatorPath, type WebHandler } from "../../ports/WebServer.ts"
import { readRange } from "../http/Ranges.ts"
import { Files } from "./Files.ts"
import { Network } from "./Network.ts"
import { type Found, Web } from "./Web.ts"

/** What a page asks, besides the URL. */
export interface Asking {
  /** Origin of the page, as its browser says it. */
  readonly origin?: string | undefined
  /** Default GET to read, POST to publish. */
  readonly method?: string | undefined
  /** The header, as `bytes=0-99`. */
  readonly range?: string | undefined
}

/** What a page hands over. */
export interface Handed {
  readonly bytes: Uint8Array
  readonly mediaType?: string | undefined
}

/** What a page gets. */
export interface PageAnswer {
  readonly status: number
  readonly mediaType: string | undefined
  readonly bytes: Uint8Array
  /** Bytes of the whole, if they are known. */
  readonly size: number | undefined
}

/** Browsers, as far as data are concerned. */
export class Pages extends Context.Service<Pages, {
  /** Fetches a URL that begins with a translator's prefix; fails when there is no hub behind it, as fetch does. */
  readonly read: (url: string, asking?: Asking) => Effect.Effect<PageAnswer, WebError>
  /** Sends data to a publisher's URL. The answer's text is the URL under which others find them. */
  readonly publish: (url: string, data: Handed, asking?: Asking) => Effect.Effect<PageAnswer, WebError>
}>()("samp/adapters/memory/Pages") {}

const say = (status: number, text: string): PageAnswer => {
  const bytes = new TextEncoder().encode(text)
  return { status, mediaType: "text/plain", bytes, size: bytes.length }
}

const refuse = ({ status, text }: Refused): PageAnswer => say(status, `${text}\n`)

/** A part of what there is, or all, as the Range wants it. */
const partOf = (
  bytes: Uint8Array,
  mediaType: string | undefined,
  { method = "GET", range }: Asking
): PageAnswer => {
  const size = bytes.length
  const wanted = method === "HEAD" ? readRange(undefined, size) : readRange(range, size)
  switch (wanted._tag) {
    case "Unsatisfiable":
      return refuse({ status: 416, text: `there are only ${size} bytes` })
    case "Part":
      return { status: 206, mediaType, bytes: bytes.slice(wanted.start, wanted.end), size }
    default:
      return { status: 200, mediaType, bytes: method === "HEAD" ? new Uint8Array() : bytes, size }
  }
}

/** A URL of an endpoint, taken apart as its router does. */
const partsOf = (url: string, path: string) => {
  const match = /^(https?:\/\/[^/?#]*\/)([^?#]*)(?:\?([^#]*))?/iu.exec(url)
  const rest = `/${match?.[2] ?? ""}`
  return match?.[1] !== undefined && rest.startsWith(path)
    ? { hub: match[1], token: rest.slice(path.length), query: match[3] }
    : undefined
}

const make = Effect.gen(function*() {
  const network = yield* Network
  const web = yield* Web
  const store = yield* FileStore
  const files = yield* Files
  let count = 0

  /** The hub behind a URL, and what is asked of it. */
  const asked = (url: string, path: string) =>
    Effect.gen(function*() {
      const parts = partsOf(url, path)
      const handler = parts === undefined ? undefined : yield* network.web(parts.hub)
      return parts === undefined || handler === undefined
        ? yield* new WebError({ url, detail: "no hub serves pages there" })
        : { ...parts, handler }
    })

  const readFile = (path: string, asking: Asking): Effect.Effect<PageAnswer> =>
    Effect.gen(function*() {
      const { kind, size } = yield* store.info(path)
      if (kind !== "File") return refuse({ status: 403, text: "this file is not read: it is no file" })
      const bytes = yield* store.head(path, 0, size)
      const mediaType = mediaTypeOf(bytes.subarray(0, headBytes), { name: path, size })
      return partOf(bytes, mediaType, asking)
    }).pipe(Effect.catch(({ reason }) =>
      Effect.succeed(
        reason === "NotFound"
          ? refuse({ status: 404, text: "there is no such file any more" })
          : refuse({ status: 403, text: "this file is not read" })
      )
    ))

  /** What is at a place, if it may be there. */
  const visit = (mentioned: URL, place: URL): Effect.Effect<Found | undefined, string> =>
    Effect.gen(function*() {
      const host = bareHost(place.hostname)
      const address = isAddress(host)
        ? host
        : host === "localhost"
        ? "127.0.0.1"
        : yield* web.addressOf(host)
      if (!isPublic(address) && !mayBeLocal(mentioned, place, [])) {
        return yield* Effect.fail(tooNear(place, address))
      }
      return yield* web.look(place.href, 0, Infinity)
    })

  const readWeb = (mentioned: URL, asking: Asking): Effect.Effect<PageAnswer> =>
    Effect.gen(function*() {
      let place = mentioned
      for (let hops = 0;; hops++) {
        const found = yield* visit(mentioned, place)
        if (found === undefined) return say(404, "Not Found")
        if (found._tag === "Piece") return answerWith(found.piece, asking)
        place = yield* Effect.fromResult(redirected(place, found.to, hops))
      }
    }).pipe(Effect.catch((why) => Effect.succeed(refuse({ status: 502, text: why }))))

  const answerWith = ({ bytes, mediaType = usualMediaType, size }: WebPiece, asking: Asking): PageAnswer => ({
    ...partOf(bytes, mediaType, asking),
    ...size === undefined ? { size } : {}
  })

  const read = (url: string, asking: Asking = {}) =>
    Effect.gen(function*() {
      const { handler, query, token } = yield* asked(url, translatorPath)
      const chosen = choose(
        asking.method ?? "GET",
        query,
        (foreign) => handler.mayRead(token, foreign, asking.origin)
      )
      if (Result.isFailure(chosen)) return refuse(chosen.failure)
      const place = destination(chosen.success, new Set())
      switch (place._tag) {
        case "File":
          return yield* readFile(place.path, asking)
        case "Web":
          return yield* readWeb(place.url, asking)
        case "Nowhere":
          return refuse({ status: 400, text: place.why })
      }
    })

  const hand = (
    { publish }: WebHandler,
    token: string,
    query: string | undefined,
    { bytes, mediaType = usualMediaType }: Handed
  ) =>
    Effect.gen(function*() {
      const path = `/tmp/samp-published/${++count}`
      yield* files.write(path, bytes, false)
      const discard = files.remove(path)
      const url = yield* publish(token, {
        name: publishedName(query),
        mediaType,
        size: bytes.length,
        content: { _tag: "File", path },
        discard
      })
      if (url !== undefined) return say(201, url)
      yield* discard
      return refuse(stranger)
    })

  const publish = (url: string, data: Handed, { method = "POST", origin }: Asking = {}) =>
    Effect.gen(function*() {
      const { handler, query, token } = yield* asked(url, publisherPath)
      const room = handler.room(token, origin)
      const why = publishingObjection({ method, mediaType: data.mediaType }, room)
      if (why !== undefined || room === undefined) return refuse(why ?? stranger)
      if (data.bytes.length > room) return refuse(tooMuch(room))
      return yield* hand(handler, token, query, data)
    })

  return Pages.of({ read, publish })
})

/** The browsers of a network. */
export const layer: Layer.Layer<Pages, never, Network | Web | FileStore | Files> = Layer.effect(Pages, make)
