/** The endpoint of the Web Profile with a handler of a test's own, and requests as pages send them, byte by byte. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as WebServerNode from "../../src/adapters/http/WebServerNode.ts"
import { layer as codec } from "../../src/adapters/xml/XmlCodecFxp.ts"
import { fault } from "../../src/domain/Fault.ts"
import { defaults, type Limits } from "../../src/domain/Limits.ts"
import { writeCall } from "../../src/domain/XmlRpcWriter.ts"
import { type WebHandler, type WebListenOptions, WebServer } from "../../src/ports/WebServer.ts"
import { exchange, type RawResponse } from "./rawHttp.ts"

/** Where pages come from unless a test says otherwise. */
export const origin = "https://archive.example"

/** Answers with the method, the parameters and the origin; faults on `fail`, hangs on `hang`, breaks on `die`. */
export const echo: WebHandler = {
  call: ({ method, params }, page) => {
    switch (method) {
      case "fail":
        return Effect.fail(fault("NotSubscribed", "client <c7> is not subscribed to \"a\" & b"))
      case "hang":
        return Effect.never
      case "die":
        return Effect.die(new Error("a bug"))
      default:
        return Effect.succeed({ value: [method, ...params, page.origin ?? "none", page.referer ?? "none"] })
    }
  },
  knows: (key) => key === "known",
  mayRead: () => "UnknownToken",
  room: () => undefined,
  publish: () => Effect.succeed(undefined)
}

/** Listens; gives the port. */
export const listen = (handler: WebHandler = echo, options: Partial<WebListenOptions> = {}) =>
  Effect.flatMap(WebServer, (server) =>
    Effect.map(
      server.listen(
        { port: 0, title: "SAMP hub of a test", flash: false, silverlight: false, ...options },
        handler
      ),
      ({ url }) => Number(new URL(url).port)
    ))

export const withServer = (limits: Partial<Limits> = {}) =>
  Effect.provide(
    WebServerNode.layer({ limits: { ...defaults, ...limits } }).pipe(Layer.provide(codec))
  )

/** Headers; those that are undefined are left out. */
export type Headers = { readonly [name: string]: string | undefined }

/** A request as a page's browser writes it; headers given replace, add, and take away. */
export const request = (
  method: string,
  port: number,
  headers: Headers = {},
  body = "",
  path = "/"
): string => {
  const all: Headers = {
    "Host": `127.0.0.1:${port}`,
    "Origin": origin,
    ...body === "" ? {} : { "Content-Type": "text/xml", "Content-Length": String(body.length) },
    ...headers
  }
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}\r\n`]
  )
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`
}

export const call = (method: string, ...params: ReadonlyArray<string>): string =>
  writeCall({ method, params })

/** Sends a call as a page. */
export const post = (port: number, body: string, headers: Headers = {}, path = "/") =>
  Effect.promise(() => exchange(port, request("POST", port, headers, body, path)))

/** Sends a request without a body. */
export const ask = (method: string, port: number, headers: Headers = {}, path = "/") =>
  Effect.promise(() =>
    exchange(port, request(method, port, headers, "", path), { headOnly: method === "HEAD" })
  )

/** That a page of this origin may read the answer (WEB-06). */
export const isReadable = ({ headers }: RawResponse, by = origin): void => {
  assert.strictEqual(headers.get("access-control-allow-origin"), by)
  assert.strictEqual(headers.get("vary"), "Origin")
  assert.isFalse(headers.has("access-control-allow-credentials"))
}

/** The fault of an answer, which has status 200 like all others (WIRE-112). */
export const faultOf = (response: RawResponse): string => {
  assert.strictEqual(response.status, 200, response.body)
  assert.strictEqual(response.headers.get("content-type"), "text/xml")
  return /<name>faultString<\/name><value><string>([^<]*)</u.exec(response.body)?.[1] ??
    `no fault: ${response.body}`
}
