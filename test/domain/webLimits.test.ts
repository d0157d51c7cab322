/** What web clients may send, receive and see (WEB-60..63). */
import { assert, describe, it } from "@effect/vitest"
import { MessageId } from "../../src/domain/Identifiers.ts"
import { message, okResponse } from "../../src/domain/Message.ts"
import { emptyMap, map, type SampMap } from "../../src/domain/SampValue.ts"
import { harmless } from "../../src/domain/web/Restriction.ts"
import { type Guest, hubId, Table } from "../support/Table.ts"

const mark = (word: string) => ({ "x-samp.mostly-harmless": word })

const notify = (table: Table, from: Guest, to: Guest, mtype: string) =>
  table.ask(from, { _tag: "Notify", recipient: to.id, message: message(mtype) })

const toAll = (table: Table, from: Guest, mtype: string) =>
  table.ask(from, { _tag: "NotifyAll", message: message(mtype) })

/** What it got of others than the hub. */
const heard = (table: Table, to: Guest) =>
  table.deliveries(to).flatMap((delivery) =>
    delivery._tag !== "Response" && delivery.sender !== hubId ? [delivery.message.get("samp.mtype")] : []
  )

const subscribers = (table: Table, from: Guest, mtype: string) => {
  const found = table.ask(from, { _tag: "GetSubscribedClients", mtype })
  return found instanceof Map ? [...found.keys()] : found
}

const seen = (table: Table, viewer: Guest, of: Guest): ReadonlyArray<string> => {
  const found = table.ask(viewer, { _tag: "GetSubscriptions", id: of.id })
  return found instanceof Map ? [...found.keys()].sort() : []
}

describe("what a page may send", () => {
  it("WEB-60 is what is harmless: JSAMP's list", () => {
    const table = new Table()
    const desktop = table.callable("*")
    const page = table.page()
    const good = [
      "samp.app.ping",
      "samp.msg.progress",
      "table.load.votable",
      "image.load.fits",
      "coord.pointAt.sky",
      "spectrum.load.ssa-generic",
      "bibcode.load",
      "voresource.loadlist",
      "coverage.load.moc.fits"
    ]
    for (const mtype of good) assert.strictEqual(notify(table, page, desktop, mtype), "", mtype)
    const bad = [
      "ds9.set",
      "script.aladin.send",
      "client.env.get",
      "samp.hub.disconnect",
      "samp.hub.event.shutdown",
      "samp.msg.progress.x",
      "tables.x",
      "table",
      "x-samp.query.by-meta"
    ]
    for (const mtype of bad) {
      assert.strictEqual(notify(table, page, desktop, mtype), "fault: NotPermitted", mtype)
      const target = { recipient: desktop.id, message: message(mtype) }
      assert.strictEqual(table.ask(page, { _tag: "Call", tag: "t", ...target }), "fault: NotPermitted")
      assert.strictEqual(
        table.ask(page, { _tag: "CallAndWait", timeoutSeconds: 1, ...target }),
        "fault: NotPermitted"
      )
    }
    assert.deepStrictEqual(heard(table, desktop), good)
  })

  it("WEB-60 is no matter of broadcasts either: they skip who may not be sent it", () => {
    const table = new Table()
    const desktop = table.callable("*")
    const willing = table.desktop({ "ds9.set": mark("1") })
    const page = table.page()
    assert.deepStrictEqual(toAll(table, page, "ds9.set"), [willing.id])
    assert.deepStrictEqual(toAll(table, page, "ds9.get"), [])
    const called = table.ask(page, { _tag: "CallAll", tag: "t", message: message("ds9.set") })
    assert.deepStrictEqual(called instanceof Map ? [...called.keys()] : called, [willing.id])
    assert.deepStrictEqual(heard(table, desktop), [])
  })

  it("SUB-15, WEB-61 is widened and narrowed by the recipient's annotation of its most specific subscription", () => {
    const table = new Table()
    const desktop = table.desktop({
      "*": mark("1"),
      "ds9.*": {},
      "table.*": mark("0"),
      "table.load.*": { "samp.mostly-harmless": "1" },
      "image.load.fits": { "samp.mostly-harmless": "0", ...mark("1") },
      "coord.*": mark("yes")
    })
    const page = table.page()
    const may = (mtype: string): boolean => notify(table, page, desktop, mtype) === ""
    assert.isTrue(may("script.aladin.send"))
    assert.isFalse(may("ds9.set"), "what is nearer says nothing, and it is not harmless")
    assert.isFalse(may("table.highlight.row"))
    assert.isTrue(may("table.load.votable"))
    assert.isFalse(may("image.load.fits"))
    assert.isTrue(may("coord.pointAt.sky"), "what is neither 1 nor 0 says nothing")
  })

  it("WEB-60 is what the user has allowed it, if the user has; and what the hub is told is harmless", () => {
    const table = new Table({ webMTypes: ["a.*"] })
    const desktop = table.callable("*")
    const page = table.page()
    assert.strictEqual(notify(table, page, desktop, "a.b"), "")
    assert.strictEqual(notify(table, page, desktop, "table.x"), "fault: NotPermitted")
    const trusted = table.page([], { send: ["*"] })
    assert.strictEqual(notify(table, trusted, desktop, "ds9.set"), "")
    const dumb = table.page([], { send: [] })
    assert.strictEqual(notify(table, dumb, desktop, "a.b"), "fault: NotPermitted")
  })

  it("WEB-63 is the same towards other pages; responses are not limited", () => {
    const table = new Table()
    const page = table.page()
    const other = table.page(["ds9.set", "table.*"])
    assert.strictEqual(notify(table, page, other, "ds9.set"), "fault: NotPermitted")
    assert.strictEqual(notify(table, page, other, "table.x"), "")
    const desktop = table.callable()
    const target = { recipient: other.id, message: message("ds9.set") }
    const id = table.ask(desktop, { _tag: "Call", tag: "t", ...target })
    const response = okResponse(map({ x: "script.aladin.send" }))
    const reply = { _tag: "Reply", msgId: MessageId(String(id)), response } as const
    assert.strictEqual(table.ask(other, reply), "")
    assert.deepStrictEqual(table.responses(desktop).at(-1)?.response, response)
  })

  it("WEB-60, HUB-26 to the hub itself is a ping", () => {
    const table = new Table()
    const page = table.page()
    const ask = (mtype: string) =>
      table.ask(page, { _tag: "CallAndWait", recipient: hubId, message: message(mtype), timeoutSeconds: 1 })
    assert.deepStrictEqual(ask("samp.app.ping"), okResponse())
    assert.strictEqual(ask("x-samp.query.by-meta"), "fault: NotPermitted")
  })

  it("WEB-60 is no matter of clients of the Standard Profile", () => {
    const table = new Table()
    const one = table.callable("ds9.set")
    const desktop = table.desktop({ "ds9.set": mark("0") })
    assert.strictEqual(notify(table, one, desktop, "ds9.set"), "")
    assert.deepStrictEqual(toAll(table, desktop, "ds9.set"), [one.id])
    assert.deepStrictEqual(seen(table, one, desktop), ["ds9.set"])
  })
})

describe("what a page may receive", () => {
  it("WEB-60 is what is harmless, what it names, and what the hub itself tells", () => {
    const table = new Table()
    const desktop = table.callable()
    const curious = table.page(["*"])
    const named = table.page(["ds9.set", "ds9.get"])
    table.take(curious)
    assert.deepStrictEqual(toAll(table, desktop, "table.x"), [curious.id])
    assert.deepStrictEqual(toAll(table, desktop, "ds9.set"), [named.id])
    assert.strictEqual(notify(table, desktop, curious, "ds9.set"), "fault: NotPermitted")
    assert.deepStrictEqual(subscribers(table, desktop, "ds9.set"), [named.id])
    assert.deepStrictEqual(table.take(curious), ["Notification table.x"])
    assert.deepStrictEqual(subscribers(table, desktop, "samp.hub.event.shutdown"), [curious.id])
    table.ask(desktop, { _tag: "Unregister" })
    assert.deepStrictEqual(table.take(curious), ["Notification samp.hub.event.unregister"])
  })

  it("WEB-60 is what the user has set, if the user has, and what the hub tells", () => {
    const table = new Table()
    const desktop = table.callable()
    const page = table.page(["*", "ds9.set"], { receive: ["table.*"] })
    table.take(page)
    assert.deepStrictEqual(toAll(table, desktop, "table.x"), [page.id])
    for (const mtype of ["ds9.set", "image.load.fits"]) {
      assert.deepStrictEqual(toAll(table, desktop, mtype), [])
    }
    assert.strictEqual(notify(table, desktop, page, "ds9.set"), "fault: NotPermitted")
    table.ask(desktop, { _tag: "Unregister" })
    assert.deepStrictEqual(table.take(page), [
      "Notification table.x",
      "Notification samp.hub.event.unregister"
    ])
  })
})

describe("what a page sees", () => {
  it("WEB-62 of others is what it may send them, also in events; the others see all", () => {
    const table = new Table()
    const page = table.page(["samp.hub.event.subscriptions"])
    const watch = table.callable("samp.hub.event.subscriptions")
    table.take(page)
    const desktop = table.desktop({ "table.*": {}, "ds9.set": {}, "x.y": mark("1"), "image.*": mark("0") })
    assert.deepStrictEqual(seen(table, page, desktop), ["table.*", "x.y"])
    assert.deepStrictEqual(seen(table, watch, desktop), ["ds9.set", "image.*", "table.*", "x.y"])
    const told = (guest: Guest) => {
      const subscriptions = table.lastEvent(guest, "samp.hub.event.subscriptions")?.get("subscriptions")
      return subscriptions instanceof Map ? [...subscriptions.keys()].sort() : []
    }
    assert.deepStrictEqual(told(page), ["table.*", "x.y"])
    assert.deepStrictEqual(told(watch), ["ds9.set", "image.*", "table.*", "x.y"])
    assert.deepStrictEqual(subscribers(table, page, "ds9.set"), [])
    assert.deepStrictEqual(subscribers(table, page, "image.x"), [])
    assert.deepStrictEqual(subscribers(table, page, "table.x"), [desktop.id])
    assert.deepStrictEqual(subscribers(table, watch, "ds9.set"), [desktop.id])
  })

  it("WEB-62 of itself is all", () => {
    const table = new Table()
    const page = table.page(["ds9.set", "*"])
    assert.deepStrictEqual(seen(table, page, page), ["*", "ds9.set"])
  })

  it("WEB-62, WIRE-142 of a wildcard that says more is the part that it may send", () => {
    const table = new Table()
    const page = table.page()
    const of = (...patterns: ReadonlyArray<string>) => seen(table, page, table.callable(...patterns))
    assert.deepStrictEqual(of("*"), [...harmless].sort())
    assert.deepStrictEqual(of("samp.*"), ["samp.app.*", "samp.msg.progress"])
    assert.deepStrictEqual(of("samp.app.*", "table.load.votable"), ["samp.app.*", "table.load.votable"])
    assert.deepStrictEqual(of("ds9.*", "tables.*"), [])
  })

  it("WEB-61, WEB-62 of a wildcard's part is what the most specific annotation says, in whatever order", () => {
    const table = new Table()
    const page = table.page([], { send: ["a.b.*"] })
    const annotated = (subscriptions: { readonly [pattern: string]: { readonly [key: string]: string } }) => {
      const found = table.ask(page, { _tag: "GetSubscriptions", id: table.desktop(subscriptions).id })
      return found
    }
    const named = (name: string): SampMap => map({ "a.b.*": map({ name }) })
    assert.deepStrictEqual(annotated({ "a.*": { name: "near" }, "*": { name: "far" } }), named("near"))
    assert.deepStrictEqual(annotated({ "*": { name: "far" }, "a.*": { name: "near" } }), named("near"))
    assert.deepStrictEqual(annotated({ "*": {}, "a.*": mark("0") }), emptyMap)
  })
})
