/** File URLs: all spellings are read, and what is written is read back by us and by the peers that do not decode. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { filePath, fileUrl } from "../../src/domain/FileUrl.ts"
import { awkward, runs } from "../support/arbitraries.ts"

describe("STD-31 STD-33 WIRE-66 file URLs", () => {
  it.each([
    ["file:///home/me/.samp", "/home/me/.samp"],
    ["file:/home/me/.samp", "/home/me/.samp"],
    ["file://localhost/home/me/.samp", "/home/me/.samp"],
    ["file://localhost//home/me/.samp", "/home/me/.samp"],
    ["file:////home/me/.samp", "/home/me/.samp"],
    ["file://127.0.0.1/home/me/.samp", "/home/me/.samp"],
    ["FILE://LOCALHOST/home/me/.samp", "/home/me/.samp"],
    ["file:///home/a%20b/%2Esamp", "/home/a b/.samp"],
    ["file:///home/caf%C3%A9/.samp", "/home/caf\u00e9/.samp"],
    ["file:///home/a b/.samp", "/home/a b/.samp"],
    ["file:///home/100%25/.samp", "/home/100%/.samp"],
    ["file:///home/a+b/.samp", "/home/a+b/.samp"]
  ])("WIRE-66 %s", (given, path) => assert.strictEqual(filePath(given), path))

  it.each([
    "",
    "/home/me/.samp",
    "file:",
    "file:.samp",
    "file:home/.samp",
    "http://127.0.0.1/.samp",
    "file:///home/%zz",
    "file:///home/%E9",
    "file://localhost"
  ])("WIRE-66 %j is none", (given) => assert.isUndefined(filePath(given)))

  it.each([
    "file://fileserver/home/me/.samp",
    "file://localhost.example.org/.samp",
    "file://.samp/x",
    "file://home/me/.samp"
  ])(
    "WIRE-66 STD-31 %s is on another machine, not at a path of this one",
    (given) => assert.isUndefined(filePath(given))
  )

  it.each([
    ["file:///C:/Users/me/.samp", "C:/Users/me/.samp"],
    ["file:/C:/Users/me/.samp", "C:/Users/me/.samp"],
    ["file://localhost/c:/Users/a%20b/.samp", "c:/Users/a b/.samp"]
  ])("WIRE-66 STD-33 %s names a drive of Windows", (given, path) => assert.strictEqual(filePath(given), path))
})

describe("WIRE-66 DT-02 file URLs that we write", () => {
  it.each([
    ["/home/me/m31.fits", "file:///home/me/m31.fits"],
    ["/", "file:///"],
    ["//home/me", "file:///home/me"],
    ["/home/my data/a  b.fits", "file:///home/my data/a  b.fits"],
    ["/home/at the end ", "file:///home/at the end%20"],
    ["/home/100%", "file:///home/100%25"],
    ["/home/a%20b", "file:///home/a%2520b"],
    ["/home/a#b?c", "file:///home/a%23b%3Fc"],
    ["/home/a\\b", "file:///home/a%5Cb"],
    ["/home/a+b~c&d=e;f,g:h@i!j'k(l)[m]{n}", "file:///home/a+b~c&d=e;f,g:h@i!j'k(l)[m]{n}"],
    ["/home/caf\u00e9", "file:///home/caf%C3%A9"],
    ["/home/\u{1f52d}", "file:///home/%F0%9F%94%AD"],
    ["/home/a\nb\tc\x7f", "file:///home/a%0Ab%09c%7F"],
    ["/home/\ud800", "file:///home/%EF%BF%BD"],
    ["C:\\Users\\me\\a b.fits", "file:///C:/Users/me/a b.fits"],
    ["c:/Users/me", "file:///c:/Users/me"]
  ])("%j", (path, url) => assert.strictEqual(fileUrl(path), url))

  const Path = Schema.Array(Schema.Union([Schema.String, Schema.Literals(awkward)])).check(
    Schema.isMaxLength(5)
  )
  it.prop("are ASCII, and read back as the path", { segments: Path }, ({ segments }) => {
    const path = `/home/${segments.join("/")}`.toWellFormed()
    const url = fileUrl(path)
    assert.match(url, /^file:\/\/\/home\/[\x20-\x7e]*$/u)
    assert.strictEqual(filePath(url), path)
  }, runs(500))
})
