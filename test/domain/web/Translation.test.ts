/** Which foreign URL a page means, and where it may lead. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import {
  candidates,
  destination,
  maxRedirects,
  mayBeLocal,
  redirected
} from "../../../src/domain/web/Translation.ts"
import { runs } from "../../support/arbitraries.ts"

const prefix = "http://localhost:21012/proxied/key?"

/** What a browser sends when it is given an address. */
const queryOf = (address: string): string => new URL(address).search.slice(1)

describe("WEB-51 WEB-52 the URL that is meant", () => {
  it.each<readonly [string, ReadonlyArray<string>]>([
    ["file:///data/m31.fits", ["file:///data/m31.fits"]],
    ["file%3A%2F%2F%2Fdata%2Fm31.fits", ["file:///data/m31.fits"]],
    ["ref=file%3A///data/m31.fits", ["file:///data/m31.fits"]],
    ["ref=http://a.example/?ref=b", ["http://a.example/?ref=b"]],
    ["http://a.example/q?a=1&b=2%2F3", ["http://a.example/q?a=1&b=2%2F3", "http://a.example/q?a=1&b=2/3"]],
    ["file:///a%20b%25.fits", ["file:///a%20b%25.fits", "file:///a b%25.fits", "file:///a b%.fits"]],
    ["file:///it%27s%20%e2%80%9a", [
      "file:///it%27s%20%e2%80%9a",
      "file:///it's%20\u201a",
      "file:///it's \u201a"
    ]],
    ["http%3A//a.example/?q=1%2B1+2", ["http://a.example/?q=1+1+2", "http://a.example/?q=1+1 2"]],
    ["file:///caf%E9", ["file:///caf%E9"]],
    ["ftp://a.example/x", ["ftp://a.example/x"]]
  ])("%s", (query, urls) => assert.deepStrictEqual(candidates(query), urls))

  it.each([
    "",
    "ref=",
    "x",
    "/etc/passwd",
    "data:text/plain,x",
    "%2Fetc%2Fpasswd",
    "file",
    "file%3",
    "%",
    "//a/b",
    "1a:/b"
  ])(
    "%j has none",
    (query) => assert.deepStrictEqual(candidates(query), [])
  )

  it("none holds a control character, which no log and no file system is to see", () => {
    for (const code of [0, 9, 10, 13, 27, 127]) {
      const escape = `%${code.toString(16).padStart(2, "0")}`
      assert.deepStrictEqual(candidates(`file%3A///a${escape}b`), [])
      assert.deepStrictEqual(candidates(`file:///a${escape}b`), [`file:///a${escape}b`])
    }
  })

  const Scheme = Schema.Literals(["file:///", "http://a.example/", "HTTPS://b.example:8080/x?", "file:/"])
  const Text = Schema.String.check(Schema.isMaxLength(20))

  it.prop(
    "an encoded URL is the only thing meant, and comes first",
    { scheme: Scheme, text: Text },
    ({ scheme, text }) => {
      const url = `${scheme}${text.toWellFormed()}`
      const [first] = candidates(queryOf(`${prefix}${encodeURIComponent(url)}`))
      assert.strictEqual(first, /[\x00-\x1f\x7f]/u.test(url) ? undefined : url)
    },
    runs(500)
  )

  // Escapes of what browsers escape, too, cannot be told apart when both are there.
  const Raw = Schema.Array(
    Schema.Literals([
      " ",
      "'",
      "\"",
      "<",
      ">",
      "%25",
      "%2F",
      "%zz",
      "%",
      "&",
      "?",
      "=",
      "+",
      "a",
      "\u00e9",
      "\u{1f52d}",
      "\\",
      "|",
      "{"
    ])
  ).check(Schema.isMaxLength(12))
  it.prop("WIRE-118 a raw URL is among those meant, whatever its browser has made of it", {
    scheme: Scheme,
    raw: Raw
  }, ({ raw, scheme }) => {
    const url = `${scheme}${raw.join("")}x`
    const found = candidates(queryOf(`${prefix}${url}`))
    assert.include(found, url)
    assert.isAtMost(found.length, 4)
  }, runs(500))

  it.prop(
    "whatever comes, it is done with: few readings, each of them a URL",
    { text: Schema.String },
    ({ text }) => {
      for (const query of [text, `file:/${text}`, `ref=${text}`]) {
        const found = candidates(query)
        assert.isAtMost(found.length, 4)
        for (const url of found) assert.match(url, /^[a-z][a-z0-9+.-]*:\/[^\x00-\x1f\x7f]*$/iu)
      }
    },
    runs(300)
  )
})

describe("WEB-54 WEB-55 where a URL leads", () => {
  const own = new Set(["ws12"])
  const lead = (url: string): string => {
    const place = destination(url, own)
    switch (place._tag) {
      case "File":
        return place.path
      case "Web":
        return place.url.href
      case "Nowhere":
        return ""
    }
  }

  it.each([
    ["file:///data/a%20b.fits", "/data/a b.fits"],
    ["file:/data/a", "/data/a"],
    ["FILE://localhost/data/a", "/data/a"],
    ["file://127.0.0.1/data/a", "/data/a"],
    ["file://WS12/data/a", "/data/a"],
    ["http://a.example/x?y#z", "http://a.example/x?y"],
    ["https://me:secret@a.example/", "https://a.example/"],
    ["HTTP://0x7f.1:80/", "http://127.0.0.1/"]
  ])("%s", (url, place) => assert.strictEqual(lead(url), place))

  it.each([
    ["file://fileserver/data/a", /this machine/u],
    ["file://ws12.evil.example/data/a", /this machine/u],
    ["file:///a%00b", /this machine/u],
    ["file:///a%zz", /this machine/u],
    ["http:///", /no URL/u],
    ["http://a b/", /no URL/u],
    ["ftp://a.example/x", /no ftp: URLs/u],
    ["gopher://a/", /no gopher: URLs/u],
    ["jar:/x", /no jar: URLs/u]
  ])("%s nowhere", (url, why) => {
    const place = destination(url, own)
    assert.match(place._tag === "Nowhere" ? place.why : "", why)
  })
})

describe("WEB-55 being sent on", () => {
  const from = new URL("https://a.example/x/y?z")
  const to = (location: string | undefined, hops = 0): string =>
    Result.match(redirected(from, location, hops), { onSuccess: ({ href }) => href, onFailure: (why) => why })

  it.each([
    ["../b", "https://a.example/b"],
    ["//b.example/c#d", "https://b.example/c"],
    ["http://b.example", "http://b.example/"],
    ["http://u:p@b.example/", "http://b.example/"]
  ])("%s is followed", (location, url) => assert.strictEqual(to(location), url))

  it.each([
    ["file:///etc/passwd", /^it sends on to a file: URL, which is not followed$/u],
    ["FILE:/etc/passwd", /file: URL/u],
    ["data:text/html,x", /data: URL/u],
    ["ftp://b.example/", /ftp: URL/u],
    ["blob:https://a.example/x", /blob: URL/u],
    ["http://", /nowhere/u],
    [undefined, /nowhere/u]
  ])("%s is not", (location, why) => assert.match(to(location), why))

  it("not for ever", () => {
    assert.strictEqual(to("/b", maxRedirects - 1), "https://a.example/b")
    assert.match(to("/b", maxRedirects), /more than 5 times/u)
  })

  it.each([
    ["http://127.0.0.1:4000/a", "http://127.0.0.1:4000/b", true],
    ["http://localhost:4000/a", "http://localhost:4000/a", true],
    ["http://localhost:4000/a", "http://127.0.0.1:4000/a", false],
    ["http://127.0.0.1:4000/a", "http://127.0.0.1:631/a", false],
    ["http://127.0.0.1:4000/a", "http://[::1]:4000/a", false],
    ["http://192.168.1.5/a", "http://192.168.1.5/b", true],
    ["http://192.168.1.5/a", "http://192.168.1.1/", false],
    ["http://nas.local/a", "http://nas.local/b", true],
    ["http://a.example/a", "http://127.0.0.1/", false],
    ["http://a.example/a", "http://a.example/b", false],
    ["http://archive.obs.example/a", "http://archive.obs.example/b", true],
    ["http://ws12/a", "http://ws12/a", true]
  ])(
    "mentioned as %s, %s may be at an address at hand: %s",
    (mentioned, place, may) =>
      assert.strictEqual(mayBeLocal(new URL(mentioned), new URL(place), ["obs.example"]), may)
  )
})
