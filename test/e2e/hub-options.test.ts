/** What `samp hub` can be told. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { checkPrompt } from "../support/promptness.ts"
import { modeOf, pause, record, tokensOf, until, World } from "./harness.ts"
import { Client, ping } from "./support/Client.ts"
import { refused } from "./support/Ends.ts"
import { Fault, textAt } from "./support/Wire.ts"

const portOf = (url: string): string => new URL(url).port

describe.concurrent("samp hub", () => {
  it("exit 9, STD-39, STD-49: --port, --address and --lockfile choose where it is", async () => {
    await using world = new World()
    const first = await world.hub()
    const taken = portOf(first.url)
    refused(await world.samp("hub", "--lockfile", world.path("x"), "--port", taken), 9, taken, "--port")
    assert.isFalse(existsSync(world.path("x")))
    first.program.signal("SIGTERM")
    await first.program.ended
    const place = world.path("run", "one")
    refused(await world.samp("hub", "--lockfile", place), 9, world.path("run"), "make it")
    assert.isFalse(existsSync(world.path("run")), "a directory that was mistyped is not made")
    mkdirSync(world.path("run"))
    const second = await world.hub(["--lockfile", place, "--port", taken])
    assert.strictEqual(portOf(second.url), taken)
    assert.strictEqual(second.lockfile, place)
    assert.strictEqual(modeOf(place), "600")
    assert.isFalse(existsSync(world.lockfile))
    // an address of documentation, which is nobody's
    refused(await world.samp("hub", "--address", "192.0.2.1"), 9, "192.0.2.1")
    assert.isFalse(existsSync(world.lockfile))
  })

  it("exit 8, STD-47: --label is not taken twice, in whatever case, and says who has it", async () => {
    await using world = new World()
    const red = await world.hub(["--label", "red"])
    refused(await world.samp("hub", "--multi", "--label", "Red"), 8, red.url, red.lockfile, "--label")
    assert.deepStrictEqual(readdirSync(world.home), [".samp"])
    const again = await world.samp("hub", "--label", "red")
    refused(again, 8, "already running", "samp hub stop")
    await red.program.kill()
    const next = await world.hub(["--multi", "--label", "red"])
    assert.strictEqual(next.ready["label"], "red", "a dead hub has no label")
  })

  it("only a hub of ours is said to be stopped by samp hub stop", async () => {
    await using world = new World()
    const hub = await world.hub()
    const text = readFileSync(hub.lockfile, "latin1").replace(/^hub\.impl=.*$/mu, "hub.impl=Other 1")
    writeFileSync(world.path("other"), text)
    const end = await world.samp("hub", "--lockfile", world.path("other"))
    refused(end, 8, "end it where it was started")
    assert.notInclude(end.stderr, "samp hub stop")
  })

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`STD-45: --json tells that ${signal} ended it`, async () => {
      await using world = new World()
      const { program } = await world.hub()
      program.signal(signal)
      const { code, stderr } = await program.ended
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(program.json[1], { event: "ended", reason: signal })
      assert.strictEqual(stderr, "")
      const human = world.start(["hub"])
      await until("its line", () => human.stdout.endsWith("\n") || human.failIfEnded("the hub"))
      human.signal(signal)
      assert.strictEqual((await human.ended).stderr, `SAMP hub ends: ${signal}\n`)
    })
  }

  const skip = process.platform !== "linux" // elsewhere the second loopback address is not there
  it("STD-49: it listens on the loopback address only", { skip }, async () => {
    await using world = new World()
    const { url } = await world.hub()
    const connected = await new Promise<boolean>((resolve) => {
      const socket = connect(Number(portOf(url)), "127.0.0.2")
      socket.on("connect", () => resolve(true)).on("error", () => resolve(false))
      world.atEnd(() => socket.destroy())
    })
    assert.isFalse(connected)
  })

  it("STD-10, HUB-24: --secret is the one that counts", async () => {
    await using world = new World()
    const hub = await world.hub(["--secret", "open sesame"])
    assert.strictEqual(tokensOf(hub.lockfile)["samp.secret"], "open sesame")
    await world.sender({ url: hub.url, secret: "open sesame" })
    const wrong = await Client.register({ url: hub.url, secret: "open sesam" }).catch((error: unknown) =>
      error
    )
    assert.instanceOf(wrong, Fault)
    for (const secret of ["a=b", " ", "", "x\ny", "\u00fc"]) {
      refused(await world.samp("hub", "--secret", secret, "--lockfile", world.path("x")), 2, "secret")
    }
  })

  it("WEB-60: --web-mtype lets web clients send more than what is harmless, and nothing else", async () => {
    await using world = new World()
    const hub = await world.hub(
      ["--web-port", "0", "--web-consent", "allow", "--web-mtype", "x.y", "--web-mtype", "ds9.*"]
    )
    const place = `web-url:${record(hub.ready["web"])["url"]}`
    const wanted = ["x.y", "ds9.set", "table.highlight.row"]
    const client = await world.client(hub, "x.z", ...wanted)
    for (const mtype of ["x.z", ...wanted]) {
      const end = await world.samp("send", mtype, "--hub", place, "--to", client.id)
      assert.strictEqual(end.code === 0, mtype !== "x.z", end.stderr)
    }
    await until("all of them", () => client.received.length >= wanted.length)
    assert.deepStrictEqual(client.received.map(({ content }) => content["samp.mtype"]), wanted)
    refused(await world.samp("hub", "--web-mtype", "x.*.y", "--lockfile", world.path("x")), 2, "x.*.y")
  })

  it("WEB-09: --web-flash and --web-silverlight serve the policy files of these, which are not there else", async () => {
    await using world = new World()
    const found = async (...args: ReadonlyArray<string>): Promise<ReadonlyArray<number>> => {
      const lockfile = ["--lockfile", world.path(`hub${args.join("")}`)]
      const hub = await world.hub(["--web-port", "0", ...lockfile, ...args])
      const files = ["crossdomain.xml", "clientaccesspolicy.xml"].map((file) =>
        fetch(new URL(file, String(record(hub.ready["web"])["url"])))
      )
      return (await Promise.all(files)).map(({ status }) => status)
    }
    assert.deepStrictEqual(await found(), [404, 404])
    assert.deepStrictEqual(await found("--web-flash"), [200, 404])
    assert.deepStrictEqual(await found("--web-silverlight"), [404, 200])
  })

  it("WIRE-82: --timeout ends a hub without clients, and only then", async () => {
    await using world = new World()
    const hub = await world.hub(["--timeout", "1"])
    const client = await world.sender(hub)
    await pause(1_500)
    await ping(hub.url)
    const left = performance.now()
    await client.ask("unregister")
    const { at, code, stderr } = await hub.program.ended
    assert.strictEqual(code, 0, stderr)
    assert.isAbove(at - left, 900)
    await checkPrompt("the end", at - left, 5_000)
    assert.deepStrictEqual(hub.program.json[1], { event: "ended", reason: "idle" })
    assert.isFalse(existsSync(hub.lockfile))
  })

  it("WIRE-82: --timeout counts from the start when nobody ever comes", async () => {
    await using world = new World()
    const hub = await world.hub(["--timeout", "1"])
    const begun = performance.now()
    const { at, code } = await hub.program.ended
    assert.strictEqual(code, 0)
    await checkPrompt("the end", at - begun, 5_000)
  })

  it("EVT-03, EVT-04, SHUT-06, WIRE-82: --client-timeout ejects who asks for nothing, with a word to it", async () => {
    await using world = new World()
    const hub = await world.hub(["--client-timeout", "2"])
    const busy = await world.client(hub, "samp.hub.event.unregister")
    const idle = await world.client(hub, "samp.hub.disconnect", "samp.hub.event.unregister")
    const begun = performance.now()
    while (idle.received.length === 0 && performance.now() - begun < 30_000) {
      await busy.ask("ping")
      await pause(50)
    }
    const took = performance.now() - begun
    assert.isAbove(took, 1_500)
    await checkPrompt("the word", took, 5_500)
    const [goodbye] = idle.got("samp.hub.disconnect")
    assert.strictEqual(textAt(goodbye?.content, "samp.params", "reason"), "Timeout expired!")
    assert.strictEqual(goodbye?.from, idle.hubId)
    await until("the event", () => busy.received.length > 0)
    assert.deepStrictEqual(
      busy.received.map(({ content }) => textAt(content, "samp.params", "id")),
      [idle.id]
    )
    assert.lengthOf(idle.received, 1, "it is not told of its own end as an event")
    assert.instanceOf(await idle.ask("getRegisteredClients").catch((error: unknown) => error), Fault)
    assert.lengthOf(busy.got("samp.hub.disconnect"), 0)
    await busy.ask("ping")
  })

  it("WIRE-82: --client-timeout spares a client that waits in a callAndWait", async () => {
    await using world = new World()
    const hub = await world.hub(["--client-timeout", "2"])
    const callee = await world.client(hub, "e2e.slow")
    const caller = await world.sender(hub)
    const answer = caller.ask("callAndWait", callee.id, { "samp.mtype": "e2e.slow", "samp.params": {} }, "0")
    answer.catch(() => {})
    const begun = performance.now()
    while (performance.now() - begun < 3_000) {
      await callee.ask("ping")
      await pause(50)
    }
    await callee.ask("reply", callee.received[0]?.label ?? "", {
      "samp.status": "samp.ok",
      "samp.result": {}
    })
    assert.strictEqual(textAt(await answer, "samp.status"), "samp.ok")
  })

  it("WIRE-155: neither secret nor keys are in what it prints, even with --log-level debug", async () => {
    await using world = new World()
    const hub = await world.hub(["--log-level", "debug"])
    const client = await world.client(hub, "e2e.x")
    await client.ask("unregister")
    hub.program.signal("SIGINT")
    const { stderr, stdout } = await hub.program.ended
    for (const secret of [hub.secret, client.key]) assert.notInclude(stdout + stderr, secret)
    assert.include(stderr, client.id, "it does log the client's coming or going")
  })
})
