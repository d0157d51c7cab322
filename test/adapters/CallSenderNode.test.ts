/** The call sender and its connections: kept, found stale, refused, lost, slow, given up, shared. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Socket } from "node:net"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { defaults } from "../../src/domain/Limits.ts"
import { map } from "../../src/domain/SampValue.ts"
import { writeAnswer, writeCall } from "../../src/domain/XmlRpcWriter.ts"
import { CallSender } from "../../src/ports/CallSender.ts"
import { delivery, eventually, outcome, withSender } from "../support/callSender.ts"
import { checkPrompt } from "../support/promptness.ts"
import { deaf, nobody, ok, peer, type Script } from "../support/xmlRpcPeer.ts"

const yes = ok(writeAnswer("yes"))

setFlagsFromString("--expose-gc")
const exposed: unknown = runInNewContext("gc")

/** Bytes of buffers that something holds. What is collected is given back a little later. */
const held = Effect.gen(function*() {
  for (let rounds = 0; rounds < 2; rounds++) {
    if (typeof exposed === "function") exposed()
    yield* Effect.sleep("30 millis")
  }
  return process.memoryUsage().arrayBuffers
})

describe("WIRE-13 connections", () => {
  it.live("WIRE-13 WIRE-70 a connection takes many calls, one after the other", () =>
    Effect.gen(function*() {
      const { connections, requests, url } = yield* peer((_, socket) => socket.write(yes))
      for (let n = 0; n < 10; n++) assert.strictEqual(yield* outcome(url), "\"yes\"")
      for (let n = 0; n < 10; n++) assert.strictEqual(yield* delivery(url), "delivered")
      assert.strictEqual(requests.length, 20)
      // A call that starts the instant the last one ended may find its connection not yet given back.
      assert.isAtMost(connections(), 2)
    }).pipe(withSender()))

  it.live("WIRE-13 WIRE-60 a peer that closes after each answer gets a connection for each call", () =>
    Effect.gen(function*() {
      const { connections, url } = yield* peer((_, socket) =>
        void socket.end(
          `HTTP/1.0 200 OK\r\nContent-Length: ${writeAnswer("yes").length}\r\n\r\n${writeAnswer("yes")}`
        )
      )
      for (let n = 0; n < 5; n++) assert.strictEqual(yield* outcome(url), "\"yes\"")
      assert.strictEqual(connections(), 5)
    }).pipe(withSender()))

  it.live("WIRE-13 Connection: close of the peer is heeded", () =>
    Effect.gen(function*() {
      const { connections, url } = yield* peer((_, socket) =>
        socket.write(ok(writeAnswer("yes"), "Connection: close\r\n"))
      )
      for (let n = 0; n < 3; n++) assert.strictEqual(yield* outcome(url), "\"yes\"")
      assert.strictEqual(connections(), 3)
    }).pipe(withSender()))

  it.live("DLV-08 calls at one time do not wait for each other, and later ones use the connections again", () =>
    Effect.gen(function*() {
      const waiting: Array<Socket> = []
      const { connections, url } = yield* peer((_, socket) => {
        // Nobody is answered before all have asked.
        waiting.push(socket)
        if (waiting.length === 8) { for (const each of waiting.splice(0)) each.write(yes) }
      })
      const all = Effect.all(Array.from({ length: 8 }, () => outcome(url)), { concurrency: "unbounded" })
      assert.deepStrictEqual(yield* all, Array.from({ length: 8 }, () => "\"yes\""))
      // Of the first eight, the second burst may use but one, and the third burst all: see Lanes.
      for (let n = 0; n < 2; n++) {
        yield* Effect.sleep("30 millis")
        assert.deepStrictEqual(yield* all, Array.from({ length: 8 }, () => "\"yes\""))
      }
      assert.strictEqual(connections(), 15)
    }).pipe(withSender()))

  const taken = ({ method }: { readonly method: "reset" | "close" }) =>
    peer(({ connection, number }, socket) => {
      if (connection > 1 || number === 1) socket.write(yes)
      else if (method === "reset") socket.resetAndDestroy()
      else socket.destroy()
    })

  it.live.each([{ method: "reset" }, { method: "close" }] as const)(
    "WIRE-13 a kept connection that turns out to be dead ($method) is replaced, once and unnoticed",
    (how) =>
      Effect.gen(function*() {
        const { connections, requests, url } = yield* taken(how)
        assert.strictEqual(yield* outcome(url), "\"yes\"")
        assert.strictEqual(yield* outcome(url, ["again"]), "\"yes\"")
        assert.strictEqual(connections(), 2)
        assert.strictEqual(requests.at(-1)?.body, writeCall({ method: "m", params: ["again"] }))
      }).pipe(withSender())
  )

  it.live("WIRE-13 a peer that closed an idle connection is not bothered with it", () =>
    Effect.gen(function*() {
      const { connections, open, requests, url } = yield* peer((_, socket) => {
        socket.write(yes)
        setTimeout(() => socket.end(), 10)
      })
      for (let n = 0; n < 3; n++) {
        assert.strictEqual(yield* outcome(url), "\"yes\"")
        yield* eventually(() => open() === 0)
      }
      assert.strictEqual(connections(), 3)
      assert.strictEqual(requests.length, 3)
    }).pipe(withSender()))

  it.live("WIRE-13 WIRE-150 the retry is the only one: a peer that always breaks is Lost", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* peer(({ number }, socket) => {
        if (number === 1) socket.write(yes)
        else socket.resetAndDestroy()
      })
      assert.strictEqual(yield* outcome(url), "\"yes\"")
      assert.strictEqual(yield* outcome(url), "Lost")
      assert.isAtMost(requests.length, 3)
    }).pipe(withSender()))

  it.live("WIRE-13 WIRE-150 a connection that has served two calls tells nothing by breaking: Lost, and sent once", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* peer(({ number }, socket) => {
        if (number <= 2) socket.write(yes)
        else socket.destroy()
      })
      assert.strictEqual(yield* outcome(url), "\"yes\"")
      yield* Effect.sleep("20 millis")
      assert.strictEqual(yield* outcome(url), "\"yes\"")
      yield* Effect.sleep("20 millis")
      assert.strictEqual(yield* outcome(url), "Lost")
      yield* Effect.sleep("30 millis")
      assert.deepStrictEqual(requests.map(({ connection }) => connection), [1, 1, 1])
    }).pipe(withSender()))

  it.live("WIRE-13 a peer that was found to close its connections gets one for each call from then on", () =>
    Effect.gen(function*() {
      const { connections, requests, url } = yield* peer(({ number }, socket) => {
        if (number === 2) socket.destroy()
        else socket.write(yes)
      })
      for (let n = 0; n < 4; n++) {
        assert.strictEqual(yield* outcome(url), "\"yes\"")
        yield* Effect.sleep("10 millis")
      }
      assert.strictEqual(connections(), 4)
      assert.notMatch(requests[1]?.head ?? "", /^connection: close$/imu)
      assert.match(requests[2]?.head ?? "", /^connection: close$/imu)
    }).pipe(withSender()))

  it.live("WIRE-150 a fresh connection that breaks after the request is not tried again", () =>
    Effect.gen(function*() {
      const { connections, requests, url } = yield* peer((_, socket) => socket.resetAndDestroy())
      assert.strictEqual(yield* outcome(url), "Lost")
      yield* Effect.sleep("30 millis")
      assert.strictEqual(requests.length, 1)
      assert.strictEqual(connections(), 1)
    }).pipe(withSender()))

  it.live("WIRE-150 a kept connection that breaks within the answer is not tried again", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* peer(({ number }, socket) => {
        if (number === 1) socket.write(yes)
        else socket.write(yes.slice(0, 60), () => setTimeout(() => socket.resetAndDestroy(), 20))
      })
      assert.strictEqual(yield* outcome(url), "\"yes\"")
      assert.strictEqual(yield* outcome(url), "Lost")
      yield* Effect.sleep("30 millis")
      assert.strictEqual(requests.length, 2)
    }).pipe(withSender()))
})

describe("many at a time", () => {
  const few = { ...defaults, deliveriesPerPort: 3, deliveryPaceMs: 500 }

  it.live("DLV-08 only so many requests are on their way to one port, until they are old", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* peer(() => {})
      const other = yield* peer((_, socket) => socket.write(yes))
      const fibers = yield* Effect.forEach(
        [1, 2, 3, 4, 5, 6, 7],
        (n) => Effect.forkChild(outcome(url, [String(n)], { timeoutMs: 0 }))
      )
      yield* Effect.sleep("70 millis")
      assert.strictEqual(requests.length, 3)
      assert.strictEqual(yield* outcome(other.url), "\"yes\"")
      yield* eventually(() => requests.length === 6)
      yield* eventually(() => requests.length === 7)
      const order = requests.map(({ body }) => /<string>(\d)</u.exec(body)?.[1] ?? "")
      assert.deepStrictEqual([order.slice(0, 3).sort(), order.slice(3, 6).sort(), order.slice(6)], [
        ["1", "2", "3"],
        ["4", "5", "6"],
        ["7"]
      ])
      for (const fiber of fibers) yield* Fiber.interrupt(fiber)
    }).pipe(withSender(few)))

  it.live("DLV-08 one that has ended, failed or been interrupted makes room at once, and a waiting one can be interrupted", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* peer(({ number }, socket) => {
        if (number === 1) setTimeout(() => socket.write(yes), 20)
        if (number === 2) setTimeout(() => socket.resetAndDestroy(), 20)
      })
      const patient = { ...few, deliveryPaceMs: 60_000 }
      const run = Effect.gen(function*() {
        const fibers = yield* Effect.forEach(
          [1, 2, 3, 4, 5, 6, 7],
          (n) => Effect.forkChild(outcome(url, [String(n)], { timeoutMs: 0 }))
        )
        yield* eventually(() => requests.length === 5)
        for (const unwanted of [fibers[6], fibers[2]]) {
          if (unwanted !== undefined) yield* Fiber.interrupt(unwanted)
        }
        yield* eventually(() => requests.length === 6)
        yield* Effect.sleep("30 millis")
        assert.strictEqual(requests.length, 6)
        for (const fiber of fibers) yield* Fiber.interrupt(fiber)
        assert.strictEqual(yield* outcome(url, ["8"], { timeoutMs: 50 }), "Timeout")
        assert.include(requests.at(-1)?.body ?? "", "<string>8<")
      })
      yield* run.pipe(withSender(patient))
    }))
})

describe("failures", () => {
  it.live("WIRE-151 nobody listens: Refused, and nothing was written", () =>
    Effect.gen(function*() {
      const url = yield* nobody
      let written = 0
      const refused = yield* outcome(url, [], { timeoutMs: 1_000, onWritten: () => void written++ })
      assert.strictEqual(refused, "Refused")
      assert.strictEqual(written, 0)
      assert.strictEqual(yield* delivery(url), "Refused")
    }).pipe(withSender()))

  it.live("WIRE-150 WIRE-153 no answer: Timeout, in time, and the connection is closed", () =>
    Effect.gen(function*() {
      const { open, requests, url } = yield* peer(() => {})
      const start = performance.now()
      assert.strictEqual(yield* outcome(url, [], { timeoutMs: 150 }), "Timeout")
      const took = performance.now() - start
      assert.isAtLeast(took, 140)
      yield* Effect.promise(() => checkPrompt("the end", took, 1_000))
      yield* eventually(() => open() === 0)
      assert.strictEqual(requests.length, 1)
    }).pipe(withSender()))

  it.live("WIRE-150 half an answer: Timeout too", () =>
    Effect.gen(function*() {
      const { open, url } = yield* peer((_, socket) => socket.write(yes.slice(0, -3)))
      assert.strictEqual(yield* outcome(url, [], { timeoutMs: 100 }), "Timeout")
      yield* eventually(() => open() === 0)
    }).pipe(withSender()))

  it.live("WIRE-144 DLV-11 a limit of 0 is none", () =>
    Effect.gen(function*() {
      const { url } = yield* peer((_, socket) => void setTimeout(() => socket.write(yes), 300))
      assert.strictEqual(yield* outcome(url, [], { timeoutMs: 0 }), "\"yes\"")
    }).pipe(withSender()))

  it.live("WIRE-151 WIRE-100 a probe takes everything but a refusal for a sign of life", () =>
    Effect.gen(function*() {
      const sender = yield* CallSender
      const scripts: ReadonlyArray<Script> = [
        () => {},
        (_, socket) => socket.write(yes),
        (_, socket) => socket.write("HTTP/1.1 500 Busy\r\nContent-Length: 0\r\n\r\n"),
        (_, socket) => socket.write("what?\r\n\r\n"),
        (_, socket) => socket.resetAndDestroy()
      ]
      for (const script of scripts) {
        const { requests, url } = yield* peer(script)
        assert.isTrue(yield* sender.probe(url))
        // DS9 opens an error box for anything but a whole call.
        assert.match(requests[0]?.body ?? "", /^<\?xml version="1.0"\?>\n<methodCall>[^]*<\/methodCall>\n$/u)
      }
      assert.isTrue(yield* sender.probe(yield* deaf))
      assert.isFalse(yield* sender.probe(yield* nobody))
    }).pipe(withSender({ ...defaults, deliveryTimeoutMs: 100 })))
})

describe("progress", () => {
  it.live("DLV-08 onWritten runs once, when the request is out and before its answer", () =>
    Effect.gen(function*() {
      const events: Array<string> = []
      const { url } = yield* peer((_, socket) => {
        setTimeout(() => {
          events.push("answering")
          socket.write(yes)
        }, 50)
      })
      const options = { timeoutMs: 1_000, onWritten: () => void events.push("written") }
      assert.strictEqual(yield* outcome(url, ["x".repeat(200_000)], options), "\"yes\"")
      assert.deepStrictEqual(events.splice(0), ["written", "answering"])
      for (let n = 0; n < 2; n++) {
        yield* Effect.sleep("20 millis") // the connection is given back
        assert.strictEqual(yield* delivery(url, ["x"], options), "delivered")
      }
      // The second on a connection is not sure to be taken; the third is.
      assert.strictEqual(events.filter((event) => event === "written").length, 2)
      assert.deepStrictEqual(events.slice(-2), ["written", "answering"])
    }).pipe(withSender()))

  it.live("DLV-08 onWritten waits for a peer that does not read", () =>
    Effect.gen(function*() {
      let written = false
      const url = yield* deaf
      const options = { timeoutMs: 200, onWritten: () => void (written = true) }
      assert.strictEqual(
        yield* delivery(url, ["x".repeat(20_000_000)], options),
        "Timeout"
      )
      assert.isFalse(written)
    }).pipe(withSender()))

  it.live("DLV-23 an interrupted call closes its connection at once", () =>
    Effect.gen(function*() {
      const { open, requests, url } = yield* peer(() => {})
      const fiber = yield* Effect.forkChild(outcome(url, [], { timeoutMs: 0 }))
      yield* eventually(() => requests.length === 1)
      assert.strictEqual(open(), 1)
      yield* Fiber.interrupt(fiber)
      yield* eventually(() => open() === 0)
    }).pipe(withSender()))

  it.live("DLV-23 an interrupted retry closes its connection too", () =>
    Effect.gen(function*() {
      const { open, requests, url } = yield* peer(({ number }, socket) => {
        if (number === 1) socket.write(yes)
        else if (number === 2) socket.resetAndDestroy()
      })
      assert.strictEqual(yield* outcome(url), "\"yes\"")
      const fiber = yield* Effect.forkChild(outcome(url, [], { timeoutMs: 0 }))
      yield* eventually(() => requests.length === 3)
      yield* Fiber.interrupt(fiber)
      yield* eventually(() => open() === 0)
    }).pipe(withSender()))
})

describe("large messages", () => {
  const megabyte = 1024 * 1024

  it.live("DT-12 ten megabytes arrive whole, with their exact length", () =>
    Effect.gen(function*() {
      const message = map({ "samp.mtype": "a.b", text: "0123456789&".repeat(950_000) })
      const { requests, url } = yield* peer((_, socket) => socket.write(yes))
      for (const key of ["k1", "k2"]) {
        assert.strictEqual(yield* delivery(url, [key, "hub", message]), "delivered")
        const expected = writeCall({ method: "m", params: [key, "hub", message] })
        assert.isTrue(requests.at(-1)?.body === expected)
        assert.match(requests.at(-1)?.head ?? "", new RegExp(`^Content-Length: ${expected.length}$`, "mu"))
      }
    }).pipe(withSender()))

  it.live("DT-12 a large message that goes to many is held once", () =>
    Effect.gen(function*() {
      const many = 10
      const message = map({ "samp.mtype": "a.b", text: "x".repeat(10 * megabyte) })
      // Peers that do not read: what is sent to them stays in our hands.
      const urls = yield* Effect.all(Array.from({ length: many }, () => deaf))
      const before = yield* held
      const fibers = yield* Effect.forEach(urls, (url, index) =>
        Effect.forkChild(delivery(url, [`key${index}`, message], { timeoutMs: 0 })))
      yield* Effect.sleep("100 millis")
      const more = (yield* held) - before
      assert.isAbove(more, 9 * megabyte)
      assert.isBelow(more, 40 * megabyte)
      for (const fiber of fibers) {
        yield* Fiber.interrupt(fiber)
      }
    }).pipe(withSender()))
})
