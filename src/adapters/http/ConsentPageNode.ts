/**
 * The page of consent on node:http.
 *
 * Whoever can load it can let web pages in, so it is kept from them: its address has 256 random bits in its path; it is on a
 * port of its own, so that nothing else is of its origin, such as what the hub hands on from elsewhere; its Host must be the
 * one that was given out, or a name bent to this address would do (WEB-65); it may be in no frame; changes come by POST from
 * the page itself; and no answer may be read by another origin.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createHash } from "node:crypto"
import type * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { readAction } from "../../domain/consent/PageView.ts"
import { sameSecret } from "../../domain/Identifiers.ts"
import { ConsentPages, type PageHandler } from "../../ports/ConsentPages.ts"
import { KeySource } from "../../ports/KeySource.ts"
import { page } from "./consent/Html.ts"
import { script } from "./consent/Script.ts"
import { style } from "./consent/Style.ts"
import { open } from "./HttpServing.ts"

const address = "127.0.0.1"

/** Bytes of a form. */
const maxForm = 8_192

/** Pages that are kept up to date at a time. */
const maxStreams = 16

/** Milliseconds between two signs of life, by which a browser knows that the hub is there. */
const beatMs = 20_000

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'"
].join("; ")

const headers: ReadonlyArray<readonly [string, string]> = [
  ["Content-Security-Policy", policy],
  ["X-Frame-Options", "DENY"],
  ["X-Content-Type-Options", "nosniff"],
  ["Referrer-Policy", "no-referrer"],
  ["Cross-Origin-Opener-Policy", "same-origin"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
  ["Permissions-Policy", "camera=(), geolocation=(), microphone=()"],
  ["Cache-Control", "no-store"]
]

const send = (response: Http.ServerResponse, status: number, type: string, text: string): void => {
  if (response.destroyed || response.headersSent) return
  const body = Buffer.from(text)
  response.writeHead(status, { "Content-Type": `${type}; charset=utf-8`, "Content-Length": body.length })
  response.end(body)
}

const refuse = (response: Http.ServerResponse, status: number, text: string): void => {
  response.setHeader("Connection", "close")
  send(response, status, "text/plain", `${text}\n`)
}

/**
 * Whether a request was made by the page itself. Browsers say so in a header that no page can set; where they do not, the
 * origin has to be right. A form of a page that gives no referrer has the origin 'null'.
 */
const isOwn = ({ headers }: Http.IncomingMessage, origin: string): boolean => {
  const site = headers["sec-fetch-site"]
  return site === undefined ? headers.origin === origin : site === "same-origin"
}

/** The fields of a form; undefined if it is none, or too long. */
const readForm = async (request: Http.IncomingMessage): Promise<ReadonlyMap<string, string> | undefined> => {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase()
  if (type !== "application/x-www-form-urlencoded") return undefined
  const chunks: Array<Buffer> = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > maxForm) return undefined
    chunks.push(bytes)
  }
  return new Map(new URLSearchParams(Buffer.concat(chunks).toString("utf8")))
}

/** Tells open pages that something has changed. */
class Streams {
  private readonly open = new Set<Http.ServerResponse>()

  add(response: Http.ServerResponse): void {
    if (this.open.size >= maxStreams) return refuse(response, 503, "too many of these pages are open")
    response.writeHead(200, { "Content-Type": "text/event-stream" })
    response.write("retry: 2000\n\n")
    this.open.add(response)
    const beat = setInterval(() => response.write(": still here\n\n"), beatMs)
    response.on("close", () => {
      clearInterval(beat)
      this.open.delete(response)
    })
  }

  tell(): void {
    for (const response of this.open) response.write("data: changed\n\n")
  }

  end(): void {
    for (const response of this.open) response.end()
  }
}

const serve = (handler: PageHandler, keys: KeySource["Service"]) =>
  Effect.gen(function*() {
    const token = yield* keys.next
    const run = Effect.runPromiseWith(yield* Effect.context<never>())
    const streams = new Streams()
    let views = 0
    let origin = ""

    const show = async (response: Http.ServerResponse, said: string): Promise<void> =>
      send(response, 200, "text/html", page(await run(handler.view), said))

    const act = async (request: Http.IncomingMessage, response: Http.ServerResponse): Promise<void> => {
      if (!isOwn(request, origin)) return refuse(response, 403, "only the page itself can do this")
      const fields = await readForm(request)
      const action = fields === undefined ? undefined : readAction(fields)
      if (action === undefined) return refuse(response, 400, "this is no form of the page")
      await show(response, await run(handler.act(action)))
    }

    const handle = async (request: Http.IncomingMessage, response: Http.ServerResponse): Promise<void> => {
      for (const [name, value] of headers) response.setHeader(name, value)
      if (`http://${request.headers.host}` !== origin) return refuse(response, 403, "this Host is not ours")
      const [, given = "", what, ...more] = (request.url ?? "/").split("/")
      if (!sameSecret(given, token) || what === undefined || more.length > 0) {
        return refuse(
          response,
          404,
          "there is nothing here; the address of the page is told by: samp consent page"
        )
      }
      const { method = "" } = request
      const allowed = what === "act" ? ["POST"] : ["GET", "HEAD"]
      if (what !== "" && what !== "act" && what !== "events") {
        return refuse(response, 404, "there is nothing here")
      }
      if (!allowed.includes(method)) {
        response.setHeader("Allow", allowed.join(", "))
        return refuse(response, 405, "this is not done so")
      }
      if (what === "act") {
        return act(request, response)
      }
      if (what === "events") return streams.add(response)
      views++
      await show(response, "")
    }

    const server = yield* open(address, 0, (request, response) => {
      handle(request, response).catch(() => refuse(response, 500, "the hub failed to answer"))
    })
    yield* Effect.addFinalizer(() => Effect.sync(() => streams.end()))
    // listen() on a host and port gives an AddressInfo, never a pipe name
    origin = `http://${address}:${(server.address() as AddressInfo).port}`
    yield* handler.watch(() => streams.tell())
    return { url: `${origin}/${token}/`, views: Effect.sync(() => views) }
  })

/** The port on node:http. */
export const layer: Layer.Layer<ConsentPages, never, KeySource> = Layer.effect(
  ConsentPages,
  Effect.map(KeySource, (keys) => ConsentPages.of({ serve: (handler) => serve(handler, keys) }))
)
