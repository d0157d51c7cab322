/** Pages that reach no hub, or not yet, and pages that are left. */
import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import { webCalls } from "../../../src/adapters/web/WebCalls.ts"
import { xmlCodec } from "../../../src/adapters/xml/XmlCodecFxp.ts"
import { hubUrls, reach } from "../../../src/apps/browser/Reaching.ts"
import { availability, Unreachable, watch } from "../../../src/browser.ts"
import { eventually } from "../../support/eventually.ts"
import { rejection } from "../promise/world.ts"
import { Begun, FakePage, reasonOf } from "./pages.ts"

const { end, page, start } = new Begun()
afterEach(end)

describe("P1 no hub for a page", () => {
  it("P1, WEB-01 says so when nothing listens, and when something else does", async () => {
    const hub = await start()
    hub.scripts.set("ping", () => ({ body: "<html>hello</html>" }))
    assert.strictEqual(await reasonOf(page(hub)), "not-a-hub")
    hub.scripts.set("ping", () => ({ body: "no", status: 404 }))
    assert.strictEqual(await reasonOf(page(hub)), "not-a-hub")
    hub.scripts.delete("ping")
    await hub.stop()
    assert.strictEqual(await reasonOf(page(hub)), "no-hub")
  })

  it("P1 says so when a hub takes a call and does not answer", async () => {
    const hub = await start()
    const { timeout } = AbortSignal
    const shortened = vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) =>
      timeout.call(AbortSignal, ms / 100)
    )
    try {
      hub.scripts.set("ping", () => new Promise(() => {}))
      assert.strictEqual(await reasonOf(page(hub)), "busy")
    } finally {
      shortened.mockRestore()
    }
  })

  it("WEB-20 takes a hub for one that faults on a ping, as DS9's does", async () => {
    const hub = await start()
    hub.scripts.set("ping", () => ({ fault: "unknown method" }))
    assert.strictEqual((await (await page(hub)).connected()).selfId, "c1")
  })

  it("WEB-13 tells what the hub says when the user says no, and does not come back unasked", async () => {
    const hub = await start()
    hub.scripts.set("register", () => ({ fault: "the user does not want it" }))
    const error = await rejection(page(hub))
    assert.instanceOf(error, Unreachable)
    assert.strictEqual(error.reason, "refused")
    assert.strictEqual(
      error.message,
      "The hub on your computer did not let this page in. It says: the user does not want it"
    )
    const patient = await page(hub, { whenNoHub: "wait" })
    assert.strictEqual((await patient.status())._tag, "Disconnected")
    hub.scripts.set("register", () => ({ fault: "the hub is busy with other questions" }))
    assert.strictEqual(await reasonOf(page(hub)), "busy")
    hub.scripts.delete("register")
    await patient.reconnect()
    await patient.connected()
  })

  it("P1 waits for a hub if it is told to, and tells why there is none", async () => {
    const hub = await start()
    await hub.stop()
    const client = await page(hub, { whenNoHub: "wait" })
    const status = await client.status()
    assert.isTrue(
      status._tag === "Searching" && status.why.startsWith("No SAMP hub for web pages is running")
    )
    await hub.start(hub.port)
    assert.strictEqual((await client.connected()).selfId, "c1")
  })

  it("P1 availability and watch look without registering", async () => {
    const hub = await start()
    const options = { url: hub.url, parseXml: xmlCodec.parse }
    assert.deepStrictEqual(await availability(options), { available: true, reason: undefined, text: "" })
    const controller = new AbortController()
    const seen: Array<unknown> = []
    const watching = (async () => {
      for await (const { reason } of watch({ ...options, signal: controller.signal })) seen.push(reason)
    })()
    await eventually(() => seen.length === 1)
    await hub.stop()
    await eventually(() => seen.length === 2)
    await hub.start(hub.port)
    await eventually(() => seen.length === 3)
    controller.abort()
    await watching
    assert.deepStrictEqual(seen, [undefined, "no-hub", undefined])
    assert.strictEqual(hub.calls("register").length, 0)
    const none = await availability({ ...options, url: "http://127.0.0.1:1/" })
    assert.strictEqual(none.reason, "no-hub")
    assert.match(none.text, /^No SAMP hub/u)
  })
})

describe("WEB-01 the two names of the machine", () => {
  const nobody = "http://127.0.0.1:1/"

  it("WEB-01 takes the first at which a hub answers", async () => {
    const hub = await start()
    assert.strictEqual(await reach(webCalls(), [nobody, hub.url]), hub.url)
    assert.strictEqual(await reach(webCalls(), [hub.url, nobody]), hub.url)
    assert.isTrue(hubUrls.every((url) => /^http:\/\/(?:127\.0\.0\.1|localhost):21012\/$/u.test(url)))
  })

  it("P1 does not try the second when the user has just closed the question for the first", async () => {
    const web = new FakePage()
    web.set("prompt")
    const tried: Array<string> = []
    vi.stubGlobal("fetch", async (url: string) => {
      tried.push(url)
      await new Promise((resolve) => setTimeout(resolve, 600))
      throw new TypeError("Failed to fetch")
    })
    assert.strictEqual(await reasonOf(reach(webCalls(), ["http://127.0.0.1:9/", nobody])), "dismissed")
    assert.deepStrictEqual(tried, ["http://127.0.0.1:9/"])
  })
})

describe("P1 a page that needs its user's leave", () => {
  it("P1 does not touch the hub before a click, but tells that it would ask", async () => {
    const hub = await start()
    const web = new FakePage()
    web.set("prompt")
    assert.strictEqual((await availability({ url: hub.url })).reason, "will-ask")
    assert.strictEqual(await reasonOf(page(hub)), "will-ask")
    assert.strictEqual(hub.asked.length, 0)
    web.isActive = true
    const client = await page(hub)
    assert.strictEqual((await client.status())._tag, "Connected")
  })

  it("P1 knows a question that was closed by the time that it took, and asks no second one", async () => {
    const hub = await start()
    const web = new FakePage()
    web.set("prompt")
    web.isActive = true
    for (const [ms, reason, tries] of [[600, "dismissed", 1], [0, "no-hub", 2]] as const) {
      let fetched = 0
      vi.stubGlobal("fetch", async () => {
        fetched++
        await new Promise((resolve) => setTimeout(resolve, ms))
        throw new TypeError("Failed to fetch")
      })
      assert.strictEqual(await reasonOf(page(hub)), reason)
      assert.strictEqual(fetched, tries) // the second one finds out whether anything listens
    }
  })

  it("P1 asks without a click if it is told to, and never when it is denied", async () => {
    const hub = await start()
    const web = new FakePage()
    web.set("prompt")
    await page(hub, { ask: "always" })
    web.set("denied")
    const before = hub.asked.length
    assert.strictEqual(await reasonOf(page(hub, { ask: "always" })), "denied")
    assert.strictEqual(hub.asked.length, before)
  })

  it("P1 waits for leave, and connects when it is given, or at a click", async () => {
    const hub = await start()
    const web = new FakePage()
    web.set("prompt")
    const client = await page(hub, { whenNoHub: "wait" })
    assert.strictEqual((await client.status())._tag, "Searching")
    web.set("granted")
    await client.connected()
    web.set("prompt")
    const other = await page(hub, { whenNoHub: "wait" })
    assert.strictEqual((await other.status())._tag, "Searching")
    web.isActive = true
    await other.reconnect()
    await other.connected()
  })

  it("P1 watch tells when leave is given, and looks for a hub only then", async () => {
    const hub = await start()
    const web = new FakePage()
    web.set("prompt")
    const seen: Array<unknown> = []
    for await (const { reason } of watch({ url: hub.url })) {
      seen.push(reason)
      if (reason === undefined) break
      assert.strictEqual(hub.asked.length, 0)
      web.set("granted")
    }
    assert.deepStrictEqual(seen, ["will-ask", undefined])
  })

  it("WEB-39 says goodbye when the page is left, in a request that outlives it, and comes back with it", async () => {
    const hub = await start()
    const web = new FakePage()
    const client = await page(hub)
    await eventually(() => hub.waiting === 1)
    const requests: Array<RequestInit | undefined> = []
    const original = fetch
    vi.stubGlobal("fetch", (url: string, init?: RequestInit) => {
      requests.push(init)
      return original(url, init)
    })
    web.turn("pagehide")
    assert.isTrue(requests[0]?.keepalive)
    await eventually(() => hub.registered.length === 0)
    await eventually(async () => (await client.status())._tag === "Disconnected")
    assert.strictEqual(hub.calls("register").length, 1)
    web.turn("pageshow")
    assert.strictEqual((await client.connected()).selfId, "c2")
    assert.strictEqual(hub.calls("unregister").length, 1)
    await client.close()
    assert.strictEqual(web.listeners.size, 0)
  })

  it("CLI-16 one that was told to stay away does so when its page is gone back to", async () => {
    const hub = await start()
    const web = new FakePage()
    const client = await page(hub)
    await client.disconnect()
    web.turn("pagehide")
    web.turn("pageshow")
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepStrictEqual(await client.status(), { _tag: "Disconnected", why: "it was told to" })
    assert.strictEqual(hub.calls("register").length, 1)
  })
})
