/** The shim's Connector: registration for pages. */
import { assert, describe, it, vi } from "@effect/vitest"
import { samp } from "../../../src/sampjs.ts"
import { eventually } from "../../support/eventually.ts"
import { askedOf, atEnd, begin, type Node, placeDocument, placeHub, registered } from "./world.ts"

/** A connector that ends with the test, and what it tells. */
const connecting = (...args: ConstructorParameters<typeof samp.Connector>) => {
  const connector = new samp.Connector(...args)
  const told: Array<string> = []
  connector.onreg = (connection) => void told.push(`on ${connection === connector.connection}`)
  connector.onunreg = () => void told.push(`off ${connector.connection === null}`)
  atEnd(() => connector.unregister())
  return { connector, told }
}

describe("Connector", () => {
  it("META-01, WEB-30 declares metadata, readies its client, and subscribes when that can be called", async () => {
    const { hub } = await begin()
    const tracker = new samp.ClientTracker()
    const subs = { "a.b": {} }
    const { connector, told } = connecting("page", { "samp.name": "Page" }, tracker, subs)
    connector.register()
    await eventually(() => hub.calls("declareSubscriptions").length === 1)
    const order = askedOf(hub).map((call) => call.replace(/\(.*/u, ""))
    assert.deepStrictEqual(order.slice(0, 4).sort(), [
      "allowReverseCallbacks",
      "declareMetadata",
      "getRegisteredClients",
      "register"
    ])
    assert.deepStrictEqual(
      askedOf(hub).findLast((call) => call.startsWith("declareSub")),
      "declareSubscriptions({\"a.b\":{}})"
    )
    assert.isBelow(order.indexOf("allowReverseCallbacks"), order.indexOf("declareSubscriptions"))
    assert.strictEqual(tracker.connection, connector.connection)
    assert.deepStrictEqual(told, ["on true"])
  })

  it("declares nothing that it has not been given", async () => {
    const { hub } = await begin()
    const { connector, told } = connecting("page", null, null, null)
    connector.register()
    await eventually(() => told.length === 1)
    await new Promise<void>((resolve) => connector.connection?.ping([], () => resolve()))
    assert.deepStrictEqual(askedOf(hub).map((call) => call.replace(/\(.*/u, "")), ["register", "ping"])
  })

  it("takes a client without subscriptions, which hears of responses only", async () => {
    const { hub } = await begin()
    const { connector } = connecting("page", null, new samp.CallableClient(), null)
    connector.register()
    await eventually(() => hub.waiting === 1)
    await new Promise<void>((resolve) => connector.connection?.ping([], () => resolve()))
    assert.strictEqual(hub.calls("declareSubscriptions").length, 0)
    assert.isOk(connector.connection)
  })

  it("takes a client that has receiveNotification only", async () => {
    const { hub } = await begin()
    const got: Array<string> = []
    const receiveNotification = (sender: string): void => void got.push(sender)
    const { connector } = connecting("page", null, { receiveNotification }, { "samp.hub.event.register": {} })
    connector.register()
    await eventually(() => hub.client("c1")?.subscriptions.size === 1 && hub.waiting === 1)
    await registered("another")
    await eventually(() => got.length === 1)
    assert.deepStrictEqual(got, ["hub"])
  })

  it("WIRE-113 knows when the connection is closed, by whomever", async () => {
    const { hub } = await begin()
    const { connector, told } = connecting("page")
    connector.register()
    await eventually(() => told.length === 1)
    hub.forget("c1")
    connector.connection?.getRegisteredClients([])
    await eventually(() => told.length === 2)
    assert.deepStrictEqual([told, connector.connection], [["on true", "off true"], null])
    connector.unregister()
    assert.strictEqual(told.length, 2)
  })

  it("closes the connection that it had when it gets another", async () => {
    const { hub } = await begin()
    const { connector, told } = connecting("page")
    const [first, second] = [await registered(), await registered()]
    connector.setConnection(first)
    connector.setConnection(second)
    await eventually(() => hub.registered.length === 1)
    assert.deepStrictEqual([first.closed, second.closed, connector.connection === second], [
      true,
      false,
      true
    ])
    assert.deepStrictEqual(told, ["on true", "off true", "off true", "on true"])
  })

  it("goes on when what a page has given throws", async () => {
    await begin()
    const error = vi.spyOn(console, "error").mockReturnValue()
    const connector = new samp.Connector("page")
    connector.onreg = connector.onunreg = () => {
      throw new Error("oh")
    }
    connector.register()
    await eventually(() => Boolean(connector.connection) && error.mock.calls.length === 1)
    connector.unregister()
    assert.strictEqual(connector.connection, null)
  })
})

describe("runWithConnection", () => {
  const run = (connector: samp.Connector): Promise<string> =>
    new Promise((resolve) =>
      connector.runWithConnection(
        (connection) => resolve(String(connection.regInfo?.["samp.self-id"])),
        (error) => resolve(`error: ${error.toString()}`)
      )
    )

  it("registers when there is no connection, and takes the one there is while the hub knows it", async () => {
    const { hub } = await begin()
    const { connector } = connecting("page")
    assert.deepStrictEqual([await run(connector), await run(connector)], ["c1", "c1"])
    hub.forget("c1")
    assert.deepStrictEqual([await run(connector), await run(connector)], ["c2", "c2"])
    // sampjs has lost the name by then
    assert.deepStrictEqual(hub.calls("register").map(({ params }) => params[0]), [
      new Map([["samp.name", "page"], ["x-samp.acknowledges", "1"]]),
      new Map([["samp.name", "page"], ["x-samp.acknowledges", "1"]])
    ])
  })

  it("tells of a refusal, if somebody wants to know", async () => {
    const { hub } = await begin()
    hub.scripts.set("register", () => ({ fault: "the user said no" }))
    const { connector } = connecting("page")
    assert.match(await run(connector), /the user said no/u)
    connector.runWithConnection(() => assert.fail("there is no connection"))
    await eventually(() => hub.calls("register").length === 2)
    hub.scripts.clear()
    assert.strictEqual(await run(connector), "c1")
  })
})

describe("createRegButtons", () => {
  it("registers and unregisters, and says how it is", async () => {
    placeDocument()
    const { hub } = await begin()
    const { connector } = connecting("page")
    const all = connector.createRegButtons() as unknown as Node
    const [on, off] = all.all("button")
    const [status] = all.all("span")
    const state = () => [on?.attributes.has("disabled"), off?.attributes.has("disabled"), status?.text]
    assert.deepStrictEqual([on?.text, off?.text, on?.attributes.get("type")], [
      "Register",
      "Unregister",
      "button"
    ])
    assert.deepStrictEqual(state(), [false, true, "No"])
    on?.onclick?.()
    await eventually(() => status?.text === "Yes")
    assert.deepStrictEqual(state(), [true, false, "Yes"])
    off?.onclick?.()
    assert.deepStrictEqual(state(), [false, true, "No"])
    await eventually(() => hub.registered.length === 0)
    hub.scripts.set("register", () => ({ fault: "the user said no" }))
    on?.onclick?.()
    await eventually(() => status?.text.startsWith("no (") === true)
    assert.include(String(status?.text), "the user said no")
    hub.scripts.clear()
    connector.runWithConnection(() => {})
    await eventually(() => status?.text === "Yes")
    assert.deepStrictEqual(state(), [true, false, "Yes"])
  })

  it("says where it has no place", () => {
    assert.throws(() => new samp.Connector("page").createRegButtons(), /document/u)
  })
})

describe("onHubAvailability", () => {
  it("tells at once and again, and asks nothing while an answer is awaited", async () => {
    const { hub } = await begin()
    const seen: Array<boolean> = []
    const timer = new samp.Connector("page").onHubAvailability((isThere) => seen.push(isThere), 20)
    atEnd(() => clearInterval(timer))
    await eventually(() => seen.length >= 3)
    assert.isTrue(seen.every(Boolean))
    let answer = (): void => {}
    hub.scripts.set("ping", () => new Promise((resolve) => answer = () => resolve(undefined)))
    const asked = hub.calls("ping").length
    await eventually(() => hub.calls("ping").length > asked)
    const { length } = hub.calls("ping")
    await new Promise((resolve) => setTimeout(resolve, 200))
    assert.strictEqual(hub.calls("ping").length, length)
    hub.scripts.clear()
    placeHub(undefined)
    answer()
    await eventually(() => seen.includes(false))
    clearInterval(timer)
  })
})
