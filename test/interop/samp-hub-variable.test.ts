/** The environment variable SAMP_HUB leads our hub, JSAMP's clients, astropy's and ours to the same lockfile. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as Home from "./support/Home.ts"
import * as Hubs from "./support/Hubs.ts"
import * as Peers from "./support/Peers.ts"
import * as Program from "./support/Program.ts"
import * as Samp from "./support/Samp.ts"

describe("SAMP_HUB=std-lockurl:file:", () => {
  const plain = Home.make()
  const lockfile = join(plain.path, "another place")
  const url = `file://${lockfile.replaceAll(" ", "%20")}`
  const home: Home.Home = { ...plain, lockfile, env: { ...plain.env, SAMP_HUB: `std-lockurl:${url}` } }
  let hub: Hubs.Hub

  beforeAll(async () => {
    hub = await Hubs.start("ours", home)
  })
  afterAll(async () => {
    await hub.program.end()
    home.remove()
  })

  test("STD-30, STD-35: our hub writes its lockfile there and nowhere else", () => {
    expect(hub.lockfile).toBe(lockfile)
    expect(existsSync(lockfile)).toBe(true)
    expect(existsSync(join(plain.path, ".samp"))).toBe(false)
  })

  test("STD-31, WIRE-50, WIRE-51: astropy, JSAMP and samp send find it", async () => {
    const recipient = Peers.startPython(home, "astropy_recipient.py", "Receiver", "30")
    await Hubs.event(recipient, "ready")
    Program.ended(await Samp.run(home, "send", "test.ok", "--to", "Receiver", "--wait", "--timeout", "10"), 0)
    const sent = await Peers.runJsamp(
      home,
      20_000,
      "messagesender",
      "-mtype",
      "test.ok",
      "-targetname",
      "Receiver"
    )
    Program.ended(sent, 0)
    expect(sent.stdout).toContain("samp.ok")
    await recipient.end()
  })

  test("STD-32: another prefix is an error that says so, for the hub and for the client", async () => {
    // a place of the Web Profile is one for clients, and no place for a hub
    for (
      const [variable, command] of [["odd-place:x", "hub"], ["odd-place:x", "ping"], [
        "web-appname:x",
        "hub"
      ]] as const
    ) {
      const odd: Home.Home = { ...home, env: { ...home.env, SAMP_HUB: variable } }
      const result = await Samp.run(odd, command)
      expect(result.code).not.toBe(0)
      expect(result.stderr).toContain("SAMP_HUB")
    }
  })
})
