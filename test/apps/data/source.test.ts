/** What data are, wherever they lie. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { gzipSync } from "node:zlib"
import { Files } from "../../../src/adapters/memory/Files.ts"
import { type Page, Web } from "../../../src/adapters/memory/Web.ts"
import { inspect } from "../../../src/apps/data/Recognising.ts"
import { nameOf, placeOf, type Source } from "../../../src/apps/data/Source.ts"
import type { Kind } from "../../../src/domain/content/Kinds.ts"
import { headBytes } from "../../../src/domain/content/Recognise.ts"
import { pattern } from "../../support/dataServer.ts"
import * as Fits from "../../support/fits.ts"
import { farSpectrum, fitsImage, fitsTable, machine, spectrum, votable } from "./world.ts"

/** The kinds that data are, or why they are none. */
const seen = (source: Source, as?: Kind) =>
  Effect.map(
    Effect.result(inspect(placeOf(source), as)),
    (result) => Result.isSuccess(result) ? Fits.kindsOf(result.success) : result.failure.message
  )

const file = (path: string, bytes: Uint8Array) =>
  Effect.as(Files.use(({ write }) => write(path, bytes)), { file: path })

const page = (url: string, bytes: Uint8Array, rest: Partial<Page> = {}) =>
  Effect.as(Web.use(({ put }) => put(url, { bytes, ...rest })), { url })

const hips = Fits.bytes(
  "creator_did = ivo://x/P/y\nobs_title = A survey\nhips_version = 1.4\nhips_order = 3\n"
)

/** Text that does not compress, so that a head of it is a head of its content. */
const noise = (size: number): Uint8Array => {
  let state = 1
  return Uint8Array.from({ length: size }, () => (state = (state * 48_271) % 2_147_483_647) % 94 + 33)
}

describe("places", () => {
  it("are files, files by URL, the web, or bytes", () => {
    assert.deepStrictEqual(placeOf({ file: "a.vot", called: "stdin" }), {
      _tag: "File",
      path: "a.vot",
      called: "stdin"
    })
    for (const url of ["file:///a%20b.vot", "file://localhost/a b.vot", "file:/a%20b.vot"]) {
      assert.deepStrictEqual(placeOf({ url }), { _tag: "File", path: "/a b.vot" }, url)
    }
    assert.deepStrictEqual(placeOf({ url: "http://x/a%20b" }), { _tag: "Web", url: "http://x/a%20b" })
    assert.deepStrictEqual(placeOf({ url: "file://elsewhere/a" }), { _tag: "Web", url: "file://elsewhere/a" })
    const bytes = new Uint8Array(1)
    assert.deepStrictEqual(placeOf({ bytes }), { _tag: "Bytes", bytes })
  })

  it("DT-02, WIRE-67 of the web are told in ASCII, and as they are if they are ASCII", () => {
    const url = (text: string) => {
      const place = placeOf({ url: text })
      return place._tag === "Web" ? place.url : place._tag
    }
    assert.strictEqual(url("https://x/Caf\u00e9 1.fits?n=\u2605"), "https://x/Caf%C3%A9%201.fits?n=%E2%98%85")
    assert.strictEqual(url("http://m\u00fcnchen.example/a"), "http://xn--mnchen-3ya.example/a")
    assert.strictEqual(url("HTTP://X/a?b|c"), "HTTP://X/a?b|c")
  })

  it.each<readonly [Source, string | undefined]>([
    [{ file: "/data/m31.fits" }, "m31.fits"],
    [{ file: "/tmp/x.data", called: "stdin" }, "stdin"],
    [{ file: "/survey/" }, "/survey/"],
    [{ url: "https://x/y/m31.fits?a=/b#c" }, "m31.fits"],
    [{ url: "https://x/" }, "https://x/"],
    [{ bytes: new Uint8Array() }, undefined]
  ])("have a name: %j", (source, name) => {
    assert.strictEqual(nameOf(placeOf(source)), name)
  })
})

describe("recognising", () => {
  it.effect.each<readonly [string, Uint8Array, string]>([
    ["a VOTable", votable, "votable"],
    ["a FITS table", fitsTable, "fits-table"],
    ["a spectrum far inside", farSpectrum, "spectrum | fits-table"],
    ["a spectrum", spectrum, "spectrum | fits-table"],
    ["a gzipped VOTable", gzipSync(votable), "votable"],
    ["a gzipped spectrum too far inside: the best guess", gzipSync(farSpectrum), "fits-table"],
    [
      "a gzipped VOTable of which a head is read",
      gzipSync(Fits.concat(votable, Fits.bytes("<!--"), noise(3 * headBytes), Fits.bytes("-->"))),
      "votable"
    ]
  ])("in a file, on the web and in memory: %s", ([, bytes, expected]) =>
    Effect.gen(function*() {
      const sources = [
        yield* file("/x.data", bytes),
        yield* page("https://x/data", bytes),
        yield* page("https://x/unsized", bytes, { sized: false }),
        { bytes }
      ]
      for (const source of sources) assert.strictEqual(yield* seen(source), expected)
    }).pipe(Effect.provide(machine)))

  it.effect("reads the head, and then no more than the headers behind it", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* seen(yield* page("https://x/y", farSpectrum)), "spectrum | fits-table")
      const [first, ...more] = yield* Web.use(({ asked }) => asked)
      assert.deepStrictEqual(first, { url: "https://x/y", offset: 0, length: headBytes })
      assert.isAtLeast(more.length, 1)
      for (const { length, offset } of more) {
        assert.isAtLeast(offset, 1_000_000)
        assert.isAtMost(length, 30_000)
      }
    }).pipe(Effect.provide(machine)))

  it.effect("goes by the media type where the content leaves it open", () =>
    Effect.gen(function*() {
      const mediaType = "application/x-fits-bintable"
      const plain = yield* page("https://x/a", spectrum)
      const typed = yield* page("https://x/b", spectrum, { mediaType })
      assert.strictEqual(yield* seen(plain), "spectrum | fits-table")
      assert.strictEqual(yield* seen(typed), "fits-table | spectrum")
    }).pipe(Effect.provide(machine)))

  it.effect.each<readonly [string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(), /^x\.data: This is empty\. Check the file or URL\.$/u],
    ["a web page", Fits.bytes("<!DOCTYPE html><html><body>x</body></html>"), /web page/iu],
    ["text", Fits.bytes("a,b\n1,2\n"), /CSV/u],
    ["gzipped text", gzipSync(Fits.bytes("a,b\n1,2\n")), /CSV/u],
    ["a gzipped picture", gzipSync(Fits.bytes("GIF89a\x01\0\x01\0")), /gzip/u],
    ["gzip that is none", Fits.concat(gzipSync(votable).subarray(0, 10), pattern(90)), /empty|broken|gzip/u],
    ["bzip2", Fits.bytes("BZh91AY&SY"), /bzip2/u],
    ["noise", pattern(5_000), /binary data of no known kind/u]
  ])("says what it is not: %s", ([, bytes, expected]) =>
    Effect.gen(function*() {
      for (const source of [yield* file("/x.data", bytes), yield* page("https://h/x.data", bytes)]) {
        const message = yield* seen(source)
        assert.match(message, expected)
        assert.match(message, /^x\.data: /u)
      }
      assert.match(yield* seen({ bytes }), /^the data: /u)
    }).pipe(Effect.provide(machine)))

  it.effect("says what cannot be read, and where", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* seen({ file: "/no.fits" }), "cannot read /no.fits: there is no such file")
      assert.strictEqual(
        yield* seen({ url: "http://x/no" }),
        "cannot read http://x/no: HTTP status 404 Not Found"
      )
      assert.strictEqual(yield* seen({ url: "file:///no" }), "cannot read /no: there is no such file")
    }).pipe(Effect.provide(machine)))
})

describe("MTY-41 surveys", () => {
  it.effect("are directories with properties, or URLs of such", () =>
    Effect.gen(function*() {
      yield* file("/dss/properties", hips)
      assert.strictEqual(yield* seen({ file: "/dss" }), "hips")
      assert.strictEqual(yield* seen({ file: "/dss/" }), "hips")
      assert.strictEqual(yield* seen({ file: "/dss/properties" }), "hips")
      yield* page("https://x/dss/properties", hips)
      assert.strictEqual(yield* seen({ url: "https://x/dss/" }), "hips")
      yield* page("https://x/myHiPS/properties", hips)
      assert.strictEqual(yield* seen({ url: "https://x/myHiPS" }), "hips")
    }).pipe(Effect.provide(machine)))

  it.effect("other directories are said to have none", () =>
    Effect.gen(function*() {
      yield* file("/data/a.fits", fitsImage)
      assert.strictEqual(
        yield* seen({ file: "/data/" }),
        "/data/: it is a directory, and not that of a HiPS: it has no 'properties'"
      )
    }).pipe(Effect.provide(machine)))

  it.effect("a URL may look like one, and hold something else", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* seen(yield* page("https://x/cutout/", fitsImage)), "fits-image")
      assert.strictEqual(yield* seen(yield* page("https://x/hips2fits", fitsImage)), "fits-image")
      assert.strictEqual(
        yield* seen({ url: "https://x/gone/" }),
        "cannot read https://x/gone/: HTTP status 404 Not Found"
      )
    }).pipe(Effect.provide(machine)))
})

describe("what the user says they are", () => {
  it.effect("goes before what they look like, and they go as nothing else", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* seen({ bytes: fitsTable }, "spectrum"), "spectrum")
      assert.strictEqual(yield* seen({ bytes: Fits.bytes("a,b\n1,2\n") }, "votable"), "votable")
      assert.strictEqual(yield* seen({ url: "https://login.example/x.fits" }, "fits-image"), "fits-image")
    }).pipe(Effect.provide(machine)))

  it.effect("does not make up a file that is not there", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        yield* seen({ file: "/tpyo.fits" }, "fits-image"),
        "cannot read /tpyo.fits: there is no such file"
      )
    }).pipe(Effect.provide(machine)))
})
