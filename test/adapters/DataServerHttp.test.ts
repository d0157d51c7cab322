/** HTTP at served data: any part of any content comes as it is, and nobody gets at anything else. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { runs } from "../support/arbitraries.ts"
import {
  ask,
  bytes,
  directory,
  file,
  latin1,
  pattern,
  request,
  serve,
  withServer
} from "../support/dataServer.ts"
import { isRefusal } from "../support/echoServer.ts"
import { exchange, open } from "../support/rawHttp.ts"

/** The same bytes, served from memory and from a file. */
const both = (length: number) =>
  Effect.gen(function*() {
    const path = join(yield* directory, "some data.fits")
    writeFileSync(path, pattern(length))
    return [yield* serve(bytes(length)), yield* serve(file(path))] as const
  })

describe("GET and HEAD", () => {
  it.live("the whole, with type, exact length, ranges offered and a validator", () =>
    Effect.gen(function*() {
      const [memory, disk] = yield* both(1_000)
      for (const served of [memory, disk]) {
        const response = yield* ask(served)
        assert.strictEqual(response.status, 200)
        assert.strictEqual(response.body, latin1(pattern(1_000)))
        assert.strictEqual(response.headers.get("content-type"), "application/fits")
        assert.strictEqual(response.headers.get("content-length"), "1000")
        assert.strictEqual(response.headers.get("accept-ranges"), "bytes")
        assert.strictEqual(response.headers.get("x-content-type-options"), "nosniff")
        assert.strictEqual(response.headers.get("content-security-policy"), "sandbox; default-src 'none'")
        assert.match(response.headers.get("etag") ?? "", /^"[\w-]+"$/u)
        assert.isFalse(response.headers.has("transfer-encoding"))
        assert.notMatch(response.head, /access-control/iu)
        const head = yield* ask(served, {}, "HEAD")
        const kept = (text: string) => text.replace(/\r\n(?:Date|Keep-Alive): .*/giu, "")
        assert.strictEqual(kept(head.head), kept(response.head))
        assert.strictEqual(response.headers.has("last-modified"), served === disk)
      }
    }).pipe(withServer()))

  it.live("nothing, as empty as it is", () =>
    Effect.gen(function*() {
      for (const served of yield* both(0)) {
        const response = yield* ask(served)
        assert.strictEqual(response.status, 200)
        assert.strictEqual(response.headers.get("content-length"), "0")
        assert.strictEqual((yield* ask(served, { Range: "bytes=0-" })).status, 416)
      }
    }).pipe(withServer()))

  it.live("WIRE-20 WIRE-21 HTTP/1.0 of DS9: bare LF, no Host; the connection is closed after it", () =>
    Effect.gen(function*() {
      for (const { path, port } of yield* both(100_000)) {
        const connection = open(port)
        connection.send(`GET ${path} HTTP/1.0\nAccept: */*\n\n`)
        const response = yield* Effect.promise(() => connection.response())
        assert.strictEqual(response.status, 200)
        assert.isTrue(response.body === latin1(pattern(100_000)))
        assert.strictEqual(yield* Effect.promise(() => connection.closed), "")
        connection.destroy()
      }
    }).pipe(withServer()))

  it.live("WIRE-38 an absolute URI, a query, and headers in any case", () =>
    Effect.gen(function*() {
      const [served] = yield* both(10)
      const body = latin1(pattern(10))
      for (
        const text of [
          request("GET", served.url),
          request("GET", `${served.path}?x=1`),
          `GET ${served.path} HTTP/1.1\r\nHOST: LOCALHOST\r\n\r\n`
        ]
      ) assert.strictEqual((yield* Effect.promise(() => exchange(served.port, text))).body, body)
      const ranged = yield* ask(served, { rANGE: "bytes=2-4" })
      assert.strictEqual(ranged.body, body.slice(2, 5))
    }).pipe(withServer()))

  it.live("requests sent all at once on one connection are answered in order", () =>
    Effect.gen(function*() {
      const [memory, disk] = yield* both(400_000)
      const connection = open(memory.port)
      connection.send(
        request("GET", memory.path) + request("HEAD", disk.path) +
          request("GET", disk.path, { Range: "bytes=7-11" })
      )
      const first = yield* Effect.promise(() => connection.response())
      assert.isTrue(first.body === latin1(pattern(400_000)))
      assert.strictEqual((yield* Effect.promise(() => connection.response({ headOnly: true }))).status, 200)
      const last = yield* Effect.promise(() => connection.response())
      assert.strictEqual(last.body, latin1(pattern(400_000).slice(7, 12)))
      connection.destroy()
    }).pipe(withServer()))
})

describe("parts", () => {
  const size = 300_000
  const Place = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: size + 1_000 }))
  it.live.prop(
    "any range equals the slice, from memory and from a file",
    { a: Place, b: Place },
    ({ a, b }) =>
      Effect.gen(function*() {
        const content = pattern(size)
        const [from, to] = a < b ? [a, b] : [b, a]
        for (const served of yield* both(size)) {
          const connection = open(served.port)
          for (
            const [range, slice] of [
              [`bytes=${from}-${to}`, content.slice(from, to + 1)],
              [`bytes=${from}-`, content.slice(from)],
              [`bytes=-${to}`, content.slice(Math.max(0, size - to))]
            ] as const
          ) {
            connection.send(request("GET", served.path, { Range: range }))
            const response = yield* Effect.promise(() => connection.response())
            if (slice.length === 0) {
              assert.strictEqual(response.status, 416, range)
              assert.strictEqual(response.headers.get("content-range"), `bytes */${size}`)
            } else {
              const start = range.startsWith("bytes=-") ? size - slice.length : from
              assert.strictEqual(response.status, 206, range)
              assert.isTrue(response.body === latin1(slice), range)
              assert.strictEqual(
                response.headers.get("content-range"),
                `bytes ${start}-${start + slice.length - 1}/${size}`
              )
            }
          }
          connection.destroy()
        }
      }).pipe(Effect.scoped, withServer()),
    runs(25)
  )

  it.live("several ranges get the whole; of none that is there, the size; HEAD knows no ranges", () =>
    Effect.gen(function*() {
      for (const served of yield* both(100)) {
        const several = yield* ask(served, { Range: "bytes=0-1,5-6" })
        assert.strictEqual(several.status, 200)
        assert.strictEqual(several.body.length, 100)
        assert.isFalse(several.headers.has("content-range"))
        assert.strictEqual((yield* ask(served, { Range: "bytes=100-,200-" })).status, 416)
        const head = yield* ask(served, { Range: "bytes=0-1" }, "HEAD")
        assert.strictEqual(head.status, 200)
        assert.strictEqual(head.headers.get("content-length"), "100")
      }
    }).pipe(withServer()))

  it.live("a copy that is still good is not sent again; of a changed file nothing is mixed", () =>
    Effect.gen(function*() {
      const path = join(yield* directory, "a.fits")
      writeFileSync(path, "first")
      const served = yield* serve(file(path))
      const etag = (yield* ask(served)).headers.get("etag") ?? ""
      const connection = open(served.port)
      connection.send(request("GET", served.path, { "If-None-Match": etag }) + request("GET", served.path))
      const same = yield* Effect.promise(() => connection.response({ headOnly: true }))
      assert.strictEqual(same.status, 304)
      assert.strictEqual(same.headers.get("etag"), etag)
      assert.strictEqual((yield* Effect.promise(() => connection.response())).body, "first")
      connection.destroy()
      assert.strictEqual((yield* ask(served, { "If-Range": etag, "Range": "bytes=1-2" })).body, "ir")
      yield* Effect.sleep("20 millis") // disks' clocks tick every few milliseconds
      writeFileSync(path, "other")
      assert.strictEqual((yield* ask(served, { "If-None-Match": etag })).body, "other")
      assert.strictEqual((yield* ask(served, { "If-Range": etag, "Range": "bytes=1-2" })).body, "other")
    }).pipe(withServer()))

  it.live("two servings of bytes have validators of their own", () =>
    Effect.gen(function*() {
      const tags = new Set<string | undefined>()
      for (let n = 0; n < 2; n++) tags.add((yield* ask(yield* serve(bytes(10)))).headers.get("etag"))
      assert.strictEqual(tags.size, 2)
    }).pipe(withServer()))
})

describe("refusals", () => {
  it.live("WIRE-67 STD-48 the URL is ASCII, on 127.0.0.1, with a port, a key of 128 bits or more, and the name", () =>
    Effect.gen(function*() {
      const { url } = yield* serve(bytes(1), { name: "/home/me/my galaxy\u00e9.fits" })
      assert.match(url, /^http:\/\/127\.0\.0\.1:[1-9]\d*\/[A-Za-z0-9_-]{22,}\/my_galaxy_\.fits$/u)
      const other = yield* serve(bytes(1))
      assert.strictEqual(new URL(other.url).host, new URL(url).host)
      assert.notStrictEqual(new URL(other.url).pathname.split("/")[1], new URL(url).pathname.split("/")[1])
    }).pipe(withServer()))

  it.live("everything but the exact path is 404, also what would lead to a file", () =>
    Effect.gen(function*() {
      const served = yield* serve(bytes(1))
      const [, key = ""] = served.path.split("/")
      for (
        const path of [
          "/",
          `/${key}`,
          `/${key}/`,
          `/${key}/m31.fits/`,
          `/${key}/m31.fits.gz`,
          `/${key}/other.fits`,
          `/${key}/../${key}/m31.fits`,
          `/${key}/%6d31.fits`,
          `/${key.slice(0, -1)}/m31.fits`,
          `/${key}x/m31.fits`,
          `/x${key}/m31.fits`,
          `/${key.toLowerCase()}/m31.fits`,
          "/__proto__/m31.fits",
          "/etc/passwd",
          "/../../../../etc/passwd",
          "/%2e%2e/%2e%2e/etc/passwd",
          "//etc/passwd",
          "/favicon.ico",
          "*"
        ]
      ) {
        isRefusal(yield* ask({ ...served, path }), 404)
      }
      assert.strictEqual((yield* ask(served)).status, 200)
    }).pipe(withServer()))

  it.live.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"])(
    "%s: 405, with what is allowed",
    (method) =>
      Effect.gen(function*() {
        const served = yield* serve(bytes(1))
        const response = yield* ask(served, { "Content-Length": "0", "Origin": "http://example.org" }, method)
        isRefusal(response, 405)
        assert.strictEqual(response.headers.get("allow"), "GET, HEAD")
        assert.notMatch(response.head, /access-control/iu)
      }).pipe(withServer())
  )

  it.live.each(["evil.example.org", "127.0.0.1.evil.org:80", "localhost.evil.org", ""])(
    "WEB-65 Host %j is not ours: 403, whatever the path",
    (host) =>
      Effect.gen(function*() {
        const served = yield* serve(bytes(1))
        isRefusal(yield* ask(served, { Host: host }), 403)
        isRefusal(yield* ask({ ...served, path: "/" }, { Host: host }), 403)
      }).pipe(withServer())
  )

  it.live.each(["127.0.0.1:1234", "localhost", "[::1]:80"])(
    "WEB-65 Host %s is ours",
    (host) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* ask(yield* serve(bytes(1)), { Host: host })).status, 200)
      }).pipe(withServer())
  )

  it.live("ERR-06 what is no HTTP is told off, and the next is served", () =>
    Effect.gen(function*() {
      const served = yield* serve(bytes(3))
      isRefusal(yield* Effect.promise(() => exchange(served.port, "hello\r\n\r\n")), 400)
      assert.strictEqual((yield* ask(served)).status, 200)
    }).pipe(withServer()))
})
