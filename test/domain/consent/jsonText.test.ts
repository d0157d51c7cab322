/** Strict JSON with lines. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { parseJson } from "../../../src/domain/consent/JsonText.ts"
import { runs } from "../../support/arbitraries.ts"
import { mutate, random } from "../../support/seeded.ts"

const read = (text: string): unknown => {
  const result = parseJson(text)
  return Result.isSuccess(result) ? result.success.value : `${result.failure.line}: ${result.failure.text}`
}

const Json: Schema.Codec<unknown> = Schema.Union([
  Schema.Null,
  Schema.Boolean,
  Schema.Finite,
  Schema.String,
  Schema.Array(Schema.Union([Schema.String, Schema.Array(Schema.Finite)])),
  Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Record(Schema.String, Schema.Boolean)]))
])

const oracle = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

describe("JSON", () => {
  it.prop("is read as JSON.parse reads it, however it is laid out", { value: Json }, ({ value }) => {
    for (const indent of [0, 2, "\t"]) {
      const text = JSON.stringify(value, undefined, indent)
      assert.deepStrictEqual(read(text), JSON.parse(text))
    }
  }, runs(200))

  it("is refused where JSON.parse refuses it, and else means the same", () => {
    const next = random(7)
    const whole = "{\"a\": [1, -0.5e3, true, null, \"x\\u0041\\n\"], \"b\": {\"c\": {}, \"d\": []}}"
    let refused = 0
    for (let round = 0; round < 3_000; round++) {
      const text = mutate(whole, next, ["{", "}", "[", "]", ",", ":", "\"", "\\", "0", "01", "tru", "\u00a0"])
      const result = parseJson(text)
      const expected = oracle(text)
      if (Result.isSuccess(result)) assert.deepStrictEqual(result.success.value, expected, text)
      else if (expected !== undefined) assert.match(result.failure.text, /is here twice/u, text)
      else refused++
    }
    assert.isAbove(refused, 1_000)
  })

  it.each([
    ["", "1: a value is expected, and there is the end of the file"],
    ["{\n  \"a\": 1,\n}", "3: a key in double quotes is expected, and there is '}'"],
    ["{\n\"a\": 1\n\"b\": 2}", "3: , or } is expected, and there is a text that does not end"],
    ["[1,\n\n2", "3: , or ] is expected, and there is the end of the file"],
    ["{'a': 1}", "1: a key in double quotes is expected, and there is '''"],
    ["{\"a\" 1}", "1: : is expected, and there is '1'"],
    ["[\n\"abc]", "2: a value is expected, and there is a text that does not end"],
    ["1\n2", "2: there is more after the end"],
    ["{\"a\": 1,\n\"a\": 2}", "2: the key 'a' is here twice"],
    ["[// why\n]", "1: a value is expected, and there is '/'"],
    ["[".repeat(100), "1: this is nested too deeply"]
  ])("%j is refused with its line", (text, expected) => {
    assert.strictEqual(read(text), expected)
  })

  it("knows the line of each value, or of what is around it", () => {
    const { lineOf } = Result.getOrThrow(parseJson("\ufeff{\n\"a\": [\n1,\n{\"b\":\n2}],\n\"__proto__\": 3}"))
    assert.deepStrictEqual(
      [[], ["a"], ["a", 0], ["a", 1], ["a", 1, "b"], ["a", 1, "c"], ["a", 7], ["x"], ["__proto__"]].map(
        lineOf
      ),
      [1, 2, 3, 4, 5, 4, 2, 1, 6]
    )
  })
})
