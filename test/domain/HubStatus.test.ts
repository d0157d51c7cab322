/** What a hub says of itself: what the state knows, and how it goes over the wire. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import {
  clientFacts,
  type HubStatus,
  naturally,
  readStatus,
  routed,
  writeStatus
} from "../../src/domain/HubStatus.ts"
import { message, okResponse } from "../../src/domain/Message.ts"
import { emptyMap, map, type SampValue } from "../../src/domain/SampValue.ts"
import { archive, Table } from "../support/Table.ts"

describe("what the state knows of its clients", () => {
  it("tells when they came and were last seen, without a client timeout to a second", () => {
    const table = new Table()
    table.now = 100
    const one = table.sender()
    table.now = 1_000
    table.ask(one, { _tag: "Ping" })
    assert.deepInclude(clientFacts(table.state)[0], { registeredAt: 100, lastSeen: 100 })
    table.now = 1_100
    table.ask(one, { _tag: "Ping" })
    assert.deepInclude(clientFacts(table.state)[0], { registeredAt: 100, lastSeen: 1_100 })
    const exact = new Table({ clientTimeoutMs: 60_000 })
    const other = exact.sender()
    exact.now = 7
    exact.ask(other, { _tag: "Ping" })
    assert.strictEqual(clientFacts(exact.state)[0]?.lastSeen, 7)
  })

  it("META-03 tells names, whether they are callable, and the calls they owe and await", () => {
    const table = new Table()
    const caller = table.sender()
    const callee = table.callable("a.b")
    table.ask(callee, { _tag: "DeclareMetadata", metadata: map({ "samp.name": "Callee" }) })
    table.ask(caller, { _tag: "Call", recipient: callee.id, tag: "t", message: message("a.b") })
    table.ask(caller, { _tag: "CallAll", tag: "t", message: message("a.b") })
    const rest = { registeredAt: 0, lastSeen: 0, queued: 0 }
    assert.deepStrictEqual(clientFacts(table.state), [
      { id: caller.id, name: "", callable: false, callsTo: 0, callsFrom: 2, ...rest },
      { id: callee.id, name: "Callee", callable: true, callsTo: 2, callsFrom: 0, ...rest }
    ])
  })

  it("WEB-14 tells the origin of pages, the name that they claimed until they declare one, and what waits for them", () => {
    const table = new Table()
    const [page] = table.enter({ name: "Claimed" })
    const [program] = table.enter({ name: "Script", origin: "" })
    table.ask(program, { _tag: "DeclareMetadata", metadata: map({ "samp.name": "Declared" }) })
    const pulling = table.page(["table.*"])
    table.ask(table.sender(), { _tag: "Notify", recipient: pulling.id, message: message("table.x") })
    const facts = clientFacts(table.state)
    assert.deepInclude(facts[0], { id: page.id, name: "Claimed", origin: archive, queued: 0 })
    assert.deepInclude(facts[1], { name: "Declared", origin: "" })
    assert.deepInclude(facts[2], { queued: 1, callable: true })
    assert.isUndefined(facts[3]?.origin)
  })

  it("HUB-10..15 counts what is accepted, once for each recipient, and nothing that is refused", () => {
    const table = new Table()
    const one = table.callable("a.b")
    const two = table.callable("a.b")
    const sender = table.callable()
    assert.deepStrictEqual(routed(table.state), { notifications: 0, calls: 0, replies: 0, openCalls: 0 })
    table.ask(sender, { _tag: "Notify", recipient: one.id, message: message("a.b") })
    table.ask(sender, { _tag: "Notify", recipient: one.id, message: message("not.subscribed") })
    table.ask(sender, { _tag: "NotifyAll", message: message("a.b") })
    table.ask(sender, { _tag: "CallAll", tag: "t", message: message("a.b") })
    table.ask(sender, { _tag: "CallAndWait", recipient: two.id, message: message("a.b"), timeoutSeconds: 0 })
    for (const callee of [one, two]) {
      const { msgId } = table.lastCall(callee)
      table.ask(callee, { _tag: "Reply", msgId, response: emptyMap })
      table.ask(callee, { _tag: "Reply", msgId, response: okResponse() })
      table.ask(callee, { _tag: "Reply", msgId, response: okResponse() })
    }
    assert.deepStrictEqual(routed(table.state), { notifications: 3, calls: 3, replies: 2, openCalls: 1 })
  })
})

const status: HubStatus = {
  product: "p",
  version: "1",
  url: "http://127.0.0.1:1/xmlrpc",
  pid: 7,
  started: "2026-01-01T00:00:00.000Z",
  uptime: 90,
  openCalls: 1,
  routed: { notifications: 1, calls: 2, replies: 3, failed: 4 },
  web: { _tag: "On", url: "http://127.0.0.1:2/" },
  clients: ["c2", "c10"].map((id, i) => ({
    id,
    ...i === 0 ? {} : { origin: "https://archive.example" },
    name: i === 0 ? "" : "__proto__",
    registered: "2026-01-01T00:00:01.000Z",
    age: 89,
    idle: i,
    callable: i === 0,
    callsTo: 5,
    callsFrom: 6,
    waiting: 7,
    trouble: i === 0 ? undefined : { text: "HTTP 500", at: "2026-01-01T00:00:02.000Z" }
  }))
}

describe("a status on the wire", () => {
  it("is read as it was written", () => {
    assert.deepStrictEqual(readStatus(writeStatus(status)), Result.succeed(status))
    const few: HubStatus = { ...status, pid: undefined, clients: [], web: { _tag: "Off", why: "it is" } }
    assert.deepStrictEqual(readStatus(writeStatus(few)), Result.succeed(few))
    const { web: _, ...older } = status
    assert.deepStrictEqual(readStatus(writeStatus(older)), Result.succeed(older))
  })

  it("DT-02 holds legal characters only, whatever an error said", () => {
    const [client] = status.clients
    const clients = client === undefined
      ? []
      : [{ ...client, trouble: { text: "caf\u00e9\n\u0007", at: "" } }]
    const read = readStatus(writeStatus({ ...status, clients }))
    assert.strictEqual(Result.getOrThrow(read).clients[0]?.trouble?.text, "caf???")
  })

  it("is not what another hub might answer, and needs no more than its clients and its start", () => {
    const foreign: ReadonlyArray<SampValue> = [
      "",
      [],
      emptyMap,
      map({ clients: emptyMap }),
      map({ started: "x" })
    ]
    for (const value of foreign) assert.isTrue(Result.isFailure(readStatus(value)))
    const least = Result.getOrThrow(readStatus(map({ started: "x", clients: map({ a: emptyMap, b: "c" }) })))
    assert.deepStrictEqual(least.clients.map(({ id, idle }) => [id, idle]), [["a", 0]])
    assert.strictEqual(least.routed.failed, 0)
  })

  it("is ordered as people count", () => {
    const ids = ["cli#10", "c10", "c2", "cli#9", "c", "c2b", "hub"]
    assert.deepStrictEqual(ids.sort(naturally), ["c", "c2", "c2b", "c10", "cli#9", "cli#10", "hub"])
    assert.strictEqual(naturally("c01", "c1"), -1)
    assert.strictEqual(naturally("a1", "a1"), 0)
  })
})
