import { assert, describe, it } from "@effect/vitest"
import * as HashMap from "effect/HashMap"
import { ClientId } from "../../src/domain/Identifiers.ts"
import { message, okResponse } from "../../src/domain/Message.ts"
import { map, type SampValue } from "../../src/domain/SampValue.ts"
import { type Guest, Table } from "../support/Table.ts"

const hello = message("a.b")

const codeOf = (response: SampValue | undefined): SampValue | undefined => {
  const error = response instanceof Map ? response.get("samp.error") : undefined
  return error instanceof Map ? error.get("samp.code") : undefined
}

/** A caller with a call and a callAndWait without limit open at a callee. */
const waiting = (table = new Table()) => {
  const to = table.callable("a.b")
  const from = table.callable("samp.hub.event.*")
  table.ask(from, { _tag: "Call", recipient: to.id, tag: "t", message: hello })
  assert.isUndefined(
    table.ask(from, { _tag: "CallAndWait", recipient: to.id, message: hello, timeoutSeconds: 0 })
  )
  const request = table.lastRequest
  return { table, to, from, request, answer: () => table.answerIn(table.outputs, request) }
}

const endings: ReadonlyArray<readonly [string, (table: Table, to: Guest) => void]> = [
  ["hub.recipient-unregistered", (table, to) => table.ask(to, { _tag: "Unregister" })],
  [
    "hub.recipient-dead",
    (table, to) => table.feed({ _tag: "ClientDead", id: to.id, now: 1, detail: "refused" })
  ],
  ["hub.recipient-ejected", (table, to) => table.feed({ _tag: "Eject", id: to.id, now: 1, reason: "out" })]
]

describe("a callee that goes", () => {
  for (const [code, end] of endings) {
    it(`DLV-23, GEN-06, EVT-03 ends a call and a callAndWait without limit, once each: ${code}`, () => {
      const { answer, from, table, to } = waiting()
      end(table, to)
      assert.strictEqual(codeOf(answer()), code)
      assert.deepStrictEqual(
        table.responses(from).map(({ response, responder, tag }) => [responder, tag, codeOf(response)]),
        [[to.id, "t", code]]
      )
      assert.strictEqual(table.heard(from).filter((mtype) => mtype === "samp.hub.event.unregister").length, 1)
      assert.strictEqual(HashMap.size(table.state.calls), 0)
    })
  }

  it("WIRE-150 one that does not take the call ends that call alone, with the reason", () => {
    const { answer, from, table, to } = waiting()
    const [first] = table.deliveries(to).filter((delivery) => delivery._tag === "Call")
    if (first?._tag !== "Call") throw new Error("not called")
    for (const why of ["refused", "unresponsive", "overloaded"] as const) {
      table.feed({
        _tag: "CallUndelivered",
        recipient: to.id,
        msgId: first.msgId,
        why,
        detail: "HTTP status 500"
      })
    }
    assert.deepStrictEqual(table.responses(from).map(({ response }) => codeOf(response)), [
      "hub.recipient-refused"
    ])
    assert.isUndefined(answer())
  })
})

describe("time", () => {
  it("DLV-10, DLV-11, HUB-14 callAndWait answers with the response itself, and without limit waits for ever", () => {
    const { answer, table, to } = waiting()
    table.feed({ _tag: "Tick", now: 1e12 })
    assert.isUndefined(answer())
    table.ask(to, { _tag: "Reply", msgId: table.lastCall(to).msgId, response: okResponse(map({ a: "1" })) })
    assert.deepStrictEqual(answer(), okResponse(map({ a: "1" })))
  })

  it("DLV-12, DLV-14 a passed limit is a fault, once, and a late reply is one to the replier", () => {
    const table = new Table()
    const to = table.callable("a.b")
    const from = table.sender()
    table.now = 1_000
    const asked = table.operate({
      _tag: "CallAndWait",
      key: from.key,
      recipient: to.id,
      message: hello,
      timeoutSeconds: 2
    })
    const request = table.lastRequest
    assert.deepInclude(asked, { _tag: "Wake", at: 3_000 })
    assert.deepStrictEqual(table.feed({ _tag: "Tick", now: 2_999 }), [{ _tag: "Wake", at: 3_000 }])
    assert.strictEqual(table.answerIn(table.feed({ _tag: "Tick", now: 3_000 }), request), "fault: Timeout")
    assert.deepStrictEqual(table.feed({ _tag: "Tick", now: 4_000 }), [])
    const late = { _tag: "Reply", msgId: table.lastCall(to).msgId, response: okResponse() } as const
    assert.strictEqual(table.ask(to, late), "fault: UnknownMessage")
  })

  it("DLV-22 a reply may come at any time after the call went out, even before its caller hears anything", () => {
    const table = new Table()
    const to = table.callable("a.b")
    const from = table.sender()
    const asked = table.operate({
      _tag: "CallAndWait",
      key: from.key,
      recipient: to.id,
      message: hello,
      timeoutSeconds: 2
    })
    const request = table.lastRequest
    assert.deepStrictEqual(asked.map(({ _tag }) => _tag), ["Wake", "Deliver"])
    const replied = table.operate({
      _tag: "Reply",
      key: to.key,
      msgId: table.lastCall(to).msgId,
      response: okResponse()
    })
    assert.deepStrictEqual(table.answerIn(replied, request), okResponse())
  })

  it("DLV-23 a caller that hangs up is forgotten, and so is one that unregisters", () => {
    const first = waiting()
    first.table.feed({ _tag: "Abandoned", request: first.request, now: 0 })
    const late = {
      _tag: "Reply",
      msgId: first.table.lastCall(first.to).msgId,
      response: okResponse()
    } as const
    assert.strictEqual(first.table.ask(first.to, late), "fault: UnknownMessage")
    const second = waiting()
    second.table.ask(second.from, { _tag: "Unregister" })
    assert.strictEqual(second.answer(), "fault: UnknownKey")
    assert.strictEqual(HashMap.size(second.table.state.calls), 0)
  })

  it("PF-030, EVT-04, SHUT-06 a client that asks for nothing is told, ejected and announced", () => {
    const table = new Table({ clientTimeoutMs: 1_000 })
    const quiet = table.callable("samp.hub.disconnect")
    const busy = table.callable("samp.hub.event.unregister")
    table.now = 900
    table.ask(busy, { _tag: "Ping" })
    const outputs = table.feed({ _tag: "Tick", now: 1_000 })
    assert.deepStrictEqual(table.heard(quiet, outputs), ["samp.hub.disconnect"])
    assert.deepStrictEqual(table.lastEvent(quiet, "samp.hub.disconnect"), map({ reason: "Timeout expired!" }))
    const tags = outputs.map((output) => output._tag)
    assert.isBelow(tags.indexOf("Deliver"), tags.indexOf("Left"))
    assert.deepStrictEqual(table.lastEvent(busy, "samp.hub.event.unregister"), map({ id: quiet.id }))
    assert.strictEqual(table.ask(quiet, { _tag: "Ping" }), "fault: UnknownKey")
    assert.deepInclude(outputs, { _tag: "Wake", at: 1_900 })
  })

  it("PF-029 a hub without clients is idle after its timeout, and not before", () => {
    const table = new Table({ hubTimeoutMs: 3_000 })
    assert.deepStrictEqual(table.feed({ _tag: "Tick", now: 0 }), [{ _tag: "Wake", at: 3_000 }])
    table.now = 2_000
    const one = table.sender()
    assert.notDeepInclude(table.feed({ _tag: "Tick", now: 3_000 }), { _tag: "Idle" })
    table.now = 10_000
    assert.deepInclude(table.operate({ _tag: "Unregister", key: one.key }), { _tag: "Wake", at: 13_000 })
    assert.deepStrictEqual(table.feed({ _tag: "Tick", now: 13_000 }), [{ _tag: "Idle" }])
  })
})

describe("the end of the hub", () => {
  it("GEN-07, EVT-02, SHUT-01, SHUT-02, SHUT-05 tells all, ends every call, and then faults whatever is asked", () => {
    const { answer, from, request, table, to } = waiting()
    const outputs = table.feed({ _tag: "Stop" })
    assert.deepStrictEqual(table.heard(from, outputs), ["samp.hub.event.shutdown"])
    assert.strictEqual(answer(), "fault: Stopping")
    assert.deepStrictEqual(table.responses(from).map(({ response }) => codeOf(response)), ["hub.stopping"])
    assert.strictEqual(HashMap.size(table.state.calls), 0)
    assert.strictEqual(table.ask(to, { _tag: "Ping" }), "fault: Stopping")
    assert.deepStrictEqual(table.feed({ _tag: "Stop" }), [])
    assert.deepStrictEqual(table.feed({ _tag: "ClientDead", id: to.id, now: 1, detail: "" }), [])
    assert.isAbove(request, 0)
  })
})

describe("events", () => {
  it("GEN-03, EVT-01, EVT-10, EVT-11, EVT-13, EVT-15 come from the hub as notifications, in the order of the changes", () => {
    const table = new Table()
    const watcher = table.callable("samp.hub.event.*")
    const before = table.deliveries(watcher).length
    const one = table.callable("x")
    table.ask(one, { _tag: "DeclareMetadata", metadata: map({ "samp.name": "one" }) })
    table.ask(one, { _tag: "Unregister" })
    const events = table.deliveries(watcher).slice(before)
    assert.deepStrictEqual(table.heard(watcher).slice(-4), [
      "samp.hub.event.register",
      "samp.hub.event.subscriptions",
      "samp.hub.event.metadata",
      "samp.hub.event.unregister"
    ])
    for (const event of events) {
      assert.strictEqual(event._tag === "Notification" ? event.sender : "", ClientId("hub"))
    }
    assert.deepStrictEqual(table.lastEvent(watcher, "samp.hub.event.register"), map({ id: one.id }))
  })
})
