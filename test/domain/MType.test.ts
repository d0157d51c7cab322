import { assert, describe, it } from "@effect/vitest"
import { isMType, isPattern, matches, patternsMatching } from "../../src/domain/MType.ts"

describe("MTypes", () => {
  it("MT-01 are atoms joined by single dots", () => {
    for (const good of ["a", "table.load.votable", "x-samp.query.by-meta", "A_1.b-2"]) {
      assert.isTrue(isMType(good), good)
    }
    for (const bad of ["", ".", "a.", ".a", "a..b", "a b", "a.*", "*", "a\n", "caf\u00e9"]) {
      assert.isFalse(isMType(bad), bad)
    }
  })

  it("SUB-02, SUB-04 a subscription is an MType, an MType with .* at its end, or *", () => {
    for (const good of ["a", "a.b", "a.*", "a.b.*", "*"]) assert.isTrue(isPattern(good), good)
    for (const bad of ["*.b", "a.*.c", "a*", "a.", ".a", "a..b", "", "**", ".*", "a.*.*"]) {
      assert.isFalse(isPattern(bad), bad)
    }
  })

  it("SUB-04, SUB-05, SUB-06 match as the standard says, not as JSAMP does", () => {
    const yes = [["*", "a"], ["*", "a.b"], ["a.*", "a.b"], ["a.*", "a.b.c"], ["a.b", "a.b"]]
    const no = [
      ["a.*", "a"],
      ["a.*", "ab"],
      ["a.*", "ab.c"],
      ["a.*", "A.b"],
      ["a.b.*", "a.b"],
      ["a.b.*", "a.bc"],
      ["a.b.*", "a.bc.d"],
      ["a.b", "a.b.c"]
    ]
    for (const [pattern = "", mtype = ""] of yes) {
      assert.isTrue(matches(pattern, mtype), `${pattern} ${mtype}`)
    }
    for (const [pattern = "", mtype = ""] of no) {
      assert.isFalse(matches(pattern, mtype), `${pattern} ${mtype}`)
    }
  })

  it("SUB-07 the patterns that match come most specific first, and are exactly those", () => {
    assert.deepStrictEqual(patternsMatching("a.b.c"), ["a.b.c", "a.b.*", "a.*", "*"])
    assert.deepStrictEqual(patternsMatching("a"), ["a", "*"])
    const atoms = ["a", "b", "ab"]
    const words = atoms.flatMap((
      x
    ) => [x, ...atoms.flatMap((y) => [`${x}.${y}`, ...atoms.map((z) => `${x}.${y}.${z}`)])])
    for (const mtype of words) {
      for (const pattern of ["*", ...words, ...words.map((word) => `${word}.*`)]) {
        assert.strictEqual(
          patternsMatching(mtype).includes(pattern),
          matches(pattern, mtype),
          `${pattern} ${mtype}`
        )
      }
    }
  })
})
