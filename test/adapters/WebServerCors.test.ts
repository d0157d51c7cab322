/** Who may talk to the Web Profile's endpoint, and what lets pages read its answers (WEB-06..09, WEB-17, WEB-18, WEB-65). */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import { connect } from "node:net"
import { networkInterfaces } from "node:os"
import { writeAnswer } from "../../src/domain/XmlRpcWriter.ts"
import { isRefusal } from "../support/echoServer.ts"
import { exchange } from "../support/rawHttp.ts"
import {
  ask,
  call,
  echo,
  faultOf,
  type Headers,
  isReadable,
  listen,
  origin,
  post,
  request,
  withServer
} from "../support/webEndpoint.ts"

const preflight = (port: number, headers: Headers = {}, path = "/") =>
  ask("OPTIONS", port, {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type",
    ...headers
  }, path)

describe("a preflight", () => {
  it.live("WEB-07, WIRE-130, WIRE-132 is answered to any origin with no more than it needs to know", () =>
    Effect.gen(function*() {
      const response = yield* preflight(yield* listen())
      assert.strictEqual(response.status, 200)
      assert.strictEqual(response.body, "")
      const lines = response.head.split("\r\n").slice(1)
        .filter((line) => !/^(?:Date|Connection|Keep-Alive|Access-Control-Expose-Headers):/u.test(line))
      assert.deepStrictEqual(lines.sort(), [
        "Access-Control-Allow-Headers: content-type",
        "Access-Control-Allow-Methods: POST, GET, HEAD, PUT, OPTIONS",
        `Access-Control-Allow-Origin: ${origin}`,
        "Access-Control-Max-Age: 600",
        "Content-Length: 0",
        "Vary: Origin"
      ])
    }).pipe(withServer()))

  it.live("WEB-08, WIRE-134 is told that the private network is allowed if it asks, and only then", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const of = (word: string | undefined) =>
        Effect.map(
          preflight(port, { "Access-Control-Request-Private-Network": word }),
          ({ headers }) => headers.get("access-control-allow-private-network")
        )
      assert.strictEqual(yield* of("true"), "true")
      assert.isUndefined(yield* of(undefined))
      assert.isUndefined(yield* of("false"))
    }).pipe(withServer()))

  it.live("WIRE-130 has the headers back that it asks for, if they are names of headers", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const of = (names: string | undefined) =>
        Effect.map(
          preflight(port, { "Access-Control-Request-Headers": names }),
          ({ headers }) => headers.get("access-control-allow-headers")
        )
      assert.strictEqual(
        yield* of("content-type, x-requested-with,range"),
        "content-type, x-requested-with,range"
      )
      for (const odd of [undefined, "a b", "a;b", "<script>", "*,", ""]) {
        assert.strictEqual(yield* of(odd), "Content-Type", odd)
      }
    }).pipe(withServer()))

  it.live("WEB-07 is one only with an Origin and a method; other OPTIONS are refused, readably", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const without = yield* ask("OPTIONS", port)
      isRefusal(without, 405)
      isReadable(without)
      isRefusal(yield* preflight(port, { Origin: undefined }), 405)
    }).pipe(withServer()))

  it.live("WEB-07 is answered on any path: what is there, the request itself is told", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      assert.strictEqual((yield* preflight(port, {}, "/proxied/x?file:///y")).status, 200)
      assert.strictEqual((yield* preflight(port, {}, "/nothing")).status, 200)
    }).pipe(withServer()))
})

describe("an answer", () => {
  it.live("WEB-04, WEB-06, WIRE-131 can be read by the page, whatever it is", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const good = yield* post(port, call("m"))
      assert.strictEqual(good.body, writeAnswer(["m", origin, "none"]))
      assert.strictEqual(good.headers.get("content-type"), "text/xml")
      const all = [
        good,
        yield* post(port, call("fail")),
        yield* post(port, call("die")),
        yield* post(port, "<broken"),
        yield* post(port, call("m"), { "Content-Type": "text/plain" }),
        yield* post(port, call("m"), {}, "/nowhere"),
        yield* post(port, call("m"), { "Content-Length": "99999999999" }),
        yield* ask("DELETE", port),
        yield* ask("GET", port),
        yield* ask("GET", port, {}, "/proxied/unknown?file:///x"),
        yield* ask("PUT", port, {}, "/published/unknown")
      ]
      for (const response of all) isReadable(response)
      assert.deepStrictEqual(all.map(({ status }) => status), [
        200,
        200,
        200,
        200,
        415,
        404,
        200,
        405,
        200,
        403,
        403
      ])
    }).pipe(withServer()))

  it.live("WEB-06 names the origin that asked, and none if there was none", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      for (const by of ["http://localhost:8888", "https://a.b.example:8443", "chrome-extension://abcdef"]) {
        isReadable(yield* post(port, call("m"), { Origin: by }), by)
      }
      const { headers } = yield* post(port, call("m"), { Origin: undefined })
      assert.isFalse(headers.has("access-control-allow-origin"))
      assert.strictEqual(headers.get("vary"), "Origin")
    }).pipe(withServer()))
})

describe("a request", () => {
  it.live("WEB-18, WIRE-133 of the origin null, or of one that is none, is refused, without a word to the page", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      for (
        const nobody of ["null", "", "archive.example", "https://", "https://a b", "https://a/path", "*"]
      ) {
        for (
          const response of [
            yield* post(port, call("m"), { Origin: nobody }),
            yield* preflight(port, { Origin: nobody })
          ]
        ) {
          isRefusal(response, 403)
          assert.isFalse(response.headers.has("access-control-allow-origin"), nobody)
        }
      }
    }).pipe(withServer()))

  it.live("WEB-18 without an Origin comes from a program, unless a browser has sent it", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const program = yield* post(port, call("m"), { Origin: undefined })
      assert.strictEqual(program.body, writeAnswer(["m", "none", "none"]))
      const browser = yield* post(port, call("m"), { "Origin": undefined, "Sec-Fetch-Site": "cross-site" })
      isRefusal(browser, 403)
      const image = { "Origin": undefined, "Sec-Fetch-Site": "cross-site" }
      assert.strictEqual((yield* ask("GET", port, image)).status, 200)
    }).pipe(withServer()))

  it.live("WEB-13, WEB-14 is handed on with its origin and its referer", () =>
    Effect.gen(function*() {
      const response = yield* post(yield* listen(), call("m"), { Referer: `${origin}/page?x` })
      assert.strictEqual(response.body, writeAnswer(["m", origin, `${origin}/page?x`]))
    }).pipe(withServer()))

  it.live("WEB-65, P12 is taken under the names of this machine and our port only", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const ours = [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`, undefined]
      for (const host of ours) {
        assert.strictEqual((yield* post(port, call("m"), { Host: host })).status, 200, host)
      }
      const theirs = [
        `evil.example:${port}`,
        "127.0.0.1",
        "127.0.0.1:1",
        `127.0.0.1.evil.example:${port}`,
        `localhost.evil.example:${port}`,
        `evil.example:${port}@127.0.0.1:${port}`,
        `192.168.0.1:${port}`,
        `127.0.0.2:${port}`,
        `localhost.:${port}`,
        `::1:${port}`,
        `localhost:${port}:${port}`,
        ""
      ]
      for (const host of theirs) {
        const answers = [
          yield* post(port, call("m"), { Host: host }),
          yield* preflight(port, { Host: host }),
          yield* ask("GET", port, { Host: host }, "/proxied/x?file:///etc/passwd")
        ]
        for (const response of answers) {
          isRefusal(response, 403)
          assert.isFalse(response.headers.has("access-control-allow-origin"), host)
        }
      }
    }).pipe(withServer()))

  it.live("P12, WEB-07 of a type that needs no preflight is refused, and so is one of none", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const simple = [
        "text/plain",
        "text/plain;charset=UTF-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/xmlish",
        "text/plain; text/xml",
        undefined,
        ""
      ]
      for (const type of simple) isRefusal(yield* post(port, call("m"), { "Content-Type": type }), 415)
      for (
        const type of ["text/xml", "TEXT/XML", "text/xml; charset=utf-8", "text/xml ;x", "application/xml"]
      ) {
        assert.strictEqual((yield* post(port, call("m"), { "Content-Type": type })).status, 200, type)
      }
    }).pipe(withServer()))

  it.live("WEB-17 comes from this machine: nothing listens elsewhere", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const outside = Object.values(networkInterfaces()).flat().find((each) => each?.internal === false)
      if (outside === undefined) return
      const outcome = yield* Effect.promise(() =>
        new Promise<string>((resolve) => {
          const socket = connect({ host: outside.address, port })
          socket.once("connect", () => resolve("connected")).once("error", () => resolve("refused"))
        })
      )
      assert.strictEqual(outcome, "refused")
    }).pipe(withServer()))

  it.live("P12 is told of in the log when it is refused: once, then how often, and never as it was written", () =>
    Effect.gen(function*() {
      const lines: Array<string> = []
      const logger = Logger.make(({ message }) => void lines.push(JSON.stringify(message)))
      yield* Effect.gen(function*() {
        const port = yield* listen()
        for (let i = 0; i < 50; i++) yield* post(port, call("m"), { Host: `evil${i}\u001b[31m.example` })
        yield* post(port, call("m"), { Origin: "null" })
      }).pipe(withServer(), Effect.provide(Logger.layer([logger])))
      assert.lengthOf(lines, 2)
      assert.include(lines[0], "evil0")
      assert.include(lines[1], "null")
      assert.notMatch(lines.join(""), /\\u001b|\u001b/u)
    }).pipe(Effect.provideService(References.MinimumLogLevel, "Warn")))
})

describe("policy files", () => {
  it.live("WEB-09 are there if they are switched on, each for itself", () =>
    Effect.gen(function*() {
      const files = ["/crossdomain.xml", "/clientaccesspolicy.xml"] as const
      for (const [flash, silverlight] of [[false, false], [true, false], [false, true]] as const) {
        const port = yield* listen(echo, { flash, silverlight })
        const [one, two] = [yield* ask("GET", port, {}, files[0]), yield* ask("GET", port, {}, files[1])]
        assert.deepStrictEqual([one.status, two.status], [flash ? 200 : 404, silverlight ? 200 : 404])
        if (flash) assert.strictEqual(one.headers.get("content-type"), "text/x-cross-domain-policy")
        if (flash) assert.match(one.body, /<allow-access-from domain="\*"\/>/u)
        if (silverlight) assert.strictEqual(two.headers.get("content-type"), "text/xml")
        if (silverlight) assert.match(two.body, /<grant-to><resource path="\/" include-subpaths="true"\/>/u)
      }
    }).pipe(withServer()))
})

describe("a person with a browser", () => {
  it.live("WIRE-157 is greeted at the address", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const page = yield* ask("GET", port, { Origin: undefined })
      assert.strictEqual(page.headers.get("content-type"), "text/html")
      assert.include(page.body, "SAMP hub of a test")
      const head = yield* ask("HEAD", port)
      assert.strictEqual(head.status, 200)
      assert.strictEqual(Number(head.headers.get("content-length")), page.body.length)
      const put = yield* ask("PUT", port)
      isRefusal(put, 405)
      assert.strictEqual(put.headers.get("allow"), "POST, GET, HEAD")
    }).pipe(withServer()))

  it.live("WIRE-36 finds nothing elsewhere; Python's path is one for calls", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      isRefusal(yield* ask("GET", port, {}, "/xmlrpc"), 404)
      assert.strictEqual((yield* post(port, call("m"), {}, "/RPC2")).status, 200)
      assert.strictEqual((yield* post(port, call("m"), {}, "/?x=1")).status, 200)
      const absolute = yield* post(port, call("m"), {}, `http://127.0.0.1:${port}/`)
      assert.strictEqual(absolute.status, 200)
      assert.strictEqual(faultOf(yield* post(port, call("fail"))).includes("&lt;c7&gt;"), true)
      const bare = yield* Effect.promise(() =>
        exchange(port, request("POST", port, {}, call("m"), "http://127.0.0.1:1"))
      )
      assert.strictEqual(bare.status, 200)
    }).pipe(withServer()))
})
