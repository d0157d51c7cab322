/** What a page hands over: kept privately, as it comes, and gone with the hub. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import { dirname, join } from "node:path"
import { makePublisher } from "../../src/adapters/http/Publisher.ts"
import { directory, pattern } from "../support/dataServer.ts"
import { ask, eventually, foreign, gateway, openFiles, scoped, token } from "../support/gateway.ts"
import { text } from "../support/gatewayReaders.ts"
import { begin, kept, pathOf, post, refused } from "../support/gatewayWriters.ts"
import { open } from "../support/rawHttp.ts"

const linux = process.platform === "linux"

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
      // All at once, each four bytes other than all others.
      const counted = Buffer.from(Uint32Array.from({ length: 4_000_000 }, (_, at) => at).buffer)
      assert.strictEqual((yield* post(hub, { body: counted })).status, 201)
      assert.isTrue(Fs.readFileSync(pathOf(hub, 1)).equals(counted))
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

describe("the end", () => {
  it.live("all is gone with the scope, uploads under way and a hub that takes its time too", () =>
    Effect.gen(function*() {
      const parent = yield* directory
      const { close, made: hub } = yield* scoped(gateway({ publishing: { parent } }))
      const files = () => Fs.readdirSync(parent).flatMap((name) => Fs.readdirSync(join(parent, name)))
      yield* post(hub, { body: "x" })
      const half = begin(hub, "Content-Length: 1000\r\n", "12345")
      hub.onPublish = () => Effect.never
      const waiting = begin(hub, "Content-Length: 1\r\n", "1")
      yield* eventually("kept", () => files().length === 3)
      yield* eventually("handed over", () => hub.uploads.length === 2)
      yield* close
      assert.deepStrictEqual(Fs.readdirSync(parent), [])
      yield* Effect.promise(() => Promise.all([half.closed, waiting.closed]))
      half.destroy()
      waiting.destroy()
    }).pipe(Effect.scoped))

  it.live("a publisher ends though its server goes on", () =>
    Effect.gen(function*() {
      const parent = yield* directory
      const { close, made: publisher } = yield* scoped(makePublisher({ parent }))
      const told: Array<number> = []
      const web = yield* foreign((request, response) => {
        const publication = {
          token,
          query: undefined,
          room: () => 100,
          publish: () => Effect.succeed("http://a/")
        }
        void publisher.take(request, response, publication).then(({ status }) => told.push(status))
      })
      const half = open(web.port)
      half.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx")
      yield* eventually("kept", () => Fs.readdirSync(parent).length === 1)
      yield* close
      assert.deepStrictEqual(Fs.readdirSync(parent), [])
      yield* Effect.promise(() => half.closed)
      half.destroy()
      assert.deepStrictEqual(told, [400])
      assert.strictEqual((yield* ask(web.port, "/", { method: "POST", body: "x" })).status, 503)
      assert.deepStrictEqual(Fs.readdirSync(parent), [])
    }).pipe(Effect.scoped))

  it.live("a scope in which nobody published leaves no trace", () =>
    Effect.gen(function*() {
      const parent = yield* directory
      const { close } = yield* scoped(gateway({ publishing: { parent } }))
      yield* close
      assert.deepStrictEqual(Fs.readdirSync(parent), [])
    }).pipe(Effect.scoped))
})
