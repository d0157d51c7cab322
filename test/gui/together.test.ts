/** TOPCAT and DS9 on one screen: they talk to each other through our hub, and notice when it stops and comes back. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as Hubs from "../interop/support/Hubs.ts"
import * as Json from "../interop/support/Json.ts"
import * as Program from "../interop/support/Program.ts"
import * as Samp from "../interop/support/Samp.ts"
import * as Desktop from "./support/Desktop.ts"
import * as Peers from "./support/Peers.ts"
import * as Samples from "./support/Samples.ts"
import * as Screen from "./support/Screen.ts"
import * as Tap from "./support/Tap.ts"

/** The button of TOPCAT's tool bar that broadcasts the current table: a mast with waves. */
const broadcastButton = { x: 115, y: 40 }

/** Whether something listens on this port, without touching it: the state 0A of the kernel's table. */
const listens = (port: number): boolean => {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`
  return ["/proc/net/tcp", "/proc/net/tcp6"].filter(existsSync).some((table) =>
    readFileSync(table, "latin1").split("\n").some((line) => {
      const [, address = "", , state] = line.trim().split(/\s+/u)
      return address.endsWith(local) && state === "0A"
    })
  )
}

const callbackPort = (tap: Tap.Tap): number => {
  const request = tap.conversations.find(({ peer }) => peer.includes("samp.hub.setXmlrpcCallback"))?.peer
  const port = /<value>(?:<string>)?http:\/\/[^<:]+:(\d+)/u.exec(request ?? "")?.[1]
  if (port === undefined) throw new Error("no callback was declared")
  return Number(port)
}

describe("TOPCAT and DS9 at our hub", () => {
  let desktop: Desktop.Desktop
  let topcat: Program.Program
  let ds9: Program.Program
  let topcatClient: Peers.Client
  let ds9Client: Peers.Client
  let topcatTap: Tap.Tap
  let ds9Tap: Tap.Tap

  beforeAll(async () => {
    desktop = await Desktop.open()
    const { home, hub, screen } = desktop
    topcatTap = await Tap.open(hub, join(home.path, "topcat.lock"))
    ds9Tap = await Tap.open(hub, join(home.path, "ds9.lock"))
    ds9 = desktop.open(Peers.startDs9(home, screen, ds9Tap.env))
    ds9Client = await Peers.ds9Registered(home, ds9)
    // The later one lies on top: there is no window manager, and its button is to be clicked.
    topcat = desktop.open(Peers.startTopcat(home, screen, topcatTap.env))
    topcatClient = await Peers.topcatRegistered(home, topcat)
  })
  afterAll(async () => {
    topcatTap.close()
    ds9Tap.close()
    await desktop.close()
  })

  test("HUB-13, EVT-01: one broadcast call is answered by both and by the hub", async () => {
    const result = await desktop.samp("send", "samp.app.ping", "--call", "--timeout", "20", "--json")
    Program.ended(result, 0)
    expect(result.objects().map(({ id, status }) => ({ id, status }))).toEqual(
      expect.arrayContaining([topcatClient.id, ds9Client.id].map((id) => ({ id, status: "samp.ok" })))
    )
  })

  test("HUB-13, MTY-20, WIRE-67: TOPCAT's own broadcast button brings its table to DS9 and to samp snoop", async () => {
    const { home, screen } = desktop
    const sample = Samples.table(home.path)
    Program.ended(
      await desktop.samp("send", "table.load.votable", `url=${sample.url}`, "--to", "topcat", "--wait"),
      0
    )
    const snoop = desktop.open(Samp.start(home, "snoop", "--mtype", "table.*", "--count", "1"))
    await Program.eventually(
      "samp snoop registered",
      async () => (await Peers.clients(home)).find(({ mtypes }) => mtypes.includes("table.*"))
    )
    await screen.click(broadcastButton.x, broadcastButton.y)
    const seen = Json.parse(await snoop.line((line) => line.includes("table.load.votable"), 15_000))
    expect(seen).toMatchObject({ kind: "call", sender: topcatClient.id, mtype: "table.load.votable" })
    const answered = () => ds9Tap.conversations.some(({ peer }) => peer.includes("samp.hub.reply<"))
    await Program.eventually("DS9's reply", () => answered() || undefined, 15_000)
    Screen.keep("together", await screen.picture())
  })

  test("WIRE-20, WIRE-21, WIRE-90: DS9 speaks HTTP/1.0 with bare LF, and every request got its 200 and a close", () => {
    const talks = ds9Tap.conversations.filter(({ hub }) => hub !== "")
    expect(talks.length).toBeGreaterThan(5)
    for (const { peer, hub } of talks) {
      expect(peer).toMatch(/^POST \/\S* HTTP\/1\.0\n/u)
      expect(peer).not.toContain("\r")
      expect(peer.match(/<methodCall>/gu)).toHaveLength(1)
      expect(hub).toMatch(/^HTTP\/1\.[01] 200 /u)
      expect(hub).toMatch(/\r\nConnection: close\r\n/u)
    }
  })

  test("WIRE-13, WIRE-60: TOPCAT keeps its connections alive, and every request got its 200", () => {
    const talks = topcatTap.conversations.filter(({ hub }) => hub !== "")
    const requests = talks.flatMap(({ peer }) => peer.match(/^POST \S+ HTTP\/1\.1\r$/gmu) ?? [])
    const answers = talks.flatMap(({ hub }) => hub.match(/HTTP\/1\.[01] \d+ /gu) ?? [])
    expect(requests.length).toBeGreaterThan(talks.length)
    expect(answers).toHaveLength(requests.length)
    expect(answers.filter((answer) => !answer.endsWith(" 200 "))).toEqual([])
    // It asks about each client that comes; a command of ours has left before a machine that is busy gets to that (GEN-08).
    const faults = talks.flatMap(({ hub }) => hub.match(/<fault>.*<\/fault>/gu) ?? [])
    expect(faults.filter((fault) => !/no client 'c\d+' is registered/u.test(fault))).toEqual([])
  })

  test("EVT-02, SHUT-01, STD-45: samp hub stop reaches both, and both live on", async () => {
    const { home, hub } = desktop
    const port = callbackPort(ds9Tap)
    expect(listens(port)).toBe(true)
    Program.ended(await desktop.samp("hub", "stop"), 0)
    expect(await hub.program.exit).toMatchObject({ code: 0 })
    expect(existsSync(home.lockfile)).toBe(false)
    // DS9 gives up its callback server only when it is told that the hub goes.
    await Program.eventually("DS9 gave up its callback", () => listens(port) ? undefined : true, 5_000)
    expect(await Peers.lives(ds9)).toBe(true)
    expect(await Peers.lives(topcat)).toBe(true)
  })
})

describe("TOPCAT and DS9 when the hub changes", () => {
  let desktop: Desktop.Desktop
  beforeAll(async () => {
    desktop = await Desktop.open()
  })
  afterAll(() => desktop.close())

  test("WIRE-56, SHUT-01, CLI-21: after samp hub stop, TOPCAT finds the next hub by itself and works on", async () => {
    const { home, screen } = desktop
    const topcat = desktop.open(Peers.startTopcat(home, screen))
    await Peers.topcatRegistered(home, topcat)
    Program.ended(await desktop.samp("hub", "stop"), 0)
    const next = await Hubs.start("ours", home)
    desktop.open(next.program)
    await Peers.topcatRegistered(home, topcat)
    const sample = Samples.table(home.path)
    const args = ["table.load.votable", `url=${sample.url}`, "--to", "topcat", "--wait", "--timeout", "20"]
    Program.ended(await desktop.samp("send", ...args), 0)
  })

  test("STD-42, CLI-21: DS9 started after that finds the new hub, and a kill -9 of it leaves DS9 alive", async () => {
    const { home, screen } = desktop
    const ds9 = desktop.open(Peers.startDs9(home, screen))
    const client = await Peers.ds9Registered(home, ds9)
    Program.ended(await desktop.samp("send", "samp.app.ping", "--to", client.id, "--wait"), 0)
    const pid = Number(readFileSync(home.lockfile, "utf8").match(/^hub\.pid=(\d+)$/mu)?.[1])
    process.kill(pid, "SIGKILL")
    await Program.eventually("the hub is gone", async () => {
      const result = await desktop.samp("ping")
      return result.code === 3 ? result : undefined
    })
    expect(await Peers.lives(ds9)).toBe(true)
    const picture = await screen.picture()
    expect(Screen.colours(picture, { x: 0, y: 0, width: 800, height: 300 })).toBeGreaterThan(2)
  })
})
