/** What a page reads of the web through the translator: what is passed on, what is passed back, and what is not. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { gunzipSync, gzipSync } from "node:zlib"
import { pattern } from "../support/dataServer.ts"
import { type Answer, eventually, foreign, gateway, read, saying } from "../support/gateway.ts"
import { isRefusal, text } from "../support/gatewayReaders.ts"

const refused = (answer: Answer, says: RegExp): void => isRefusal(answer, 502, says)

describe("the translator", () => {
  it.live("WEB-50 reads what was mentioned, and passes back what describes it, and nothing else", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const web = yield* foreign((_, response) => {
        response.setHeader("Set-Cookie", ["a=b", "c=d"])
        response.writeHead(200, {
          "Content-Type": "application/x-votable+xml; serialization=binary",
          "Content-Length": "1000",
          "ETag": "W/\"v1\"",
          "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT",
          "Accept-Ranges": "bytes",
          "Location": "http://a.example/",
          "Link": "<a>; rel=preload",
          "Refresh": "0; url=http://a.example/",
          "WWW-Authenticate": "Basic",
          "Access-Control-Allow-Origin": "*",
          "Access-Control-Allow-Credentials": "true",
          "Content-Security-Policy": "default-src *",
          "Cache-Control": "public, max-age=99",
          "Clear-Site-Data": "\"*\"",
          "Service-Worker-Allowed": "/",
          "Alt-Svc": "h3=\":443\"",
          "Strict-Transport-Security": "max-age=99",
          "X-Anything": "1"
        })
        response.end(pattern(1000))
      })
      const answer = yield* read(hub, `${web.url}/a/b.vot?x=1&y=%20#part`)
      assert.deepStrictEqual([answer.status, answer.isBroken], [200, false])
      assert.deepStrictEqual(new Uint8Array(answer.body), pattern(1000))
      const { connection: _, date: __, "keep-alive": ___, ...headers } = answer.headers
      assert.deepStrictEqual(headers, {
        "access-control-allow-origin": "https://page.example",
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "no-store",
        "cross-origin-resource-policy": "cross-origin",
        "referrer-policy": "no-referrer",
        "content-type": "application/x-votable+xml; serialization=binary",
        "content-length": "1000",
        "etag": "W/\"v1\"",
        "last-modified": "Mon, 01 Jan 2024 00:00:00 GMT",
        "accept-ranges": "bytes"
      })
      assert.strictEqual(web.asked[0]?.url, "/a/b.vot?x=1&y=%20")
    }).pipe(Effect.scoped))

  it.live("WEB-54 passes on nothing of the page but the conditions of its request", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const web = yield* foreign((_, response) => response.end("x"))
      const conditions = {
        "Range": "bytes=0-9",
        "If-Range": "\"v1\"",
        "If-None-Match": "\"v2\"",
        "If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT",
        "Accept-Encoding": "gzip, br"
      }
      const own = {
        "Cookie": "session=1",
        "Authorization": "Basic eDp5",
        "Proxy-Authorization": "Basic eDp5",
        "Referer": "https://page.example/secret",
        "Origin": "https://page.example",
        "X-Forwarded-For": "1.2.3.4",
        "Forwarded": "for=1.2.3.4",
        "Sec-Fetch-Site": "cross-site",
        "User-Agent": "Browser/1",
        "Accept-Language": "xx"
      }
      yield* read(hub, `${web.url}/`.replace("//", "//me:secret@"), { headers: { ...conditions, ...own } })
      yield* read(hub, `${web.url}/head`, { method: "HEAD", headers: { ...conditions, ...own } })
      const [first, second] = web.asked
      const lower = Object.fromEntries(
        Object.entries(conditions).map(([name, value]) => [name.toLowerCase(), value])
      )
      const { "user-agent": agent, ...rest } = first?.headers ?? {}
      assert.match(agent ?? "", /^effect-samp\/\d/u)
      const plain = { host: web.url.slice(7), accept: "*/*", connection: "close" }
      assert.deepStrictEqual(rest, { ...plain, ...lower })
      assert.deepStrictEqual([second?.method, second?.headers.range, second?.headers["if-range"]], [
        "HEAD",
        undefined,
        undefined
      ])
      assert.strictEqual(second?.headers["if-none-match"], "\"v2\"")
      const odd = { "Range": "lines=1-2", "If-None-Match": "\"\xe4\"" }
      yield* read(hub, `${web.url}/odd`, { headers: odd })
      assert.deepStrictEqual([web.asked[2]?.headers.range, web.asked[2]?.headers["if-none-match"]], [
        undefined,
        undefined
      ])
    }).pipe(Effect.scoped))

  it.live("WEB-55 passes back status, ranges, encodings and bodies as they are", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const zipped = gzipSync(pattern(50_000))
      const web = yield* foreign((request, response) => {
        switch (request.url) {
          case "/part":
            response.writeHead(206, { "Content-Range": "bytes 5-9/10", "Content-Length": "5" })
            return response.end("56789")
          case "/none":
            response.writeHead(416, { "Content-Range": "bytes */10" })
            return response.end()
          case "/same":
            response.writeHead(304, { ETag: "\"v1\"" })
            return response.end()
          case "/zipped":
            response.writeHead(200, { "Content-Encoding": "gzip", "Content-Length": zipped.length })
            return response.end(zipped)
          case "/empty":
            response.writeHead(204)
            return response.end()
          case "/chunked":
            response.write("one ")
            return setTimeout(() => response.end("two"), 20)
          case "/busy":
            response.writeHead(503, { "Content-Type": "text/html" })
            return response.end("<p>busy")
          default:
            response.writeHead(404, { "Content-Type": "text/plain" })
            return response.end("not here")
        }
      })
      const get = (path: string) => read(hub, `${web.url}${path}`)
      const part = yield* get("/part")
      assert.deepStrictEqual([part.status, part.headers["content-range"], text(part)], [
        206,
        "bytes 5-9/10",
        "56789"
      ])
      const none = yield* get("/none")
      assert.deepStrictEqual([none.status, none.headers["content-range"]], [416, "bytes */10"])
      const same = yield* get("/same")
      assert.deepStrictEqual([same.status, same.headers.etag, text(same)], [304, "\"v1\"", ""])
      const packed = yield* get("/zipped")
      assert.deepStrictEqual([packed.headers["content-encoding"], packed.headers["content-length"]], [
        "gzip",
        String(zipped.length)
      ])
      assert.deepStrictEqual(new Uint8Array(gunzipSync(packed.body)), pattern(50_000))
      assert.strictEqual((yield* get("/empty")).status, 204)
      const chunked = yield* get("/chunked")
      assert.deepStrictEqual([chunked.headers["content-length"], text(chunked), chunked.isBroken], [
        undefined,
        "one two",
        false
      ])
      const busy = yield* get("/busy")
      assert.deepStrictEqual([busy.status, busy.headers["content-type"], text(busy)], [
        503,
        "text/html",
        "<p>busy"
      ])
      assert.deepStrictEqual([(yield* get("/x")).status, text(yield* get("/x"))], [404, "not here"])
      const head = yield* read(hub, `${web.url}/zipped`, { method: "HEAD" })
      assert.deepStrictEqual([head.status, head.headers["content-length"], head.body.length], [
        200,
        String(zipped.length),
        0
      ])
      yield* eventually("told", () => hub.outcomes.length === 10)
      assert.isTrue(hub.outcomes.every(({ problem }) => problem === undefined), JSON.stringify(hub.outcomes))
    }).pipe(Effect.scoped))

  it.live("WEB-50 lets nothing be lost or changed on the way, however it comes in pieces", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const bytes = pattern(3_000_000)
      const web = yield* foreign((request, response) => {
        if (request.url === "/sized") response.setHeader("Content-Length", bytes.length)
        let at = 0
        const more = (): void => {
          for (let round = 1; at < bytes.length; round++) {
            const length = [1, 70_000, 3, 65_536, 16_384, 40_001][round % 6] ?? 0
            const isTaken = response.write(bytes.subarray(at, at += length))
            if (!isTaken) return void response.once("drain", more)
          }
          response.end()
        }
        more()
      })
      for (const path of ["/sized", "/chunked"]) {
        const answers = yield* Effect.all(Array.from({ length: 5 }, () => read(hub, `${web.url}${path}`)), {
          concurrency: "unbounded"
        })
        for (const { body, isBroken } of answers) {
          assert.isFalse(isBroken)
          assert.isTrue(body.equals(bytes), path)
        }
      }
    }).pipe(Effect.scoped))

  it.live("WIRE-91 WIRE-92 reads servers that are not by the book", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const get = (bytes: string) => Effect.flatMap(saying(bytes), ({ url }) => read(hub, `${url}/`))
      const bare = yield* get("HTTP/1.0 200 OK\nContent-type: image/fits\nContent-length: 5\n\nhello")
      assert.deepStrictEqual([bare.status, bare.headers["content-type"], text(bare), bare.isBroken], [
        200,
        "image/fits",
        "hello",
        false
      ])
      const old = yield* get("HTTP/1.0 200 OK\r\n\r\nuntil it closes")
      assert.deepStrictEqual([text(old), old.isBroken], ["until it closes", false])
      const odd = yield* get(
        "HTTP/1.1 200 OK\r\nContent-Type: b\x01d\r\nETag: x\r\nLast-Modified: \xff\r\nContent-Encoding: \x02\r\nContent-Length: 2\r\n\r\nok"
      )
      assert.deepStrictEqual([odd.status, text(odd)], [200, "ok"])
      assert.deepStrictEqual(
        [
          odd.headers["content-type"],
          odd.headers.etag,
          odd.headers["last-modified"],
          odd.headers["content-encoding"]
        ],
        ["application/octet-stream", undefined, undefined, undefined]
      )
      refused(yield* get("SSH-2.0-OpenSSH_9\r\n"), /does not speak HTTP/u)
      refused(yield* get(""), /hung up/u)
      refused(yield* get("HTTP/1.1 200 OK\r\nX: "), /hung up|HTTP/u)
      refused(
        yield* get("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"),
        /hung up|HTTP/u
      )
      for (const status of [300, 305, 306, 399, 407]) {
        refused(
          yield* get(`HTTP/1.1 ${status} X\r\nContent-Length: 0\r\nLocation: /\r\n\r\n`),
          new RegExp(`HTTP status ${status}`, "u")
        )
      }
      const early = yield* get(
        "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
      )
      assert.deepStrictEqual([early.status, text(early), early.headers["link"]], [200, "ok", undefined])
    }).pipe(Effect.scoped))

  it.live("WEB-50 breaks off where the server lies about the length, and never adds anything", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const get = (bytes: string) => Effect.flatMap(saying(bytes), ({ url }) => read(hub, `${url}/`))
      const short = yield* get("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive.")
      assert.deepStrictEqual([short.status, text(short), short.isBroken], [200, "five.", true])
      yield* eventually("told", () => hub.outcomes.length === 1)
      assert.match(hub.outcomes[0]?.problem ?? "", /server broke off/u)
      const long = yield* get(
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour and more\r\nHTTP/1.1 200 OK\r\n\r\n"
      )
      assert.deepStrictEqual([text(long), long.isBroken], ["four", false])
      const cut = yield* get("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n")
      assert.deepStrictEqual([text(cut), cut.isBroken], ["four", true])
      const both = yield* get(
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n\r\n"
      )
      assert.deepStrictEqual([text(both), both.isBroken, both.headers["content-length"]], [
        "four",
        false,
        undefined
      ])
      refused(yield* get("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"), /HTTP/u)
    }).pipe(Effect.scoped))
})
