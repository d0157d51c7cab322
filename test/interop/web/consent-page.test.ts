/** The page of consent in Chromium, with and without scripts, by mouse and by keyboard. The hub's web port is any free one. */
import type { Browser, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { asks } from "../../e2e/support/WebPage.ts"
import * as Home from "../support/Home.ts"
import * as Program from "../support/Program.ts"
import * as Samp from "../support/Samp.ts"
import * as Chromium from "./support/Browser.ts"

const a = "https://a.example"
const b = "https://b.example"

describe("the page of consent in Chromium", () => {
  const browserHome = Home.make()
  let browser: Browser
  let home: Home.Home
  let hub: Program.Program
  let web: string
  let url: string
  let problems: Array<string>

  beforeAll(async () => {
    browser = await Chromium.start(browserHome)
  })
  afterAll(async () => {
    await browser.close()
    browserHome.remove()
  })
  beforeEach(async () => {
    home = Home.make()
    problems = []
    hub = Samp.start(home, "hub", "--json", "--web-port", "0", "--web-consent", "page")
    web = await Program.eventually("the hub", async () => /"web":\{"url":"([^"]+)"/u.exec(hub.stdout())?.[1])
    const [told] = (await Samp.run(home, "consent", "page", "--no-open", "--json")).objects()
    url = String(told?.["url"])
  })
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
    await hub.end()
    home.remove()
    if (problems.length > 0) throw new Error(problems.join("\n"))
  })

  /** Opens the page in a context of its own; errors of scripts and breaches of its policy count. */
  const open = async (javaScriptEnabled = true): Promise<Page> => {
    const context = await browser.newContext({ javaScriptEnabled })
    const page = await context.newPage()
    page.on("pageerror", (error) => problems.push(String(error)))
    page.on("console", (message) => {
      if (/content security policy|refused to/iu.test(message.text())) problems.push(message.text())
    })
    await page.goto(url)
    return page
  }

  const card = (page: Page, origin: string) => page.locator("li.card", { hasText: origin })
  /** Waits until clicks count again. */
  const settled = (page: Page) => page.locator("#questions:not(.settling)").waitFor()
  const status = (page: Page) => page.getByRole("status")

  test("WEB-13, WEB-14: shows questions as they come, and lets in by a click; who is connected is shown", async () => {
    const page = await open()
    await page.getByText("Nobody asks now").waitFor()
    const archive = asks(web, { origin: a, name: "<img src=x onerror=alert(1)>" })
    await card(page, a).waitFor()
    expect(await page.title()).toBe("(1) SAMP consent")
    expect(await card(page, a).getByText("<img src=x onerror=alert(1)>").count()).toBe(1)
    await settled(page)
    await card(page, a).getByRole("button", { name: "Allow once" }).click()
    expect(await archive.said).toMatch(/^in /u)
    await page.locator("#clients").getByText(a).first().waitFor()
    await page.locator("#clients").getByRole("button", { name: "Revoke" }).first().click()
    await page.getByText("No web client is connected").waitFor()
  })

  test("WEB-13: no click counts for a moment after questions have come or gone", async () => {
    const page = await open()
    const archive = asks(web, { origin: a })
    await card(page, a).waitFor()
    await settled(page)
    const button = card(page, a).getByRole("button", { name: "Always allow" })
    // both in one go, for a browser that is slow may take longer than the moment
    await page.evaluate(`new MutationObserver((_, observer) => {
      observer.disconnect()
      setTimeout(() => document.querySelector("[value=always]").click(), 10)
    }).observe(document.querySelector("#questions"), { childList: true })`)
    const other = asks(web, { origin: b })
    await expect.poll(() => status(page).textContent()).toContain("The list has just changed")
    expect([archive.heard, other.heard]).toEqual([undefined, undefined])
    await settled(page)
    await button.click()
    expect(await archive.said).toMatch(/^in /u)
    await page.locator("#rules").getByText(a).waitFor()
  })

  test("is used by keyboard alone, and keeps the focus when other questions go", async () => {
    const page = await open()
    const archive = asks(web, { origin: a })
    await card(page, a).waitFor()
    const other = asks(web, { origin: b })
    await card(page, b).waitFor()
    await settled(page)
    const focused = () => page.evaluate("document.activeElement.ariaLabel")
    for (let i = 0; i < 20 && await focused() !== `Deny: ${b}`; i++) await page.keyboard.press("Tab")
    expect(await focused()).toBe(`Deny: ${b}`)
    await Samp.run(home, "consent", "allow", a)
    expect(await archive.said).toMatch(/^in /u)
    await card(page, a).waitFor({ state: "detached" })
    expect(await focused()).toBe(`Deny: ${b}`)
    await settled(page)
    await page.keyboard.press("Enter")
    expect(await other.said).toMatch(/^out: .*did not let https:\/\/b\.example in/u)
  })

  test("works without scripts, by loading it again", async () => {
    const page = await open(false)
    const archive = asks(web, { origin: a })
    await Program.eventually("the question", async () => {
      await page.reload()
      return await card(page, a).count() > 0 ? true : undefined
    })
    await card(page, a).getByRole("button", { name: "Always deny" }).click()
    expect(await archive.said).toMatch(/^out/u)
    expect(await status(page).textContent()).toBe("Answered.")
    await page.locator("#rules").getByRole("button", { name: `Revoke: ${a}` }).click()
    await page.getByText("There are none").waitFor()
  })

  test("WEB-13: is shown in no frame, and its forms are not sent by other pages", async () => {
    const page = await open()
    const archive = asks(web, { origin: a })
    await card(page, a).waitFor()
    const context = await browser.newContext()
    const evil = await context.newPage()
    await evil.route("http://evil.example/", (route) =>
      route.fulfill({
        contentType: "text/html",
        body:
          `<iframe src="${url}"></iframe><form method="post" action="${url}act"><input name="do" value="answer"><input name="question" value="1"><input name="answer" value="always"></form>`
      }))
    await evil.goto("http://evil.example/")
    await evil.waitForLoadState("load")
    for (const frame of evil.frames().slice(1)) expect(await frame.locator("#questions").count()).toBe(0)
    await Promise.all([
      evil.waitForNavigation(),
      evil.evaluate("document.querySelector('form').submit()")
    ])
    expect(await evil.textContent("body")).not.toContain("Answered")
    expect(archive.heard).toBe(undefined)
    await context.close()
    archive.giveUp()
    await archive.said
  })

  test("says when the hub has gone", async () => {
    const page = await open()
    await page.getByText("Nobody asks now").waitFor()
    await hub.end()
    await expect.poll(() => status(page).textContent()).toContain("The hub does not answer")
  })
})
