/** XML, text and binary products are recognised by their first bytes; what is refused is told apart. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type { Hints, Kind } from "../../src/domain/content/Kinds.ts"
import type { Compression } from "../../src/domain/content/Product.ts"
import { headBytes, propertiesOf, recognise } from "../../src/domain/content/Recognise.ts"
import { bytes, concat, kindsOf, productOf, refusalOf } from "../support/fits.ts"

const kindsIn = (text: string): string => kindsOf(productOf(bytes(text)))

const utf16 = (text: string, littleEndian: boolean): Uint8Array =>
  Uint8Array.from([...text].flatMap((letter) => {
    const code = letter.charCodeAt(0)
    return littleEndian ? [code & 255, code >> 8] : [code >> 8, code & 255]
  }))

const declaration = `<?xml version="1.0" encoding="UTF-8"?>\n`
const votable = `<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE/></VOTABLE>`

describe("VOTable", () => {
  it("MTY-20 and its version", () => {
    const product = productOf(bytes(declaration + votable))
    assert.deepInclude(product, {
      kind: "votable",
      mtype: "table.load.votable",
      mediaType: "application/x-votable+xml",
      extension: "vot",
      description: "VOTable, version 1.4"
    })
    assert.strictEqual(productOf(bytes("<VOTABLE>")).description, "VOTable")
  })

  it.each([
    ["bare", votable],
    ["after white space", `\n\t  ${declaration}${votable}`],
    ["after comments", `${declaration}<!-- <html> '"> -->\n<!---->${votable}`],
    ["after instructions", `${declaration}<?xml-stylesheet href="a>b.xsl"?>${votable}`],
    [
      "after a DOCTYPE",
      `${declaration}<!DOCTYPE VOTABLE SYSTEM "http://us-vo.org/xml/VOTable.dtd">\n${votable}`
    ],
    [
      "after an internal subset",
      `<!DOCTYPE v:VOTABLE [<!-- it's ]> --><!ENTITY a "]>"><!ELEMENT b (c)>]>${votable}`
    ],
    ["with a prefix", `${declaration}<vot:VOTABLE\n xmlns:vot='http://www.ivoa.net/xml/VOTable/v1.2'>`],
    ["with a byte order mark", `\xef\xbb\xbf${declaration}${votable}`],
    ["cut off in the root", `${declaration}<VOTABLE xmlns:xsi="htt`],
    ["in DOS lines", `${declaration}${votable}`.replaceAll("\n", "\r\n")]
  ])("%s", (_, text) => {
    assert.strictEqual(kindsIn(text), "votable")
  })

  it("in UTF-16, with and without a byte order mark", () => {
    for (const littleEndian of [true, false]) {
      for (const mark of ["\ufeff", ""]) {
        const product = productOf(utf16(`${mark}<?xml version="1.0"?> ${votable}`, littleEndian))
        assert.strictEqual(product.description, "VOTable, version 1.4")
      }
    }
  })

  const withFields = (...fields: ReadonlyArray<string>): string =>
    `<VOTABLE><RESOURCE><TABLE><PARAM name="t" utype="spec:Target.Name" value="M 31"/>${
      fields.map((attributes) => `<FIELD datatype="double" ${attributes}/>`).join("")
    }<DATA><TABLEDATA>`

  it.each([
    [
      "utypes",
      `name="x" utype="spec:Spectrum.Data.SpectralAxis.Value"`,
      `name="y" utype="spec:Data.FluxAxis.Value"`
    ],
    ["UCDs", `name="x" ucd="em.wl"`, `name="y" ucd='phot.flux.density;em.wl'`],
    ["names", `name="wavelength"`, `name="Flux"`]
  ])("MTY-43 a spectrum by the %s of its fields can go as one", (_, axis, flux) => {
    const product = productOf(bytes(withFields(axis, flux)))
    assert.strictEqual(kindsOf(product), "votable | spectrum")
    assert.strictEqual(product.spectrum?.target, "M 31")
    assert.strictEqual(product.description, "VOTable, perhaps a spectrum")
  })

  it("an answer of an SSA service is a list of spectra, a catalogue none either", () => {
    const axes = [`name="x" ucd="em.wl"`, `name="y" ucd="phot.flux"`]
    assert.strictEqual(kindsIn(withFields(...axes, `utype="ssa:Access.Reference" name="acref"`)), "votable")
    assert.strictEqual(kindsIn(withFields(...axes, `name="a" ucd="pos.eq.ra;meta.main"`)), "votable")
    assert.strictEqual(kindsIn(withFields(axes[0] ?? "")), "votable")
  })

  it("what is in comments, sections or data does not count", () => {
    const fields = `<FIELD name="wave"/><FIELD name="flux"/>`
    for (const text of [`<!--${fields}-->`, `<![CDATA[${fields}]]>`, `<DATA/>${fields}`]) {
      assert.strictEqual(kindsIn(`<VOTABLE><RESOURCE>${text}`), "votable")
    }
    assert.strictEqual(kindsIn(`<VOTABLE><RESOURCE>${fields}`), "votable | spectrum")
  })
})

describe("PDS4 and HiPS", () => {
  it("MTY-23 a label of an observation, with the files it describes", () => {
    const product = productOf(bytes(
      `${declaration}<?xml-model href="x.sch"?>\n<Product_Observational xmlns="http://pds.nasa.gov/pds4/pds/v1">` +
        `<title>Plasma\n  waves</title><file_name>a.tab</file_name><file_name>b.dat</file_name>` +
        `<file_name>../../secret</file_name><file_name>a.tab</file_name></Product_Observational>`
    ))
    assert.deepInclude(product, {
      kind: "pds4",
      mtype: "table.load.pds4",
      description: "PDS4 label, Plasma waves",
      companions: ["a.tab", "b.dat"]
    })
  })

  it("other labels hold no table", () => {
    assert.include(refusalOf(bytes("<Product_Bundle xmlns='x'>")).message, "Product_Bundle")
  })

  it("MTY-42 the properties of a HiPS", () => {
    const product = productOf(bytes(
      "# a comment\ncreator_did = ivo://CDS/P/DSS2\nobs_title  = DSS2 colour\nhips_version = 1.4\nhips_order=9\n"
    ))
    assert.deepInclude(product, {
      kind: "hips",
      mtype: "image.load.hips",
      description: "HiPS survey, DSS2 colour"
    })
    assert.strictEqual(refusalOf(bytes("a = 1\nhips_order = 9\n")).look, "text")
  })

  it("where the properties of a directory are", () => {
    assert.strictEqual(propertiesOf("https://x.org/DSS/"), "https://x.org/DSS/properties")
    assert.strictEqual(propertiesOf("https://x.org/My_HiPS"), "https://x.org/My_HiPS/properties")
    for (const name of ["a.fits", "https://x.org/q?hips/", "hips.fits", "https://hips.org/list", "-"]) {
      assert.isUndefined(propertiesOf(name), name)
    }
  })
})

const latin = (...codes: ReadonlyArray<number>): Uint8Array => Uint8Array.from(codes)
const filler = new Uint8Array(300)

const png = bytes("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0")

describe("binary formats", () => {
  it.each<readonly [Kind, string, Iterable<number>]>([
    ["cdf", "CDF table, version 3", [0xcd, 0xf3, 0, 1, 0, 0, 0xff, 0xff]],
    ["cdf", "CDF table, version 3, compressed", [0xcd, 0xf3, 0, 1, 0xcc, 0xcc, 0, 1]],
    ["cdf", "CDF table, version 2.6 or 2.7", [0xcd, 0xf2, 0x60, 2, 0, 0, 0xff, 0xff]],
    ["cdf", "CDF table, version before 2.6", [0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]],
    ["png", "PNG picture, 640 x 480", png],
    ["jpeg", "JPEG picture, 640 x 480", [
      0xff,
      0xd8,
      0xff,
      0xe0,
      0,
      4,
      1,
      2,
      0xff,
      0xc2,
      0,
      17,
      8,
      1,
      0xe0,
      2,
      0x80
    ]],
    ["jpeg", "JPEG picture", [0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff]],
    ["gif", "GIF picture, 640 x 480", [0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 0x80, 2, 0xe0, 1]]
  ])("MTY-22 MTY-41 %s: %s", (kind, description, magic) => {
    assert.deepInclude(productOf(concat(latin(...magic), filler)), { kind, description })
  })

  it.each<readonly [Compression, ReadonlyArray<number>]>([
    ["gzip", [0x1f, 0x8b, 8, 0]],
    ["bzip2", [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26]],
    ["compress", [0x1f, 0x9d, 0x90]]
  ])("%s is said to be so, for the caller to look inside", (compression, magic) => {
    const verdict = recognise(concat(latin(...magic), filler))
    assert(Result.isFailure(verdict))
    assert.deepInclude(verdict.failure, { _tag: "Compressed", compression })
  })
})

describe("refusals", () => {
  it.each([
    ["html", "<!DOCTYPE html>\n<html><head><title>Log in</title>", `web page titled "Log in"`],
    ["html", "<HTML><BODY>404", "web page"],
    ["xml", `${declaration}<RDF/>`, "root element RDF"],
    ["xml", "<ServiceExceptionReport>", "error report"],
    ["broken", `${declaration}<!-- no end`, "no root element"],
    ["json", `{"a": [1, 2]}`, "JSON"],
    ["moc-text", `{"5":[8,10,32],\n"6":[1]}`, "coverage.load.moc.fits takes FITS only"],
    ["moc-text", "3/2-5,7 4/88 ", "MOC in ASCII"],
    ["moc-text", "t61/1 3 5\ns3/1", "MOC in ASCII"],
    ["csv", "ra,dec,name\n1.5,2,\"a, b\"\n3,4,c\n", "format=csv"],
    ["csv", "# %ECSV 1.0\n# ---\n# datatype:\n", "format=ecsv"],
    ["csv", "a\tb\n1\t2\n", "format=tst"],
    ["csv", "stars\n\n# no parameters\n\nra\tdec\n--\t---\n1\t2\n", "format=tst"],
    ["csv", "\\fixlen = T\n|  ra |  dec |\n|double|double|\n 1 2\n", "format=ipac"],
    ["text", "Dear colleague,\nplease find no data here.\n", "plain text"],
    ["broken", "SIMPLE = T", "first card"],
    ["empty", " \n\n", "white space"],
    ["empty", "", "empty"],
    ["archive", "PK\x03\x04zip", "Unpack"],
    ["other-data", "\x89HDF\r\n\x1a\n", "HDF5"],
    ["other-data", "CDF\x01", "NetCDF"],
    ["other-data", "PAR1\x15", "Parquet"],
    ["picture", "%PDF-1.5", "PDF"],
    ["picture", "II*\x00\x08", "TIFF"],
    ["unknown", "\x00\x01\x02\x80\xff", "--as votable|fits-table"]
  ])("%s: %j", (look, text, words) => {
    const refusal = refusalOf(bytes(text))
    assert.strictEqual(refusal.look, look)
    assert.include(refusal.message, words)
  })

  it("every message is printable ASCII, whatever the page says", () => {
    const { message } = refusalOf(bytes("<html><title>\x1b[31m caf\xe9 \x00</title>"))
    assert.match(message, /^[\x20-\x7e]+$/)
  })
})

describe("hints", () => {
  const guess = (hints: Hints): string | undefined => {
    const verdict = recognise(bytes("   "), hints)
    assert(Result.isFailure(verdict) && verdict.failure._tag === "NeedMore")
    return verdict.failure.guess?.kind
  }

  it("speak only where the bytes do not", () => {
    assert.strictEqual(
      kindsOf(productOf(bytes(votable), { name: "x.fits", mediaType: "image/png" })),
      "votable"
    )
    assert.strictEqual(guess({ name: "https://x.org/a.vot.gz?q=1.png#b" }), "votable")
    assert.strictEqual(guess({ name: "a.moc.fits" }), "moc")
    assert.strictEqual(guess({ name: "a.vot", mediaType: "Image/PNG; q=1" }), "png")
    assert.isUndefined(guess({ name: "a.fits", mediaType: "text/plain" }))
  })

  it("a longer start given later counts, bytes from elsewhere do not", () => {
    const comment = bytes(`<!-- ${"-".repeat(40)}`)
    const later = recognise(comment, {}, [{ offset: 0, bytes: bytes(`<!-- c -->${votable}`.padEnd(400)) }])
    assert.strictEqual(Result.getOrThrow(later).kind, "votable")
    const elsewhere = recognise(comment, {}, [{ offset: 100, bytes: bytes(votable.padEnd(400)) }])
    assert(Result.isFailure(elsewhere) && elsewhere.failure._tag === "NeedMore")
    assert.deepInclude(elsewhere.failure, { offset: 0, length: headBytes })
  })

  it("a magic number or a web page decides at once, though little was given", () => {
    for (const text of ["PK\x03\x04", "%PDF-", "<html>"]) {
      const verdict = recognise(bytes(text))
      assert(Result.isFailure(verdict))
      assert.strictEqual(verdict.failure._tag, "Unrecognised")
    }
  })

  it("a short head of unknown size asks for more, a whole product does not", () => {
    assert.isUndefined(guess({}))
    assert.strictEqual(refusalOf(bytes("   ")).look, "empty")
  })
})
