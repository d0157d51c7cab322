/** TOPCAT and a web page: tables go both ways, from the page's site to TOPCAT and from TOPCAT's disk to the page. */
import { readFileSync } from "node:fs"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as Hubs from "../interop/support/Hubs.ts"
import * as Program from "../interop/support/Program.ts"
import * as Chromium from "../interop/web/support/Browser.ts"
import * as Page from "../interop/web/support/Page.ts"
import type { Site } from "../interop/web/support/Pages.ts"
import { receives } from "../interop/web/support/Party.ts"
import * as Port from "../interop/web/support/Port.ts"
import * as WebHubs from "../interop/web/support/WebHubs.ts"
import * as Desktop from "./support/Desktop.ts"
import * as Peers from "./support/Peers.ts"
import * as Samples from "./support/Samples.ts"
import * as Screen from "./support/Screen.ts"

/** The button of TOPCAT's tool bar that broadcasts the current table: a mast with waves. */
const broadcastButton = { x: 115, y: 40 }

const kind = Hubs.kindUnderTest()

// at astropy's hub somebody has to answer on its terminal
describe.skipIf(kind === "astropy")("TOPCAT and a page with sampjs", () => {
  let desktop: Desktop.Desktop
  let site: Site
  let browser: Browser
  let topcat: Peers.Client
  let page: Page.Page
  let sample: Samples.Sample

  beforeAll(async () => {
    await Port.free()
    desktop = await Desktop.open(...WebHubs.argumentsOf(kind === "jsamp" ? "jsamp" : "ours"))
    await WebHubs.ready(desktop.hub)
    sample = Samples.table(desktop.home.path, "stars.vot")
    site = await Page.site({ "/stars.vot": readFileSync(sample.path, "utf8") })
    topcat = await Peers.topcatRegistered(
      desktop.home,
      desktop.open(Peers.startTopcat(desktop.home, desktop.screen))
    )
    browser = await Chromium.start(desktop.home)
    page = await Page.register(await Page.open(await browser.newContext(), site.origin, "Archive"))
  }, 200_000)
  afterAll(async () => {
    await browser?.close()
    await site?.close()
    await desktop.close()
  })

  /** A table of TOPCAT's, as it gives it to anybody. */
  const table = async (...which: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
    const result = await desktop.samp(
      "send",
      "table.get.stil",
      "format=csv",
      ...which,
      "--to",
      "topcat",
      "--wait"
    )
    Program.ended(result, 0)
    const answer = await fetch(/"url":"([^"]+)"/u.exec(result.stdout)?.[1] ?? "", {
      signal: AbortSignal.timeout(10_000)
    })
    return (await answer.text()).trim().split(/\r?\n/u)
  }

  test("WEB-25, META-02, SUB-03 the page knows TOPCAT", async () => {
    const { metadata, subscriptions } = await page.known(topcat.id)
    expect(metadata).toMatchObject({ "samp.name": "topcat" })
    expect(subscriptions).toMatchObject({ "table.load.votable": {}, "coord.pointAt.sky": {} })
  })

  test("MTY-20, HUB-14, P4 TOPCAT loads the table that the page names", async () => {
    const params = { url: `${site.origin}/stars.vot`, name: "from the web", "table-id": "web-1" }
    const response = await page.callAndWait(topcat.id, "table.load.votable", params)
    expect(response).toMatchObject({ "samp.status": "samp.ok" })
    expect(await table()).toEqual(["name,ra,dec", ...Samples.stars.map((star) => star.join(","))])
    const highlight = { "table-id": "web-1", url: params.url, row: "1" }
    expect(await page.callAndWait(topcat.id, "table.highlight.row", highlight)).toMatchObject({
      "samp.status": "samp.ok"
    })
  })

  test("RSP-05 the page is told what TOPCAT cannot load", async () => {
    const url = `${site.origin}/nothing.vot`
    expect(await page.callAndWait(topcat.id, "table.load.votable", { url })).toMatchObject({
      "samp.status": "samp.error"
    })
  })

  test("MTY-20, WEB-50, WEB-54, P4 the page reads the table that TOPCAT broadcasts at a click", async () => {
    const loaded = await desktop.samp(
      "send",
      "table.load.votable",
      `url=${sample.url}`,
      "name=from the disk",
      "--to",
      "topcat",
      "--wait"
    )
    Program.ended(loaded, 0)
    const before = (await page.loaded()).length
    await desktop.screen.click(broadcastButton.x, broadcastButton.y)
    await receives(page, { from: topcat.id, mtype: "table.load.votable" })
    const [read] = await Program.eventually("the table in the page", async () => {
      const tables = (await page.loaded()).slice(before)
      return tables.length === 0 ? undefined : tables
    })
    expect(read).toMatchObject({ status: 200 })
    for (const star of Samples.stars) {
      for (const cell of star) expect(read?.text).toContain(`${cell}`)
    }
    Screen.keep("web", await desktop.screen.picture())
  })
})
