/** How waiting behind promises ends: by a signal, by a limit, by the hub, and by closing. */
import { assert, describe, test } from "vitest"
import { eventually } from "../../support/eventually.ts"
import { all, nameOf, rejection, soon, tagOf } from "../../support/promises.ts"
import { kinds } from "./worlds.ts"

const silent = (): Promise<void> => new Promise(() => {})

describe.each(kinds)("giving up, over the $profile", ({ start }) => {
  test("a signal that is aborted already does nothing but reject, with its reason", async () => {
    await using world = await start()
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
      all(ann.callAll("a.b", {}, options)),
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
      world.connect(options)
    ]
    const errors = await Promise.all(attempts.map(rejection))
    assert.deepStrictEqual(errors.map((error) => error === reason), attempts.map(() => true))
    assert.strictEqual((await bob.clients()).size, 2)
    assert.strictEqual(calls, 0)
  })

  test("DLV-11 a signal or a limit ends a wait, and the client goes on", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.silent", silent)
    const limit = { signal: AbortSignal.timeout(30) }
    assert.strictEqual(await nameOf(ann.call(to, "a.silent", {}, limit)), "TimeoutError")
    const controller = new AbortController()
    const { signal } = controller
    const calls = [
      ann.callAndWait(to, "a.silent", {}, { signal }),
      all(ann.callAll("a.silent", {}, { signal }))
    ]
    setTimeout(() => controller.abort("enough"), 30)
    assert.deepStrictEqual(await soon(Promise.all(calls.map(rejection))), ["enough", "enough"])
    const short = { timeoutSeconds: 0.05 }
    assert.strictEqual(await tagOf(ann.call(to, "a.silent", {}, short)), "NoResponse")
    assert.strictEqual(await tagOf(ann.callAndWait(to, "a.silent", {}, short)), "NoResponse")
    const replies = await all(ann.callAll("a.silent", {}, short))
    assert.deepStrictEqual(replies.map(({ error, responder }) => [responder, error?._tag]), [[
      to,
      "NoResponse"
    ]])
    await ann.ping()
    assert.strictEqual((await ann.status())._tag, "Connected")
  })

  test("SHUT-05 a call whose callee leaves, or whose hub goes, ends", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.silent", silent)
    const first = tagOf(ann.call(to, "a.silent"))
    await bob.close()
    assert.strictEqual(await first, "ErrorResponse")
    const cid = await world.desktop("cid")
    let asked = 0
    await cid.bind("a.silent", () => {
      asked++
      return silent()
    })
    const { id } = await ann.findClient("cid")
    const called = [
      tagOf(ann.call(id, "a.silent")),
      all(ann.callAll("a.silent")).then((replies) => replies.map(({ error }) => error?._tag))
    ]
    await eventually(() => asked === 2)
    await world.stopHub() // a hub of ours answers what is open before it goes
    assert.deepStrictEqual(await Promise.all(called), ["ErrorResponse", ["ErrorResponse"]])
  })

  test("every promise is rejected with a tagged error that has a message", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.silent", silent)
    const attempts: ReadonlyArray<readonly [string, () => Promise<unknown>]> = [
      ["CallError", () => ann.call("nobody", "a.b")],
      ["CallError", () => ann.getMetadata("nobody")],
      ["BadMessage", () => ann.notifyAll("a.*")],
      ["BadMessage", () => ann.notify(to, "a.b", { text: "\u00e9" })],
      ["BadMessage", () => ann.notify(to, "a.b", {}, { extra: { text: "\u00e9" } })],
      ["BadMessage", () => all(ann.callAll("a.b", { text: "\u00e9" }))],
      ["BadMessage", () => ann.reply("x", { "samp.status": "\u00e9" })],
      ["BadMessage", () => ann.bind("a.b", () => ({}), { annotation: { text: "\u00e9" } })],
      ["BadMessage", () => ann.declareMetadata({ "my.key": "\u00e9" })],
      ["BadMessage", () => ann.declareSubscriptions({ "my.key": "\u00e9" })],
      ["BadMessage", () => world.connect({ metadata: { "my.key": "\u00e9" } })],
      ["NoResponse", () => ann.call(to, "a.silent", {}, { timeoutSeconds: 0.05 })],
      ["NoSuchClient", () => ann.findClient("")],
      ["NoSuchClient", () => ann.findClient("nobody")]
    ]
    for (const [tag, attempt] of attempts) {
      const error = await rejection(attempt())
      assert.propertyVal(error, "_tag", tag)
      assert.propertyVal(error, "name", tag)
      assert.isTrue(error instanceof Error && error.message.length > 5, tag)
    }
  })
})

describe.each(kinds)("leaving a hub, over the $profile", ({ start }) => {
  test("SHUT-04, WEB-39 close unregisters, twice as well as once; await using closes", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    await bob.close()
    await bob.close()
    assert.notInclude(await ann.getRegisteredClients(), to)
    {
      await using _ = await world.client("cid")
      assert.strictEqual((await ann.findClient("cid")).name, "cid")
    }
    await eventually(async () => await tagOf(ann.findClient("cid")) === "NoSuchClient")
  })

  test("a closed client says so, whatever it is asked", async () => {
    await using world = await start()
    const { ann, to } = await world.pair()
    await ann.close()
    const closed = { _tag: "Disconnected", why: "it has been closed" } as const
    assert.deepStrictEqual(await ann.status(), closed)
    assert.deepStrictEqual(await all(ann.statuses), [closed])
    assert.deepStrictEqual((await all(ann.clientChanges)).map(({ size }) => size), [0])
    assert.deepStrictEqual(await all(ann.responses), [])
    const attempts = [
      () => ann.ping(),
      () => ann.notifyAll("a.b"),
      () => ann.call(to, "a.b"),
      () => all(ann.callAll("a.b")),
      () => ann.connected(),
      () => ann.clients(),
      () => ann.findClients("bob"),
      () => ann.getRegisteredClients(),
      () => ann.bind("a.b", () => undefined),
      () => ann.declareMetadata({}),
      () => ann.declareSubscriptions(),
      () => ann.disconnect(),
      () => ann.reconnect()
    ]
    for (const attempt of attempts) {
      const error = await soon(rejection(attempt()))
      assert.propertyVal(error, "_tag", "NotConnected", String(attempt))
      assert.propertyVal(error, "why", "it has been closed", String(attempt))
    }
  })

  test("closing ends what is waited for", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.silent", silent)
    const loop = async (items: AsyncIterable<unknown>): Promise<string> => {
      for await (const _ of items) continue
      return "ended"
    }
    const told: Array<unknown> = []
    const statuses = async (): Promise<void> => {
      for await (const status of ann.statuses) told.push(status)
    }
    const ends = [
      tagOf(ann.call(to, "a.silent")),
      statuses().then(() => "ended"),
      loop(ann.clientChanges),
      loop(ann.responses),
      (async () => {
        for await (const { error } of ann.callAll("a.silent")) return error?._tag
        return "none"
      })()
    ]
    await new Promise((resolve) => setTimeout(resolve, 50))
    await ann.close()
    const outcomes = await soon(Promise.all(ends))
    assert.deepStrictEqual(outcomes.slice(0, 4), ["Disconnected", "ended", "ended", "ended"])
    assert.include(["Disconnected", "none"], outcomes[4])
    assert.deepStrictEqual(told.at(-1), { _tag: "Disconnected", why: "it has been closed" })
  })
})
