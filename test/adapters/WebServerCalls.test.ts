/** XML-RPC of pages: everything gets an answer of status 200, and nobody can make the hub hold much (WIRE-112, WEB-67). */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { writeAnswer } from "../../src/domain/XmlRpcWriter.ts"
import type { WebHandler } from "../../src/ports/WebServer.ts"
import { eventually } from "../support/eventually.ts"
import { exchange, open } from "../support/rawHttp.ts"
import {
  call,
  echo,
  faultOf,
  isReadable,
  listen,
  origin,
  post,
  request,
  withServer
} from "../support/webEndpoint.ts"

setFlagsFromString("--expose-gc")
const collectGarbage: () => void = runInNewContext("gc") // what the flag brings into being

const later = (holds: () => boolean) => Effect.promise(() => eventually(holds))

const read = (connection: ReturnType<typeof open>) => Effect.promise(() => connection.response())

describe("a call", () => {
  it.live("WIRE-112, ERR-02, WEB-04 that cannot be read gets a fault and status 200", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const bad: ReadonlyArray<readonly [string, RegExp]> = [
        ["", /./u],
        ["hello", /well-formed/u],
        ["<methodCall><methodName>m</methodName>", /well-formed/u],
        ["<methodResponse></methodResponse>", /methodCall/u],
        ["<!DOCTYPE x [<!ENTITY a \"b\">]><methodCall><methodName>m</methodName></methodCall>", /DOCTYPE/u],
        [`<a>${"<b>".repeat(2_000)}${"</b>".repeat(2_000)}</a>`, /deep/u],
        [call("m", "x").replace("x", "\xff"), /UTF-8/u],
        [call("m").replace("<params>", "<params><param><value><nil/></value></param>"), /./u]
      ]
      for (const [body, why] of bad) {
        const response = yield* post(port, body, {
          "Content-Type": "text/xml",
          "Content-Length": String(body.length)
        })
        assert.match(faultOf(response), why)
        isReadable(response)
      }
      assert.include(faultOf(yield* post(port, call("fail"))), "not subscribed")
      assert.match(faultOf(yield* post(port, call("die"))), /log/u)
    }).pipe(withServer()))

  it.live("WIRE-112, WEB-67 that is too large gets a fault and status 200, also while it is still being written", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const large = call("m", "x".repeat(20_000))
      const whole = yield* post(port, large)
      assert.match(faultOf(whole), /larger than 10000 bytes/u)
      isReadable(whole)
      const announced = open(port)
      announced.send(request("POST", port, { "Content-Length": "20000" }, "<methodCall>"))
      assert.match(faultOf(yield* read(announced)), /larger/u)
      announced.destroy()
      const chunked = open(port)
      chunked.send(request("POST", port, { "Content-Type": "text/xml", "Transfer-Encoding": "chunked" }))
      chunked.send(`4e20\r\n${"x".repeat(20_000)}\r\n`)
      assert.match(faultOf(yield* read(chunked)), /larger/u)
      chunked.destroy()
      assert.strictEqual((yield* post(port, call("m"))).body, writeAnswer(["m", origin, "none"]))
    }).pipe(withServer({ webBodyBytes: 10_000 })))

  it.live("WEB-66, WEB-67 that is long is read in the plain form that clients write only, and up to so many values", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const plain = call("m", "known", "x".repeat(200_000))
      assert.strictEqual((yield* post(port, plain)).status, 200)
      assert.notInclude((yield* post(port, plain)).body, "faultString")
      for (const odd of ["<!-- -->", "<![CDATA[x]]>"]) {
        const unusual = plain.replace("xx", `xx${odd}`)
        assert.match(
          faultOf(yield* post(port, unusual)),
          /more than 65536 characters may hold 3000 values, and nothing but elements and ASCII/u
        )
        assert.include((yield* post(port, call("m", "x").replace("x<", `x${odd}<`))).body, "<string>x")
      }
      const many = call("m", "known", ...Array.from({ length: 1_000 }, () => ""))
      assert.notInclude((yield* post(port, many)).body, "faultString")
      assert.match(
        faultOf(yield* post(port, call("m", "known", ...Array.from({ length: 3_001 }, () => "")))),
        /./u
      )
    }).pipe(withServer({ webValues: 3_000 })))

  it.live("WEB-66, WIRE-32 may hold a table of 2 MB, as browsers write it", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const row = "&lt;TR&gt;&lt;TD&gt;12.34 &amp;amp; more&lt;/TD&gt;&lt;/TR&gt;&#10;\r\n"
      const table = row.repeat(Math.floor(3_900_000 / row.length))
      const body = call("m", "known", "?").replace(
        "<string>?</string>",
        `<string/></value></param><param><value>${table}`
      )
      const answer = yield* post(port, body)
      assert.isTrue(answer.body.includes(row.replace("&#10;\r\n", "&#10;\n").repeat(30_000)))
    }).pipe(withServer()))

  it.live("WEB-67 of somebody who is not registered may not be large", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const fill = "x".repeat(70_000)
      assert.include((yield* post(port, call("m", "known", fill))).body, fill)
      for (const body of [call("m", "unknown", fill), call("m", fill, "known"), call("m", ...fill)]) {
        assert.match(
          faultOf(yield* post(port, body)),
          /larger than 65536 bytes.* of those who are not registered/u
        )
      }
      assert.include((yield* post(port, call("m", "unknown", fill.slice(0, 60_000)))).body, "xxx")
      const slow = open(port)
      const [head = "", body = ""] = request("POST", port, {}, call("m", "known", fill)).split("\r\n\r\n")
      slow.send(`${head}\r\n\r\n`)
      for (const piece of [body.slice(0, 10), body.slice(10, 60), body.slice(60)]) {
        yield* Effect.sleep("20 millis")
        slow.send(piece)
      }
      assert.include((yield* read(slow)).body, fill)
      slow.destroy()
    }).pipe(withServer()))

  it.live("WEB-67 may not be larger than any the hub takes", () =>
    Effect.gen(function*() {
      assert.match(
        faultOf(yield* post(yield* listen(), call("m", "x".repeat(9_000)))),
        /larger than 5000 bytes/u
      )
    }).pipe(withServer({ bodyBytes: 5_000 })))

  it.live("WIRE-13, WIRE-22 comes over a connection that is kept, by HTTP/1.0, or without a Host", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const connection = open(port)
      for (let n = 0; n < 20; n++) {
        connection.send(request("POST", port, {}, call("m", String(n))))
        assert.strictEqual((yield* read(connection)).body, writeAnswer(["m", String(n), origin, "none"]))
      }
      connection.destroy()
      const old = `POST / HTTP/1.0\nContent-Type: text/xml\nContent-length: ${call("m").length}\n\n${
        call("m")
      }`
      const answer = yield* Effect.promise(() => exchange(port, old))
      assert.strictEqual(answer.body, writeAnswer(["m", "none", "none"]))
    }).pipe(withServer()))

  it.live("WEB-03 finds the hub on 127.0.0.1 and on ::1, of which localhost may be either", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      for (const host of ["127.0.0.1", "::1"]) {
        const connection = open(port, host)
        connection.send(request("POST", port, { Host: `localhost:${port}` }, call("m")))
        assert.strictEqual((yield* read(connection)).status, 200)
        connection.destroy()
      }
    }).pipe(withServer()))

  it.live("WEB-67 keeps no more of its body than is in it", () =>
    Effect.gen(function*() {
      const kept: Array<unknown> = []
      const port = yield* listen({
        ...echo,
        call: ({ params }) => Effect.sync(() => ({ value: String(kept.push(params)) }))
      })
      const text = "a text that is long enough to be a part of another"
      const padded = call("m", "known", text).replace("</params>", `${" ".repeat(2_000_000)}</params>`)
      yield* post(port, padded)
      collectGarbage()
      const before = process.memoryUsage().rss
      for (let n = 0; n < 50; n++) yield* post(port, padded)
      collectGarbage()
      const grown = (process.memoryUsage().rss - before) / 1024 ** 2
      assert.lengthOf(kept, 51)
      assert.isBelow(grown, 60, "fifty bodies of two megabytes would be a hundred")
    }).pipe(withServer()))
})

/** Answers late, with as much as wanted; tells what became of it. */
const slow = () => {
  const told = { begun: 0, interrupted: 0, unread: 0 }
  const release = Deferred.makeUnsafe<string>()
  const handler: WebHandler = {
    ...echo,
    call: ({ params: [size = "0"] }) =>
      Effect.suspend(() => {
        told.begun++
        const wait = Effect.onInterrupt(Deferred.await(release), () =>
          Effect.sync(() => void told.interrupted++))
        return Effect.map(wait, () => ({
          value: "x".repeat(Number(size)),
          unread: () =>
            void told.unread++
        }))
      })
  }
  return { told, handler, release: Deferred.succeed(release, "") }
}

describe("an answer", () => {
  it.live("WEB-36, DLV-23 is not waited for by one whose connection has gone", () =>
    Effect.gen(function*() {
      const { handler, release, told } = slow()
      const port = yield* listen(handler)
      const ways: ReadonlyArray<(connection: ReturnType<typeof open>) => unknown> = [
        (connection) => connection.destroy(),
        (connection) => connection.socket.resetAndDestroy()
      ]
      for (const [index, hangUp] of ways.entries()) {
        const connection = open(port)
        connection.send(request("POST", port, {}, call("m")))
        yield* later(() => told.begun === index + 1)
        hangUp(connection)
        yield* later(() => told.interrupted === index + 1)
      }
      yield* release
      assert.strictEqual(told.unread, 0)
    }).pipe(withServer()))

  it.live("WEB-36 was not read when its connection is gone before all of it was taken", () =>
    Effect.gen(function*() {
      const { handler, release, told } = slow()
      const port = yield* listen(handler)
      const connection = open(port)
      connection.socket.pause()
      connection.send(request("POST", port, {}, call("m", "12000000")))
      yield* later(() => told.begun === 1)
      yield* release
      yield* Effect.sleep("50 millis")
      assert.strictEqual(told.unread, 0)
      connection.destroy()
      yield* later(() => told.unread === 1)
      assert.strictEqual(told.interrupted, 0)
    }).pipe(withServer({ webAnswersBytes: 50_000_000 })))

  it.live("WEB-36 was not read when its connection is reset, as a system does in whose hands it was left", () =>
    Effect.gen(function*() {
      const { handler, release, told } = slow()
      const port = yield* listen(handler)
      yield* release
      for (const size of ["10", "300000"]) {
        const before = told.unread
        const connection = open(port)
        connection.socket.pause()
        connection.send(request("POST", port, {}, call("m", size)))
        yield* later(() => told.begun > before)
        yield* Effect.sleep("50 millis")
        connection.socket.resetAndDestroy()
        yield* later(() => told.unread === before + 1)
      }
      const kept = open(port)
      kept.send(request("POST", port, {}, call("m", "10")))
      yield* read(kept)
      kept.send(request("POST", port, {}, call("m", "10").replace("<methodCall>", "<methodCal>")))
      yield* read(kept)
      kept.socket.resetAndDestroy()
      yield* Effect.sleep("50 millis")
      assert.strictEqual(told.unread, 2, "the next request has shown that it was")
    }).pipe(withServer()))

  it.live("WEB-36 was read when it was taken, whatever becomes of the connection", () =>
    Effect.gen(function*() {
      const { handler, release, told } = slow()
      const port = yield* listen(handler)
      yield* release
      const connection = open(port)
      connection.send(request("POST", port, {}, call("m", "5000000")))
      assert.include((yield* read(connection)).body, "xxxx")
      connection.destroy()
      yield* Effect.sleep("50 millis")
      assert.strictEqual(told.unread, 0)
    }).pipe(withServer({ webAnswersBytes: 50_000_000 })))

  it.live("WEB-67 that nobody reads is given up, the oldest first, when there are too many, and that of others is not", () =>
    Effect.gen(function*() {
      const { handler, release, told } = slow()
      const port = yield* listen(handler)
      yield* release
      const lazy = Array.from({ length: 5 }, () => open(port))
      for (const [index, connection] of lazy.entries()) {
        connection.socket.pause()
        connection.send(request("POST", port, {}, call("m", "8000000")))
        yield* later(() => told.begun === index + 1)
        yield* Effect.sleep("20 millis")
      }
      yield* later(() => told.unread === 3)
      const eager = open(port)
      eager.send(request("POST", port, {}, call("m", "8000000")))
      assert.strictEqual((yield* read(eager)).status, 200)
      for (const connection of [...lazy, eager]) connection.destroy()
    }).pipe(withServer({ webAnswersBytes: 17_000_000 })))

  it.live("WEB-67 is given up that is read too slowly", () =>
    Effect.gen(function*() {
      const { handler, release, told } = slow()
      const port = yield* listen(handler)
      yield* release
      const connection = open(port)
      connection.socket.pause()
      connection.send(request("POST", port, {}, call("m", "12000000")))
      yield* later(() => told.unread === 1)
      connection.destroy()
    }).pipe(withServer({ webAnswerMs: 200 })))
})

describe("a body", () => {
  it.live("WIRE-156 comes as slowly as it likes, up to a point, while others are served", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const connection = open(port)
      for (const byte of request("POST", port, {}, call("m"))) {
        connection.send(byte)
        yield* Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
      }
      assert.strictEqual((yield* read(connection)).status, 200)
      connection.destroy()
    }).pipe(withServer()))

  it.live("WEB-67 that does not come whole is given up, the oldest first, when there are too many", () =>
    Effect.gen(function*() {
      const port = yield* listen()
      const half = request("POST", port, { "Content-Length": "9000" }, "x".repeat(8_000))
      const lazy = Array.from({ length: 10 }, () => open(port))
      let closed = 0
      for (const connection of lazy) {
        void connection.closed.then(() => closed++)
        connection.send(half)
        yield* Effect.sleep("10 millis")
      }
      yield* later(() => closed === 6)
      const busy = yield* post(port, call("m", "y".repeat(5_000)))
      assert.strictEqual(busy.status, 200)
      for (const connection of lazy) connection.destroy()
    }).pipe(withServer({ webBodiesBytes: 32_500, webBodyBytes: 10_000 })))
})

describe("connections", () => {
  it.live("WEB-67 are bounded: those that only wait to send make room, and one that waits for its answer does not", () =>
    Effect.gen(function*() {
      const { handler, release, told } = slow()
      const port = yield* listen(handler)
      const waiting = open(port)
      waiting.send(request("POST", port, {}, call("m")))
      yield* later(() => told.begun === 1)
      const half = request("POST", port, { "Content-Length": "9000" }, "x")
      const flood = Array.from({ length: 100 }, () => open(port))
      let closed = 0
      for (const connection of flood) {
        void connection.closed.then(() => closed++)
        connection.send(half)
      }
      yield* later(() => closed >= 80)
      yield* release
      assert.strictEqual((yield* read(waiting)).status, 200)
      assert.strictEqual((yield* post(port, call("m"))).status, 200)
      for (const connection of [...flood, waiting]) connection.destroy()
    }).pipe(withServer({ webConnections: 20 })))
})
