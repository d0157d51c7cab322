/** Served data and their readers, for tests of the HTTP around them. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type DataServerOptions, layer } from "../../src/adapters/http/DataServerNode.ts"
import { layer as keys } from "../../src/adapters/node/KeySourceNode.ts"
import { type Content, DataServer, type Resource } from "../../src/ports/DataServer.ts"
import { exchange } from "./rawHttp.ts"

/** A data server of a test's own. */
export const withServer = (options: DataServerOptions = {}) =>
  Effect.provide(Layer.provide(layer(options), keys), { local: true })

/** A directory of a test's own, gone with the scope. */
export const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "samp-test-data-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Bytes that differ from place to place. */
export const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8) * 7 + (at >> 16)) & 255)

/** Bytes as rawHttp shows them. */
export const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1")

/** Where something is served. */
export interface Served {
  readonly url: string
  readonly port: number
  readonly path: string
}

/** Serves content in the scope, by default as `application/fits` under the name `m31.fits`. */
export const serve = (content: Content, rest: Partial<Resource> = {}) =>
  Effect.flatMap(DataServer, (server) =>
    Effect.map(
      server.serve({ content, mediaType: "application/fits", name: "m31.fits", ...rest }),
      (url): Served => ({ url, port: Number(new URL(url).port), path: new URL(url).pathname })
    ))

export const bytes = (length: number): Content => ({ _tag: "Bytes", bytes: pattern(length) })
export const file = (path: string): Content => ({ _tag: "File", path })

/** A data server for tests that are not effects; all that it serves ends with it. */
export const start = async () => {
  const scope = Effect.runSync(Scope.make())
  const built = Layer.build(Layer.provide(layer(), keys))
  const context = await Effect.runPromise(Scope.provide(built, scope))
  return {
    serve: (content: Content, rest: Partial<Resource> = {}): Promise<Served> =>
      Effect.runPromise(Effect.provide(Scope.provide(serve(content, rest), scope), context)),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

/** The text of a request, as most readers write it. */
export const request = (
  method: string,
  path: string,
  headers: { readonly [name: string]: string } = {}
): string => {
  const lines = Object.entries({ Host: "127.0.0.1", ...headers }).map(([name, value]) =>
    `${name}: ${value}\r\n`
  )
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`
}

/** Asks once, over a connection of its own. */
export const ask = (
  { path, port }: Served,
  headers: { readonly [name: string]: string } = {},
  method = "GET"
) => Effect.promise(() => exchange(port, request(method, path, headers), { headOnly: method === "HEAD" }))
