/**
 * Which requests to the Web Profile are taken, and what lets a page read the answers: the checks of where a request comes
 * from and where it believes to be (WEB-17, WEB-65), and CORS (WEB-06..08). The user's consent is another matter: a
 * preflight is answered to any origin, as all hubs do; who may do what is decided at registration.
 */
import type * as Http from "node:http"

/** Names of this machine that pages use (WEB-01); any other name may have been bent to our address by a page's DNS. */
const names = ["localhost", "127.0.0.1", "[::1]"]

/** What only browsers send: the kind of context that a request comes from. */
const fromBrowser = "sec-fetch-site"

/** Whether a socket's other end is this machine (WEB-17, WIRE-145). */
const isLocal = (address: string | undefined): boolean =>
  address !== undefined && /^(?:::ffff:)?127\.|^::1$/u.test(address)

/** An origin that says something: scheme and host. `null` is that of sandboxed frames and files, and names nobody (WEB-18). */
const syntax = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#"'<>\\]+$/iu

/** The origin of a request; undefined if it names none, or none that identifies anybody. */
export const originOf = ({ headers }: Http.IncomingMessage): string | undefined =>
  headers.origin !== undefined && syntax.test(headers.origin) ? headers.origin : undefined

/** Why a request is not taken at all. */
export const objection = (
  request: Http.IncomingMessage,
  ports: ReadonlySet<number>
): readonly [status: number, text: string] | undefined => {
  const { headers, socket } = request
  if (!isLocal(socket.remoteAddress)) return [403, "only programs of this machine may use the Web Profile"]
  if (headers.host !== undefined) {
    const [, name = "", port = "80"] = /^(.*?)(?::([0-9]+))?$/u.exec(headers.host.toLowerCase()) ?? []
    if (!names.includes(name) || !ports.has(Number(port))) {
      return [403, "this Host is not ours; use http://127.0.0.1 or http://localhost with our port"]
    }
  }
  if (headers.origin !== undefined && originOf(request) === undefined) {
    return [
      403,
      "the origin null names nobody; open the page from a web server, not from a file or in a sandbox"
    ]
  }
  const changes = request.method !== "GET" && request.method !== "HEAD"
  if (changes && headers.origin === undefined && headers[fromBrowser] !== undefined) {
    return [403, "a browser must say the Origin of its page"]
  }
  return undefined
}

/** Lets the page read whatever the answer is (WEB-06, WIRE-131). */
export const allowReading = (request: Http.IncomingMessage, response: Http.ServerResponse): void => {
  response.setHeader("Vary", "Origin")
  const origin = originOf(request)
  if (origin === undefined) return
  response.setHeader("Access-Control-Allow-Origin", origin)
  response.setHeader(
    "Access-Control-Expose-Headers",
    "Content-Length, Content-Range, Content-Type, Content-Encoding, Accept-Ranges, ETag, Last-Modified, Location"
  )
}

/** Names of headers as a preflight lists them. */
const headerNames = /^[a-z0-9!#$%&'*+.^_`|~-]+(?:\s*,\s*[a-z0-9!#$%&'*+.^_`|~-]+)*$/iu

/** Whether a request is a preflight. */
export const isPreflight = ({ headers, method }: Http.IncomingMessage): boolean =>
  method === "OPTIONS" && headers.origin !== undefined &&
  headers["access-control-request-method"] !== undefined

/** Answers a preflight (WEB-07, WEB-08, WIRE-130..134); {@link allowReading} has been called. */
export const preflight = (request: Http.IncomingMessage, response: Http.ServerResponse): void => {
  const { headers } = request
  const asked = headers["access-control-request-headers"]
  response.setHeader("Access-Control-Allow-Methods", "POST, GET, HEAD, PUT, OPTIONS")
  response.setHeader(
    "Access-Control-Allow-Headers",
    asked !== undefined && headerNames.test(asked.trim()) ? asked.trim() : "Content-Type"
  )
  response.setHeader("Access-Control-Max-Age", "600")
  if (headers["access-control-request-private-network"] === "true") {
    response.setHeader("Access-Control-Allow-Private-Network", "true")
  }
  response.writeHead(200, ["Content-Length", "0"])
  response.end()
}
