/** How waiting of a page's client ends: by a signal, by a limit, by the hub, and by closing. */
import { assert, describe, test } from "vitest"
import { connect } from "../../../src/browser.ts"
import { eventually } from "../../support/eventually.ts"
import { rejection, tagOf } from "../promise/world.ts"
import { World } from "./world.ts"

const nameOf = async (promise: Promise<unknown>): Promise<unknown> => {
  const error = await rejection(promise)
  return error instanceof Error ? error.name : error
}

describe("giving up, in a page", () => {
  test("a signal that is aborted already does nothing but reject, with its reason", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    let calls = 0
    await bob.bind("a.b", () => {
      calls++
    })
    const reason = new Error("mine")
    const options = { signal: AbortSignal.abort(reason) }
    const attempts = [
      ann.call(to, "a.b", {}, options),
      ann.callAndWait(to, "a.b", {}, options),
      ann.notify(to, "a.b", {}, options),
      ann.notifyAll("a.b", {}, options),
      ann.callTagged(to, "t", "a.b", {}, options),
      ann.callAllTagged("t", "a.b", {}, options),
      ann.reply("x", {}, options),
      ann.ping(options),
      ann.clients(options),
      ann.connected(options),
      ann.getRegisteredClients(options),
      ann.getMetadata(to, options),
      ann.getSubscriptions(to, options),
      ann.getSubscribedClients("a.b", options),
      ann.declareMetadata({}, options),
      ann.declareSubscriptions({}, options),
      ann.findClient("bob", options),
      ann.findClients("bob", options),
      ann.fetchUrl("data:,x", options),
      ann.publish("x", options),
      connect({ url: world.url, ...options })
    ]
    for (const attempt of attempts) assert.strictEqual(await rejection(attempt), reason)
    assert.strictEqual((await bob.clients()).size, 2)
    assert.strictEqual(calls, 0)
  })

  test("DLV-11 a signal or a limit ends a wait, and the client goes on", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.silent", () => new Promise<void>(() => {}))
    const soon = { signal: AbortSignal.timeout(30) }
    assert.strictEqual(await nameOf(ann.call(to, "a.silent", {}, soon)), "TimeoutError")
    const controller = new AbortController()
    const call = ann.callAndWait(to, "a.silent", {}, { signal: controller.signal })
    setTimeout(() => controller.abort("enough"), 30)
    assert.strictEqual(await rejection(call), "enough")
    const short = { timeoutSeconds: 0.05 }
    assert.strictEqual(await tagOf(ann.call(to, "a.silent", {}, short)), "NoResponse")
    assert.strictEqual(await tagOf(ann.callAndWait(to, "a.silent", {}, short)), "NoResponse")
    for await (const { error, responder } of ann.callAll("a.silent", {}, short)) {
      assert.deepStrictEqual([responder, error?._tag], [to, "NoResponse"])
    }
    await ann.ping()
    assert.strictEqual((await ann.status())._tag, "Connected")
  })

  test("WEB-13 connect gives up waiting for consent, and the hub withdraws its question", async () => {
    await using world = await World.start()
    world.answer = () => new Promise(() => {})
    const controller = new AbortController()
    const connecting = rejection(world.page("ann", { signal: controller.signal }))
    await eventually(() => world.asked.length === 1)
    const reason = new Error("enough")
    controller.abort(reason)
    assert.strictEqual(await connecting, reason)
  })

  test("SHUT-05 a call whose callee leaves, or whose hub goes, ends", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.silent", () => new Promise<void>(() => {}))
    const first = tagOf(ann.call(to, "a.silent"))
    await bob.close()
    assert.strictEqual(await first, "ErrorResponse")
    const cid = await world.desktop("cid")
    await cid.bind("a.silent", () => new Promise<void>(() => {}))
    const { id } = await ann.findClient("cid")
    const called: Array<Promise<unknown>> = [tagOf(ann.call(id, "a.silent"))]
    called.push((async () => {
      for await (const { error } of ann.callAll("a.silent")) return error?._tag
      return "none"
    })())
    await new Promise((resolve) => setTimeout(resolve, 100))
    await world.stopHub() // a hub of ours answers what is open before it goes
    assert.deepStrictEqual(await Promise.all(called), ["ErrorResponse", "ErrorResponse"])
  })

  test("every promise is rejected with a tagged error that has a message", async () => {
    await using world = await World.start()
    const { ann, to } = await world.pair()
    const attempts: ReadonlyArray<readonly [string, () => Promise<unknown>]> = [
      ["CallError", () => ann.call("nobody", "a.b")],
      ["CallError", () => ann.getMetadata("nobody")],
      ["BadMessage", () => ann.notifyAll("a.*")],
      ["BadMessage", () => ann.notify(to, "a.b", { text: "\u00e9" })],
      ["BadMessage", () => ann.notify(to, "a.b", {}, { extra: { text: "\u00e9" } })],
      ["BadMessage", () => ann.reply("x", { "samp.status": "\u00e9" })],
      ["BadMessage", () => ann.declareMetadata({ "my.key": "\u00e9" })],
      ["BadMessage", () => ann.declareSubscriptions({ "my.key": "\u00e9" })],
      ["BadMessage", () => connect({ metadata: { "my.key": "\u00e9" }, url: world.url })],
      ["NoSuchClient", () => ann.findClient("")]
    ]
    for (const [tag, attempt] of attempts) {
      const error = await rejection(attempt())
      assert.propertyVal(error, "_tag", tag)
      assert.propertyVal(error, "name", tag)
      assert.isTrue(error instanceof Error && error.message.length > 5, tag)
    }
  })
})

describe("leaving a hub, in a page", () => {
  test("SHUT-04, WEB-39 close unregisters, twice as well as once; await using closes", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    await bob.close()
    await bob.close()
    assert.notInclude(await ann.getRegisteredClients(), to)
    {
      await using _ = await world.page("cid")
      assert.strictEqual((await ann.findClient("cid")).name, "cid")
    }
    await eventually(async () => await tagOf(ann.findClient("cid")) === "NoSuchClient")
  })

  test("a closed client says so, whatever it is asked", async () => {
    await using world = await World.start()
    const { ann, to } = await world.pair()
    await ann.close()
    assert.strictEqual((await ann.status())._tag, "Disconnected")
    const attempts = [
      () => ann.ping(),
      () => ann.notifyAll("a.b"),
      () => ann.call(to, "a.b"),
      () => ann.connected(),
      () => ann.clients(),
      () => ann.bind("a.b", () => undefined),
      () => ann.declareMetadata({}),
      () => ann.disconnect(),
      () => ann.reconnect(),
      () => ann.publish("x")
    ]
    for (const attempt of attempts) {
      assert.strictEqual(await tagOf(attempt()), "NotConnected", String(attempt))
    }
  })

  test("closing ends what is waited for", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.silent", () => new Promise<void>(() => {}))
    const loop = async (items: AsyncIterable<unknown>): Promise<string> => {
      for await (const _ of items) continue
      return "ended"
    }
    const ends = [
      tagOf(ann.call(to, "a.silent")),
      loop(ann.statuses),
      loop(ann.clientChanges),
      loop(ann.responses),
      (async () => {
        for await (const { error } of ann.callAll("a.silent")) return error?._tag
        return "none"
      })()
    ]
    await new Promise((resolve) => setTimeout(resolve, 50))
    await ann.close()
    const outcomes = await Promise.all(ends)
    assert.deepStrictEqual(outcomes.slice(0, 4), ["Disconnected", "ended", "ended", "ended"])
    assert.include(["Disconnected", "none"], outcomes[4])
  })
})
