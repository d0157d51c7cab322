/** An endpoint that answers with what it was asked, for tests of the HTTP around it. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer } from "../../src/adapters/http/CallServerNode.ts"
import { layer as codec } from "../../src/adapters/xml/XmlCodecFxp.ts"
import { fault } from "../../src/domain/Fault.ts"
import { defaults, type Limits } from "../../src/domain/Limits.ts"
import { writeAnswer, writeCall } from "../../src/domain/XmlRpcWriter.ts"
import { type CallHandler, CallServer } from "../../src/ports/CallServer.ts"
import { exchange, type RawResponse } from "./rawHttp.ts"

export const listen = (
  handler: CallHandler,
  options: { readonly address?: string; readonly port?: number } = {}
) =>
  Effect.flatMap(
    CallServer,
    (server) =>
      server.listen({ address: "127.0.0.1", port: 0, title: "SAMP hub of a test", ...options }, handler)
  )

export const withServer = (limits: Limits = defaults) =>
  Effect.provide(Layer.provide(layer({ limits }), codec))

export const portOf = (url: string): number => Number(new URL(url).port)

/** Answers with the method and the parameters, faults on `fail`, hangs on `hang`, breaks on `die`. */
export const echo: CallHandler = ({ method, params }) => {
  switch (method) {
    case "fail":
      return Effect.fail(fault("NotSubscribed", "client <c7> is not subscribed to \"a\" & b"))
    case "hang":
      return Effect.never
    case "die":
      return Effect.die(new Error("a bug"))
    default:
      return Effect.succeed([method, ...params])
  }
}

export const serving = Effect.map(listen(echo), ({ url }) => portOf(url))

export const call = (method: string, ...params: ReadonlyArray<string>): string =>
  writeCall({ method, params })
export const answer = (...strings: ReadonlyArray<string>): string => writeAnswer(strings)

export const ask = (port: number, bytes: string, options?: { readonly headOnly?: boolean }) =>
  Effect.promise(() => exchange(port, bytes, options))

export const isRefusal = ({ body, headers, status }: RawResponse, expected: number): void => {
  assert.strictEqual(status, expected)
  assert.strictEqual(headers.get("content-type"), "text/plain")
  assert.strictEqual(headers.get("connection"), "close")
  assert.match(body, /^[\x20-\x7e]{10,200}\n$/u)
}
