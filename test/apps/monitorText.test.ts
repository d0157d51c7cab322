/** Text that a terminal can be shown, whatever it was. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import {
  clock,
  cut,
  fit,
  harmless,
  listing,
  subscribed,
  summary,
  wrap
} from "../../src/apps/cli/monitor/Text.ts"
import { map, type SampValue } from "../../src/domain/SampValue.ts"
import { runs, sampMap } from "../support/arbitraries.ts"
import { checkPrompt } from "../support/promptness.ts"

const anyText = Arbitrary.schema(Schema.String)
const columns = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 60 })))
const isHarmless = (text: string): boolean => /^[\x20-\x7e]*$/u.test(text)

describe("text for a terminal", () => {
  it("has no character that moves the cursor, takes two columns or none", () => {
    assert.strictEqual(harmless("a\tb\nc\rd"), "a b c d")
    assert.strictEqual(harmless("\x1b[2J\x07\x7f\x9b1m"), "?[2J???1m")
    assert.strictEqual(harmless("\u661f\u{1f52d}e\u0301\u202e\ud800"), "??e???")
  })

  it("is cut with two dots, or exactly as wide as a column", () => {
    assert.strictEqual(cut("abcdef", 6), "abcdef")
    assert.strictEqual(cut("abcdefg", 6), "abcd..")
    assert.strictEqual(cut("abc", 2), "ab")
    assert.strictEqual(cut("abc", 0), "")
    assert.strictEqual(fit("ab", 4), "ab  ")
    assert.strictEqual(fit("abcdef", 4), "ab..")
  })

  it("is wrapped at blanks where there are any, and nothing of it is lost", () => {
    assert.deepStrictEqual(wrap("the quick brown fox", 10, 0), ["the quick ", "brown fox"])
    assert.deepStrictEqual(wrap("x".repeat(25), 20), ["x".repeat(20), `    ${"x".repeat(5)}`])
    assert.deepStrictEqual(wrap("", 20), [""])
  })

  it.prop("fits, whatever the text and the width", { text: anyText, columns }, ({ columns, text }) => {
    assert.isAtMost(cut(text, columns).length, columns)
    assert.lengthOf(fit(text, columns), columns)
    const lines = wrap(text, columns)
    for (const line of lines) assert.isTrue(line.length <= columns && isHarmless(line), line)
    const unindented = lines.map((line, index) => index > 0 && columns > 12 ? line.slice(4) : line)
    assert.strictEqual(unindented.join(""), harmless(text))
  }, runs(300))

  it("a summary tells parameters in a line", () => {
    const params = map({
      url: "file:///t.vot",
      name: "my table",
      rows: ["1", "2"],
      more: map({ a: "", b: [] })
    })
    assert.strictEqual(
      summary(params),
      "url=file:///t.vot name=\"my table\" rows=[\"1\", \"2\"] more={a=\"\", b=[]}"
    )
  })

  it("a listing tells all of it, nested values indented", () => {
    const value = map({ a: "one\ntwo", list: ["x", map({ y: "z" })], none: map({}), empty: [] })
    assert.deepStrictEqual(listing(value), [
      "a = one",
      "  two",
      "list = list of 2",
      "  0 = x",
      "  1",
      "    y = z",
      "none = {}",
      "empty = []"
    ])
    assert.deepStrictEqual(subscribed(map({ "a.*": map({}), b: map({ "x-samp.k": "1" }) })), [
      "a.*",
      "b  x-samp.k=1"
    ])
  })

  it("takes little room, however large a value is", async () => {
    const large: SampValue = "x".repeat(5_000_000)
    const many: SampValue = Array.from({ length: 100_000 }, () => large)
    const started = performance.now()
    for (const value of [map({ large, many }), map({ many }), map({ deep: [[[many]]] })]) {
      assert.isAtMost(summary(value).length, 400)
      const lines = listing(value)
      assert.isAtMost(lines.length, 125)
      assert.isAtMost(Math.max(...lines.map((line) => line.length)), 1_100)
    }
    await checkPrompt("all that", performance.now() - started, 1_000)
    assert.include(listing(map({ large })).join(""), "(5000000 characters)")
    assert.include(listing(map({ many })).at(-1), ".. and more")
  })

  it.prop("is harmless, whatever was sent", { value: sampMap }, ({ value }) => {
    for (const line of [summary(value), ...listing(value), ...subscribed(value)]) {
      assert.isTrue(isHarmless(line), JSON.stringify(line))
    }
  }, runs(300))

  it("a clock tells the local time", () => {
    assert.strictEqual(clock(Date.UTC(2026, 0, 1, 23, 5, 9, 999), 0), "23:05:09")
    assert.strictEqual(clock(Date.UTC(2026, 0, 1, 23, 5, 9), 3_600_000), "00:05:09")
    assert.strictEqual(clock(Date.UTC(1970, 0, 1), -1_000), "23:59:59")
  })
})
