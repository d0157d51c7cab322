/** The XML-RPC endpoint over real sockets: its answers, and how it lives and ends. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { networkInterfaces } from "node:os"
import { map } from "../../src/domain/SampValue.ts"
import { writeAnswer } from "../../src/domain/XmlRpcWriter.ts"
import { answer, ask, call, echo, listen, portOf, serving, withServer } from "../support/echoServer.ts"
import { checkPrompt } from "../support/promptness.ts"
import { exchange, open, post } from "../support/rawHttp.ts"
import { oracle } from "../support/xmlOracle.ts"

describe("answers", () => {
  it.live("ERR-02 ERR-03 WIRE-11 a fault is HTTP 200 with exactly two members, the code an int", () =>
    Effect.gen(function*() {
      const port = yield* serving
      const { body, status } = yield* ask(port, post(call("fail")))
      assert.strictEqual(status, 200)
      const member = (name: string, type: string, text: string) => ({
        name: "member",
        text: "",
        children: [
          { name: "name", text: name, children: [] },
          { name: "value", text: "", children: [{ name: type, text, children: [] }] }
        ]
      })
      const members = oracle(body)?.children[0]?.children[0]?.children[0]
      assert.deepStrictEqual(members, {
        name: "struct",
        text: "",
        children: [
          member("faultCode", "int", "2"),
          member("faultString", "string", "client <c7> is not subscribed to \"a\" & b")
        ]
      })
    }).pipe(withServer()))

  it.live("WIRE-01 WIRE-02 WIRE-09 an answer has its exact length, is ASCII, XML and not chunked", () =>
    Effect.gen(function*() {
      const port = yield* serving
      const text = "a\r\n\tb & <c> \x7f"
      const { body, headers, status } = yield* ask(port, post(call("m", text)))
      assert.strictEqual(status, 200)
      assert.strictEqual(body, answer("m", text))
      assert.match(body, /^[\t\n\x20-\x7f]*$/u)
      assert.strictEqual(headers.get("content-length"), String(Buffer.byteLength(body)))
      assert.strictEqual(headers.get("content-type"), "text/xml")
      assert.isFalse(headers.has("transfer-encoding"))
    }).pipe(withServer()))

  it.live("ERR-06 what is no call is a fault, and the next call on the same connection is served", () =>
    Effect.gen(function*() {
      const port = yield* serving
      const connection = open(port)
      for (const body of ["", "hello", "<methodCall>", "<a/>", "\xff\xfe\x00", "<!DOCTYPE a><methodCall/>"]) {
        connection.send(post(body))
        const response = yield* Effect.promise(() => connection.response())
        assert.strictEqual(response.status, 200)
        assert.include(response.body, "<fault>")
      }
      connection.send(post(call("m")))
      assert.strictEqual((yield* Effect.promise(() => connection.response())).body, answer("m"))
      connection.destroy()
    }).pipe(withServer()))

  it.live("ERR-06 a defect of the handler is a fault that tells nothing, and the server lives on", () =>
    Effect.gen(function*() {
      const port = yield* serving
      const { body, status } = yield* ask(port, post(call("die")))
      assert.strictEqual(status, 200)
      assert.include(body, "<fault>")
      assert.notInclude(body, "a bug")
      assert.strictEqual((yield* ask(port, post(call("m")))).body, answer("m"))
    }).pipe(withServer()))
})

describe("life", () => {
  it.live.each(["", "\0"])(
    "DLV-23 the handler is interrupted when its caller hangs up, and not before; after %j too",
    (broken) =>
      Effect.gen(function*() {
        const started = yield* Deferred.make<void>()
        const stopped = yield* Deferred.make<void>()
        const { url } = yield* listen(() =>
          Effect.onInterrupt(
            Effect.andThen(Deferred.succeed(started, undefined), Effect.never),
            () => Deferred.succeed(stopped, undefined)
          )
        )
        const connection = open(portOf(url))
        connection.send(post(call("m")) + broken)
        yield* Deferred.await(started)
        yield* Effect.sleep("20 millis")
        assert.isFalse(yield* Deferred.isDone(stopped))
        connection.destroy()
        yield* Effect.timeout(Deferred.await(stopped), "1 second")
      }).pipe(withServer())
  )

  it.live("ERR-06 a request that breaks off reaches no handler, and the server lives on", () =>
    Effect.gen(function*() {
      let called = 0
      const { url } = yield* listen((asked) => {
        called++
        return echo(asked)
      })
      const bytes = post(call("m"))
      for (const length of [1, 20, bytes.length - 200, bytes.length - 1]) {
        const connection = open(portOf(url))
        connection.socket.end(bytes.slice(0, length), "latin1")
        yield* Effect.promise(() => connection.closed)
        connection.destroy()
      }
      assert.strictEqual((yield* ask(portOf(url), bytes)).body, answer("m"))
      assert.strictEqual(called, 1)
    }).pipe(withServer()))

  it.live("HUB-28 hanging calls and half heads on many connections delay nobody", () =>
    Effect.gen(function*() {
      const port = yield* serving
      const hanging = Array.from({ length: 100 }, (_, n) => {
        const connection = open(port)
        connection.send(n % 2 === 0 ? post(call("hang")) : "POST /xmlrpc HTTP/1.1\r\nHost: loc")
        return connection
      })
      yield* Effect.sleep("50 millis")
      const start = performance.now()
      for (let n = 0; n < 20; n++) assert.strictEqual((yield* ask(port, post(call("m")))).status, 200)
      const took = performance.now() - start
      yield* Effect.promise(() => checkPrompt("twenty calls", took, 1_000))
      for (const connection of hanging) connection.destroy()
    }).pipe(withServer()))

  it.live("SHUT-03 closing ends idle, hanging, half-sent and half-closed connections within 300 ms", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { url } = yield* Scope.provide(listen(echo), scope)
      const port = portOf(url)
      const connections = [
        "",
        "POST /xml",
        post(call("hang")),
        post(call("m"), { "Content-Length": "5000" }),
        post(call("m"))
      ].map((bytes) => {
        const connection = open(port)
        connection.send(bytes)
        return connection
      })
      const halfClosed = open(port)
      halfClosed.socket.end(post(call("hang")))
      yield* Effect.promise(() => connections[4]?.response() ?? Promise.reject(new Error("there are five")))
      yield* Effect.sleep("20 millis")
      const start = performance.now()
      yield* Scope.close(scope, Exit.void)
      const closing = performance.now() - start
      yield* Effect.promise(() => Promise.all([...connections, halfClosed].map(({ closed }) => closed)))
      const closed = performance.now() - start
      yield* Effect.promise(() => checkPrompt("closing", closing, 300))
      yield* Effect.promise(() => checkPrompt("the end of the connections", closed, 400))
      const late = yield* Effect.exit(Effect.tryPromise(() => exchange(port, post(call("m")))))
      assert.isTrue(Exit.isFailure(late))
      for (const connection of [...connections, halfClosed]) connection.destroy()
    }).pipe(withServer()))

  it.live("SHUT-01 an answer that is on its way when the server closes still arrives", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const [begun, closing] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const late = Effect.as(
        Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(closing)),
        "late"
      )
      const { url } = yield* Scope.provide(listen(() => late), scope)
      const connection = open(portOf(url))
      connection.send(post(call("m")))
      yield* Deferred.await(begun)
      yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* Deferred.succeed(closing, undefined)
      assert.strictEqual((yield* Effect.promise(() => connection.response())).body, writeAnswer("late"))
      connection.destroy()
    }).pipe(withServer()))

  it.live("WIRE-15 STD-48 STD-49 the URL is absolute, with 127.0.0.1, port and path, and only loopback answers", () =>
    Effect.gen(function*() {
      const { url } = yield* listen(echo)
      assert.match(url, /^http:\/\/127\.0\.0\.1:[1-9]\d*\/xmlrpc$/u)
      const outside = Object.values(networkInterfaces()).flat().find((each) =>
        each?.family === "IPv4" && !each.internal
      )
      if (outside === undefined) return
      const connection = open(portOf(url), outside.address)
      const outcome = yield* Effect.promise(() =>
        new Promise<string>((resolve) => {
          connection.socket.once("connect", () => resolve("connected"))
          connection.socket.once("error", () => resolve("refused"))
        })
      )
      connection.destroy()
      assert.strictEqual(outcome, "refused")
    }).pipe(withServer()))

  it.live("WIRE-42 bound to all interfaces, the loopback address is given out", () =>
    Effect.gen(function*() {
      const { url } = yield* listen(echo, { address: "0.0.0.0" })
      assert.match(url, /^http:\/\/127\.0\.0\.1:[1-9]\d*\/xmlrpc$/u)
      assert.strictEqual((yield* ask(portOf(url), post(call("m")))).status, 200)
    }).pipe(withServer()))

  it.live("WIRE-42 bound to all interfaces, a caller may use any of its addresses", () =>
    Effect.gen(function*() {
      const { url } = yield* listen(echo, { address: "0.0.0.0" })
      const outside = Object.values(networkInterfaces()).flat().find((each) =>
        each?.family === "IPv4" && !each.internal
      )
      const host = outside?.address ?? "127.0.0.1"
      assert.strictEqual(
        (yield* ask(portOf(url), post(call("m"), { Host: `${host}:${portOf(url)}` }))).status,
        200
      )
    }).pipe(withServer()))

  it.live("WEB-02 a port that is taken, and an address that is not ours, are told apart", () =>
    Effect.gen(function*() {
      const port = yield* serving
      const taken = yield* Effect.flip(listen(echo, { port }))
      assert.strictEqual(taken.reason, "PortTaken")
      assert.include(taken.message, String(port))
      const foreign = yield* Effect.flip(listen(echo, { address: "192.0.2.1" }))
      assert.strictEqual(foreign.reason, "AddressUnusable")
      assert.include(foreign.message, "192.0.2.1")
    }).pipe(withServer()))

  it.live("DT-12 a message of ten megabytes goes in and out", () =>
    Effect.gen(function*() {
      const { url } = yield* listen(({ params }) => Effect.succeed(map({ got: params[0] ?? "" })))
      const large = "0123456789".repeat(1_000_000)
      const response = yield* ask(portOf(url), post(call("m", large)))
      assert.isTrue(response.body === writeAnswer(map({ got: large })))
    }).pipe(withServer()))
})
