/** What the monitor knows after events. */
import { assert, describe, it } from "@effect/vitest"
import * as Equal from "effect/Equal"
import {
  changes,
  initial,
  isPingable,
  keptMessages,
  type Model,
  type MonitorEvent,
  rate,
  update
} from "../../src/apps/cli/monitor/Model.ts"
import { ClientId, MessageId } from "../../src/domain/Identifiers.ts"
import { map } from "../../src/domain/SampValue.ts"
import { begin, connected, registered, sent, tracked } from "./monitorParts.ts"

const after = (...events: ReadonlyArray<MonitorEvent>): Model => events.reduce(update, initial(begin, true))
const a = ClientId("a")

describe("the monitor's model", () => {
  it("keeps clients in the order of their arrival, and what was seen of them when they change", () => {
    const model = after(
      registered(tracked("hub", "Hub")),
      registered(tracked("a", "A", "x")),
      registered(tracked("b")),
      sent("m", "a"),
      { _tag: "Pinged", at: begin, id: a, outcome: { _tag: "Answered", ms: 3 } },
      { _tag: "ClientChanged", at: begin + 9_000, client: tracked("a", "A2", "x", "y") },
      { _tag: "ClientLeft", at: begin, client: tracked("b") }
    )
    assert.deepStrictEqual([...model.clients.keys()].map(String), ["hub", "a"])
    const client = model.clients.get(a)
    assert.include(client, { name: "A2", since: begin, messages: 1 })
    assert.deepStrictEqual(client?.ping, { _tag: "Answered", ms: 3 })
    assert.strictEqual(client?.subscriptions.size, 2)
  })

  it("counts messages, and keeps the latest of them", () => {
    const many = Array.from({ length: keptMessages + 7 }, (_, i) => sent(`m.n${i}`, "a"))
    const model = after(
      registered(tracked("a", "A")),
      ...many,
      sent("c", "a", map({ k: "v" }), begin, "id-1")
    )
    assert.lengthOf(model.messages, keptMessages)
    assert.strictEqual(model.messages[0]?.number, 9)
    assert.include(model.messages.at(-1), {
      number: keptMessages + 8,
      mtype: "c",
      kind: "call",
      msgId: MessageId("id-1"),
      senderName: "A",
      summary: "k=v"
    })
    assert.include(model, { notifications: keptMessages + 7, calls: 1 })
    assert.strictEqual(model.clients.get(a)?.messages, keptMessages + 8)
    assert.strictEqual(update(model, { _tag: "MessagesLost", at: begin, count: 4 }).lost, 4)
  })

  it("CLI-19 gives messages the name that their sender tells later, but not one of another hub's client", () => {
    const early = after(sent("m", "a"), registered(tracked("a")), {
      _tag: "ClientChanged",
      at: begin,
      client: tracked("a", "A")
    })
    assert.strictEqual(early.messages[0]?.senderName, "A")
    assert.strictEqual(early.clients.get(a)?.messages, 1)
    const another = after(
      sent("m", "a"),
      { ...connected, at: begin + 5 },
      registered(tracked("a", "New"), begin + 6)
    )
    assert.strictEqual(another.messages[0]?.senderName, "")
    assert.strictEqual(another.clients.get(a)?.messages, 0)
  })

  it("the selection goes to a neighbour when its client leaves, and off the screen that shows it", () => {
    const three = after(...["a", "b", "c"].map((id) => registered(tracked(id))))
    const left = (id: string): Model =>
      update({ ...three, client: ClientId(id), screen: "client" }, {
        _tag: "ClientLeft",
        at: begin,
        client: tracked(id)
      })
    assert.include(left("b"), { client: ClientId("c"), screen: "overview" })
    assert.include(left("c"), { client: ClientId("b") })
    assert.strictEqual(
      update({ ...three, client: a }, { _tag: "ClientLeft", at: begin, client: tracked("c") }).client,
      a
    )
  })

  it("tells messages a second, of the last seconds only", () => {
    const tick = (at: number): MonitorEvent => ({ _tag: "Tick", at })
    const ten = Array.from({ length: 10 }, (_, i) => sent("m", "a", map({}), begin + i * 100))
    assert.strictEqual(rate(after(...ten), 5), 10)
    assert.strictEqual(rate(after(...ten, tick(begin + 4_000)), 5), 2.5)
    assert.strictEqual(rate(after(...ten, tick(begin + 10_000)), 5), 0)
    assert.strictEqual(rate(after(...ten, tick(begin + 20_000)), 60), 0.5)
    const day = Array.from({ length: 200 }, (_, i) => sent("m", "a", map({}), begin + i * 1_000))
    assert.isAtMost(after(...day).seconds.length, 61)
  })

  it("APP-01, SUB-04 a client takes pings if any of its patterns does", () => {
    for (const pattern of ["samp.app.ping", "samp.app.*", "samp.*", "*"]) {
      assert.isTrue(isPingable(tracked("a", "", pattern)), pattern)
    }
    for (const pattern of ["samp.app", "samp.app.event.*", "ping"]) {
      assert.isFalse(isPingable(tracked("a", "", pattern)), pattern)
    }
  })

  it("what differs between two lists is who left, who came, and who changed", () => {
    const list = (...clients: ReadonlyArray<ReturnType<typeof tracked>>) =>
      new Map(clients.map((client) => [client.id, client]))
    const before = list(tracked("a", "A"), tracked("b", "B"), tracked("c", "C", "x"))
    const now = list(tracked("b", "B"), tracked("c", "C", "y"), tracked("d"))
    const found = changes(before, now, Equal.equals, begin)
    assert.deepStrictEqual(
      found.map((event) => `${event._tag} ${"client" in event ? event.client.id : ""}`),
      ["ClientLeft a", "ClientChanged c", "ClientRegistered d"]
    )
    assert.deepStrictEqual(changes(now, now, Equal.equals, begin), [])
  })
})
