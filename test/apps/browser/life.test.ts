/** The life of a page's client: hubs that come, go, forget and refuse. */
import { afterEach, assert, describe, it } from "@effect/vitest"
import type { BrowserClient } from "../../../src/browser.ts"
import { ClientId, MessageId } from "../../../src/domain/Identifiers.ts"
import { map } from "../../../src/domain/SampValue.ts"
import { eventually } from "../../support/eventually.ts"
import { tagOf } from "../promise/world.ts"
import { Begun } from "./pages.ts"

const { end, page, start } = new Begun()
afterEach(end)

const statusesOf = (client: BrowserClient): Array<string> => {
  const tags: Array<string> = []
  void (async () => {
    for await (const one of client.statuses) {
      tags.push(one._tag === "Connected" ? one._tag : `${one._tag}: ${one.why}`)
    }
  })()
  return tags
}

describe("a page and the hub's life", () => {
  it("CLI-21, WEB-39 registers again when the hub is replaced, and declares everything anew", async () => {
    const hub = await start()
    const client = await page(hub, { metadata: { "my.key": "v" } })
    const tags = statusesOf(client)
    const got: Array<unknown> = []
    await client.bind("a.b", ({ params }) => void got.push(params["n"]), { annotation: { x: "1" } })
    await client.declareSubscriptions({ "my.own": {} })
    await hub.stop()
    await eventually(async () => (await client.status())._tag === "Searching")
    assert.strictEqual(await tagOf(client.ping()), "NotConnected")
    await client.declareMetadata({ "samp.name": "other" }) // declared when there is somebody to declare it to
    await hub.start(hub.port)
    const { selfId } = await client.connected()
    await eventually(() => hub.client(selfId)?.subscriptions.has("my.own") === true && hub.waiting === 1)
    assert.strictEqual(selfId, "c2")
    const declared = hub.client(selfId)
    assert.deepStrictEqual(declared?.metadata, map({ "samp.name": "other" }))
    assert.deepStrictEqual(declared?.subscriptions.get("a.b"), map({ x: "1" }))
    assert.isTrue(declared?.callable)
    const message = map({ "samp.mtype": "a.b", "samp.params": map({ n: "1" }) })
    hub.push(selfId, { _tag: "Notification", sender: ClientId("c9"), message })
    await eventually(() => got.length === 1)
    assert.deepStrictEqual([tags[0], tags.at(-1)], ["Connected", "Connected"])
    assert.match(tags[1] ?? "", /^Searching: the hub has gone: /u)
  })

  it("EVT-02 knows that a hub stops when it says so", async () => {
    const hub = await start()
    const client = await page(hub)
    hub.event("event.shutdown", map({}))
    await eventually(async () => (await client.status())._tag === "Searching")
    const status = await client.status()
    assert.propertyVal(status, "why", "the hub has shut down")
    assert.strictEqual(hub.calls("unregister").length, 0)
  })

  it("CLI-21 registers again when the hub has forgotten it", async () => {
    const hub = await start()
    const client = await page(hub)
    await eventually(() => hub.waiting === 1)
    hub.forget("c1")
    await eventually(() => hub.registered.includes("c2"))
    assert.strictEqual((await client.connected()).selfId, "c2")
  })

  it("CLI-21 notices by an operation that fails, even if nothing is pulled", async () => {
    const hub = await start()
    const client = await page(hub, { callable: false })
    assert.strictEqual(hub.calls("pullCallbacks").length, 0)
    assert.strictEqual(hub.calls("declareSubscriptions").length, 0)
    hub.forget("c1")
    assert.strictEqual(await tagOf(client.notifyAll("a.b")), "CallError")
    await eventually(() => hub.registered.includes("c2"))
  })

  it("CLI-16, EVT-04 stays away when it was ejected, until it is told to come back", async () => {
    const hub = await start()
    const client = await page(hub)
    const tags = statusesOf(client)
    hub.event("disconnect", map({ reason: "enough of you" }))
    await eventually(async () => (await client.status())._tag === "Disconnected")
    assert.deepStrictEqual(await client.status(), {
      _tag: "Disconnected",
      why: "the hub has disconnected this client: enough of you"
    })
    hub.forget("c1")
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.strictEqual(hub.calls("register").length, 1)
    await client.reconnect()
    assert.strictEqual((await client.connected()).selfId, "c2")
    await eventually(() => tags.filter((tag) => tag === "Connected").length === 2)
  })

  it("CLI-21 stays away from the next hub if it was told not to reconnect", async () => {
    const hub = await start()
    const client = await page(hub, { reconnect: false })
    hub.forget("c1")
    await eventually(async () => (await client.status())._tag === "Disconnected")
    assert.strictEqual(hub.calls("register").length, 1)
  })

  it("SHUT-05 calls that wait end when the hub goes without a word", async () => {
    const hub = await start()
    const client = await page(hub)
    hub.scripts.set("call", () => ({ value: "m1" }))
    hub.scripts.set("callAll", () => ({ value: map({ c8: "m1", c9: "m2" }) }))
    const one = tagOf(client.call("c9", "a.b"))
    const all = (async () => {
      const tags = []
      for await (const { error, responder } of client.callAll("a.b")) tags.push(`${responder} ${error?._tag}`)
      return tags
    })()
    await eventually(() => hub.calls("call").length === 1 && hub.calls("callAll").length === 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await hub.stop()
    assert.strictEqual(await one, "Disconnected")
    assert.deepStrictEqual(await all, ["c8 Disconnected", "c9 Disconnected"])
  })

  it("DLV-20, CLI-20 takes responses that come before the hub has said to whom a call went", async () => {
    const hub = await start()
    const client = await page(hub)
    const response = map({ "samp.status": "samp.ok", "samp.result": map({ x: "1" }) })
    const answer = (responder: string, tag: unknown) =>
      hub.push("c1", { _tag: "Response", responder: ClientId(responder), tag: String(tag), response })
    hub.scripts.set("call", async ({ params }) => {
      answer("c9", params[1])
      await new Promise((resolve) => setTimeout(resolve, 100))
      return { value: "m1" }
    })
    assert.deepStrictEqual((await client.call("c9", "a.b")).result, { x: "1" })
    hub.scripts.set("callAll", async ({ params }) => {
      answer("c8", params[0])
      await new Promise((resolve) => setTimeout(resolve, 100))
      setTimeout(() => answer("c9", params[0]), 50)
      return { value: map({ c8: "m1", c9: "m2" }) }
    })
    const responders = []
    for await (const { answer, responder } of client.callAll("a.b")) {
      responders.push([responder, answer?.result])
    }
    assert.deepStrictEqual(responders, [["c8", { x: "1" }], ["c9", { x: "1" }]])
  })

  it("DLV-20 tells of each that was called, even if the registration ends before they are named", async () => {
    const hub = await start()
    const client = await page(hub)
    hub.scripts.set("callAll", async () => {
      hub.event("event.shutdown", map({}))
      await eventually(async () => (await client.status())._tag === "Searching")
      return { value: map({ c8: "m1", c9: "m2" }) }
    })
    const told = []
    for await (const { error, responder } of client.callAll("a.b")) told.push([responder, error?._tag])
    assert.deepStrictEqual(told, [["c8", "Disconnected"], ["c9", "Disconnected"]])
  })

  it("RSP-09 replies once more when a reply was lost", async () => {
    const hub = await start()
    const client = await page(hub)
    await client.bind("a.b", () => ({ x: 1 }))
    let lost = 0
    hub.scripts.set("reply", () => lost++ < 2 ? "hang up" : undefined)
    hub.push("c1", {
      _tag: "Call",
      sender: ClientId("c9"),
      msgId: MessageId("m7"),
      message: map({ "samp.mtype": "a.b", "samp.params": map({}) })
    })
    await eventually(() => hub.calls("reply").length === 3)
    assert.deepStrictEqual(hub.calls("reply").at(-1)?.params, [
      "m7",
      map({ "samp.status": "samp.ok", "samp.result": map({ x: "1" }) })
    ])
  })

  it("CLI-19 asks again who is there when events may have got lost", async () => {
    const hub = await start()
    const client = await page(hub)
    await client.clients()
    hub.lose = 1
    const other = await page(hub, { name: "other" })
    const { selfId } = await other.connected()
    await eventually(async () => (await client.clients()).get(selfId)?.name === "other")
    assert.strictEqual(hub.lose, 0)
  })

  it("CLI-14 what others send under the hub's names changes nothing", async () => {
    const hub = await start()
    const client = await page(hub)
    const message = map({ "samp.mtype": "samp.hub.event.shutdown", "samp.params": map({}) })
    hub.push("c1", { _tag: "Notification", sender: ClientId("c9"), message })
    hub.push("c1", { _tag: "Notification", sender: ClientId("c9"), message })
    await eventually(() => hub.calls("pullCallbacks").length > 1 && hub.waiting === 1)
    assert.strictEqual((await client.status())._tag, "Connected")
  })

  it("WIRE-75 spares a Python hub patterns that cover each other", async () => {
    const hub = await start()
    hub.scripts.set(
      "getMetadata",
      ({ params }) => params[0] === "hub" ? { value: map({ "samp.name": "astropy SAMP hub" }) } : undefined
    )
    const client = await page(hub)
    await client.bind("table.*", () => undefined)
    await client.bind("table.load.votable", () => undefined)
    assert.isTrue(hub.client("c1")?.subscriptions.has("table.*"))
    assert.isFalse(hub.client("c1")?.subscriptions.has("table.load.votable"))
  })
})
