/** The Web Profile of a running hub: `samp hub web`, ports that are taken, who is seen, and the end of it all. */
import { assert, describe, it } from "@effect/vitest"
import { writeFileSync } from "node:fs"
import { createServer, type Server } from "node:net"
import { checkPrompt } from "../support/promptness.ts"
import { type Hub, pause, record, until, World } from "./harness.ts"
import { message } from "./support/Client.ts"
import { printed, refused } from "./support/Ends.ts"
import { askWeb, Page } from "./support/Page.ts"

const pages = ["--web-port", "0", "--web-consent", "allow"]

const webOf = (hub: Hub): string => String(record(hub.ready["web"])["url"])

const shutdownEvent = "samp.hub.event.shutdown"

/** Takes any port on an address, until the world ends. */
const occupy = (world: World, host: string): Promise<number> =>
  new Promise((resolve) => {
    const server: Server = createServer().listen({ host, port: 0 }, () => {
      const address = server.address()
      resolve(typeof address === "object" ? address?.port ?? 0 : 0)
    })
    world.atEnd(() => server.close())
  })

describe.concurrent("samp hub web", { timeout: 120_000 }, () => {
  it("EVT-14, WEB-37: off disconnects pages and nobody else, on lets them in where they were, status changes nothing", async () => {
    await using world = new World()
    const hub = await world.hub(pages)
    const url = webOf(hub)
    const witness = await world.client(hub, "samp.hub.event.*")
    const page = await Page.open(url, [shutdownEvent])
    const waiting = page.pull(600)
    const run = async (...args: ReadonlyArray<string>) =>
      printed(await world.samp("hub", "web", ...args, "--json"))[0]
    const on = { hub: hub.url, state: "on", url }
    const off = { hub: hub.url, state: "off", why: "it was switched off" }
    assert.deepStrictEqual(await run(), on)
    assert.deepStrictEqual(await run("status"), on)
    assert.deepStrictEqual(await run("off"), off)
    assert.strictEqual((await waiting)[0]?.content["samp.mtype"], shutdownEvent)
    await until("the news", () => witness.got("samp.hub.event.unregister").length === 1)
    assert.lengthOf(witness.got(shutdownEvent), 0)
    await witness.ask("ping")
    assert.match(String(await askWeb(url, "", "ping", []).catch((error: unknown) => error)), /ECONNREFUSED/u)
    const { stdout } = await world.samp("hub", "web")
    assert.strictEqual(stdout, "Web pages do not reach the hub: it was switched off\n")
    assert.deepStrictEqual(await run("on"), on)
    assert.deepStrictEqual(await run("on"), on)
    assert.strictEqual((await world.samp("hub", "web")).stdout, `Web pages reach the hub at ${url}\n`)
    await Page.open(url, [])
  })

  it("exit 9, with what to do, when the port is taken; WEB-02: such a hub has said so, and goes on without", async () => {
    await using world = new World()
    for (const host of ["127.0.0.1", "::1"]) {
      const port = await occupy(world, host)
      const lockfile = world.path(`lockfile-${host.length}`)
      const hub = await world.hub(["--web-port", String(port), "--lockfile", lockfile])
      assert.match(String(record(hub.ready["web"])["off"]), new RegExp(`^port ${port} is taken`, "u"))
      await until("the warning", () => hub.program.stderr.includes(`port ${port} is taken`))
      await (await world.sender(hub)).ask("ping")
      const end = await world.samp("hub", "web", "on", "--hub", lockfile)
      assert.strictEqual(end.code, 9)
      assert.match(end.stdout, new RegExp(`^Web pages do not reach the hub: port ${port} is taken, `, "u"))
      assert.include(end.stderr, "samp hub web on")
    }
  })

  it("WEB-02: of two hubs on one port the first has it, and the second when that has gone", async () => {
    await using world = new World()
    const first = await world.hub([...pages, "--lockfile", world.path("one")])
    const url = webOf(first)
    const port = new URL(url).port
    const second = await world.hub([
      "--web-port",
      port,
      "--web-consent",
      "allow",
      "--lockfile",
      world.path("two")
    ])
    assert.isString(record(second.ready["web"])["off"])
    first.program.signal("SIGTERM")
    await first.program.ended
    const [on] = printed(await world.samp("hub", "web", "on", "--json", "--hub", world.path("two")))
    assert.deepStrictEqual(on, { hub: second.url, state: "on", url })
    await Page.open(url, [])
  })

  it("exit 3 when no hub runs, 2 for another word, 1 for a hub that does not tell", async () => {
    await using world = new World()
    refused(await world.samp("hub", "web", "off"), 3, "samp hub")
    const word = await world.samp("hub", "web", "perhaps")
    assert.strictEqual(word.code, 2)
    assert.include(word.stderr, "perhaps")
    const hub = await world.hub()
    const other = world.path("other")
    writeFileSync(other, `samp.secret=wrong\nsamp.hub.xmlrpc.url=${hub.url}\nhub.impl=Other 1\n`)
    refused(await world.samp("hub", "web", "on", "--hub", other), 1, "(Other 1) does not tell")
  })

  it("WEB-14, WEB-68: clients and status show where pages come from, and how the Web Profile is", async () => {
    await using world = new World()
    const hub = await world.hub(pages)
    const page = await Page.open(webOf(hub), ["table.*"], { name: "Sky map" })
    const program = await Page.register(webOf(hub), { name: "script", origin: "" })
    const desktop = await world.client(hub, "table.*")
    await desktop.ask("notify", page.id, message("table.x"))
    const [status = {}] = printed(await world.samp("hub", "status", "--json"))
    assert.deepStrictEqual(status["web"], { state: "on", url: webOf(hub) })
    const clients = Array.isArray(status["clients"]) ? status["clients"].map(record) : []
    assert.deepInclude(clients[0], { id: page.id, name: "Sky map", origin: page.origin, waiting: 1 })
    assert.deepInclude(clients[1], { id: program.id, origin: "" })
    assert.notProperty(clients[2], "origin")
    for (const secret of [page.key, program.key]) assert.notInclude(JSON.stringify(status), secret)
    const { stdout: shown } = await world.samp("hub", "status")
    assert.include(shown, `Web pages reach the hub at ${webOf(hub)}\n`)
    assert.match(shown, new RegExp(`^${page.id} +Sky map +${page.origin} `, "mu"))
    assert.match(shown, new RegExp(`^${program.id} +script +a program over the Web Profile `, "mu"))
    assert.match(shown, new RegExp(`^${desktop.id} +- +- `, "mu"))
    const { stdout: listed } = await world.samp("clients")
    assert.match(listed, /^ID +NAME +ORIGIN +AGE/mu)
    assert.match(listed, new RegExp(`^${page.id} .* ${page.origin} `, "mu"))
    const all = printed(await world.samp("clients", "--json"))
    assert.strictEqual(all.find(({ id }) => id === page.id)?.["origin"], page.origin)
    assert.notProperty(all.find(({ id }) => id === desktop.id), "origin")
    assert.match((await world.samp("clients", "--long")).stdout, new RegExp(`^  ${page.origin}$`, "mu"))
    for (const gone of [page, program]) await gone.leave()
    assert.notInclude((await world.samp("clients")).stdout, "ORIGIN")
  })
})

describe.concurrent("the end of a hub", () => {
  it("SHUT-01, SHUT-03, WEB-37, P5: pages hear of it in the pull that waits, or in the next, and nobody is waited for", async () => {
    await using world = new World()
    const hub = await world.hub(pages)
    const url = webOf(hub)
    const waiting = await Promise.all(Array.from({ length: 20 }, () => Page.open(url, [shutdownEvent])))
    for (const page of waiting) page.poll()
    const between = await Page.open(url, [shutdownEvent, "table.*"])
    between.poll(() => 100)
    const desktop = await world.client(hub, shutdownEvent)
    const lazy = await Page.open(url, [shutdownEvent])
    await pause(100)
    await desktop.ask("notify", between.id, message("table.x"))
    await until("the message", () => between.received.length === 1)
    const told = performance.now()
    hub.program.signal("SIGTERM")
    const end = await hub.program.ended
    assert.strictEqual(end.code, 0, end.stderr)
    await checkPrompt("it takes less than a second", end.at - told, 1_000)
    await Promise.all([...waiting, between].map((page) => page.ended()))
    for (const page of [...waiting, between]) assert.lengthOf(page.got(shutdownEvent), 1, page.id)
    assert.lengthOf(lazy.received, 0)
    assert.lengthOf(desktop.got(shutdownEvent), 1)
  })
})
