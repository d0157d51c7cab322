/**
 * The endpoint of the Web Profile on node:http. Everything on the XML-RPC path is answered with status 200 and a fault if
 * need be, since sampjs waits for ever at any other (WIRE-112); what is refused before is no page that means well.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { type Fault, quote } from "../../domain/Fault.ts"
import type { Limits } from "../../domain/Limits.ts"
import { webPort } from "../../domain/WebProfile.ts"
import type { ListenError } from "../../ports/CallServer.ts"
import {
  publisherPath,
  translatorPath,
  type Upload,
  type WebAnswer,
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
import { answerWith, collect, resultOf } from "./XmlRpcAnswering.ts"
import { callOf } from "./XmlRpcBody.ts"

/** Where XML-RPC is answered: `/` is the standard's (WEB-01), the other is where Python's clients go (WIRE-41). */
const paths = new Set(["/", "/RPC2"])

/** A type that a page cannot send without asking first (WEB-07); any other would let it skip the preflight. */
const xmlType = /^(?:text|application)\/xml\s*(?:;|$)/iu

type Respond = (request: Http.IncomingMessage, response: Http.ServerResponse) => void

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

/** Answers XML-RPC calls of pages. */
const calls = (
  codec: XmlCodec["Service"],
  limits: Limits,
  handler: WebHandler,
  fork: <A, E>(effect: Effect.Effect<A, E>) => ReturnType<typeof Effect.runFork<A, E>>
): Respond => {
  const settle = (response: Http.ServerResponse, exit: Exit.Exit<WebAnswer, Fault>): void => {
    if (Exit.isFailure(exit) && Cause.hasDies(exit.cause)) fork(Effect.logError("a call failed", exit.cause))
    if (Exit.hasInterrupts(exit)) return refuse(response, 503, "shutting down")
    const answer = resultOf(exit)
    if (Result.isFailure(answer)) return answerWith(response, Result.fail(answer.failure))
    const { unread, value } = answer.success
    if (response.destroyed) return unread?.()
    if (unread !== undefined) response.once("close", () => response.writableFinished ? undefined : unread())
    answerWith(response, Result.succeed(value))
  }
  return (request, response) => {
    if (!xmlType.test(request.headers["content-type"] ?? "")) {
      return refuse(response, 415, "XML-RPC has the Content-Type text/xml")
    }
    const page = { origin: originOf(request), referer: request.headers.referer }
    collect(request, response, limits, (body) => {
      const call = callOf(codec, body, limits)
      if (Result.isFailure(call)) return answerWith(response, Result.fail(call.failure))
      const fiber = fork(handler.call(call.success, page))
      const done = fiber.pollUnsafe()
      if (done !== undefined) return settle(response, done)
      fiber.addObserver((exit) => settle(response, exit))
      response.on("close", () => fiber.interruptUnsafe())
    })
  }
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
    const call = calls(codec, options.limits, handler, fork)
    const data = yield* gateway(options, handler, fork)
    const ports = new Set([port === 0 ? webPort : port])
    const greeting =
      `<!DOCTYPE html><title>${title}</title><p>${title}: web pages talk to it, with your consent.\n`

    const route = (path: string): Respond | undefined => {
      if (paths.has(path)) {
        return (request, response) => {
          if (request.method === "POST") return call(request, response)
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

    const handle: Respond = (request, response) => {
      const why = objection(request, ports)
      if (why !== undefined) {
        fork(Effect.logWarning(`a request to the Web Profile was refused: ${why[1]}`, {
          host: request.headers.host,
          origin: request.headers.origin
        }))
        return refuse(response, ...why)
      }
      allowReading(request, response)
      if (isPreflight(request)) return preflight(request, response)
      const path = (request.url ?? "/").replace(/^https?:\/\/[^/?]*/iu, "").replace(/\?.*$/su, "") || "/"
      const respond = route(path)
      if (respond === undefined) return refuse(response, 404, "there is nothing here; XML-RPC is at /")
      respond(request, response)
    }

    const bound = yield* bind(port, handle)
    ports.add(bound)
    return { url: `http://127.0.0.1:${bound}/` }
  })

/** How often any free port is chosen again when it is taken on the other address. */
const tries = 10

const portOf = (server: Http.Server): number =>
  // listen() on a host and port gives an AddressInfo, never a pipe name
  (server.address() as AddressInfo).port

/** Listens on both loopback addresses, of which `localhost` may be either; a machine without IPv6 has but one (WEB-03). */
const bind = (port: number, handle: Respond, left = tries): Effect.Effect<number, ListenError, Scope.Scope> =>
  Effect.gen(function*() {
    const bound = portOf(yield* open("127.0.0.1", port, handle))
    const other = yield* Effect.result(open("::1", bound, handle))
    if (Result.isSuccess(other) || other.failure.reason === "AddressUnusable") return bound
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
