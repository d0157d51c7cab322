/** Pages at a real hub: who they say they are, and clients of the other profile. All else is in ../facade. */
import { assert, describe, test } from "vitest"
import { idOf } from "../../support/promises.ts"
import { World } from "./world.ts"

describe("operations of a page", () => {
  test("WEB-10, WEB-11, META-02 connect says who it is to whoever lets it in", async () => {
    await using world = await World.start()
    await world.page("ann", { description: "tests" })
    assert.deepStrictEqual(world.asked.map(({ name, origin }) => [name, origin]), [["ann", undefined]])
  })

  test("HUB-29 a page and clients of the Standard Profile call each other", async () => {
    await using world = await World.start()
    const page = await world.page("page")
    const desk = await world.desktop("desk")
    await page.bind("a.b", ({ params }) => ({ got: params }))
    await desk.bind("a.c", ({ params }) => ({ had: params }))
    const odd = { text: "1 < 2 & \"three\"\r\n\t", "": "e", list: ["", "x"] }
    assert.deepStrictEqual((await desk.call(await idOf(page), "a.b", { ...odd })).result, { got: { ...odd } })
    assert.deepStrictEqual((await page.call(await idOf(desk), "a.c", { ...odd })).result, { had: { ...odd } })
    assert.strictEqual((await page.findClient("DESK")).id, await idOf(desk))
  })
})
