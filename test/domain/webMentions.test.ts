/** Which URLs a web client may read through the hub: those that a trusted client has mentioned to it (WEB-54). */
import { assert, describe, it } from "@effect/vitest"
import * as HashSet from "effect/HashSet"
import { clientById } from "../../src/domain/HubState.ts"
import { MessageId } from "../../src/domain/Identifiers.ts"
import { message, okResponse } from "../../src/domain/Message.ts"
import { emptyMap, map, type SampValue } from "../../src/domain/SampValue.ts"
import { type Guest, Table } from "../support/Table.ts"

const url = "file:///data/m31.fits"

const mayRead = (table: Table, page: Guest, what = url): boolean => {
  const web = clientById(table.state, page.id)?.web
  return web !== undefined && HashSet.has(web.mayRead, what)
}

const about = (value: SampValue) => message("table.load.votable", map({ value }))

const send = (table: Table, from: Guest, to: Guest, value: SampValue = url) =>
  table.ask(from, { _tag: "Notify", recipient: to.id, message: about(value) })

const callFor = (table: Table, from: Guest, to: Guest, value: SampValue = "") =>
  MessageId(String(table.ask(from, { _tag: "Call", recipient: to.id, tag: "t", message: about(value) })))

const answered = (table: Table, from: Guest, msgId: MessageId, value: SampValue) =>
  table.ask(from, { _tag: "Reply", msgId, response: okResponse(map({ value })) })

const set = () => {
  const table = new Table()
  return {
    table,
    desktop: table.callable("table.*"),
    page: table.page(["table.*"]),
    other: table.page(["table.*"])
  }
}

describe("a URL is open to a page", () => {
  it("WEB-54 that got it in a notification of a trusted client, and to no other page", () => {
    const { desktop, other, page, table } = set()
    assert.isFalse(mayRead(table, page))
    send(table, desktop, page)
    assert.isTrue(mayRead(table, page))
    assert.isFalse(mayRead(table, other))
    assert.isFalse(mayRead(table, page, "file:///data/m31.fits/"))
    assert.isFalse(mayRead(table, page, "file:///data"))
  })

  it("WEB-54 that got it in a broadcast, a call, a response, or the answer to a callAndWait", () => {
    const { desktop, other, page, table } = set()
    table.ask(desktop, { _tag: "NotifyAll", message: about("http://a/all") })
    assert.isTrue(mayRead(table, page, "http://a/all") && mayRead(table, other, "http://a/all"))
    callFor(table, desktop, page, "http://a/call")
    assert.isTrue(mayRead(table, page, "http://a/call"))
    answered(table, desktop, callFor(table, page, desktop), "http://a/response")
    assert.isTrue(mayRead(table, page, "http://a/response"))
    table.ask(page, { _tag: "CallAndWait", recipient: desktop.id, message: about(""), timeoutSeconds: 0 })
    answered(table, desktop, table.lastCall(desktop).msgId, "http://a/waited")
    assert.isTrue(mayRead(table, page, "http://a/waited"))
    for (const name of ["call", "response", "waited"]) {
      assert.isFalse(mayRead(table, other, `http://a/${name}`))
    }
  })

  it("WEB-54 wherever it stands in lists and maps, whatever its scheme; a text with a URL in it is none", () => {
    const { desktop, page, table } = set()
    const urls = ["file:/x", "FTP://host/x", "http://[::1]:9/y?a=b&c#d", "ivo://auth/id", "file:///a b.fits"]
    send(table, desktop, page, [map({ deep: [urls] })])
    for (const each of urls) assert.isTrue(mayRead(table, page, each), each)
    const none = ["see file:///etc/passwd", "/etc/passwd", "http:", "c1", "mailto:x", " file:///x", "://x/"]
    send(table, desktop, page, none)
    for (const each of none) assert.isFalse(mayRead(table, page, each), each)
  })

  it("WEB-54 that was told by the hub of a trusted client's metadata, or asked for it", () => {
    const table = new Table()
    const desktop = table.callable()
    const [watching, asking, deaf] = [table.page(["samp.hub.event.metadata"]), table.page(), table.page()]
    const icon = "http://127.0.0.1:9/icon.png"
    table.ask(desktop, { _tag: "DeclareMetadata", metadata: map({ "samp.icon.url": icon }) })
    assert.deepStrictEqual([watching, asking, deaf].map((page) => mayRead(table, page, icon)), [
      true,
      false,
      false
    ])
    table.ask(asking, { _tag: "GetMetadata", id: desktop.id })
    assert.isTrue(mayRead(table, asking, icon))
    const annotated = map({ "a.b": map({ url }) })
    table.ask(desktop, { _tag: "DeclareSubscriptions", subscriptions: annotated })
    table.ask(asking, { _tag: "GetSubscriptions", id: desktop.id })
    assert.isFalse(mayRead(table, asking), "it does not see that subscription")
  })

  it("WEB-53, WEB-54 until it leaves", () => {
    const { desktop, page, table } = set()
    send(table, desktop, page)
    table.ask(page, { _tag: "Unregister" })
    assert.isFalse(mayRead(table, page))
    const again = table.page(["table.*"])
    assert.isFalse(mayRead(table, again))
    send(table, desktop, again)
    assert.isTrue(mayRead(table, again))
  })
})

describe("a URL stays closed", () => {
  it("WEB-54 that a page has brought up first, although a trusted client echoes it, to all pages", () => {
    const { desktop, other, page, table } = set()
    send(table, page, desktop)
    send(table, desktop, page)
    send(table, desktop, other)
    assert.isFalse(mayRead(table, page) || mayRead(table, other))
  })

  it("WEB-54, WIRE-66 in whatever spelling a page has brought it up, and a trusted client echoes it", () => {
    const spellings = [
      "file:/data/m31.fits",
      "file://localhost/data/x/../m%331.fits",
      "/data/m31.fits",
      ` ${url}`
    ]
    for (const spelling of spellings) {
      const { desktop, other, page, table } = set()
      send(table, page, desktop, spelling)
      for (const to of [page, other]) {
        send(table, desktop, to)
        assert.isFalse(mayRead(table, to), spelling)
      }
      const guessing = set()
      send(guessing.table, guessing.desktop, guessing.other)
      send(guessing.table, guessing.page, guessing.desktop, spelling)
      send(guessing.table, guessing.desktop, guessing.page)
      assert.isFalse(mayRead(guessing.table, guessing.page), `guessed as ${spelling}`)
      assert.isTrue(mayRead(guessing.table, guessing.other))
    }
    const { desktop, page, table } = set()
    const long = `file:${"/".repeat(9_000)}data/m31.fits`
    send(table, page, desktop, long)
    send(table, desktop, page)
    assert.isFalse(mayRead(table, page), "a long one")
  })

  it("WEB-54 that only another page mentions, by itself or through what the hub tells of it", () => {
    const table = new Table()
    const page = table.page(["table.*", "samp.hub.event.metadata"])
    const other = table.page(["table.*"])
    send(table, other, page)
    assert.isFalse(mayRead(table, page))
    const icon = "file:///etc/hosts"
    table.ask(other, { _tag: "DeclareMetadata", metadata: map({ "samp.icon.url": icon }) })
    table.ask(page, { _tag: "GetMetadata", id: other.id })
    assert.isFalse(mayRead(table, page, icon))
    table.ask(page, { _tag: "CallAndWait", recipient: other.id, message: about(""), timeoutSeconds: 0 })
    const call = table.pulled(table.pull(other, 0))
    const id = Array.isArray(call) ? String(call.at(-1)?.["samp.params"][1]) : ""
    answered(table, other, MessageId(id), "file:///etc/shadow")
    assert.isFalse(mayRead(table, page, "file:///etc/shadow"))
  })

  it("WEB-54 to a page that hears of it from another page only, which was told of it", () => {
    const table = new Table()
    const desktop = table.callable("table.*")
    const page = table.page(["table.*", "samp.hub.event.*"])
    const told = table.page(["table.*"])
    send(table, desktop, told)
    send(table, told, page)
    table.ask(told, { _tag: "DeclareMetadata", metadata: map({ url }) })
    table.ask(told, { _tag: "DeclareSubscriptions", subscriptions: map({ "table.*": map({ url }) }) })
    table.ask(page, { _tag: "GetMetadata", id: told.id })
    table.ask(page, { _tag: "GetSubscriptions", id: told.id })
    const lastCall = () => {
      const pulled = table.pulled(table.pull(told, 0))
      return MessageId(Array.isArray(pulled) ? String(pulled.at(-1)?.["samp.params"][1]) : "")
    }
    callFor(table, page, told)
    answered(table, told, lastCall(), url)
    table.ask(page, { _tag: "CallAndWait", recipient: told.id, message: about(""), timeoutSeconds: 0 })
    assert.strictEqual(answered(table, told, lastCall(), url), "")
    assert.isTrue(mayRead(table, told))
    assert.isFalse(mayRead(table, page))
  })

  it("WEB-54 to a page that named it before it was told, though another may read it; who was told may name it", () => {
    const { desktop, other, page, table } = set()
    send(table, desktop, other)
    send(table, page, desktop)
    send(table, desktop, page)
    assert.isFalse(mayRead(table, page), "it has guessed, and had it echoed")
    assert.isTrue(mayRead(table, other))
    send(table, other, desktop)
    send(table, desktop, other)
    assert.isTrue(mayRead(table, other))
  })

  it("WEB-54 to a page that named it in what it declared of itself, though another was told", () => {
    const ways: ReadonlyArray<Parameters<Table["ask"]>[1]> = [
      { _tag: "DeclareMetadata", metadata: map({ url }) },
      { _tag: "DeclareSubscriptions", subscriptions: map({ "table.*": map({ url }) }) }
    ]
    for (const way of ways) {
      const { desktop, other, page, table } = set()
      send(table, desktop, other)
      table.ask(page, way)
      send(table, desktop, page)
      assert.isFalse(mayRead(table, page), way._tag)
      assert.isTrue(mayRead(table, other))
    }
  })

  it("WEB-54 by whatever a page brings it up: messages of all kinds, replies, metadata, annotations", () => {
    type Asked = Parameters<Table["ask"]>[1]
    const ways: ReadonlyArray<(table: Table, desktop: Guest, page: Guest) => Asked> = [
      () => ({ _tag: "NotifyAll", message: about(url) }),
      (_, desktop) => ({ _tag: "Call", recipient: desktop.id, tag: "t", message: about(url) }),
      () => ({ _tag: "CallAll", tag: "t", message: about(url) }),
      (_, desktop) => ({
        _tag: "CallAndWait",
        recipient: desktop.id,
        message: about(url),
        timeoutSeconds: 1
      }),
      (table, desktop, page) => ({
        _tag: "Reply",
        msgId: callFor(table, desktop, page),
        response: okResponse(map({ url }))
      }),
      () => ({ _tag: "DeclareMetadata", metadata: map({ url }) }),
      () => ({ _tag: "DeclareSubscriptions", subscriptions: map({ "table.*": map({ url }) }) })
    ]
    for (const way of ways) {
      const { desktop, other, page, table } = set()
      const operation = way(table, desktop, page)
      assert.notMatch(JSON.stringify(table.ask(page, operation)) ?? "", /fault/u, operation._tag)
      for (const to of [page, other]) {
        send(table, desktop, to)
        assert.isFalse(mayRead(table, to), operation._tag)
      }
    }
  })

  it("WEB-54 when a page's message did not go out, it has brought nothing up", () => {
    const { desktop, page, table } = set()
    table.ask(page, { _tag: "Notify", recipient: desktop.id, message: message("ds9.set", map({ url })) })
    send(table, desktop, page)
    assert.isTrue(mayRead(table, page))
  })
})

describe("how much the hub remembers", () => {
  const urls = (count: number, host: string) => Array.from({ length: count }, (_, n) => `http://${host}/${n}`)

  it("WEB-54, WEB-67 of what pages of an origin bring up is bounded: beyond it they are refused, and nobody else is", () => {
    const { desktop, page, table } = set()
    assert.strictEqual(send(table, page, desktop, urls(5_000, "a")), "")
    const before = table.deliveries(desktop).length
    assert.strictEqual(send(table, page, desktop, "http:/"), "", "no URL")
    assert.strictEqual(send(table, page, desktop, "http://b/1"), "fault: Limit")
    assert.strictEqual(
      send(table, table.page(), desktop, "http://b/2"),
      "fault: Limit",
      "nor another page of it"
    )
    assert.strictEqual(
      table.ask(page, { _tag: "NotifyAll", message: about("http://b/3") }),
      "fault: Limit"
    )
    assert.strictEqual(
      table.ask(page, { _tag: "DeclareMetadata", metadata: map({ url: "http://b/4" }) }),
      "fault: Limit"
    )
    assert.strictEqual(table.deliveries(desktop).length, before + 1)
    assert.strictEqual(send(table, page, desktop, "http://a/7"), "", "what it has said it may say again")
    const elsewhere = table.page([], { origin: "https://other.example" })
    assert.strictEqual(send(table, elsewhere, desktop, "http://b/1"), "")
    send(table, desktop, page, "http://b/5")
    assert.isTrue(mayRead(table, page, "http://b/5"))
  })

  it("WEB-54, WEB-67 of long URLs is bounded too", () => {
    const { desktop, page, table } = set()
    const long = (n: number) => `http://a/${String(n).padStart(8_000, "0")}`
    const answers = Array.from({ length: 80 }, (_, n) => send(table, page, desktop, long(n)))
    assert.strictEqual(answers.findIndex((answer) => answer !== ""), 65)
  })

  it("WEB-54, WEB-67 of one message of a page is bounded, be it of what is known already", () => {
    const { desktop, page, table } = set()
    assert.strictEqual(send(table, page, desktop, urls(5_000, "a")), "")
    const hidden = [...urls(5_000, "a"), "http://a/5000", "http://b/hidden"]
    assert.strictEqual(send(table, table.page(), desktop, hidden), "fault: Limit")
    const elsewhere = table.page([], { origin: "https://other.example" })
    assert.strictEqual(send(table, elsewhere, desktop, hidden), "fault: Limit")
    assert.strictEqual(send(table, elsewhere, desktop, urls(5_000, "a")), "")
  })

  it("WEB-54, WEB-67 of how many origins it remembers what they bring up is bounded, too", () => {
    const table = new Table()
    const desktop = table.callable("table.*")
    const answers = Array.from(
      { length: 66 },
      (_, n) => send(table, table.page([], { origin: `https://${n}.example` }), desktop, `http://a/${n}`)
    )
    assert.strictEqual(answers.findIndex((answer) => answer !== ""), 64)
    const late = table.page([], { origin: "https://late.example" })
    assert.strictEqual(send(table, late, desktop, "http://a/1"), "", "what is known already")
  })

  it("WEB-54 a URL that is longer than any stays closed", () => {
    const { desktop, page, table } = set()
    const long = (length: number) => "http://a/".padEnd(length, "x")
    for (const length of [8_192, 8_193]) send(table, desktop, page, long(length))
    assert.isTrue(mayRead(table, page, long(8_192)))
    assert.isFalse(mayRead(table, page, long(8_193)))
  })

  it("WEB-54 what one page may read is bounded; more stays closed", () => {
    const { desktop, other, page, table } = set()
    send(table, desktop, page, urls(20_001, "a"))
    assert.isTrue(mayRead(table, page, "http://a/19999"))
    assert.isFalse(mayRead(table, page, "http://a/20000"))
    send(table, desktop, other, "http://a/20000")
    assert.isTrue(mayRead(table, other, "http://a/20000"))
  })

  it("WEB-54 of what trusted clients mention is bounded; more stays closed, and echoes of it too", () => {
    const { desktop, other, page, table } = set()
    for (let n = 0; n < 5; n++) {
      const reader = table.page(["table.*"])
      send(table, desktop, reader, urls(20_000, `host${n}`))
    }
    send(table, desktop, page, url)
    assert.isFalse(mayRead(table, page))
    assert.strictEqual(send(table, other, desktop, url), "")
    send(table, desktop, other, url)
    assert.isFalse(mayRead(table, other))
    assert.notDeepEqual(table.ask(page, { _tag: "GetMetadata", id: desktop.id }), "fault: Limit")
    assert.deepStrictEqual(table.ask(page, { _tag: "GetMetadata", id: desktop.id }), emptyMap)
  })
})
