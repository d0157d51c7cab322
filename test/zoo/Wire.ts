/** Raw sockets that play recorded bytes: a client that says them, a server that answers with them. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { once } from "node:events"
import net from "node:net"
import { setImmediate as breathe } from "node:timers/promises"
import { messageEnd } from "./record/Tap.ts"

/** Cuts bytes into pieces of the sizes that `next` gives. */
export const cut = (bytes: Buffer, next: () => number): ReadonlyArray<Buffer> => {
  const pieces: Array<Buffer> = []
  for (let at = 0; at < bytes.length;) {
    const size = next()
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return pieces
}

/** Sizes from 1 to 16 that are the same in each run. */
export const smallSizes = (): () => number => {
  let state = 1
  return () => (state = (state * 48271) % 2147483647) % 16 + 1
}

/** Writes the pieces so that each has a chance to arrive alone. */
const write = async (socket: net.Socket, pieces: ReadonlyArray<Buffer>): Promise<void> => {
  socket.setNoDelay(true)
  for (const piece of pieces) {
    if (socket.destroyed) return
    socket.write(piece)
    if (pieces.length > 1) await breathe()
  }
}

/** An HTTP answer. */
export interface Answer {
  readonly status: number
  readonly head: string
  readonly body: string
}

/** The final answers at the start of `bytes`; interim ones (100) are left out. */
const answers = (bytes: Buffer): ReadonlyArray<Answer> => {
  const found: Array<Answer> = []
  for (let rest = bytes, end = messageEnd(rest); end > 0; rest = rest.subarray(end), end = messageEnd(rest)) {
    const text = rest.toString("latin1", 0, end)
    const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(text)?.[1])
    const gap = text.indexOf("\r\n\r\n")
    if (status >= 200) found.push({ status, head: text.slice(0, gap), body: text.slice(gap + 4) })
  }
  return found
}

/** What a client of ours heard. */
export interface Heard {
  readonly answers: ReadonlyArray<Answer>
  /** The server ended the connection. */
  readonly closed: boolean
}

/**
 * Says bytes to a server until so many answers are there, or the connection ends; then waits a moment for its
 * end.
 *
 * @param expected - how many answers
 * @param lingerMs - how long to wait for the server's end once they are there
 */
export const say = (
  port: number,
  pieces: ReadonlyArray<Buffer>,
  expected: number,
  lingerMs = 0
): Effect.Effect<Heard> =>
  Effect.promise(async () => {
    const socket = net.connect(port, "127.0.0.1")
    await once(socket, "connect")
    let heard = Buffer.alloc(0)
    let closed = false
    const done = new Promise<void>((resolve) => {
      socket.setTimeout(5_000, resolve)
      socket.on("data", (chunk) => {
        heard = Buffer.concat([heard, chunk])
        if (answers(heard).length >= expected) {
          if (lingerMs === 0) resolve()
          else socket.setTimeout(lingerMs, resolve)
        }
      })
      socket.on("end", () => {
        closed = true
        resolve()
      })
      socket.on("error", () => resolve())
    })
    await Promise.all([write(socket, pieces), done])
    socket.destroy()
    return { answers: answers(heard), closed }
  })

/** A server that knows one answer. */
export interface Parrot {
  readonly url: string
  /** Connections so far. */
  readonly connections: () => number
  /** Requests so far, each with its head. */
  readonly requests: () => ReadonlyArray<string>
}

/** Opens a server that reads whole requests and answers each with the pieces; it ends with its scope. */
export const parrot = (
  pieces: ReadonlyArray<Buffer>,
  closes: boolean
): Effect.Effect<Parrot, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const sockets = new Set<net.Socket>()
        const requests: Array<string> = []
        let connections = 0
        const server = net.createServer((socket) => {
          connections++
          sockets.add(socket)
          let pending = Buffer.alloc(0)
          let busy: Promise<void> = Promise.resolve()
          socket.on("error", () => socket.destroy())
          socket.on("close", () => sockets.delete(socket))
          socket.on("data", (chunk) => {
            pending = Buffer.concat([pending, chunk])
            for (let at = messageEnd(pending); at > 0; at = messageEnd(pending)) {
              requests.push(pending.toString("latin1", 0, at))
              pending = pending.subarray(at)
              // A peer that closes reads no second request; the kernel answers it with a reset, as for DS9.
              if (closes) socket.pause()
              // Closing is for both directions, as close(2) is: what comes later is not read, and reset.
              const end = () => void (closes && socket.end(() => socket.destroy()))
              busy = busy.then(() => write(socket, pieces)).then(end)
            }
          })
        })
        server.listen(0, "127.0.0.1")
        await once(server, "listening")
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        return {
          server,
          sockets,
          face: {
            url: `http://127.0.0.1:${port}/xmlrpc`,
            connections: () => connections,
            requests: () => requests
          }
        }
      }),
      ({ server, sockets }) =>
        Effect.sync(() => {
          server.close()
          for (const socket of sockets) socket.destroy()
        })
    ),
    ({ face }) => face
  )
