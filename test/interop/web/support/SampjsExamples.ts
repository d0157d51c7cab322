/** The example pages of sampjs, each used as it is meant to be, beside a listener on the desktop. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Browser, BrowserContext, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import * as Home from "../../support/Home.ts"
import type * as Hubs from "../../support/Hubs.ts"
import * as Json from "../../support/Json.ts"
import * as Program from "../../support/Program.ts"
import * as Samp from "../../support/Samp.ts"
import * as Chromium from "./Browser.ts"
import * as Pages from "./Pages.ts"
import * as WebHubs from "./WebHubs.ts"

const wanted = [
  "samp.app.ping",
  "coord.pointAt.sky",
  "image.load.fits",
  "table.load.votable",
  "table.highlight.row"
]

/**
 * Uses the pages.
 *
 * @param library - what is in the place of the pages' own
 * @param source - its text, as a classic script
 * @param files - the pages and what belongs to them, by path
 * @param kinds - the hubs
 */
export const examples = (
  library: string,
  source: () => Promise<string>,
  files: Readonly<Record<string, string>>,
  kinds: ReadonlyArray<WebHubs.Kind> = WebHubs.kinds
): void =>
  describe.each(kinds)(`the example pages of sampjs with ${library}, at the hub of %s`, (kind) => {
    const home = Home.make()
    const table = join(home.path, "messier.xml")
    let hub: Hubs.Hub
    let site: Pages.Site
    let browser: Browser
    let context: BrowserContext
    let listener: Program.Program
    let errors: Array<string>

    beforeAll(async () => {
      writeFileSync(table, files["/messier.xml"] ?? "")
      site = await Pages.serve({ ...files, "/lib/samp.js": await source() })
      hub = await WebHubs.start(kind, home)
      browser = await Chromium.start(home)
      context = await browser.newContext()
      listener = Samp.start(home, "listen", ...wanted, "--client-name", "Desk")
      await listed("Desk", true)
    })
    afterEach(async () => {
      for (const page of context.pages()) await page.close()
    })
    afterAll(async () => {
      await browser?.close()
      await listener?.end()
      await hub?.program.end()
      await site?.close()
      home.remove()
    })

    /** Opens a page; what fails in it is kept, but for files that nobody has. */
    const open = async (name: string): Promise<Page> => {
      const page = await context.newPage()
      errors = []
      page.on("pageerror", ({ message }) => errors.push(message))
      await page.goto(`${site.origin}/${name}`)
      return page
    }

    const registered = async (page: Page): Promise<void> => {
      await page.getByRole("button", { name: "Register", exact: true }).click()
      await page.getByText("Yes", { exact: true }).waitFor()
    }

    /** The line of the listener about the next message of this kind from a page. */
    const heard = async (mtype: string, from: string, params: Json.JsonRecord = {}): Promise<void> => {
      await listener.line((text) => {
        const line = Json.record(JSON.parse(text))
        return line["mtype"] === mtype && line["senderName"] === from &&
          Object.entries(params).every(([key, value]) => Json.record(line["params"])[key] === value)
      })
    }

    const names = async (): Promise<ReadonlyArray<unknown>> =>
      (await Samp.run(home, "clients", "--json")).objects().map(({ name }) => name)

    /** Waits until somebody of this name is registered, or nobody. */
    const listed = (name: string, isThere: boolean): Promise<true> =>
      Program.eventually(
        `${name} ${isThere ? "comes" : "goes"}`,
        async () => (await names()).includes(name) === isThere || undefined
      )

    test("pinger: registers by the way, when it is first used", async () => {
      const page = await open("pinger.html")
      await page.getByRole("button", { name: "Ping" }).click()
      await heard("samp.app.ping", "Pinger")
      const before = listener.stdout().length
      await page.getByRole("button", { name: "Ping" }).click()
      await Program.eventually("a second ping", () => listener.stdout().length > before || undefined)
      expect(errors).toEqual([])
    })

    test("send: shows its button while there is a hub, and sends a table", async () => {
      const page = await open("send.html")
      await page.getByRole("button", { name: "Send It!" }).click()
      await Program.eventually(
        "the table",
        () => listener.stdout().includes(`${site.origin}/messier.xml`) || undefined
      )
      expect(errors).toEqual([])
    })

    test("sendlist: sends links as broadcaster.js has it", async () => {
      const page = await open("sendlist.html")
      await page.getByRole("button", { name: "Send Image" }).click()
      await heard("image.load.fits", "WebSender")
      await page.getByRole("button", { name: "Send Table" }).first().click()
      await heard("table.load.votable", "WebSender")
      expect(errors).toEqual([])
    })

    test("navigator: points the sky by sliders", async () => {
      const page = await open("navigator.html")
      await registered(page)
      await page.locator("#RA").fill("10.75")
      await heard("coord.pointAt.sky", "SkyNavigator", { ra: "10.75", dec: "0" })
      await page.getByRole("button", { name: "Unregister" }).click()
      await listed("SkyNavigator", false)
      expect(errors).toEqual([])
    })

    test("pingee: unregisters when it is pinged", async () => {
      const page = await open("pingee.html")
      await registered(page)
      await Program.eventually("its subscriptions", async () => {
        const { objects } = await Samp.run(home, "clients", "--mtype", "samp.app.ping", "--json")
        return objects().some(({ name }) => name === "Pingee") || undefined
      })
      await Samp.run(home, "send", "samp.app.ping", "--to", "Pingee")
      await page.getByText("No", { exact: true }).waitFor()
      await listed("Pingee", false)
      expect(errors).toEqual([])
    })

    test("monitor: shows who is there, and pings them", async () => {
      const page = await open("monitor.html")
      await registered(page)
      const desk = page.locator("#clientList > li", { hasText: "Desk" })
      await desk.getByRole("button", { name: "Ping" }).click()
      await heard("samp.app.ping", "Monitor")
      // it is pressed once more when the answer is there
      await desk.locator("button:not([disabled])", { hasText: "Ping" }).waitFor()
      const brief = Samp.start(home, "listen", "samp.app.ping", "--client-name", "Brief")
      await page.locator("#clientList > li", { hasText: "Brief" }).waitFor()
      await brief.end()
      await page.locator("#clientList > li", { hasText: "Brief" }).waitFor({ state: "detached" })
      await page.getByRole("button", { name: "Unregister" }).click()
      expect(await page.locator("#clientList > li").count()).toBe(0)
      expect(errors).toEqual([])
    })

    test("tdisplay: shows a table that it reads through the translator, and rows here and there", async () => {
      const page = await open("tdisplay.html")
      await registered(page)
      const url = pathToFileURL(table).href
      const loaded = await Samp.run(
        home,
        "send",
        "table.load.votable",
        `url=${url}`,
        "table-id=messier",
        "--to",
        "TableDisplay",
        "--wait"
      )
      expect([loaded.code, loaded.stderr]).toEqual([0, ""])
      const rows = page.locator("tbody tr")
      await rows.nth(109).waitFor()
      await rows.nth(30).click()
      await heard("table.highlight.row", "TableDisplay", { "table-id": "messier", url, row: "30" })
      await Samp.run(home, "send", "table.highlight.row", "table-id=messier", `url=${url}`, "row=41")
      await Program.eventually(
        "the row",
        async () => (await rows.nth(41).getAttribute("style"))?.includes("rgb(187, 221, 238)") || undefined
      )
      await hub.program.end()
      await page.getByText("No", { exact: true }).waitFor()
      expect(errors).toEqual([])
    })
  })
