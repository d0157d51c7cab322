/** What the publisher does not take: too much, too many at once, too slowly, not whole. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ask, eventually, type Gateway, gateway, openFiles, token } from "../support/gateway.ts"
import { begin, kept, post, refused } from "../support/gatewayWriters.ts"
import { open } from "../support/rawHttp.ts"

const linux = process.platform === "linux"

/** Writes a request of so many bytes to its end, and only then reads: the answer must still be there. */
const writeAll = (hub: Gateway, head: string, size: number) =>
  Effect.promise(async () => {
    const connection = open(hub.port)
    const broke = new Promise<string>((resolve) =>
      connection.socket.once("error", ({ message }) => resolve(message))
    )
    connection.send(`POST /published/${token} HTTP/1.1\r\nHost: 127.0.0.1\r\n${head}\r\n`)
    const piece = Buffer.alloc(65_536, "x")
    const write = async (): Promise<string> => {
      for (let sent = 0; sent < size; sent += piece.length) {
        const part = piece.subarray(0, Math.min(piece.length, size - sent))
        if (!connection.socket.write(part)) {
          await new Promise((resolve) => connection.socket.once("drain", resolve))
        }
      }
      return "written"
    }
    const how = await Promise.race([write(), broke])
    const response = await connection.response()
    connection.destroy()
    return { how, response }
  })

describe("bounds", () => {
  it.live(
    "WEB-67 what is larger than the room is refused, and who is still writing reads why",
    () =>
      Effect.gen(function*() {
        const hub = yield* gateway()
        hub.room = 1_000_000
        for (const head of ["Content-Length: 50000000\r\n", "Transfer-Encoding: chunked\r\n"]) {
          const size = 50_000_000
          const chunk = `${size.toString(16)}\r\n`
          const { how, response } = yield* head.startsWith("C")
            ? writeAll(hub, head, size)
            : Effect.promise(async () => {
              const connection = open(hub.port)
              connection.send(`POST /published/${token} HTTP/1.1\r\nHost: 127.0.0.1\r\n${head}\r\n${chunk}`)
              connection.socket.write(Buffer.alloc(size, "x"))
              await new Promise<void>((resolve) => connection.socket.write("\r\n0\r\n\r\n", () => resolve()))
              const response = await connection.response()
              connection.destroy()
              return { how: "written", response }
            })
          assert.strictEqual(how, "written", head)
          assert.strictEqual(response.status, 413)
          assert.match(
            response.body,
            /^this is more than the 1000000 bytes that this page may still publish\n$/u
          )
          assert.strictEqual(response.headers.get("connection"), "close")
          assert.strictEqual(response.headers.get("access-control-allow-origin"), "https://page.example")
          assert.deepStrictEqual(kept(hub), [])
        }
        assert.deepStrictEqual(hub.uploads, [])
        // To the byte.
        assert.strictEqual((yield* post(hub, { body: Buffer.alloc(1_000_000) })).status, 201)
        refused(yield* post(hub, { body: Buffer.alloc(1_000_001) }), 413, /more than/u)
      }).pipe(Effect.scoped),
    120_000
  )

  it.live("WEB-67 who goes on writing after a refusal is cut off in the end", () =>
    Effect.gen(function*() {
      const hub = yield* gateway({ publishing: { lingerMs: 200 } })
      hub.room = 10
      const connection = begin(hub, "Content-Length: 1000\r\n", "x".repeat(20))
      const response = yield* Effect.promise(() => connection.response())
      assert.strictEqual(response.status, 413)
      yield* Effect.promise(() => connection.closed)
      connection.destroy()
      yield* eventually("told", () => hub.published.length === 1)
    }).pipe(Effect.scoped))

  it.live("WEB-67 uploads at once share the room of their page, and are so many", () =>
    Effect.gen(function*() {
      const hub = yield* gateway({ publishing: { perToken: 2 } })
      hub.tokens.add("tok-2")
      hub.room = 100
      const first = begin(hub, "Content-Length: 90\r\n", "x".repeat(60))
      yield* eventually("kept", () => kept(hub).length === 1)
      refused(yield* post(hub, { body: "y".repeat(50) }), 413, /more than/u)
      const second = begin(hub, "Transfer-Encoding: chunked\r\n", "1\r\nx\r\n")
      yield* eventually("kept", () => kept(hub).length === 2)
      refused(yield* post(hub, { body: "z" }), 429, /^2 uploads of this page/u)
      assert.strictEqual(
        (yield* ask(hub.port, "/published/tok-2", { method: "POST", body: "z".repeat(100) })).status,
        201
      )
      second.send("32\r\n")
      second.send("x".repeat(50))
      assert.strictEqual((yield* Effect.promise(() => second.response())).status, 413)
      first.send("x".repeat(30))
      assert.strictEqual((yield* Effect.promise(() => first.response())).status, 201)
      assert.strictEqual((yield* post(hub, { body: "z" })).status, 201)
      first.destroy()
      second.destroy()
    }).pipe(Effect.scoped))

  it.live("WEB-67 an upload that is cut off leaves nothing", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      for (const head of ["Content-Length: 1000\r\n", "Transfer-Encoding: chunked\r\n"]) {
        const connection = begin(hub, head, "8\r\n12345678\r\n")
        yield* eventually("kept", () => kept(hub).length === 1)
        connection.destroy()
        yield* eventually("discarded", () => kept(hub).length === 0)
      }
      yield* eventually("told", () => hub.published.length === 2)
      assert.match(hub.published[0]?.problem ?? "", /broke after 13 bytes/u)
      if (linux) {
        yield* eventually("closed", () => !openFiles().some((path) => path.startsWith(hub.parent)))
      }
      assert.deepStrictEqual(hub.uploads, [])
    }).pipe(Effect.scoped))

  it.live("WEB-67 an upload that trickles is refused and discarded; one that comes on is not", () =>
    Effect.gen(function*() {
      const hub = yield* gateway({ publishing: { idleMs: 400, lingerMs: 50 } })
      const slow = begin(hub, "Content-Length: 1000000\r\n", "x")
      const trickle = setInterval(() => slow.send("x"), 20)
      const response = yield* Effect.promise(() => slow.response())
      clearInterval(trickle)
      assert.strictEqual(response.status, 408)
      assert.match(response.body, /too slowly: only \d+ bytes/u)
      slow.destroy()
      assert.deepStrictEqual(kept(hub), [])
      const patient = yield* gateway({ publishing: { idleMs: 4_000 } })
      const size = 262_144
      const begun = performance.now()
      const steady = begin(patient, `Content-Length: ${9 * size}\r\n`)
      for (let part = 0; part < 9; part++) {
        yield* Effect.sleep("550 millis")
        steady.socket.write(Buffer.alloc(size))
      }
      assert.strictEqual((yield* Effect.promise(() => steady.response())).status, 201)
      assert.isAbove(performance.now() - begun, 4_500)
      steady.destroy()
    }).pipe(Effect.scoped))
})
