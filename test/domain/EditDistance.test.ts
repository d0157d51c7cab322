/** Hints at what was meant. */
import { assert, describe, it } from "@effect/vitest"
import { editDistance, nearest } from "../../src/domain/EditDistance.ts"

describe("the edit distance", () => {
  it("counts what is put in, left out and changed, from either side", () => {
    const known: ReadonlyArray<readonly [string, string, number]> = [
      ["", "", 0],
      ["", "abc", 3],
      ["table", "table", 0],
      ["votble", "votable", 1],
      ["kitten", "sitting", 3],
      ["lode", "load", 2]
    ]
    for (const [one, other, distance] of known) {
      assert.strictEqual(editDistance(one, other), distance)
      assert.strictEqual(editDistance(other, one), distance)
    }
  })

  it("finds the nearest name, two letters away at most, and none for a short word", () => {
    const names = ["table.load.fits", "table.load.votable", "table.load.votables"]
    assert.strictEqual(nearest("table.load.votble", names), "table.load.votable")
    assert.strictEqual(nearest("Table.Load.VOTable", names), "table.load.votable")
    assert.strictEqual(nearest("table.load.votxxle", names), "table.load.votable")
    assert.isUndefined(nearest("table.load.voxxxle", names))
    assert.isUndefined(nearest("a.b", ["a.c"]))
    assert.isUndefined(nearest("table.load.fits", []))
  })
})
