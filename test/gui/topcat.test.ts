/** TOPCAT on a screen of its own: it finds our hub, and loads what `samp send` sends (issue item 2). */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as Program from "../interop/support/Program.ts"
import * as Desktop from "./support/Desktop.ts"
import * as Peers from "./support/Peers.ts"
import * as Samples from "./support/Samples.ts"
import * as Screen from "./support/Screen.ts"

/** Where TOPCAT's main window shows the list of tables and the properties of the current one. */
const tableList = { x: 10, y: 80, width: 820, height: 170 }
/** Its tool bar, above. */
const toolBar = { x: 10, y: 25, width: 820, height: 35 }

describe("TOPCAT at our hub", () => {
  let desktop: Desktop.Desktop
  let topcat: Program.Program
  let client: Peers.Client
  let sample: Samples.Sample
  let before: Screen.Picture

  beforeAll(async () => {
    desktop = await Desktop.open()
    sample = Samples.table(desktop.home.path)
    topcat = desktop.open(Peers.startTopcat(desktop.home, desktop.screen))
    client = await Peers.topcatRegistered(desktop.home, topcat)
    before = await Program.eventually("TOPCAT's window", async () => {
      const picture = await desktop.screen.picture()
      return Screen.colours(picture, toolBar) > 20 ? picture : undefined
    }, 30_000)
  })
  afterAll(() => desktop.close())

  const send = (...args: ReadonlyArray<string>) =>
    desktop.samp("send", ...args, "--to", "topcat", "--timeout", "30", "--json")

  test("WIRE-56, STD-06, SUB-01: it finds the lockfile by itself, and samp clients shows it", () => {
    expect(client).toMatchObject({ name: "topcat", metadata: { "samp.name": "topcat" } })
    expect(client.metadata["topcat.version"]).toEqual(expect.any(String))
    expect(client.mtypes).toEqual(
      expect.arrayContaining([
        "samp.app.ping",
        "samp.hub.event.shutdown",
        "table.load.votable",
        "table.select.rowList"
      ])
    )
  })

  test("MTY-20, HUB-14, RSP-02: table.load.votable --to topcat --wait is answered samp.ok, exit 0", async () => {
    const result = await send(
      "table.load.votable",
      `url=${sample.url}`,
      "name=three stars",
      "table-id=stars-1",
      "--wait"
    )
    Program.ended(result, 0)
    expect(result.objects()).toHaveLength(1)
    expect(result.objects()[0]).toMatchObject({
      id: client.id,
      name: "topcat",
      status: "samp.ok",
      response: { "samp.status": "samp.ok" }
    })
  })

  test("MTY-25, WIRE-67: TOPCAT gives the table back, all of it", async () => {
    const result = await send("table.get.stil", "format=csv", "--wait")
    Program.ended(result, 0)
    const [reply] = result.objects()
    expect(reply).toMatchObject({ response: { "samp.status": "samp.ok" } })
    const url = /"url":"([^"]+)"/u.exec(result.stdout)?.[1] ?? ""
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) })
    const [head, ...rows] = (await answer.text()).trim().split(/\r?\n/u)
    expect(head).toBe("name,ra,dec")
    expect(rows).toEqual(Samples.stars.map((star) => star.join(",")))
  })

  test("MTY-20: its window shows the table", async () => {
    const picture = await Program.eventually("the table in TOPCAT's window", async () => {
      const now = await desktop.screen.picture()
      return Screen.changes(before, now, tableList) > 300 ? now : undefined
    }, 20_000)
    Screen.keep("topcat", picture)
  })

  test.each(["--wait", "--call"])("MTY-26, MTY-27: rows are selected and highlighted (%s)", async (mode) => {
    const params = JSON.stringify({ "table-id": "stars-1", "row-list": ["0", "2"] })
    Program.ended(await send("table.select.rowList", "--params", params, mode), 0)
    Program.ended(await send("table.highlight.row", "table-id=stars-1", "row=1", mode), 0)
  })

  test("MTY-123, RSP-05: what it cannot load it answers with samp.error and all its texts, exit 6", async () => {
    const result = await send("table.load.votable", `url=${sample.url}.missing`, "--wait")
    Program.ended(result, 6)
    expect(result.objects()[0]).toMatchObject({
      status: "samp.error",
      response: {
        "samp.error": {
          "samp.errortxt": expect.any(String),
          "samp.usertxt": expect.any(String),
          "samp.debugtxt": expect.stringContaining("\n"),
          "samp.code": expect.any(String)
        }
      }
    })
  })

  test("HUB-10, MSG-02: a notification loads a table too", async () => {
    Program.ended(await send("table.load.votable", `url=${sample.url}`, "name=again"), 0)
    await Program.eventually("a second table in TOPCAT", async () => {
      const result = await send("table.get.stil", "format=csv", "id=2", "--wait")
      return result.code === 0 ? result : undefined
    }, 20_000)
  })

  test("GEN-06, WIRE-151: it stays registered, and the hub had nothing to complain of", async () => {
    expect((await Peers.clients(desktop.home)).map(({ id }) => id)).toContain(client.id)
    expect(desktop.hub.program.stderr()).not.toMatch(/WARN|ERROR/u)
    expect(await Peers.lives(topcat)).toBe(true)
  })
})
