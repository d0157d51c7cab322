/** Which connections the requests to one receiver go over. The receiver answers when the test says so. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Socket } from "node:net"
import { defaults } from "../../src/domain/Limits.ts"
import { writeAnswer } from "../../src/domain/XmlRpcWriter.ts"
import { CallSender } from "../../src/ports/CallSender.ts"
import { eventually, withSender } from "../support/callSender.ts"
import { ok, peer, type PeerRequest } from "../support/xmlRpcPeer.ts"

const yes = ok(writeAnswer("yes"))

/** A receiver and what it has been sent. */
const stage = Effect.gen(function*() {
  const sender = yield* CallSender
  const got: Array<{ readonly request: PeerRequest; readonly socket: Socket }> = []
  const { url } = yield* peer((request, socket) => void got.push({ request, socket }))
  let sent = 0
  let written = 0
  let delivered = 0
  const options = { timeoutMs: 0, onWritten: () => void written++ }
  const send = Effect.gen(function*() {
    const number = ++sent
    yield* Effect.forkScoped(
      Effect.andThen(
        sender.deliver(url, { method: "m", params: [String(number)] }, options),
        Effect.sync(() => void delivered++)
      )
    )
    yield* eventually(() => got.length >= number)
  })
  const answer = (number: number) =>
    Effect.gen(function*() {
      const expected = delivered + 1
      got[number - 1]?.socket.write(yes)
      yield* eventually(() => delivered === expected)
      yield* Effect.sleep("20 millis") // its connection is given back a little later
    })
  return {
    answer,
    send,
    got,
    /** The connection of each request. */
    connections: () => got.map(({ request }) => request.connection),
    written: () => written
  }
})

const patient = withSender({ ...defaults, deliveryPaceMs: 3_600_000 })

describe("DLV-08 EVT-11 the connections of one receiver", () => {
  it.live("one is enough for requests one after the other", () =>
    Effect.gen(function*() {
      const { answer, connections, send } = yield* stage
      for (let n = 1; n <= 5; n++) {
        yield* send
        yield* answer(n)
      }
      assert.deepStrictEqual(connections(), [1, 1, 1, 1, 1])
    }).pipe(Effect.scoped, withSender()))

  it.live("while a new one has answered nothing, no older one is used, since it would be read first", () =>
    Effect.gen(function*() {
      const { answer, connections, send } = yield* stage
      yield* send
      yield* send
      yield* answer(1)
      yield* answer(2)
      yield* send // 3, all that is ahead of it has been read
      yield* send // 4, and 2's connection may still be on the receiver's list
      assert.deepStrictEqual(connections().slice(2), [2, 3])
      yield* answer(3)
      yield* send // 5, while 4 is the first on its connection
      assert.strictEqual(connections().at(-1), 4)
      yield* answer(5)
      yield* send // 6: so 4 has been read, too
      assert.strictEqual(connections().at(-1), 4)
    }).pipe(Effect.scoped, withSender()))

  it.live("while one ahead may be unread, one that has just become free is not used, and one free for longer is", () =>
    Effect.gen(function*() {
      const { answer, connections, send } = yield* stage
      yield* send
      yield* send
      yield* answer(1)
      yield* answer(2)
      yield* send // 3, over 2's
      yield* answer(3)
      yield* send // 4, the same
      assert.deepStrictEqual(connections(), [1, 2, 2, 2])
      yield* send // 5: when 3 was sent, 1's was free, and 3 was answered
      assert.strictEqual(connections().at(-1), 1)
      yield* answer(4)
      yield* send // 6: 2's has become free when 5 was under way, and 5 is not answered
      assert.strictEqual(connections().at(-1), 3)
    }).pipe(Effect.scoped, withSender()))

  it.live("the first on a new one counts as written when it is answered, if others are free", () =>
    Effect.gen(function*() {
      const { answer, send, written } = yield* stage
      yield* send
      yield* send
      assert.strictEqual(written(), 2, "no other is free")
      yield* answer(1)
      yield* send
      assert.strictEqual(written(), 2)
      yield* answer(3)
      assert.strictEqual(written(), 3)
    }).pipe(Effect.scoped, patient))

  it.live("or when the pace is up", () =>
    Effect.gen(function*() {
      const { answer, send, written } = yield* stage
      yield* send
      yield* send
      yield* answer(1)
      yield* send
      yield* eventually(() => written() === 3)
    }).pipe(Effect.scoped, withSender()))

  it.live("WIRE-13 a request that has to be sent again counts as written only then", () =>
    Effect.gen(function*() {
      const { answer, got, send, written } = yield* stage
      yield* send
      yield* answer(1)
      yield* send
      assert.strictEqual(written(), 1, "the connection may be one of those that are closed after the first")
      got[1]?.socket.resetAndDestroy()
      yield* eventually(() => got.length === 3 && written() === 2)
      assert.strictEqual(got[2]?.request.body, got[1]?.request.body)
    }).pipe(Effect.scoped, patient))
})
