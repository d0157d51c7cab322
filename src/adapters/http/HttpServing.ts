/**
 * What our HTTP servers share: node's own server, with the lenient parser, because DS9 ends header lines with a bare LF
 * (WIRE-21, WIRE-91) and sends no Host (WIRE-20); refusals; and an end that waits for nobody for long.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Http from "node:http"
import { isIP } from "node:net"
import { hostname } from "node:os"
import type { Duplex } from "node:stream"
import { ListenError } from "../../ports/CallServer.ts"
import { http } from "./NodeHttp.ts"

const serverOptions: Http.ServerOptions = {
  insecureHTTPParser: true,
  requireHostHeader: false,
  keepAliveTimeout: 60_000,
  // Slow heads are cut off; slow bodies may be large ones (WIRE-156).
  headersTimeout: 10_000,
  requestTimeout: 300_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384
}

/**
 * Headers with which a browser takes data for data: it guesses no type, and what it shows as a page has no origin, runs no
 * script and loads nothing. As names and values in turn.
 */
export const harmless: ReadonlyArray<string> = [
  "X-Content-Type-Options",
  "nosniff",
  "Content-Security-Policy",
  "sandbox; default-src 'none'"
]

/** Milliseconds that answers still on their way get when the server closes. */
const closingGraceMs = 100

/** Sends an answer whole, if there is still somebody and nothing was sent before; its body is Latin-1. */
export const send = (response: Http.ServerResponse, status: number, type: string, body: string): void => {
  if (response.destroyed || response.headersSent) return
  response.writeHead(status, ["Content-Type", type, "Content-Length", String(body.length)])
  response.end(body, "latin1")
}

/** A refusal at the level of HTTP, after which the connection is of no more use. */
export const refuse = (response: Http.ServerResponse, status: number, text: string): void => {
  response.setHeader("Connection", "close")
  send(response, status, "text/plain", `${text}\n`)
}

/**
 * A plain answer that ends its connection, for where there is no response object to write to.
 *
 * @param headers - further ones, such as those without which a page cannot read it (WEB-06)
 */
export const httpAnswer = (
  status: string,
  body: string,
  headers: Http.OutgoingHttpHeaders = {},
  type = "text/plain"
): string => {
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`).join("")
  return `HTTP/1.1 ${status}\r\n${more}Content-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
}

/** Names under which a server at an address is ours. */
export const ownNames = (address: string): ReadonlySet<string> =>
  new Set(["localhost", hostname().toLowerCase(), address.toLowerCase()])

/** The host name of a Host header, without its port. */
const hostName = (header: string): string => header.replace(/:\d*$/u, "").toLowerCase()

/**
 * Whether a Host header names us. A name that is not ours may have been bent to our address by a web page's DNS; an
 * address cannot be (WEB-65). Without a Host it is no browser.
 */
export const isOurs = (header: string | undefined, names: ReadonlySet<string>): boolean => {
  if (header === undefined) return true
  const host = hostName(header)
  return names.has(host) || isIP(host.replace(/^\[|\]$/gu, "")) !== 0
}

/** Says why a connection is of no use, where there is no response to say it with, and ends it. */
const dismiss = (socket: Duplex, status: string, text: string): void => {
  if (!socket.writable) return void socket.destroy()
  socket.end(httpAnswer(status, `${text}\n`))
  // Half-open peers must not keep it.
  setTimeout(() => socket.destroy(), 1_000).unref()
}

/** Malformed HTTP gets its status, in full sentences, and the connection ends. */
const onClientError = (error: Error & { readonly code?: string }, socket: Duplex): void => {
  const [status, text] = error.code === "HPE_HEADER_OVERFLOW"
    ? ["431 Request Header Fields Too Large", "the HTTP header is too large"] as const
    : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
    ? ["408 Request Timeout", "the request did not come in time"] as const
    : ["400 Bad Request", "this is not an HTTP request"] as const
  dismiss(socket, status, text)
}

/** The answers that whole requests of a connection still wait for. */
class Unanswered {
  private readonly responses = new WeakMap<Duplex, Set<Http.ServerResponse>>()
  private readonly broken = new WeakSet<Duplex>()

  add(request: Http.IncomingMessage, response: Http.ServerResponse): void {
    const open = this.responses.get(request.socket) ?? new Set()
    this.responses.set(request.socket, open.add(response))
    response.once("close", () => open.delete(response))
  }

  /** Calls back once for a connection on which something broken came in: after the answers to what came whole before. */
  whenDone(socket: Duplex, then: () => void): void {
    if (this.broken.has(socket)) return
    this.broken.add(socket)
    const last = [...this.responses.get(socket) ?? []].findLast(({ req }) => req.complete)
    if (last === undefined) then()
    else last.once("close", then)
  }
}

/**
 * A server that listens until the scope ends.
 *
 * @param isStreaming - whether an answer is on its way piece by piece over a connection; a refusal of what else comes in on
 *   it would end up among the pieces, so the connection is cut instead
 */
export const open = (
  address: string,
  port: number,
  handle: Http.RequestListener,
  isStreaming: (socket: Duplex) => boolean = () => false
): Effect.Effect<Http.Server, ListenError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Http.Server, ListenError>((resume) => {
      const unanswered = new Unanswered()
      const opened = http.createServer(serverOptions, (request, response) => {
        unanswered.add(request, response)
        handle(request, response)
      })
      opened.on("clientError", (error, socket) => {
        if (isStreaming(socket)) socket.destroy()
        else unanswered.whenDone(socket, () => onClientError(error, socket))
      })
      // without a listener node would cut the connection, and the answers to earlier requests with it
      opened.on("connect", (_, socket) => {
        socket.on("error", () => {})
        if (isStreaming(socket)) socket.destroy()
        else unanswered.whenDone(socket, () => dismiss(socket, "405 Method Not Allowed", "this is no proxy"))
      })
      opened.on("checkExpectation", (_, response) =>
        refuse(response, 417, "the only expectation known is 100-continue"))
      opened.once("error", (error: NodeJS.ErrnoException) => {
        const reason = error.code === "EADDRINUSE" ? "PortTaken" : "AddressUnusable"
        resume(Effect.fail(new ListenError({ reason, address, port, detail: error.message })))
      })
      opened.listen({ host: address, port, backlog: 1024 }, () =>
        resume(Effect.succeed(opened)))
    }),
    close
  )

/** Closes within the grace: answers under way are let out, idle connections go at once. */
const close = (server: Http.Server): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const idle = setInterval(() => server.closeIdleConnections(), 10)
    const hard = setTimeout(() => server.closeAllConnections(), closingGraceMs)
    server.close(() => {
      clearInterval(idle)
      clearTimeout(hard)
      resume(Effect.void)
    })
    server.closeIdleConnections()
  })
