/** The web reader against servers of this machine, of all the habits that servers of data have. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { gzipSync } from "node:zlib"
import { layer, layerWith } from "../../src/adapters/web/WebReaderFetch.ts"
import { WebReader } from "../../src/ports/WebReader.ts"
import { pattern } from "../support/dataServer.ts"

type Habit = (request: IncomingMessage, response: ServerResponse) => void

/** A server; its connections end with it. */
const server = (habit: Habit) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const made = createServer(habit).listen(0, "127.0.0.1", () => resolve(made))
        })
      ),
      (made) =>
        Effect.promise(() =>
          new Promise<void>((resolve) => {
            made.close(() => resolve())
            made.closeAllConnections()
          })
        )
    ),
    (made) => `http://127.0.0.1:${(made.address() as AddressInfo).port}/x` // of a TCP server
  )

const content = pattern(300_000)

const rangeOf = (request: IncomingMessage): readonly [number, number] => {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/u.exec(request.headers.range ?? "") ?? []
  return [Number(from), Number(to)]
}

/** Sends the ranges that are asked for. */
const ranged = (bytes: Uint8Array): Habit => (request, response) => {
  const [from, to] = rangeOf(request)
  if (from >= bytes.length) {
    return response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end()
  }
  const part = bytes.subarray(from, to + 1)
  return response.writeHead(206, {
    "content-type": "image/fits; x=1",
    "content-length": part.length,
    "content-range": `bytes ${from}-${from + part.length - 1}/${bytes.length}`
  }).end(part)
}

/** Sends all, whatever is asked for. */
const whole: Habit = (_, response) =>
  response.writeHead(200, { "content-length": content.length }).end(content)

const piece = (url: string, offset: number, length: number) =>
  WebReader.use((reader) => reader.piece(url, offset, length))

const refusal = (url: string, offset = 0, length = 10) =>
  Effect.map(Effect.flip(piece(url, offset, length)), ({ message }) => message.replace(url, "URL"))

describe("reading the web", () => {
  it.live("a part, with the size of the whole and the media type", () =>
    Effect.gen(function*() {
      const url = yield* server(ranged(content))
      const { bytes, mediaType, size } = yield* piece(url, 1_000, 20)
      assert.deepStrictEqual([...bytes], [...content.subarray(1_000, 1_020)])
      assert.deepStrictEqual([mediaType, size], ["image/fits; x=1", content.length])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("fewer bytes where they end, and none beyond", () =>
    Effect.gen(function*() {
      const url = yield* server(ranged(content))
      const end = yield* piece(url, 299_990, 50)
      assert.deepStrictEqual([...end.bytes], [...content.subarray(299_990)])
      const beyond = yield* piece(url, 300_000, 50)
      assert.deepStrictEqual([beyond.bytes.length, beyond.size], [0, 300_000])
      const empty = yield* piece(yield* server(ranged(new Uint8Array())), 0, 50)
      assert.deepStrictEqual([empty.bytes.length, empty.size], [0, 0])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("a part of a whole that comes from a server without ranges", () =>
    Effect.gen(function*() {
      const url = yield* server(whole)
      for (const offset of [0, 1, 70_000, 299_995]) {
        const { bytes, size } = yield* piece(url, offset, 100)
        assert.deepStrictEqual([...bytes], [...content.subarray(offset, offset + 100)])
        assert.strictEqual(size, content.length)
      }
      assert.strictEqual((yield* piece(url, 400_000, 100)).bytes.length, 0)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("not what is too far inside of one without ranges", () =>
    Effect.gen(function*() {
      const url = yield* server(whole)
      assert.strictEqual((yield* piece(url, 1_000, 10)).bytes.length, 10)
      assert.match(
        yield* refusal(url, 1_001),
        /^cannot read URL: its server sends no parts, .*; name the kind$/u
      )
    }).pipe(Effect.scoped, Effect.provide(layerWith({ maxSkip: 1_000 }))))

  it.live("no more than was asked for of a body without end", () =>
    Effect.gen(function*() {
      let written = 0
      let hungUp: () => void = () => {}
      const end = new Promise<void>((resolve) => hungUp = resolve)
      const url = yield* server((_, response) => {
        const chunk = pattern(65_536)
        const write = (): void => {
          if (response.destroyed || written > 500_000_000) return
          written += chunk.length
          if (response.write(chunk)) setImmediate(write)
          else response.once("drain", write)
        }
        response.once("close", hungUp)
        response.writeHead(200, { "content-type": "application/fits" })
        write()
      })
      const { bytes, size } = yield* piece(url, 0, 65_536)
      assert.deepStrictEqual([bytes.length, size], [65_536, undefined])
      yield* Effect.promise(() => end)
      assert.isBelow(written, 20_000_000, "what fits into the buffers of sockets")
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("where a redirect leads", () =>
    Effect.gen(function*() {
      const target = yield* server(ranged(content))
      const url = yield* server((_, response) => response.writeHead(302, { location: target }).end())
      assert.deepStrictEqual([...(yield* piece(url, 5, 5)).bytes], [...content.subarray(5, 10)])
      const loop: string = yield* server((_, response) => response.writeHead(302, { location: "/x" }).end())
      assert.match(yield* refusal(loop), /redirect/u)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live.each<readonly [number, string]>([
    [404, "cannot read URL: HTTP status 404 Not Found"],
    [401, "cannot read URL: HTTP status 401 Unauthorized"],
    [500, "cannot read URL: HTTP status 500 Internal Server Error"]
  ])("not what answers with HTTP status %s", ([status, message]) =>
    Effect.gen(function*() {
      const url = yield* server((_, response) => response.writeHead(status).end("<html>"))
      assert.strictEqual(yield* refusal(url), message)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("asks for bytes as they are, and unpacks what comes packed all the same", () =>
    Effect.gen(function*() {
      const packed = gzipSync(content)
      const asked: Array<string | undefined> = []
      const url = yield* server((request, response) => {
        asked.push(request.headers["accept-encoding"])
        response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length }).end(packed)
      })
      const { bytes, size } = yield* piece(url, 1_000, 100)
      assert.deepStrictEqual([...bytes], [...content.subarray(1_000, 1_100)])
      assert.isUndefined(size, "it is that of the packed bytes")
      assert.deepStrictEqual(asked, ["identity"])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("the start of what comes in packed parts, and no part of the middle", () =>
    Effect.gen(function*() {
      const packed = gzipSync(pattern(50_000))
      const url = yield* server((request, response) => {
        const [from, to] = rangeOf(request)
        const part = packed.subarray(from, to + 1)
        const range = `bytes ${from}-${from + part.length - 1}/${packed.length}`
        response.writeHead(206, { "content-encoding": "gzip", "content-range": range }).end(part)
      })
      const { bytes, size } = yield* piece(url, 0, packed.length)
      assert.deepStrictEqual([bytes.length, size], [packed.length, undefined])
      assert.deepStrictEqual([...bytes.subarray(0, 9)], [...pattern(9)])
      assert.match(yield* refusal(url, 100), /packs parts.*; name the kind$/u)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("the bytes that were asked for, from a server that sends another part", () =>
    Effect.gen(function*() {
      const other = (start: number) =>
        server((_, response) => {
          const range = `bytes ${start}-${start + 99}/${content.length}`
          response.writeHead(206, { "content-range": range }).end(content.subarray(start, start + 100))
        })
      assert.deepStrictEqual([...(yield* piece(yield* other(40), 50, 10)).bytes], [
        ...content.subarray(50, 60)
      ])
      assert.match(yield* refusal(yield* other(60), 50), /other parts than it is asked for/u)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("not what is cut off before the bytes that were asked for", () =>
    Effect.gen(function*() {
      const url = yield* server((_, response) => {
        response.writeHead(200, { "content-length": 1_000 }).write(content.subarray(0, 500), () =>
          response.destroy())
      })
      assert.match(yield* refusal(url, 0, 1_000), /^cannot read URL: .*(?:closed|terminated|aborted)/u)
      assert.strictEqual((yield* piece(url, 0, 500)).bytes.length, 500)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("not for ever: neither for a head, nor for bytes that do not come", () =>
    Effect.gen(function*() {
      const silent = yield* server(() => {})
      const stuck = yield* server((_, response) => void response.writeHead(200).write("x"))
      for (const url of [silent, stuck]) {
        assert.strictEqual(yield* refusal(url), "cannot read URL: its server did not answer within 0.2 s")
      }
    }).pipe(Effect.scoped, Effect.provide(layerWith({ timeoutMs: 200 }))))

  it.live("no longer than it is waited for", () =>
    Effect.gen(function*() {
      let arrived: (socket: Socket) => void = () => {}
      const request = new Promise<Socket>((resolve) => arrived = resolve)
      const url = yield* server(({ socket }) => arrived(socket))
      const reading = yield* Effect.forkChild(piece(url, 0, 10))
      const socket = yield* Effect.promise(() => request)
      const closed = new Promise((resolve) => socket.once("close", resolve))
      yield* Fiber.interrupt(reading)
      yield* Effect.promise(() => closed)
      assert.isTrue(socket.destroyed)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("nothing where nobody listens, or by other protocols, and says so", () =>
    Effect.gen(function*() {
      const url = yield* Effect.scoped(server(whole))
      const named = url.replace("127.0.0.1", "localhost")
      assert.match(yield* refusal(url), /^cannot read URL: .*ECONNREFUSED/u)
      assert.match(yield* refusal(named), /^cannot read URL: .*ECONNREFUSED/u)
      for (const other of ["ftp://127.0.0.1/x", "file://elsewhere/x", "data:,x", "nonsense"]) {
        assert.strictEqual(
          yield* refusal(other),
          "cannot read URL: only http and https URLs, and file URLs of this machine, can be looked into; if receivers can read it, name its kind"
        )
      }
      assert.isTrue(Result.isFailure(yield* Effect.result(piece("http://", 0, 1))))
    }).pipe(Effect.provide(layer)))
})
