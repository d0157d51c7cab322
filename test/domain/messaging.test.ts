import { assert, describe, it } from "@effect/vitest"
import { ClientId, MessageId } from "../../src/domain/Identifiers.ts"
import { defaults } from "../../src/domain/Limits.ts"
import { errorResponse, message, okResponse } from "../../src/domain/Message.ts"
import { emptyMap, map } from "../../src/domain/SampValue.ts"
import { hubId, Table } from "../support/Table.ts"

const hello = message("a.b", map({ word: "hello" }))

describe("sending", () => {
  it("GEN-01, GEN-05, HUB-10 notify reaches one subscriber, from the sender's id", () => {
    const table = new Table()
    const to = table.callable("a.*")
    const from = table.sender()
    assert.strictEqual(table.ask(from, { _tag: "Notify", recipient: to.id, message: hello }), "")
    assert.deepStrictEqual(table.deliveries(to).at(-1), {
      _tag: "Notification",
      sender: from.id,
      message: hello
    })
  })

  it("GEN-04, DLV-04, HUB-11, DLV-19 notifyAll reaches all subscribers but the sender, in order of registration", () => {
    const table = new Table()
    const one = table.callable("a.b")
    const two = table.callable("b")
    const three = table.callable("*", "a.*")
    assert.deepStrictEqual(table.ask(one, { _tag: "NotifyAll", message: hello }), [three.id])
    assert.deepStrictEqual(table.ask(two, { _tag: "NotifyAll", message: hello }), [one.id, three.id])
    assert.deepStrictEqual(table.ask(two, { _tag: "NotifyAll", message: message("nobody.wants") }), [
      three.id
    ])
    assert.strictEqual(table.heard(one).length, 1)
    assert.deepStrictEqual(table.ask(three, { _tag: "NotifyAll", message: message("x.y") }), [])
  })

  it("DLV-01, DLV-02, DLV-03, HUB-12 call gives its msg-id to both, its tag to the sender alone", () => {
    const table = new Table()
    const to = table.callable("a.b")
    const from = table.callable()
    const id = table.ask(from, { _tag: "Call", recipient: to.id, tag: "", message: hello })
    const call = table.lastCall(to)
    assert.deepStrictEqual(call, {
      _tag: "Call",
      sender: from.id,
      msgId: MessageId(String(id)),
      message: hello
    })
    const response = okResponse(map({ a: "1" }))
    assert.strictEqual(table.ask(to, { _tag: "Reply", msgId: call.msgId, response }), "")
    assert.deepStrictEqual(table.responses(from), [{ _tag: "Response", responder: to.id, tag: "", response }])
  })

  it("DLV-01, DLV-06 one tag serves many calls, whose msg-ids all differ and hold neither tag nor sender", () => {
    const table = new Table()
    const to = table.callable("a.b")
    const from = table.callable()
    const ids = Array.from(
      { length: 5 },
      () => table.ask(from, { _tag: "Call", recipient: to.id, tag: "TAG", message: hello })
    )
    assert.strictEqual(new Set(ids).size, 5)
    for (const id of ids) assert.notMatch(String(id), new RegExp(`TAG|${from.id}`, "u"))
    for (const id of ids) {
      table.ask(to, { _tag: "Reply", msgId: MessageId(String(id)), response: okResponse() })
    }
    assert.deepStrictEqual(table.responses(from).map(({ tag }) => tag), ["TAG", "TAG", "TAG", "TAG", "TAG"])
  })

  it("DLV-03, DLV-04, HUB-13 callAll gives each recipient the msg-id that its sender is told", () => {
    const table = new Table()
    const one = table.callable("a.b")
    const two = table.callable("a.b")
    const from = table.callable("a.b")
    const ids = table.ask(from, { _tag: "CallAll", tag: "t", message: hello })
    assert.deepStrictEqual(
      ids,
      map({ [one.id]: table.lastCall(one).msgId, [two.id]: table.lastCall(two).msgId })
    )
    assert.deepStrictEqual(
      table.ask(from, { _tag: "CallAll", tag: "t", message: message("no.one") }),
      emptyMap
    )
  })

  it("DLV-05 a targeted message to whom it cannot go is a fault", () => {
    const table = new Table()
    const mute = table.sender()
    const deaf = table.callable("x")
    const from = table.sender()
    const gone = table.callable("a.b")
    table.ask(gone, { _tag: "Unregister" })
    const reasons = [
      [ClientId("c77"), "UnknownClient"],
      [gone.id, "UnknownClient"],
      [mute.id, "NotCallable"],
      [deaf.id, "NotSubscribed"],
      [hubId, "NotSubscribed"]
    ] as const
    for (const [recipient, reason] of reasons) {
      assert.strictEqual(table.ask(from, { _tag: "Notify", recipient, message: hello }), `fault: ${reason}`)
      assert.strictEqual(
        table.ask(from, { _tag: "Call", recipient, tag: "t", message: hello }),
        `fault: ${reason}`
      )
      const wait = { _tag: "CallAndWait", recipient, message: hello, timeoutSeconds: 0 } as const
      assert.strictEqual(table.ask(from, wait), `fault: ${reason}`)
    }
    assert.strictEqual(table.ask(from, { _tag: "NotifyAll", message: emptyMap }), "fault: BadMessage")
  })

  it("DLV-19 a client may send to itself", () => {
    const table = new Table()
    const one = table.callable("a.b")
    assert.strictEqual(table.ask(one, { _tag: "Notify", recipient: one.id, message: hello }), "")
    assert.deepStrictEqual(table.heard(one), ["a.b"])
  })

  it("GEN-11, GEN-12, GEN-13 a recipient cannot tell callAndWait from call", () => {
    const table = new Table()
    const to = table.callable("a.b")
    const from = table.callable()
    table.ask(from, { _tag: "Call", recipient: to.id, tag: "t", message: hello })
    const first = table.lastCall(to)
    table.ask(from, { _tag: "CallAndWait", recipient: to.id, message: hello, timeoutSeconds: 3 })
    assert.deepStrictEqual({ ...table.lastCall(to), msgId: first.msgId }, first)
  })
})

describe("the hub as a recipient", () => {
  it("HUB-26, HUB-27, DLV-04 answers pings and queries of all patterns, as any client would", () => {
    const table = new Table({ metadata: map({ "samp.name": "Hub" }) })
    const one = table.callable("samp.app.ping")
    table.ask(one, { _tag: "DeclareMetadata", metadata: map({ "samp.name": "one" }) })
    const ping = message("samp.app.ping")
    const wait = { _tag: "CallAndWait", recipient: hubId, message: ping, timeoutSeconds: 0 } as const
    assert.deepStrictEqual(table.ask(one, wait), okResponse())
    assert.deepStrictEqual(table.ask(one, { _tag: "NotifyAll", message: ping }), ["hub"])
    table.ask(one, { _tag: "CallAll", tag: "t", message: ping })
    assert.deepStrictEqual(table.responses(one), [{
      _tag: "Response",
      responder: hubId,
      tag: "t",
      response: okResponse()
    }])
    const query = (value: string, mtype: string) =>
      table.ask(one, { ...wait, message: message(mtype, map({ key: "samp.name", value })) })
    assert.deepStrictEqual(query("one", "x-samp.query.by-meta"), okResponse(map({ ids: [one.id] })))
    assert.deepStrictEqual(query("Hub", "samp.query.by-meta"), okResponse(map({ ids: ["hub"] })))
    const bad = table.ask(one, { ...wait, message: message("x-samp.query.by-meta") })
    assert.strictEqual(bad instanceof Map ? bad.get("samp.status") : "", "samp.error")
  })
})

describe("answering", () => {
  const calls = () => {
    const table = new Table()
    const to = table.callable("a.b")
    const from = table.callable()
    const other = table.callable("a.b")
    table.ask(from, { _tag: "Call", recipient: to.id, tag: "t", message: hello })
    return { table, to, from, other, msgId: table.lastCall(to).msgId }
  }

  it("DLV-15, DLV-17, HUB-15 a second reply, and one to no call, is a fault and goes nowhere", () => {
    const { from, msgId, table, to } = calls()
    assert.strictEqual(table.ask(to, { _tag: "Reply", msgId, response: okResponse() }), "")
    assert.strictEqual(
      table.ask(to, { _tag: "Reply", msgId, response: okResponse() }),
      "fault: UnknownMessage"
    )
    assert.strictEqual(
      table.ask(to, { _tag: "Reply", msgId: MessageId("x"), response: okResponse() }),
      "fault: UnknownMessage"
    )
    assert.strictEqual(table.responses(from).length, 1)
  })

  it("DLV-16 only the client that was called can reply", () => {
    const { from, msgId, other, table, to } = calls()
    for (const stranger of [other, from]) {
      assert.strictEqual(
        table.ask(stranger, { _tag: "Reply", msgId, response: okResponse() }),
        "fault: UnknownMessage"
      )
    }
    assert.strictEqual(table.ask(to, { _tag: "Reply", msgId, response: okResponse() }), "")
    assert.strictEqual(table.responses(from)[0]?.responder, to.id)
  })

  it("RSP-07, HUB-25 an ill-formed reply is a fault, and the call can still be answered well", () => {
    const { from, msgId, table, to } = calls()
    assert.strictEqual(table.ask(to, { _tag: "Reply", msgId, response: emptyMap }), "fault: BadResponse")
    assert.strictEqual(table.ask(to, { _tag: "Reply", msgId, response: errorResponse("no", "1") }), "")
    assert.deepStrictEqual(table.responses(from)[0]?.response, errorResponse("no", "1"))
  })

  it("DLV-17, GEN-08 a reply to a sender that has gone is a fault", () => {
    const { from, msgId, table, to } = calls()
    table.ask(from, { _tag: "Unregister" })
    assert.strictEqual(
      table.ask(to, { _tag: "Reply", msgId, response: okResponse() }),
      "fault: UnknownMessage"
    )
  })

  it("DLV-18 a call from a client that is not callable is accepted, and its replier is told that nobody hears", () => {
    const table = new Table()
    const to = table.callable("a.b")
    const from = table.sender()
    table.ask(from, { _tag: "Call", recipient: to.id, tag: "t", message: hello })
    const { msgId } = table.lastCall(to)
    assert.strictEqual(table.ask(to, { _tag: "Reply", msgId, response: okResponse() }), "fault: NotCallable")
    assert.strictEqual(
      table.ask(to, { _tag: "Reply", msgId, response: okResponse() }),
      "fault: UnknownMessage"
    )
  })

  it("DLV-18 such a sender gets the response when it has become callable meanwhile", () => {
    const table = new Table()
    const to = table.callable("a.b")
    const from = table.sender()
    table.ask(from, { _tag: "Call", recipient: to.id, tag: "t", message: hello })
    table.ask(from, { _tag: "SetCallback", callback: { _tag: "Post", url: "http://127.0.0.1:9/" } })
    assert.strictEqual(
      table.ask(to, { _tag: "Reply", msgId: table.lastCall(to).msgId, response: okResponse() }),
      ""
    )
    assert.strictEqual(table.responses(from).length, 1)
  })

  it("DLV-15, DLV-23 a sender cannot have calls open without bound", () => {
    const table = new Table({ limits: { ...defaults, openCallsPerSender: 2 } })
    const to = table.callable("a.b")
    const from = table.callable()
    const call = { _tag: "Call", recipient: to.id, tag: "t", message: hello } as const
    table.ask(from, call)
    table.ask(from, call)
    assert.strictEqual(table.ask(from, call), "fault: Limit")
    assert.strictEqual(table.ask(table.callable(), call)?.toString().startsWith("m"), true)
    table.ask(to, { _tag: "Reply", msgId: table.lastCall(to).msgId, response: okResponse() })
    const first = table.deliveries(to).find((delivery) => delivery._tag === "Call")
    if (first?._tag === "Call") table.ask(to, { _tag: "Reply", msgId: first.msgId, response: okResponse() })
    assert.strictEqual(table.ask(from, call)?.toString().startsWith("m"), true)
  })
})
