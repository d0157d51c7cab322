/** The shim's connections, beside a hub that a test scripts. */
import { assert, describe, it, vi } from "@effect/vitest"
import type { Delivery } from "../../../src/domain/HubOutput.ts"
import { ClientId, MessageId } from "../../../src/domain/Identifiers.ts"
import { samp } from "../../../src/sampjs.ts"
import { eventually } from "../../support/eventually.ts"
import { askedOf, atEnd, begin, called, registered, sampMap } from "./world.ts"

const message = new samp.Message("test.echo", { x: "1 < 2 & 3" })

const notification = (n: string): Delivery => ({
  _tag: "Notification",
  sender: ClientId("c9"),
  message: sampMap({ "samp.mtype": "a.b", "samp.params": { n } })
})

/** Takes what comes, as a text each. */
const taking = () => {
  const got: Array<string> = []
  const take = (kind: string) => (...args: ReadonlyArray<unknown>): void =>
    void got.push(`${kind} ${JSON.stringify(args)}`)
  return {
    got,
    numbers: () => got.map((text) => /"n":"(\d)"/u.exec(text)?.[1]),
    callable: {
      receiveNotification: take("notification"),
      receiveCall: take("call"),
      receiveResponse: take("response")
    }
  }
}

describe("Connection", () => {
  it("WEB-25 has the methods of the hub, each with the key ahead of its arguments", async () => {
    const { hub } = await begin()
    const c = await registered()
    hub.asked.length = 0
    hub.scripts.set(
      "",
      ({ method }) => method === "unregister" ? undefined : ({ value: `did ${method}` })
    )
    const m = JSON.stringify(message)
    const ok = { "samp.status": "samp.ok", "samp.result": {} }
    const runs: ReadonlyArray<readonly [string, (ok: (result: unknown) => void) => unknown]> = [
      [`call("c2", "tag", ${m})`, (ok) => c.call(["c2", "tag", message], ok)],
      [`callAll("tag", ${m})`, (ok) => c.callAll(["tag", message], ok)],
      [`callAndWait("c2", ${m}, "10")`, (ok) => c.callAndWait(["c2", message, "10"], ok)],
      ["declareMetadata({\"samp.name\":\"x\"})", (ok) => c.declareMetadata([{ "samp.name": "x" }], ok)],
      ["declareSubscriptions({\"a.*\":{}})", (ok) => c.declareSubscriptions([{ "a.*": {} }], ok)],
      ["getMetadata(\"c2\")", (ok) => c.getMetadata(["c2"], ok)],
      ["getRegisteredClients()", (ok) => c.getRegisteredClients([], ok)],
      ["getSubscribedClients(\"a.b\")", (ok) => c.getSubscribedClients(["a.b"], ok)],
      ["getSubscriptions(\"c2\")", (ok) => c.getSubscriptions(["c2"], ok)],
      [`notify("c2", ${m})`, (ok) => c.notify(["c2", message], ok)],
      [`notifyAll(${m})`, (ok) => c.notifyAll([message], ok)],
      [`reply("id", ${JSON.stringify(ok)})`, (done) => c.reply(["id", ok], done)],
      // WIRE-113: it pings with its key, which this hub counts among the arguments
      [`ping(${JSON.stringify(c.privateKey)})`, (ok) => c.ping([], ok)]
    ]
    for (const [call, run] of runs) {
      assert.strictEqual(await called(run), `did ${call.replace(/\(.*/u, "")}`)
      assert.strictEqual(askedOf(hub).at(-1), call)
    }
    assert.isTrue(hub.asked.every(({ from, method }) => method === "ping" || from === "c1"))
  })

  it("throws at once when arguments are not what a method takes", async () => {
    const { hub } = await begin()
    const c = await registered()
    assert.throws(() => c.notify([message] as never), /\[string, map\]/u)
    assert.throws(() => c.getMetadata([7] as never), /number/u)
    assert.throws(() => c.call(["c2", message, "tag"] as never), /\[string, map, string\]/u)
    assert.strictEqual(hub.asked.length, 1)
  })

  it("WIRE-113 closes on an error that nobody handles, once, and unregisters", async () => {
    const { hub } = await begin()
    const c = await registered()
    let closes = 0
    c.onclose = () => void closes++
    hub.scripts.set("notify", () => ({ fault: "not subscribed" }))
    assert.match(String(await called((ok, no) => c.notify(["c2", message], ok, no))), /not subscribed/u)
    assert.deepStrictEqual([closes, c.closed, hub.registered], [0, false, ["c1"]])
    c.notify(["c2", message])
    await eventually(() => closes === 1 && hub.registered.length === 0)
    c.close()
    c.unregister()
    assert.deepStrictEqual([closes, c.closed, c.regInfo, c.privateKey], [1, true, undefined, undefined])
    assert.strictEqual(hub.calls("unregister").length, 1)
    assert.throws(() => c.notifyAll([message]), /closed/u)
    assert.throws(() => c.setCallable({}), /closed/u)
    c.setCallable(null)
    assert.strictEqual(hub.calls("allowReverseCallbacks").length, 0)
  })

  it("WEB-39 unregisters even when the page is left", async () => {
    const { fetched, hub } = await begin()
    const c = await registered()
    c.unregister([])
    assert.deepInclude(fetched.at(-1)?.init, { keepalive: true })
    assert.isTrue(fetched.slice(0, -1).every(({ init }) => init.keepalive !== true))
    await eventually(() => hub.registered.length === 0)
  })

  it("can be made from a key that was kept", async () => {
    const { hub } = await begin({ acknowledges: true })
    const { privateKey = "" } = await registered()
    const again = new samp.Connection({ "samp.private-key": privateKey })
    atEnd(() => again.close())
    const { callable, got } = taking()
    again.setCallable(callable)
    for (const n of [1, 2]) {
      await eventually(() => hub.waiting === 1)
      hub.push("c1", notification(String(n)))
      await eventually(() => got.length === n)
    }
    assert.throws(() => new samp.Connection({} as never), /samp\.private-key/u)
  })

  it("WEB-50, WEB-51, WIRE-118 encodes the URL that is to be translated", async () => {
    await begin()
    const c = await registered()
    const url = "file:///data/a b%20c?x=1&y#z"
    const [prefix, ...rest] = c.translateUrl(url).split("?")
    assert.match(String(prefix), /\/proxied\/c1$/u)
    assert.match(rest.join("?"), /^[\w.%-]+$/u)
    assert.strictEqual(decodeURIComponent(rest.join("?")), url)
    // DS9's hub has an empty one
    const ds9 = new samp.Connection({ "samp.private-key": "k", "samp.url-translator": "" })
    assert.strictEqual(ds9.translateUrl(url), url)
  })
})

describe("setCallable", () => {
  it("WEB-30, WIRE-115 allows, pulls, and only then says so; hands on what comes, in order", async () => {
    const { hub } = await begin({ acknowledges: true })
    const c = await registered()
    const { callable, got } = taking()
    hub.asked.length = 0
    await new Promise<void>((resolve) => c.setCallable(callable, resolve))
    await eventually(() => hub.waiting === 1)
    assert.deepStrictEqual(hub.asked.map(({ method, params }) => [method, ...params]), [
      ["allowReverseCallbacks", "1"],
      ["pullCallbacks", "240", "0"]
    ])
    const response = sampMap({ "samp.status": "samp.ok", "samp.result": {} })
    const asked = sampMap({ "samp.mtype": "a.c", "samp.params": {} })
    hub.push("c1", notification("1"))
    hub.push("c1", { _tag: "Call", sender: ClientId("c9"), msgId: MessageId("m1"), message: asked })
    hub.push("c1", { _tag: "Response", responder: ClientId("c9"), tag: "t", response })
    hub.push("c1", notification("2"))
    await eventually(() => got.length === 4 && hub.waiting === 1)
    assert.deepStrictEqual(got, [
      "notification [\"c9\",{\"samp.mtype\":\"a.b\",\"samp.params\":{\"n\":\"1\"}}]",
      "call [\"c9\",\"m1\",{\"samp.mtype\":\"a.c\",\"samp.params\":{}}]",
      "response [\"c9\",\"t\",{\"samp.status\":\"samp.ok\",\"samp.result\":{}}]",
      "notification [\"c9\",{\"samp.mtype\":\"a.b\",\"samp.params\":{\"n\":\"2\"}}]"
    ])
    assert.strictEqual(hub.calls("pullCallbacks").at(-1)?.params[1], "4")
  })

  it("P10 doubles nothing when it has not been heard that something has come", async () => {
    const { hub } = await begin()
    hub.scripts.set("register", () => ({
      value: sampMap({ "samp.private-key": "k", "samp.self-id": "c1", "x-samp.acknowledges": "1" })
    }))
    const callback = (n: number) =>
      sampMap({
        "samp.methodName": "receiveNotification",
        "samp.params": ["c9", { "samp.mtype": "a.b", "samp.params": { n: String(n) } }],
        "x-samp.serial": String(n)
      })
    const answers = [[1, 2], [2, 3], [3, 4]].map((some) => some.map(callback))
    hub.scripts.set("pullCallbacks", () => {
      const value = answers.shift()
      return value === undefined ? new Promise(() => {}) : { value }
    })
    hub.scripts.set("allowReverseCallbacks", () => ({ value: "" }))
    const c = await registered()
    const { callable, numbers } = taking()
    c.setCallable(callable)
    await eventually(() => hub.calls("pullCallbacks").length === 4)
    assert.deepStrictEqual(numbers(), ["1", "2", "3", "4"])
    assert.deepStrictEqual(hub.calls("pullCallbacks").map(({ params }) => params.at(-1)), [
      "0",
      "2",
      "3",
      "4"
    ])
  })

  it("goes on when a handler throws, and skips what it does not know", async () => {
    const { hub } = await begin()
    const c = await registered()
    const error = vi.spyOn(console, "error").mockReturnValue()
    const { callable, got } = taking()
    const thrown = (): never => {
      throw new Error("oh")
    }
    await new Promise<void>((resolve) => c.setCallable({ ...callable, receiveCall: thrown }, resolve))
    const message = { "samp.mtype": "a.b", "samp.params": {} }
    const raw = (method: string, ...params: ReadonlyArray<string | {}>) =>
      hub.pushRaw("c1", sampMap({ "samp.methodName": method, "samp.params": params }))
    raw("receiveCall", "c9", "m", message)
    raw("receiveSomething", "c9", message)
    raw("receiveNotification", "c9")
    hub.pushRaw("c1", sampMap({}))
    raw("samp.webclient.receiveNotification", "c9", "a tag", message) // WIRE-106: DS9's hub
    await eventually(() => got.length === 1)
    assert.deepStrictEqual(got, ["notification [\"c9\",{\"samp.mtype\":\"a.b\",\"samp.params\":{}}]"])
    assert.include(String(error.mock.calls), "oh")
    await eventually(() => hub.waiting === 1)
  })

  it("WIRE-115 pulls again when a pull fails late, and closes when one fails at once", async () => {
    const { hub } = await begin()
    const c = await registered()
    let pulls = 0
    const now = Date.now()
    const clock = vi.spyOn(Date, "now").mockReturnValue(now)
    hub.scripts.set("pullCallbacks", () => {
      pulls++
      if (pulls > 2) return { fault: "you again" }
      clock.mockReturnValue(now + pulls * 5_000)
      return "hang up"
    })
    c.setCallable(taking().callable)
    // The clock is not read by what waits here.
    while (!c.closed) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.strictEqual(pulls, 3)
  })

  it("WIRE-80 does not storm a hub that does not wait", async () => {
    const { hub } = await begin({ impatient: true })
    const c = await registered()
    const { callable, got } = taking()
    c.setCallable(callable)
    await eventually(() => hub.calls("pullCallbacks").length === 4)
    const began = performance.now()
    await eventually(() => hub.calls("pullCallbacks").length >= 6)
    assert.isAbove(performance.now() - began, 250)
    hub.push("c1", notification("1"))
    await eventually(() => got.length === 1)
    c.close()
    await eventually(() => hub.registered.length === 0)
    const { length } = hub.calls("pullCallbacks")
    await new Promise((resolve) => setTimeout(resolve, 600))
    assert.strictEqual(hub.calls("pullCallbacks").length, length)
  })

  it("WEB-30 changes the one who is called, even from inside a call, and takes it away", async () => {
    const { hub } = await begin({ acknowledges: true })
    const c = await registered()
    const [first, second] = [taking(), taking()]
    const receiveNotification = (...args: ReadonlyArray<unknown>): void => {
      first.callable.receiveNotification(...args)
      c.setCallable(second.callable)
    }
    c.setCallable({ receiveNotification })
    await eventually(() => hub.waiting === 1)
    hub.push("c1", notification("1"))
    await eventually(() => hub.calls("allowReverseCallbacks").length === 2 && hub.waiting === 1)
    const { length } = hub.calls("pullCallbacks")
    await new Promise((resolve) => setTimeout(resolve, 600))
    assert.strictEqual(hub.calls("pullCallbacks").length, length, "nobody else pulls")
    hub.push("c1", notification("2"))
    await eventually(() => second.got.length > 0)
    hub.push("c1", notification("3"))
    await eventually(() => second.numbers().includes("3"))
    assert.deepStrictEqual([first.numbers(), second.numbers()], [["1"], ["2", "3"]])
    await new Promise<void>((resolve) => c.setCallable(null, resolve))
    assert.strictEqual(hub.client("c1")?.callable, false)
    await eventually(() => hub.waiting === 0)
  })
})
