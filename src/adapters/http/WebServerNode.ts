/**
 * The endpoint of the Web Profile on node:http: XML-RPC, the way to foreign URLs, and to what pages hand over. What is
 * refused before any of these comes from no page that means well.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import type * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { quote } from "../../domain/Fault.ts"
import type { Limits } from "../../domain/Limits.ts"
import { Repeats, withUntold } from "../../domain/Repeats.ts"
import { webPort } from "../../domain/WebProfile.ts"
import type { ListenError } from "../../ports/CallServer.ts"
import {
  publisherPath,
  translatorPath,
  type Upload,
  type WebHandler,
  type WebListenOptions,
  WebServer
} from "../../ports/WebServer.ts"
import { XmlCodec } from "../../ports/XmlCodec.ts"
import { allowReading, isPreflight, objection, originOf, preflight } from "./Cors.ts"
import { open, refuse, send } from "./HttpServing.ts"
import { clientAccessPolicy, crossDomain } from "./OpenPolicies.ts"
import { makePublisher, type PublisherOptions } from "./Publisher.ts"
import { makeTranslator, type TranslatorOptions } from "./Translator.ts"
import { type Respond, WebCalls } from "./WebCalls.ts"

/** Where XML-RPC is answered: `/` is the standard's (WEB-01), the other is where Python's clients go (WIRE-41). */
const paths = new Set(["/", "/RPC2"])

/** Limits that the endpoint works with. */
export interface WebServerOptions {
  readonly limits: Limits
  readonly translator?: TranslatorOptions
  readonly publisher?: PublisherOptions
}

const refuseMethod = (response: Http.ServerResponse, allowed: string): void => {
  response.setHeader("Allow", allowed)
  refuse(response, 405, `use ${allowed} here`)
}

/** What became of a request for data, for the log: what went well is of no interest. */
interface Outcome {
  readonly problem: string | undefined
  readonly url?: string | undefined
}

/** Answers requests for foreign URLs, and takes what pages hand over; the token is the rest of the path. */
const gateway = (
  { publisher, translator }: WebServerOptions,
  handler: WebHandler,
  fork: <A, E>(effect: Effect.Effect<A, E>) => unknown
): Effect.Effect<(path: string) => Respond | undefined, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { take } = yield* makePublisher(publisher)
    const { translate } = makeTranslator(translator)
    const log = (what: string, request: Http.IncomingMessage, outcome: Promise<Outcome>): void => {
      const warn = ({ problem, url }: Outcome): void => {
        if (problem === undefined) return
        const details = { origin: request.headers.origin, ...url === undefined ? {} : { url: quote(url) } }
        fork(Effect.logWarning(`${what} was refused or broke off: ${problem}`, details))
      }
      void outcome.then(warn) // never rejects
    }
    return (path) => {
      if (path.startsWith(translatorPath)) {
        return (request, response) => {
          const token = path.slice(translatorPath.length)
          const origin = originOf(request)
          const mayRead = (url: string) => handler.mayRead(token, url, origin)
          log(
            "a page's reading",
            request,
            translate(request, response, { token, query: queryOf(request), mayRead })
          )
        }
      }
      if (path.startsWith(publisherPath)) {
        return (request, response) => {
          const token = path.slice(publisherPath.length)
          const origin = originOf(request)
          const publication = {
            token,
            query: queryOf(request),
            room: () => handler.room(token, origin),
            publish: (upload: Upload) => handler.publish(token, upload)
          }
          log("a page's publishing", request, take(request, response, publication))
        }
      }
      return undefined
    }
  })

/** What follows the first `?` of a request's target. */
const queryOf = ({ url = "" }: Http.IncomingMessage): string | undefined => {
  const at = url.indexOf("?")
  return at < 0 ? undefined : url.slice(at + 1)
}

const listen = (
  codec: XmlCodec["Service"],
  options: WebServerOptions,
  { flash, port, silverlight, title }: WebListenOptions,
  handler: WebHandler
) =>
  Effect.gen(function*() {
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    const calls = new WebCalls(codec, options.limits, handler, fork)
    yield* Effect.forkScoped(calls.sweeping)
    const data = yield* gateway(options, handler, fork)
    const ports = new Set([port === 0 ? webPort : port])
    const greeting =
      `<!DOCTYPE html><title>${title}</title><p>${title}: web pages talk to it, with your consent.\n`

    const route = (path: string): Respond | undefined => {
      if (paths.has(path)) {
        return (request, response) => {
          if (request.method === "POST") return calls.respond(request, response)
          if (request.method === "GET" || request.method === "HEAD") {
            return send(response, 200, "text/html", greeting)
          }
          return refuseMethod(response, "POST, GET, HEAD")
        }
      }
      if (flash && path === "/crossdomain.xml") {
        return (_, response) => send(response, 200, "text/x-cross-domain-policy", crossDomain)
      }
      if (silverlight && path === "/clientaccesspolicy.xml") {
        return (_, response) => send(response, 200, "text/xml", clientAccessPolicy)
      }
      return data(path)
    }

    const told = new Repeats()
    const warn = (
      why: string,
      { headers: { host, origin } }: Pick<Http.IncomingMessage, "headers">
    ): void => {
      const untold = told.happens(why, performance.now())
      if (untold === undefined) return
      const details = [["host", host], ["origin", origin]]
        .flatMap(([name = "", value]) => value === undefined ? [] : [[name, quote(value)]])
      const text = withUntold(`a request to the Web Profile was refused: ${why}`, untold)
      fork(Effect.logWarning(text, ...details.length === 0 ? [] : [Object.fromEntries(details)]))
    }

    const handle: Respond = (request, response) => {
      const why = objection(request, ports)
      if (why !== undefined) {
        warn(why[1], request)
        return refuse(response, ...why)
      }
      allowReading(request, response)
      if (isPreflight(request)) return preflight(request, response)
      const path = (request.url ?? "/").replace(/^https?:\/\/[^/?]*/iu, "").replace(/\?.*$/su, "") || "/"
      const respond = route(path)
      if (respond === undefined) return refuse(response, 404, "there is nothing here; XML-RPC is at /")
      respond(request, response)
    }

    const servers = yield* bind(port, handle)
    const bound = portOf(servers[0])
    for (const server of servers) {
      limitConnections(server, options.limits.webConnections, () => calls.makeRoom(), () => {
        warn("there are too many connections", { headers: {} })
      })
    }
    ports.add(bound)
    return { url: `http://127.0.0.1:${bound}/` }
  })

/** How often any free port is chosen again when it is taken on the other address. */
const tries = 10

const portOf = (server: Http.Server): number =>
  // listen() on a host and port gives an AddressInfo, never a pipe name
  (server.address() as AddressInfo).port

/**
 * Keeps connections within a bound. When it is near, those that are idle go, and one whose request does not come whole; beyond
 * it new ones are closed.
 */
const limitConnections = (
  server: Http.Server,
  most: number,
  makeRoom: () => void,
  onDrop: () => void
): void => {
  let count = 0
  server.maxConnections = most
  server.on("connection", (socket) => {
    socket.once("close", () => count--)
    if (++count <= most * 0.9) return
    server.closeIdleConnections()
    makeRoom()
  })
  server.on("drop", onDrop)
}

/** Listens on both loopback addresses, of which `localhost` may be either; a machine without IPv6 has but one (WEB-03). */
const bind = (
  port: number,
  handle: Respond,
  left = tries
): Effect.Effect<readonly [Http.Server, ...ReadonlyArray<Http.Server>], ListenError, Scope.Scope> =>
  Effect.gen(function*() {
    const scope = yield* Effect.scope
    const own = yield* Scope.fork(scope)
    const listening = (address: string, port: number) => Scope.provide(open(address, port, handle), own)
    const one = yield* listening("127.0.0.1", port)
    const other = yield* Effect.result(listening("::1", portOf(one)))
    if (Result.isSuccess(other)) return [one, other.success]
    if (other.failure.reason === "AddressUnusable") return [one]
    yield* Scope.close(own, Exit.void) // on one address alone a page would reach now this hub, now whatever has the other
    return port === 0 && left > 1 ? yield* bind(0, handle, left - 1) : yield* other.failure
  })

/** The port on node:http. */
export const layer = (options: WebServerOptions): Layer.Layer<WebServer, never, XmlCodec> =>
  Layer.effect(
    WebServer,
    Effect.map(XmlCodec, (codec) =>
      WebServer.of({
        listen: (listenOptions, handler) => listen(codec, options, listenOptions, handler)
      }))
  )
