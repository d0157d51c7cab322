/** The example pages of `samp web-demo`, used in Chromium by clicks and keys, at JSAMP's hub and at ours. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Browser, BrowserContext, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import * as Home from "../support/Home.ts"
import type * as Hubs from "../support/Hubs.ts"
import * as Json from "../support/Json.ts"
import * as Program from "../support/Program.ts"
import * as Samp from "../support/Samp.ts"
import * as Chromium from "./support/Browser.ts"
import * as WebHubs from "./support/WebHubs.ts"

const table = `<?xml version="1.0"?>
<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE name="pulsars">
<FIELD name="name" datatype="char" arraysize="*"/><FIELD name="period" datatype="double" unit="s"/>
<DATA><TABLEDATA>
<TR><TD>Crab</TD><TD>0.0334</TD></TR><TR><TD>Vela &amp; co</TD><TD>0.0893</TD></TR><TR><TD>Geminga</TD><TD>0.237</TD></TR>
</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>
`
const names = ["send-table", "receive", "point", "connection"]

describe.each(WebHubs.kinds)("the example pages, at the hub of %s", (kind) => {
  const home = Home.make()
  let hub: Hubs.Hub
  let demo: Program.Program
  let url: string
  let browser: Browser
  let context: BrowserContext
  let desk: Program.Program
  let errors: Array<string>

  beforeAll(async () => {
    hub = await WebHubs.start(kind, home)
    demo = Samp.start(home, "web-demo", "--port", "0", "--json")
    url = Json.text(Json.record(JSON.parse(await demo.line(() => true))), "url")
    browser = await Chromium.start(home)
    context = await browser.newContext({ viewport: { width: 1200, height: 900 } })
    const takes = ["table.load.votable", "table.highlight.row", "table.select.rowList", "coord.pointAt.sky"]
    desk = Samp.start(home, "listen", ...takes, "--client-name", "Desk")
    await Program.eventually("the desk", async () => (await registered()).includes("Desk") || undefined)
  })
  afterEach(async () => {
    for (const page of context.pages()) await page.close()
  })
  afterAll(async () => {
    await browser?.close()
    await Promise.all([desk?.end(), demo?.end()])
    await hub?.program.end()
    home.remove()
  })

  const registered = async (): Promise<ReadonlyArray<unknown>> =>
    (await Samp.run(home, "clients", "--json")).objects().map(({ name }) => name)

  const open = async (name: string): Promise<Page> => {
    const page = await context.newPage()
    errors = []
    page.on("pageerror", ({ message }) => errors.push(message))
    page.on("console", (said) => {
      if (said.type() === "error") errors.push(said.text())
    })
    await page.goto(`${url}${name}.html`)
    await page.getByText("A hub is running on this computer").waitFor()
    return page
  }

  const connect = async (page: Page): Promise<void> => {
    await page.getByRole("button", { name: "Connect to the hub" }).click()
    await page.getByText("Connected as").waitFor()
  }

  /** The parameters of the next message to the desk that has these. */
  const heard = async (mtype: string, wanted: Json.JsonRecord = {}): Promise<Json.JsonRecord> => {
    const paramsOf = (line: string) => Json.record(Json.record(JSON.parse(line))["params"])
    return paramsOf(
      await desk.line((line) =>
        Json.record(JSON.parse(line))["mtype"] === mtype &&
        Object.entries(wanted).every(([key, value]) =>
          JSON.stringify(paramsOf(line)[key]) === JSON.stringify(value)
        )
      )
    )
  }

  test("WEB-13 do nothing before a click, and say what will be asked", async () => {
    const before = await registered()
    for (const name of names) {
      const page = await open(name)
      await page.getByText(`from ${url.slice(0, -1)}.`).waitFor()
      await page.waitForTimeout(300)
      expect(errors).toEqual([])
    }
    expect(await registered()).toEqual(before)
  })

  test("P4, MTY-20 a table that was typed in reaches those who load tables, who answer", async () => {
    const page = await open("send-table")
    await connect(page)
    await page.getByLabel("Name of the table").fill("Two <stars>")
    await page.getByRole("button", { name: "Add a row" }).click()
    await page.keyboard.type("Sirius & B")
    await page.getByLabel("mag, row 5").fill("-1.46")
    await page.getByRole("button", { name: "Remove row 1" }).click()
    await page.getByText("4 rows: name (text), ra (numbers)").waitFor()
    await page.locator("#recipient").selectOption({ label: "Desk" })
    await page.getByRole("button", { name: "Send the table" }).click()
    await page.locator("#replies li", { hasText: "Desk" }).getByText("has loaded it.").waitFor()
    const sent = await heard("table.load.votable", { name: "Two <stars>" })
    const text = await (await fetch(Json.text(sent, "url"))).text()
    expect(text).toContain("<TD>Sirius &amp; B</TD><TD></TD><TD></TD><TD>-1.46</TD>")
    expect(text).not.toContain("M 31")
    await page.getByText(kind === "ours" ? "The hub hands it out." : "the server of this page hands it out")
      .waitFor()
    expect(errors).toEqual([])
  })

  test("MTY-60, P4 positions and tables arrive; rows are highlighted here and there", async () => {
    const page = await open("receive")
    await connect(page)
    await Program.eventually(
      "the page",
      async () => (await registered()).includes("Web receiver") || undefined
    )
    const pointed = await Samp.run(home, "point", "83.633", "-22.0145", "--to", "Web receiver", "--wait")
    expect([pointed.code, pointed.stderr]).toEqual([0, ""])
    await page.getByText("05h34m31.9s −22d00m52.2s").waitFor()
    await page.getByText("from samp point").waitFor()

    const file = join(home.path, "pulsars.vot")
    writeFileSync(file, table)
    const loaded = await Samp.run(
      home,
      "load",
      file,
      "--to",
      "Web receiver",
      "--id",
      "psr",
      "--serve",
      "file"
    )
    expect([loaded.code, loaded.stderr]).toEqual([0, ""])
    await page.getByText("pulsars, from samp load: 3 rows").or(page.getByText("from samp load: 3 rows"))
      .waitFor()
    const row = (name: string) => page.getByRole("row", { name })
    await row("Vela & co").click()
    const fileUrl = pathToFileURL(file).href
    await heard("table.highlight.row", { "table-id": "psr", url: fileUrl, row: "1" })
    await Samp.run(home, "send", "table.highlight.row", "table-id=psr", `url=${fileUrl}`, "row=2")
    await page.locator("tr[data-marked]", { hasText: "Geminga" }).waitFor()
    await Samp.run(home, "send", "table.highlight.row", "table-id=other", `url=${fileUrl}`, "row=0")

    await row("Crab").focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await heard("table.highlight.row", { "table-id": "psr", url: fileUrl, row: "1" })
    await row("Geminga").getByRole("checkbox").check()
    await page.getByRole("button", { name: "Select the ticked rows" }).click()
    await heard("table.select.rowList", { "table-id": "psr", url: fileUrl, "row-list": ["0", "2"] })
    expect(await page.locator("tr[data-marked]").count()).toBe(2)

    // the sender is told what cannot be shown
    writeFileSync(file, "<VOTABLE/>")
    const refused = await Samp.run(
      home,
      "send",
      "table.load.votable",
      `url=${fileUrl}`,
      "--to",
      "Web receiver",
      "--wait"
    )
    expect(refused.code).toBe(6)
    expect(refused.stdout + refused.stderr).toContain("there is no table in this VOTable")
    await page.getByText("cannot be shown: there is no table in this VOTable").waitFor()
    expect(errors.filter((text) => !text.includes("no table in this VOTable"))).toEqual([])
  })

  test("MTY-60 the sky is pointed by clicks and by keys, and shows where others point", async () => {
    const page = await open("point")
    await page.locator("#sky").click({ position: { x: 200, y: 150 } })
    await page.getByText("Connect first; then you can point.").waitFor()
    await connect(page)
    await page.locator("#viewers li", { hasText: "Desk" }).waitFor()
    const chart = page.locator("#sky")
    const box = await chart.boundingBox()
    await chart.click({ position: { x: (box?.width ?? 0) / 2, y: (box?.height ?? 0) / 2 } })
    await page.locator("#sent", { hasText: "Told Desk" }).waitFor()
    // twelve hours on the equator are in the middle
    const sky = await heard("coord.pointAt.sky")
    expect(Number(sky["ra"])).toBeCloseTo(180, 0)
    expect(Number(sky["dec"])).toBeCloseTo(0, 0)
    await page.getByLabel("Right ascension").fill("120")
    await page.getByLabel("Declination").fill("-40.5")
    await page.keyboard.press("Enter")
    await heard("coord.pointAt.sky", { ra: "120", dec: "-40.5" })
    await chart.focus()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Shift+ArrowLeft")
    await page.keyboard.press("Enter")
    await heard("coord.pointAt.sky", { ra: "130", dec: "-39.5" })
    await Samp.run(home, "point", "10", "20")
    await page.locator("#there circle").waitFor({ state: "attached" })
    expect(errors).toEqual([])
  })

  test.each(["light", "dark"] as const)("fit a small screen, %s, connected and not", async (colorScheme) => {
    const small = await browser.newContext({ colorScheme, viewport: { width: 400, height: 800 } })
    for (const name of ["index", ...names]) {
      const page = await small.newPage()
      const fits = () => page.evaluate("document.documentElement.scrollWidth <= innerWidth")
      await page.goto(`${url}${name}.html`)
      await page.getByText("A hub is running on this computer").waitFor()
      expect([name, await fits()]).toEqual([name, true])
      if (name !== "index") await connect(page)
      expect([name, await fits()]).toEqual([name, true])
    }
    await small.close()
  })

  test("P1 say in words how the connection stands, also when the hub has gone", async () => {
    const page = await open("connection")
    const reasons = page.locator("#reasons > div")
    await reasons.nth(12).waitFor()
    for (const text of await reasons.locator("dd").allInnerTexts()) expect(text).toMatch(/\w{3,}.*\.$/u)
    expect(await page.locator("#reasons [aria-current]").count()).toBe(0)
    await connect(page)
    await page.getByRole("button", { name: "Disconnect" }).click()
    await page.getByRole("button", { name: "Connect to the hub" }).waitFor()
    await connect(page)
    await hub.program.end()
    await page.getByText("The hub has gone").waitFor()
    await page.getByRole("button", { name: "Disconnect" }).click()
    await page.getByText("No hub is running").waitFor()
    await page.getByRole("button", { name: "Look again" }).click()
    await page.locator("#reasons [aria-current]", { hasText: "no-hub" }).waitFor()
  })
})
