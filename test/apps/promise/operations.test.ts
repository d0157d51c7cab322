import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, test } from "vitest"
import { connect, MTypes, runningHubs, startHub } from "../../../src/promise.ts"
import { primary } from "../../support/fits.ts"
import { all, idOf, rejection, tagOf, until, World } from "./world.ts"

describe("operations behind promises", () => {
  test("META-02 connect tells where it is, declares metadata, pings", async () => {
    await using world = await World.start()
    const ann = await world.client("ann", { description: "tests", metadata: { "my.version": 2 } })
    const status = await ann.status()
    assert.strictEqual(status._tag, "Connected")
    const { hub, hubId, selfId } = await ann.connected()
    assert.deepStrictEqual([hub.url, hub.lockfile, hubId], [world.hub.url, world.hub.lockfile, "hub"])
    assert.deepStrictEqual(await ann.getMetadata(selfId), {
      "samp.name": "ann",
      "samp.description.text": "tests",
      "my.version": "2"
    })
    await ann.declareMetadata({ "samp.name": "anna" })
    assert.deepStrictEqual(await ann.getMetadata(selfId), { "samp.name": "anna" })
    assert.isUndefined(await ann.ping())
  })

  test("connects by url and secret, too", async () => {
    await using world = await World.start()
    const { secret, url } = world.hub
    await using ann = await connect({ name: "ann", hub: { url, secret } })
    assert.strictEqual((await ann.connected()).hub.url, url)
    assert.strictEqual(await tagOf(connect({ hub: { url, secret: "wrong" } })), "CallError")
    assert.strictEqual(await tagOf(connect({ hub: join(world.home, "none") })), "NoHub")
    assert.strictEqual(
      await tagOf(connect({ metadata: { "my.key": "caf\u00e9" }, hub: world.hub.lockfile })),
      "BadMessage"
    )
  })

  test("SUB-02, SUB-09 declares subscriptions, with annotations, and asks for those of others", async () => {
    await using world = await World.start()
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

  test("notify and notifyAll send parameters and further keys, and tell who got them", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    const got: Array<unknown> = []
    await bob.bind("a.b", ({ message, msgId, params, sender }) => {
      got.push([params, message["my.key"], msgId, sender])
    })
    const from = await idOf(ann)
    await ann.notify(to, "a.b", { n: 1, on: true, list: ["x", { y: 2n }] }, { extra: { "my.key": "v" } })
    const expected = { n: "1", on: "1", list: ["x", { y: "2" }] }
    await until("the notification", () => got.length === 1)
    assert.deepStrictEqual(await ann.notifyAll("a.b"), [to])
    await until("the second notification", () => got.length === 2)
    assert.deepStrictEqual(got, [[expected, "v", undefined, from], [{}, undefined, undefined, from]])
  })

  test("call, callAndWait and callAll bring answers, by name as strings and by definition typed", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    await bob.bind(MTypes.calcIntAdd, ({ params }) => ({ x: params.a + params.b }))
    const sum = await ann.call(to, MTypes.calcIntAdd, { a: 1, b: 2 })
    assert.strictEqual(sum.result.x, 3)
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
    const refused = await all(ann.callAll("calc.int.add", { a: "x" }))
    assert.deepStrictEqual(refused.map(({ answer, error }) => [answer, error?._tag]), [[
      undefined,
      "ErrorResponse"
    ]])
  })

  test("DLV-01, DLV-03 callTagged and callAllTagged have their responses under tags of the caller's own", async () => {
    await using world = await World.start()
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
    const one = await ann.callTagged(to, "t1", "a.b")
    const ids = await ann.callAllTagged("t2", "a.b")
    const response = { "samp.status": "samp.ok", "samp.result": { who: "bob" } }
    assert.sameDeepMembers(await listening, [{ responder: to, tag: "t1", response }, {
      responder: to,
      tag: "t2",
      response
    }])
    assert.sameMembers(msgIds, [one, ids[to]])
  })

  test("CLI-19 clients, clientChanges, findClient and findClients know the others", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.b", () => undefined)
    await until(
      "bob's subscription",
      async () => (await ann.clients()).get(to)?.subscriptions["a.b"] !== undefined
    )
    const known = (await ann.clients()).get(to)
    assert.deepStrictEqual([known?.id, known?.name, known?.metadata], [to, "bob", { "samp.name": "bob" }])
    assert.deepStrictEqual(await ann.findClient("BOB"), {
      id: to,
      name: "bob",
      metadata: { "samp.name": "bob" }
    })
    assert.deepStrictEqual((await ann.findClients("bo")).map(({ id }) => id), [to])
    assert.strictEqual(await tagOf(ann.findClient("cid")), "NoSuchClient")
    const left = (async () => {
      for await (const clients of ann.clientChanges) if (!clients.has(to)) return true
      return false
    })()
    await bob.close()
    assert.isTrue(await left)
  })

  test("sendTable, sendImage, sendSpectrum and sendProduct tell what came of each receiver", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    const file = join(world.home, "m31.fits")
    writeFileSync(file, primary([2, 2]))
    const got: Array<unknown> = []
    await bob.bind(MTypes.tableLoadVotable, async ({ params }) => {
      const text = await (await fetch(params.url)).text()
      if (params.name === "bad") throw new Error("no such luck")
      got.push([params.name, /<TR>\s*<TD>([^<]*)/u.exec(text)?.[1]])
    })
    await bob.bind(MTypes.imageLoadFits, ({ params }) => void got.push(fileURLToPath(params.url)))
    await bob.bind(MTypes.spectrumLoadSsaGeneric, ({ params }) => void got.push(fileURLToPath(params.url)))
    const rows = [{ name: "M 31", ra: 10.68 }]
    const [table] = await ann.sendTable(rows, { to: "bob", name: "mine" })
    assert.deepStrictEqual([table?.client.id, table?.mtype, table?.error], [
      to,
      "table.load.votable",
      undefined
    ])
    assert.deepStrictEqual(table?.answer?.response["samp.status"], "samp.ok")
    const [bad] = await ann.sendTable(rows, { name: "bad" })
    assert.deepStrictEqual([bad?.answer, bad?.error?.message], [undefined, "no such luck"])
    const image = await ann.sendImage({ file })
    const spectrum = await ann.sendSpectrum({ file })
    const product = await ann.sendProduct({ file })
    assert.deepStrictEqual([image, spectrum, product].map(([first]) => first?.mtype), [
      "image.load.fits",
      "spectrum.load.ssa-generic",
      "image.load.fits"
    ])
    assert.deepStrictEqual(got, [["mine", "M 31"], file, file, file])
    assert.strictEqual(await tagOf(ann.sendTable(rows, { to: "nobody" })), "NoSuchClient")
    assert.strictEqual(await tagOf(ann.sendProduct({ bytes: new Uint8Array(9) })), "Unrecognised")
    assert.strictEqual(await tagOf(ann.sendTable([{ x: Symbol("x") }])), "UnfitTable")
  })

  test("accessibleTable is there until it is closed", async () => {
    await using world = await World.start()
    const ann = await world.client("ann")
    const table = await ann.accessibleTable([{ a: 1 }])
    assert.match(await (await fetch(table.url)).text(), /<VOTABLE/u)
    await table.close()
    assert.notStrictEqual(await fetch(table.url).then(({ status }) => status, () => 0), 200)
    let path = ""
    {
      await using file = await ann.accessibleTable([{ a: 1 }], { way: "file" })
      path = fileURLToPath(file.url)
      assert.match(readFileSync(path, "utf8"), /<VOTABLE/u)
    }
    assert.throws(() => readFileSync(path))
  })

  test("CLI-10 a client that is not callable calls all the same", async () => {
    await using world = await World.start()
    const { bob, to } = await world.pair()
    await bob.bind("a.b", () => ({ x: 1 }))
    const mute = await world.client("mute", { callable: false })
    assert.strictEqual((await mute.call(to, "a.b")).result["x"], "1")
  })

  test("CLI-16 disconnect and reconnect, told by status and statuses", async () => {
    await using world = await World.start()
    const { ann, to } = await world.pair()
    const bob = await ann.findClient("bob")
    assert.strictEqual(bob.id, to)
    const tags: Array<string> = []
    const watching = (async () => {
      for await (const { _tag } of ann.statuses) {
        tags.push(_tag)
        if (tags.length > 1 && _tag === "Connected") return
      }
    })()
    await until("the first status", () => tags.length === 1)
    await ann.disconnect()
    const status = await ann.status()
    assert.deepStrictEqual(status, { _tag: "Disconnected", why: "it was told to" })
    assert.strictEqual(await tagOf(ann.ping()), "NotConnected")
    assert.strictEqual(await tagOf(ann.call(to, "a.b")), "NotConnected")
    await ann.reconnect()
    await ann.connected()
    await watching
    assert.deepStrictEqual([tags[0], tags[1], tags.at(-1)], ["Connected", "Disconnected", "Connected"])
  })

  test("startHub tells who it is, why it is to end, and refuses to take a living hub's place", async () => {
    await using world = await World.start()
    assert.match(world.hub.url, /^http:\/\/127\.0\.0\.1:/u)
    const record = readFileSync(world.hub.lockfile, "utf8")
    assert.include(record, world.hub.secret)
    assert.strictEqual(await tagOf(startHub({ lockfile: world.hub.lockfile })), "HubRunning")
    assert.strictEqual(readFileSync(world.hub.lockfile, "utf8"), record)
    await world.hub.stop()
    assert.throws(() => readFileSync(world.hub.lockfile))
    await world.hub.stop()
  })

  test("runningHubs can be given up", async () => {
    const reason = new Error("mine")
    assert.strictEqual(await rejection(runningHubs({ signal: AbortSignal.abort(reason) })), reason)
  })
})
