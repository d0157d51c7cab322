/** A session of TOPCAT, DS9 and astropy at our hub is recorded, replayed through the engine, and played into other hubs. */
import { copyFileSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as Home from "../interop/support/Home.ts"
import * as Hubs from "../interop/support/Hubs.ts"
import type * as Json from "../interop/support/Json.ts"
import * as Python from "../interop/support/Peers.ts"
import * as Program from "../interop/support/Program.ts"
import * as Samp from "../interop/support/Samp.ts"
import * as Desktop from "./support/Desktop.ts"
import * as Peers from "./support/Peers.ts"
import * as Samples from "./support/Samples.ts"
import * as Screen from "./support/Screen.ts"

/** The button of TOPCAT's tool bar that broadcasts the current table: a mast with waves. */
const broadcastButton = { x: 115, y: 40 }

describe("a session of TOPCAT, DS9 and astropy", () => {
  const shelf = Home.make()
  const file = join(shelf.path, "session.jsonl")
  let ids: Readonly<Record<"astropy" | "ds9" | "topcat", string>>
  let text: string

  /** What happens in it: pings, a table, an image, broadcasts from both windows, a death, and leavings. */
  const session = async (desktop: Desktop.Desktop): Promise<void> => {
    const { home, screen } = desktop
    const recipient = desktop.open(Python.startPython(home, "astropy_recipient.py", "Receiver", "200"))
    const receiver = await Hubs.event(recipient, "ready")
    const ds9 = desktop.open(Peers.startDs9(home, screen))
    const image = await Peers.ds9Registered(home, ds9)
    const topcat = desktop.open(Peers.startTopcat(home, screen))
    const table = await Peers.topcatRegistered(home, topcat)
    ids = { astropy: String(receiver["id"]), ds9: image.id, topcat: table.id }
    const send = async (...args: ReadonlyArray<string>) =>
      Program.ended(await desktop.samp("send", ...args, "--timeout", "30"), 0)
    await send("samp.app.ping", "--call")
    await send(
      "table.load.votable",
      `url=${Samples.table(home.path).url}`,
      "table-id=stars",
      "--to",
      table.id,
      "--wait"
    )
    await send("image.load.fits", `url=${Samples.image(home.path).url}`, "--to", image.id, "--wait")
    await send("test.ok", "a=1 <2>", "--to", ids.astropy, "--wait")
    // TOPCAT's own call to all, which DS9 answers
    await Program.eventually("TOPCAT's window", async () => {
      const picture = await screen.picture()
      return Screen.colours(picture, { x: 10, y: 25, width: 820, height: 35 }) > 20 ? picture : undefined
    }, 30_000)
    await screen.click(broadcastButton.x, broadcastButton.y)
    await Program.eventually(
      "the responses to TOPCAT's broadcast",
      () => deliveries("Response", table.id).length > 0 || undefined,
      20_000
    )
    // DS9's own notification of all, which TOPCAT takes
    const before = deliveries("Notification", table.id).length
    await send("ds9.set", "cmd=samp broadcast image", "--to", image.id, "--wait")
    await Program.eventually(
      "DS9's broadcast",
      () => deliveries("Notification", table.id).length > before || undefined,
      20_000
    )
    Screen.keep("record", await screen.picture())
    await ds9.kill()
    const gone = (id: string) =>
      Program.eventually(
        `${id} has gone`,
        async () => (await Peers.clients(home)).some((client) => client.id === id) ? undefined : true,
        60_000
      )
    await gone(image.id)
    await topcat.end()
    await gone(table.id)
    await recipient.end()
  }

  /** The recorded steps in which something was handed to a client. */
  const deliveries = (kind: string, to: string): ReadonlyArray<string> =>
    readFileSync(file, "utf8").split("\n").filter((line) =>
      line.includes(`"delivery":{"_tag":"${kind}"`) && line.includes(`"to":["${to}"`)
    )

  beforeAll(async () => {
    const desktop = await Desktop.open("--record", file)
    try {
      await session(desktop)
      Program.ended(await desktop.samp("hub", "stop"), 0)
    } finally {
      await desktop.close()
    }
    text = readFileSync(file, "utf8")
    const kept = process.env["GUI_SCREENSHOTS"]
    if (kept !== undefined) copyFileSync(file, join(kept, "session.jsonl"))
  }, 240_000)
  afterAll(() => shelf.remove())

  const replay = async (home: Home.Home, ...args: ReadonlyArray<string>) => {
    const result = await Samp.run(home, "replay", file, "--json", ...args)
    const events = result.objects()
    const last: Json.JsonRecord = events.at(-1) ?? {}
    return { result, last, differences: events.filter(({ event }) => event === "difference") }
  }

  test("is replayed through the engine without a difference, and holds what they sent each other", async () => {
    const { last, result } = await replay(shelf)
    Program.ended(result, 0)
    expect(last).toMatchObject({ same: true, kind: "hub", cutOff: false })
    expect(Number(last["messages"])).toBeGreaterThan(7)
    for (const name of ["topcat", "Receiver", "table.load.votable", "image.load.fits", "ds9.set"]) {
      expect(text).toContain(name)
    }
    expect(text).toContain(`{"_tag":"ClientDead","id":"${ids.ds9}"`)
    // neither callbacks nor what the system said when they were gone
    expect(text.match(/"url":"http:\/\/callback-\d+\/"/gu)?.length).toBeGreaterThanOrEqual(6)
    expect(text).not.toMatch(/ECONNREFUSED [\d.]+:\d/u)
  })

  test.each(["jsamp", "astropy", "ours"] as const)(
    "is played into the hub of %s without a difference",
    async (kind) => {
      const home = Home.make()
      const hub = await Hubs.start(kind, home)
      try {
        for (const speed of ["max", "8"]) {
          const { differences, last, result } = await replay(home, "--speed", speed, "--hub")
          expect(differences).toEqual([])
          Program.ended(result, 0)
          expect(last).toMatchObject({ event: "played", same: true })
          expect(Number(last["clients"])).toBeGreaterThan(7)
        }
      } finally {
        await hub.program.end()
        home.remove()
      }
    },
    120_000
  )
})
