import { assert, describe, it } from "@effect/vitest"
import { gaps, requirements } from "./requirements.ts"
import { cited, rows } from "./table.ts"

describe("the conformance table", () => {
  it("has a test or an argument for every requirement", () => {
    const missing = rows().filter(({ gap, tests }) => tests.length === 0 && gap === undefined).map(({ id }) =>
      id
    )
    assert.deepStrictEqual(missing, [])
  })

  it("argues no gap that a test has closed, and none of a requirement that is not there", () => {
    const closed = rows().filter(({ gap, tests }) => tests.length > 0 && gap !== undefined).map(({ id }) =>
      id
    )
    assert.deepStrictEqual(closed, [])
    const ids = new Set(requirements.map(({ id }) => id))
    assert.deepStrictEqual(Object.keys(gaps).filter((id) => !ids.has(id)), [])
  })

  it("reads single ids and ranges from a title", () => {
    assert.deepStrictEqual(cited("GEN-02, STD-10..12 does it"), ["GEN-02", "STD-10", "STD-11", "STD-12"])
  })
})
