/**
 * The recorded zoo played at our adapters: what peers ask goes to the call server over a raw socket, and what
 * they answer goes to the call sender from a raw server, whole, in small pieces, and repeatedly.
 */
import { assert, describe, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { setImmediate as breathe } from "node:timers/promises"
import * as CallSenderNode from "../../src/adapters/http/CallSenderNode.ts"
import * as CallServerNode from "../../src/adapters/http/CallServerNode.ts"
import * as XmlCodecFxp from "../../src/adapters/xml/XmlCodecFxp.ts"
import * as Limits from "../../src/domain/Limits.ts"
import type { SampValue } from "../../src/domain/SampValue.ts"
import type { MethodCall } from "../../src/domain/XmlRpc.ts"
import { type CallError, CallSender } from "../../src/ports/CallSender.ts"
import { CallServer } from "../../src/ports/CallServer.ts"
import {
  entries,
  type Entry,
  type Json,
  type RecordedRequest,
  type RecordedResponse,
  sources
} from "./Fixture.ts"
import { cut, parrot, say, smallSizes } from "./Wire.ts"

/** Our server with a handler that writes down what it sees. */
class Cage extends Context.Service<Cage, { readonly port: number; readonly seen: Array<MethodCall> }>()(
  "test/zoo/Cage"
) {
  static readonly layer = Layer.effect(
    Cage,
    Effect.gen(function*() {
      const server = yield* CallServer
      const seen: Array<MethodCall> = []
      const { url } = yield* server.listen(
        { address: "127.0.0.1", port: 0, title: "zoo" },
        (call) => Effect.sync(() => (seen.push(call), "seen"))
      )
      return { port: Number(new URL(url).port), seen }
    })
  ).pipe(Layer.provide(CallServerNode.layer({ limits: Limits.defaults })))
}

const adapters = Layer.mergeAll(
  Cage.layer,
  CallSenderNode.layer({ limits: Limits.defaults, userAgent: "zoo" })
).pipe(Layer.provide(XmlCodecFxp.layer))

const value = (json: Json): SampValue => {
  if (typeof json === "string") return json
  return Array.isArray(json)
    ? json.map(value)
    : new Map(Object.entries(json).map(([key, item]) => [key, value(item)]))
}

/** SAMP strings are ASCII (DT-02): a value with anything else is to be refused, whatever the peer meant. */
const isLegal = (json: Json): boolean =>
  !/[^\t\n\r\x20-\x7f]|\\u00(?:0[0-8bcef]|1)/u.test(JSON.stringify(json))

const bytes = (entry: Entry): Buffer => Buffer.from(entry.bytes, "latin1")
const whole = (buffer: Buffer) => [buffer]
const inPieces = (buffer: Buffer) => cut(buffer, smallSizes())
const inBytes = (buffer: Buffer) => cut(buffer, () => 1)
const ways = [["whole", whole], ["in pieces", inPieces], ["byte by byte", inBytes]] as const

const staysOpen = (text: string): boolean => {
  const [head = ""] = text.trimStart().split(/\r?\n\r?\n/, 1)
  return /^POST \S+ HTTP\/1\.1$/m.test(head.replaceAll("\r", ""))
    ? !/^connection: *close/im.test(head)
    : /^connection: *keep-alive/im.test(head)
}

const playRequest = (entry: RecordedRequest) =>
  Effect.gen(function*() {
    const { port, seen } = yield* Cage
    const { expect } = entry
    const readable = "method" in expect && isLegal(expect.params)
    const open = readable && staysOpen(entry.bytes)
    const check = (what: string, times: number, heard: Effect.Success<ReturnType<typeof say>>) => {
      const calls = seen.splice(0)
      assert.strictEqual(heard.answers.length, times, `${what}: number of answers`)
      if (!readable) {
        assert.isEmpty(calls, `${what}: what the handler saw`)
        const [answer] = heard.answers
        assert.isTrue(
          answer !== undefined && (answer.status >= 400 || answer.body.includes("<fault>")),
          `${what}: the refusal`
        )
        if ("method" in expect) {
          assert.match(answer?.body ?? "", /U\+[0-9A-F]{4}/, `${what}: names the character`)
        }
        return
      }
      const call = { method: expect.method, params: expect.params.map(value) }
      assert.deepStrictEqual(
        calls,
        Array.from({ length: times }, () => call),
        what
      )
      for (const answer of heard.answers) {
        assert.strictEqual(answer.status, 200, what)
        assert.match(answer.head, /^content-type: text\/xml\r$/im, what)
        assert.include(answer.body, "<value><string>seen</string></value>", what)
      }
    }
    for (const [what, way] of ways) check(what, 1, yield* say(port, way(bytes(entry)), 1))
    if (open) {
      const twice = Buffer.concat([bytes(entry), bytes(entry)])
      check("twice in one connection", 2, yield* say(port, whole(twice), 2))
      check("twice, in pieces", 2, yield* say(port, inPieces(twice), 2))
    } else if (readable) {
      // Old clients may read to the end instead of counting.
      const heard = yield* say(port, whole(bytes(entry)), 1, 2_000)
      check("to the end", 1, heard)
      assert.isTrue(heard.closed, "the connection ends after the answer")
    }
  })

const aMoment = Effect.promise(() => breathe())

const oneLine = (text: string): string => text.replace(/[^\x20-\x7e]+/gu, " ").trim()

/** Whether what came out of the sender is what the peer said. */
const checkOutcome = (
  what: string,
  { expect }: RecordedResponse,
  outcome: Result.Result<SampValue, CallError>
) => {
  const reason = Result.isFailure(outcome) ? outcome.failure.reason : "a value"
  if ("value" in expect && isLegal(expect.value)) {
    assert.isTrue(Result.isSuccess(outcome), `${what}: ${reason} instead of a value`)
    if (Result.isSuccess(outcome)) assert.deepStrictEqual(outcome.success, value(expect.value), what)
  } else if ("fault" in expect && (expect.missing === undefined || reason === "RemoteFault")) {
    assert.strictEqual(reason, "RemoteFault", what)
    if (Result.isFailure(outcome)) {
      assert.strictEqual(outcome.failure.code, expect.fault.code, what)
      assert.strictEqual(outcome.failure.detail, oneLine(expect.fault.string), what)
    }
  } else if ("status" in expect) {
    assert.strictEqual(reason, "BadAnswer", what)
    if (Result.isFailure(outcome)) assert.include(outcome.failure.detail, String(expect.status), what)
  } else {
    assert.include(["BadAnswer", "Lost"], reason, what)
  }
}

const playResponse = (entry: RecordedResponse) =>
  Effect.gen(function*() {
    const sender = yield* CallSender
    const call = { method: "x-zoo.ask", params: ["k"] }
    const options = { timeoutMs: 4_000 }
    for (const [what, way] of ways) {
      const peer = yield* parrot(way(bytes(entry)), entry.closes)
      const ask = (when: string) =>
        Effect.map(Effect.result(sender.call(peer.url, call, options)), (outcome) =>
          checkOutcome(`${what}, ${when}`, entry, outcome))
      yield* ask("first")
      // The connection may be kept, or about to be closed though the head promised otherwise (WIRE-13).
      yield* ask("at once again")
      yield* aMoment
      yield* ask("after a moment")
      const reached = peer.requests().length
      assert.isTrue(
        reached === 3 || ("broken" in entry.expect && reached <= 6),
        `${what}: ${reached} requests`
      )
      if (!entry.closes && "value" in entry.expect) {
        assert.isBelow(peer.connections(), 3, `${what}: connections`)
      }
    }
    const peer = yield* parrot(whole(bytes(entry)), entry.closes)
    const delivered = yield* Effect.exit(sender.deliver(peer.url, call, options))
    if ("value" in entry.expect) {
      assert.isTrue(Exit.isSuccess(delivered), "a delivery takes any value (WIRE-30)")
    }
    if ("fault" in entry.expect || "status" in entry.expect) {
      assert.isTrue(Exit.isFailure(delivered), "a delivery fails")
    }
  })

const isRequest = (entry: Entry): entry is RecordedRequest => entry.direction === "request"
const isResponse = (entry: Entry): entry is RecordedResponse => entry.direction === "response"

layer(adapters, { excludeTestServices: true })((it) => {
  for (const { file, peer, version, how, entries: count } of sources()) {
    const all = entries(file)
    describe(`${peer} ${version} (${how})`, () => {
      it("is the file of the index", () => assert.strictEqual(all.length, count))
      describe("asks our server (WIRE-20 WIRE-21 WIRE-22 WIRE-25 WIRE-26 WIRE-35 WIRE-90 WIRE-91)", () => {
        for (const entry of all.filter(isRequest)) {
          it.effect(`${entry.name}, ${entry.role}`, () => playRequest(entry))
        }
      })
      describe("answers our sender (WIRE-30 WIRE-33 WIRE-34 WIRE-60 WIRE-92 WIRE-98 WIRE-102)", () => {
        for (const entry of all.filter(isResponse)) {
          it.effect(`${entry.name}, ${entry.role}`, () => playResponse(entry))
        }
      })
    })
  }
})
