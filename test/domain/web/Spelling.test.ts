/** Which URLs count as the same when a page has named one of them (WEB-54). */
import { assert, describe, it } from "@effect/vitest"
import { keyOf } from "../../../src/domain/web/Spelling.ts"

const same: ReadonlyArray<ReadonlyArray<string>> = [
  [
    "file:///data/m31.fits",
    "file:/data/m31.fits",
    "FILE:///data/m31.fits",
    "file://localhost/data/m31.fits",
    "file://localhost//data/m31.fits",
    "file://127.0.0.1/data/m31.fits",
    "file:////data/m31.fits",
    "file:///data/./m31.fits",
    "file:///data/x/../m31.fits",
    "file:///data/x/%2e%2e/m31.fits",
    "file:///data/m%33%31.fits",
    "file:///data/m31.fits#1",
    "file:///data/m31.fits?x",
    "file:///Data/M31.FITS",
    " file:///data/m31.fits\n",
    "/data/m31.fits",
    "//data/m31.fits"
  ],
  ["file:///two words.vot", "file:///two%20words.vot"],
  ["file:///%C3%A9.vot", "file:///e%CC%81.vot", "file:///\u00e9.vot"],
  ["file:///C:/a/b.vot", "file:///c:\\a\\b.vot", "C:\\a\\b.vot", "file://c:/a/b.vot", "file:///C%3A/a/b.vot"],
  [
    "http://localhost:8080/t.vot?a=b c",
    "http://127.0.0.1:8080/t.vot?a=b%20c",
    "HTTP://LOCALHOST:8080/t.vot?a=b%20c#top",
    "http://[::1]:8080/x/../t.vot?a=b%20c",
    "http://me:pw@localhost.:8080/t.vot?a=b%20c",
    "http://[::ffff:127.0.0.1]:8080/%74.vot?a=b%20c"
  ],
  ["https://archive.example/t", "https://archive.example:443/t", "https://ARCHIVE.example./t"]
]

describe("keyOf", () => {
  it("WEB-54, WIRE-66 is the same for all spellings of a URL", () => {
    for (const spellings of same) {
      for (const spelling of spellings) {
        assert.strictEqual(keyOf(spelling), keyOf(spellings[0] ?? ""), spelling)
      }
    }
  })

  it("WEB-54 tells apart what is not the same", () => {
    const firsts = same.map(([first = ""]) => first)
    const others = [
      ...firsts,
      "file:///data/m31.fits/x",
      "file:///data",
      "file://elsewhere/data/m31.fits",
      "http://localhost:8081/t.vot?a=b c",
      "http://localhost:8080/t.vot",
      "https://localhost:8080/t.vot?a=b c",
      "http://archive.example/t",
      "https://archive.example/T",
      "ivo://archive.example/t",
      "http://[/",
      "file:///%zz"
    ]
    assert.strictEqual(new Set(others.map(keyOf)).size, others.length)
  })
})
