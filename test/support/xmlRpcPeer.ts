/** A scripted XML-RPC peer on plain sockets: it notes every byte it gets and answers as badly as a test wants. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer, type Server, type Socket } from "node:net"

/** A request as it came. */
export interface PeerRequest {
  readonly head: string
  readonly body: string
  /** The connection's number, from 1. */
  readonly connection: number
  /** The request's number over all connections, from 1. */
  readonly number: number
}

/** What a peer does with a request. */
export type Script = (request: PeerRequest, socket: Socket) => void

/** A running peer. */
export interface Peer {
  readonly port: number
  readonly url: string
  readonly requests: ReadonlyArray<PeerRequest>
  /** Connections made so far. */
  readonly connections: () => number
  /** Connections that are open now. */
  readonly open: () => number
}

/** Splits what comes into requests; looks again only when enough has come. */
const splitter = (found: (head: string, body: string) => void) => {
  let text = ""
  let needed = 0
  return (more: string): void => {
    text += more
    while (text.length > needed) {
      const start = text.indexOf("\r\n\r\n") + 4
      if (start < 4) return
      const head = text.slice(0, start - 4)
      const end = start + Number(/^content-length: *(\d+)$/imu.exec(head)?.[1] ?? 0)
      needed = end - 1
      if (text.length < end) return
      found(head, text.slice(start, end))
      text = text.slice(end)
      needed = 0
    }
  }
}

/** The port that a server listens on. */
export const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === "object" && address !== null ? address.port : 0
}

/** A server that takes connections and reads nothing from them; it ends with the scope. */
export const deaf: Effect.Effect<string, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.callback<Server>((resume) => {
      const server = createServer({ pauseOnConnect: true }, (socket) => socket.on("error", () => {}))
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => void server.close())
  ),
  (server) => `http://127.0.0.1:${portOf(server)}/`
)

/** The URL of a port on which nobody listens. */
export const nobody: Effect.Effect<string> = Effect.callback<string>((resume) => {
  const server = createServer()
  server.listen(0, "127.0.0.1", () => {
    const port = portOf(server)
    server.close(() => resume(Effect.succeed(`http://127.0.0.1:${port}/`)))
  })
})

/** Starts a peer; it ends with the scope. */
export const peer = (script: Script): Effect.Effect<Peer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Peer & { readonly stop: () => void }>((resume) => {
      const requests: Array<PeerRequest> = []
      const sockets = new Set<Socket>()
      let connections = 0
      const server = createServer((socket) => {
        const connection = ++connections
        sockets.add(socket)
        socket.on("error", () => {})
        socket.on("close", () => sockets.delete(socket))
        const split = splitter((head, body) => {
          const request = { head, body, connection, number: requests.length + 1 }
          requests.push(request)
          script(request, socket)
        })
        socket.on("data", (bytes: Buffer) => split(bytes.toString("latin1")))
      })
      server.listen(0, "127.0.0.1", () => {
        const port = portOf(server)
        resume(Effect.succeed({
          port,
          url: `http://127.0.0.1:${port}/xmlrpc`,
          requests,
          connections: () => connections,
          open: () => sockets.size,
          stop: () => {
            for (const socket of sockets) socket.destroy()
            server.close()
          }
        }))
      })
    }),
    ({ stop }) => Effect.sync(stop)
  )

/** An HTTP/1.1 answer that keeps the connection. */
export const ok = (body: string, headers = ""): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`
