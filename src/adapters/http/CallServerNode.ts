/**
 * The call server on node:http.
 *
 * What is read and what is answered is plain node: this is the hub's hot path, where the wrapping of Effect's
 * NodeHttpServer costs more than the engine.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { type Fault, quote } from "../../domain/Fault.ts"
import type { Limits } from "../../domain/Limits.ts"
import type { SampValue } from "../../domain/SampValue.ts"
import { type CallHandler, CallServer, type ListenOptions } from "../../ports/CallServer.ts"
import { XmlCodec } from "../../ports/XmlCodec.ts"
import { isOurs, open, ownNames, refuse, send } from "./HttpServing.ts"
import { answerWith, collect, resultOf } from "./XmlRpcAnswering.ts"
import { callOf } from "./XmlRpcBody.ts"

/** The path we advertise; Python needs one (WIRE-41). */
const path = "/xmlrpc"
/** Paths that are answered: ours, that of clients of URLs without a path, and that of Python for those (WIRE-36). */
const paths = new Set([path, "/", "/RPC2"])

/** Why a request is not for us, as status and text (WIRE-157, WIRE-158, WEB-65). */
const objection = (
  request: Http.IncomingMessage,
  hosts: ReadonlySet<string>
): readonly [number, string] | undefined => {
  const { headers } = request
  if (!isOurs(headers.host, hosts)) {
    return [403, "this Host is not ours; use the URL of the lockfile"]
  }
  if (headers.origin !== undefined) return [403, "web pages use the Web Profile, not this endpoint"]
  const target = (request.url ?? "/").replace(/^https?:\/\/[^/?]*/iu, "").replace(/\?.*$/u, "")
  if (!paths.has(target === "" ? "/" : target.length > 1 ? target.replace(/\/$/u, "") : target)) {
    return [404, `XML-RPC is at ${path}`]
  }
  if (request.method !== "POST") return undefined
  const encoding = headers["content-encoding"]
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    return [415, `Content-Encoding ${quote(encoding)} is not supported; send the XML as it is`]
  }
  return undefined
}

/** Limits and the codec that a server works with. */
export interface CallServerOptions {
  readonly limits: Limits
}

const listen = (
  codec: XmlCodec["Service"],
  { limits }: CallServerOptions,
  { address, port, title }: ListenOptions,
  handler: CallHandler
) =>
  Effect.gen(function*() {
    const context = yield* Effect.context<never>()
    const fork = Effect.runForkWith(context)
    const hosts = ownNames(address)
    let url = ""

    const handle = (request: Http.IncomingMessage, response: Http.ServerResponse): void => {
      const why = objection(request, hosts)
      if (why !== undefined) return refuse(response, ...why)
      if (request.method !== "POST") return greet(request, response)
      collect(request, response, { bytes: limits.bodyBytes }, (body) => {
        const call = callOf(codec, body, limits)
        if (Result.isFailure(call)) return answerWith(response, Result.fail(call.failure))
        const fiber = fork(handler(call.success))
        const done = fiber.pollUnsafe()
        if (done !== undefined) return settle(response, done)
        fiber.addObserver((exit) => settle(response, exit))
        response.on("close", () => fiber.interruptUnsafe())
      })
    }
    const settle = (response: Http.ServerResponse, exit: Exit.Exit<SampValue, Fault>): void => {
      if (Exit.isFailure(exit) && Cause.hasDies(exit.cause)) {
        fork(Effect.logError("a call failed", exit.cause))
      }
      if (Exit.hasInterrupts(exit)) refuse(response, 503, "shutting down")
      else answerWith(response, resultOf(exit))
    }
    const greet = (request: Http.IncomingMessage, response: Http.ServerResponse): void => {
      if (request.method !== "GET" && request.method !== "HEAD") {
        response.setHeader("Allow", "POST, GET, HEAD")
        return refuse(response, 405, "XML-RPC is called by POST")
      }
      send(
        response,
        200,
        "text/html",
        `<!DOCTYPE html><title>${title}</title><p>${title}: XML-RPC endpoint ${url}\n`
      )
    }

    const server = yield* open(address, port, handle)
    // listen() on a host and port gives an AddressInfo, never a pipe name
    const bound = server.address() as AddressInfo
    url = `http://${
      bound.family === "IPv6" ? `[${bound.address}]` : advertised(bound.address)
    }:${bound.port}${path}`
    return { url }
  })

/** Bound to all interfaces, the loopback address is the one that local clients can surely use (WIRE-42). */
const advertised = (bound: string): string => bound === "0.0.0.0" ? "127.0.0.1" : bound

/** The port on node:http. */
export const layer = (options: CallServerOptions): Layer.Layer<CallServer, never, XmlCodec> =>
  Layer.effect(
    CallServer,
    Effect.map(XmlCodec, (codec) =>
      CallServer.of({
        listen: (listenOptions, handler) => listen(codec, options, listenOptions, handler)
      }))
  )
