/** A page that looks for a hub, in a Chromium with a window, whose user is asked and answers by hand (P1). */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { BrowserContext, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { bundleClient } from "../../tools/bundlePages.mjs"
import { World } from "../apps/browser/world.ts"
import * as Home from "../interop/support/Home.ts"
import * as Json from "../interop/support/Json.ts"
import * as Program from "../interop/support/Program.ts"
import * as Pages from "../interop/web/support/Pages.ts"
import * as Public from "../interop/web/support/Public.ts"
import * as Screen from "./support/Screen.ts"

const home = Home.make()
const ends: Array<() => Promise<unknown>> = [async () => home.remove()]
let screen: Screen.Screen
let context: BrowserContext
let hub: World
let nobody: string
let port: number

beforeAll(async () => {
  await bundleClient(join(home.path, "browser.js"))
  screen = await Screen.start(home)
  ends.push(() => screen.program.end())
  hub = await World.start()
  ends.push(() => hub[Symbol.asyncDispose]())
  const gone = await Public.plain(() => {})
  await gone.close()
  nobody = `http://127.0.0.1:${gone.port}/`
  const site = await Public.secure(home, (request, response) => {
    const isScript = request.url?.endsWith(".js") === true
    response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html; charset=utf-8")
    response.end(isScript ? readFileSync(join(home.path, request.url ?? "")) : Pages.asset("reasons.html"))
  })
  ends.push(site.close)
  port = site.port
  context = await Public.start(home, { said: {}, spaces: { [port]: "public" } }, screen.env["DISPLAY"])
  ends.push(() => context.close())
})
afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

/** Where the question of Chromium is, and its buttons. */
const question: Screen.Box = { x: 125, y: 90, width: 310, height: 150 }
const buttons = { Block: [306, 217], Allow: [385, 217] } as const

/** A page whose user has not been asked yet. */
const open = async (name: string, url: string): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(`https://${name}.test:${port}/`)
  await Program.eventually("the page", async () => await page.evaluate("globalThis.ready") || undefined)
  await page.evaluate(`globalThis.hub = ${JSON.stringify(url)}`)
  await page.bringToFront()
  return page
}

const outcome = async (page: Page): Promise<string> =>
  Json.text(
    Json.record(
      await Program.eventually(
        "an outcome",
        async () => await page.evaluate("globalThis.result") ?? undefined
      )
    ),
    "outcome"
  )

/** Clicks on the button of the page, and waits until Chromium asks. */
const ask = async (page: Page): Promise<void> => {
  const before = await screen.picture()
  await page.getByRole("button").click()
  await Program.eventually(
    "a question",
    async () => Screen.changes(before, await screen.picture(), question) > 2_000 || undefined
  )
  // Chromium takes no click for an answer that comes before anybody can have read the question
  await Program.pause(1_500)
}

describe("P1 Chromium's question", () => {
  test("P1 allowed: the page is connected, and later ones are not asked", async () => {
    const page = await open("allow", hub.url)
    await ask(page)
    Screen.keep("permission", await screen.picture())
    await screen.click(...buttons.Allow)
    expect(await outcome(page)).toBe("connected")
    const later = await open("allow", hub.url)
    await later.getByRole("button").click()
    expect(await outcome(later)).toBe("connected")
    await Promise.all([page.close(), later.close()])
  })

  test("P1 blocked: denied", async () => {
    const page = await open("block", hub.url)
    await ask(page)
    await screen.click(...buttons.Block)
    expect(await outcome(page)).toBe("denied")
    await page.close()
  })

  test("P1 closed without an answer: dismissed, and asked again at the next click", async () => {
    const page = await open("close", hub.url)
    for (const _ of [1, 2]) {
      await ask(page)
      await screen.press("Escape")
      expect(await outcome(page)).toBe("dismissed")
      await page.evaluate("globalThis.result = undefined")
    }
    await page.close()
  })

  test("P1 is not put where nothing listens", async () => {
    const page = await open("none", nobody)
    await page.getByRole("button").click()
    expect(await outcome(page)).toBe("no-hub")
    expect(await page.evaluate("look()")).toBe("will-ask")
    await page.close()
  })
})
