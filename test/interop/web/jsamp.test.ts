/**
 * JSAMP as a client of the Web Profile (SAMP_HUB=web-appname:...): its testers at our hub, and at JSAMP's hub and ours a client
 * that talks with a page and with the desktop. All MTypes are let through, since the testers need that at any hub.
 */
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as Home from "../support/Home.ts"
import type * as Hubs from "../support/Hubs.ts"
import * as Peers from "../support/Peers.ts"
import * as Program from "../support/Program.ts"
import * as Chromium from "./support/Browser.ts"
import { converse } from "./support/Conversation.ts"
import * as Desk from "./support/Desk.ts"
import * as Page from "./support/Page.ts"
import type { Site } from "./support/Pages.ts"
import { sees } from "./support/Party.ts"
import * as WebHubs from "./support/WebHubs.ts"

/** The same home, in which JSAMP's clients use the Web Profile. */
const withWebProfile = (home: Home.Home): Home.Home => ({
  ...home,
  env: { ...home.env, SAMP_HUB: "web-appname:Tester" }
})

/**
 * What may be logged. JSAMP's web clients go on asking for callbacks when they have unregistered, and tell of the fault they
 * get; at JSAMP's hub they are left waiting. They also tell of a reply that the hub refuses, and some come late on purpose.
 * Whether sending was quick depends on what else this machine does: it is measured with the Standard Profile.
 */
const expected =
  /Fatal pullCallbacks error - stopped listening|WARNING: Callback failure|call\(\)\/notify\(\) methods not completing quickly/u

/** Entries of Java's log, each of which begins with a date, but for those. */
const unexpected = (log: string): ReadonlyArray<string> =>
  log.split(/^(?=[A-Z][a-z]{2} \d{1,2}, \d{4} )/mu).filter((entry) =>
    entry.trim() !== "" && !expected.test(entry.split("\n").slice(0, 2).join("\n"))
  )

describe.each(WebHubs.kinds)("JSAMP as a web client, at the hub of %s", (kind) => {
  const home = Home.make()
  const web = withWebProfile(home)
  let hub: Hubs.Hub

  beforeAll(async () => {
    hub = await WebHubs.start(kind, home, "anything")
  })
  afterAll(async () => {
    await hub?.program.end()
    home.remove()
  })

  test.runIf(kind === "ours")("HT-01..20 over the Web Profile: hubtester succeeds", async () => {
    const result = await Peers.runJsamp(web, 110_000, "hubtester")
    expect(unexpected(result.stderr)).toEqual([])
    expect(result).toMatchObject({ code: 0, stdout: "" })
  }, 120_000)

  test.runIf(kind === "ours").each(["sync", "async", "notify", "random"])(
    "HT-20, HUB-28 over the Web Profile: calcstorm in mode %s",
    async (mode) => {
      const sizes = ["-nclient", "10", "-nquery", "30"]
      const result = await Peers.runJsamp(web, 110_000, "calcstorm", ...sizes, "-mode", mode)
      expect(unexpected(result.stderr)).toEqual([])
      Program.ended(result, 0)
      expect(result.stdout).toMatch(/^Elapsed time: [^\n]*\n$/u)
    },
    120_000
  )

  describe("a client", () => {
    let site: Site
    let browser: Browser
    let page: Page.Page
    let client: Desk.Desk
    let onDesk: ReadonlyArray<Desk.Desk> = []

    beforeAll(async () => {
      site = await Page.site()
      browser = await Chromium.start(home)
      client = await Desk.jsamp(web, "Web client")
      onDesk = [await Desk.astropy(home, "Astropy"), await Desk.jsamp(home, "Jsamp")]
      page = await Page.register(await Page.open(await browser.newContext(), site.origin, "Page"))
      for (const other of [page, ...onDesk]) {
        await sees(client, other)
        await sees(other, client)
      }
    })
    afterAll(async () => {
      await browser?.close()
      for (const one of [client, ...onDesk]) await one?.end()
      await site?.close()
    })

    test("WEB-63, HUB-10..15, RSP-01..06 and a page call and notify each other in every way", async () => {
      await converse(client, page)
      await converse(page, client)
    })

    test("HUB-10..15, RSP-01..06 and those of the Standard Profile call and notify each other in every way", async () => {
      for (const other of onDesk) {
        await converse(client, other)
        await converse(other, client)
      }
    })

    test("WEB-60 sends anything, when its hub was told to let it through", async () => {
      for (const other of [page, ...onDesk]) {
        expect(await client.callAndWait(other.id, "test.closed")).toEqual({
          "samp.status": "samp.ok",
          "samp.result": {}
        })
      }
    })
  })
})
