/** HTTP down to the byte, over sockets of node:net. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { ListenError } from "../../ports/CallServer.ts"
import { NoAnswer, type RawAnswer, RawHttp, type RawOptions, type RawRequest } from "../../ports/RawHttp.ts"

const loopback = "127.0.0.1"

const unreachable = new Set(["EADDRNOTAVAIL", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN"])

interface Parted {
  readonly head: string
  readonly rest: string
}

/** A head ends with a blank line, of whichever line ends. */
const part = (text: string): Parted | undefined => {
  const end = /\r?\n\r?\n/u.exec(text)
  return end === null
    ? undefined
    : { head: text.slice(0, end.index), rest: text.slice(end.index + end[0].length) }
}

const headersOf = (head: string): ReadonlyMap<string, string> =>
  new Map(
    head.split(/\r?\n/u).slice(1).map((line) => {
      const colon = line.indexOf(":")
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    })
  )

/** The first answer of a text, and what is behind it; an answer that says no length ends with its connection. */
const takeAnswer = (
  text: string,
  headOnly: boolean,
  ended: boolean
): { readonly answer: RawAnswer; readonly rest: string } | undefined => {
  const parted = part(text)
  if (parted === undefined) return undefined
  const { head, rest } = parted
  const headers = headersOf(head)
  const status = Number(/^HTTP\/\d\.\d (\d{3})/u.exec(head)?.[1] ?? 0)
  const length = headOnly ? "0" : headers.get("content-length")
  if (length === undefined && !ended) return undefined
  const size = length === undefined ? rest.length : Number(length)
  if (!(size <= rest.length)) return undefined
  return { answer: { status, head, headers, body: rest.slice(0, size) }, rest: rest.slice(size) }
}

const exchange = (
  url: string,
  bytes: string,
  { answers: wanted = 1, half = false, headOnly = false, timeoutMs }: RawOptions
): Effect.Effect<ReadonlyArray<RawAnswer>, NoAnswer> =>
  Effect.callback((resume) => {
    const { hostname, port } = new URL(url)
    const host = hostname.replace(/^\[(.*)\]$/u, "$1") // an IPv6 address stands in brackets in URLs only
    const socket = connect({ host, port: Number(port === "" ? 80 : port), allowHalfOpen: true })
    const answers: Array<RawAnswer> = []
    let received = ""
    let over = false
    const close = (): void => {
      over = true
      clearTimeout(timer)
      socket.destroy()
    }
    const finish = (reason: NoAnswer["reason"]): void => {
      if (over) return
      close()
      resume(
        answers.length > 0
          ? Effect.succeed(answers)
          : Effect.fail(new NoAnswer({ reason, url, received: received.slice(0, 2_000) }))
      )
    }
    const read = (ended: boolean): void => {
      for (
        let taken = takeAnswer(received, headOnly, ended);
        taken !== undefined;
        taken = takeAnswer(received, headOnly, ended)
      ) {
        answers.push(taken.answer)
        received = taken.rest
        if (answers.length >= wanted) return finish("Closed")
      }
      if (ended) finish("Closed")
    }
    const timer = setTimeout(() => finish("Timeout"), timeoutMs)
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1")
      if (!over) read(false)
    })
    socket.on("end", () => read(true))
    socket.on("close", () => read(true))
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") finish("Refused")
      else if (unreachable.has(error.code ?? "")) finish("Unreachable")
      else read(true)
    })
    socket.write(bytes, "latin1")
    if (half) socket.end()
    return Effect.sync(close)
  })

/** The whole request at the start of a text. */
const takeRequest = (text: string): RawRequest | undefined => {
  const parted = part(text)
  if (parted === undefined) return undefined
  const { head, rest } = parted
  const length = Number(headersOf(head).get("content-length") ?? 0)
  if (rest.length < length) return undefined
  return { head, target: head.split(" ")[1] ?? "", body: rest.slice(0, length) }
}

const listen: RawHttp["Service"]["listen"] = (answer) =>
  Effect.gen(function*() {
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      let received = ""
      sockets.add(socket)
      socket.on("close", () => sockets.delete(socket))
      socket.on("error", () => socket.destroy())
      socket.on("data", (chunk) => {
        received += chunk.toString("latin1")
        const request = takeRequest(received)
        if (request === undefined) return
        received = ""
        const reply = Effect.map(answer(request), (bytes) => {
          if (bytes === undefined) socket.destroy()
          else socket.end(bytes, "latin1")
        })
        const fiber = fork(reply)
        socket.on("close", () => fiber.interruptUnsafe())
      })
    })
    yield* Effect.acquireRelease(
      Effect.callback<void, ListenError>((resume) => {
        server.once("error", (error) => {
          const place = { address: loopback, port: 0, detail: error.message }
          resume(Effect.fail(new ListenError({ reason: "AddressUnusable", ...place })))
        })
        server.listen(0, loopback, () => resume(Effect.void))
      }),
      () =>
        Effect.sync(() => {
          server.close()
          for (const socket of sockets) socket.destroy()
        })
    )
    // listen() on a host and port gives an AddressInfo, never a pipe name
    return (server.address() as AddressInfo).port
  })

/** The port on node:net. */
export const layer: Layer.Layer<RawHttp> = Layer.succeed(RawHttp, { exchange, listen })
