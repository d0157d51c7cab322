/** The message of a product: its MType, its parameters, and what else it can be sent as. */
import { assert, describe, it } from "@effect/vitest"
import { factsOf, kinds, parseKind } from "../../src/domain/content/Kinds.ts"
import * as Product from "../../src/domain/content/Product.ts"
import { isMType } from "../../src/domain/MType.ts"
import * as SampValue from "../../src/domain/SampValue.ts"
import { productOf } from "../support/fits.ts"
import * as Fits from "../support/fits.ts"

const url = "http://127.0.0.1:1/m31.fits"
const paramsOf = (product: Product.Product, load: Partial<Product.Load> = {}) =>
  SampValue.toJson(Product.loadParams(product, { url, ...load }))

describe("kinds", () => {
  it("each has a legal MType and is named by --as", () => {
    for (const kind of kinds) {
      assert.isTrue(isMType(factsOf[kind].mtype))
      assert.strictEqual(parseKind(kind.toUpperCase()), kind)
    }
    assert.strictEqual(new Set(kinds.map((kind) => factsOf[kind].mtype)).size, kinds.length)
    assert.deepStrictEqual(["jpg", "vot", "constructor", ""].map(parseKind), [
      "jpeg",
      "votable",
      undefined,
      undefined
    ])
  })
})

describe("parameters", () => {
  it.each(
    [
      ["votable", "table-id"],
      ["fits-table", "table-id"],
      ["cdf", "table-id"],
      ["pds4", "table-id"],
      ["fits-image", "image-id"],
      ["moc", "coverage-id"]
    ] as const
  )("MTY-20..23 MTY-40 MTY-44 %s has %s", (kind, id) => {
    assert.deepStrictEqual(paramsOf(Product.make(kind), { name: "M 31", id: "t1" }), {
      url,
      [id]: "t1",
      name: "M 31"
    })
    assert.deepStrictEqual(paramsOf(Product.make(kind)), { url })
  })

  it("MTY-41 pictures have no id; names are made ASCII", () => {
    assert.deepStrictEqual(paramsOf(Product.make("png"), { name: "Andromède α", id: "x" }), {
      url,
      name: "Andromede ?"
    })
  })

  it("MTY-42 a HiPS goes by its directory", () => {
    for (
      const at of ["https://x.org/DSS/properties", "https://x.org/DSS/properties?a=b", "https://x.org/DSS/"]
    ) {
      assert.deepStrictEqual(paramsOf(Product.make("hips"), { url: at }), { url: "https://x.org/DSS/" })
    }
  })

  it("MTY-43 a spectrum has meta, in the keys that SPLAT reads", () => {
    const cards: ReadonlyArray<Fits.Card> = [["OBJECT", "M 31"], ["TUNIT1", "Angstrom"], ["TUNIT2", "Jy"]]
    const spectrum = productOf(Fits.concat(Fits.primary(), Fits.table(["WAVE", "FLUX", "ERR"], 5, ...cards)))
    assert.deepStrictEqual(paramsOf(spectrum, { id: "s" }), {
      url,
      "spectrum-id": "s",
      meta: {
        "Access.Reference": url,
        "Access.Format": "application/fits",
        "Target.Name": "M 31",
        "vox:spectrum_axes": "WAVE FLUX ERR",
        "Spectrum.Char.SpectralAxis.Name": "WAVE",
        "Spectrum.Char.FluxAxis.Name": "FLUX",
        "vox:spectrum_units": "Angstrom Jy",
        "Spectrum.Char.SpectralAxis.unit": "Angstrom",
        "Spectrum.Char.FluxAxis.unit": "Jy"
      }
    })
  })

  it("MTY-43 what SPLAT would split wrongly is left out", () => {
    const cards: ReadonlyArray<Fits.Card> = [["TUCD1", "em.wl"], ["TUCD2", "phot.flux"], ["TUNIT1", "nm"], [
      "TUNIT2",
      "W / m"
    ]]
    const spectrum = productOf(Fits.concat(Fits.primary(), Fits.table(["my wave", "f"], 5, ...cards)))
    assert.deepStrictEqual(paramsOf(spectrum), {
      url,
      meta: { "Access.Reference": url, "Access.Format": "application/fits" }
    })
  })
})

describe("sent as another kind", () => {
  it("keeps what is known and offers the way back", () => {
    const image = productOf(Fits.primary([40, 50], [["CTYPE1", "WAVE"], ["OBJECT", "M 31"]]))
    const spectrum = Product.sentAs("spectrum", image)
    assert.deepInclude(spectrum, { mtype: "spectrum.load.ssa-generic", mediaType: "image/fits" })
    assert.strictEqual(Fits.kindsOf(spectrum), "spectrum | fits-image")
    assert.include(JSON.stringify(paramsOf(spectrum)), "M 31")
    assert.strictEqual(Product.sentAs("fits-image", image), image)
  })

  it("needs nothing recognised", () => {
    assert.deepInclude(Product.sentAs("moc"), { kind: "moc", extension: "fits" })
    assert.deepInclude(Product.sentAs("spectrum", undefined, "http://x/a.vot?b"), {
      kind: "spectrum",
      mediaType: "application/x-votable+xml",
      extension: "vot"
    })
    assert.strictEqual(Product.sentAs("spectrum", undefined, "a.fits").mediaType, "application/fits")
  })
})

describe("compressed", () => {
  it("FITS and VOTable are read by receivers as they are", () => {
    const gzipped = Product.compressed(Product.make("fits-image", { detail: "2 x 2" }), "gzip")
    assert.deepInclude(gzipped, {
      extension: "fits.gz",
      mediaType: "application/x-gzip",
      mtype: "image.load.fits",
      description: "FITS image, 2 x 2 (gzip)"
    })
    assert.strictEqual(Product.compressed(Product.make("votable"), "compress")?.extension, "vot.Z")
    assert.isUndefined(Product.compressed(Product.make("cdf"), "gzip"))
    assert.isUndefined(Product.compressed(Product.make("png"), "gzip"))
  })
})
