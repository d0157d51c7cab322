/** Our client in a page of Chromium, at JSAMP's hub and at ours, with astropy and JSAMP on the desktop. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Browser, BrowserContext } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { bundleClient, readerFile } from "../../../tools/bundlePages.mjs"
import * as Home from "../support/Home.ts"
import type * as Hubs from "../support/Hubs.ts"
import * as Program from "../support/Program.ts"
import * as Chromium from "./support/Browser.ts"
import * as Client from "./support/Client.ts"
import { converse } from "./support/Conversation.ts"
import * as Desk from "./support/Desk.ts"
import { digest } from "./support/Page.ts"
import * as Pages from "./support/Pages.ts"
import { sees } from "./support/Party.ts"
import * as WebHubs from "./support/WebHubs.ts"

describe.each(WebHubs.kinds)("our client in Chromium, at the hub of %s", (kind) => {
  const home = Home.make()
  let hub: Hubs.Hub
  let site: Pages.Site
  let browser: Browser
  let context: BrowserContext
  let page: Client.Client
  let astropy: Desk.Desk
  let jsamp: Desk.Desk

  beforeAll(async () => {
    await bundleClient(join(home.path, "browser.js"))
    site = await Pages.serve({
      "/client.html": Pages.asset("client.html"),
      "/browser.js": readFileSync(join(home.path, "browser.js"), "utf8"),
      [`/${readerFile}`]: readFileSync(join(home.path, readerFile), "utf8")
    })
    hub = await WebHubs.start(kind, home)
    browser = await Chromium.start(home)
    context = await browser.newContext()
    astropy = await Desk.astropy(home, "Astropy")
    jsamp = await Desk.jsamp(home, "Jsamp")
    page = await Client.connect(context, site.origin, "Page")
    await Promise.all([sees(astropy, page), sees(jsamp, page), sees(page, astropy), sees(page, jsamp)])
  })
  afterAll(async () => {
    await browser?.close()
    await Promise.all([astropy?.end(), jsamp?.end()])
    await hub?.program.end()
    await site?.close()
    home.remove()
  })

  test("WEB-10, META-02, SUB-03 is seen by others as it has declared itself", async () => {
    for (const desk of [astropy, jsamp]) {
      const { metadata, subscriptions } = await desk.known(page.id)
      expect(metadata).toEqual({ "samp.name": "Page", "samp.description.text": "1 < 2 & \"three\"" })
      expect(subscriptions).toMatchObject({
        "table.load.votable": {},
        "samp.hub.event.register": {},
        "test.open": { "x-samp.mostly-harmless": "1" }
      })
    }
  })

  test.each(["astropy", "jsamp"] as const)(
    "HUB-10..15, WEB-33..35, RSP-01..06 calls and notifies %s in every way, and is called and notified",
    async (name) => {
      const desk = name === "astropy" ? astropy : jsamp
      await converse(page, desk)
      await converse(desk, page)
    }
  )

  test("WEB-63 talks to a page of another origin, and each knows that the other comes and goes", async () => {
    const other = await Client.connect(context, site.otherOrigin, "Other")
    await Promise.all([sees(page, other), sees(other, page)])
    await Program.eventually("its name", async () => (await page.names()).includes("Other") || undefined)
    await converse(page, other)
    await converse(other, page)
    await other.page.close() // which says goodbye by itself
    await Program.eventually("its end", async () => (await page.names()).includes("Other") ? undefined : true)
  })

  test("WEB-50, WEB-51, WEB-54 reads what a message has named, whatever its name, and nothing else", async () => {
    for (const name of ["table.vot", "two words.vot", "a+b.vot", "what?&#1.vot"]) {
      const bytes = Uint8Array.from({ length: 70_000 }, (_, n) => 255 - n * name.length)
      writeFileSync(join(home.path, name), bytes)
      const url = pathToFileURL(join(home.path, name)).href
      expect((await page.read(url))["status"]).toBe(403)
      await jsamp.notify(page.id, "table.load.votable", { url })
      await Program.eventually(
        "the message",
        async () => JSON.stringify(await page.received()).includes(JSON.stringify(url)) || undefined
      )
      expect(await page.read(url)).toEqual({ url, status: 200, digest: digest(bytes) })
    }
  })

  test.runIf(kind === "ours")("P4 hands data over, which others can read", async () => {
    const url = await page.publish("<VOTABLE/>", "mine.vot", "application/x-votable+xml")
    const response = await fetch(url)
    expect(response.headers.get("content-type")).toBe("application/x-votable+xml")
    expect(await response.text()).toBe("<VOTABLE/>")
  })

  test.runIf(kind === "jsamp")("P4 says that the hub takes no data", async () => {
    await expect(page.publish("<VOTABLE/>", "mine.vot", "text/xml")).rejects.toThrow(
      /takes no data from pages/u
    )
  })

  test("EVT-02, WEB-39 knows that the hub has gone, and is back with the next one", async () => {
    await hub.program.end()
    await Program.eventually(
      "the end",
      async () => (await page.status())["_tag"] === "Searching" || undefined
    )
    hub = await WebHubs.start(kind, home)
    await Program.eventually(
      "the next hub",
      async () => (await page.status())["_tag"] === "Connected" || undefined,
      60_000
    )
    const brief = await Desk.astropy(home, "Brief")
    const back = { ...page, id: String((await page.status())["selfId"]) }
    await Promise.all([sees(brief, back), sees(back, brief)])
    await converse(back, brief)
    await converse(brief, back)
    await brief.end()
  })
})
