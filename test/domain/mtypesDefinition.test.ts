/** Definitions of MTypes: their types, what is beyond them, and what is said when a message does not fit. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import {
  type Decoded,
  decodeParams,
  decodeResult,
  define,
  encodeParams,
  encodeResult,
  message,
  type ParamsOf,
  type ResultOf
} from "../../src/domain/mtypes/Definition.ts"
import { type BadParams, describe as say, type IllFormed } from "../../src/domain/mtypes/Mistakes.ts"
import {
  SampBoolean,
  SampFields,
  SampInt,
  SampList,
  SampMapOf,
  SampOpenMap,
  SampString
} from "../../src/domain/mtypes/Scalars.ts"
import * as MTypes from "../../src/domain/mtypes/Vocabulary.ts"
import { emptyMap, map, type SampMap, type SampValue } from "../../src/domain/SampValue.ts"

const blink = define({
  mtype: "org.example.lamp.blink",
  params: {
    times: SampInt,
    colour: Schema.optionalKey(SampString),
    how: Schema.optionalKey(Schema.Literals(["fast", "slow"])),
    lamps: Schema.optionalKey(SampList(SampFields({ id: SampInt }))),
    names: Schema.optionalKey(SampMapOf(SampString)),
    open: Schema.optionalKey(SampOpenMap)
  },
  result: { done: SampBoolean }
})

const refusal = <A>(result: Result.Result<A, BadParams | IllFormed>): string => {
  if (Result.isSuccess(result)) return "taken"
  return say(result.failure)
}

const written = (result: Result.Result<SampMap, BadParams>): SampMap => Result.getOrThrow(result)

describe("MT-04 definitions", () => {
  it("write and read parameters and return values", () => {
    assert.deepStrictEqual(
      written(encodeParams(blink, { times: 3, how: "fast", lamps: [{ id: 1 }] })),
      map({ times: "3", how: "fast", lamps: [map({ id: "1" })] })
    )
    assert.deepStrictEqual(Result.getOrThrow(decodeResult(blink, map({ done: "1" }))), {
      value: { done: true },
      rest: emptyMap
    })
    assert.deepStrictEqual(written(encodeResult(blink, { done: false })), map({ done: "0" }))
  })

  it("MT-01 have an MType as name", () => {
    for (const mtype of ["", "a.*", "*", "a b", "caf\u00e9"]) {
      assert.throws(() => define({ mtype }), TypeError)
    }
  })

  it("MT-05 GEN-15 keep unknown parameters apart, and GEN-14 may send some", () => {
    const sent = map({
      times: "3",
      colour: "red",
      "x.nested": map({ ["__proto__"]: [] }),
      ["__proto__"]: "p"
    })
    const { rest, value } = Result.getOrThrow(decodeParams(blink, sent))
    assert.deepStrictEqual(value, { times: 3, colour: "red" })
    assert.deepStrictEqual(rest, map({ "x.nested": map({ ["__proto__"]: [] }), ["__proto__"]: "p" }))
    assert.deepStrictEqual(
      written(encodeParams(blink, value, rest)),
      new Map([...rest, ["times", "3"], ["colour", "red"]])
    )
  })

  it("known parameters win over further ones", () => {
    assert.deepStrictEqual(
      written(encodeParams(blink, { times: 3 }, map({ times: "9", x: "y" }))),
      map({ times: "3", x: "y" })
    )
  })

  it("MSG-01 make whole messages, whose further keys cannot hide the MType", () => {
    assert.deepStrictEqual(
      written(message(blink, { times: 3 }, {
        params: map({ x: "1" }),
        message: map({ "test.wait": "5", "samp.mtype": "evil", "samp.params": "evil" })
      })),
      map({
        "samp.mtype": "org.example.lamp.blink",
        "samp.params": map({ times: "3", x: "1" }),
        "test.wait": "5"
      })
    )
    assert.deepStrictEqual(
      written(message(MTypes.hubEventShutdown, {})),
      map({ "samp.mtype": "samp.hub.event.shutdown", "samp.params": emptyMap })
    )
    assert.match(
      refusal(message(blink, { times: 3 }, { message: map({ "x\u00e9": "" }) })),
      /^the keys of .* U\+00E9/u
    )
    assert.match(refusal(message(blink, { times: 1.5 })), /times/u)
  })
})

describe("types", () => {
  it("what the compiler refuses", () => {
    const row = { "table-id": "t", row: 3 }
    assert.isTrue(Result.isSuccess(encodeParams(MTypes.tableHighlightRow, row)))
    assert.isTrue(Result.isSuccess(encodeParams(MTypes.tableHighlightRow, { url: "http://h/", row: 3 })))
    assert.isTrue(
      Result.isSuccess(encodeParams(MTypes.tableHighlightRow, { url: "http://h/", "table-id": "", row: 3 }))
    )
    const refused = [
      // @ts-expect-error a row is a number
      encodeParams(MTypes.tableHighlightRow, { "table-id": "t", row: "3" }),
      // @ts-expect-error the name of the parameter is wrong
      encodeParams(MTypes.tableHighlightRow, { "table-id": "t", row: 3, tableId: "t" }),
      // @ts-expect-error a required parameter is missing
      encodeParams(MTypes.tableHighlightRow, { "table-id": "t" }),
      // @ts-expect-error MTY-26 neither table-id nor url
      encodeParams(MTypes.tableHighlightRow, { row: 3 }),
      // @ts-expect-error a list of rows is a list of numbers
      encodeParams(MTypes.tableSelectRowList, { url: "http://h/", "row-list": ["1"] }),
      // @ts-expect-error there are no parameters
      encodeParams(MTypes.hubEventShutdown, { reason: "x" }),
      // @ts-expect-error nor return values
      encodeResult(MTypes.tableLoadVotable, { ok: true }),
      // @ts-expect-error an optional parameter is left out, not undefined
      encodeParams(MTypes.tableLoadVotable, { url: "http://h/", name: undefined }),
      // @ts-expect-error one of the words
      encodeParams(blink, { times: 1, how: "gently" }),
      // @ts-expect-error a key within a list has no such name
      encodeParams(blink, { times: 1, lamps: [{ id: 1, colour: "red" }] }),
      // @ts-expect-error an open map is a Map
      encodeParams(MTypes.spectrumLoadSsaGeneric, { url: "http://h/", meta: {} })
    ]
    // and what a program without types is told
    for (const result of refused) assert.isTrue(Result.isFailure(result), refusal(result))
    // @ts-expect-error MTY-43 a sender has to give meta; left out all the same it does no harm (pyvo does so)
    assert.strictEqual(refusal(encodeParams(MTypes.spectrumLoadSsaGeneric, { url: "http://h/" })), "taken")
  })

  it("what the compiler knows", () => {
    const sky: Result.Result<Decoded<{ readonly ra: number; readonly dec: number }>, IllFormed> =
      decodeParams(
        MTypes.coordPointAtSky,
        map({ ra: "1", dec: "2" })
      )
    assert.isTrue(Result.isSuccess(sky))
    const params: ParamsOf<typeof blink> = { times: 1 }
    const result: ResultOf<typeof blink> = { done: true }
    // @ts-expect-error a number
    const wrong: ParamsOf<typeof blink> = { times: "1" }
    // @ts-expect-error schemas that are not written as SAMP values are no fields
    const bad = define({ mtype: "x.y", params: { n: Schema.Number } })
    // @ts-expect-error only parameters can be asked for
    const worse = define({ mtype: "x.y", params: { n: SampInt }, atLeastOne: ["m"] })
    assert.deepStrictEqual([params, result, wrong.times, bad.mtype, worse.params.atLeastOne], [
      { times: 1 },
      { done: true },
      "1",
      "x.y",
      ["m"]
    ])
  })
})

describe("ERR-05 what is wrong with a message of a peer", () => {
  it.each<[string, SampMap, string]>([
    [
      "missing",
      emptyMap,
      "parameter 'times' of org.example.lamp.blink: expected a value, for it is required, found nothing"
    ],
    [
      "no int",
      map({ times: "1.5" }),
      "parameter 'times' of org.example.lamp.blink: expected an int of at most 9007199254740991 either way, such as 12, found '1.5'"
    ],
    [
      "a list",
      map({ times: ["1", "2"] }),
      "parameter 'times' of org.example.lamp.blink: expected an int of at most 9007199254740991 either way, such as 12, found a list of 2 items"
    ],
    [
      "deep in a list",
      map({ times: "1", lamps: [map({ id: "1" }), map({ id: map({ a: "b" }) })] }),
      "parameter 'lamps.1.id' of org.example.lamp.blink: expected an int of at most 9007199254740991 either way, such as 12, found a map of 1 entry"
    ],
    [
      "in a map",
      map({ times: "1", names: map({ a: "x", "b.c": [] }) }),
      "parameter 'names.b.c' of org.example.lamp.blink: expected a string, found a list of 0 items"
    ],
    [
      "no map",
      map({ times: "1", open: "" }),
      "parameter 'open' of org.example.lamp.blink: expected a map (in JavaScript a Map, not an object), found ''"
    ]
  ])("%s", (_, params, expected) => assert.strictEqual(refusal(decodeParams(blink, params)), expected))

  it("names words that were asked for", () => {
    assert.match(
      refusal(decodeParams(blink, map({ times: "1", how: "x" }))),
      /'how' .*"fast".*"slow".*found 'x'$/u
    )
  })

  it("MTY-26 MTY-27 a table has to be named", () => {
    const expected = "expected 'table-id' or 'url', found neither"
    for (
      const params of [
        map({ row: "1" }),
        map({ row: "1", "table-id": "" }),
        map({ row: "1", "table-id": "", url: "" })
      ]
    ) {
      assert.strictEqual(
        refusal(decodeParams(MTypes.tableHighlightRow, params)),
        `the parameters of table.highlight.row: ${expected}`
      )
    }
    for (const key of ["table-id", "url"]) {
      assert.strictEqual(
        refusal(decodeParams(MTypes.tableSelectRowList, map({ [key]: "x", "row-list": [] }))),
        "taken"
      )
    }
  })

  it("never repeats huge or odd values", () => {
    const found = (value: SampValue) => refusal(decodeParams(blink, map({ times: value })))
    assert.isBelow(found("x".repeat(1_000_000)).length, 250)
    assert.isBelow(found(Array.from({ length: 100_000 }, () => "x")).length, 250)
    assert.match(found("\u00e9\n"), /found '\?\?'$/u)
    const key = "k".repeat(10_000)
    const failed = decodeParams(blink, map({ times: "1", names: map({ [key]: [] }) }))
    assert.isBelow(refusal(failed).length, 250)
    assert.isBelow(JSON.stringify(failed).length, 350)
  })

  it("DT-12 copes with nesting without end", () => {
    let deep: SampValue = "x"
    for (let level = 0; level < 100_000; level++) deep = [deep]
    assert.match(refusal(decodeParams(blink, map({ times: deep }))), /found a list of 1 item$/u)
    const { rest } = Result.getOrThrow(decodeParams(blink, map({ times: "1", deep })))
    assert.strictEqual(rest.get("deep"), deep)
    const failed = encodeParams(blink, { times: 1 }, rest)
    assert.match(refusal(failed), /^parameter 'deep.0.0' .* deeper than 256 levels$/u)
  })

  it("is a plain object", () => {
    const failed = decodeResult(blink, emptyMap)
    assert.deepStrictEqual(Result.isFailure(failed) ? failed.failure : undefined, {
      _tag: "IllFormed",
      mtype: "org.example.lamp.blink",
      part: "result",
      path: "done",
      expected: "a value, for it is required",
      found: "nothing"
    })
    assert.match(refusal(failed), /^return value 'done'/u)
  })
})

describe("DT-02 DT-06 what cannot be written", () => {
  it("names the character, and how a URL spells it", () => {
    assert.strictEqual(
      refusal(encodeParams(MTypes.tableLoadVotable, { url: "file:///tmp/caf\u00e9.vot" })),
      "parameter 'url' of table.load.votable: holds the character U+00E9; SAMP strings are ASCII, so percent-encode the URL, here as %C3%A9"
    )
    assert.strictEqual(
      refusal(encodeParams(MTypes.tableLoadVotable, { url: "file:///a", name: "\u{1f52d}" })),
      "parameter 'name' of table.load.votable: holds the character U+1F52D; SAMP strings are ASCII, so spell it otherwise (in a URL it would be %F0%9F%94%AD)"
    )
    assert.match(
      refusal(encodeParams(MTypes.tableHighlightRow, { url: "data:,\u03b1", row: 1 })),
      /percent-encode the URL, here as %CE%B1$/u
    )
    assert.match(
      refusal(encodeParams(MTypes.tableLoadVotable, { url: "file:///a", name: "\ud800" })),
      /U\+D800/u
    )
    assert.match(refusal(encodeParams(MTypes.tableLoadVotable, { url: "file:///a", name: "\0" })), /U\+0000/u)
    assert.match(
      refusal(encodeParams(blink, { times: 1, names: new Map([["a", "b"], ["k\u00e9", ""]]) })),
      /^parameter 'names' .*: has a key that holds the character U\+00E9/u
    )
    assert.match(
      refusal(encodeParams(blink, { times: 1, names: new Map([["a", "\u00e9"]]) })),
      /^parameter 'names.a'/u
    )
    assert.match(refusal(encodeParams(blink, { times: 1 }, map({ x: ["", "\u00e9"] }))), /^parameter 'x.1'/u)
  })

  it("reads such characters all the same", () => {
    const read = Result.getOrThrow(
      decodeParams(MTypes.tableLoadVotable, map({ url: "x", name: "caf\u00e9" }))
    )
    assert.strictEqual(read.value.name, "caf\u00e9")
  })

  it("DT-01 refuses what is no SAMP value in an open map", () => {
    const loose: MTypes.AnyDefinition = MTypes.hubEventMetadata
    for (const bad of [3, true, null, undefined, { a: "b" }, new Date(0)]) {
      assert.match(
        refusal(encodeParams(loose, { id: "c1", metadata: new Map([["x", bad]]) })),
        /^parameter 'metadata.x' .*SAMP has strings, lists and maps$/u
      )
    }
  })

  it("says what a URL needs", () => {
    assert.strictEqual(
      refusal(encodeParams(MTypes.tableLoadVotable, { url: "/tmp/a.vot" })),
      "parameter 'url' of table.load.votable: expected a URL with its scheme, such as file:///tmp/a.vot (a path alone is not one), got '/tmp/a.vot'"
    )
  })

  it("MTY-26 wants a table named by more than the empty string", () => {
    assert.strictEqual(
      refusal(encodeParams(MTypes.tableHighlightRow, { "table-id": "", row: 1 })),
      "the parameters of table.highlight.row: expected 'table-id' or 'url', got neither; give one that is not empty"
    )
  })

  it("says which keys there are", () => {
    const loose: MTypes.AnyDefinition = MTypes.coordPointAtSky
    const none: MTypes.AnyDefinition = MTypes.hubEventShutdown
    assert.match(
      refusal(encodeParams(loose, { ra: 1, dec: 2, Dec: 2 })),
      /'Dec' .* only the keys ra, dec, got the number '2'$/u
    )
    assert.match(refusal(encodeParams(none, { x: 1 })), /'x' .* expected no keys, got the number '1'$/u)
    for (const bad of [undefined, null, 3, "x", [], new Map([["ra", "1"]])]) {
      assert.match(refusal(encodeParams(loose, bad)), /expected an object with the keys ra, dec/u)
      assert.match(refusal(encodeParams(none, bad)), /expected an object with no keys/u)
    }
  })
})
