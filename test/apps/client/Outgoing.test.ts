/** What an application hands over to be sent, odd values among it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type PlainMap, toMap, toMessage, type Values } from "../../../src/apps/client/Outgoing.ts"
import { map, type SampMap } from "../../../src/domain/SampValue.ts"
import { runs, sampMap, show } from "../../support/arbitraries.ts"

const shown = (values: Values): string => {
  const read = toMap("the parameters", values)
  return Result.isSuccess(read) ? show(read.success) : read.failure.message
}

/** What the compiler would refuse, as callers in JavaScript can write it. */
const untyped = (values: unknown): string => shown(values as Values)

describe("values of applications", () => {
  it("DT-07, DT-08, DT-09 numbers, bigints and booleans become their encodings", () => {
    const values: PlainMap = { i: 3, f: -2.5e-7, big: 12345678901234567890n, yes: true, no: false, s: "x" }
    assert.strictEqual(
      shown(values),
      show(map({ i: "3", f: "-2.5e-7", big: "12345678901234567890", yes: "1", no: "0", s: "x" }))
    )
  })

  it("leaves out what is undefined, at every depth, and keeps what is empty", () => {
    const values: PlainMap = { a: undefined, b: { c: undefined, d: "" }, e: [], f: {} }
    assert.strictEqual(shown(values), show(map({ b: map({ d: "" }), e: [], f: map({}) })))
  })

  it("DT-13 keeps keys that JavaScript trips over", () => {
    const values = JSON.parse(`{"__proto__": "p", "constructor": {"__proto__": 1}, "": "e"}`) as PlainMap
    assert.strictEqual(
      shown(values),
      show(
        new Map<string, string | SampMap>([
          ["__proto__", "p"],
          ["constructor", new Map([["__proto__", "1"]])],
          ["", "e"]
        ])
      )
    )
  })

  it("takes maps within plain objects, and plain values within maps", () => {
    const inner = map({ x: "1" })
    const expected = show(map({ a: inner, b: [inner] }))
    assert.strictEqual(shown({ a: inner, b: [inner] }), expected)
    assert.strictEqual(untyped(new Map<string, unknown>([["a", { x: 1 }], ["b", [{ x: 1n }]]])), expected)
  })

  it.each<readonly [string, unknown, string]>([
    ["null", { a: { b: null } }, "the parameters: a.b is null; SAMP has strings, lists and maps"],
    [
      "undefined in a list",
      { a: ["x", undefined] },
      "the parameters: a.1 is undefined; SAMP has strings, lists and maps"
    ],
    ["NaN", { a: NaN }, "the parameters: a is NaN, which SAMP has no number for"],
    ["infinity", { a: [-Infinity] }, "the parameters: a.0 is -Infinity, which SAMP has no number for"],
    ["a date", { a: new Date(0) }, "the parameters: a is a Date; SAMP has strings, lists and maps"],
    ["a set", { a: new Set(["x"]) }, "the parameters: a is a Set; SAMP has strings, lists and maps"],
    [
      "a typed array",
      { a: new Float64Array(2) },
      "the parameters: a is a Float64Array; SAMP has strings, lists and maps"
    ],
    ["a function", { a: () => "x" }, "the parameters: a is function; SAMP has strings, lists and maps"],
    ["a symbol", { a: Symbol("x") }, "the parameters: a is symbol; SAMP has strings, lists and maps"],
    [
      "another instance",
      { a: new URL("http://x/") },
      "the parameters: a is a URL; SAMP has strings, lists and maps"
    ],
    ["a map by numbers", { a: new Map([[1, "x"]]) }, "the parameters: a has a key that is 1, and no string"],
    ["a list for a map", ["x"], "the parameters are no map"],
    ["a string for a map", "x", "the parameters are no map"],
    [
      "DT-02 an accent",
      { a: "caf\u00e9" },
      "the parameters: a holds the character U+00E9; SAMP allows ASCII only"
    ],
    [
      "DT-02 an accent in a map",
      new Map([["a", "\u00e9"]]),
      "the parameters: a holds the character U+00E9; SAMP allows ASCII only"
    ],
    [
      "DT-02 an accent in a key",
      { "\u00e9": "a" },
      "the parameters: it has a key that holds the character U+00E9; SAMP allows ASCII only"
    ]
  ])("refuses %s", (_, values, message) => {
    assert.include(untyped(values), message)
  })

  it("refuses what holds itself", () => {
    const loop: { [key: string]: unknown } = {}
    loop["again"] = [loop]
    assert.match(untyped(loop), /^the parameters: again\.0\.again is nested deeper than 256 levels$/u)
  })

  it.prop("a SAMP map comes through as it is", { values: sampMap }, ({ values }) => {
    assert.strictEqual(shown(values), show(values))
  }, runs(200))
})

describe("messages", () => {
  it.effect("MSG-05 hold further keys, which do not displace the MType and the parameters", () =>
    Effect.gen(function*() {
      const message = yield* toMessage("a.b", { x: 1 }, {
        "x-samp.note": "n",
        "samp.mtype": "c.d",
        "samp.params": "none"
      })
      assert.strictEqual(
        show(message),
        show(map({ "x-samp.note": "n", "samp.mtype": "a.b", "samp.params": map({ x: "1" }) }))
      )
      assert.strictEqual(
        show(yield* toMessage("a.b")),
        show(map({ "samp.mtype": "a.b", "samp.params": map({}) }))
      )
    }))

  it.effect.each(["", "a..b", "a.*", "a b", "caf\u00e9"])(
    "MSG-03 %j is no MType to send",
    (mtype) =>
      Effect.gen(function*() {
        const failure = yield* Effect.flip(toMessage(mtype))
        assert.strictEqual(failure.message, `'${mtype}' is not an MType such as table.load.votable`)
      })
  )

  it.effect("says whether the parameters or the further keys are to blame", () =>
    Effect.gen(function*() {
      assert.match((yield* Effect.flip(toMessage("a.b", { x: "\u0007" }))).message, /^the parameters: x /u)
      assert.match(
        (yield* Effect.flip(toMessage("a.b", {}, { y: "\u0007" }))).message,
        /^the further keys: y /u
      )
    }))
})
