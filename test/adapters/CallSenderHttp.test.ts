/** What the call sender writes, and what it makes of the answers that peers write. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { defaults } from "../../src/domain/Limits.ts"
import { map } from "../../src/domain/SampValue.ts"
import { writeAnswer, writeCall } from "../../src/domain/XmlRpcWriter.ts"
import { runs, sampValue, show } from "../support/arbitraries.ts"
import { delivery, failure, outcome, withSender } from "../support/callSender.ts"
import { listen, withServer } from "../support/echoServer.ts"
import { ok, peer } from "../support/xmlRpcPeer.ts"

const yes = ok(writeAnswer("yes"))

const value = (inner: string): string =>
  `<?xml version='1.0'?><methodResponse><params><param>${inner}</param></params></methodResponse>`

describe("STD-07 WIRE-40 requests", () => {
  it.live("WIRE-01 WIRE-02 WIRE-09 WIRE-13 WIRE-14 have all that peers need and nothing that they stumble over", () =>
    Effect.gen(function*() {
      const { port, requests, url } = yield* peer((_, socket) => socket.write(yes))
      const params = ["key", map({ "samp.mtype": "a.b", text: "a\r\n\nb & <c>" }), ["x", ""]]
      assert.strictEqual(yield* outcome(url, params), "\"yes\"")
      const [request] = requests
      const lines = request?.head.split("\r\n") ?? []
      assert.strictEqual(lines[0], "POST /xmlrpc HTTP/1.1")
      assert.include(lines, "Content-Type: text/xml")
      assert.include(lines, "User-Agent: effect-samp/test")
      assert.include(lines, `Host: 127.0.0.1:${port}`)
      const body = writeCall({ method: "m", params })
      assert.strictEqual(request?.body, body)
      assert.include(lines, `Content-Length: ${Buffer.byteLength(body)}`)
      assert.notMatch(
        request?.head ?? "",
        /^(?:expect|transfer-encoding|upgrade|accept-encoding|content-encoding):/imu
      )
    }).pipe(withSender()))

  it.live.each(
    [
      ["", "/"],
      ["/", "/"],
      ["/RPC2", "/RPC2"],
      ["/a/b%20c?x=1&y=%26", "/a/b%20c?x=1&y=%26"],
      ["?x=1", "/?x=1"]
    ] as const
  )("STD-07 WIRE-40 the path %j goes out as %j", ([path, expected]) =>
    Effect.gen(function*() {
      const { port, requests } = yield* peer((_, socket) => socket.write(yes))
      assert.strictEqual(yield* outcome(`http://127.0.0.1:${port}${path}`), "\"yes\"")
      assert.strictEqual(requests[0]?.head.split("\r\n")[0], `POST ${expected} HTTP/1.1`)
    }).pipe(withSender()))

  it.live("WIRE-42 WIRE-101 a host name that does not resolve is tried at this machine", () =>
    Effect.gen(function*() {
      const { port, requests } = yield* peer((_, socket) => socket.write(yes))
      assert.strictEqual(yield* outcome(`http://no-such-host.invalid:${port}/x`), "\"yes\"")
      assert.strictEqual(requests.length, 1)
    }).pipe(withSender()))

  it.live.prop(
    "DT-04 HUB-20 any value goes through real sockets and comes back",
    { value: sampValue },
    ({ value }) =>
      Effect.gen(function*() {
        const { url } = yield* listen(({ params }) => Effect.succeed(params[0] ?? ""))
        assert.strictEqual(yield* outcome(url, [value]), show(value))
      }).pipe(withServer(), withSender(), Effect.scoped),
    runs(60)
  )
})

describe("CLI-15 WIRE-30 answers", () => {
  const answered = (bytes: string, expected: string, ends = false) =>
    Effect.gen(function*() {
      const { url } = yield* peer((_, socket) =>
        void (ends ? socket.end(bytes, "latin1") : socket.write(bytes, "latin1"))
      )
      assert.strictEqual(yield* outcome(url), expected)
    }).pipe(withSender())

  const body = value("<value><string>OK</string></value>")

  it.live("WIRE-21 WIRE-90 WIRE-92 of DS9: bare LF, then closed", () =>
    answered(
      `HTTP/1.1 200 OK\nContent-Type: text/xml\nContent-length: ${body.length}\n\n${body}`,
      "\"OK\"",
      true
    ))
  it.live("WIRE-21 WIRE-92 of DS9 with bare LF that keeps the connection", () =>
    answered(`HTTP/1.1 200 OK\nContent-Type: text/xml\nContent-length: ${body.length}\n\n${body}`, "\"OK\""))
  it.live("WIRE-60 of JSAMP: HTTP/1.0, then closed", () =>
    answered(
      `HTTP/1.0 200 OK\r\nContent-Length: ${body.length}\r\nContent-Type: text/xml\r\n\r\n${body}`,
      "\"OK\"",
      true
    ))
  it.live("WIRE-60 without a length, up to the end", () =>
    answered(`HTTP/1.0 200 OK\r\n\r\n${body}`, "\"OK\"", true))
  it.live("WIRE-39 chunked", () =>
    answered(
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${
        body.length.toString(16)
      }\r\n${body}\r\n0\r\n\r\n`,
      "\"OK\""
    ))
  it.live("WIRE-14 after a 100", () => answered(`HTTP/1.1 100 Continue\r\n\r\n${ok(body)}`, "\"OK\""))

  const values = [
    ["<value></value>", "\"\""],
    ["<value>OK</value>", "\"OK\""],
    ["<value><int>0</int></value>", "\"0\""],
    ["<value><nil/></value>", "\"\""],
    ["<value><struct></struct></value>", "{}"]
  ] as const

  it.live.each(values)("WIRE-30 CLI-15 %s", ([inner, expected]) => answered(ok(value(inner)), expected))

  it.live("WIRE-30 without a value", () =>
    answered(ok("<?xml version='1.0'?><methodResponse><params/></methodResponse>"), "\"\""))

  it.live("WIRE-34 an empty 500 of Python", () =>
    answered("HTTP/1.0 500 Internal Server Error\r\nContent-length: 0\r\n\r\n", "BadAnswer", true))
  it.live("WIRE-34 a 404 with a page", () =>
    answered("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n<html/>\r\n", "BadAnswer"))
  it.live("WIRE-34 a 200 with a page", () => answered(ok("<!DOCTYPE html><title>x</title>"), "BadAnswer"))
  it.live("WIRE-34 a 302", () =>
    answered("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "BadAnswer"))
  it.live("WIRE-34 an empty 200", () => answered(ok(""), "BadAnswer"))
  it.live("WIRE-34 XML that breaks off", () => answered(ok(body.slice(0, -5)), "BadAnswer"))
  it.live("DT-06 a value that is no SAMP", () =>
    answered(ok(value("<value>caf\xc3\xa9</value>")), "BadAnswer"))
  it.live("WIRE-34 an answer that breaks off", () => answered(ok(body).slice(0, -5), "Lost", true))
  it.live("WIRE-34 a head that breaks off", () => answered("HTTP/1.1 200 OK\r\nContent-Le", "Lost", true))
  it.live("WIRE-34 no HTTP at all", () => answered("hello\r\n\r\n", "Lost", true))

  it.live("WIRE-34 nothing at all: the connection is closed", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* peer((_, socket) => void socket.end())
      assert.strictEqual(yield* outcome(url), "Lost")
      assert.strictEqual(requests.length, 1)
    }).pipe(withSender()))

  it.live("WIRE-154 an answer larger than allowed is not read to its end, with and without a length", () =>
    Effect.gen(function*() {
      const large = value(`<value>${"x".repeat(2_000)}</value>`)
      const declared = yield* peer((_, socket) => socket.write(ok(large)))
      const endless = yield* peer((_, socket) => {
        socket.write("HTTP/1.0 200 OK\r\n\r\n")
        const more = setInterval(() => socket.write("x".repeat(500)), 5)
        socket.on("close", () => clearInterval(more))
      })
      for (const each of [declared, endless]) {
        assert.strictEqual(yield* outcome(each.url), "BadAnswer")
        yield* Effect.sleep("20 millis")
        assert.strictEqual(each.open(), 0)
      }
    }).pipe(withSender({ ...defaults, bodyBytes: 1_000 })))
})

describe("ERR-02 WIRE-33 faults", () => {
  const faulty = (code: string, text: string): string =>
    ok(
      "<?xml version='1.0'?><methodResponse><fault><value><struct>" +
        `<member><name>faultString</name><value>${text}</value></member>` +
        `<member><name>faultCode</name><value>${code}</value></member></struct></value></fault></methodResponse>`
    )

  it.live.each(["<int>5</int>", "<i4>5</i4>", "5", "<string>5</string>"])(
    "ERR-02 WIRE-33 with a code %s",
    (code) =>
      Effect.gen(function*() {
        const { url } = yield* peer((_, socket) => socket.write(faulty(code, "no such key &amp; client")))
        const error = yield* failure(url)
        assert.strictEqual(error.reason, "RemoteFault")
        assert.strictEqual(error.code, 5)
        assert.strictEqual(error.message, "no such key & client")
        assert.strictEqual(yield* delivery(url), "RemoteFault")
      }).pipe(withSender())
  )

  it.live("WIRE-30 the value of a delivery does not matter, whatever it is", () =>
    Effect.gen(function*() {
      const answers = [
        value("<value>a default value</value>"),
        value("<value><float>1</float></value>"),
        value("<value>caf\xe9 at fault</value>"),
        "the word fault, but no XML",
        ""
      ]
      const { url } = yield* peer(({ number }, socket) =>
        socket.write(ok(answers[number - 1] ?? ""), "latin1")
      )
      for (const _ of answers) assert.strictEqual(yield* delivery(url), "delivered")
    }).pipe(withSender()))

  it.live("WIRE-34 the status of a delivery does matter", () =>
    Effect.gen(function*() {
      const { url } = yield* peer((_, socket) => void socket.end("HTTP/1.0 500 Oops\r\n\r\n"))
      assert.strictEqual(yield* delivery(url), "BadAnswer")
    }).pipe(withSender()))
})
