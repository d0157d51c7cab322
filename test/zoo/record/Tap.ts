/**
 * A TCP proxy that keeps what passes. It is transparent but for one thing: in `samp.hub.setXmlrpcCallback` it
 * puts a second tap in the place of the client's callback URL, so that the hub's own requests, and what the
 * client answers to them, pass here too. The tape holds what the client sent, not what went on.
 */
import net from "node:net"

/** One request and what came back, byte for byte. */
export interface Exchange {
  /** Whose client it is, whichever side asked. */
  readonly peer: string
  readonly asks: "client" | "hub"
  request: Buffer
  response: Buffer
  /** The answering side ended the connection. */
  closes: boolean
}

export interface Address {
  readonly host: string
  readonly port: number
}

/** A tap at work. */
export interface Tap {
  readonly port: number
  /** The callback servers that clients named through this tap. */
  readonly callbacks: ReadonlyArray<Address>
  readonly close: () => void
}

const headEnd = (bytes: Buffer): number => {
  const crlf = bytes.indexOf("\r\n\r\n")
  const lf = bytes.indexOf("\n\n")
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return crlf + 4
  return lf < 0 ? -1 : lf + 2
}

/** Where the message at the start of `bytes` ends, as its Content-Length has it; -1 while more is to come. */
export const messageEnd = (bytes: Buffer): number => {
  const head = headEnd(bytes)
  if (head < 0) return -1
  const text = bytes.toString("latin1", 0, head)
  if (/^transfer-encoding:\s*chunked/im.test(text)) {
    const end = bytes.indexOf("0\r\n\r\n", head)
    return end < 0 ? -1 : end + 5
  }
  const end = head + Number(/^content-length:\s*(\d+)/im.exec(text)?.[1] ?? 0)
  return end <= bytes.length ? end : -1
}

/** Replaces parts of a message's body and mends its Content-Length by the difference. */
export const editBody = (bytes: Buffer, edit: (body: string) => string): Buffer => {
  const head = headEnd(bytes)
  if (head < 0) return bytes
  const before = bytes.toString("latin1", head)
  const after = edit(before)
  const text = bytes.toString("latin1", 0, head).replace(
    /^(content-length:\s*)(\d+)/im,
    (_, name: string, length: string) => `${name}${Number(length) + after.length - before.length}`
  )
  return Buffer.from(text + after, "latin1")
}

/**
 * Opens a tap in front of a hub or of a callback server.
 *
 * @param tape - where the exchanges go, in the order in which they began
 */
export const openTap = async (
  options: { readonly peer: string; readonly asks: Exchange["asks"]; readonly target: Address },
  tape: Array<Exchange>
): Promise<Tap> => {
  const inner: Array<Tap> = []
  const callbacks: Array<Address> = []
  const sockets = new Set<net.Socket>()

  const behind = async (request: Buffer): Promise<Buffer> => {
    const url = /http:\/\/([^:/<]+):(\d+)/.exec(request.toString("latin1"))
    if (!request.includes("samp.hub.setXmlrpcCallback") || url === null) return request
    const target = { host: url[1] ?? "", port: Number(url[2]) }
    const tap = await openTap({ peer: options.peer, asks: "hub", target }, tape)
    inner.push(tap)
    callbacks.push(target)
    return editBody(request, (body) => body.replace(url[0], `http://127.0.0.1:${tap.port}`))
  }

  const server = net.createServer((client) => {
    const upstream = net.connect(options.target.port, options.target.host)
    let pending = Buffer.alloc(0)
    let current: Exchange | undefined
    let clientEnded = false
    let forwarding: Promise<void> = Promise.resolve()

    const take = () => {
      for (;;) {
        // What trails a body (`WIRE-23`) belongs to the request before it.
        const trail = pending.length - pending.toString("latin1").replace(/^[\r\n]+/, "").length
        if (current !== undefined && trail > 0) {
          current.request = Buffer.concat([current.request, pending.subarray(0, trail)])
          pending = pending.subarray(trail)
        }
        const end = messageEnd(pending)
        if (end < 0) return
        const request = Buffer.from(pending.subarray(0, end))
        pending = pending.subarray(end)
        forwarding = forwarding.then(async () => {
          const forward = options.asks === "client" ? await behind(request) : request
          current = {
            peer: options.peer,
            asks: options.asks,
            request,
            response: Buffer.alloc(0),
            closes: false
          }
          tape.push(current)
          upstream.write(forward)
        })
      }
    }
    client.on("data", (chunk) => {
      pending = Buffer.concat([pending, chunk])
      take()
    })
    upstream.on("data", (chunk) => {
      if (current !== undefined) current.response = Buffer.concat([current.response, chunk])
      client.write(chunk)
    })
    upstream.on("end", () => {
      // Who of the two ended first is a race when the head is HTTP/1.0, and then it says nothing.
      const old = current?.response.toString("latin1", 0, 8) === "HTTP/1.0"
      if (current !== undefined && (old || !clientEnded)) current.closes = true
      client.end()
    })
    client.on("end", () => {
      clientEnded = true
      void forwarding.then(() => upstream.end(pending))
    })
    for (const [socket, other] of [[client, upstream], [upstream, client]] as const) {
      sockets.add(socket)
      socket.on("close", () => sockets.delete(socket))
      socket.on("error", () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    callbacks,
    close: () => {
      for (const tap of inner) tap.close()
      server.close()
      for (const socket of sockets) socket.destroy()
    }
  }
}
