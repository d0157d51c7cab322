/** What a page hands over: kept privately, as it comes, within bounds, and gone with the hub. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import { dirname, join } from "node:path"
import { directory, pattern } from "../support/dataServer.ts"
import {
  type Answer,
  ask,
  type Asking,
  eventually,
  type Gateway,
  gateway,
  openFiles,
  scoped,
  token
} from "../support/gateway.ts"
import { open } from "../support/rawHttp.ts"

const linux = process.platform === "linux"

const text = ({ body }: Answer): string => body.toString("latin1")

const post = (hub: Gateway, asking: Asking = {}, rest = "?name=m31.fits") =>
  ask(hub.port, `/published/${token}${rest}`, { method: "POST", ...asking })

const refused = (answer: Answer, status: number, says: RegExp): void => {
  assert.strictEqual(answer.status, status, text(answer))
  assert.strictEqual(answer.headers["access-control-allow-origin"], "https://page.example")
  assert.match(text(answer), says)
  assert.match(text(answer), /^[\x20-\x7e]{15,200}\n$/u)
}

const pathOf = (hub: Gateway, at = 0): string => {
  const content = hub.uploads[at]?.content
  return content?._tag === "File" ? content.path : ""
}

/** Files that the publisher keeps. */
const kept = (hub: Gateway): ReadonlyArray<string> =>
  Fs.readdirSync(hub.parent).flatMap((name) => Fs.readdirSync(join(hub.parent, name)))

/** Begins an upload by hand. */
const begin = (hub: Gateway, head: string, body = "") => {
  const connection = open(hub.port)
  connection.send(`POST /published/${token}?name=a HTTP/1.1\r\nHost: 127.0.0.1\r\n${head}\r\n${body}`)
  return connection
}

describe("the publisher", () => {
  it.live("keeps what a page hands over in a private file, tells the hub, and answers with the URL", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      assert.deepStrictEqual(Fs.readdirSync(hub.parent), [])
      for (const method of ["POST", "PUT"]) {
        const answer = yield* post(hub, {
          method,
          headers: { "Content-Type": "application/fits; x=1" },
          body: Buffer.from(pattern(300_000))
        }, "?name=my%20m31+a.fits")
        const url = `http://127.0.0.1:1/key/${hub.uploads.length}`
        assert.deepStrictEqual([answer.status, text(answer), answer.headers.location], [201, url, url])
        assert.strictEqual(answer.headers["content-type"], "text/plain")
        assert.strictEqual(answer.headers["access-control-allow-origin"], "https://page.example")
      }
      const { mediaType, name, size } = hub.uploads[1] ?? {}
      assert.deepStrictEqual([name, mediaType, size], ["my m31 a.fits", "application/fits; x=1", 300_000])
      const path = pathOf(hub, 1)
      assert.deepStrictEqual(new Uint8Array(Fs.readFileSync(path)), pattern(300_000))
      if (linux) {
        assert.strictEqual(Fs.statSync(path).mode & 0o777, 0o600)
        assert.strictEqual(Fs.statSync(dirname(path)).mode & 0o777, 0o700)
        assert.notInclude(openFiles(), path)
      }
      assert.match(path, /\/samp-published-[0-9a-f]{12}-\d+-\d*-\w+\/[\w-]{24}$/u)
      assert.notStrictEqual(path, pathOf(hub, 0))
      yield* eventually("told", () => hub.published.length === 2)
      assert.deepStrictEqual(hub.published, [{ status: 201, size: 300_000, problem: undefined }, {
        status: 201,
        size: 300_000,
        problem: undefined
      }])
      yield* hub.uploads[1]?.discard ?? Effect.void
      assert.isFalse(Fs.existsSync(path))
      assert.strictEqual(kept(hub).length, 1)
    }).pipe(Effect.scoped))

  it.live("changes nothing, however it comes in pieces", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const bytes = pattern(3_000_000)
      const upload = begin(hub, `Content-Length: ${bytes.length}\r\n`)
      for (let at = 0, round = 0; at < bytes.length; round++) {
        const length = [1, 70_000, 3, 65_536, 16_384, 40_001][round % 6] ?? 0
        upload.socket.write(bytes.subarray(at, at += length))
        if (round % 10 === 0) yield* Effect.sleep("1 millis")
      }
      assert.strictEqual((yield* Effect.promise(() => upload.response())).status, 201)
      upload.destroy()
      assert.isTrue(Fs.readFileSync(pathOf(hub)).equals(bytes))
    }).pipe(Effect.scoped))

  it.live("takes a chunked body, an empty one, and one without a name or a type", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const chunked = begin(hub, "Transfer-Encoding: chunked\r\n", "4\r\nfour\r\n")
      yield* Effect.sleep("20 millis")
      chunked.send("3\r\nmor\r\n0\r\n\r\n")
      assert.strictEqual((yield* Effect.promise(() => chunked.response())).status, 201)
      chunked.destroy()
      assert.strictEqual(Fs.readFileSync(pathOf(hub), "latin1"), "fourmor")
      assert.strictEqual((yield* post(hub, {}, "")).status, 201)
      const { mediaType, name, size } = hub.uploads[1] ?? {}
      assert.deepStrictEqual([name, mediaType, size], ["data", "application/octet-stream", 0])
    }).pipe(Effect.scoped))

  it.live("the name leads nowhere: the file has one of its own", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      yield* post(hub, { body: "x" }, "?name=..%2F..%2F..%2Ftmp%2Fpwned")
      assert.strictEqual(dirname(dirname(pathOf(hub))), hub.parent)
      assert.match(pathOf(hub), /\/[\w-]{24}$/u)
    }).pipe(Effect.scoped))

  it.live("refuses other methods, unknown pages, bad types and encodings, in a sentence", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const body = "x".repeat(100_000)
      for (const method of ["GET", "DELETE", "PATCH"]) {
        const answer = yield* post(hub, { method })
        refused(answer, 405, /POST or PUT/u)
        assert.strictEqual(answer.headers.allow, "POST, PUT")
      }
      refused(yield* post(hub, { headers: { "Content-Type": "fits" }, body }), 400, /no media type/u)
      refused(
        yield* post(hub, { headers: { "Content-Type": `a/${"b".repeat(300)}` }, body }),
        400,
        /no media type/u
      )
      refused(yield* post(hub, { headers: { "Content-Encoding": "gzip" }, body }), 415, /encoded/u)
      refused(
        yield* ask(hub.port, "/published/tok-2?name=x", { method: "POST", body }),
        403,
        /not registered/u
      )
      hub.tokens.clear()
      refused(yield* post(hub, { body }), 403, /not registered/u)
      assert.deepStrictEqual(hub.uploads, [])
      assert.deepStrictEqual(Fs.readdirSync(hub.parent), [])
    }).pipe(Effect.scoped))

  it.live("publishes nothing when the hub says no, fails, or the page has left meanwhile", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      hub.onPublish = () => Effect.succeed(undefined)
      refused(yield* post(hub, { body: "x" }), 403, /not registered/u)
      hub.onPublish = () => Effect.die(new Error("a bug"))
      refused(yield* post(hub, { body: "x" }), 500, /its log says more/u)
      assert.deepStrictEqual(kept(hub), [])
      const slow = begin(hub, "Content-Length: 10\r\n", "12345")
      yield* eventually("kept", () => kept(hub).length === 1)
      hub.tokens.clear()
      slow.send("67890")
      assert.strictEqual((yield* Effect.promise(() => slow.response())).status, 403)
      slow.destroy()
      assert.deepStrictEqual(kept(hub), [])
      assert.strictEqual(hub.uploads.length, 2)
    }).pipe(Effect.scoped))

  it.live("makes its directory again when something has cleaned it away, and says that there is no place", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      yield* post(hub, { body: "x" })
      Fs.rmSync(dirname(pathOf(hub)), { recursive: true })
      assert.strictEqual((yield* post(hub, { body: "y" })).status, 201)
      assert.strictEqual(Fs.readFileSync(pathOf(hub, 1), "latin1"), "y")
      Fs.rmSync(hub.parent, { recursive: true })
      refused(yield* post(hub, { body: "z" }), 500, /could not be kept: ENOENT/u)
      Fs.mkdirSync(hub.parent)
      assert.strictEqual((yield* post(hub, { body: "z" })).status, 201)
    }).pipe(Effect.scoped))
})

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
      if (linux) assert.isFalse(openFiles().some((path) => path.startsWith(hub.parent)))
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

describe("the end", () => {
  it.live("all is gone with the scope, uploads under way and a hub that takes its time too", () =>
    Effect.gen(function*() {
      const { close, made: hub } = yield* scoped(gateway())
      yield* post(hub, { body: "x" })
      const half = begin(hub, "Content-Length: 1000\r\n", "12345")
      hub.onPublish = () => Effect.never
      const waiting = begin(hub, "Content-Length: 1\r\n", "1")
      yield* eventually("kept", () => kept(hub).length === 3)
      yield* eventually("handed over", () => hub.uploads.length === 2)
      const folder = dirname(pathOf(hub))
      yield* close
      assert.isFalse(Fs.existsSync(folder))
      yield* Effect.promise(() => Promise.all([half.closed, waiting.closed]))
      half.destroy()
      waiting.destroy()
    }))

  it.live("a scope in which nobody published leaves no trace", () =>
    Effect.gen(function*() {
      const parent = yield* directory
      const { close } = yield* scoped(gateway({ publishing: { parent } }))
      yield* close
      assert.deepStrictEqual(Fs.readdirSync(parent), [])
    }).pipe(Effect.scoped))
})
