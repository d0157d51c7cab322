/** Data of pages and for pages, with a real hub. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { assert, describe, test } from "vitest"
import { eventually } from "../../support/eventually.ts"
import { idOf, tagOf } from "../../support/promises.ts"
import { World } from "./world.ts"

describe("P4 data of a page", () => {
  test("WEB-50, WEB-54 a page reads the file that a desktop client has sent, and no other", async () => {
    await using world = await World.start()
    const page = await world.page("page")
    const desk = await world.desktop("desk")
    const file = join(world.home, "a b.vot")
    writeFileSync(file, "<VOTABLE/>")
    const texts: Array<string> = []
    await page.bind("table.load.votable", async ({ params }) => {
      texts.push(await (await page.fetchUrl(params.url ?? "")).text())
    })
    const url = pathToFileURL(file).href
    assert.strictEqual(await tagOf(page.fetchUrl(url)), "WebError")
    await desk.call(await idOf(page), "table.load.votable", { url })
    assert.deepStrictEqual(texts, ["<VOTABLE/>"])
    assert.strictEqual(await tagOf(page.fetchUrl(pathToFileURL(join(world.home, ".samp")).href)), "WebError")
  })

  test("P4 a desktop client reads what a page has published, until the page leaves", async () => {
    await using world = await World.start()
    const page = await world.page("page")
    const desk = await world.desktop("desk")
    const got: Array<string> = []
    await desk.bind("table.load.votable", async ({ params }) => {
      got.push(new TextDecoder().decode(await desk.fetchUrl(String(params["url"]))))
    })
    const url = await page.publish(new Blob(["<VOTABLE/>"]), {
      name: "mine.vot",
      type: "application/x-votable+xml"
    })
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/.*mine\.vot$/u)
    await eventually(async () => (await page.notifyAll("table.load.votable", { url })).length === 1)
    await eventually(() => got.length === 1)
    assert.deepStrictEqual(got, ["<VOTABLE/>"])
    const response = await fetch(url)
    assert.strictEqual(response.headers.get("content-type"), "application/x-votable+xml")
    assert.strictEqual((await response.arrayBuffer()).byteLength, 10)
    await page.close()
    await eventually(() => fetch(url).then(({ ok }) => !ok, () => true))
  })
})
