/** Several hubs in one home (issue item 8; PF-021, PF-022, PF-029, STD-53), with astropy's and beside astropy's. */
import { existsSync, readdirSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { checkPrompt } from "../support/promptness.ts"
import * as Home from "./support/Home.ts"
import * as Hubs from "./support/Hubs.ts"
import * as Json from "./support/Json.ts"
import * as Peers from "./support/Peers.ts"
import * as Program from "./support/Program.ts"
import * as Samp from "./support/Samp.ts"

/** One of ours and astropy's. */
const labels = ["A", "Peer"]

describe("hubs with --multi and labels", () => {
  const home = Home.make()
  const directory = join(home.path, ".samp-1")
  const hubs = new Map<string, Hubs.Hub>()
  const hub = (label: string): Hubs.Hub => {
    const found = hubs.get(label)
    if (found === undefined) throw new Error(`no hub ${label}`)
    return found
  }

  const astropyLists = async (): Promise<Json.JsonRecord> => {
    const result = await Peers.runPython(home, 20_000, "astropy_hubs.py")
    Program.ended(result, 0)
    return Json.parse(result.stdout)
  }
  const weList = async (): Promise<ReadonlyMap<unknown, Json.JsonRecord>> => {
    const result = await Samp.run(home, "hubs", "--json")
    Program.ended(result, 0)
    return new Map(result.objects().map((found) => [found["label"], found]))
  }

  beforeAll(async () => {
    for (const label of ["A", "B"]) {
      hubs.set(
        label,
        await Hubs.start("ours", home, "--multi", "--label", label, "--owner", `owner ${label}`)
      )
    }
    hubs.set("Peer", await Hubs.start("astropy", home, "multiple", "Peer"))
  })
  afterAll(async () => {
    await Promise.all([...hubs.values()].map(({ program }) => program.end()))
    home.remove()
  })

  test("STD-53, PF-021: lockfiles samp-hub* of mode 0600 in .samp-1 of mode 0700, and no .samp", () => {
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    for (const label of ["A", "B"]) {
      expect(basename(hub(label).lockfile)).toMatch(/^samp-hub/)
      expect(join(directory, basename(hub(label).lockfile))).toBe(hub(label).lockfile)
      expect(statSync(hub(label).lockfile).mode & 0o777).toBe(0o600)
    }
    expect(existsSync(home.lockfile)).toBe(false)
  })

  test("PF-025, PF-026, STD-52, WIRE-52: astropy's listing shows both of ours with their labels", async () => {
    const listed = await astropyLists()
    for (const label of ["A", "B"]) {
      const tokens = Json.record(listed[hub(label).lockfile])
      expect(tokens["hub.label"]).toBe(label)
      expect(tokens["hub.owner.name"]).toBe(`owner ${label}`)
      expect(tokens["samp.hub.xmlrpc.url"]).toBe(hub(label).url)
    }
    expect(Object.keys(listed)).toHaveLength(3)
  })

  test("PF-025: samp hubs shows astropy's and ours", async () => {
    const listed = await weList()
    expect([...listed.keys()].toSorted()).toEqual(["A", "B", "Peer"])
    for (const label of ["A", "B", "Peer"]) {
      expect(listed.get(label)).toMatchObject({ url: hub(label).url, lockfile: hub(label).lockfile })
    }
    expect(listed.get("A")).toMatchObject({ owner: "owner A" })
  })

  test.each(labels)("PF-026: --hub %s chooses a hub by its label", async (label) => {
    const result = await Samp.run(home, "ping", "--hub", label, "--json")
    Program.ended(result, 0)
    expect(JSON.stringify(result.objects())).toContain(hub(label).url)
  })

  const places: ReadonlyArray<readonly [string, () => string]> = [
    ["path", () => hub("B").lockfile],
    ["path of astropy's", () => hub("Peer").lockfile],
    ["URL", () => `file://${hub("B").lockfile}`]
  ]
  test.concurrent.each(places)("PF-027: --hub takes a lockfile's %s too", async (_what, which) => {
    const result = await Samp.run(home, "ping", "--hub", which(), "--json")
    Program.ended(result, 0)
    expect(result.objects()).toHaveLength(1)
  })

  test("PF-026: --hub with a label that no hub has is an error of its own", async () => {
    const result = await Samp.run(home, "ping", "--hub", "no such label")
    Program.ended(result, 3)
    expect(result.stderr).toContain("no such label")
  })

  test("PF-028, STD-42: killed ones disappear from our listing, and their files from the disk", async () => {
    await hub("A").program.kill()
    await hub("Peer").program.kill()
    expect(existsSync(hub("A").lockfile)).toBe(true)
    const listed = await weList()
    expect([...listed.keys()]).toEqual(["B"])
    // "Cleaned up by the next samp hubs or hub start": whichever of the two does it.
    const next = await Hubs.start("ours", home, "--multi", "--label", "C")
    hubs.set("C", next)
    expect(existsSync(hub("A").lockfile)).toBe(false)
    expect(existsSync(hub("Peer").lockfile)).toBe(false)
    expect(await Hubs.answers(hub("B").url)).toBe(true)
  })

  test("STD-44: hubs that end take their own files along and leave the others'", async () => {
    await hub("C").program.end()
    expect(existsSync(hub("C").lockfile)).toBe(false)
    expect(existsSync(hub("B").lockfile)).toBe(true)
    await hub("B").program.end()
    expect(readdirSync(directory)).toEqual([])
  })
})

describe("inactivity", () => {
  const home = Home.make()
  afterAll(home.remove)

  test("PF-029: a hub with --timeout 3 and no clients ends by itself", async () => {
    const begun = performance.now()
    const hub = await Hubs.start("ours", home, "--timeout", "3")
    const exit = await Promise.race([hub.program.exit, Program.pause(40_000)])
    const seconds = (performance.now() - begun) / 1000
    expect(exit).toMatchObject({ code: 0 })
    expect(seconds).toBeGreaterThan(2.5)
    await checkPrompt("the end", seconds * 1000, 7_000)
    expect(existsSync(home.lockfile)).toBe(false)
  })

  test("PF-030, EVT-04, SHUT-06: --client-timeout disconnects a silent client, then --timeout ends the hub", async () => {
    const hub = await Hubs.start("ours", home, "--timeout", "2", "--client-timeout", "3")
    const client = Peers.startPython(home, "astropy_recipient.py", "Silent", "30")
    await Hubs.event(client, "ready")
    const told = Json.parse(await client.line((line) => line.includes("samp.hub.disconnect"), 30_000))
    expect(told).toMatchObject({ kind: "notification", params: { reason: expect.stringMatching(/./) } })
    expect(await Promise.race([hub.program.exit, Program.pause(30_000)])).toMatchObject({ code: 0 })
    expect(existsSync(home.lockfile)).toBe(false)
    await client.end()
  })
})
