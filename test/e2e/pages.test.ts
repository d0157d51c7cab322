/** Pages that pull at their own pace, at a hub that is a process of its own. `npm run load:pages` is the same on a large scale. */
import { assert, describe, it } from "@effect/vitest"
import { run } from "../support/pagesLoad.ts"
import { record, World } from "./harness.ts"

describe("pages and their messages", () => {
  it("WEB-32, WEB-36, WEB-38, DLV-08, P10: nothing is lost, doubled or out of order, however they pull", async () => {
    await using world = new World()
    const hub = await world.hub(["--web-port", "0", "--web-consent", "allow"])
    const web = String(record(hub.ready["web"])["url"])
    let seed = 1
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
    const load = { pages: 20, senders: 3, broadcasts: 100, gapMs: 60 }
    const { deliveries, pages, wrong } = await run({ ...hub, web }, load, random)
    assert.deepStrictEqual(wrong, [])
    assert.isAbove(deliveries, 6_000)
    await Promise.all(pages.map((page) => page.webhub("unregister")))
    const looking = await world.sender(hub)
    const others = async () =>
      [...await looking.others()].filter((id) => pages.some((page) => page.id === id))
    assert.deepStrictEqual(await others(), [])
  })
})
