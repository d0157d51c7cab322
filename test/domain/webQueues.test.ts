/** What waits for web clients: how much of it, and until when; and clients that are gone (section 5.2.5). */
import { assert, describe, it } from "@effect/vitest"
import { MessageId } from "../../src/domain/Identifiers.ts"
import { defaults } from "../../src/domain/Limits.ts"
import { message, okResponse } from "../../src/domain/Message.ts"
import { map } from "../../src/domain/SampValue.ts"
import { archive, type Guest, hubId, Table } from "../support/Table.ts"
import { call, limited, numbered, say, texts } from "../support/webTable.ts"

describe("a queue that is full", () => {
  it("WEB-38, P10 takes no further notification, which is reported; the client gets on when it pulls", () => {
    const table = limited({ pullMessages: 3 })
    const from = table.sender()
    const page = table.page(["table.*"])
    const other = table.page(["table.*"])
    say(table, from, page, 1, 2, 3, 4)
    assert.deepInclude(table.outputs, { _tag: "Overfull", id: page.id, what: "Notification", waiting: 3 })
    say(table, from, other, 1)
    assert.deepStrictEqual(table.take(other), ["Notification table.x 1"], "nobody else notices")
    assert.deepStrictEqual(table.take(page), [1, 2, 3].map((n) => `Notification table.x ${n}`))
    say(table, from, page, 5)
    assert.deepStrictEqual(table.take(page), ["Notification table.x 5"])
  })

  it("WEB-38, DLV-14 ends a call with an error response, and a callAndWait too", () => {
    const table = limited({ pullMessages: 1 })
    const from = table.callable()
    const page = table.page(["table.*"])
    say(table, from, page, 1)
    call(table, from, page, "tag")
    const [response] = table.responses(from)
    assert.deepInclude(response, { responder: page.id, tag: "tag" })
    const code = (error: unknown) => error instanceof Map ? error.get("samp.code") : undefined
    assert.strictEqual(code(response?.response.get("samp.error")), "hub.recipient-overloaded")
    const waited = table.ask(from, {
      _tag: "CallAndWait",
      recipient: page.id,
      message: message("table.x"),
      timeoutSeconds: 0
    })
    assert.strictEqual(waited instanceof Map ? waited.get("samp.status") : undefined, "samp.error")
    assert.lengthOf(table.outputs.filter(({ _tag }) => _tag === "Overfull"), 2)
  })

  it("WEB-38, DLV-03 still takes the end of each of its own calls, a short one if need be, and no further call of its", () => {
    const table = limited({ pullMessages: 2 })
    const to = table.callable("table.x")
    const page = table.page(["table.*"])
    const id = call(table, page, to, "mine")
    say(table, to, page, 1, 2)
    assert.strictEqual(call(table, page, to, "more"), "fault: Limit")
    assert.strictEqual(
      table.ask(page, { _tag: "CallAll", tag: "more", message: message("table.x") }),
      "fault: Limit"
    )
    const long = okResponse(map({ long: "x".repeat(1_000) }))
    assert.strictEqual(table.ask(to, { _tag: "Reply", msgId: MessageId(String(id)), response: long }), "")
    const got = table.pulled(table.pull(page, 0))
    assert.isTrue(Array.isArray(got) && got.length === 3)
    assert.include(JSON.stringify(got), "hub.sender-overloaded")
    assert.notInclude(JSON.stringify(got), "xxx")
    assert.isString(call(table, page, to, "more"))
  })

  it("WEB-38 is full, too, when very many wait for all together; who has few waiting goes on", () => {
    const table = limited({ pullMessagesInAll: 6 })
    const from = table.sender()
    const [one, two, three] = [table.page(["table.*"]), table.page(["table.*"]), table.page(["table.*"])]
    const overfull = () => table.outputs.filter(({ _tag }) => _tag === "Overfull").length
    say(table, from, one, 1, 2, 3, 4)
    say(table, from, two, 1, 2)
    assert.strictEqual(overfull(), 0)
    say(table, from, two, 3)
    assert.strictEqual(overfull(), 1, "a seventh one, and a third for it")
    say(table, from, three, 1, 2)
    assert.strictEqual(overfull(), 1, "but these are its share")
    assert.lengthOf(table.take(one), 4)
    say(table, from, two, 4)
    assert.strictEqual(overfull(), 1, "there is room again")
  })

  it("WEB-38 is one of bytes, too: of each client, and of all together, where who has little waiting goes on", () => {
    const table = limited({ pullBytes: 10_000, pullBytesInAll: 15_000 })
    const from = table.sender()
    const [one, two, three] = [table.page(["table.*"]), table.page(["table.*"]), table.page(["table.*"])]
    const large = new Map(numbered(1)).set("fill", "x".repeat(4_000))
    const overfull = () => table.outputs.filter(({ _tag }) => _tag === "Overfull").length
    const give = (to: Guest) => table.ask(from, { _tag: "Notify", recipient: to.id, message: large })
    for (let n = 0; n < 3; n++) give(one)
    assert.strictEqual(overfull(), 1, "a third one is more than its own bound")
    give(two)
    give(two)
    assert.strictEqual(overfull(), 2, "a fourth one is more than that of all")
    give(three)
    assert.strictEqual(overfull(), 2, "but within its share of it")
    assert.lengthOf(table.take(one), 2)
    give(two)
    assert.strictEqual(overfull(), 3, "what was handed out is kept until the next pull")
    table.take(one)
    give(two)
    assert.strictEqual(overfull(), 3)
  })
})

describe("clients that are gone", () => {
  const graceMs = defaults.pullGraceMs

  it("WEB-38, GEN-06 a page that has stopped pulling is removed after the usual poll and slack, and its calls end", () => {
    const table = new Table()
    const watch = table.callable("samp.hub.event.unregister")
    const from = table.callable()
    const page = table.page(["table.*"])
    call(table, from, page)
    table.pass(graceMs - 1)
    assert.lengthOf(table.responses(from), 0)
    table.pass(1)
    assert.deepStrictEqual(table.lastEvent(watch, "samp.hub.event.unregister"), map({ id: page.id }))
    assert.lengthOf(table.responses(from), 1)
    assert.strictEqual(table.pulled(table.pull(page)), "fault: UnknownKey")
  })

  it("WEB-38 whatever it asks for shows that it lives, and so does a pull that waits", () => {
    const table = new Table()
    const page = table.page()
    for (let i = 0; i < 5; i++) {
      table.pass(graceMs - 1)
      assert.strictEqual(table.ask(page, { _tag: "Ping" }), "")
    }
    table.pull(page, 10 * 3600)
    table.pass(9 * 3_600_000)
    assert.strictEqual(table.ask(page, { _tag: "Ping" }), "")
  })

  it("WEB-38 has its time from the end of its last pull, not from its beginning", () => {
    const table = new Table()
    const page = table.page()
    table.pull(page, 600)
    table.pass(600_000)
    table.pass(graceMs - 1)
    assert.strictEqual(table.ask(page, { _tag: "Ping" }), "")
  })

  it("WEB-38, DLV-23 one that waits for the end of a call is alive, and has its time afterwards", () => {
    const table = new Table()
    const to = table.callable("table.x")
    const page = table.page()
    const wait = {
      _tag: "CallAndWait",
      recipient: to.id,
      message: message("table.x"),
      timeoutSeconds: 0
    } as const
    table.ask(page, wait)
    const request = table.lastRequest
    for (let i = 0; i < 5; i++) table.pass(graceMs)
    const { msgId } = table.lastCall(to)
    table.ask(to, { _tag: "Reply", msgId, response: okResponse() })
    assert.instanceOf(table.answerTo(request), Map)
    table.pass(graceMs - 1)
    assert.strictEqual(table.ask(page, { _tag: "Ping" }), "")
    table.ask(page, wait)
    table.feed({ _tag: "Abandoned", request: table.lastRequest, now: table.now })
    table.pass(graceMs)
    table.pass(graceMs)
    assert.strictEqual(table.ask(page, { _tag: "Ping" }), "fault: UnknownKey", "who has hung up does not")
  })

  it("WEB-38 one whose pull was cut off is removed soon, unless it pulls again", () => {
    const table = new Table()
    const [closed, reloaded] = [table.page(), table.page()]
    for (const page of [closed, reloaded]) {
      table.feed({ _tag: "Abandoned", request: table.pull(page), now: table.now })
    }
    table.pass(1_000)
    table.pull(reloaded)
    table.pass(defaults.hungUpGraceMs - 1_000)
    assert.strictEqual(table.ask(closed, { _tag: "Ping" }), "fault: UnknownKey")
    table.pass(graceMs - 60_000)
    assert.strictEqual(table.ask(reloaded, { _tag: "Ping" }), "")
  })

  it("WEB-38 one whose answer was not read is removed soon, unless it pulls again; its calls end", () => {
    const table = new Table()
    const from = table.callable()
    const page = table.page(["table.*"])
    const request = table.pull(page)
    call(table, from, page)
    table.feed({ _tag: "Unread", request, now: table.now })
    table.pass(defaults.hungUpGraceMs)
    assert.lengthOf(table.responses(from), 1)
    assert.strictEqual(table.ask(page, { _tag: "Ping" }), "fault: UnknownKey")
  })

  it("WEB-38 one that takes no callbacks is removed a day after its last word", () => {
    const table = new Table()
    const [page] = table.enter()
    table.pass(defaults.webIdleMs - 1)
    assert.strictEqual(table.ask(page, { _tag: "Ping" }), "")
    table.pass(defaults.webIdleMs)
    assert.strictEqual(table.ask(page, { _tag: "Ping" }), "fault: UnknownKey")
  })

  it("REG-18, WEB-38 a client timeout counts waiting pulls as signs of life", () => {
    const table = new Table({ clientTimeoutMs: 5_000 })
    const [pulling, silent] = [table.page(), table.page()]
    table.pull(pulling, 3600)
    table.pass(5_000)
    assert.strictEqual(table.ask(silent, { _tag: "Ping" }), "fault: UnknownKey")
    table.pass(5_000)
    assert.strictEqual(table.ask(pulling, { _tag: "Ping" }), "")
  })
})

describe("pages of one origin", () => {
  it("P10 share the connections of their browser: when three pulls wait, further ones end soon", () => {
    const table = new Table()
    const pages = Array.from({ length: 5 }, () => table.page())
    const pulls = pages.map((page) => table.pull(page))
    const elsewhere = table.pull(table.page([], { origin: "https://other.example" }))
    const programs = Array.from({ length: 5 }, () => table.pull(table.page([], { origin: "" })))
    table.pass(3_000)
    const open = (request: number) => table.pulled(request) === undefined
    assert.deepStrictEqual(pulls.map(open), [true, true, true, false, false])
    assert.isTrue(open(elsewhere), archive)
    assert.isTrue(programs.every(open), "programs have no such limit")
  })
})

describe("the Web Profile alone", () => {
  it("EVT-14 when it is switched off its clients hear of it, and of nothing else; the others hear of each once", () => {
    const table = new Table()
    const watch = table.callable("samp.hub.event.*")
    const all = ["samp.hub.event.*", "samp.hub.disconnect"]
    const pages = [table.page(all), table.page(all)]
    const asked = table.callable("table.x")
    call(table, pages[0] ?? watch, asked)
    for (const page of pages) table.take(page)
    const pulls = pages.map((page) => table.pull(page))
    const outputs = table.feed({ _tag: "CloseWeb", now: 5 })
    for (const pull of pulls) {
      assert.deepStrictEqual(texts(table, pull), ["Notification samp.hub.event.shutdown"])
    }
    for (const page of pages) {
      assert.deepStrictEqual(table.heard(page, outputs), ["samp.hub.event.shutdown"])
    }
    const gone = "samp.hub.event.unregister"
    assert.deepStrictEqual(table.heard(watch, outputs), [gone, gone])
    assert.deepStrictEqual(
      table.ask(watch, { _tag: "GetRegisteredClients" }),
      [hubId, asked.id],
      "and are gone"
    )
    table.feed({ _tag: "CloseWeb", now: 6 })
    assert.strictEqual(table.ask(asked, { _tag: "Ping" }), "")
  })
})
