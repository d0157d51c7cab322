/** Numbers of JSON that would lose digits, and what is said of characters that SAMP does not allow. */
import { assert, describe, it } from "@effect/vitest"
import { unsafeNumber } from "../../src/domain/JsonNumbers.ts"
import { illegality, toJson } from "../../src/domain/SampValue.ts"
import { sampValue } from "../support/arbitraries.ts"

describe("numbers in JSON text", () => {
  it.each([
    ["9007199254740992", "9007199254740992"],
    ["[1, -9007199254740993]", "-9007199254740993"],
    ["{\"a\": {\"1\": 12345678901234567890}}", "12345678901234567890"],
    ["{\"\\\"\": 1e309, \"b\": 99999999999999999}", "1e309"],
    ["-1.5E+999", "-1.5E+999"]
  ])("DT-10 %s would lose digits", (text, number) => {
    assert.strictEqual(unsafeNumber(text), number)
  })

  it.each([
    "9007199254740991",
    "-9007199254740991",
    "[0, -0, 1.5, 10.684708333333333333, 1e22, 1E-999]",
    "{\"9007199254740993\": \"9007199254740993\"}",
    "\"\\\\\\\" 9007199254740993\"",
    "[true, null, \"\"]"
  ])("%s would not", (text) => {
    assert.isUndefined(unsafeNumber(text))
  })

  it.prop("what is in strings is no number", { value: sampValue }, ({ value }) => {
    assert.isUndefined(unsafeNumber(JSON.stringify(toJson(value))))
  })
})

describe("what is said of illegal characters", () => {
  it.each([
    ["plain \t\r\n ~\u007f", undefined],
    ["\u0000", "holds the control character U+0000; SAMP allows tabs and line ends only, so leave it out"],
    [
      "m\u00e9\u4e2d",
      "holds the character U+00E9; SAMP allows ASCII only, so write it in ASCII; in a URL percent-encoded (here %C3%A9)"
    ],
    [
      "\u{1f52d}",
      "holds the character U+1F52D; SAMP allows ASCII only, so write it in ASCII; in a URL percent-encoded (here %F0%9F%94%AD)"
    ],
    [
      "\ud83d",
      "holds the character U+D83D; SAMP allows ASCII only, so write it in ASCII; in a URL percent-encoded"
    ]
  ])("DT-02 %j", (text, expected) => {
    assert.strictEqual(illegality(text), expected)
  })
})
