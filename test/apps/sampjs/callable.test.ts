/** The shim's callable clients, beside a hub that a test scripts. */
import { assert, describe, it, vi } from "@effect/vitest"
import type { PlainObject } from "../../../src/apps/facade/Plain.ts"
import { ClientId, MessageId } from "../../../src/domain/Identifiers.ts"
import { samp } from "../../../src/sampjs.ts"
import { eventually } from "../../support/eventually.ts"
import type { FakeHub } from "../../support/webHub.ts"
import { askedOf, begin, registered, sampMap } from "./world.ts"

/** A connected client. */
const connected = async <C extends samp.CallableClient>(client: C) => {
  const { hub } = await begin({ acknowledges: true })
  const connection = await registered()
  client.init(connection)
  await new Promise<void>((resolve) => connection.setCallable(client, resolve))
  return { hub, connection }
}

const message = (mtype: string, params: PlainObject = {}) =>
  sampMap({ "samp.mtype": mtype, "samp.params": params })

let calls = 0
/** What a call of the client is answered with. */
const answer = async (hub: FakeHub, mtype: string): Promise<unknown> => {
  const msgId = `m${++calls}`
  hub.push("c1", {
    _tag: "Call",
    sender: ClientId("c9"),
    msgId: MessageId(msgId),
    message: message(mtype, { x: "1" })
  })
  await eventually(() => hub.calls("reply").some(({ params }) => params[0] === msgId))
  const text = askedOf(hub).findLast((call) => call.startsWith(`reply("${msgId}", `)) ?? ""
  return JSON.parse(text.slice(`reply("${msgId}", `.length, -1))
}

const event = (hub: FakeHub, name: string, params: PlainObject): void =>
  hub.push("c1", {
    _tag: "Notification",
    sender: ClientId("hub"),
    message: message(`samp.hub.${name}`, params)
  })

describe("CallableClient", () => {
  it("CLI-02, RSP-01 responds with what its handlers return", async () => {
    const client = new samp.CallableClient()
    const { hub } = await connected(client)
    const seen: Array<unknown> = []
    client.callHandler["a.object"] = (...args) => {
      seen.push(...args)
      return { text: ["x"] }
    }
    client.callHandler["a.nothing"] = () => {}
    client.callHandler["a.count"] = (() => 7) as never // as arrow functions do that are not meant to return anything
    const ok = (result: PlainObject) => ({ "samp.status": "samp.ok", "samp.result": result })
    assert.deepStrictEqual(await answer(hub, "a.object"), ok({ text: ["x"] }))
    assert.deepStrictEqual(seen, ["c9", { "samp.mtype": "a.object", "samp.params": { x: "1" } }, true])
    assert.deepStrictEqual(await answer(hub, "a.nothing"), ok({}))
    assert.deepStrictEqual(await answer(hub, "a.count"), ok({}))
  })

  it("RSP-04, RSP-05, WIRE-119 responds also when there is no handler, it throws, or returns what cannot be sent", async () => {
    const client = new samp.CallableClient()
    const { hub } = await connected(client)
    vi.spyOn(console, "error").mockReturnValue()
    client.callHandler["a.throw"] = () => {
      throw new RangeError("too far")
    }
    client.callHandler["a.list"] = () => []
    client.callHandler["a.number"] = () => ({ deep: [{ n: 1 }] })
    const errors: Array<unknown> = []
    for (const mtype of ["a.throw", "a.list", "a.number"]) {
      const response = await answer(hub, mtype) as { readonly [key: string]: PlainObject | string }
      assert.strictEqual(response["samp.status"], "samp.error")
      errors.push((response["samp.error"] as PlainObject)["samp.errortxt"])
    }
    assert.deepStrictEqual(errors, [
      "RangeError: too far",
      "Error: a handler must return an object, not a list",
      "Error: deep: n: SAMP has strings, lists and maps, but no number: write String(1)"
    ])
    // MTypes that are names of what every object has
    for (const mtype of ["a.unknown", "constructor", "toString", "__proto__"]) {
      assert.deepStrictEqual(await answer(hub, mtype), {
        "samp.status": "samp.warning",
        "samp.result": {},
        "samp.error": { "samp.errortxt": "no action" }
      })
    }
    assert.strictEqual(vi.mocked(console.error).mock.calls.length, 3)
  })

  it("stays connected when the hub refuses a response", async () => {
    const client = new samp.CallableClient()
    const { connection, hub } = await connected(client)
    hub.scripts.set("reply", () => ({ fault: "that call is over" }))
    await answer(hub, "a.b")
    hub.scripts.clear()
    await answer(hub, "a.b")
    assert.deepStrictEqual([connection.closed, hub.registered], [false, ["c1"]])
  })

  it("hands on notifications and responses, and says whether somebody was there for them", () => {
    const client = new samp.CallableClient()
    const error = vi.spyOn(console, "error").mockReturnValue()
    const got: Array<unknown> = []
    client.callHandler["a.b"] = (...args) => void got.push(args)
    client.callHandler["a.bad"] = () => {
      throw new Error("oh")
    }
    client.replyHandler["t"] = (...args) => void got.push(args)
    client.replyHandler["bad"] = () => {
      throw new Error("oh")
    }
    const note = (mtype: string) => ({ "samp.mtype": mtype, "samp.params": {} })
    const response = { "samp.status": "samp.ok" }
    assert.deepStrictEqual([
      client.receiveNotification("c9", note("a.b")),
      client.receiveNotification("c9", note("a.bad")),
      client.receiveNotification("c9", note("a.c")),
      client.receiveResponse("c9", "t", response),
      client.receiveResponse("c9", "bad", response),
      client.receiveResponse("c9", "other", response)
    ], [true, true, false, true, false, false])
    assert.deepStrictEqual(got, [["c9", note("a.b"), false], ["c9", "t", response]])
    assert.strictEqual(error.mock.calls.length, 2)
    assert.deepStrictEqual(client.calculateSubscriptions(), { "a.b": {}, "a.bad": {} })
  })
})

describe("ClientTracker", () => {
  it("subscribes to the events of the hub, and to what else it is to handle", () => {
    const tracker = new samp.ClientTracker()
    tracker.callHandler["a.b"] = () => {}
    assert.deepStrictEqual(Object.keys(tracker.calculateSubscriptions()), [
      "samp.hub.event.shutdown",
      "samp.hub.disconnect",
      "samp.hub.event.register",
      "samp.hub.event.unregister",
      "samp.hub.event.metadata",
      "samp.hub.event.subscriptions",
      "a.b"
    ])
  })

  it("EVT-01, EVT-03, EVT-05, EVT-06 knows who is there, comes, tells of itself and leaves", async () => {
    const tracker = new samp.ClientTracker()
    const changes: Array<string> = []
    tracker.onchange = (id, change, data) => void changes.push(`${id} ${change} ${JSON.stringify(data)}`)
    const { hub } = await connected(tracker)
    await eventually(() => changes.length === 3)
    assert.deepStrictEqual(changes.splice(0).sort(), [
      "hub meta {\"samp.name\":\"Hub\"}",
      "hub subs {}",
      "null ids null"
    ])
    assert.deepStrictEqual([tracker.ids, tracker.getName("hub")], [{ hub: true }, "Hub"])
    event(hub, "event.register", { id: "c2" })
    event(hub, "event.metadata", { id: "c2", metadata: { "samp.name": "topcat" } })
    event(hub, "event.subscriptions", { id: "c2", subscriptions: { "table.*": {} } })
    await eventually(() => changes.length === 3)
    assert.deepStrictEqual(tracker.ids, { hub: true, c2: true })
    assert.deepStrictEqual(tracker.subs["c2"], { "table.*": {} })
    assert.deepStrictEqual([tracker.getName("c2"), tracker.getName("c3")], ["topcat", "[c3]"])
    event(hub, "event.unregister", { id: "c2" })
    await eventually(() => changes.length === 4)
    assert.deepStrictEqual(changes, [
      "c2 register null",
      "c2 meta {\"samp.name\":\"topcat\"}",
      "c2 subs {\"table.*\":{}}",
      "c2 unregister null"
    ])
    assert.deepStrictEqual([tracker.ids, Object.keys(tracker.metas)], [{ hub: true }, ["hub"]])
  })

  it("is right, and stays, when clients come and leave while it asks who is there", async () => {
    const tracker = new samp.ClientTracker()
    const { hub } = await begin({ acknowledges: true })
    const connection = await registered()
    let list = (): void => {}
    hub.scripts.set(
      "getRegisteredClients",
      () => new Promise((resolve) => list = () => resolve({ value: ["hub", "c2", "c3"] }))
    )
    hub.scripts.set("getMetadata", ({ params }) => params[0] === "c3" ? { fault: "gone" } : undefined)
    hub.scripts.set("getSubscriptions", ({ params }) => params[0] === "c3" ? { fault: "gone" } : undefined)
    let known = false
    tracker.onchange = (_, change) => known ||= change === "ids"
    tracker.init(connection)
    connection.setCallable(tracker)
    await eventually(() => hub.waiting === 1)
    event(hub, "event.register", { id: "c4" })
    event(hub, "event.unregister", { id: "c2" })
    await eventually(() => tracker.ids["c4"] === true)
    list()
    await eventually(() => known && hub.calls("getSubscriptions").length === 2)
    await eventually(() => tracker.metas["hub"] !== undefined && tracker.subs["hub"] !== undefined)
    assert.deepStrictEqual(Object.keys(tracker.ids).sort(), ["c3", "c4", "hub"])
    assert.deepStrictEqual([connection.closed, Object.keys(tracker.metas)], [false, ["hub"]])
  })

  it("forgets those who leave while it asks about them", async () => {
    const tracker = new samp.ClientTracker()
    const { hub } = await begin({ acknowledges: true })
    const connection = await registered()
    let tell = (): void => {}
    hub.scripts.set("getRegisteredClients", () => ({ value: ["c2"] }))
    hub.scripts.set(
      "getMetadata",
      () => new Promise((resolve) => tell = () => resolve({ value: sampMap({ "samp.name": "brief" }) }))
    )
    tracker.init(connection)
    connection.setCallable(tracker)
    await eventually(() => hub.waiting === 1 && hub.calls("getMetadata").length === 1)
    event(hub, "event.unregister", { id: "c2" })
    await eventually(() => tracker.ids["c2"] === undefined && hub.waiting === 1)
    tell()
    await new Promise<void>((resolve) => connection.ping([], () => resolve()))
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepStrictEqual([tracker.ids, tracker.metas, tracker.getName("c2")], [{}, {}, "[c2]"])
  })

  it.each(["event.shutdown", "disconnect"])("SHUT-01, EVT-02 closes on samp.hub.%s", async (name) => {
    const { connection, hub } = await connected(new samp.ClientTracker())
    event(hub, name, {})
    await eventually(() => connection.closed)
  })
})
