/** The file of the policy. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseTime, readPolicy, writePolicy } from "../../../src/domain/consent/PolicyText.ts"
import { runs } from "../../support/arbitraries.ts"
import { mutate, random } from "../../support/seeded.ts"
import { anyPolicy } from "./given.ts"

const file = (...rules: ReadonlyArray<string>): string =>
  `{\n  "version": 1,\n  "rules": [\n${rules.map((rule) => `    ${rule}`).join(",\n")}\n  ]\n}\n`

const wrong = (text: string): string => {
  const read = readPolicy(text)
  return Result.isFailure(read) ? `${read.failure.line}: ${read.failure.text}` : "it is read"
}

const allow = (rest: string): string => `{ "verdict": "allow", "origin": "https://a.example"${rest} }`

describe("the file of the policy", () => {
  it("is read in full", () => {
    const text = file(
      allow(
        ", \"name\": \"N\", \"send\": [\"table.*\", \"*\"], \"receive\": [], \"expires\": \"2027-01-01\", \"note\": \"n\""
      ),
      "{ \"verdict\": \"deny\", \"origin\": \"HTTPS://*.B.example:443/\", \"x-ticket\": { \"a\": [1] } }"
    ).replace("\"version\"", "\"x-by\": \"admin\", \"version\"")
    const { extra, rules: [first, second] } = Result.getOrThrow(readPolicy(text))
    assert.deepStrictEqual(extra, { "x-by": "admin" })
    assert.deepInclude(first, { verdict: "allow", name: "N", send: ["table.*", "*"], receive: [], note: "n" })
    assert.strictEqual(first?.expires, Date.UTC(2027, 0, 1))
    assert.deepInclude(second, { verdict: "deny", name: undefined, extra: { "x-ticket": { a: [1] } } })
    assert.strictEqual(second?.origin.text, "https://*.b.example")
  })

  it.prop(
    "comes back as it was written, with what others put into it",
    { policy: anyPolicy },
    ({ policy }) => {
      const whole = { ...policy, extra: { "x-by": ["admin"] } }
      assert.deepStrictEqual(readPolicy(writePolicy(whole)), Result.succeed(whole))
    },
    runs(200)
  )

  it.each([
    ["", "1: a value is expected, and there is the end of the file"],
    ["[]", "1: an object with the keys version and rules is expected"],
    ["{\"version\": 2,\n\"rules\": [], \"more\": 1}", "1: version 2 is of a later program than this one"],
    ["{\"rules\": []}", "1: version: "],
    ["{\n\"version\": \"1\", \"rules\": []}", "2: version: "],
    ["{\"version\": 1}", "1: rules: "],
    ["{\"version\": 1,\n\"rules\": {}}", "2: rules: "],
    ["{\"version\": 1,\n\"rule\": []}", "2: there is no key 'rule': is it rules"],
    [
      file(allow(""), allow(", \"expire\": \"2027-01-01\"")),
      "5: rule 2: there is no key 'expire': is it expires"
    ],
    [file(allow(", \"allow\": true")), "4: rule 1: there is no key 'allow': there are verdict, origin,"],
    [file("\"https://a.example\""), "4: rule 1: "],
    [file("{ \"verdict\": \"ask\",\n\"origin\": \"local\" }"), "4: rule 1: verdict: "],
    [file("{ \"verdict\": \"deny\" }"), "4: rule 1: origin: "],
    [
      file("{ \"verdict\": \"deny\",\n\"origin\": \"a.example\" }"),
      "5: rule 1: origin: 'a.example' is no origin"
    ],
    [
      file(allow(",\n\"send\": [\"table.*\",\n\"*.load\"]")),
      "6: rule 1: send: Expected an MType, or a pattern such as"
    ],
    [file(allow(", \"send\": \"table.*\"")), "4: rule 1: send: "],
    [file(allow(", \"expires\": \"tomorrow\"")), "4: rule 1: expires: Expected a time such as 2027-01-01"],
    [
      file("{ \"verdict\": \"deny\", \"origin\": \"local\", \"send\": [] }"),
      "4: rule 1: send: a rule that denies"
    ],
    [`${file(allow(""))}x`, "7: there is more after the end"]
  ])("WEB-15: %j is refused, with the line and what is wrong", (text, expected) => {
    assert.include(wrong(text), expected)
  })

  it("WEB-15: never allows more for a mistake in it: what is read was meant", () => {
    const next = random(11)
    const whole = file(allow(", \"send\": [\"table.load.*\"], \"expires\": \"2027-01-01\""))
    let read = 0
    for (let round = 0; round < 3_000; round++) {
      const text = mutate(whole, next, ["\"", ",", "x", "*", "1", "\"send\"", "\"x-\"", "deny"])
      const result = readPolicy(text)
      if (Result.isFailure(result)) continue
      read++
      for (const { expires, send, verdict } of result.success.rules) {
        if (verdict === "deny") continue
        assert.isTrue(
          expires !== undefined || /"x-[^"]*":\s*"2027/u.test(text) || !text.includes("2027"),
          text
        )
        assert.isTrue(send !== undefined || /"x-[^"]*":\s*\[/u.test(text) || !text.includes("send"), text)
      }
    }
    assert.isAbove(read, 300)
  })

  it("has times that mean the same everywhere", () => {
    assert.strictEqual(parseTime("2027-01-01T18:00+01:00"), Date.UTC(2027, 0, 1, 17))
    assert.strictEqual(parseTime("2027-01-01T18:00:00.5Z"), Date.UTC(2027, 0, 1, 18, 0, 0, 500))
    for (const text of ["2027-01-01T18:00:00", "2027", "1/1/2027", "2027-13-01", "2027-02-30T25:00Z", ""]) {
      assert.isUndefined(parseTime(text), text)
    }
  })

  it("is read as docs/web-consent.md shows it", () => {
    const text = readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", "web-consent.md"), "utf8")
    const [, example = ""] = /```json\n([^]*?)```/u.exec(text) ?? []
    assert.lengthOf(Result.getOrThrow(readPolicy(example)).rules, 4)
  })

  it("is not read at all if it is no policy's size", () => {
    assert.include(wrong(" ".repeat(1_048_577)), "more than 1048576 characters")
  })
})
