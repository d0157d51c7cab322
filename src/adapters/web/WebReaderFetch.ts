/** The web reader on the platform's own `fetch`. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { WebError, type WebPiece, WebReader } from "../../ports/WebReader.ts"

/** How the web is read. */
export interface WebReaderOptions {
  /** Milliseconds that a server has for the head of its answer and the bytes that were asked for. Default 20 000. */
  readonly timeoutMs?: number | undefined
  /** A server that ignores ranges is not read further in than so many bytes. Default 64 MiB. */
  readonly maxSkip?: number | undefined
}

/** Bytes from `offset` on, `length` at most; the rest of the body is not fetched. */
const take = async (response: Response, offset: number, length: number): Promise<Uint8Array> => {
  const pieces: Array<Uint8Array> = []
  const reader = response.body?.getReader()
  let toSkip = offset
  let size = 0
  while (size < length) {
    const next = await reader?.read()
    if (next?.value === undefined) break
    const wanted = next.value.subarray(toSkip, toSkip + length - size)
    toSkip = Math.max(0, toSkip - next.value.length)
    pieces.push(wanted)
    size += wanted.length
  }
  await reader?.cancel()
  const bytes = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

/** What a `Content-Range` says (RFC 9110, section 14.4); undefined where it does not. */
const rangeOf = (
  response: Response
): { readonly start: number | undefined; readonly total: number | undefined } => {
  const [, start, total] =
    /^bytes\s+(?:(\d+)-\d+|\*)\/(\d+|\*)$/u.exec(response.headers.get("content-range") ?? "") ??
      []
  return {
    start: start === undefined ? undefined : Number(start),
    total: total === undefined || total === "*" ? undefined : Number(total)
  }
}

/** Whether the body is packed against our wish: its length and its ranges are then those of the packed bytes. */
const isPacked = (response: Response): boolean =>
  !["", "identity"].includes(response.headers.get("content-encoding") ?? "")

const sizeOf = (response: Response): number | undefined => {
  if (isPacked(response)) return undefined
  const length = response.status === 200 ? response.headers.get("content-length") : null
  return length === null ? rangeOf(response).total : Number(length)
}

/** Where in an answer the wanted bytes begin, or why they are not there. */
const offsetIn = (response: Response, offset: number, maxSkip: number): number | string => {
  const start = response.status === 206 ? rangeOf(response).start ?? offset : 0
  if (isPacked(response) && start > 0) {
    return "its server packs parts so that they cannot be read; name the kind"
  }
  if (start > offset) return "its server sends other parts than it is asked for; name the kind"
  return offset - start > maxSkip
    ? "its server sends no parts, and the part that tells its kind is far inside; name the kind"
    : offset - start
}

const otherScheme =
  "only http and https URLs, and file URLs of this machine, can be looked into; if receivers can read it, name its kind"

const read = async (
  url: string,
  offset: number,
  length: number,
  maxSkip: number,
  signal: AbortSignal
): Promise<WebPiece> => {
  if (!/^https?:/iu.test(url)) throw new Error(otherScheme)
  // to a request for a range fetch adds by itself that it wants nothing packed
  const response = await fetch(url, { headers: { Range: `bytes=${offset}-${offset + length - 1}` }, signal })
  const mediaType = response.headers.get("content-type") ?? undefined
  const size = sizeOf(response)
  const isBeyond = response.status === 416
  const from = response.ok
    ? offsetIn(response, offset, maxSkip)
    : `HTTP status ${response.status} ${response.statusText}`.trim()
  if (typeof from === "number" && !isBeyond) {
    return { bytes: await take(response, from, length), mediaType, size }
  }
  await response.body?.cancel()
  if (isBeyond) return { bytes: new Uint8Array(), mediaType, size }
  throw new Error(String(from))
}

/** The innermost cause that says something: `fetch` itself only says that it failed. */
const explain = (error: unknown, timeoutMs: number): string => {
  if (!(error instanceof Error)) return String(error)
  if (error.name === "TimeoutError") return `its server did not answer within ${timeoutMs / 1000} s`
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause
  return inner instanceof Error ? explain(inner, timeoutMs) : error.message
}

/** The port on `fetch`, with limits of one's own. */
export const layerWith = (
  { maxSkip = 64 * 1024 * 1024, timeoutMs = 20_000 }: WebReaderOptions
): Layer.Layer<WebReader> =>
  Layer.succeed(WebReader, {
    piece: (url, offset, length) =>
      Effect.tryPromise({
        try: (signal) =>
          read(url, offset, length, maxSkip, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])),
        catch: (error) => new WebError({ url, detail: explain(error, timeoutMs) })
      })
  })

/** The port on `fetch`. */
export const layer: Layer.Layer<WebReader> = layerWith({})
