/** Handlers behind promises: what they return and throw, and what a caller hears of it. */
import { afterEach, assert, beforeEach, describe, type MockInstance, test, vi } from "vitest"
import { eventually } from "../../support/eventually.ts"
import { idOf, rejection } from "../../support/promises.ts"
import { kinds } from "./worlds.ts"

let console_: MockInstance<typeof console.error>
beforeEach(() => {
  console_ = vi.spyOn(console, "error").mockImplementation(() => {})
})
afterEach(() => console_.mockRestore())

describe.each(kinds)("handlers, over the $profile", ({ ErrorResponse, Failure, Warning, later, start }) => {
  const refused = async (promise: Promise<unknown>) => {
    const error = await rejection(promise)
    if (error instanceof ErrorResponse) return error
    throw new Error(`it is no error response: ${String(error)}`)
  }

  test("RSP-03 a Warning, thrown or rejected, is samp.warning with its result", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.thrown", () => {
      throw new Warning({ text: "half", code: "c", result: { n: 1 } })
    })
    await bob.bind("a.rejected", async () => {
      await Promise.resolve()
      throw new Warning({ text: "late half" })
    })
    await bob.bind("a.worded", () => {
      throw new Warning({ text: "half", usertxt: "Half!", debugtxt: "of it" })
    })
    const thrown = await ann.call(to, "a.thrown")
    assert.deepStrictEqual([thrown.warning, thrown.result], ["half", { n: "1" }])
    assert.deepStrictEqual(thrown.response["samp.error"], { "samp.errortxt": "half", "samp.code": "c" })
    assert.strictEqual((await ann.call(to, "a.rejected")).warning, "late half")
    assert.deepStrictEqual((await ann.call(to, "a.worded")).response["samp.error"], {
      "samp.errortxt": "half",
      "samp.usertxt": "Half!",
      "samp.debugtxt": "of it"
    })
    assert.strictEqual(console_.mock.calls.length, 0)
  })

  test("RSP-04, RSP-05 what else is thrown is samp.error, is told on the console, and the handler goes on", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    const thrown: Array<unknown> = [
      new Failure({ text: "no", code: "n", usertxt: "No!", debugtxt: "st\u00e4ck" }),
      new TypeError("boom"),
      "words",
      undefined
    ]
    await bob.bind("a.b", ({ params }) => {
      throw thrown[Number(params["n"])]
    })
    const first = await refused(ann.call(to, "a.b", { n: 0 }))
    assert.deepStrictEqual(
      [first.errortxt, first.code, first.usertxt, first.debugtxt, first.responder, first.status],
      ["no", "n", "No!", "st?ck", to, "samp.error"]
    )
    assert.deepStrictEqual(first.response["samp.error"], {
      "samp.errortxt": "no",
      "samp.code": "n",
      "samp.usertxt": "No!",
      "samp.debugtxt": "st?ck"
    })
    assert.strictEqual(console_.mock.calls.length, 0)
    assert.strictEqual((await refused(ann.call(to, "a.b", { n: 1 }))).errortxt, "boom")
    assert.deepStrictEqual(console_.mock.calls, [["The handler of a.b failed:", thrown[1]]])
    assert.strictEqual((await refused(ann.call(to, "a.b", { n: 2 }))).errortxt, "words")
    assert.notStrictEqual((await refused(ann.call(to, "a.b", { n: 3 }))).errortxt, "")
    assert.strictEqual((await refused(ann.callAndWait(to, "a.b", { n: 1 }))).message, "boom")
  })

  test("DT-02 a result that SAMP does not have is an error for the caller", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.b", () => ({ text: "caf\u00e9" }))
    await bob.bind("a.nothing", () => undefined)
    assert.match((await refused(ann.call(to, "a.b"))).errortxt, /text .*U\+00E9/u)
    assert.deepStrictEqual((await ann.call(to, "a.nothing")).result, {})
  })

  test("RSP-10 later leaves the reply to the application", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    const asked = Promise.withResolvers<string | undefined>()
    await bob.bind("a.later", ({ msgId }) => {
      asked.resolve(msgId)
      return later
    })
    const answer = ann.call(to, "a.later")
    const msgId = await asked.promise
    assert.isDefined(msgId)
    await bob.reply(msgId, { "samp.status": "samp.ok", "samp.result": { n: 1 } })
    assert.strictEqual((await answer).result["n"], "1")
  })

  test("RSP-13, APP-04 progress reaches a caller who listens, and harms nobody who does not", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.long", async ({ progress }) => {
      await progress("half", 50)
      return { done: true }
    })
    assert.deepStrictEqual((await ann.call(to, "a.long")).result, { done: "1" })
    const heard: Array<unknown> = []
    await ann.bind("samp.msg.progress", ({ params }) => void heard.push([params["txt"], params["percent"]]))
    await ann.call(to, "a.long")
    await eventually(() => heard.length === 1)
    assert.deepStrictEqual(heard, [["half", "50"]])
  })

  test("SHUT-04 the signal of a handler is aborted when the registration ends, and nothing is replied then", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    const signals: Array<AbortSignal> = []
    await bob.bind("a.b", ({ signal }) => {
      signals.push(signal)
      return new Promise<void>(() => {})
    })
    const call = refused(ann.call(to, "a.b"))
    await eventually(() => signals.length === 1)
    assert.isFalse(signals[0]?.aborted)
    await bob.close()
    assert.strictEqual((await call).code, "hub.recipient-unregistered")
    assert.isTrue(signals[0]?.aborted)
  })

  test("SUB-07, RSP-12 kinds, sequential, patterns, unbind and await using", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    const order: Array<string> = []
    await bob.bind("a.call", () => ({}), { kinds: "calls" })
    const binding = await bob.bind("a.note", async ({ params }) => {
      order.push(`begin ${String(params["n"])}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
      order.push(`end ${String(params["n"])}`)
      if (params["n"] === "1") throw new Error("once")
    }, { kinds: "notifications", sequential: true })
    await ann.call(to, "a.call")
    await refused(ann.call(to, "a.note"))
    for (const n of [1, 2]) await ann.notify(to, "a.note", { n })
    await eventually(() => order.length === 4)
    assert.deepStrictEqual(order, ["begin 1", "end 1", "begin 2", "end 2"])
    await binding.unbind()
    assert.deepStrictEqual(await ann.notifyAll("a.note"), [])
    {
      await using _ = await bob.bind("a.*", () => ({}))
      assert.deepStrictEqual(await ann.notifyAll("a.other"), [to])
    }
    assert.deepStrictEqual(await ann.notifyAll("a.other"), [])
    const error = await rejection(bob.bind("a.*.c", () => ({})))
    assert.propertyVal(error, "_tag", "BadMessage")
    assert.propertyVal(error, "message", "'a.*.c' cannot be bound; use an MType, a.b.* or *")
  })

  test("APP-01 pings of others are answered without a handler", async () => {
    await using world = await start()
    const { ann, to } = await world.pair()
    assert.deepStrictEqual((await ann.call(to, "samp.app.ping")).result, {})
  })

  test("operations can be taken off their client", async () => {
    await using world = await start()
    const { ann, bob } = await world.pair()
    const { bind, notifyAll } = bob
    const got: Array<string> = []
    await bind("a.b", ({ sender }) => void got.push(sender))
    assert.deepStrictEqual(await notifyAll("a.b"), [])
    await ann.notifyAll("a.b")
    const id = await idOf(ann)
    await eventually(() => got.length === 1)
    assert.deepStrictEqual(got, [id])
  })
})
