/** HTTP without a library: bytes out, bytes in, so that tests can send what no library would. */
import { connect, type Socket } from "node:net"

/** A response, taken apart just far enough. */
export interface RawResponse {
  readonly status: number
  readonly head: string
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

const readHead = (text: string): { readonly head: string; readonly rest: string } | undefined => {
  const end = text.indexOf("\r\n\r\n")
  return end < 0 ? undefined : { head: text.slice(0, end), rest: text.slice(end + 4) }
}

const takeOne = (
  text: string,
  headOnly: boolean
): { readonly response: RawResponse; readonly rest: string } | undefined => {
  const split = readHead(text)
  if (split === undefined) return undefined
  const [first = "", ...lines] = split.head.split("\r\n")
  const headers = new Map(lines.map((line) => {
    const colon = line.indexOf(":")
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  }))
  const status = Number(/^HTTP\/1\.[01] (\d{3})/u.exec(first)?.[1])
  const length = headOnly || status === 100 ? 0 : Number(headers.get("content-length"))
  if (!(length <= split.rest.length)) return undefined
  return {
    response: { status, head: split.head, headers, body: split.rest.slice(0, length) },
    rest: split.rest.slice(length)
  }
}

/** Characters up to the end of the first response, or 0 while its head is not there. */
const lengthOf = (text: string): number => {
  const split = readHead(text)
  const length = split === undefined ? undefined : /^content-length: *(\d+)$/imu.exec(split.head)?.[1]
  return split === undefined || length === undefined ? 0 : split.head.length + 4 + Number(length)
}

/** One connection. */
export interface RawConnection {
  readonly socket: Socket
  /** Writes bytes, one for each character. */
  readonly send: (bytes: string) => void
  /** The next response, as soon as it is complete; fails when the peer hangs up before or nothing comes. */
  readonly response: (options?: { readonly headOnly?: boolean }) => Promise<RawResponse>
  /** Resolves when the peer has closed, with what was left over. */
  readonly closed: Promise<string>
  readonly destroy: () => void
}

/** Milliseconds after which a test gives up on an answer. */
const patienceMs = 5_000

/** Opens a connection to a port of this machine. */
export const open = (port: number, host = "127.0.0.1"): RawConnection => {
  const socket = connect({ host, port, allowHalfOpen: true })
  socket.setNoDelay(true)
  let received = ""
  let needed = 0
  let ended = false
  const waiting = new Set<() => void>()
  const changed = (): void => {
    for (const look of waiting) look()
  }
  socket.on("data", (bytes: Buffer) => {
    received += bytes.toString("latin1")
    if (received.length >= needed) changed()
  })
  const finish = (): void => {
    ended = true
    changed()
  }
  socket.on("end", finish)
  socket.on("close", finish)
  socket.on("error", finish)
  const closed = new Promise<string>((resolve) => {
    const done = (): void => resolve(received)
    socket.once("end", done)
    socket.once("close", done)
  })
  const response = (options?: { readonly headOnly?: boolean }): Promise<RawResponse> =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        waiting.delete(look)
        clearTimeout(limit)
      }
      const look = (): void => {
        const taken = takeOne(received, options?.headOnly ?? false)
        // Large bodies come in many pieces; there is no use in looking at each.
        needed = taken === undefined ? lengthOf(received) : 0
        if (taken !== undefined) {
          received = taken.rest
          stop()
          resolve(taken.response)
        } else if (ended) {
          stop()
          reject(new Error(`the peer hung up after ${JSON.stringify(received.slice(0, 200))}`))
        }
      }
      const limit = setTimeout(() => {
        stop()
        reject(new Error(`no response; only ${JSON.stringify(received.slice(0, 200))} came`))
      }, patienceMs)
      waiting.add(look)
      look()
    })
  return {
    socket,
    send: (bytes) => void socket.write(bytes, "latin1"),
    response,
    closed,
    destroy: () => void socket.destroy()
  }
}

/** Sends bytes over a connection of their own and returns the first response. */
export const exchange = async (
  port: number,
  bytes: string,
  options?: { readonly headOnly?: boolean }
): Promise<RawResponse> => {
  const connection = open(port)
  try {
    connection.send(bytes)
    return await connection.response(options)
  } finally {
    connection.destroy()
  }
}

/** A POST as most peers write it; headers given replace or add. */
export const post = (
  body: string,
  headers: { readonly [name: string]: string } = {},
  path = "/xmlrpc"
): string => {
  const all = {
    "Host": "127.0.0.1",
    "Content-Type": "text/xml",
    "Content-Length": String(body.length),
    ...headers
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`
}
