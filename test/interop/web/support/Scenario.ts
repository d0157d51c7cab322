/** A page with sampjs, or what has its names, in Chromium, at JSAMP's hub and at ours, with astropy and JSAMP on the desktop. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { Browser, BrowserContext } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as Home from "../../support/Home.ts"
import type * as Hubs from "../../support/Hubs.ts"
import * as Program from "../../support/Program.ts"
import * as Samp from "../../support/Samp.ts"
import * as Chromium from "./Browser.ts"
import { converse } from "./Conversation.ts"
import * as Desk from "./Desk.ts"
import * as Page from "./Page.ts"
import type { Site } from "./Pages.ts"
import { matching, receives, sees } from "./Party.ts"
import * as WebHubs from "./WebHubs.ts"

/**
 * Tries a library.
 *
 * @param library - what it is called
 * @param source - its text, as a classic script
 */
export const scenario = (library: string, source: () => Promise<string>): void =>
  describe.each(WebHubs.kinds)(`${library} in Chromium, at the hub of %s`, (kind) => {
    const home = Home.make()
    let hub: Hubs.Hub
    let site: Site
    let browser: Browser
    let context: BrowserContext
    let page: Page.Page
    let astropy: Desk.Desk
    let jsamp: Desk.Desk

    beforeAll(async () => {
      site = await Page.site({ "/samp.js": await source() })
      hub = await WebHubs.start(kind, home)
      browser = await Chromium.start(home)
      context = await browser.newContext()
      astropy = await Desk.astropy(home, "Astropy")
      jsamp = await Desk.jsamp(home, "Jsamp")
      page = await Page.register(await Page.open(context, site.origin, "Page"))
      await Promise.all([sees(astropy, page), sees(jsamp, page), sees(page, astropy), sees(page, jsamp)])
    })
    afterAll(async () => {
      await browser?.close()
      await Promise.all([astropy?.end(), jsamp?.end()])
      await hub?.program.end()
      await site?.close()
      home.remove()
    })

    /** A file in the home of the test, as a URL. */
    const file = (name: string, content: Uint8Array): string => {
      writeFileSync(join(home.path, name), content)
      return pathToFileURL(join(home.path, name)).href
    }

    /** The translator gives the page nothing (P4 wants 404, and JSAMP says 403). */
    const refused = async (url: string): Promise<void> => {
      const { digest, status } = await page.read(url)
      expect([`403 ${url}`, `404 ${url}`]).toContain(`${String(status)} ${url}`)
      expect(digest).not.toBe(Page.digest(readFileSync(fileURLToPath(url))))
    }

    test("WEB-10, REG-02 gets ids, a key and a translator when it registers by a click", async () => {
      const some: unknown = expect.stringMatching(/./u)
      expect(page.registration).toMatchObject({
        "samp.hub-id": some,
        "samp.private-key": some,
        "samp.self-id": page.id
      })
      expect(await page.status()).toBe("Yes")
      expect(page.registration["samp.url-translator"]).toMatch(
        /^http:\/\/(?:127\.0\.0\.1|localhost):21012\//u
      )
    })

    test("META-02, SUB-03, WEB-25 is seen by others as it has declared itself, and sees them", async () => {
      const declared = {
        "samp.name": "Page",
        "samp.description.text": "1 < 2 & \"three\"",
        "x-page.where": `${site.origin}/?name=Page`
      }
      for (const desk of [astropy, jsamp]) {
        const { metadata, subscriptions } = await desk.known(page.id)
        expect(metadata).toEqual(declared)
        expect(subscriptions).toMatchObject({
          "table.load.votable": {},
          "coord.*": {},
          "samp.hub.event.register": {},
          "test.open": { "x-samp.mostly-harmless": "1" }
        })
        expect((await page.known(desk.id)).metadata).toMatchObject({
          "samp.name": desk === astropy ? "Astropy" : "Jsamp"
        })
      }
      const listed = (await Samp.run(home, "clients", "--json")).objects()
      expect(listed.find(({ id }) => id === page.id)).toMatchObject({ name: "Page", metadata: declared })
    })

    test("EVT-01, EVT-03, EVT-05, EVT-06 its ClientTracker knows who is there, comes and goes", async () => {
      await Program.eventually("all clients", async () => {
        const { ids } = await page.tracked()
        return JSON.stringify(ids).includes(astropy.id) && JSON.stringify(ids).includes(jsamp.id) || undefined
      })
      const brief = await Desk.astropy(home, "Brief")
      await sees(page, brief)
      await brief.end()
      await Program.eventually("four changes", async () => {
        const changes = await page.changes()
        const wanted = ["register", "meta", "subs", "unregister"].map((type) => `${type} ${brief.id}`)
        return wanted.every((change) => changes.includes(change)) || undefined
      })
      expect(JSON.stringify((await page.tracked())["ids"])).not.toContain(`"${brief.id}"`)
    })

    test.each(["astropy", "jsamp"] as const)(
      "HUB-10..15, WEB-33..35, RSP-01..06 calls and notifies %s in every way, and is called and notified",
      async (name) => {
        const desk = name === "astropy" ? astropy : jsamp
        await converse(page, desk)
        await converse(desk, page)
      }
    )

    test("WEB-63, HUB-10..15 talks to a page of another origin", async () => {
      const other = await Page.register(await Page.open(context, site.otherOrigin, "Other"))
      try {
        await Promise.all([sees(page, other), sees(other, page)])
        await converse(page, other)
        await converse(other, page)
      } finally {
        await other.leave()
      }
    })

    test("WEB-60, WEB-61, WEB-62 cannot send what is not harmless, nor see who takes it; others can send it", async () => {
      for (const desk of [astropy, jsamp]) {
        const { subscriptions } = await page.known(desk.id)
        expect(subscriptions).toMatchObject({
          "test.open": { "x-samp.mostly-harmless": "1" },
          "table.load.votable": {}
        })
        expect(subscriptions).not.toHaveProperty(["test.closed"])
        await expect(page.notify(desk.id, "test.closed")).rejects.toThrow(/Fault/u)
        await expect(page.callAndWait(desk.id, "test.closed")).rejects.toThrow(/Fault/u)
        await desk.notify(page.id, "test.closed")
        await receives(page, { kind: "notification", from: desk.id, mtype: "test.closed" })
      }
      expect(await page.notifyAll("test.closed")).toEqual([])
      expect(await page.callAll("closed", "test.closed")).toEqual({})
      expect(await matching(astropy, { mtype: "test.closed" })).toEqual([])
      expect(await matching(jsamp, { mtype: "test.closed" })).toEqual([])
      // sampjs would have closed the connection, had it not been given a handler of errors
      expect(await page.status()).toBe("Yes")
    })

    test("WEB-50, WEB-54, P4 reads through the translator what a message has named", async () => {
      const bytes = Uint8Array.from({ length: 70_000 }, (_, n) => 255 - n * 7)
      const url = file("table.vot", bytes)
      const whole = { url, status: 200, digest: Page.digest(bytes) }
      await refused(url)
      for (const desk of [astropy, jsamp]) {
        const before = (await page.loaded()).length
        await desk.notify(page.id, "table.load.votable", { url, name: "a table" })
        const [table] = await Program.eventually("the table", async () => {
          const loaded = (await page.loaded()).slice(before)
          return loaded.length === 0 ? undefined : loaded
        })
        expect(table).toMatchObject(whole)
      }
      expect(await page.read(url)).toMatchObject(whole)
    })

    // sampjs appends URLs as they are, and JSAMP's hub undoes two times what it takes for an encoding: there nobody can read
    // a URL in which something is escaped.
    test.runIf(kind === "ours")("WEB-52 reads a file with odd characters in its name", async () => {
      for (const name of ["two words.vot", "a+b=50%.vot", "what?&#1.vot", "%41.vot"]) {
        const url = file(name, Buffer.from(name))
        await refused(url)
        await jsamp.notify(page.id, "table.load.votable", { url })
        await receives(page, { from: jsamp.id, params: { url } })
        expect(await page.read(url)).toMatchObject({
          url,
          status: 200,
          digest: Page.digest(Buffer.from(name))
        })
      }
    })

    test("WEB-54 reads no other file, even if a program sends back what a page has named", async () => {
      const url = file("secret", Buffer.from("no page may read this"))
      await refused(url)
      await page.callAndWait(astropy.id, "test.open", { url })
      await refused(url)
      await astropy.notify(page.id, "table.load.votable", { url })
      await receives(page, { from: astropy.id, params: { url } })
      await refused(url)
      const more = file("another secret", Buffer.from("nor this"))
      const other = await Page.register(await Page.open(context, site.otherOrigin, "Accomplice"))
      await other.callAndWait(astropy.id, "test.open", { url: more })
      await other.leave()
      await astropy.notify(page.id, "table.load.votable", { url: more })
      await receives(page, { from: astropy.id, params: { url: more } })
      await refused(more)
      await astropy.notify(page.id, "table.load.votable", { url: pathToFileURL(home.path).href })
      await refused(pathToFileURL(join(home.path, ".samp")).href)
    })

    test("WEB-22, WIRE-116 unregisters by a click while it waits for callbacks, and may come back", async () => {
      const opened = await Page.open(context, site.origin, "Comes and goes")
      const first = await Page.register(opened)
      await sees(astropy, first)
      await first.leave()
      expect(await Page.statusOf(opened)).toBe("No")
      await Program.eventually(
        "astropy is told",
        async () => (await astropy.clients()).includes(first.id) ? undefined : true
      )
      const second = await Page.register(opened)
      expect(second.id).not.toBe(first.id)
      expect(second.registration["samp.private-key"]).not.toBe(first.registration["samp.private-key"])
      await sees(astropy, second)
      await converse(astropy, second)
      await second.leave()
      await opened.close()
    })

    test("WEB-20, WIRE-110 a page that has not registered finds out by a ping whether a hub is there", async () => {
      const opened = await Page.open(context, site.origin, "Asks")
      expect(await opened.evaluate("world.available()")).toBe(true)
      await opened.close()
    })

    test("EVT-02, SHUT-01, WEB-37 is told of the end of the hub, and says so", async () => {
      await hub.program.end()
      await Program.eventually("No", async () => (await page.status()) === "No" || undefined)
      expect(await page.received()).toContainEqual(
        expect.objectContaining({ kind: "notification", mtype: "samp.hub.event.shutdown" })
      )
      expect(await page.browserPage.evaluate("world.available()")).toBe(false)
    })
  })
