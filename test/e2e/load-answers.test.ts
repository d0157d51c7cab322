/** `samp load`: what becomes of its recipients and of the hub, with an exit code for each way to fail. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { readdirSync, writeFileSync } from "node:fs"
import { type Hub, until, World } from "./harness.ts"
import { okResponse } from "./support/Client.ts"
import { ended, objects, printed, refused } from "./support/Ends.ts"
import { errorResponse, named, votable } from "./support/Receiver.ts"
import { textAt } from "./support/Wire.ts"

const world = new World()
let hub: Hub
const table = world.path("t.vot")

beforeAll(async () => {
  hub = await world.hub()
  writeFileSync(table, votable)
})
afterAll(() => world[Symbol.asyncDispose]())

describe.concurrent("samp load to recipients that", () => {
  it("exit 3: are nowhere, since there is no hub", async () => {
    await using own = new World()
    refused(await own.samp("load", table), 3, "samp hub", own.lockfile)
  })

  it("exit 4: do not exist", async () => {
    await named(world, hub, "Known", "table.load.votable")
    ended(await world.samp("load", table, "--to", "unknown tool"), 4, "unknown tool", "Known")
  })

  it("exit 5: do not subscribe; if one of several does not, nothing is sent", async () => {
    const hears = await named(world, hub, "Hears", "table.load.votable")
    await named(world, hub, "HearsNot", "table.load.fits")
    refused(await world.samp("load", table, "--to", "HearsNot"), 5, "HearsNot", "table.load.votable")
    refused(await world.samp("load", table, "--to", "Hears", "--to", "HearsNot"), 5, "HearsNot")
    assert.lengthOf(hears.received, 0)
    await using own = new World()
    await own.hub()
    refused(await own.samp("load", table), 5, "table.load.votable")
  })

  it("exit 6, ERR-01: answer with an error, which outranks silence", async () => {
    const [bad, mute] = [
      await named(world, hub, "Bad", "table.load.votable"),
      await named(world, hub, "Mute", "table.load.votable")
    ]
    bad.answerAll(errorResponse("no memory"))
    const to = ["--to", "Bad", "--to", mute.id, "--timeout", "1"]
    const end = await world.samp("load", table, ...to, "--serve", "file")
    ended(end, 6)
    assert.sameMembers(end.stdout.trim().split("\n").map((line) => line.split(" ")[0]), ["Bad", "Mute"])
    assert.include(end.stdout, `Bad (${bad.id}): samp.error no memory\n`)
  })

  it("exit 7: never answer, or too late", async () => {
    const late = await named(world, hub, "Late", "table.load.votable")
    late.onDelivery = ({ label }) =>
      void setTimeout(() => late.ask("reply", label, okResponse()).catch(() => {}), 3_000)
    const end = await world.samp("load", table, "--to", "Late", "--timeout", "1", "--json")
    ended(end, 7)
    assert.include(objects(end)[0], { name: "Late", status: null })
    assert.include(String(objects(end)[0]?.["error"]), "1 s")
    ended(await world.samp("load", table, "--to", "Late", "--timeout", "20"), 0)
  })

  it("exit 0: answer with a warning", async () => {
    const client = await named(world, hub, "Warns", "table.load.votable")
    client.answerAll({ ...errorResponse("3 rows left out"), "samp.status": "samp.warning" })
    const end = await world.samp("load", table, "--to", "Warns")
    ended(end, 0)
    assert.strictEqual(end.stdout, `Warns (${client.id}): samp.warning 3 rows left out\n`)
  })

  it("exit 6: die in the middle", async () => {
    const { ids, program } = await world.peer(hub, 1, "table.load.votable")
    const load = world.start(["load", table, "--to", String(ids[0]), "--json"])
    await program.message(
      "the call",
      (message) => JSON.stringify(message).includes("table.load") ? true : undefined
    )
    await program.kill()
    // the hub finds out when it has something to say to it
    const nudge = await world.sender(hub)
    await nudge.ask("notify", String(ids[0]), { "samp.mtype": "table.load.votable", "samp.params": {} })
    const end = await load.ended
    ended(end, 6)
    assert.include(end.stdout, "hub.recipient-dead")
  })

  it("exit 0: are only told, by a notification, with --no-wait", async () => {
    const client = await named(world, hub, "Told", "table.load.votable")
    const [line] = printed(await world.samp("load", table, "--to", "Told", "--no-wait", "--json"))
    assert.deepStrictEqual(line, {
      id: client.id,
      name: "Told",
      mtype: "table.load.votable",
      url: `file://${table}`,
      status: null
    })
    await until("it", () => client.got("table.load.votable").length === 1)
    assert.strictEqual(client.got("table.load.votable")[0]?.kind, "Notification")
    const human = await world.samp("load", table, "--to", "Told", "--no-wait")
    assert.match(human.stdout, new RegExp(`^Sent the VOTable.* to Told \\(${client.id}\\)\n$`, "u"))
  })

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    it(`exit 3, SHUT-05: wait when the hub ends by ${signal}`, async () => {
      await using own = new World()
      const dying = await own.hub()
      const silent = await own.client(dying, "table.load.votable")
      const program = own.start(["load", table, "--timeout", "0"])
      await until("the call", () => silent.received.length === 1)
      dying.program.signal(signal)
      const end = await program.ended
      ended(end, 3)
      assert.match(end.stdout, /hub/u)
    })
  }

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`exit 130, GEN-10: have not answered when ${signal} comes; nothing is left behind`, async () => {
      await using own = new World()
      const there = await own.hub()
      const silent = await own.client(there, "table.load.votable")
      writeFileSync(own.path("t.vot"), votable)
      const program = own.shell("exec samp load - < t.vot")
      await until("the call", () => silent.received.length === 1)
      assert.lengthOf(readdirSync(own.path("tmp")), 1)
      const id = silent.received[0]?.from ?? ""
      assert.include(await silent.others(), id)
      program.signal(signal)
      refused(await program.ended, 130)
      assert.deepStrictEqual(readdirSync(own.path("tmp")), [])
      assert.notInclude(await silent.others(), id)
      const url = textAt(silent.received[0]?.content, "samp.params", "url")
      assert.strictEqual(await fetch(url).then(() => "served", () => "gone"), "gone")
    })
  }
})
