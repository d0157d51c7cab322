/** `samp hub status`: how a hub is, of ours or of others. */
import { assert, describe, it } from "@effect/vitest"
import { copyFileSync, utimesSync, writeFileSync } from "node:fs"
import { pause, record, until, World } from "./harness.ts"
import { message } from "./support/Client.ts"
import { printed, refused } from "./support/Ends.ts"

const rows = (value: unknown) => Array.isArray(value) ? value.map(record) : []

describe.concurrent("samp hub status", () => {
  it("tells clients, open calls, waiting deliveries and trouble, and disturbs nobody", async () => {
    await using world = new World()
    const hub = await world.hub(["--label", "mine"])
    const watch = await world.client(hub, "samp.hub.event.*")
    const callee = await world.client(hub, "e2e.x")
    await callee.ask("declareMetadata", { "samp.name": "Callee" })
    await watch.ask("notify", callee.id, message("e2e.x"))
    await watch.ask("call", callee.id, "tag", message("e2e.x"))
    await until("both", () => callee.got("e2e.x").length === 2)
    callee.manner = "fault"
    await watch.ask("notify", callee.id, message("e2e.x"))
    await until("the third", () => callee.got("e2e.x").length === 3)
    await pause(1_100)
    const before = watch.received.length
    const [status = {}] = printed(await world.samp("hub", "status", "--json"))
    assert.deepInclude(status, {
      url: hub.url,
      lockfile: hub.lockfile,
      label: "mine",
      full: true,
      product: "effect-samp",
      pid: hub.program.pid,
      openCalls: 1,
      routed: { notifications: 2, calls: 1, replies: 0, failed: 1 }
    })
    assert.notInclude(JSON.stringify(status), hub.secret)
    for (const { key } of [watch, callee]) assert.notInclude(JSON.stringify(status), key)
    const [first = {}, second = {}, third] = rows(status["clients"])
    assert.isUndefined(third)
    assert.deepInclude(first, {
      id: watch.id,
      name: "",
      callable: true,
      callsFrom: 1,
      callsTo: 0,
      waiting: 0
    })
    assert.deepInclude(second, { id: callee.id, name: "Callee", callsFrom: 0, callsTo: 1 })
    assert.match(String(record(second["trouble"])["text"]), /^a notification was not taken: no/u)
    for (const { age, idle, registered } of [first, second]) {
      assert.isAtLeast(Number(age), 1)
      assert.isAtMost(Number(idle), Number(age))
      assert.isBelow(Math.abs(Date.now() - Date.parse(String(registered))), 60_000)
    }
    const { stdout } = await world.samp("hub", "status", "--hub", "mine")
    assert.include(stdout, `SAMP hub at ${hub.url}: effect-samp `)
    assert.include(
      stdout,
      "2 notifications, 1 call, 0 responses; 1 delivery failed\n2 clients, 1 open call\n"
    )
    assert.match(stdout, /^ID +NAME +AGE +IDLE +CALLABLE +OWES +AWAITS +WAITING +LAST TROUBLE$/mu)
    assert.match(
      stdout,
      new RegExp(
        `^${callee.id} +Callee +\\d+ s +\\d+ s +yes +1 +0 +0 +\\d{4}-\\S+Z a notification was not`,
        "mu"
      )
    )
    assert.strictEqual(watch.received.length, before, "nobody has come or gone")
  })

  it("tells of a hub of others what can be known, and leaves it as it was", async () => {
    await using world = new World()
    const hub = await world.hub()
    const one = await world.sender(hub)
    await one.ask("declareMetadata", { "samp.name": "One" })
    const foreign = world.path("foreign")
    writeFileSync(foreign, `samp.secret=${hub.secret}\nsamp.hub.xmlrpc.url=${hub.url}\nhub.impl=Other 1\n`)
    const hourAgo = Date.now() / 1000 - 3_600
    utimesSync(foreign, hourAgo, hourAgo)
    const [status = {}] = printed(await world.samp("hub", "status", "--json", "--hub", foreign))
    assert.deepInclude(status, {
      url: hub.url,
      lockfile: foreign,
      impl: "Other 1",
      full: false,
      clients: [{ id: one.id, name: "One" }]
    })
    assert.isNumber(status["ms"])
    assert.approximately(Number(status["lockfileAge"]), 3_600, 60)
    const { stdout } = await world.samp("hub", "status", "--hub", foreign)
    assert.match(stdout, /^SAMP hub at \S+: Other 1, process unknown\nIt answers in [\d.]+ ms\n/u)
    assert.match(
      stdout,
      new RegExp(`, written 1 h.* ago\\n1 client; .*\\n\\nID +NAME\\n${one.id} +One\\n$`, "u")
    )
    assert.deepStrictEqual(await one.others(), ["hub"])
  })

  it("exit 3 with one line of advice when none runs; it is interrupted like any other command", async () => {
    await using world = new World()
    for (const args of [[], ["--json"]]) {
      const end = await world.samp("hub", "status", ...args)
      refused(end, 3, world.lockfile, "Start one with: samp hub")
      assert.lengthOf(end.stderr.trim().split("\n"), 1)
    }
    const hub = await world.hub()
    copyFileSync(hub.lockfile, world.path("kept"))
    hub.program.signal("SIGSTOP")
    const program = world.start(["hub", "status"])
    await pause(800)
    program.signal("SIGINT")
    const { code, stderr } = await program.ended
    assert.strictEqual(code, 130)
    assert.strictEqual(stderr, "")
    await hub.program.kill()
    refused(await world.samp("hub", "status"), 3, "gone")
  })
})
