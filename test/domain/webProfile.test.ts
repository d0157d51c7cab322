/** The Web Profile's methods, and who may use which key (sections 5.2, 13.2 and 13.3 of the checklist). */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type { Operation } from "../../src/domain/HubInput.ts"
import { clientByToken } from "../../src/domain/HubState.ts"
import { ClientId, MessageId, PrivateKey } from "../../src/domain/Identifiers.ts"
import { defaults } from "../../src/domain/Limits.ts"
import { message, okResponse } from "../../src/domain/Message.ts"
import { emptyMap, map, type SampValue } from "../../src/domain/SampValue.ts"
import { readAsked } from "../../src/domain/StandardProfile.ts"
import { readWebAsked } from "../../src/domain/WebProfile.ts"
import { archive, type Guest, Table } from "../support/Table.ts"
import { limited } from "../support/webTable.ts"

const key = PrivateKey("k")

const read = (name: string, ...params: ReadonlyArray<SampValue>): unknown => {
  const asked = readWebAsked({ method: `samp.webhub.${name}`, params })
  if (Result.isFailure(asked)) return `fault: ${asked.failure.reason}`
  return asked.success._tag === "Operation" ? asked.success.operation : asked.success
}

describe("methods", () => {
  const hello = message("a.b")

  it("WEB-05, WEB-22, WEB-25 are those of the Standard Profile behind another prefix", () => {
    const operations: ReadonlyArray<readonly [string, ReadonlyArray<SampValue>, Operation]> = [
      ["unregister", ["k"], { _tag: "Unregister", key }],
      ["declareMetadata", ["k", emptyMap], { _tag: "DeclareMetadata", key, metadata: emptyMap }],
      ["getMetadata", ["k", "c1"], { _tag: "GetMetadata", key, id: ClientId("c1") }],
      ["declareSubscriptions", ["k", emptyMap], {
        _tag: "DeclareSubscriptions",
        key,
        subscriptions: emptyMap
      }],
      ["getSubscriptions", ["k", "c1"], { _tag: "GetSubscriptions", key, id: ClientId("c1") }],
      ["getRegisteredClients", ["k"], { _tag: "GetRegisteredClients", key }],
      ["getSubscribedClients", ["k", "a.b"], { _tag: "GetSubscribedClients", key, mtype: "a.b" }],
      ["notify", ["k", "c1", hello], { _tag: "Notify", key, recipient: ClientId("c1"), message: hello }],
      ["notifyAll", ["k", hello], { _tag: "NotifyAll", key, message: hello }],
      ["call", ["k", "c1", "t", hello], {
        _tag: "Call",
        key,
        recipient: ClientId("c1"),
        tag: "t",
        message: hello
      }],
      ["callAll", ["k", "t", hello], { _tag: "CallAll", key, tag: "t", message: hello }],
      ["callAndWait", ["k", "c1", hello, "7"], {
        _tag: "CallAndWait",
        key,
        recipient: ClientId("c1"),
        message: hello,
        timeoutSeconds: 7
      }],
      ["reply", ["k", "m1", okResponse()], {
        _tag: "Reply",
        key,
        msgId: MessageId("m1"),
        response: okResponse()
      }]
    ]
    for (const [name, params, operation] of operations) {
      assert.deepStrictEqual(read(name, ...params), operation, name)
      for (const wrong of [params.slice(1), [...params, ""], params.map(() => ["list"])]) {
        assert.strictEqual(read(name, ...wrong), "fault: Malformed", name)
      }
      const standard = readAsked({ method: `samp.hub.${name}`, params })
      assert.deepStrictEqual(standard, Result.succeed({ _tag: "Operation", operation }), name)
    }
  })

  it("WEB-05 of one profile are unknown to the other", () => {
    for (
      const method of ["samp.hub.ping", "ping", "samp.webhub.", "samp.webhub.toString", "x-samp.hub.stop"]
    ) {
      const asked = readWebAsked({ method, params: [] })
      assert.strictEqual(Result.isFailure(asked) && asked.failure.reason, "UnknownMethod", method)
    }
    const asked = readAsked({ method: "samp.webhub.ping", params: [] })
    assert.strictEqual(Result.isFailure(asked) && asked.failure.reason, "UnknownMethod")
  })

  it("WEB-20, WIRE-113 ping takes no argument, or a key", () => {
    assert.deepStrictEqual(read("ping"), { _tag: "Ping" })
    assert.deepStrictEqual(read("ping", "k"), { _tag: "Ping", key })
    assert.strictEqual(read("ping", emptyMap), "fault: Malformed")
    assert.strictEqual(read("ping", "k", "l"), "fault: Malformed")
  })

  it("WEB-10, WEB-11, WEB-12, WEB-21, WIRE-114 register takes a map with a name, of drafts the name alone, and counts if asked", () => {
    const named = { _tag: "Register", name: "My page", counts: false }
    assert.deepStrictEqual(read("register", map({ "samp.name": "My page", "x": emptyMap })), named)
    assert.deepStrictEqual(read("register", "My page"), named)
    assert.deepStrictEqual(
      read("register", map({ "samp.name": "My page", "x-samp.acknowledges": "1" })),
      { ...named, counts: true }
    )
    for (
      const bad of [emptyMap, map({ "samp.name": emptyMap }), map({ "samp.name": " " }), "", ["My page"]]
    ) {
      assert.strictEqual(read("register", bad), "fault: Malformed")
    }
    assert.strictEqual(read("register"), "fault: Malformed")
    assert.strictEqual(read("register", map({ "samp.name": "x" }), "more"), "fault: Malformed")
  })

  it("WEB-11, WEB-67 a name is cut where no name of a page goes on, and line ends in it are blanks", () => {
    const long = read("register", "n".repeat(100_000))
    assert.deepInclude(long, { name: `${"n".repeat(199)}...` })
    assert.deepInclude(read("register", " two\r\nlines\t"), { name: "two lines" })
  })

  it("WEB-23, DT-10 allowReverseCallbacks takes a SAMP boolean; what is none is false", () => {
    for (const [word, allow] of [["1", true], ["0", false], ["+00", false], ["2", true], ["true", false]]) {
      const operation = { _tag: "AllowReverseCallbacks", key, allow }
      assert.deepStrictEqual(read("allowReverseCallbacks", "k", String(word)), operation, String(word))
    }
    assert.strictEqual(read("allowReverseCallbacks", "k"), "fault: Malformed")
  })

  it("WEB-24 pullCallbacks takes whole seconds, and from a client that counts the serial of what it has", () => {
    const pull = { _tag: "PullCallbacks", key, timeoutSeconds: 600 }
    assert.deepStrictEqual(read("pullCallbacks", "k", "600"), pull)
    assert.deepStrictEqual(read("pullCallbacks", "k", "-1"), { ...pull, timeoutSeconds: -1 })
    assert.deepStrictEqual(read("pullCallbacks", "k", "9".repeat(30)), { ...pull, timeoutSeconds: Infinity })
    assert.deepStrictEqual(read("pullCallbacks", "k", "600", "17"), { ...pull, serial: 17 })
    for (const bad of [["k"], ["k", "soon"], ["k", "1.5"], ["k", "600", "last"], ["k", "600", "1", "2"]]) {
      assert.strictEqual(read("pullCallbacks", ...bad), "fault: Malformed", bad.join())
    }
  })

  it("WEB-26 setXmlrpcCallback is not one of them", () => {
    for (const name of ["setXmlrpcCallback", "setCallback"]) {
      assert.strictEqual(read(name, "k", "http://127.0.0.1:1/"), "fault: UnknownMethod")
    }
  })
})

describe("registration", () => {
  it("WEB-10, WEB-53 tells ids, key, and a translator whose token is not the key", () => {
    const table = new Table()
    const [guest, info] = table.enter()
    assert.deepStrictEqual(
      info,
      map({
        "samp.hub-id": "hub",
        "samp.self-id": guest.id,
        "samp.private-key": guest.key,
        "samp.url-translator": "http://127.0.0.1:21012/proxied/TOKEN-1?",
        "x-samp.url-publisher": "http://127.0.0.1:21012/published/TOKEN-1"
      })
    )
    const [, counting] = table.enter({ counts: true })
    assert.strictEqual(counting instanceof Map && counting.get("x-samp.acknowledges"), "1")
  })

  it("WEB-53 a token finds its client as long as that is there; a key is no token", () => {
    const table = new Table()
    const [guest] = table.enter()
    assert.strictEqual(clientByToken(table.state, "TOKEN-1")?.id, guest.id)
    for (const wrong of [guest.key, "", "TOKEN-2"]) assert.isUndefined(clientByToken(table.state, wrong))
    table.ask(guest, { _tag: "Unregister" })
    assert.isUndefined(clientByToken(table.state, "TOKEN-1"))
    assert.strictEqual(
      table.ask({ ...guest, key: PrivateKey("TOKEN-1") }, { _tag: "Ping" }),
      "fault: UnknownKey"
    )
  })

  it("EVT-01, EVT-03, WEB-25 is told to the others, whatever their profile, and so is its end", () => {
    const table = new Table()
    const desktop = table.callable("samp.hub.event.*")
    const page = table.page(["samp.hub.event.*"])
    table.take(page)
    const other = table.page()
    table.ask(other, { _tag: "Unregister" })
    const seen = ["register", "subscriptions", "unregister"].map((name) => `samp.hub.event.${name}`)
    assert.deepStrictEqual(table.heard(desktop).slice(-3), seen)
    assert.deepStrictEqual(table.take(page), seen.map((mtype) => `Notification ${mtype}`))
  })
})

describe("private keys", () => {
  const asks = (table: Table, guest: Guest) => table.ask(guest, { _tag: "GetRegisteredClients" })

  it("P12, WEB-64 of a page work on pages of its origin only, and not in the Standard Profile", () => {
    const table = new Table()
    const [page] = table.enter()
    const [program] = table.enter({ origin: "" })
    assert.isArray(asks(table, page))
    assert.isArray(asks(table, { ...page, page: { origin: archive } }))
    const elsewhere = [{ origin: "https://evil.example" }, { origin: "" }, { origin: `${archive}:8443` }]
    for (const from of elsewhere) {
      assert.strictEqual(asks(table, { ...page, page: from }), "fault: UnknownKey", from.origin)
      assert.deepInclude(table.outputs.at(-2), { _tag: "Misused", id: page.id, origin: from.origin })
    }
    assert.strictEqual(asks(table, { id: page.id, key: page.key }), "fault: UnknownKey")
    assert.deepInclude(table.outputs.at(-2), { _tag: "Misused", id: page.id, origin: undefined })
    assert.strictEqual(asks(table, { ...program, page: { origin: archive } }), "fault: UnknownKey")
    assert.isArray(asks(table, program))
  })

  it("P12, WEB-64 of a Standard Profile client do not work on pages", () => {
    const table = new Table()
    const one = table.sender()
    for (const origin of ["", archive]) {
      assert.strictEqual(asks(table, { ...one, page: { origin } }), "fault: UnknownKey")
    }
    assert.isArray(asks(table, one))
  })

  it("WEB-64, REG-01 are needed for all but ping and register", () => {
    const table = new Table()
    const nobody = { id: ClientId("c9"), key: PrivateKey("KEY-9"), page: { origin: archive } }
    const asked: ReadonlyArray<Parameters<Table["ask"]>[1]> = [
      { _tag: "Unregister" },
      { _tag: "PullCallbacks", timeoutSeconds: 1 },
      { _tag: "AllowReverseCallbacks", allow: true },
      { _tag: "DeclareMetadata", metadata: emptyMap },
      { _tag: "NotifyAll", message: message("table.x") },
      { _tag: "Reply", msgId: MessageId("m"), response: okResponse() },
      { _tag: "Ping" }
    ]
    for (const operation of asked) assert.strictEqual(table.ask(nobody, operation), "fault: UnknownKey")
    assert.strictEqual(
      table.answerIn(table.operate({ _tag: "Ping" }, { origin: archive }), table.lastRequest),
      ""
    )
  })

  it("P12, DLV-16 a page cannot answer a call that went to another client", () => {
    const table = new Table()
    const [one, two] = [table.page(["table.*"]), table.page(["table.*"])]
    const msgId = MessageId(String(
      table.ask(two, { _tag: "Call", recipient: one.id, tag: "t", message: message("table.x") })
    ))
    assert.strictEqual(
      table.ask(two, { _tag: "Reply", msgId, response: okResponse() }),
      "fault: UnknownMessage"
    )
    assert.strictEqual(table.ask(one, { _tag: "Reply", msgId, response: okResponse() }), "")
  })
})

describe("how much web clients make the hub keep", () => {
  it("WEB-67 is bounded by their number, in all and of one origin", () => {
    const table = limited({ webClients: 4, webClientsPerOrigin: 3 })
    const first = Array.from({ length: 3 }, () => table.enter()[0])
    assert.strictEqual(table.enter()[1], "fault: Limit")
    assert.instanceOf(table.enter({ origin: "https://other.example" })[1], Map)
    assert.strictEqual(table.enter({ origin: "https://third.example" })[1], "fault: Limit")
    assert.isNotEmpty(table.sender().id, "the Standard Profile has room")
    for (const page of first) table.ask(page, { _tag: "Unregister" })
    assert.instanceOf(table.enter()[1], Map)
  })

  it("WEB-67 the page of an origin that was quiet longest makes room for a new one, if it was for a minute", () => {
    const table = limited({ webClientsPerOrigin: 3 })
    const pulling = table.page()
    table.pull(pulling, 3600)
    const [forgotten] = table.enter()
    const to = table.callable("table.x")
    const [waiting] = table.enter()
    const wait = { recipient: to.id, message: message("table.x"), timeoutSeconds: 0 }
    table.ask(waiting, { _tag: "CallAndWait", ...wait })
    table.now += 59_000
    assert.strictEqual(table.enter()[1], "fault: Limit")
    table.now += 1_000
    assert.instanceOf(table.enter()[1], Map)
    assert.strictEqual(table.ask(forgotten, { _tag: "Ping" }), "fault: UnknownKey")
    table.now += 59_000
    assert.strictEqual(table.enter()[1], "fault: Limit", "who pulls or waits is not quiet")
    for (const page of [pulling, waiting]) assert.strictEqual(table.ask(page, { _tag: "Ping" }), "")
  })

  it("WEB-67 is bounded in what they declare of themselves, and in msg-tags", () => {
    const table = new Table()
    const page = table.page(["table.*"])
    const desktop = table.callable("table.x")
    const long = "x".repeat(300_000)
    const metadata = map({ "samp.name": long })
    assert.strictEqual(table.ask(page, { _tag: "DeclareMetadata", metadata }), "fault: Limit")
    const subscriptions = map({ "a.b": map({ long }) })
    assert.strictEqual(table.ask(page, { _tag: "DeclareSubscriptions", subscriptions }), "fault: Limit")
    assert.strictEqual(
      table.ask(desktop, { _tag: "DeclareMetadata", metadata }),
      "",
      "desktop programs are trusted"
    )
    const target = { recipient: desktop.id, message: message("table.x") }
    assert.strictEqual(table.ask(page, { _tag: "Call", tag: long, ...target }), "fault: Limit")
    assert.strictEqual(
      table.ask(page, { _tag: "CallAll", tag: long, message: target.message }),
      "fault: Limit"
    )
    assert.match(String(table.ask(page, { _tag: "Call", tag: "x".repeat(1_024), ...target })), /^m/u)
    assert.deepStrictEqual(
      table.ask(page, { _tag: "GetSubscriptions", id: page.id }),
      map({ "table.*": emptyMap })
    )
  })

  it("WEB-67 is bounded in what all together declare, of which everybody has a share", () => {
    const table = limited({ webDeclaredBytesInAll: 100_000 })
    const pages = Array.from({ length: 5 }, () => table.page())
    const declare = (page: Guest | undefined, length: number): unknown =>
      page === undefined
        ? undefined
        : table.ask(page, { _tag: "DeclareMetadata", metadata: map({ "samp.name": "x".repeat(length) }) })
    const [first, second, third] = pages
    assert.strictEqual(declare(first, 60_000), "")
    assert.strictEqual(declare(second, 60_000), "fault: Limit", "more than is left")
    for (const page of pages.slice(1)) assert.strictEqual(declare(page, 15_000), "", "a share")
    assert.strictEqual(declare(third, 30_000), "fault: Limit")
    const subscriptions = map({ "a.b": map({ long: "x".repeat(15_000) }) })
    assert.strictEqual(
      table.ask(third ?? table.page(), { _tag: "DeclareSubscriptions", subscriptions }),
      "fault: Limit",
      "both count"
    )
    assert.strictEqual(declare(first, 10), "")
    assert.strictEqual(declare(third, 30_000), "", "there is room again")
    assert.strictEqual(declare(table.callable(), 200_000), "", "desktop programs are trusted")
  })

  it("WEB-67, DLV-15 is bounded in the calls that all together have open, of which everybody has a share", () => {
    const table = limited({ openCallsOfWebClients: 9 })
    const [one, two, three] = [table.page(), table.page(), table.page()]
    const desktop = table.callable("table.x")
    const calls = (from: Guest, count: number): number =>
      Array.from(
        { length: count },
        () => table.ask(from, { _tag: "Call", tag: "t", recipient: desktop.id, message: message("table.x") })
      ).filter((answer) => answer !== "fault: Limit").length
    assert.strictEqual(calls(one, 20), 9)
    assert.strictEqual(calls(two, 20), 3)
    assert.strictEqual(calls(three, 20), 3)
    assert.strictEqual(calls(table.callable(), 20), 20, "desktop programs are trusted")
    table.ask(one, { _tag: "Unregister" })
    assert.strictEqual(calls(two, 20), 3)
  })

  it("WEB-67, DLV-15 is bounded in the calls that they have open", () => {
    const table = limited({ openCallsPerWebClient: 2, openCallsPerSender: 9 })
    const page = table.page()
    const desktop = table.callable("table.x")
    const call = (from: Guest) =>
      table.ask(from, { _tag: "Call", tag: "t", recipient: desktop.id, message: message("table.x") })
    assert.notStrictEqual(call(page), "fault: Limit")
    assert.notStrictEqual(call(page), "fault: Limit")
    assert.strictEqual(call(page), "fault: Limit")
    const sender = table.callable()
    for (let i = 0; i < 9; i++) assert.notStrictEqual(call(sender), "fault: Limit")
  })

  it("WEB-67 nothing of them is kept when they have gone", () => {
    const empty = JSON.stringify(new Table().state.clients)
    const table = new Table()
    for (let i = 0; i < 50; i++) {
      const page = table.page(["table.*"])
      const from = table.sender()
      table.ask(from, { _tag: "Notify", recipient: page.id, message: message("table.x") })
      table.ask(from, { _tag: "Unregister" })
      if (i % 2 === 0) table.ask(page, { _tag: "Unregister" })
    }
    table.pass(defaults.pullGraceMs)
    assert.strictEqual(JSON.stringify(table.state.clients), empty)
    for (const kept of [table.state.keys, table.state.tokens]) assert.strictEqual(JSON.stringify(kept), empty)
  })
})
