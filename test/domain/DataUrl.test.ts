/** The URLs of data: whatever the name, they are read back, and need no encoding. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { dataPath, isMediaType, readTarget, safeName } from "../../src/domain/DataUrl.ts"
import { awkward, runs } from "../support/arbitraries.ts"

describe("names", () => {
  it.each([
    ["m31.fits", "m31.fits"],
    ["my data.vot", "my_data.vot"],
    ["a  %#?b.vot", "a_b.vot"],
    ["/home/me/m31.fits", "m31.fits"],
    ["C:\\data\\m31.fits", "m31.fits"],
    ["caf\u00e9.fits.gz", "caf_.fits.gz"],
    ["../../etc/passwd", "passwd"],
    ["..", "data"],
    [".", "data"],
    [".samp", "samp"],
    ["", "data"],
    ["/", "data"],
    ["-n", "n"],
    [`x.${"y".repeat(99)}`, "y".repeat(99)],
    [`${"x".repeat(300)}.fits`, `${"x".repeat(95)}.fits`]
  ])("%j is shown as %s", (name, shown) => assert.strictEqual(safeName(name), shown))

  const Name = Schema.Union([Schema.String, Schema.Literals(awkward)])
  it.prop("DT-02 WIRE-67 are read back from the path, which is ASCII", { name: Name }, ({ name }) => {
    const path = dataPath("k_-9", name)
    assert.match(path, /^\/k_-9\/[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/u)
    assert.deepStrictEqual(readTarget(path), { key: "k_-9", name: safeName(name) })
  }, runs(300))
})

describe("request targets", () => {
  it.each([
    ["/k/n.fits", { key: "k", name: "n.fits" }],
    ["/k/n.fits?x=/y", { key: "k", name: "n.fits" }],
    ["/k/n.fits#1", { key: "k", name: "n.fits" }],
    ["http://127.0.0.1:99/k/n.fits", { key: "k", name: "n.fits" }],
    ["HTTP://localhost/k/n", { key: "k", name: "n" }],
    ["/k.~-_9/n", { key: "k.~-_9", name: "n" }],
    ["/", undefined],
    ["", undefined],
    ["*", undefined],
    ["/k", undefined],
    ["/k/", undefined],
    ["//n", undefined],
    ["/k/n/", undefined],
    ["/k/../n", undefined],
    ["/k/%2e%2e", undefined],
    ["/k/a\\b", undefined],
    ["k/n", undefined],
    ["ftp://x/k/n", undefined]
  ])("%j", (target, read) => assert.deepStrictEqual(readTarget(target), read))
})

describe("media types", () => {
  it.each([
    "application/fits",
    "application/x-votable+xml",
    "text/plain; charset=\"utf-8\"",
    "a/b;serialization=BINARY2"
  ])(
    "%s",
    (text) => assert.isTrue(isMediaType(text))
  )
  it.each(["", "fits", "a/", "/b", "a/b c", "a/b;\r\nSet-Cookie: x", "a/b\n", "text/caf\u00e9", "a/b/c"])(
    "%j is none",
    (text) => assert.isFalse(isMediaType(text))
  )
})
