/** The string encodings of numbers and booleans, lists and maps: tolerant in reading, canonical in writing. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import {
  type Field,
  SampBoolean,
  SampFields,
  SampFloat,
  SampInt,
  SampList,
  SampLong,
  SampMapOf,
  SampRow,
  SampRowList,
  SampString,
  SampUrl
} from "../../src/domain/mtypes/Scalars.ts"
import { map, type SampValue } from "../../src/domain/SampValue.ts"
import { runs } from "../support/arbitraries.ts"
import { checkPrompt } from "../support/promptness.ts"

/** What a field reads, or "refused". */
const read = (field: Field, value: SampValue): unknown =>
  Result.getOrElse(Schema.decodeUnknownResult(field)(value), () => "refused")

const write = (field: Field, value: unknown): unknown =>
  Result.getOrElse(Schema.encodeUnknownResult(field)(value), () => "refused")

describe("DT-07 DT-10 SAMP ints", () => {
  it.each<[string, unknown]>([
    ["12", 12],
    ["+5", 5],
    ["-7", -7],
    ["007", 7],
    ["-0", 0],
    [" 12 ", 12],
    ["\n\t12\r\n", 12],
    ["9007199254740991", 9_007_199_254_740_991],
    ["-9007199254740991", -9_007_199_254_740_991],
    ["9007199254740992", "refused"],
    ["9007199254740993", "refused"],
    ["99999999999999999999", "refused"],
    ["", "refused"],
    [" ", "refused"],
    ["+", "refused"],
    ["1 2", "refused"],
    ["- 1", "refused"],
    ["--1", "refused"],
    ["12.0", "refused"],
    ["1e3", "refused"],
    ["0x10", "refused"],
    ["1_000", "refused"],
    ["12n", "refused"],
    ["true", "refused"],
    ["\u0661", "refused"],
    ["\u00a012", "refused"]
  ])("%j", (text, expected) => assert.isTrue(Object.is(read(SampInt, text), expected)))

  it("lists and maps are none", () => {
    assert.strictEqual(read(SampInt, ["1"]), "refused")
    assert.strictEqual(read(SampInt, map({ a: "1" })), "refused")
  })

  it("are written in digits, and nothing else is written", () => {
    assert.deepStrictEqual([0, -0, 12, -7, 1e15].map((n) => write(SampInt, n)), [
      "0",
      "0",
      "12",
      "-7",
      "1000000000000000"
    ])
    for (const bad of [1.5, NaN, Infinity, 2 ** 53, "1", 1n, true]) {
      assert.strictEqual(write(SampInt, bad), "refused", String(bad))
    }
  })

  it("MTY-26 row indices are not negative", () => {
    assert.isTrue(Object.is(read(SampRow, "-0"), 0))
    assert.deepStrictEqual(read(SampRowList, ["-0"]), [0])
    assert.strictEqual(read(SampRow, "-1"), "refused")
    assert.strictEqual(write(SampRow, -1), "refused")
    assert.strictEqual(write(SampRow, 3), "3")
  })

  it("as bigints have any size up to a thousand digits", () => {
    assert.strictEqual(read(SampLong, " +9007199254740993 "), 9_007_199_254_740_993n)
    assert.strictEqual(read(SampLong, "-9223372036854775808"), -9_223_372_036_854_775_808n)
    assert.strictEqual(read(SampLong, "7".repeat(1_000)), BigInt("7".repeat(1_000)))
    assert.strictEqual(read(SampLong, "7".repeat(1_001)), "refused")
    assert.strictEqual(read(SampLong, "1.0"), "refused")
    assert.strictEqual(write(SampLong, -9_007_199_254_740_993n), "-9007199254740993")
    assert.strictEqual(write(SampLong, 10n ** 1_000n), "refused")
  })

  it.prop("come back", { int: Schema.Int, long: Schema.BigInt }, ({ int, long }) => {
    assert.strictEqual(read(SampInt, String(write(SampInt, int))), int + 0)
    assert.match(String(write(SampInt, int)), /^-?[0-9]+$/u)
    assert.strictEqual(read(SampLong, String(write(SampLong, long))), long)
  }, runs(500))
})

describe("DT-08 SAMP floats", () => {
  it.each<[string, unknown]>([
    ["10.5", 10.5],
    ["+41.268750", 41.26875], // DS9
    ["1.0E-5", 1e-5], // Java
    ["1.0E7", 1e7],
    ["1e-09", 1e-9], // Python
    ["1.0e3", 1_000],
    ["1e+21", 1e21],
    [".5", 0.5],
    ["5.", 5],
    ["-12", -12],
    ["-0.0", -0],
    ["5.e1", 50],
    [" 1.5\n", 1.5],
    ["1e-400", 0],
    ["1e400", "refused"],
    ["NaN", "refused"],
    ["nan", "refused"],
    ["Infinity", "refused"],
    ["-inf", "refused"],
    ["1f", "refused"],
    ["1d0", "refused"],
    ["0x10", "refused"],
    ["", "refused"],
    [".", "refused"],
    ["e5", "refused"],
    ["1e", "refused"],
    ["1.2.3", "refused"],
    ["1,5", "refused"],
    ["10:20:30", "refused"],
    ["1 5", "refused"]
  ])("%j", (text, expected) => assert.isTrue(Object.is(read(SampFloat, text), expected)))

  it.prop("come back, in the grammar of the standard", { number: Schema.Finite }, ({ number }) => {
    const text = String(write(SampFloat, number))
    assert.match(text, /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/u)
    assert.isTrue(Object.is(read(SampFloat, text), number))
  }, runs(500))

  it("keep the sign of zero, and refuse what is no number", () => {
    assert.strictEqual(write(SampFloat, -0), "-0")
    for (const bad of [NaN, Infinity, -Infinity, "1", 1n]) {
      assert.strictEqual(write(SampFloat, bad), "refused", String(bad))
    }
  })

  it("are read in time that grows with their length only", async () => {
    const long = `${"1".repeat(200_000)}x`
    const started = performance.now()
    assert.strictEqual(read(SampFloat, long), "refused")
    assert.strictEqual(read(SampInt, `${" ".repeat(200_000)}x`), "refused")
    await checkPrompt("reading", performance.now() - started, 1_000)
  })
})

describe("DT-09 DT-10 SAMP booleans", () => {
  it.each<[string, boolean]>([
    ["1", true],
    ["0", false],
    ["2", true],
    ["-1", true],
    ["+1", true],
    ["000", false],
    ["-0", false],
    [" 1 ", true],
    ["99999999999999999999", true],
    ["100", true],
    ["true", true],
    ["True", true],
    ["false", false],
    ["False", false],
    ["", false],
    ["yes", false],
    ["1.0", false]
  ])("%j", (text, expected) => assert.strictEqual(read(SampBoolean, text), expected))

  it("are written 1 and 0, and lists are none", () => {
    assert.strictEqual(write(SampBoolean, true), "1")
    assert.strictEqual(write(SampBoolean, false), "0")
    assert.strictEqual(write(SampBoolean, "1"), "refused")
    assert.strictEqual(read(SampBoolean, []), "refused")
  })
})

describe("WIRE-66 URLs", () => {
  it("are read in any spelling, bare paths included", () => {
    for (const url of ["file:/p", "file:///p", "file://localhost//p", "http://h/a b", "/tmp/a.vot", ""]) {
      assert.strictEqual(read(SampUrl, url), url)
    }
  })

  it("are written with a scheme only", () => {
    for (const url of ["file:///p", "http://h/p?x=1&y=2", "https://h", "ftp://h/p", "data:,x", "ivo://a/b"]) {
      assert.strictEqual(write(SampUrl, url), url)
    }
    for (const url of ["/tmp/a.vot", "a.vot", "C:\\a.vot", "", "//h/p", ":x"]) {
      assert.strictEqual(write(SampUrl, url), "refused", url)
    }
  })
})

describe("WIRE-104 MTY-27 lists of rows", () => {
  it.each<[SampValue, unknown]>([
    [["0", "7", "42"], [0, 7, 42]],
    [[], []],
    [["+1", " 2 "], [1, 2]],
    ["5", [5]],
    ["3 4  7", [3, 4, 7]],
    [" 3,4, 7\n", [3, 4, 7]],
    ["", []],
    [["1.0"], "refused"],
    [["-1"], "refused"],
    [["1", ["2"]], "refused"],
    ["3 x", "refused"],
    ["3 -4", "refused"],
    [map({ 0: "1" }), "refused"]
  ])("%j", (value, expected) => assert.deepStrictEqual(read(SampRowList, value), expected))

  it("are written as lists of ints", () => {
    assert.deepStrictEqual(write(SampRowList, [0, 7, 42]), ["0", "7", "42"])
    for (const bad of [[-1], [1.5], ["1"], "1", [NaN]]) assert.strictEqual(write(SampRowList, bad), "refused")
  })

  it("DT-12 of a million rows take no noticeable time", async () => {
    const rows = Array.from({ length: 1_000_000 }, (_, index) => index)
    const started = performance.now()
    const text = write(SampRowList, rows)
    assert.deepStrictEqual(read(SampRowList, Array.isArray(text) ? text : ""), rows)
    await checkPrompt("writing and reading", performance.now() - started, 5_000)
  })
})

describe("DT-13 lists and maps", () => {
  it.prop(
    "maps of ints keep every key",
    {
      entries: Arbitrary.array(Arbitrary.all([Arbitrary.schema(Schema.String), Arbitrary.schema(Schema.Int)]))
    },
    ({ entries }) => {
      const ints = new Map(
        [...entries, ["__proto__", 1], ["", 2]] as ReadonlyArray<readonly [string, number]>
      )
      const written = write(SampMapOf(SampInt), ints)
      assert.instanceOf(written, Map)
      assert.deepStrictEqual(
        Result.getOrThrow(Schema.decodeUnknownResult(SampMapOf(SampInt))(written)),
        new Map([...ints].map(([key, int]) => [key, int + 0]))
      )
    },
    runs(100)
  )

  it("lists check their items", () => {
    assert.deepStrictEqual(read(SampList(SampInt), ["1", "2"]), [1, 2])
    assert.strictEqual(read(SampList(SampInt), ["1", "x"]), "refused")
    assert.strictEqual(read(SampList(SampInt), "1"), "refused")
  })

  it("maps with known keys are objects; other keys are ignored, even __proto__", () => {
    const fields = SampFields({ ["__proto__"]: SampInt, name: Schema.optionalKey(SampString) })
    const value = read(fields, map({ ["__proto__"]: "3", constructor: "x", other: [] }))
    assert.deepStrictEqual(Object.entries(Object(value)), [["__proto__", 3]])
    assert.strictEqual(Object.getPrototypeOf(value), Object.prototype)
    assert.deepStrictEqual(write(fields, value), map({ ["__proto__"]: "3" }))
    assert.strictEqual(read(fields, map({ name: "x" })), "refused")
    assert.strictEqual(
      write(SampFields({ name: Schema.optionalKey(SampString) }), map({ name: "x" })),
      "refused"
    )
  })
})
