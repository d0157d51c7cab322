/** Who gets data, by which message and URL, and what becomes of it all (PF-120..125). */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Web } from "../../../src/adapters/memory/Web.ts"
import { sendImage, type SendOptions, sendProduct, sendSpectrum } from "../../../src/apps/data/Sending.ts"
import type { Download } from "../../../src/ports/DataServer.ts"
import {
  assertNothingLeft,
  careless,
  farAway,
  fitsImage,
  fitsTable,
  loadVotable,
  machine,
  message,
  outcomes,
  receiver,
  sender,
  soon,
  spectrum,
  votable,
  write
} from "./world.ts"

const loadFits = "table.load.fits"

describe("who gets data", () => {
  it.effect("MTY-20 all who load that kind, by default, and nobody else", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const one = yield* receiver("one", [loadVotable, loadFits])
      const two = yield* receiver("two", ["table.load.*"])
      const other = yield* receiver("other", ["image.load.fits", loadFits])
      const sent = yield* soon(sendProduct(ann, { bytes: votable }))
      assert.deepStrictEqual(outcomes(sent), [`one ${loadVotable} ok`, `two ${loadVotable} ok`])
      assert.deepStrictEqual(one.loads[0]?.content, votable)
      assert.strictEqual(one.loads[0]?.mediaType, "application/x-votable+xml")
      assert.strictEqual(two.loads.length, 1)
      assert.strictEqual(other.loads.length, 0)
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("not who sends, though it loads that kind too", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      yield* ann.bind(loadVotable, () => Effect.void)
      assert.match(yield* message(sendProduct(ann, { bytes: votable })), /^Nobody is subscribed/u)
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("PF-121 those who are named, by name in any case, part of a name, or id, each once", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const topcat = yield* receiver("topcat", [loadVotable])
      const aladin = yield* receiver("Aladin", [loadVotable])
      const ds9 = yield* receiver("SAOImageDS9", [loadVotable])
      const to = (names: SendOptions["to"]) =>
        Effect.map(
          soon(sendProduct(ann, { bytes: votable }, { to: names })),
          (sent) => sent.map((one) => one.client.name).sort()
        )
      assert.deepStrictEqual(yield* to("TOPCAT"), ["topcat"])
      assert.deepStrictEqual(yield* to(["ds9", aladin.id]), ["Aladin", "SAOImageDS9"])
      assert.deepStrictEqual(yield* to(["topcat", topcat.id, "Topcat"]), ["topcat"])
      assert.deepStrictEqual(yield* to([]), ["Aladin", "SAOImageDS9", "topcat"])
      assert.strictEqual(ds9.loads.length, 2)
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("PF-121 nobody, if one is not there at all", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const topcat = yield* receiver("topcat", [loadVotable])
      const text = yield* message(sendProduct(ann, { bytes: votable }, { to: ["topcat", "aladin"] }))
      assert.strictEqual(text, "No client is named aladin. Registered are: hub, topcat")
      assert.strictEqual(topcat.loads.length, 0)
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("names what nobody loads, and who was asked", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      assert.strictEqual(
        yield* message(sendProduct(ann, { bytes: fitsImage })),
        "Nobody is subscribed to image.load.fits, so that nobody would load this FITS image, 9 x 9"
      )
      const topcat = yield* receiver("topcat", [loadVotable])
      assert.strictEqual(
        yield* message(sendProduct(ann, { bytes: spectrum }, { to: "topcat" })),
        `topcat (${topcat.id}) is not subscribed to spectrum.load.ssa-generic, table.load.fits, ` +
          "so that nobody would load this FITS spectrum, 9 rows, 2 columns"
      )
      yield* receiver("ds9", ["image.load.png"])
      assert.match(
        yield* message(sendProduct(ann, { bytes: votable }, { to: ["aladin", "ds9"] })),
        /^No client is named aladin\./u
      )
      yield* receiver("topcat", [loadVotable])
      assert.match(
        yield* message(sendProduct(ann, { bytes: fitsImage }, { to: ["topcat"] })),
        /^topcat \(.*\), topcat \(.*\) are not subscribed to image\.load\.fits, so/u
      )
      assert.match(
        yield* message(sendProduct(ann, { bytes: votable }, { to: ["topcat", "ds9"] })),
        /^ds9 \(.*\) is not subscribed to table\.load\.votable, so/u,
        "nobody gets it, if one who is named cannot load it"
      )
      assert.strictEqual(topcat.loads.length, 0)
      yield* assertNothingLeft
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("MTY-43 who is named gets what it can load of the alternatives, the best first", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      yield* receiver("splat", ["spectrum.load.ssa-generic", loadFits])
      yield* receiver("topcat", [loadFits, loadVotable])
      const all = yield* soon(sendProduct(ann, { bytes: spectrum }))
      assert.deepStrictEqual(outcomes(all), ["splat spectrum.load.ssa-generic ok"])
      const named = yield* soon(sendProduct(ann, { bytes: spectrum }, { to: ["splat", "topcat"] }))
      assert.deepStrictEqual(outcomes(named), ["splat spectrum.load.ssa-generic ok", `topcat ${loadFits} ok`])
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("a FITS table is no alternative to a VOTable", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      yield* receiver("aladin", [loadVotable, "image.load.fits"])
      assert.match(
        yield* message(sendProduct(ann, { bytes: fitsTable }, { to: "aladin" })),
        /^aladin \(.*\) is not subscribed to table\.load\.fits, so/u
      )
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("`as` chooses the message", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      yield* receiver("splat", ["spectrum.load.ssa-generic", loadFits])
      const sent = yield* soon(sendProduct(ann, { bytes: fitsTable }, { as: "spectrum" }))
      assert.deepStrictEqual(outcomes(sent), ["splat spectrum.load.ssa-generic ok"])
    }).pipe(Effect.scoped, Effect.provide(machine)))
})

describe("what they are given", () => {
  it.effect("WIRE-66 a file by its URL, with the file's name; nothing is served", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const one = yield* receiver("one", [loadVotable])
      yield* write("/data/my cat.vot", votable)
      const [sent] = yield* soon(sendProduct(ann, { file: "/data/my cat.vot" }, { id: "cat-1" }))
      assert.strictEqual(sent?.url, "file:///data/my cat.vot")
      assert.deepStrictEqual(one.loads[0]?.params, {
        url: "file:///data/my cat.vot",
        "table-id": "cat-1",
        name: "my cat.vot"
      })
      assert.deepStrictEqual(one.loads[0]?.content, votable)
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect.each(["/50%.vot", "/a#1.vot", "/what?.vot", "/caf\u00e9.vot", "/a\\b.vot"])(
    "WIRE-66 a file whose path cannot stand in a URL as it is by a URL of ours: %s",
    (path) =>
      Effect.gen(function*() {
        const ann = yield* sender
        const one = yield* receiver("one", [loadVotable])
        yield* write(path, votable)
        yield* soon(sendProduct(ann, { file: path }))
        assert.match(one.loads[0]?.url ?? "", /^http:\/\/127\.0\.0\.1:\d+\/[\x21-\x7e]+$/u)
        assert.deepStrictEqual(one.loads[0]?.content, votable)
        assert.match(String(one.loads[0]?.params["name"]), /^[\x20-\x7e]+$/u)
        assert.strictEqual(one.loads.length, 1)
        yield* assertNothingLeft
      }).pipe(Effect.scoped, Effect.provide(machine))
  )

  it.effect("an odd path by file: URL all the same, if that is asked for, and once only if it is refused", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const far = yield* receiver("far", [loadVotable], farAway)
      yield* write("/a#1.vot", votable)
      const file = yield* soon(sendProduct(ann, { file: "/a#1.vot" }, { serve: "file" }))
      assert.strictEqual(file[0]?.url, "file:///a%231.vot")
      assert.deepStrictEqual(outcomes(file), [`far ${loadVotable} ErrorResponse`])
      assert.strictEqual(far.loads.length, 1)
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("the label that is asked for, in ASCII, in place of the file's name", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const one = yield* receiver("one", [loadVotable])
      yield* write("/x.vot", votable)
      yield* soon(sendProduct(ann, { file: "/x.vot" }, { name: "caf\u00e9 \u2605" }))
      yield* soon(sendProduct(ann, { file: "/x.vot", called: "stdin" }))
      yield* soon(sendProduct(ann, { bytes: votable }))
      assert.deepStrictEqual(one.loads.map(({ params }) => params["name"]), ["cafe ?", "stdin", undefined])
      assert.match(one.loads[1]?.url ?? "", /^http:.*\/stdin\.vot$/u)
      assert.match(one.loads[2]?.url ?? "", /^http:.*\/data\.vot$/u)
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("what the web holds by its own URL, however it is to be served", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const one = yield* receiver("one", [loadVotable], careless)
      const url = "https://example.org/cat.vot?x=1"
      yield* Web.use(({ put }) => put(url, { bytes: votable }))
      for (const serve of ["auto", "file", "http"] as const) {
        const [sent] = yield* soon(sendProduct(ann, { url }, { serve }))
        assert.strictEqual(sent?.url, url)
      }
      assert.deepStrictEqual(one.loads.map(({ params }) => params["name"]), ["cat.vot", "cat.vot", "cat.vot"])
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("MTY-41 a survey by its directory", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const one = yield* receiver("aladin", ["image.load.hips"], farAway)
      yield* write("/dss/properties", new TextEncoder().encode("hips_version = 1.4\nhips_order = 3\n"))
      const sent = yield* soon(sendProduct(ann, { file: "/dss" }))
      assert.strictEqual(one.loads[0]?.url, "file:///dss")
      assert.deepStrictEqual(outcomes(sent), ["aladin image.load.hips ErrorResponse"])
      assert.strictEqual(one.loads.length, 1, "a directory cannot be served")
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("one URL for all, and who downloads is told of", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const all = [yield* receiver("a", [loadVotable]), yield* receiver("b", [loadVotable])]
      const downloads: Array<Download> = []
      const onDownload = (download: Download) => void downloads.push(download)
      yield* write("/x.vot", votable)
      const sent = yield* soon(sendProduct(ann, { file: "/x.vot" }, { serve: "http", onDownload }))
      assert.strictEqual(new Set(sent.map(({ url }) => url)).size, 1)
      assert.deepStrictEqual(all.map(({ loads }) => loads[0]?.content), [votable, votable])
      assert.deepStrictEqual(
        downloads.filter(({ state }) => state === "Done").map(({ number }) => number),
        [1, 2]
      )
      yield* assertNothingLeft
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("PF-122 bytes by a temporary file if asked, which is gone afterwards", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const one = yield* receiver("one", [loadVotable])
      const two = yield* receiver("two", [loadVotable])
      yield* soon(sendProduct(ann, { bytes: votable }, { serve: "file" }))
      assert.match(one.loads[0]?.url ?? "", /^file:\/\/\/tmp\/.*\.vot$/u)
      assert.strictEqual(one.loads[0]?.url, two.loads[0]?.url)
      assert.deepStrictEqual(one.loads[0]?.content, votable)
      yield* assertNothingLeft
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("PF-124 MTY-40 an image, which is not looked at", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const one = yield* receiver("ds9", ["image.load.fits"], careless)
      const url = "https://login.example/m31.fits"
      const sent = yield* soon(sendImage(ann, { url }, { name: "M 31", id: "m31" }))
      assert.deepStrictEqual(outcomes(sent), ["ds9 image.load.fits ok"])
      assert.deepStrictEqual(one.loads[0]?.params, { url, "image-id": "m31", name: "M 31" })
      yield* soon(sendImage(ann, { url }, { as: undefined }))
      assert.strictEqual(one.loads.length, 2)
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("PF-124 MTY-43 a spectrum, with what is known of it", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const one = yield* receiver("splat", ["spectrum.load.ssa-generic"])
      yield* soon(sendSpectrum(ann, { bytes: spectrum }, { id: "s1" }))
      const load = one.loads[0]
      assert.strictEqual(load?.params["spectrum-id"], "s1")
      assert.deepStrictEqual({ ...load?.params["meta"] as object }, {
        "Access.Reference": load?.url,
        "Access.Format": "application/fits",
        "vox:spectrum_axes": "WAVE FLUX",
        "Spectrum.Char.SpectralAxis.Name": "WAVE",
        "Spectrum.Char.FluxAxis.Name": "FLUX"
      })
    }).pipe(Effect.scoped, Effect.provide(machine)))
})
