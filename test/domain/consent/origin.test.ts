/** Origins and patterns of origins. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Origin from "../../../src/domain/consent/Origin.ts"
import { runs } from "../../support/arbitraries.ts"
import { pattern } from "./given.ts"

const read = (text: string): string => Result.merge(Result.map(Origin.parsePattern(text), ({ text }) => text))

const about = (text: string, origin: string): boolean => {
  const parsed = Origin.parseOrigin(origin)
  return parsed !== undefined && Origin.matches(pattern(text), parsed)
}

describe("an origin as people write it", () => {
  it.each([
    ["https://archive.example", "https://archive.example"],
    ["HTTPS://Archive.Example/", "https://archive.example"],
    ["https://archive.example:443", "https://archive.example"],
    ["http://archive.example:80/", "http://archive.example"],
    ["http://archive.example:443", "http://archive.example:443"],
    ["https://archive.example:08443", "https://archive.example:8443"],
    ["https://b\u00fccher.example", "https://xn--bcher-kva.example"],
    ["http://[::0001]:8888", "http://[::1]:8888"],
    ["http://127.1:5000", "http://127.0.0.1:5000"],
    ["https://*.Archive.example", "https://*.archive.example"],
    ["http://localhost:*", "http://localhost:*"],
    ["https://*", "https://*"],
    ["https://*:*", "https://*:*"],
    ["moz-extension://6d1a3cbe-aa13-4a4d", "moz-extension://6d1a3cbe-aa13-4a4d"],
    ["null", "null"],
    ["local", "local"]
  ])("WEB-13: %s is %s", (given, canonical) => assert.strictEqual(read(given), canonical))

  it.each([
    ["archive.example", "https://archive.example"],
    ["", "no origin"],
    ["LOCAL", "no origin"],
    ["https://", "no host"],
    ["https://a b", "no host"],
    ["https://user@archive.example", "no host"],
    ["https://archive.example/search?x=1", "write 'https://archive.example'"],
    ["https://archive.example?x", "has no path"],
    ["https://archive.example:0", "port"],
    ["https://archive.example:65536", "port"],
    ["https://archive.example:", "port"],
    ["https://archive.*", "* stands for whole names in front"],
    ["https://a*.example", "* stands for whole names in front"],
    ["https://*.*.example", "* stands for whole names in front"],
    ["https://*example", "* stands for whole names in front"],
    ["https://*.127.0.0.1", "no names below"],
    ["https://*.", "no host"],
    ["https://a..b", "no host"]
  ])("WEB-13: %s is none, and it is said why", (given, why) => assert.include(read(given), why))
})

describe("an origin as a browser sends it", () => {
  it("is compared as it is: what no browser would send is no origin", () => {
    for (const text of ["https://archive.example", "http://localhost:8888", "null"]) {
      assert.strictEqual(Origin.parseOrigin(text)?.text, text)
    }
    for (
      const text of [
        "https://Archive.example",
        "https://archive.example/",
        "https://archive.example:443",
        "https://*.archive.example",
        "http://localhost:*",
        "https://127.1",
        "archive.example",
        "https://archive.example https://other.example",
        "https://archive.example\u0000"
      ]
    ) assert.isUndefined(Origin.parseOrigin(text), text)
  })
})

describe("a pattern", () => {
  it.each([
    ["https://archive.example", "https://archive.example", true],
    ["https://archive.example", "http://archive.example", false],
    ["https://archive.example", "https://archive.example:8443", false],
    ["https://archive.example", "https://www.archive.example", false],
    ["https://archive.example:*", "https://archive.example", true],
    ["https://archive.example:*", "https://archive.example:8443", true],
    ["https://*.archive.example", "https://www.archive.example", true],
    ["https://*.archive.example", "https://a.b.archive.example", true],
    ["https://*.archive.example", "https://archive.example", false],
    ["https://*.archive.example", "https://evilarchive.example", false],
    ["https://*.archive.example", "https://archive.example.evil", false],
    ["https://*.archive.example", "https://www.archive.example:8443", false],
    ["https://*", "https://anybody.example", true],
    ["https://*", "http://anybody.example", false],
    ["https://*", "null", false],
    ["null", "null", true]
  ])(
    "WEB-13: %s about %s is %s",
    (text, origin, expected) => assert.strictEqual(about(text, origin), expected)
  )

  const texts = [
    "https://a.b.example",
    "https://a.b.example:*",
    "https://*.a.b.example",
    "https://*.b.example",
    "https://*.b.example:*",
    "https://*.example",
    "https://*",
    "https://*:*"
  ]

  it("is the more specific the less it is about", () => {
    const sorted = texts.toReversed().map(pattern).sort(Origin.compare).map(({ text }) => text)
    assert.deepStrictEqual(sorted, texts)
    assert.strictEqual(Origin.compare(pattern("https://a.example"), pattern("http://other.example:81")), 0)
  })

  const label = Schema.String.check(Schema.isPattern(/^[a-z][a-z0-9]{0,5}$/))
  it.prop("that is about another's every origin never comes before it", {
    one: label,
    two: label
  }, ({ one, two }) => {
    const origin = `https://${one}.${two}x.b.example` // never a.b.example's
    const found = texts.filter((text) => about(text, origin))
    assert.deepStrictEqual(found, ["https://*.b.example", "https://*.b.example:*", ...texts.slice(5)])
  }, runs(30))

  it.prop("reads what it has written", { text: Schema.String }, ({ text }) => {
    for (const given of [text, `https://${text}`, `http://*.${text}:8080`]) {
      const once = Origin.parsePattern(given)
      if (Result.isSuccess(once)) assert.deepStrictEqual(Origin.parsePattern(once.success.text), once)
    }
  }, runs(300))
})

describe("what is told of an origin", () => {
  const risks = (text: string): string => Origin.risks(pattern(text)).join(" ")

  it("WEB-14, WEB-18: whom else one lets in", () => {
    for (
      const safe of [
        "https://archive.example",
        "https://*.archive.example",
        "http://localhost:*",
        "http://127.0.0.1"
      ]
    ) {
      assert.strictEqual(risks(safe), "", safe)
    }
    assert.match(risks("http://archive.example"), /not encrypted/u)
    assert.match(risks("null"), /identifies nobody/u)
    assert.match(risks("local"), /every program/u)
    assert.match(risks("https://*"), /every page there is/u)
    assert.match(risks("https://*.com"), /every page under \.com/u)
  })

  it("WEB-14: a Referer of another origin is odd, none is not", () => {
    assert.isUndefined(Origin.oddReferer("https://a.example", undefined))
    assert.isUndefined(Origin.oddReferer("https://a.example", ""))
    assert.isUndefined(Origin.oddReferer("https://a.example", "https://a.example/page?x"))
    assert.isUndefined(Origin.oddReferer("https://a.example", "https://A.example:443/"))
    assert.strictEqual(Origin.oddReferer("https://a.example", "https://b.example/"), "https://b.example")
    assert.strictEqual(Origin.oddReferer("https://a.example", "rubbish"), "rubbish")
    assert.strictEqual(Origin.oddReferer(undefined, "https://b.example/"), "https://b.example")
    assert.strictEqual(Origin.oddReferer("https://a.example", "data:text/html,x"), "data:text/html,x")
  })

  it("WEB-16: names below one domain belong together, addresses do not", () => {
    const site = (text: string): string => Origin.siteOf(pattern(text))
    assert.strictEqual(site("https://a.b.evil.example"), "evil.example")
    assert.strictEqual(site("https://evil.example"), "evil.example")
    assert.strictEqual(site("http://localhost"), "localhost")
    assert.strictEqual(site("http://10.0.0.1"), "10.0.0.1")
    assert.strictEqual(site("http://[::1]"), "[::1]")
  })
})
