/** The clients behind promises with a real hub: the operations. */
import { assert, describe, test } from "vitest"
import { eventually } from "../../support/eventually.ts"
import { all, idOf, rejection, tagOf } from "../../support/promises.ts"
import { kinds } from "./worlds.ts"

describe.each(kinds)("operations, over the $profile", ({ start }) => {
  test("META-02 connect tells where it is, declares metadata, pings", async () => {
    await using world = await start()
    const ann = await world.client("ann", { description: "tests", metadata: { "my.version": 2 } })
    const { hub, hubId, selfId } = await ann.connected()
    assert.deepStrictEqual([hub.url, hubId], [world.url, "hub"])
    assert.strictEqual((await ann.status())._tag, "Connected")
    const metadata = { "samp.name": "ann", "samp.description.text": "tests", "my.version": "2" }
    assert.deepStrictEqual(await ann.getMetadata(selfId), metadata)
    await ann.declareMetadata({ "samp.name": "anna" })
    assert.deepStrictEqual(await ann.getMetadata(selfId), { "samp.name": "anna" })
    assert.isUndefined(await ann.ping())
  })

  test("SUB-02, SUB-09 declares subscriptions, with annotations, and asks for those of others", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    await using _ = await bob.bind("a.b", () => undefined, { annotation: { x: 1 } })
    await bob.bind("a.later", () => undefined, { declare: false })
    const before = await ann.getSubscriptions(to)
    assert.deepStrictEqual(before["a.b"], { x: "1" })
    assert.notProperty(before, "a.later")
    await bob.declareSubscriptions({ "my.own": { y: 2 } })
    const after = await ann.getSubscriptions(to)
    assert.deepStrictEqual([after["my.own"], after["a.later"]], [{ y: "2" }, {}])
    assert.deepStrictEqual(await ann.getSubscribedClients("a.b"), { [to]: { x: "1" } })
    assert.sameMembers([...await ann.getRegisteredClients()], ["hub", to])
  })

  test("WEB-34, WEB-35 notify and notifyAll send parameters and further keys, and tell who got them", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    const got: Array<unknown> = []
    await bob.bind("a.b", ({ message, msgId, mtype, params, sender }) => {
      got.push([mtype, params, message["my.key"], msgId, sender])
    })
    const from = await idOf(ann)
    await ann.notify(to, "a.b", { n: 1, on: true, list: ["x", { y: 2n }] }, { extra: { "my.key": "v" } })
    const expected = { n: "1", on: "1", list: ["x", { y: "2" }] }
    await eventually(() => got.length === 1)
    assert.deepStrictEqual(await ann.notifyAll("a.b"), [to])
    await eventually(() => got.length === 2)
    assert.deepStrictEqual(got, [
      ["a.b", expected, "v", undefined, from],
      ["a.b", {}, undefined, undefined, from]
    ])
  })

  test("WEB-25 call, callAndWait and callAll bring answers", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("calc.int.add", ({ params }) => {
      if (params["a"] === "0") throw new Error("nothing to add")
      return { x: Number(params["a"]) + Number(params["b"]) }
    })
    const sum = await ann.call(to, "calc.int.add", { a: 1, b: 2 })
    assert.strictEqual(sum.result["x"], "3")
    assert.strictEqual(sum.responder, to)
    assert.deepStrictEqual(sum.response, { "samp.status": "samp.ok", "samp.result": { x: "3" } })
    assert.deepStrictEqual((await ann.callAndWait(to, "calc.int.add", { a: 3, b: 4 })).result, { x: "7" })
    const replies = await all(ann.callAll("calc.int.add", { a: 5, b: 6 }))
    assert.deepStrictEqual(
      replies.map(({ answer, error, responder }) => [responder, answer?.result, error]),
      [
        [to, { x: "11" }, undefined]
      ]
    )
    assert.deepStrictEqual(await all(ann.callAll("nobody.cares")), [])
    const refused = await all(ann.callAll("calc.int.add", { a: 0, b: 1 }))
    assert.deepStrictEqual(refused.map(({ answer, error }) => [answer, error?._tag, error?.message]), [
      [undefined, "ErrorResponse", "nothing to add"]
    ])
  })

  test("DLV-01, DLV-03 callTagged and callAllTagged have their responses under tags of the caller's own", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    const msgIds: Array<string | undefined> = []
    await bob.bind("a.b", ({ msgId }) => {
      msgIds.push(msgId)
      return { who: "bob" }
    })
    const listening = (async () => {
      const heard = []
      for await (const one of ann.responses) if (heard.push(one) === 2) return heard
      return heard
    })()
    await ann.call(to, "a.b") // whose response is not among them
    const one = await ann.callTagged(to, "t1", "a.b")
    const ids = await ann.callAllTagged("t2", "a.b")
    const response = { "samp.status": "samp.ok", "samp.result": { who: "bob" } }
    assert.sameDeepMembers(await listening, [
      { responder: to, tag: "t1", response },
      { responder: to, tag: "t2", response }
    ])
    assert.sameMembers(msgIds.slice(1), [one, ids[to]])
  })

  test("CLI-19 clients, clientChanges, findClient and findClients know the others", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.b", () => undefined)
    await eventually(async () => (await ann.clients()).get(to)?.subscriptions["a.b"] !== undefined)
    const known = (await ann.clients()).get(to)
    assert.deepStrictEqual([known?.id, known?.name, known?.metadata], [to, "bob", { "samp.name": "bob" }])
    assert.deepStrictEqual(await ann.findClient("BOB"), {
      id: to,
      name: "bob",
      metadata: { "samp.name": "bob" }
    })
    assert.deepStrictEqual((await ann.findClients("bo")).map(({ id }) => id), [to])
    const error = await rejection(ann.findClient("cid"))
    assert.match(String(error), /^NoSuchClient: No client is named cid\. Registered are: .*bob/u)
    const left = (async () => {
      for await (const clients of ann.clientChanges) if (!clients.has(to)) return true
      return false
    })()
    await bob.close()
    assert.isTrue(await left)
  })

  test("CLI-10 a client that takes no messages calls all the same", async () => {
    await using world = await start()
    const { bob, to } = await world.pair()
    await bob.bind("a.b", () => ({ x: 1 }))
    await bob.bind("a.silent", () => new Promise<void>(() => {}))
    const mute = await world.client("mute", { callable: false })
    assert.strictEqual((await mute.call(to, "a.b")).result["x"], "1")
    const replies = await all(mute.callAll("a.b"))
    assert.deepStrictEqual(replies.map(({ answer, responder }) => [responder, answer?.result]), [
      [to, { x: "1" }]
    ])
    const silent = await all(mute.callAll("a.silent", {}, { timeoutSeconds: 0.2 }))
    assert.deepStrictEqual(silent.map(({ error }) => error?._tag), ["NoResponse"])
    assert.strictEqual((await mute.findClient("bob")).id, to)
    assert.deepStrictEqual(await bob.getSubscriptions(await idOf(mute)), {})
  })

  test("CLI-19 one that keeps no list asks the hub", async () => {
    await using world = await start()
    const { to } = await world.pair()
    const cid = await world.client("cid", { tracking: false })
    assert.strictEqual((await cid.clients()).get(to)?.name, "bob")
    assert.notProperty(await cid.getSubscriptions(await idOf(cid)), "samp.hub.event.register")
  })

  test("CLI-16 disconnect and reconnect, told by status and statuses", async () => {
    await using world = await start()
    const { ann, to } = await world.pair()
    assert.strictEqual((await ann.findClient("bob")).id, to)
    const tags: Array<string> = []
    const watching = (async () => {
      for await (const { _tag } of ann.statuses) {
        tags.push(_tag)
        if (tags.length > 1 && _tag === "Connected") return
      }
    })()
    await eventually(() => tags.length === 1)
    await ann.disconnect()
    assert.deepStrictEqual(await ann.status(), { _tag: "Disconnected", why: "it was told to" })
    assert.strictEqual(await tagOf(ann.ping()), "NotConnected")
    assert.strictEqual(await tagOf(ann.call(to, "a.b")), "NotConnected")
    await ann.reconnect()
    await ann.connected()
    await watching
    assert.deepStrictEqual([tags[0], tags[1], tags.at(-1)], ["Connected", "Disconnected", "Connected"])
    await ann.ping()
  })
})
