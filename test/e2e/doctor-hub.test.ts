/** `samp doctor` where a hub answers, and yet something is wrong: each seeded fault is named in the first line. */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { chmodSync, chownSync, rmSync, unlinkSync, writeFileSync } from "node:fs"
import { World } from "./harness.ts"
import {
  disguise,
  doctor,
  isRoot,
  listener,
  muteHub,
  names,
  nobody,
  webServer,
  writeLockfile
} from "./support/Doctored.ts"
import { objects } from "./support/Ends.ts"

const unix = process.platform !== "win32"
/** Making a network namespace takes root, Linux, and the tools. */
const canUnshare = isRoot && spawnSync("unshare", ["--net", "ip", "link", "set", "lo", "up"]).status === 0
const portOf = (url: string): number => Number(new URL(url).port)

describe.concurrent("samp doctor at a hub that answers", () => {
  it.skipIf(!unix).each(
    [[0o644, "readable"], [0o640, "readable"], [0o666, "writable"], [0o622, "writable"]] as const
  )(
    "5: the lockfile has mode %o",
    async (mode, what) => {
      await using world = new World()
      const hub = await world.hub()
      chmodSync(hub.lockfile, mode)
      const end = await doctor(world)
      names(end, 1, `The lockfile ${hub.lockfile} is ${what} by others`)
      assert.include(end.stdout, `remedy: chmod 600 ${hub.lockfile}`)
    }
  )

  it("10: the hub refuses the secret of the lockfile, which is never shown", async () => {
    await using world = new World()
    const hub = await world.hub()
    writeLockfile(world.lockfile, hub.url, "an-old-secret")
    names(await doctor(world), 1, `The hub at ${hub.url} refuses the secret of the lockfile`)
  })

  it("11: the hub registers us but does not call back", async () => {
    await using world = new World()
    const url = await muteHub(world)
    writeLockfile(world.lockfile, url)
    const end = await doctor(world)
    names(end, 1, `The hub at ${url}`, "cannot call back")
    assert.match(end.stdout, /firewall/u)
  })

  it("12: proxy variables bend what other tools say to the hub; no_proxy or not", async () => {
    await using world = new World()
    await world.hub()
    const proxy = "http://me:hush-5@proxy.invalid:3128"
    for (const name of ["http_proxy", "HTTP_PROXY", "ALL_PROXY"]) {
      const end = await doctor(world, { env: { [name]: proxy, no_proxy: "example.org" } })
      names(end, 1, name, "proxy", "127.0.0.1")
      assert.notInclude(end.stdout, "hush-5")
    }
    for (const bypass of ["127.0.0.1,localhost", "*", "127.0.0.0/8"]) {
      names(await doctor(world, { env: { http_proxy: proxy, NO_PROXY: bypass } }), 0, "SAMP works")
    }
  })

  it("14: the port of the Web Profile is another program's", async () => {
    await using world = new World()
    await world.hub()
    const port = portOf(await webServer(world))
    names(await doctor(world, { webPort: port }), 1, `Port ${port} is taken`, "no Web Profile hub")
    const silent = portOf(await listener(world, () => {}))
    names(await doctor(world, { webPort: silent }), 1, `Port ${silent} is taken`, "does not answer")
    const profile = portOf(await webServer(world, "<methodResponse><params/></methodResponse>"))
    names(await doctor(world, { webPort: profile }), 0, "SAMP works")
  })

  it("15: STD-53 the clients are at a further hub", async () => {
    await using world = new World()
    const usual = await world.hub()
    const red = await world.hub(["--multi", "--label", "red"])
    const [first] = objects(await doctor(world, { args: ["--json"] }))
    assert.strictEqual(first?.["code"], "works", "a further hub is no fault")
    await world.client(red, "a.b")
    const end = await doctor(world)
    names(end, 1, `The hub at ${usual.url} has no clients`, `1 are registered with the one at ${red.url}`)
    assert.include(end.stdout, `--hub ${red.lockfile}`)
  })

  it.skipIf(process.platform !== "linux")(
    "15: the lockfile was overwritten by a second hub",
    async () => {
      await using world = new World()
      const old = await world.hub()
      unlinkSync(old.lockfile)
      const young = await world.hub()
      const end = await doctor(world)
      names(end, 1, `A second hub runs at ${old.url}`)
      assert.include(end.stdout, young.url)
      assert.include(end.stdout, String(old.program.pid))
      rmSync(young.lockfile)
      names(await doctor(world), 3, `There is no lockfile ${world.lockfile}`, "a hub runs at")
    }
  )

  it.skipIf(!unix)("16: a client hangs", async () => {
    await using world = new World()
    const hub = await world.hub()
    const { ids: [id = ""], program } = await world.peer(hub, 1, "samp.app.ping")
    program.signal("SIGSTOP")
    names(await doctor(world), 1, "The client", id, "hangs")
  })

  it("16: a client is registered but dead", async () => {
    await using world = new World()
    const hub = await world.hub()
    const { ids: [id = ""], program } = await world.peer(hub, 1, "samp.app.ping")
    await program.kill()
    names(await doctor(world), 1, "The client", id, "dead")
    names(await doctor(world), 0, "0 clients")
  })

  it.skipIf(!canUnshare)("P16: the hub is outside of our container, with another loopback", async () => {
    await using world = new World()
    const hub = await world.hub()
    const inside = world.path("inside")
    const script = `ip link set lo up; exec ${process.execPath} "$@"`
    writeFileSync(inside, `#!/bin/sh\nexec unshare --net sh -c '${script}' sh "$@"\n`, { mode: 0o755 })
    const end = await doctor(world, { node: inside })
    names(end, 3, `The hub at ${hub.url} runs in another container`)
  })

  it.skipIf(!isRoot)("18: the lockfile, or the hub, is another user's", async () => {
    await using world = new World()
    const own = await world.hub()
    chownSync(own.lockfile, nobody, nobody)
    names(await doctor(world), 1, "belongs to another user", String(nobody), own.lockfile)

    await using other = new World()
    chownSync(other.home, nobody, nobody)
    const foreign = await other.hub([], { preload: [disguise], env: { TEST_UID: String(nobody) } })
    chownSync(foreign.lockfile, 0, 0)
    names(await doctor(other), 1, `The hub at ${foreign.url} runs as another user (id ${nobody})`)
    writeLockfile(other.lockfile, foreign.url, "secret-of-a-dead-hub")
    names(await doctor(other), 1, `The hub at ${foreign.url} belongs to another user`, "stale")
  })

  it.each(["192.0.2.7", ""])("19: localhost is %j and not loopback", async (address) => {
    await using world = new World()
    await world.hub()
    names(await doctor(world, { env: { TEST_LOCALHOST: address } }), 0, "SAMP works", "localhost")
  })
})
