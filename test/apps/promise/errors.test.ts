import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, test, vi } from "vitest"
import { eventually } from "../../support/eventually.ts"
import { rejection } from "../../support/promises.ts"
import { World } from "./world.ts"

describe("errors, as an application meets them", () => {
  test("are told with the line that called, and by their own names", async () => {
    await using world = await World.start()
    const { ann } = await world.pair()
    const lookFor = async (name: string) => await ann.findClient(name)
    const error = await rejection(lookFor("aladin"))
    assert.isTrue(error instanceof Error)
    if (!(error instanceof Error)) return
    assert.strictEqual(error.name, "NoSuchClient")
    const [first = "", second = ""] = (error.stack ?? "").split("\n")
    assert.match(first, /^NoSuchClient: No client is named aladin\./u)
    assert.include(second, "errors.test.ts")
    assert.include(second, "lookFor")
  })

  test("of handlers go to standard error, for who wrote them, unless they are meant for the caller", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    const told = vi.spyOn(console, "error").mockImplementation(() => {})
    try {
      await bob.bind("a.typo", () => {
        throw new TypeError("oops")
      })
      await ann.notify(to, "a.typo")
      await eventually(() => told.mock.calls.length > 0)
      assert.strictEqual(told.mock.calls[0]?.[0], "The handler of a.typo failed:")
      const thrown: unknown = told.mock.calls[0]?.[1]
      assert.instanceOf(thrown, TypeError)
      assert.include(thrown.stack, "errors.test.ts")
    } finally {
      told.mockRestore()
    }
  })

  test("WIRE-66 what a message refers to is fetched by file and http URLs", async () => {
    await using world = await World.start()
    const { ann } = await world.pair()
    const text = "<VOTABLE/>"
    const file = join(world.home, "a table.vot")
    writeFileSync(file, text)
    for (const url of [`file://${file}`, `file://localhost${file.replaceAll(" ", "%20")}`]) {
      assert.strictEqual(new TextDecoder().decode(await ann.fetchUrl(url)), text)
    }
    const { close, url } = await ann.accessibleTable([{ a: 1 }])
    assert.include(new TextDecoder().decode(await ann.fetchUrl(url)), "<VOTABLE")
    await close()
    const gone = await rejection(ann.fetchUrl(url))
    assert.isTrue(gone instanceof Error && gone.name === "WebError")
  })
})
