/** What the client and the hub of Node do beyond what all clients have in common, which is in ../facade. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, test } from "vitest"
import { connect, MTypes, runningHubs, startHub } from "../../../src/promise.ts"
import { primary } from "../../support/fits.ts"
import { rejection, tagOf } from "../../support/promises.ts"
import { World } from "./world.ts"

describe("operations behind promises", () => {
  test("connects by lockfile, or by url and secret", async () => {
    await using world = await World.start()
    const { hub } = await (await world.client("bob")).connected()
    assert.deepStrictEqual([hub.url, hub.lockfile], [world.hub.url, world.hub.lockfile])
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
