/** The example pages on a site of their own, and the tables that they hand over where a hub does not take them. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { webPort } from "../domain/WebProfile.ts"
import { DataServer } from "../ports/DataServer.ts"
import { type Handed, SiteServer } from "../ports/SiteServer.ts"

/** The port of the site unless told otherwise: always the same, since hubs know pages by their address. */
export const sitePort = 21_014

/** How the pages are served. */
export interface WebDemoOptions {
  /** Where the pages are. */
  readonly directory: string
  /** Port of the site; 0 takes any free one. */
  readonly port: number
  /** Port of the hub's Web Profile. */
  readonly hubPort: number
}

const mediaType = "application/x-votable+xml"

/** Bytes of a table, and how many are kept: they were typed in. */
const tableBytes = 8 * 1024 * 1024
const kept = 20

/** URLs under which a page finds the hub. */
const hubUrls = (port: number): ReadonlyArray<string> => [
  `http://127.0.0.1:${port}`,
  `http://localhost:${port}`
]

/**
 * What the pages may load and reach: their own files, the hub, and tables of public servers, which pages may read if those
 * servers let them.
 */
const policy = (hubPort: number): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' https: data: ${hubUrls(hubPort).join(" ")}`,
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'"
  ].join("; ")

/** The file that tells the pages where the hub is. */
const hubFile = (hubPort: number): string =>
  `export const hub = ${hubPort === webPort ? "{}" : JSON.stringify({ url: `${hubUrls(hubPort)[0]}/` })}\n`

/** Serves the pages until the scope ends. @returns the URL of the first */
export const serve = ({ directory, hubPort, port }: WebDemoOptions) =>
  Effect.gen(function*() {
    const site = yield* SiteServer
    const data = yield* DataServer
    const scope = yield* Effect.scope
    const tables: Array<Scope.Closeable> = []

    const take = ({ bytes, name }: Handed): Effect.Effect<string | undefined> =>
      Effect.gen(function*() {
        const own = yield* Scope.fork(scope)
        const url = yield* Scope.provide(
          data.serve({
            content: { _tag: "Bytes", bytes },
            mediaType,
            name: name === "" ? "table.vot" : name
          }),
          own
        )
        tables.push(own)
        const oldest = tables.length > kept ? tables.shift() : undefined
        if (oldest !== undefined) yield* Scope.close(oldest, Exit.void)
        return url
      }).pipe(
        Effect.catch((error) =>
          Effect.as(Effect.logWarning(`a table is not served: ${error.message}`), undefined)
        )
      )

    const { url } = yield* site.listen({
      port,
      directory,
      instead: new Map([["hub.js", hubFile(hubPort)]]),
      policy: policy(hubPort),
      handing: { path: "/tables", mediaType, limit: tableBytes, take }
    })
    return url
  })
