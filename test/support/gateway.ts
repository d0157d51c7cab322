/** A translator and a publisher behind a server, as a hub has them; servers of the web; and readers and writers. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Fs from "node:fs"
import {
  createServer,
  type IncomingMessage,
  request,
  type RequestListener,
  type ServerResponse
} from "node:http"
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net"
import { join } from "node:path"
import { open } from "../../src/adapters/http/HttpServing.ts"
import { makePublisher, type Published, type PublisherOptions } from "../../src/adapters/http/Publisher.ts"
import { makeTranslator, type Outcome, type TranslatorOptions } from "../../src/adapters/http/Translator.ts"
import type { Reading, Upload } from "../../src/ports/WebServer.ts"
import { directory } from "./dataServer.ts"

/** The token that is known at first. */
export const token = "tok-1"

/** A gateway of a test's own. */
export interface Gateway {
  readonly port: number
  /** What was mentioned. */
  readonly mentioned: Set<string>
  /** Who is registered. */
  readonly tokens: Set<string>
  /** What the translator has told, in order. */
  readonly outcomes: Array<Outcome>
  /** What the publisher has told, in order. */
  readonly published: Array<Published>
  /** What was published. */
  readonly uploads: Array<Upload>
  /** Bytes that each page may publish. */
  room: number
  /** What happens to uploads; they get a URL by default. */
  onPublish: (upload: Upload) => Effect.Effect<string | undefined>
  /** The directory in which the publisher has its own. */
  readonly parent: string
}

/** How a gateway is made. */
export interface GatewayOptions extends TranslatorOptions {
  readonly publishing?: PublisherOptions
}

const route = (gateway: Gateway, options: GatewayOptions) =>
  Effect.gen(function*() {
    const translator = makeTranslator(options)
    const publisher = yield* makePublisher({ parent: gateway.parent, ...options.publishing })
    const listener: RequestListener = (request, response) => {
      const [, path, asked, query] =
        /^\/(proxied|published)\/([^?]*)(?:\?(.*))?$/su.exec(request.url ?? "") ?? []
      response.setHeader("Access-Control-Allow-Origin", "https://page.example")
      const isKnown = gateway.tokens.has(asked ?? "")
      if (path === "proxied") {
        const mayRead = (url: string): Reading =>
          !isKnown || !gateway.tokens.has(asked ?? "")
            ? "UnknownToken"
            : gateway.mentioned.has(url)
            ? "Allowed"
            : "Blocked"
        const translation = { token: asked ?? "", query, mayRead }
        void translator.translate(request, response, translation).then((told) => gateway.outcomes.push(told))
      } else {
        const publication = {
          token: asked ?? "",
          query,
          room: () => gateway.tokens.has(asked ?? "") ? gateway.room : undefined,
          publish: (upload: Upload) => {
            gateway.uploads.push(upload)
            return gateway.onPublish(upload)
          }
        }
        void publisher.take(request, response, publication).then((told) => gateway.published.push(told))
      }
    }
    return yield* open("127.0.0.1", 0, listener)
  })

/** Opens a gateway; it is closed with the scope. */
export const gateway = (options: GatewayOptions = {}) =>
  Effect.gen(function*() {
    const made = {
      port: 0,
      mentioned: new Set<string>(),
      tokens: new Set([token]),
      outcomes: [],
      published: [],
      uploads: [],
      room: 2 ** 31,
      onPublish: () => Effect.succeed<string | undefined>(`http://127.0.0.1:1/key/${made.uploads.length}`),
      parent: yield* directory
    } as Gateway & { port: number } // the lists are empty, and so of no type yet
    const server = yield* route(made, options)
    // listen() on a host and port gives an AddressInfo, never a pipe name
    made.port = (server.address() as AddressInfo).port
    return made
  })

/** An answer, as far as it came. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage["headers"]
  readonly body: Buffer
  /** Whether it broke off. */
  readonly isBroken: boolean
}

/** What is asked, besides the URL. */
export interface Asking {
  readonly method?: string
  readonly headers?: { readonly [name: string]: string }
  readonly body?: string | Buffer
}

const collect = (response: IncomingMessage): Promise<Answer> =>
  new Promise((resolve) => {
    const pieces: Array<Buffer> = []
    const done = (isBroken: boolean): void =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(pieces),
        isBroken
      })
    response.on("data", (piece: Buffer) => pieces.push(piece))
    response.once("end", () => done(false))
    response.once("error", () => done(true))
  })

/** Asks a server on a port of this machine, over a connection of its own. */
export const ask = (port: number, path: string, { body, headers = {}, method = "GET" }: Asking = {}) =>
  Effect.promise(() =>
    new Promise<Answer>((resolve, reject) => {
      const asking = request({ host: "127.0.0.1", port, path, method, headers, agent: false })
      asking.once("response", (response) => void collect(response).then(resolve))
      asking.on("error", reject)
      asking.end(body)
    })
  )

/** Mentions a URL and reads it, encoded as it should be. */
export const read = (gateway: Gateway, url: string, asking: Asking = {}) => {
  gateway.mentioned.add(url)
  return ask(gateway.port, `/proxied/${token}?${encodeURIComponent(url)}`, asking)
}

/** A server of the web on a port of this machine. */
export interface Foreign {
  readonly port: number
  readonly url: string
  /** Heads of the requests so far. */
  readonly asked: Array<Pick<IncomingMessage, "headers" | "method" | "rawHeaders" | "url">>
  /** Connections that are open. */
  readonly sockets: Set<Socket>
}

const closing = (sockets: Set<Socket>, close: () => void) => () =>
  Effect.sync(() => {
    close()
    for (const socket of sockets) socket.destroy()
  })

/** Opens a server of the web. */
export const foreign = (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  host = "127.0.0.1"
) =>
  Effect.gen(function*() {
    const asked: Foreign["asked"] = []
    const sockets = new Set<Socket>()
    const server = createServer((request, response) => {
      asked.push(request)
      answer(request, response)
    })
    server.on("connection", (socket) => {
      sockets.add(socket)
      socket.on("close", () => sockets.delete(socket))
    })
    yield* Effect.acquireRelease(
      Effect.promise(() => new Promise<void>((resolve) => server.listen(0, host, resolve))),
      closing(sockets, () => server.close())
    )
    const { port } = server.address() as AddressInfo // as above
    const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`
    return { port, url, asked, sockets } satisfies Foreign
  })

/** Opens a server that writes bytes, one for each character, as soon as something has come in. */
export const rawForeign = (talk: (socket: Socket) => void) =>
  Effect.gen(function*() {
    const sockets = new Set<Socket>()
    const server = createTcpServer((socket) => {
      sockets.add(socket)
      socket.on("error", () => {})
      socket.on("close", () => sockets.delete(socket))
      socket.once("data", () => talk(socket))
    })
    yield* Effect.acquireRelease(
      Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
      closing(sockets, () => server.close())
    )
    const { port } = server.address() as AddressInfo // as above
    return { port, url: `http://127.0.0.1:${port}`, sockets }
  })

/** A server that says the same to everybody. */
export const saying = (bytes: string, then: (socket: Socket) => void = (socket) => socket.end()) =>
  rawForeign((socket) => {
    socket.write(bytes, "latin1")
    then(socket)
  })

/** Waits for a condition. */
export const eventually = (what: string, holds: () => boolean, limitMs = 50_000) =>
  Effect.gen(function*() {
    const begun = performance.now()
    while (!holds()) {
      if (performance.now() - begun > limitMs) throw new Error(`not within ${limitMs} ms: ${what}`)
      yield* Effect.sleep("5 millis")
    }
  })

/** Paths of this process's open files (on Linux). */
export const openFiles = (): ReadonlyArray<string> =>
  Fs.readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [Fs.readlinkSync(join("/proc/self/fd", fd))]
    } catch {
      return []
    }
  })

/** A scope that a test closes itself. */
export const scoped = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const made = yield* Scope.provide(effect, scope)
    return { made, close: Scope.close(scope, Exit.void) }
  })
