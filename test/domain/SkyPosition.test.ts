/** Positions on the sky as people write them (MTY-60). */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { parse, type SkyPosition } from "../../src/domain/SkyPosition.ts"
import { runs } from "../support/arbitraries.ts"

const position = (ra: string, dec = "0"): SkyPosition => Result.getOrThrow(parse(ra, dec))

const refusal = (ra: string, dec: string): string =>
  Result.merge(Result.map(parse(ra, dec), () => "no refusal"))

const near = (found: number, expected: number, within = 1e-9): void => {
  assert.isAtMost(Math.abs(found - expected), within, `${found} is not ${expected}`)
}

const m31 = { ra: 15 * (42 / 60 + 44.3 / 3600), dec: 41 + 16 / 60 + 9 / 3600 }

describe("MTY-60 right ascensions", () => {
  it.each<readonly [string, number]>([
    ["10.6847", 10.6847],
    ["10", 10],
    ["10.", 10],
    [".5", 0.5],
    ["+10.5", 10.5],
    ["1.05e1", 10.5],
    ["10.6847d", 10.6847],
    ["10.6847 ".trimEnd() + "\u00b0", 10.6847],
    [" 10.6847\n", 10.6847],
    ["0", 0],
    ["360", 360]
  ])("%j is in degrees", (text, degrees) => {
    assert.strictEqual(position(text).ra, degrees)
  })

  it.each([
    "00:42:44.3",
    "0:42:44.3",
    "+00:42:44.3",
    "00 42 44.3",
    "0h42m44.3s",
    "0H42M44.3S",
    "00h42m44.3",
    "0h 42m 44.3s",
    "00h42'44.3\"",
    "00h42\u203244.3\u2033",
    " 00:42:44.3 "
  ])("%j is in hours", (text) => {
    near(position(text).ra, m31.ra)
  })

  it.each<readonly [string, number]>([
    ["12:30", 187.5],
    ["12h30m", 187.5],
    ["12h30", 187.5],
    ["24:00:00", 360],
    ["00:00:00", 0],
    ["187d30m", 187.5],
    ["187d30m0s", 187.5],
    ["187\u00b030'00\"", 187.5]
  ])("%j is %d degrees", (text, degrees) => {
    near(position(text).ra, degrees)
  })
})

describe("MTY-60 declinations", () => {
  it.each([
    "+41:16:09",
    "41:16:09",
    "41 16 09",
    "41d16m9s",
    "+41d16m09.0s",
    "41\u00b016'09\"",
    "41\u00b016\u203209\u2033",
    "+41\u00b0 16' 09''"
  ])("%j is in degrees", (text) => {
    near(position("0", text).dec, m31.dec)
  })

  it.each<readonly [string, number]>([
    ["-00:30:00", -0.5],
    ["-0d30m", -0.5],
    ["-0.5", -0.5],
    ["\u22120.5", -0.5],
    ["\u221200:30:00", -0.5],
    ["\u22120\u00b030\u2032", -0.5],
    ["-90", -90],
    ["-90:00:00", -90],
    ["+90:00:00.0", 90],
    ["-89:59:59.999", -(89 + 59 / 60 + 59.999 / 3600)],
    ["1e-3", 0.001]
  ])("%j is %d degrees", (text, degrees) => {
    near(position("0", text).dec, degrees)
  })
})

describe("what is no position", () => {
  it.each([
    "",
    " ",
    "x",
    "10,5",
    "1 2 3 4",
    "0x10",
    "NaN",
    "Infinity",
    "--1",
    "+-1",
    "1e",
    "12h",
    "12:",
    "12:60:00",
    "12:00:60",
    "12:-30:00",
    "12.5:30:00",
    "1:2:3:4",
    "0h42d44s",
    "1d2h",
    "\u0661\u0660",
    "10.6847; rm"
  ])("%j is neither a right ascension nor a declination", (text) => {
    assert.match(
      refusal(text, "0"),
      /^'.*' is no right ascension; write 10\.6847, 00:42:44\.3 or 0h42m44\.3s$/u
    )
    assert.match(refusal("0", text), /^'.*' is no declination; write 41\.2687, \+41:16:09 or 41d16m9s$/u)
  })

  it.each(["-0.001", "360.001", "24:00:01", "-00:30:00", "25h00m", "361d00m", "1e400", "180:00:00"])(
    "%j is beyond all right ascensions",
    (text) => {
      assert.match(refusal(text, "0"), /is no right ascension from 0 to 360 degrees or 24 hours/u)
    }
  )

  it.each(["90.0001", "-90:00:01", "-91", "+100:00:00", "1e400"])("%j is beyond all declinations", (text) => {
    assert.match(refusal("0", text), /is no declination from -90 to 90 degrees/u)
  })

  it("a declination in hours is none", () => {
    assert.match(refusal("0", "1h30m00s"), /^'1h30m00s' is no declination; /u)
  })

  it("is told of in few words, however long it is", () => {
    assert.isBelow(refusal("9".repeat(100_000), "0").length, 200)
    assert.isBelow(refusal("0", " 1".repeat(100_000)).length, 200)
  })

  it.prop("is refused, whatever the text, or is a position within its range", {
    ra: Schema.String,
    dec: Schema.String
  }, ({
    dec,
    ra
  }) => {
    const read = parse(ra, dec)
    if (Result.isFailure(read)) return assert.match(read.failure, /^'/u)
    assert.isTrue(read.success.ra >= 0 && read.success.ra <= 360)
    assert.isTrue(Math.abs(read.success.dec) <= 90)
  }, runs(500))
})

/** Sexagesimal text of an angle, its last part rounded to so many decimals. */
const sexagesimal = (
  value: number,
  decimals: number,
  [first, second, last]: readonly [string, string, string]
) => {
  const scale = 10 ** decimals
  const units = Math.round(Math.abs(value) * 3_600 * scale)
  const whole = Math.floor(units / (3_600 * scale))
  const minutes = Math.floor(units / (60 * scale)) % 60
  const seconds = ((units % (60 * scale)) / scale).toFixed(decimals)
  return `${value < 0 ? "-" : ""}${whole}${first}${String(minutes).padStart(2, "0")}${second}${
    seconds.padStart(decimals === 0 ? 2 : decimals + 3, "0")
  }${last}`
}

const within = (least: number, most: number) =>
  Schema.Number.check(Schema.isBetween({ minimum: least, maximum: most }))

describe("positions written out and read again", () => {
  const any = { ra: within(0, 360), dec: within(-90, 90), decimals: Schema.Literals([0, 1, 3, 6]) }

  it.prop("are the same within the rounding", any, ({ dec, decimals, ra }) => {
    const rounding = 0.5 * 10 ** -decimals / 3_600 + 1e-9
    for (const marks of [[":", ":", ""], [" ", " ", ""], ["d", "m", "s"], ["\u00b0", "'", "\""]] as const) {
      const inHours = marks[0] === ":" || marks[0] === " "
      const right = sexagesimal(inHours ? ra / 15 : ra, decimals, marks)
      const read = position(right, sexagesimal(dec, decimals, marks))
      near(read.ra, ra, inHours ? 15 * rounding : rounding)
      near(read.dec, dec, rounding)
    }
    near(position(sexagesimal(ra / 15, decimals, ["h", "m", "s"])).ra, ra, 15 * rounding)
  }, runs(300))

  it.prop("are just the same as decimal numbers", any, ({ dec, ra }) => {
    const read = position(String(ra), String(dec))
    assert.isTrue(read.ra === ra && read.dec === dec)
  }, runs(300))
})
