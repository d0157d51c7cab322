/** HTTP at the XML-RPC endpoint: everything that peers send is served, everything else is told off. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { defaults } from "../../src/domain/Limits.ts"
import { writeAnswer } from "../../src/domain/XmlRpcWriter.ts"
import {
  answer,
  ask,
  call,
  echo,
  isRefusal,
  listen,
  portOf,
  serving,
  withServer
} from "../support/echoServer.ts"
import { open, post } from "../support/rawHttp.ts"

describe("requests of all kinds", () => {
  const served = (bytes: (body: string) => string) =>
    Effect.gen(function*() {
      const response = yield* ask(yield* serving, bytes(call("m", "x")))
      assert.strictEqual(response.status, 200)
      assert.strictEqual(response.body, answer("m", "x"))
    }).pipe(withServer())

  it.live("WIRE-20 WIRE-21 WIRE-22 WIRE-90 WIRE-91 HTTP/1.0 of DS9: bare LF, no Host, Content-length", () =>
    served((body) =>
      `POST /xmlrpc HTTP/1.0\nContent-Type: text/xml\nContent-length: ${body.length}\n\n${body}`
    ))
  it.live("WIRE-20 HTTP/1.1 without Host", () =>
    served((body) => `POST / HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`))
  it.live("WIRE-36 WIRE-40 WIRE-41 POST /", () => served((body) => post(body, {}, "/")))
  it.live("WIRE-36 WIRE-41 POST /RPC2", () => served((body) => post(body, {}, "/RPC2")))
  it.live("WIRE-36 POST /xmlrpc/ with a slash at the end", () => served((body) => post(body, {}, "/xmlrpc/")))
  it.live("WIRE-36 POST /xmlrpc?q", () => served((body) => post(body, {}, "/xmlrpc?q=1")))
  it.live("WIRE-38 an absolute URI", () => served((body) => post(body, {}, "http://127.0.0.1:1/xmlrpc")))
  it.live("WIRE-38 an absolute URI without a path", () =>
    served((body) => post(body, {}, "http://127.0.0.1:1")))
  it.live("WIRE-38 headers in any case", () =>
    served((body) => `POST / HTTP/1.1\r\nHOST: LOCALHOST\r\ncontent-LENGTH:${body.length}\r\n\r\n${body}`))
  it.live("WIRE-38 a continued header line", () => served((body) => post(body, { "X-Long": "one\r\n two" })))
  it.live("WIRE-37 Accept-Encoding", () => served((body) => post(body, { "Accept-Encoding": "gzip" })))
  it.live("WIRE-37 Content-Encoding identity", () =>
    served((body) => post(body, { "Content-Encoding": "identity" })))
  it.live("WIRE-09 no Content-Type at all", () =>
    served((body) => `POST / HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`))
  it.live("WIRE-24 a byte order mark and blank lines", () =>
    served((body) => post(`\xef\xbb\xbf\r\n\r\n${body}`)))
  it.live("WIRE-39 a chunked body", () =>
    served((body) => {
      const chunks = (body.match(/[^]{1,7}/gu) ?? []).map((chunk) =>
        `${chunk.length.toString(16)}\r\n${chunk}\r\n`
      )
      return `POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${
        chunks.join("")
      }0\r\n\r\n`
    }))

  it.live("WIRE-156 a body that comes byte by byte", () =>
    Effect.gen(function*() {
      const connection = open(yield* serving)
      const bytes = post(call("m"))
      for (const byte of bytes) {
        connection.send(byte)
        yield* Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
      }
      assert.strictEqual((yield* Effect.promise(() => connection.response())).body, answer("m"))
      connection.destroy()
    }).pipe(withServer()))

  it.live("WIRE-23 bytes after the body are passed over", () =>
    Effect.gen(function*() {
      const connection = open(yield* serving)
      connection.send(`${post(call("m", "1"))}\r\n\n\r\n${post(call("m", "2"))}`)
      assert.strictEqual((yield* Effect.promise(() => connection.response())).body, answer("m", "1"))
      assert.strictEqual((yield* Effect.promise(() => connection.response())).body, answer("m", "2"))
      connection.destroy()
    }).pipe(withServer()))

  it.live("WIRE-23 HTTP/1.0 with bytes after the body gets its answer, and the connection is closed", () =>
    Effect.gen(function*() {
      const connection = open(yield* serving)
      const body = call("m")
      connection.send(`POST / HTTP/1.0\nContent-length: ${body.length}\n\n${body}\n`)
      assert.strictEqual((yield* Effect.promise(() => connection.response())).body, answer("m"))
      assert.strictEqual(yield* Effect.promise(() => connection.closed), "")
      connection.destroy()
    }).pipe(withServer()))

  it.live.each(["\0", "x", "\r\nPOST\r\n\r\n"])(
    "WIRE-23 ERR-06 a request is answered before %j, which came with it, is told off",
    (broken) =>
      Effect.gen(function*() {
        const connection = open(yield* serving)
        connection.send(post(call("m", "x")) + post(call("n")) + broken)
        const read = () => Effect.promise(() => connection.response())
        assert.strictEqual((yield* read()).body, answer("m", "x"))
        assert.strictEqual((yield* read()).body, answer("n"))
        isRefusal(yield* read(), 400)
        assert.strictEqual(yield* Effect.promise(() => connection.closed), "")
      }).pipe(withServer())
  )

  it.live("ERR-06 CONNECT is refused, once earlier requests are answered", () =>
    Effect.gen(function*() {
      const port = portOf(
        (yield* listen(({ method }) => Effect.delay(Effect.succeed(method), "50 millis"))).url
      )
      const connection = open(port)
      connection.send(`${post(call("m"))}${post(call("n"))}CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n`)
      const read = () => Effect.promise(() => connection.response())
      assert.strictEqual((yield* read()).body, writeAnswer("m"))
      assert.strictEqual((yield* read()).body, writeAnswer("n"))
      isRefusal(yield* read(), 405)
      assert.strictEqual(yield* Effect.promise(() => connection.closed), "")
    }).pipe(withServer()))

  it.live("WIRE-13 WIRE-70 a connection is kept for many calls, unless its client wants it closed", () =>
    Effect.gen(function*() {
      const connection = open(yield* serving)
      for (let n = 0; n < 20; n++) {
        connection.send(post(call("m", String(n))))
        assert.strictEqual((yield* Effect.promise(() => connection.response())).body, answer("m", String(n)))
      }
      connection.send(post(call("m"), { Connection: "close" }))
      assert.strictEqual((yield* Effect.promise(() => connection.response())).status, 200)
      assert.strictEqual(yield* Effect.promise(() => connection.closed), "")
      connection.destroy()
    }).pipe(withServer()))

  it.live("WIRE-14 a client that asks whether to continue is told so", () =>
    Effect.gen(function*() {
      const connection = open(yield* serving)
      const [head = "", body = ""] = post(call("m"), { Expect: "100-continue" }).split("\r\n\r\n")
      connection.send(`${head}\r\n\r\n`)
      assert.strictEqual((yield* Effect.promise(() => connection.response())).status, 100)
      connection.send(body)
      assert.strictEqual((yield* Effect.promise(() => connection.response())).body, answer("m"))
      connection.destroy()
    }).pipe(withServer()))

  it.live("WIRE-34 a client that has closed its side still gets its answer", () =>
    Effect.gen(function*() {
      const connection = open(yield* serving)
      connection.socket.end(post(call("m")))
      assert.strictEqual((yield* Effect.promise(() => connection.response())).body, answer("m"))
      connection.destroy()
    }).pipe(withServer()))

  it.live.each([
    "127.0.0.1",
    "127.0.0.1:1234",
    "localhost",
    "LocalHost:80",
    "[::1]",
    "[::1]:99",
    "192.0.2.7:80"
  ])(
    "WEB-65 WIRE-42 Host %s is ours, or an address, which no page can bend",
    (host) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* ask(yield* serving, post(call("m"), { Host: host }))).status, 200)
      }).pipe(withServer())
  )
})

describe("ERR-06 WEB-65 WEB-67 WIRE-158 refusals", () => {
  it.live.each([
    "evil.example.org",
    "evil.example.org:80",
    "127.0.0.1.evil.org",
    "localhost.evil.org",
    "evil@127.0.0.1",
    ""
  ])(
    "WEB-65 Host %j is not ours: 403",
    (host) =>
      Effect.gen(function*() {
        const port = yield* serving
        isRefusal(yield* ask(port, post(call("m"), { Host: host })), 403)
        isRefusal(yield* ask(port, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`), 403)
      }).pipe(withServer())
  )

  it.live.each(["http://evil.example.org", "http://localhost:1234", "null"])(
    "WIRE-158 a page of origin %s: 403, without any header for it",
    (origin) =>
      Effect.gen(function*() {
        const response = yield* ask(yield* serving, post(call("m"), { Origin: origin }))
        isRefusal(response, 403)
        assert.notMatch(response.head, /access-control/iu)
      }).pipe(withServer())
  )

  it.live.each(["/nosuch", "/xmlrpc/x", "/XMLRPC", "/..", "/%2e", "*", "/xmlrpcx"])(
    "WIRE-36 %s: 404",
    (path) =>
      Effect.gen(function*() {
        isRefusal(yield* ask(yield* serving, post(call("m"), {}, path)), 404)
      }).pipe(withServer())
  )

  it.live.each(["PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"])(
    "WIRE-157 %s: 405, with what is allowed",
    (method) =>
      Effect.gen(function*() {
        const response = yield* ask(
          yield* serving,
          `${method} /xmlrpc HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`
        )
        isRefusal(response, 405)
        assert.strictEqual(response.headers.get("allow"), "POST, GET, HEAD")
      }).pipe(withServer())
  )

  it.live.each(["gzip", "deflate", "GZIP", "br, gzip"])(
    "WIRE-37 Content-Encoding %s: 415",
    (encoding) =>
      Effect.gen(function*() {
        isRefusal(yield* ask(yield* serving, post("\x1f\x8b", { "Content-Encoding": encoding })), 415)
      }).pipe(withServer())
  )

  const small = { ...defaults, bodyBytes: 1_000 }

  it.live("WIRE-154 a body as large as allowed is read, a declared larger one is refused unread: 413", () =>
    Effect.gen(function*() {
      const port = yield* serving
      const fitting = call("m", "x".repeat(1_000 - call("m", "").length))
      assert.strictEqual((yield* ask(port, post(fitting))).status, 200)
      isRefusal(yield* ask(port, post("", { "Content-Length": "1001" })), 413)
      isRefusal(yield* ask(port, post("", { "Content-Length": "99999999999999" })), 413)
      assert.strictEqual((yield* ask(port, post(call("m")))).status, 200)
    }).pipe(withServer(small)))

  it.live("WIRE-154 WIRE-23 413 comes after the answers to what came before on the connection", () =>
    Effect.gen(function*() {
      const port = portOf(
        (yield* listen(({ method }) => Effect.delay(Effect.succeed(method), "50 millis"))).url
      )
      const connection = open(port)
      connection.send(post(call("m")) + post("x".repeat(2_000)))
      const read = () => Effect.promise(() => connection.response())
      assert.strictEqual((yield* read()).body, writeAnswer("m"))
      assert.strictEqual((yield* read()).status, 413)
      assert.strictEqual(yield* Effect.promise(() => connection.closed), "")
    }).pipe(withServer({ ...defaults, bodyBytes: 1_000 })))

  it.live("WIRE-154 a caller that writes its large body to the end before it reads: 413 all the same", () =>
    Effect.gen(function*() {
      const port = yield* serving
      for (let tries = 0; tries < 3; tries++) {
        const connection = open(port)
        connection.socket.pause()
        yield* Effect.promise(() =>
          new Promise<void>((resolve, reject) => {
            connection.socket.once("error", reject)
            connection.socket.write(post("x".repeat(4_000_000)), "latin1", () => resolve())
          })
        )
        connection.socket.resume()
        isRefusal(yield* Effect.promise(() => connection.response()), 413)
        connection.destroy()
      }
    }).pipe(withServer(small)))

  it.live("WIRE-154 a chunked body that grows too large: 413, and the connection is closed", () =>
    Effect.gen(function*() {
      const port = yield* serving
      const connection = open(port)
      connection.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
      for (let n = 0; n < 20; n++) connection.send(`64\r\n${"x".repeat(100)}\r\n`)
      connection.send("0\r\n\r\n")
      isRefusal(yield* Effect.promise(() => connection.response()), 413)
      assert.strictEqual(yield* Effect.promise(() => connection.closed), "")
      connection.destroy()
      assert.strictEqual((yield* ask(port, post(call("m")))).status, 200)
    }).pipe(withServer(small)))

  it.live.each(
    [
      ["noise", "\x00\x01\x02\x03\r\n\r\n"],
      ["words", "hello, is this the hub?\r\n\r\n"],
      ["TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
      ["a length that is none", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n"],
      [
        "two lengths",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"
      ],
      [
        "a chunk that is none",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"
      ]
    ] as const
  )("ERR-06 %s: 400", ([, bytes]) =>
    Effect.gen(function*() {
      const port = yield* serving
      isRefusal(yield* ask(port, bytes), 400)
      assert.strictEqual((yield* ask(port, post(call("m")))).status, 200)
    }).pipe(withServer()))

  it.live("WEB-67 too large a head: 431", () =>
    Effect.gen(function*() {
      const port = yield* serving
      isRefusal(yield* ask(port, post(call("m"), { "X-Large": "x".repeat(40_000) })), 431)
      assert.strictEqual((yield* ask(port, post(call("m"), { "X-Large": "x".repeat(8_000) }))).status, 200)
    }).pipe(withServer()))
})

describe("people", () => {
  it.live("WIRE-157 GET shows a page, HEAD its head", () =>
    Effect.gen(function*() {
      const { url } = yield* listen(echo)
      for (const path of ["/", "/xmlrpc"]) {
        const page = yield* ask(portOf(url), `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
        assert.strictEqual(page.status, 200)
        assert.match(page.headers.get("content-type") ?? "", /^text\/html/u)
        assert.include(page.body, "SAMP hub of a test")
        assert.include(page.body, url)
        const head = yield* ask(portOf(url), `HEAD ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`, {
          headOnly: true
        })
        assert.strictEqual(head.status, 200)
        assert.strictEqual(head.headers.get("content-length"), page.headers.get("content-length"))
      }
    }).pipe(withServer()))

  it.live("WIRE-157 HEAD sends no body", () =>
    Effect.gen(function*() {
      const connection = open(yield* serving)
      connection.send("HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      yield* Effect.promise(() => connection.response({ headOnly: true }))
      assert.strictEqual(yield* Effect.promise(() => connection.closed), "")
      connection.destroy()
    }).pipe(withServer()))
})
