/** A site with the pages of the tests, over plain http on a port of its own. */
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { extname } from "node:path"

export interface Site {
  /** With the address 127.0.0.1, and with the name localhost: two origins of one site. */
  readonly origin: string
  readonly otherOrigin: string
  readonly close: () => Promise<void>
}

const folder = new URL("../pages/", import.meta.url)

/** The type of a file by its name. */
const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".vot": "application/x-votable+xml"
}
const typeOf = (path: string): string => types[extname(path)] ?? "text/html; charset=utf-8"

/** A file of the tests' pages, as it is. */
export const asset = (name: string): string => readFileSync(new URL(name, folder), "utf8")

/** Serves these texts by their paths, and nothing else. */
export const serve = async (files: Readonly<Record<string, string>>): Promise<Site> => {
  const known = new Map(Object.entries(files))
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost")
    const text = known.get(pathname)
    response.writeHead(text === undefined ? 404 : 200, {
      "content-type": text === undefined ? "text/plain" : typeOf(pathname),
      "cache-control": "no-store"
    })
    response.end(text ?? `no ${pathname} here\n`)
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve)
  })
  // listen() on a host gives an AddressInfo, never a pipe name
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    otherOrigin: `http://localhost:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
