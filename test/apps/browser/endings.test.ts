/** How waiting ends that only pages do: for consent, and for data. What all clients have in common is in ../facade. */
import { assert, describe, test } from "vitest"
import { eventually } from "../../support/eventually.ts"
import { rejection, tagOf } from "../../support/promises.ts"
import { World } from "./world.ts"

describe("giving up, in a page", () => {
  test("a signal that is aborted already does nothing but reject, with its reason", async () => {
    await using world = await World.start()
    const ann = await world.page("ann")
    const reason = new Error("mine")
    const options = { signal: AbortSignal.abort(reason) }
    const attempts = [ann.fetchUrl("data:,x", options), ann.publish("x", options)]
    assert.deepStrictEqual(await Promise.all(attempts.map(rejection)), [reason, reason])
  })

  test("WEB-13 connect gives up waiting for consent, and the hub withdraws its question", async () => {
    await using world = await World.start()
    world.answer = () => new Promise(() => {})
    const controller = new AbortController()
    const connecting = rejection(world.page("ann", { signal: controller.signal }))
    await eventually(() => world.asked.length === 1)
    const reason = new Error("enough")
    controller.abort(reason)
    assert.strictEqual(await connecting, reason)
  })

  test("a closed client publishes nothing, and says so", async () => {
    await using world = await World.start()
    const ann = await world.page("ann")
    await ann.close()
    assert.strictEqual(await tagOf(ann.publish("x")), "NotConnected")
  })
})
