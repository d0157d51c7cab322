/** FITS files are recognised by their headers, wherever in the file they are. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type { Hints } from "../../src/domain/content/Kinds.ts"
import { recognise } from "../../src/domain/content/Recognise.ts"
import * as Fits from "../support/fits.ts"

const isA = (file: Uint8Array, kinds: string, description: string, hints: Hints = {}) => {
  const product = Fits.productOf(file, hints)
  assert.deepStrictEqual([Fits.kindsOf(product), product.description], [kinds, description])
  return product
}

const empty = Fits.primary()

describe("images", () => {
  it("MTY-40 a primary image", () => {
    const product = isA(Fits.primary([512, 300]), "fits-image", "FITS image, 512 x 300")
    assert.deepStrictEqual(
      [product.mtype, product.mediaType, product.extension],
      ["image.load.fits", "image/fits", "fits"]
    )
  })

  it("a cube, whatever its third axis", () => {
    isA(Fits.primary([8, 9, 10], [["CTYPE3", "FREQ"]]), "fits-image", "FITS image, 8 x 9 x 10")
  })

  it("an image extension after an empty primary, even one with a long header", () => {
    const long = Array.from({ length: 900 }, (_, index): Fits.Card => [`KEY${index}`, index])
    isA(Fits.concat(Fits.primary([], long), Fits.image([20, 30])), "fits-image", "FITS image, 20 x 30")
  })

  it("an axis of no length means no data", () => {
    isA(
      Fits.concat(Fits.primary([0, 4]), Fits.image([5, 0]), Fits.image([5, 6])),
      "fits-image",
      "FITS image, 5 x 6"
    )
  })

  it("a tile-compressed image is no table", () => {
    const axes: ReadonlyArray<Fits.Card> = [["ZIMAGE", true], ["ZNAXIS", 2], ["ZNAXIS1", 70], ["ZNAXIS2", 80]]
    isA(
      Fits.concat(empty, Fits.table(["COMPRESSED_DATA"], 80, ...axes)),
      "fits-image",
      "tile-compressed FITS image, 70 x 80"
    )
  })

  it("the first HDU decides, a later one among the given bytes is an alternative", () => {
    isA(
      Fits.concat(Fits.primary([4, 4]), Fits.table(["a"], 1), Fits.image([3, 3])),
      "fits-image | fits-table",
      "FITS image, 4 x 4"
    )
    isA(
      Fits.concat(empty, Fits.table(["a", "b"], 1), Fits.image([3, 3])),
      "fits-table | fits-image",
      "FITS table, 1 row, 2 columns"
    )
  })

  it("an array along something else than a spectrum", () => {
    isA(Fits.primary([40], [["CTYPE1", "TIME"]]), "fits-image", "one-dimensional FITS image, 40 pixels")
    isA(Fits.primary([1, 1]), "fits-image", "FITS image, 1 x 1")
  })

  it("a long-slit spectrum can go as either", () => {
    isA(Fits.primary([40, 50], [["CTYPE1", "WAVE"]]), "fits-image | spectrum", "FITS image, 40 x 50")
  })
})

describe("tables", () => {
  it("MTY-21 a binary table and an ASCII table", () => {
    const product = isA(
      Fits.concat(empty, Fits.table(["ra", "dec"], 7)),
      "fits-table",
      "FITS table, 7 rows, 2 columns"
    )
    assert.deepStrictEqual([product.mtype, product.mediaType], ["table.load.fits", "application/fits"])
    const ascii = Fits.header(
      ["XTENSION", "TABLE"],
      ["BITPIX", 8],
      ["NAXIS", 2],
      ["NAXIS1", 10],
      ["NAXIS2", 2],
      ["TFIELDS", 1]
    )
    isA(Fits.concat(empty, ascii, Fits.data(20)), "fits-table", "FITS table, 2 rows, 1 column")
  })

  it("TOPCAT's tables have a VOTable in the primary array, of any length", () => {
    for (const length of [100, 200_000]) {
      const first = Fits.primary([length], [["VOTMETA", true]], 8)
      isA(Fits.concat(first, Fits.table(["a"], 7)), "fits-table", "FITS table, 7 rows, 1 column")
    }
  })

  it("a column-oriented table has as many rows as its cells say", () => {
    const columns = (...lengths: ReadonlyArray<string>) =>
      Fits.table(["a", "b"], 1, ...lengths.map((text, index): Fits.Card => [`TDIM${index + 1}`, text]))
    isA(Fits.concat(empty, columns("(40)", "(3,40)")), "fits-table", "FITS table, 40 rows, 2 columns")
    isA(Fits.concat(empty, columns("(40)", "(40,3)")), "fits-table", "FITS table, 1 row, 2 columns")
    isA(Fits.concat(empty, columns("(40)")), "fits-table", "FITS table, 1 row, 2 columns")
  })

  it("a HEALPix map is a table that can be shown as an image, as the media type says", () => {
    const cards: ReadonlyArray<Fits.Card> = [["PIXTYPE", "HEALPIX"], ["ORDERING", "RING"], ["NSIDE", 64]]
    const map = Fits.concat(empty, Fits.table(["TEMPERATURE"], 9, ...cards))
    isA(map, "fits-table | fits-image", "HEALPix map, NSIDE 64")
    isA(map, "fits-image | fits-table", "HEALPix map, NSIDE 64", { mediaType: "image/fits" })
  })

  it("an event list can be binned into an image", () => {
    const events = Fits.concat(empty, Fits.table(["X", "Y", "ENERGY"], 9, ["HDUCLAS1", "EVENTS"]))
    isA(events, "fits-table | fits-image", "FITS event list, 9 rows, 3 columns")
  })
})

describe("spectra", () => {
  it("MTY-43 an array along a spectral axis", () => {
    for (const ctype of ["WAVE", "FREQ-LSR", "AWAV-LOG", "Wavelength", "VELO", "LINEAR", ""]) {
      isA(Fits.primary([900], [["CTYPE1", ctype]]), "spectrum | fits-image", "FITS spectrum, 900 points")
    }
    isA(Fits.primary([1, 1, 900], [["CTYPE3", "FREQ"]]), "spectrum | fits-image", "FITS spectrum, 900 points")
  })

  it("an array along nothing is an image if the media type says so", () => {
    isA(Fits.primary([9]), "fits-image | spectrum", "FITS spectrum, 9 points", { mediaType: "image/fits" })
  })

  it("IRAF's many apertures", () => {
    isA(Fits.primary([900, 3], [["CTYPE1", "MULTISPE"]]), "spectrum | fits-image", "IRAF spectra, 900 x 3")
    const equispec: Fits.Card = ["WAT0_001", "system=equispec"]
    isA(
      Fits.primary([900, 3], [["CTYPE1", "LINEAR"], equispec]),
      "spectrum | fits-image",
      "IRAF spectra, 900 x 3"
    )
  })

  const wave = "FITS spectrum, 5 rows, 3 columns"
  const either = "spectrum | fits-table"
  const columns = (...cards: ReadonlyArray<Fits.Card>) =>
    Fits.concat(empty, Fits.table(["a", "b", "c"], 5, ...cards))

  it("a table by its class, its utypes, its UCDs", () => {
    isA(columns(["VOCLASS", "Spectrum V1.0"]), either, wave)
    isA(
      columns(["TUTYP1", "spec:Data.SpectralAxis.Value"], ["TUTYP3", "spec:Data.FluxAxis.Value"]),
      either,
      wave
    )
    const byUcd = columns(["TUCD2", "em.wl;em.opt"], ["TUCD1", "phot.flux.density;em.wl"])
    isA(byUcd, either, wave)
    isA(byUcd, either, wave, { mediaType: "application/x-fits-bintable" })
  })

  it("a table by the names of its columns, unless they are those of a catalogue", () => {
    const named = (...names: ReadonlyArray<string>) => Fits.concat(empty, Fits.table(names, 5))
    isA(named("WAVE", "FLUX", "ERR"), either, wave)
    isA(named("flux", "loglam", "ivar"), either, wave)
    isA(named("WAVE", "FLUX", "ERR"), "fits-table | spectrum", wave, {
      mediaType: "application/x-fits-bintable"
    })
    isA(named("ra", "freq", "flux"), "fits-table", "FITS table, 5 rows, 3 columns")
    isA(named("energy", "pha", "grade"), "fits-table", "FITS table, 5 rows, 3 columns")
    const wide = Array.from({ length: 60 }, (_, index) => `c${index}`)
    isA(named("freq", "flux", ...wide), "fits-table", "FITS table, 5 rows, 62 columns")
  })

  it("an OGIP spectrum is a table of channels", () => {
    const pha = Fits.concat(empty, Fits.table(["CHANNEL", "COUNTS"], 5, ["HDUCLAS1", "SPECTRUM"]))
    isA(pha, "fits-table | spectrum", "FITS table, 5 rows, 2 columns")
  })
})

describe("coverages", () => {
  const moc = (...cards: ReadonlyArray<Fits.Card>) => Fits.concat(empty, Fits.table(["UNIQ"], 5, ...cards))

  it("MTY-44 by any of the keywords that name one", () => {
    for (const version of ["1.1", "2.0"]) {
      const product = isA(
        moc(["MOCVERS", version], ["MOCORD_S", 29]),
        "moc | fits-table",
        "sky coverage (MOC), order 29"
      )
      assert.strictEqual(product.mtype, "coverage.load.moc.fits")
    }
    isA(moc(["MOCORDER", 9]), "moc | fits-table", "sky coverage (MOC), order 9")
    isA(moc(["MOCTOOL", "x"]), "moc | fits-table", "sky coverage (MOC)")
    isA(moc(["PIXTYPE", "HEALPIX"], ["ORDERING", "NUNIQ"]), "moc | fits-table", "sky coverage (MOC)")
    isA(moc(["ORDERING", "RANGE"]), "moc | fits-table", "sky coverage (MOC)")
    isA(moc(["MOCVERS", "2.0"], ["MOCDIM", "TIME"]), "moc | fits-table", "time coverage (MOC)")
  })

  it("a multi-order map has values besides its cells, so it is none", () => {
    const cards: ReadonlyArray<Fits.Card> = [["PIXTYPE", "HEALPIX"], ["ORDERING", "NUNIQ"], ["MOCORDER", 9]]
    isA(
      Fits.concat(empty, Fits.table(["UNIQ", "PROBDENSITY"], 5, ...cards)),
      "fits-table | fits-image",
      "multi-order HEALPix map, 5 rows, 2 columns"
    )
  })
})

describe("what there is nothing to send of", () => {
  it.each([
    ["no data at all", empty, "without an image or a table"],
    [
      "random groups",
      Fits.primary([0, 3, 4], [["GROUPS", true], ["PCOUNT", 6], ["GCOUNT", 2]]),
      "random groups"
    ],
    [
      "other extensions",
      Fits.concat(empty, Fits.header(["XTENSION", "FOREIGN"], ["BITPIX", 8], ["NAXIS", 0])),
      "without"
    ],
    ["a header cut off", Fits.primary([40, 50]).slice(0, 200), "broken or cut off"],
    ["an odd BITPIX", Fits.header(["SIMPLE", true], ["BITPIX", 12], ["NAXIS", 0]), "broken"],
    ["no BITPIX", Fits.header(["SIMPLE", true], ["NAXIS", 0]), "broken"],
    ["a wrong axis", Fits.header(["SIMPLE", true], ["BITPIX", 8], ["NAXIS", 2], ["NAXIS1", -4]), "broken"],
    ["axes without end", Fits.header(["SIMPLE", true], ["BITPIX", 8], ["NAXIS", 1e9]), "broken"],
    [
      "a header of zeros",
      Fits.concat(Fits.header(["SIMPLE", true]).slice(0, 80), new Uint8Array(9_000)),
      "broken"
    ]
  ])("%s", (_, file, words) => {
    assert.include(Fits.refusalOf(file).message, words)
  })

  it("a data size that no file can have ends the walk", () => {
    const huge = Fits.header(
      ["SIMPLE", true],
      ["BITPIX", 64],
      ["NAXIS", 1],
      ["NAXIS1", 9_007_199_254_740_991],
      ["CTYPE1", "TIME"]
    )
    isA(huge, "fits-image", "one-dimensional FITS image, 9007199254740991 pixels")
  })
})

describe("asking for more", () => {
  const far = Fits.concat(
    Fits.primary([500_000], [["VOTMETA", true]], 8),
    Fits.table(["wave", "flux"], 900_000)
  )

  it("data are skipped, not read", () => {
    const outcome = Fits.serve(far)
    assert.deepInclude(Result.getOrThrow(outcome.verdict), { kind: "spectrum" })
    assert.isBelow(outcome.read, 100_000)
    assert.strictEqual(outcome.asks, 1)
  })

  it("the question says where, and guesses", () => {
    const verdict = recognise(far.subarray(0, 2_880))
    assert(Result.isFailure(verdict) && verdict.failure._tag === "NeedMore")
    assert.strictEqual(verdict.failure.offset, 2_880 + 501_120)
    assert.strictEqual(verdict.failure.guess?.kind, "fits-table")
    const bare = recognise(empty, { name: "sky.moc.fits" })
    assert(Result.isFailure(bare) && bare.failure._tag === "NeedMore")
    assert.deepStrictEqual([bare.failure.offset, bare.failure.guess?.kind], [2_880, "moc"])
  })

  it("a header is read on in growing parts, and not beyond a bound", () => {
    const cards = (count: number) =>
      Array.from({ length: count }, (_, index): Fits.Card => [`K${index}`, index])
    const long = Fits.serve(Fits.primary([20, 20], cards(6_000)), {}, 80)
    assert.deepInclude(Result.getOrThrow(long.verdict), { kind: "fits-image" })
    assert.isBelow(long.asks, 8)
    const endless = Fits.serve(Fits.primary([20, 20], cards(20_000)), {}, 80)
    assert.deepInclude(Result.getOrThrow(endless.verdict), { kind: "fits-image" })
    assert.isBelow(endless.read, 1_500_000)
  })

  it("a product that is known needs no more, though its next header is not there", () => {
    const image = Fits.concat(Fits.primary([2_000, 2_000]), Fits.table(["a"], 1))
    assert.strictEqual(Fits.kindsOf(Result.getOrThrow(recognise(image.subarray(0, 2_880)))), "fits-image")
  })

  it("walks through many empty extensions, but not without end", () => {
    const many = (count: number) => Fits.concat(empty, ...Array.from({ length: count }, () => Fits.image([])))
    isA(Fits.concat(many(150), Fits.image([3, 3])), "fits-image", "FITS image, 3 x 3")
    assert.include(Fits.refusalOf(Fits.concat(many(300), Fits.image([3, 3]))).message, "without an image")
  })
})
