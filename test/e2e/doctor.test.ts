/** `samp doctor` before the hub is reached: each seeded fault is named in the first line. */
import { assert, describe, it } from "@effect/vitest"
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { checkPrompt } from "../support/promptness.ts"
import { World } from "./harness.ts"
import {
  closedPort,
  doctor,
  listener,
  names,
  powerless,
  webServer,
  writeLockfile
} from "./support/Doctored.ts"
import { objects } from "./support/Ends.ts"

const unix = process.platform !== "win32"

describe.concurrent("samp doctor on the way to the hub", () => {
  it("says that SAMP works where it does, with the hub, its latency and its clients", async () => {
    await using world = new World()
    const hub = await world.hub()
    const client = await world.client(hub, "samp.app.ping")
    client.answerAll({ "samp.status": "samp.ok", "samp.result": {} })
    const end = await doctor(world)
    names(end, 0, "SAMP works", hub.url, "1 client")
    assert.notMatch(end.stdout, /^failed/mu)
    assert.match(end.stdout, /^ok +callback/mu)
    assert.notInclude(end.stdout, hub.secret)
    assert.sameMembers([...await client.others()], ["hub"], "GEN-10: it has unregistered")
  })

  it("--json prints the cause first, and a summary last", async () => {
    await using world = new World()
    const end = await doctor(world, { args: ["--json"] })
    const [first, ...rest] = objects(end)
    assert.include(first, { code: "no-hub", severity: "fatal", remedy: "samp hub" })
    assert.deepInclude(rest.at(-1), { works: false, code: "no-hub", exitCode: 3 })
    assert.strictEqual(end.code, 3)
    const hub = await world.hub()
    const well = objects(await doctor(world, { args: ["--json"] }))
    assert.deepStrictEqual(well.map(({ code }) => code), ["works", "works"])
    assert.include(String(well[0]?.["cause"]), hub.url)
  })

  it("1: no lockfile, no hub", async () => {
    await using world = new World()
    const end = await doctor(world)
    names(end, 3, "No hub is running", world.lockfile)
    assert.match(end.stdout, /remedy: samp hub\n/u)
  })

  it("2: the lockfile of a hub that was killed", async () => {
    await using world = new World()
    const hub = await world.hub()
    await hub.program.kill()
    const end = await doctor(world)
    names(end, 3, world.lockfile, "left behind", "gone", hub.url)
    assert.include(end.stdout, `process ${hub.program.pid} is gone`)
    assert.notInclude(end.stdout, hub.secret)
  })

  it.each(
    [
      ["a web server", webServer],
      ["one that greets", (world: World) => listener(world, (socket) => socket.end("SSH-2.0-x\r\n"))],
      ["one that hangs up", (world: World) => listener(world, (socket) => socket.destroy())]
    ] as const
  )("3: the lockfile's port is now another program's: %s", async (_, open) => {
    await using world = new World()
    const url = await open(world)
    writeLockfile(world.lockfile, url)
    const end = await doctor(world)
    names(end, 3, "another program's", url)
    if (process.platform === "linux") assert.include(end.stdout, `held by process ${process.pid}`)
  })

  it.skipIf(!unix)("4: the hub is stopped, or takes connections and never answers", async () => {
    await using world = new World()
    const hub = await world.hub()
    hub.program.signal("SIGSTOP")
    const end = await doctor(world)
    names(end, 3, "frozen", hub.url)
    assert.include(end.stdout, `kill -CONT ${hub.program.pid}`)
    await using other = new World()
    const url = await listener(other, () => {})
    writeLockfile(other.lockfile, url)
    names(await doctor(other), 3, "frozen", url)
  })

  it.skipIf(!unix)(
    "6: the lockfile may not be read, is a directory, or a link that leads nowhere",
    async () => {
      await using unreadable = new World()
      chmodSync(unreadable.home, 0o755)
      writeLockfile(unreadable.lockfile, await closedPort())
      chmodSync(unreadable.lockfile, 0)
      names(await doctor(unreadable, { env: powerless }), 3, "may not read the lockfile", unreadable.lockfile)

      await using directory = new World()
      mkdirSync(directory.lockfile)
      names(await doctor(directory), 3, directory.lockfile, "is a directory and not a file")

      await using dangling = new World()
      symlinkSync(dangling.path("nowhere"), dangling.lockfile)
      const end = await doctor(dangling)
      names(end, 3, dangling.lockfile, "symbolic link that leads nowhere")
      assert.include(end.stdout, `remedy: rm ${dangling.lockfile}`)
    }
  )

  it.each(
    [
      ["", "is empty"],
      ["samp.hub.xmlrpc.url=http://127.0.0.1:1/\n", "lacks samp.secret"],
      ["samp.secret=hush-1\nsamp.profile.version=1.3\n", "lacks samp.hub.xmlrpc.url"],
      ["# SAMP\nsamp.secret=hush-2\nsamp.hub.xml", "half-written"],
      ["samp.secret=hush-3\nsamp.hub.xmlrpc.url=https://127.0.0.1:1/\n", "https"],
      ["\x00\x01nonsense", "lacks samp.secret and samp.hub.xmlrpc.url"]
    ] as const
  )("7: STD-36, STD-38 the lockfile %j is malformed", async (text, why) => {
    await using world = new World()
    writeFileSync(world.lockfile, text, { mode: 0o600 })
    const end = await doctor(world)
    names(end, 3, `The lockfile ${world.lockfile}`, why)
    assert.notInclude(end.stdout, "hush")
  })

  it("7: STD-50 a lockfile with CR LF and comments is well", async () => {
    await using world = new World()
    const hub = await world.hub()
    const text = `# of Windows\r\n\r\nsamp.secret=${hub.secret}\r\nsamp.hub.xmlrpc.url=${hub.url}\r\n`
    writeFileSync(world.lockfile, text)
    names(await doctor(world), 0, "SAMP works")
  })

  it.each(["nonsense", "web-appname:x", "std-lockurl:gopher://x/y"])(
    "8: STD-32 SAMP_HUB=%s cannot be followed",
    async (value) => {
      await using world = new World()
      await world.hub()
      const end = await doctor(world, { env: { SAMP_HUB: value } })
      names(end, 3, "SAMP_HUB", value.replace(/^std-lockurl:/u, ""))
      assert.include(end.stdout, "unset SAMP_HUB")
    }
  )

  it("9: STD-30, STD-31 SAMP_HUB leads nowhere while a hub runs at the usual place", async () => {
    await using world = new World()
    const hub = await world.hub()
    const missing = world.path("no such file")
    const end = await doctor(world, { env: { SAMP_HUB: `std-lockurl:file://${missing}` } })
    names(end, 3, `SAMP_HUB names the lockfile ${missing}`, "not there", `runs at ${hub.url}`)
    assert.match(end.stdout, /remedy: unset SAMP_HUB\n/u)
    const dead = (await closedPort()).replace("/xmlrpc", "/samp")
    const silent = (await listener(world, () => {})).replace("127.0.0.1", "me:hush-4@127.0.0.1")
    for (const url of [dead, silent]) {
      const end = await doctor(world, { env: { SAMP_HUB: `std-lockurl:${url}` } })
      names(end, 3, "SAMP_HUB names the lockfile", "cannot be fetched", `runs at ${hub.url}`)
      assert.notInclude(end.stdout, "hush-4")
    }
  })

  it("9: STD-47 --hub names no hub", async () => {
    await using world = new World()
    await world.hub(["--multi", "--label", "red"])
    names(await doctor(world, { args: ["--hub", "green"] }), 3, "No hub is called green")
    names(await doctor(world, { args: ["--hub", "red"] }), 0, "SAMP works")
    const missing = world.path("none")
    names(await doctor(world, { args: ["--hub", missing] }), 3, `--hub names the lockfile ${missing}`)
  })

  it("13: WIRE-42 the lockfile's host name does not resolve, or is not loopback", async () => {
    await using world = new World()
    writeLockfile(world.lockfile, "http://no-such-host.invalid:1/xmlrpc")
    names(await doctor(world), 3, "no-such-host.invalid does not resolve")
    // reserved for documentation: no host has it
    writeLockfile(world.lockfile, "http://192.0.2.1:9/xmlrpc")
    names(await doctor(world), 3, "http://192.0.2.1:9/xmlrpc", "not on this machine's loopback")
  })

  it("13: a hub behind such a name is found all the same, and warned of", async () => {
    await using world = new World()
    const hub = await world.hub()
    writeLockfile(world.lockfile, hub.url.replace("127.0.0.1", "no-such-host.invalid"), hub.secret)
    names(await doctor(world), 1, "no-such-host.invalid does not resolve")
  })

  it("15: STD-53 the only hub that runs is a further one", async () => {
    await using world = new World()
    const red = await world.hub(["--multi", "--label", "red"])
    const end = await doctor(world)
    names(end, 3, `There is no lockfile ${world.lockfile}`, "labelled red", red.url)
    assert.include(end.stdout, `--hub ${red.lockfile}`)
  })

  it("17: STD-33 HOME is not there, or may not be written", async () => {
    await using world = new World()
    const gone = world.path("gone")
    names(await doctor(world, { env: { HOME: gone } }), 3, `HOME is ${gone}`, "does not exist")
    if (!unix) return
    chmodSync(world.home, 0o555)
    names(await doctor(world, { env: powerless }), 3, world.home, "not writable")
  })

  it("17: STD-34 HOME differs from the home of the account, where the hub is", async () => {
    await using world = new World()
    await using account = new World()
    const env = { TEST_ACCOUNT_HOME: account.home }
    const hub = await account.hub()
    const end = await doctor(world, { env })
    names(end, 3, `HOME is ${world.home}`, hub.url, account.lockfile, "account's home")
    assert.include(end.stdout, `export HOME=${account.home}`)
  })

  it("17: STD-33 Java programs look into the home of the account", async () => {
    await using world = new World()
    await using account = new World()
    const env = { TEST_ACCOUNT_HOME: account.home }
    await world.hub()
    names(await doctor(world, { env }), 1, `HOME is ${world.home}`, account.home, "Java")
    const followed = { ...env, SAMP_HUB: `std-lockurl:file://${world.lockfile}` }
    names(await doctor(world, { env: followed }), 0, "SAMP works")
  })

  it("bounded: everything hangs, and it still ends soon", async () => {
    await using world = new World()
    const silent = await listener(world, () => {})
    mkdirSync(world.path(".samp-1"))
    writeLockfile(world.lockfile, silent)
    for (let i = 0; i < 20; i++) {
      writeLockfile(world.path(".samp-1", `samp-hub-${i}`), silent.replace("/xmlrpc", `/${i}`))
    }
    const begun = performance.now()
    const end = await doctor(world, { webPort: Number(new URL(silent).port) })
    names(end, 3, "frozen")
    await checkPrompt("samp doctor", end.at - begun, 15_000)
  })
})
