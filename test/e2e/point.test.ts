/** `samp point`: positions as people write them. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type Hub, until, World } from "./harness.ts"
import { okResponse } from "./support/Client.ts"
import { ended, printed, refused } from "./support/Ends.ts"
import { errorResponse, named } from "./support/Receiver.ts"
import { textAt } from "./support/Wire.ts"

const mtype = "coord.pointAt.sky"

describe.concurrent("samp point", () => {
  const world = new World()
  let hub: Hub

  beforeAll(async () => {
    hub = await world.hub()
  })
  afterAll(() => world[Symbol.asyncDispose]())

  it("exit 0, MTY-60: degrees and sexagesimal forms, also below zero, become decimal degrees", async () => {
    const sky = await named(world, hub, "Forms", mtype)
    const forms: ReadonlyArray<readonly [ra: string, dec: string, raDeg: number, decDeg: number]> = [
      ["10.6847", "41.2687", 10.6847, 41.2687],
      ["10.6847", "-41.2687", 10.6847, -41.2687],
      ["00:42:44.3", "+41:16:09", 10.684583, 41.269167],
      ["00:42:44.3", "-41:16:09", 10.684583, -41.269167],
      ["5:30", "-0:30", 82.5, -0.5],
      ["0h42m44.3s", "-41d16m9s", 10.684583, -41.269167],
      ["00 42 44.3", "-41 16 09", 10.684583, -41.269167],
      ["10.5d", "-.5", 10.5, -0.5],
      ["360", "-90", 360, -90]
    ]
    for (const [ra, dec, raDeg, decDeg] of forms) {
      const [line] = printed(await world.samp("point", ra, dec, "--to", "Forms", "--json"))
      assert.include(line, { event: "sent" })
      assert.deepStrictEqual(line?.["recipients"], [sky.id])
      await until("the notification", () => sky.got(mtype).length > 0)
      const { content } = sky.received.splice(0)[0] ?? {}
      assert.closeTo(Number(textAt(content, "samp.params", "ra")), raDeg, 1e-6, ra)
      assert.closeTo(Number(textAt(content, "samp.params", "dec")), decDeg, 1e-6, dec)
      assert.deepStrictEqual([line?.["ra"], line?.["dec"]].map(String), [
        textAt(content, "samp.params", "ra"),
        textAt(content, "samp.params", "dec")
      ])
    }
  })

  it("exit 0: without --to it tells all who subscribe, and says whom", async () => {
    await using own = new World()
    const there = await own.hub()
    const [a, b] = [await named(own, there, "A", mtype), await named(own, there, "B", "coord.*")]
    await named(own, there, "Deaf", "x.y")
    const end = await own.samp("point", "1", "2")
    assert.strictEqual(end.stdout, `Pointed A (${a.id}), B (${b.id}) to 1 2\n`)
    assert.strictEqual(end.stderr, "")
  })

  it("exit 2: what is no position", async () => {
    const wrong: ReadonlyArray<readonly [string, ...ReadonlyArray<string>]> = [
      ["right ascension", "m31", "41"],
      ["0 to 360", "361", "41"],
      ["24 hours", "25:00:00", "41"],
      ["0 to 360", "-1", "41"],
      ["right ascension", "1:60:00", "41"],
      ["declination", "10", "91"],
      ["declination", "10", "-91:00:00"],
      ["declination", "10", "5h0m0s"],
      ["right ascension", "", ""],
      ["dec", "10"],
      ["--tp", "10", "41", "--tp", "x"],
      ["-1", "10", "41", "--timeout", "-1"]
    ]
    await Promise.all(wrong.map(async ([says, ...args]) => {
      const end = await world.samp("point", ...args)
      ended(end, 2, says)
      assert.strictEqual(end.stdout, "")
    }))
  })

  it("exit 0, exit 6, exit 7: --wait prints the answers", async () => {
    const [well, ill] = [await named(world, hub, "Well", mtype), await named(world, hub, "Ill", mtype)]
    const mute = await named(world, hub, "Mute", mtype)
    well.answerAll(okResponse())
    ill.answerAll(errorResponse("below the horizon"))
    const point = (...args: ReadonlyArray<string>) =>
      world.samp("point", "1", "-2:00", "--wait", "--timeout", "1", ...args)
    const good = await point("--to", "well")
    ended(good, 0)
    assert.strictEqual(good.stdout, `Well (${well.id}): samp.ok\n`)
    const bad = await point("--to", "well", "--to", "ill")
    ended(bad, 6)
    assert.include(bad.stdout, `Ill (${ill.id}): samp.error below the horizon\n`)
    ended(await point("--to", mute.id), 7)
  })

  it("exit 3, exit 4, exit 5: no hub, no such client, nobody who shows the sky", async () => {
    await using own = new World()
    refused(await own.samp("point", "1", "2"), 3, own.lockfile)
    const there = await own.hub()
    await named(own, there, "Deaf", "x.y")
    refused(await own.samp("point", "1", "2"), 5, mtype)
    refused(await own.samp("point", "1", "2", "--to", "Deaf"), 5, "Deaf")
    refused(await own.samp("point", "1", "2", "--to", "Nobody"), 4, "Nobody")
  })
})
