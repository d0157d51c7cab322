/**
 * Sites on node:http. The files are in memory, and there is no way from a URL to the disk, so there is nothing to traverse
 * and nothing to list. Whoever calls the address by another name, or posts from another page, is refused (WEB-65).
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readdirSync, readFileSync } from "node:fs"
import type * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { extname, join } from "node:path"
import { type Site, SiteError, SiteServer } from "../../ports/SiteServer.ts"
import { open, refuse } from "./HttpServing.ts"

const address = "127.0.0.1"

const types: ReadonlyMap<string, string> = new Map([
  [".css", "text/css; charset=utf-8"],
  [".html", "text/html; charset=utf-8"],
  [".js", "text/javascript; charset=utf-8"],
  [".svg", "image/svg+xml"]
])

interface File {
  readonly type: string
  readonly body: Buffer
}

/** The files by the path of their URL; `/` is the index. */
const read = ({ directory, instead }: Site): ReadonlyMap<string, File> => {
  const files = new Map<string, File>()
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const type = types.get(extname(entry.name))
    if (!entry.isFile() || type === undefined) continue
    const other = instead.get(entry.name)
    const body = other === undefined ? readFileSync(join(directory, entry.name)) : Buffer.from(other)
    files.set(`/${entry.name}`, { type, body })
  }
  const index = files.get("/index.html")
  if (index === undefined) throw new Error("there is no index.html")
  return files.set("/", index)
}

const headersOf = (policy: string): ReadonlyArray<readonly [string, string]> => [
  ["Content-Security-Policy", policy],
  ["X-Content-Type-Options", "nosniff"],
  ["X-Frame-Options", "DENY"],
  ["Referrer-Policy", "no-referrer"],
  ["Cross-Origin-Opener-Policy", "same-origin"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
  ["Cache-Control", "no-cache"]
]

/** Whether a request comes from a page of the site; browsers say so, of themselves, or by its origin. */
const isOwn = ({ headers }: Http.IncomingMessage): boolean => {
  const site = headers["sec-fetch-site"]
  return headers.origin === `http://${headers.host}` && (site === undefined || site === "same-origin")
}

/** The body of a request; undefined if it is longer than this. */
const bodyOf = async (request: Http.IncomingMessage, limit: number): Promise<Buffer | undefined> => {
  const chunks: Array<Buffer> = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > limit) return undefined
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

const text = (response: Http.ServerResponse, status: number, line: string): void => {
  response.writeHead(status, { "Content-Type": "text/plain", "Content-Length": line.length })
  response.end(line)
}

const listen = (site: Site) =>
  Effect.gen(function*() {
    const files = yield* Effect.try({
      try: () => read(site),
      catch: (error) =>
        new SiteError({
          directory: site.directory,
          detail: error instanceof Error ? error.message : String(error)
        })
    })
    const run = Effect.runPromiseWith(yield* Effect.context<never>())
    const headers = headersOf(site.policy)
    const { handing } = site
    let hosts: ReadonlyArray<string> = []

    const take = async (
      request: Http.IncomingMessage,
      response: Http.ServerResponse,
      url: URL
    ): Promise<void> => {
      if (!isOwn(request)) return refuse(response, 403, "only pages of this site can hand data over")
      if (request.headers["content-type"] !== handing.mediaType) {
        return refuse(response, 415, `data of the type ${handing.mediaType} are taken here`)
      }
      const bytes = await bodyOf(request, handing.limit)
      if (bytes === undefined) return refuse(response, 413, `at most ${handing.limit} bytes are taken`)
      const found = await run(handing.take({ name: url.searchParams.get("name") ?? "", bytes }))
      if (found === undefined) return refuse(response, 503, "it cannot be handed out now")
      text(response, 201, found)
    }

    const handle = async (request: Http.IncomingMessage, response: Http.ServerResponse): Promise<void> => {
      for (const [name, value] of headers) response.setHeader(name, value)
      if (!hosts.includes(request.headers.host ?? "")) {
        return refuse(response, 403, "this Host is not ours; use the URL as it was given")
      }
      const url = URL.parse(request.url ?? "/", `http://${address}`)
      const isHanding = url?.pathname === handing.path
      const file = files.get(url?.pathname ?? "")
      if (url === null || !isHanding && file === undefined) {
        return refuse(response, 404, "there is no such page")
      }
      const { method = "" } = request
      if (isHanding && method === "POST") {
        return take(request, response, url)
      }
      if (file === undefined || method !== "GET" && method !== "HEAD") {
        response.setHeader("Allow", isHanding ? "POST" : "GET, HEAD")
        return refuse(response, 405, isHanding ? "data are handed over by POST" : "pages are read by GET")
      }
      response.writeHead(200, { "Content-Type": file.type, "Content-Length": file.body.length })
      response.end(method === "HEAD" ? undefined : file.body)
    }

    const server = yield* open(address, site.port, (request, response) => {
      handle(request, response).catch(() => response.destroy())
    })
    const { port } = server.address() as AddressInfo // it listens on a port
    hosts = [`${address}:${port}`, `localhost:${port}`]
    return { url: `http://${address}:${port}/` }
  })

/** The port on node:http. */
export const layer: Layer.Layer<SiteServer> = Layer.succeed(SiteServer, SiteServer.of({ listen }))
