/** One registration over the Web Profile, and taking callbacks, beside a hub that a test scripts. */
import { afterEach, assert, describe, it } from "@effect/vitest"
import { webCalls } from "../../../src/adapters/web/WebCalls.ts"
import { xmlCodec } from "../../../src/adapters/xml/XmlCodecFxp.ts"
import { pullAll, pullSeconds } from "../../../src/apps/browser/Pulling.ts"
import { register, type WebConnection } from "../../../src/apps/browser/WebConnection.ts"
import type { Delivery } from "../../../src/domain/HubOutput.ts"
import { ClientId, MessageId } from "../../../src/domain/Identifiers.ts"
import { map } from "../../../src/domain/SampValue.ts"
import { eventually } from "../../support/eventually.ts"
import { type FakeHub, fakeHub, type Manners, type Scripted } from "../../support/webHub.ts"

const call = webCalls(xmlCodec.parse)
const page = map({ "samp.name": "page" })

const notification = (n: number): Delivery => ({
  _tag: "Notification",
  sender: ClientId("c9"),
  message: map({ "samp.mtype": "a.b", "samp.params": map({ n: String(n) }) })
})

/** Ends what a test has begun. */
const ends: Array<() => unknown> = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const begin = async (
  manners?: Manners
): Promise<{ readonly hub: FakeHub; readonly connection: WebConnection }> => {
  const hub = await fakeHub(manners)
  ends.push(() => hub[Symbol.asyncDispose]())
  return { hub, connection: await register(call, hub.url, page) }
}

/** Pulls all the time. */
const pulling = (connection: WebConnection, hurried = false) => {
  const controller = new AbortController()
  const got: Array<string> = []
  const skipped: Array<string> = []
  const mended: Array<number> = []
  const over = pullAll(connection, {
    receive: (one) => {
      const params = one._tag === "Response"
        ? one.response.get("samp.result")
        : one.message.get("samp.params")
      got.push(`${one._tag} ${params instanceof Map ? params.get("n") : ""}`)
    },
    skipped: (text) => skipped.push(text),
    mended: () => mended.push(got.length),
    hurried: () => hurried,
    signal: controller.signal
  })
  ends.push(() => controller.abort())
  return { got, mended, skipped, over, stop: () => controller.abort() }
}

const failure = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise
    return "nothing went wrong"
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
}

describe("WEB-10 WEB-11 a registration over the Web Profile", () => {
  it("WEB-10, WEB-11 tells the name, says that it can acknowledge, and reads what the hub gives", async () => {
    const { connection, hub } = await begin({
      more: map({ "x-samp.url-publisher": "http://127.0.0.1:1/published/t" })
    })
    const [asked] = hub.calls("register")
    assert.deepStrictEqual(asked?.params, [map({ "samp.name": "page", "x-samp.acknowledges": "1" })])
    assert.strictEqual(connection.selfId, "c1")
    assert.strictEqual(connection.hubId, "hub")
    assert.strictEqual(connection.translator, `${hub.url}proxied/c1?`)
    assert.strictEqual(connection.publisher, "http://127.0.0.1:1/published/t")
    assert.strictEqual(asked?.headers["content-type"], "text/xml")
  })

  it("WEB-10 what the hub leaves out is empty", async () => {
    const hub = await fakeHub()
    ends.push(() => hub[Symbol.asyncDispose]())
    hub.scripts.set("register", () => ({ value: map({ "samp.private-key": "k", "samp.self-id": "c1" }) }))
    const connection = await register(call, hub.url, page)
    assert.strictEqual(connection.translator, "")
    assert.strictEqual(connection.publisher, "")
  })

  it("WEB-25, WEB-05 asks with the key, under the names of the profile", async () => {
    const { connection, hub } = await begin()
    await connection.ask("declareMetadata", [map({ "samp.name": "p" })])
    assert.strictEqual(hub.calls("declareMetadata")[0]?.from, "c1")
    assert.deepStrictEqual(await connection.askMap("getMetadata", ["c1"]), map({ "samp.name": "p" }))
    assert.deepStrictEqual(await connection.askIds("getRegisteredClients"), [ClientId("hub")])
  })

  it.each<readonly [string, Scripted, RegExp]>([
    ["a fault", { fault: "not in here" }, /^CallError: not in here$/u],
    ["a fault in another form", {
      body:
        "<methodResponse><!-- c --><fault><value><struct><member><name>faultString</name><value>no</value></member>" +
        "</struct></value></fault></methodResponse>"
    }, /^CallError: no$/u],
    ["HTML", { body: "<!DOCTYPE html><p>hello" }, /^CallError: .*not well-formed XML/u],
    ["XML of another kind", { body: "<rss></rss>" }, /^CallError: .*not an XML-RPC <methodResponse>/u],
    ["another status", { body: "", status: 500 }, /^CallError: .*HTTP status 500/u],
    ["a string", { value: "key" }, /^BadHub: .*the registration lacks ids/u],
    ["a map without a key", { value: map({ "samp.self-id": "c1" }) }, /^BadHub: .*lacks ids/u],
    ["a map without an id", { value: map({ "samp.private-key": "k" }) }, /^BadHub: .*lacks ids/u],
    ["nothing at all", "hang up", /^CallError: .*could not be reached/u]
  ])("ERR-02, WIRE-33 fails when the hub answers %s", async (_, scripted, expected) => {
    const hub = await fakeHub()
    ends.push(() => hub[Symbol.asyncDispose]())
    hub.scripts.set("register", () => scripted)
    assert.match(await failure(register(call, hub.url, page)), expected)
  })

  it("WIRE-32 reads an answer in another than the usual form", async () => {
    const { connection, hub } = await begin()
    hub.scripts.set("getMetadata", () => ({
      body: "<?xml version='1.0'?><methodResponse><params><param><value><struct><member><name>a</name>" +
        "<value><![CDATA[<b>]]></value></member></struct></value></param></params></methodResponse>"
    }))
    assert.deepStrictEqual(await connection.askMap("getMetadata", ["c1"]), map({ a: "<b>" }))
  })

  it("WEB-25 fails when maps and lists are something else", async () => {
    const { connection, hub } = await begin()
    hub.scripts.set("", () => ({ value: "x" }))
    assert.match(await failure(connection.askMap("getMetadata", ["c1"])), /BadHub: .*a map was expected/u)
    assert.match(await failure(connection.askIds("getRegisteredClients")), /BadHub: .*a list of client ids/u)
    assert.match(await failure(connection.pull(0, "0")), /BadHub: .*a list of callbacks/u)
  })

  it("WEB-13 waits for consent as long as it takes, unless it is told to give up", async () => {
    const hub = await fakeHub()
    ends.push(() => hub[Symbol.asyncDispose]())
    hub.scripts.set("register", () => new Promise(() => {}))
    const controller = new AbortController()
    const registering = failure(register(call, hub.url, page, controller.signal))
    await eventually(() => hub.calls("register").length === 1)
    controller.abort(new Error("enough"))
    assert.strictEqual(await registering, "Error: enough")
  })

  it("WEB-25 gives up on a hub that hangs", async () => {
    const { connection, hub } = await begin()
    hub.scripts.set("getMetadata", () => new Promise(() => {}))
    const hanging = failure(connection.ask("getMetadata", ["c1"], { timeoutMs: 50 }))
    assert.match(await hanging, /^CallError: .*no answer within 50 ms$/u)
  })
})

describe("WEB-39 pulling", () => {
  it("WEB-32, WEB-39 keeps one pull outstanding, and takes callbacks in their order", async () => {
    const { connection, hub } = await begin()
    const { got } = pulling(connection)
    await eventually(() => hub.waiting === 1)
    hub.push("c1", notification(1))
    await eventually(() => got.length === 1 && hub.waiting === 1)
    hub.push("c1", { _tag: "Call", sender: ClientId("c9"), msgId: MessageId("m"), message: map({}) })
    hub.push("c1", notification(3))
    await eventually(() => got.length === 3 && hub.waiting === 1)
    assert.deepStrictEqual(got, ["Notification 1", "Call ", "Notification 3"])
    assert.deepStrictEqual(hub.calls("pullCallbacks")[0]?.params, [String(pullSeconds)]) // two arguments, with the key
    assert.isBelow(pullSeconds, 300)
  })

  it("P10 to a hub that numbers callbacks says what it has, and loses and doubles nothing", async () => {
    const { connection, hub } = await begin({ acknowledges: true })
    const { got } = pulling(connection)
    for (let n = 1; n <= 40; n++) {
      if (n % 4 === 0) hub.lose++
      hub.push("c1", notification(n))
      if (n % 7 === 0) await eventually(() => got.length === n)
    }
    await eventually(() => got.length === 40 && hub.waiting === 1)
    assert.deepStrictEqual(got, Array.from({ length: 40 }, (_, index) => `Notification ${index + 1}`))
    assert.strictEqual(hub.lose, 0)
    const pulls = hub.calls("pullCallbacks").map(({ params }) => params[1])
    assert.strictEqual(pulls[0], "0")
    assert.strictEqual(pulls.at(-1), "40")
  })

  it("WIRE-80 does not spin when the hub does not wait", async () => {
    const { connection, hub } = await begin({ impatient: true })
    const began = Date.now()
    pulling(connection)
    await eventually(() => hub.calls("pullCallbacks").length === 6)
    assert.isAbove(Date.now() - began, 1_000) // 50 + 150 + 350 + 500 + 500 ms lie between
  })

  it("WIRE-80 asks such a hub more often while a response is waited for", async () => {
    const { connection, hub } = await begin({ impatient: true })
    const began = Date.now()
    pulling(connection, true)
    await eventually(() => hub.calls("pullCallbacks").length === 5)
    assert.isAbove(Date.now() - began, 300)
  })

  it("WEB-33 goes on after what it cannot read, and tells of it", async () => {
    const { connection, hub } = await begin({ prefix: "samp.webclient." })
    const { got, skipped } = pulling(connection)
    await eventually(() => hub.waiting === 1)
    hub.pushRaw("c1", map({ "samp.methodName": "receiveMail", "samp.params": [] }))
    hub.push("c1", notification(1))
    await eventually(() => got.length === 1)
    assert.deepStrictEqual(skipped, ["'receiveMail' with these arguments is no method of a SAMP client"])
  })

  it("CLI-21 ends when the hub does not know the client any more, and says so", async () => {
    const { connection, hub } = await begin()
    const { over } = pulling(connection)
    await eventually(() => hub.waiting === 1)
    hub.forget("c1")
    assert.strictEqual(await over, "the hub does not know this client any more: the private key is not known")
  })

  it("CLI-21 ends when the hub is gone", async () => {
    const { connection, hub } = await begin()
    const { over } = pulling(connection)
    await eventually(() => hub.waiting === 1)
    await hub.stop()
    assert.match(await over, /could not be reached$/u)
  })

  it("WEB-39 goes on when a pull breaks off and the hub is there", async () => {
    const { connection, hub } = await begin()
    let breaks = 2
    hub.scripts.set("pullCallbacks", () => breaks-- > 0 ? "hang up" : undefined)
    const { got, mended } = pulling(connection)
    await eventually(() => hub.waiting === 1)
    hub.push("c1", notification(1))
    hub.push("c1", notification(2))
    await eventually(() => got.length === 2)
    hub.push("c1", notification(3))
    await eventually(() => got.length === 3)
    assert.deepStrictEqual(mended, [0]) // once, and before what comes then
  })

  it("WEB-31, WEB-30 allows callbacks again when the hub refuses a pull but knows the client", async () => {
    const { connection, hub } = await begin()
    hub.scripts.set(
      "pullCallbacks",
      ({ from }) => hub.client(from)?.callable === true ? undefined : { fault: "callbacks are not allowed" }
    )
    const { got } = pulling(connection)
    await eventually(() => hub.waiting === 1)
    assert.isTrue(hub.client("c1")?.callable)
    hub.push("c1", notification(1))
    await eventually(() => got.length === 1)
  })

  it("WEB-31 gives up on a hub that only refuses", async () => {
    const { connection, hub } = await begin()
    hub.scripts.set("pullCallbacks", () => ({ fault: "never" }))
    const { over } = pulling(connection)
    assert.strictEqual(await over, "the hub gives no callbacks: never")
  })

  it("WEB-39 stops when it is told to, with nothing to say", async () => {
    const { connection, hub } = await begin()
    const { over, stop } = pulling(connection)
    await eventually(() => hub.waiting === 1)
    stop()
    assert.strictEqual(await over, "")
    await eventually(() => hub.waiting === 0)
  })
})
