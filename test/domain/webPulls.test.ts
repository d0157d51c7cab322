/** Callbacks of web clients: the long polls by which they ask for them (section 5.2.5). */
import { assert, describe, it } from "@effect/vitest"
import { clientFacts } from "../../src/domain/HubStatus.ts"
import { MessageId } from "../../src/domain/Identifiers.ts"
import { message, okResponse } from "../../src/domain/Message.ts"
import { map } from "../../src/domain/SampValue.ts"
import { type Guest, Table } from "../support/Table.ts"
import { call, limited, numbered, say, texts } from "../support/webTable.ts"

describe("allowing callbacks", () => {
  it("WEB-30, SUB-10 makes a web client callable, again and again; before, messages to it are refused", () => {
    const table = new Table()
    const from = table.sender()
    const [page] = table.enter()
    table.ask(page, { _tag: "DeclareSubscriptions", subscriptions: map({ "table.*": new Map() }) })
    const notify = () => table.ask(from, { _tag: "Notify", recipient: page.id, message: numbered(1) })
    assert.strictEqual(notify(), "fault: NotCallable")
    for (let i = 0; i < 3; i++) {
      assert.strictEqual(table.ask(page, { _tag: "AllowReverseCallbacks", allow: true }), "")
    }
    assert.strictEqual(notify(), "")
    assert.strictEqual(table.ask(page, { _tag: "AllowReverseCallbacks", allow: true }), "")
    assert.deepStrictEqual(table.take(page), ["Notification table.x 1"], "again loses nothing")
    assert.deepStrictEqual(table.ask(from, { _tag: "NotifyAll", message: numbered(2) }), [page.id])
  })

  it("WEB-30, WEB-37 no more: what waits is discarded, a waiting pull ends empty, and again is no error", () => {
    const table = new Table()
    const from = table.sender()
    const page = table.page(["table.*"])
    const waiting = table.pull(page)
    for (let i = 0; i < 2; i++) {
      assert.strictEqual(table.ask(page, { _tag: "AllowReverseCallbacks", allow: false }), "")
    }
    assert.deepStrictEqual(table.pulled(waiting), [])
    const notify = () => table.ask(from, { _tag: "Notify", recipient: page.id, message: numbered(1) })
    assert.strictEqual(notify(), "fault: NotCallable")
    assert.deepStrictEqual(table.ask(from, { _tag: "NotifyAll", message: numbered(1) }), [])
    table.ask(page, { _tag: "AllowReverseCallbacks", allow: true })
    say(table, from, page, 2)
    assert.strictEqual(clientFacts(table.state)[1]?.queued, 1)
    table.ask(page, { _tag: "AllowReverseCallbacks", allow: false })
    assert.strictEqual(clientFacts(table.state)[1]?.queued, 0)
    table.ask(page, { _tag: "AllowReverseCallbacks", allow: true })
    assert.deepStrictEqual(table.take(page), [])
    say(table, from, page, 3)
    assert.deepStrictEqual(table.take(page), ["Notification table.x 3"])
  })

  it("WEB-30, DLV-14 no more: calls that it has not seen end with an error response, those that it works on do not", () => {
    const table = new Table()
    const from = table.callable()
    const page = table.page(["table.*"])
    const seen = call(table, from, page, "seen")
    table.pull(page)
    call(table, from, page, "unseen")
    table.ask(page, { _tag: "AllowReverseCallbacks", allow: false })
    const codes = table.responses(from).map(({ response, tag }) => [tag, response.get("samp.status")])
    assert.deepStrictEqual(codes, [["unseen", "samp.error"]])
    const reply = { _tag: "Reply", msgId: MessageId(String(seen)), response: okResponse() } as const
    assert.strictEqual(table.ask(page, reply), "")
    assert.lengthOf(table.responses(from), 2)
  })

  it("WEB-36, DLV-14 no more, while the answer with a call was not read: that call ends too", () => {
    const table = new Table()
    const from = table.callable()
    const page = table.page(["table.*"])
    const request = table.pull(page)
    call(table, from, page)
    table.ask(page, { _tag: "AllowReverseCallbacks", allow: false })
    assert.lengthOf(table.responses(from), 0)
    table.feed({ _tag: "Unread", request, now: table.now })
    assert.lengthOf(table.responses(from), 1)
    table.ask(page, { _tag: "AllowReverseCallbacks", allow: true })
    assert.deepStrictEqual(table.take(page), [])
  })

  it("WEB-30 is nothing for clients of the Standard Profile", () => {
    const table = new Table()
    const one = table.callable("a.b")
    assert.strictEqual(
      table.ask(one, { _tag: "AllowReverseCallbacks", allow: false }),
      "fault: NotCallable"
    )
    assert.strictEqual(table.ask(one, { _tag: "PullCallbacks", timeoutSeconds: 1 }), "fault: NotCallable")
    say(table, table.sender(), table.page(["table.*"]))
    assert.deepStrictEqual(table.ask(table.sender(), { _tag: "NotifyAll", message: message("a.b") }), [
      one.id
    ])
  })
})

describe("pulling", () => {
  it("WEB-31, WIRE-115 is refused before callbacks are allowed", () => {
    const table = new Table()
    const [page] = table.enter()
    assert.strictEqual(table.pulled(table.pull(page)), "fault: NotCallable")
    table.ask(page, { _tag: "AllowReverseCallbacks", allow: true })
    assert.isUndefined(table.pulled(table.pull(page)))
    table.ask(page, { _tag: "AllowReverseCallbacks", allow: false })
    assert.strictEqual(table.pulled(table.pull(page)), "fault: NotCallable")
  })

  it("WEB-32, P10 gives all that waits at once, in order, each once", () => {
    const table = new Table()
    const from = table.sender()
    const page = table.page(["table.*"])
    say(table, from, page, 1, 2, 3)
    assert.deepStrictEqual(table.take(page), [1, 2, 3].map((n) => `Notification table.x ${n}`))
    assert.deepStrictEqual(table.take(page), [])
  })

  it("WEB-32 waits until something comes", () => {
    const table = new Table()
    const from = table.sender()
    const page = table.page(["table.*"])
    const request = table.pull(page, 10)
    table.pass(9_999)
    assert.isUndefined(table.pulled(request))
    say(table, from, page, 7)
    assert.deepStrictEqual(texts(table, request), ["Notification table.x 7"])
    assert.deepStrictEqual(table.take(page), [])
  })

  it("WEB-32 ends with nothing when its time is over, for which the hub asks to be woken; 0 waits not at all", () => {
    const table = new Table()
    const page = table.page()
    assert.deepStrictEqual(table.pulled(table.pull(page, 0)), [])
    const request = table.pull(page, 10)
    assert.deepInclude(table.outputs, { _tag: "Wake", at: 10_000 })
    table.pass(10_000)
    assert.deepStrictEqual(table.pulled(request), [])
  })

  it("WEB-32 waits without limit when the timeout is negative", () => {
    const table = new Table()
    const page = table.page(["table.*"])
    const request = table.pull(page, -1)
    for (let day = 0; day < 30; day++) table.pass(24 * 3_600_000)
    assert.isUndefined(table.pulled(request))
    say(table, table.sender(), page, 1)
    assert.deepStrictEqual(texts(table, request), ["Notification table.x 1"])
  })

  it("WEB-33, WEB-34, WEB-35, CLI-01, CLI-02, CLI-03, WIRE-117 gives bare method names, and params without a key", () => {
    const table = new Table()
    const from = table.page(["table.*"])
    const page = table.page(["table.*"])
    say(table, from, page, 5)
    const id = call(table, from, page, "my tag")
    const got = table.pulled(table.pull(page, 0))
    assert.deepStrictEqual(got as unknown, [
      {
        "samp.methodName": "receiveNotification",
        "samp.params": [from.id, { "samp.mtype": "table.x", "samp.params": { word: "hello" }, n: "5" }]
      },
      {
        "samp.methodName": "receiveCall",
        "samp.params": [from.id, id, { "samp.mtype": "table.x", "samp.params": {} }]
      }
    ])
    table.ask(page, { _tag: "Reply", msgId: MessageId(String(id)), response: okResponse(map({ a: "1" })) })
    assert.deepStrictEqual(table.pulled(table.pull(from, 0)) as unknown, [{
      "samp.methodName": "receiveResponse",
      "samp.params": [page.id, "my tag", { "samp.status": "samp.ok", "samp.result": { a: "1" } }]
    }])
    assert.notInclude(JSON.stringify(table.outputs.filter(({ _tag }) => _tag === "Deliver")), "KEY")
  })

  it("WEB-36, P10 one at a time: the newest gets what comes, the one before ends empty", () => {
    const table = new Table()
    const from = table.sender()
    const page = table.page(["table.*"])
    const pulls = [table.pull(page), table.pull(page), table.pull(page)]
    say(table, from, page, 1)
    assert.deepStrictEqual(pulls.map((pull) => texts(table, pull)), [[], [], ["Notification table.x 1"]])
  })

  it("WEB-36, DLV-23 one whose connection has gone consumes nothing", () => {
    const table = new Table()
    const from = table.sender()
    const page = table.page(["table.*"])
    const lost = table.pull(page)
    table.feed({ _tag: "Abandoned", request: lost, now: table.now })
    say(table, from, page, 1)
    assert.isUndefined(table.pulled(lost))
    assert.deepStrictEqual(table.take(page), ["Notification table.x 1"])
  })

  it("WEB-36, P10 what was in an answer that was not read comes again, before what came later", () => {
    const table = new Table()
    const from = table.sender()
    const page = table.page(["table.*"])
    const request = table.pull(page)
    say(table, from, page, 1)
    say(table, from, page, 2, 3)
    table.feed({ _tag: "Unread", request, now: table.now })
    assert.deepStrictEqual(table.take(page), [1, 2, 3].map((n) => `Notification table.x ${n}`))
    table.feed({ _tag: "Unread", request, now: table.now })
    assert.deepStrictEqual(table.take(page), [], "an old report does nothing")
  })

  it("WEB-37 ends when the client unregisters, dies, is ejected, and with the hub", () => {
    const ends: ReadonlyArray<(table: Table, page: Guest) => unknown> = [
      (table, page) => table.ask(page, { _tag: "Unregister" }),
      (table, page) => table.feed({ _tag: "ClientDead", id: page.id, now: 1, detail: "gone" }),
      (table, page) => table.feed({ _tag: "Eject", id: page.id, now: 1, reason: "out" }),
      (table) => table.feed({ _tag: "CloseWeb", now: 1 }),
      (table) => table.feed({ _tag: "Stop" })
    ]
    for (const end of ends) {
      const table = new Table()
      const page = table.page()
      const request = table.pull(page)
      end(table, page)
      assert.deepStrictEqual(table.pulled(request), [])
    }
  })

  it("WEB-37, EVT-04, SHUT-06 brings the news of an ejection, after which the key is worth nothing", () => {
    const table = new Table()
    const page = table.page(["samp.hub.disconnect"])
    const request = table.pull(page)
    table.feed({ _tag: "Eject", id: page.id, now: 1, reason: "too loud" })
    assert.deepStrictEqual(texts(table, request), ["Notification samp.hub.disconnect"])
    assert.strictEqual(table.pulled(table.pull(page)), "fault: UnknownKey")
  })

  it("WEB-37, EVT-02, SHUT-01 brings the end of the hub, with the ends of calls before it, in one answer", () => {
    const table = new Table()
    const page = table.page(["samp.hub.event.shutdown"])
    const late = table.page(["samp.hub.event.shutdown"])
    const to = table.callable("table.x")
    for (const tag of ["a", "b"]) call(table, page, to, tag)
    const request = table.pull(page)
    table.feed({ _tag: "Stop" })
    const all = ["Response a", "Response b", "Notification samp.hub.event.shutdown"]
    assert.deepStrictEqual(texts(table, request), all)
    assert.deepStrictEqual(
      table.take(late),
      ["Notification samp.hub.event.shutdown"],
      "also to one that pulls only now"
    )
    assert.strictEqual(table.pulled(table.pull(late)), "fault: Stopping")
    assert.strictEqual(table.ask(late, { _tag: "Ping" }), "fault: Stopping")
  })

  it("WIRE-152, WEB-32 answers whoever sent before the pull that gets it, and all of one step together", () => {
    const table = new Table()
    const page = table.page(["table.*"])
    const to = table.callable("table.x")
    for (const tag of ["a", "b", "c"]) call(table, page, to, tag)
    const request = table.pull(page)
    const outputs = table.operate({ _tag: "Unregister", key: to.key })
    const answers = outputs.flatMap((output) => output._tag === "Answer" ? [output.request] : [])
    assert.deepStrictEqual(answers, [table.lastRequest, request])
    assert.deepStrictEqual(texts(table, request), ["Response a", "Response b", "Response c"])
  })

  it("WIRE-116 a late one of a client that has unregistered is refused", () => {
    const table = new Table()
    const page = table.page()
    table.ask(page, { _tag: "Unregister" })
    assert.strictEqual(table.pulled(table.pull(page)), "fault: UnknownKey")
  })

  it("WEB-32 gives large ones over several answers, in order, one at least in each", () => {
    const table = limited({ pullAnswerBytes: 1_000 })
    const from = table.sender()
    const page = table.page(["table.*"])
    const large = new Map(numbered(4)).set("fill", "x".repeat(5_000))
    say(table, from, page, 1, 2, 3)
    table.ask(from, { _tag: "Notify", recipient: page.id, message: large })
    say(table, from, page, 5)
    const answers: Array<ReadonlyArray<string>> = []
    for (let got = table.take(page); got.length > 0; got = table.take(page)) answers.push(got)
    assert.deepStrictEqual(answers.map(({ length }) => length), [3, 1, 1])
    assert.deepStrictEqual(answers.flat(), [1, 2, 3, 4, 5].map((n) => `Notification table.x ${n}`))
  })
})

describe("a client that counts its callbacks", () => {
  const counting = (table: Table) => table.page(["table.*"], { counts: true })
  const serials = (table: Table, request: number) => {
    const got = table.pulled(request)
    return Array.isArray(got) ? got.map((item) => Number(item["x-samp.serial"])) : got
  }

  it("P10 is told the serial of each, gets again what it does not acknowledge, and nothing twice", () => {
    const table = new Table()
    const from = table.sender()
    const page = counting(table)
    say(table, from, page, 1, 2, 3)
    assert.deepStrictEqual(serials(table, table.pull(page, 0, 0)), [1, 2, 3])
    assert.deepStrictEqual(serials(table, table.pull(page, 600, 1)), [2, 3], "it does not wait")
    say(table, from, page, 4)
    assert.deepStrictEqual(serials(table, table.pull(page, 600, 2)), [3, 4])
    assert.deepStrictEqual(serials(table, table.pull(page, 0, 4)), [])
    assert.deepStrictEqual(serials(table, table.pull(page, 0, 0)), [], "what it has had is forgotten")
    const next = table.pull(page, 600, 4)
    say(table, from, page, 5)
    assert.deepStrictEqual(serials(table, next), [5])
  })

  it("P10 acknowledges all by a pull without a serial, and a serial of others changes nothing", () => {
    const table = new Table()
    const from = table.sender()
    const page = counting(table)
    say(table, from, page, 1)
    table.take(page)
    assert.deepStrictEqual(table.take(page), [])
    const plain = table.page(["table.*"])
    say(table, from, plain, 1, 2)
    const first = table.pulled(table.pull(plain, 0, 0))
    assert.isTrue(Array.isArray(first) && first.every((item) => item["x-samp.serial"] === undefined))
    assert.deepStrictEqual(table.pulled(table.pull(plain, 0, 0)), [])
  })

  it("WEB-38 makes the hub keep no more by never acknowledging anything", () => {
    const table = limited({ pullMessages: 10, pullAnswerBytes: 2_000, pullBytes: 4_000 })
    const from = table.sender()
    const page = counting(table)
    for (let n = 0; n < 200; n++) {
      say(table, from, page, n)
      table.pull(page, 0, 0)
    }
    const kept = table.pulled(table.pull(page, 0, 0))
    assert.isTrue(Array.isArray(kept) && kept.length < 20)
  })
})
