/** Range headers: what the standard's grammar allows, read independently; the rest gets the whole. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { readRange, type Wanted, wanted } from "../../src/adapters/http/Ranges.ts"
import { runs } from "../support/arbitraries.ts"

const part = (start: number, end: number): Wanted => ({ _tag: "Part", start, end })
const whole = { _tag: "Whole" }
const none = { _tag: "Unsatisfiable" }

describe("readRange of ten bytes", () => {
  it.each([
    [undefined, whole],
    ["bytes=0-0", part(0, 1)],
    ["bytes=0-9", part(0, 10)],
    ["bytes=0-", part(0, 10)],
    ["bytes=9-", part(9, 10)],
    ["bytes=3-5", part(3, 6)],
    ["bytes=5-99999999999999999999999", part(5, 10)],
    ["bytes=-1", part(9, 10)],
    ["bytes=-10", part(0, 10)],
    ["bytes=-99999999999999999999999", part(0, 10)],
    ["Bytes=1-2", part(1, 3)],
    [" bytes= 1-2 ", part(1, 3)],
    ["bytes=,1-2,", part(1, 3)],
    ["bytes=10-", none],
    ["bytes=10-20", none],
    ["bytes=99999999999999999999999-", none],
    ["bytes=-0", none],
    ["bytes=0-1,4-5", whole],
    ["bytes=0-1, -1", whole],
    ["bytes=0-1,10-", whole],
    ["bytes=10-,20-30,-0", none],
    ["bytes=5-3", whole],
    ["bytes=0-1,5-3", whole],
    ["bytes=10-,x", whole],
    ["bytes=", whole],
    ["bytes=-", whole],
    ["bytes", whole],
    ["bytes=a-b", whole],
    ["bytes=1", whole],
    ["bytes=1--2", whole],
    ["bytes=0x1-2", whole],
    ["bytes=+1-2", whole],
    ["bytes=1.0-2", whole],
    ["lines=1-2", whole],
    ["", whole]
  ])("%j", (header, expected) => assert.deepStrictEqual(readRange(header, 10), expected))

  it.each(["bytes=0-", "bytes=0-0", "bytes=-5", "bytes=7-9"])(
    "nothing is there of %s in no bytes",
    (header) => assert.deepStrictEqual(readRange(header, 0), none)
  )

  const Size = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 }))
  it.prop(
    "a part is never empty, and never leaves the data",
    { size: Size, a: Size, b: Size },
    ({ a, b, size }) => {
      for (const header of [`bytes=${a}-${b}`, `bytes=${a}-`, `bytes=-${b}`]) {
        const read = readRange(header, size)
        if (read._tag === "Part") assert.isTrue(0 <= read.start && read.start < read.end && read.end <= size)
        else assert.isTrue(read._tag === "Unsatisfiable" ? a >= size || b === 0 : b < a)
      }
    },
    runs(500)
  )
})

describe("validators", () => {
  const ask = (
    headers: { readonly range?: string; readonly ifRange?: string; readonly ifNoneMatch?: string }
  ) => wanted({ range: undefined, ifRange: undefined, ifNoneMatch: undefined, ...headers }, "\"v1\"", 10)

  it.each(["\"v1\"", "*", " * ", "W/\"v1\"", "\"x\", \"v1\"", "\"x\",W/\"v1\",\"y\""])(
    "If-None-Match %s: not modified",
    (tag) => {
      assert.deepStrictEqual(ask({ ifNoneMatch: tag }), { _tag: "NotModified" })
      assert.deepStrictEqual(ask({ ifNoneMatch: tag, range: "bytes=1-2" }), { _tag: "NotModified" })
    }
  )
  it.each(["\"v2\"", "v1", "\"\"", "", "\"v1", "\"xv1\"", "\"V1\""])("If-None-Match %j: sent", (tag) => {
    assert.deepStrictEqual(ask({ ifNoneMatch: tag }), whole)
    assert.deepStrictEqual(ask({ ifNoneMatch: tag, range: "bytes=1-2" }), part(1, 3))
  })
  it("If-Range of the same version gets the range", () =>
    assert.deepStrictEqual(ask({ ifRange: "\"v1\"", range: "bytes=1-2" }), part(1, 3)))
  it.each(["\"v2\"", "W/\"v1\"", "*", "", "Tue, 15 Nov 1994 12:45:26 GMT"])(
    "If-Range %j gets the whole",
    (tag) => assert.deepStrictEqual(ask({ ifRange: tag, range: "bytes=1-2" }), whole)
  )
  it("If-Range without a Range means nothing", () =>
    assert.deepStrictEqual(ask({ ifRange: "\"v1\"" }), whole))
})
