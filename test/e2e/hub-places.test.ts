/** Where hubs are, and how they are found: the usual one, further ones, and what SAMP_HUB says. */
import { assert, describe, it } from "@effect/vitest"
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync
} from "node:fs"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { modeOf, tokensOf, World } from "./harness.ts"
import { printed, refused } from "./support/Ends.ts"
import { textAt } from "./support/Wire.ts"

describe.concurrent("places of hubs", () => {
  it("STD-52, STD-53: --multi hubs live beside each other, with names that the Python clients know", async () => {
    await using world = new World()
    const usual = await world.hub()
    const red = await world.hub(["--multi", "--label", "red", "--owner", "Vera R.", "--group", "stars"])
    const blue = await world.hub(["--multi", "--label", "blue"])
    const directory = world.path(".samp-1")
    assert.strictEqual(modeOf(directory), "700")
    assert.sameMembers(
      readdirSync(directory).map((name) => join(directory, name)),
      [red.lockfile, blue.lockfile]
    )
    for (const { lockfile } of [blue, red]) {
      assert.match(lockfile, /\/\.samp-1\/samp-hub-[\w-]+$/u)
      assert.strictEqual(modeOf(lockfile), "600")
    }
    const tokens = tokensOf(red.lockfile)
    for (const key of ["hub.label", "samp.hub.label"]) assert.strictEqual(tokens[key], "red")
    for (const key of ["hub.owner.name", "samp.hub.owner"]) assert.strictEqual(tokens[key], "Vera R.")
    for (const key of ["hub.owner.group", "samp.hub.owner_group"]) assert.strictEqual(tokens[key], "stars")
    assert.isTrue(red.lockfile.endsWith(`samp-hub-${tokens["hub.id"]}`))

    const listed = printed(await world.samp("hubs", "--json"))
    assert.deepStrictEqual(
      new Map(listed.map(({ label, lockfile, url }) => [url, { label, lockfile }])),
      new Map([
        [usual.url, { label: undefined, lockfile: usual.lockfile }],
        [red.url, { label: "red", lockfile: red.lockfile }],
        [blue.url, { label: "blue", lockfile: blue.lockfile }]
      ])
    )
    const [line] = listed.filter(({ label }) => label === "red")
    assert.include(line, { owner: "Vera R.", group: "stars", id: tokens["hub.id"], pid: red.program.pid })

    // META-06: whoever is registered sees the label, too
    const client = await world.sender(red)
    assert.strictEqual(textAt(await client.ask("getMetadata", "hub"), "hub.label"), "red")

    blue.program.signal("SIGTERM")
    await blue.program.ended
    assert.isFalse(existsSync(blue.lockfile))
    await red.program.kill()
    const after = await world.samp("hubs", "--json")
    assert.deepStrictEqual(printed(after).map(({ url }) => url), [usual.url])
    assert.include(after.stderr, red.lockfile, "it says what it cleaned up")
    assert.isFalse(existsSync(red.lockfile), "a killed hub's file is cleaned up")
    assert.isTrue(existsSync(usual.lockfile))
  })

  it("STD-53: a starting --multi hub cleans up after a killed one", async () => {
    await using world = new World()
    const killed = await world.hub(["--multi"])
    await killed.program.kill()
    const next = await world.hub(["--multi"])
    assert.deepStrictEqual(readdirSync(world.path(".samp-1")), [
      next.lockfile.slice(next.lockfile.lastIndexOf("/") + 1)
    ])
    assert.isFalse(existsSync(world.lockfile), "no usual hub was started")
  })

  it("STD-47: --hub chooses by label, id, path and URL, and says what there is", async () => {
    await using world = new World()
    const red = await world.hub(["--multi", "--label", "red"])
    const blue = await world.hub(["--multi", "--label", "blue"])
    const twin = await world.hub(["--multi", "--label", "violet"])
    // Hubs of others may share a label; ours refuse to.
    copyFileSync(blue.lockfile, `${blue.lockfile}-twin`)
    const served = Http.createServer((_, response) => response.end(readFileSync(red.lockfile)))
    await new Promise<void>((resolve) => served.listen(0, "127.0.0.1", resolve))
    world.atEnd(() => served.close())
    // a TCP server's address is an AddressInfo
    const { port } = served.address() as AddressInfo
    const choices = [
      ["red", red.url],
      [String(twin.ready["id"]), twin.url],
      [blue.lockfile, blue.url],
      [String(pathToFileURL(twin.lockfile)), twin.url],
      [`http://127.0.0.1:${port}/samp`, red.url]
    ] as const
    for (const [choice, url] of choices) {
      const [answer] = printed(await world.samp("ping", "--json", "--hub", choice))
      assert.strictEqual(answer?.["url"], url, choice)
    }
    refused(await world.samp("ping", "--hub", "green"), 3, "green", "blue, red")
    refused(await world.samp("ping", "--hub", "blue"), 2, "blue", "samp hubs")
    refused(await world.samp("ping", "--hub", world.path("nothing")), 3, world.path("nothing"))
    refused(await world.samp("ping"), 3, world.lockfile, "samp hub")
  })

  it("STD-30, STD-31, STD-35: SAMP_HUB alone decides where hub and commands look", async () => {
    await using world = new World()
    mkdirSync(world.path("a place"))
    const place = world.path("a place", "samp 100%")
    const env = { SAMP_HUB: `std-lockurl:${pathToFileURL(place)}` }
    const other = await world.hub()
    const hub = await world.hub([], { env })
    assert.strictEqual(hub.lockfile, place)
    assert.strictEqual(modeOf(place), "600")
    const [answer] = printed(await world.start(["ping", "--json"], { env }).ended)
    assert.strictEqual(answer?.["url"], hub.url)
    const [usual] = printed(await world.start(["ping", "--json"], { env: { SAMP_HUB: "" } }).ended)
    assert.strictEqual(usual?.["url"], other.url, "an empty value counts as none")
  })

  it("STD-31, STD-38: a lockfile that cannot be fetched, read or understood is not taken for none", async () => {
    await using world = new World()
    const served = Http.createServer((_, response) => response.writeHead(404).end())
    await new Promise<void>((resolve) => served.listen(0, "127.0.0.1", resolve))
    // a TCP server's address is an AddressInfo
    const { port } = served.address() as AddressInfo
    const env = { SAMP_HUB: `std-lockurl:http://127.0.0.1:${port}/samp` }
    const ping = (options = {}) => world.start(["ping"], options).ended
    refused(await ping({ env }), 3, "could not be fetched", "404", "samp doctor")
    await new Promise((resolve) => served.close(resolve))
    refused(await ping({ env }), 3, "could not be fetched", "ECONNREFUSED")
    writeFileSync(world.lockfile, "samp.secret=x\n")
    refused(await ping(), 3, world.lockfile, "it lacks samp.secret or a samp.hub.xmlrpc.url", "samp doctor")
    rmSync(world.lockfile)
    mkdirSync(world.lockfile)
    refused(await ping(), 3, world.lockfile, "cannot be read", "directory")
    rmdirSync(world.lockfile)
    refused(await ping(), 3, world.lockfile, "there is no lockfile", "samp hub")
  })

  it("STD-32, STD-35: a SAMP_HUB that cannot be followed is a usage error, and nothing starts", async () => {
    await using world = new World()
    // where the Web Profile leads there can be no lockfile
    refused(await world.start(["hub"], { env: { SAMP_HUB: "web-appname:x" } }).ended, 2, "SAMP_HUB")
    for (const value of ["nonsense", "std-lockurl:gopher://x/y"]) {
      const env = { SAMP_HUB: value }
      for (const command of ["hub", "clients"]) {
        refused(
          await world.start([command], { env }).ended,
          2,
          "SAMP_HUB",
          value.replace(/^std-lockurl:/u, "")
        )
      }
    }
    const env = { SAMP_HUB: "std-lockurl:http://127.0.0.1:1/samp" }
    refused(await world.start(["hub"], { env }).ended, 2, "http://127.0.0.1:1/samp")
    refused(
      await world.start(["clients"], { env }).ended,
      3,
      "http://127.0.0.1:1/samp",
      "could not be fetched"
    )
    assert.deepStrictEqual(readdirSync(world.home), [])
  })
})
