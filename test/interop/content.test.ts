/** Files that stilts and astropy write are recognised for what they are, from their first bytes. */
import * as Result from "effect/Result"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { constants, gunzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { compressed } from "../../src/domain/content/Product.ts"
import { headBytes, recognise } from "../../src/domain/content/Recognise.ts"
import { kindsOf, serve } from "../support/fits.ts"
import * as Home from "./support/Home.ts"
import * as Peers from "./support/Peers.ts"
import * as Program from "./support/Program.ts"

const home = Home.make()
afterAll(home.remove)

/** Kinds and description, or what it looked like; a gzipped file is looked into by its head. */
const seen = (name: string): string => {
  const file = readFileSync(join(home.path, name))
  const { verdict } = serve(file)
  if (Result.isSuccess(verdict)) return `${kindsOf(verdict.success)}: ${verdict.success.description}`
  const refusal = verdict.failure
  if (refusal._tag !== "Compressed") return refusal._tag === "Unrecognised" ? refusal.look : refusal._tag
  const inner = gunzipSync(file.subarray(0, headBytes), { finishFlush: constants.Z_SYNC_FLUSH })
  const product = compressed(Result.getOrThrow(recognise(inner)), refusal.compression)
  return `${product?.kind}: ${product?.description}`
}

describe("written by astropy", () => {
  beforeAll(async () => {
    Program.ended(await Peers.runPython(home, 30_000, "content_files.py", home.path), 0)
  }, 120_000)

  test.each([
    ["image.fits", "fits-image: FITS image, 40 x 50"],
    ["int16.fits.gz", "fits-image: FITS image, 40 x 50 (gzip)"],
    ["cube.fits", "fits-image: FITS image, 40 x 50 x 3"],
    ["mef.fits", "fits-image: FITS image, 40 x 50"],
    ["compressed.fits", "fits-image: tile-compressed FITS image, 40 x 50"],
    ["line.fits", "spectrum | fits-image: FITS spectrum, 900 points"],
    ["table.fits", "fits-table: FITS table, 2 rows, 3 columns"],
    ["ascii-table.fits", "fits-table: FITS table, 2 rows, 2 columns"],
    ["image-and-table.fits", "fits-image | fits-table: FITS image, 40 x 50"],
    ["far-table.fits", "fits-table: FITS table, 2 rows, 3 columns"],
    ["nothing.fits", "other-data"],
    ["groups.fits", "other-data"],
    ["spectrum.fits", "spectrum | fits-table: FITS spectrum, 300 rows, 3 columns"],
    ["sdss.fits", "spectrum | fits-table: FITS spectrum, 9 rows, 3 columns"],
    ["eso.fits", "spectrum | fits-table: FITS spectrum, 1 row, 3 columns"],
    ["healpix.fits", "fits-table | fits-image: HEALPix map, NSIDE 16"],
    ["mocpy.fits", "moc | fits-table: sky coverage (MOC), order 0"],
    ["skymap.fits", "fits-table | fits-image: multi-order HEALPix map, 2 rows, 2 columns"],
    ["table.vot", "votable: VOTable, version 1.4"],
    ["binary2.vot", "votable: VOTable, version 1.4"],
    ["spectrum.vot", "votable | spectrum: VOTable, version 1.4, perhaps a spectrum"],
    ["table.vot.gz", "votable: VOTable, version 1.4 (gzip)"],
    ["table.ecsv", "csv"],
    ["table.csv", "csv"],
    ["table.ipac", "csv"]
  ])("%s is %s", (name, expected) => {
    expect(seen(name)).toBe(expected)
  })
})

describe("written by stilts", () => {
  const stilts = async (...args: ReadonlyArray<string>): Promise<void> => {
    Program.ended(await Program.run("stilts", args, { env: home.env, cwd: home.path }), 0)
  }
  beforeAll(
    () => stilts("tpipe", "in=:loop:5", "cmd=addcol ra i*10.", "ofmt=fits-plus", "out=in.fits"),
    120_000
  )

  test.each([
    ["votable", "votable: VOTable, version 1.4"],
    ["votable-binary2-inline", "votable: VOTable, version 1.4"],
    ["votable-fits-inline", "votable: VOTable, version 1.4"],
    ["fits-basic", "fits-table: FITS table, 5 rows, 2 columns"],
    ["fits-plus", "fits-table: FITS table, 5 rows, 2 columns"],
    ["fits-var", "fits-table: FITS table, 5 rows, 2 columns"],
    ["colfits-basic", "fits-table: FITS table, 5 rows, 2 columns"],
    ["colfits-plus", "fits-table: FITS table, 5 rows, 2 columns"],
    ["csv", "csv"],
    ["ipac", "csv"],
    ["tst", "csv"],
    ["ascii", "text"],
    ["html", "html"]
  ])("%s is %s", async (format, expected) => {
    await stilts("tpipe", "in=in.fits", `ofmt=${format}`, `out=out.${format}`)
    expect(seen(`out.${format}`)).toBe(expected)
  })

  test.each([
    ["fits", "moc | fits-table: sky coverage (MOC), order 5"],
    ["json", "moc-text"]
  ])("MTY-44 a MOC in %s is %s", async (format, expected) => {
    await stilts(
      "pixfoot",
      "in=in.fits",
      "ra=ra",
      "dec=i",
      "radius=1",
      "order=5",
      `mocfmt=${format}`,
      `out=moc.${format}`
    )
    expect(seen(`moc.${format}`)).toBe(expected)
  })

  test("a table of a million rows is told by its head", async () => {
    await stilts("tpipe", "in=:loop:1000000", "ofmt=fits-plus", "out=big.fits")
    const { read } = serve(readFileSync(join(home.path, "big.fits")))
    expect(read).toBeLessThanOrEqual(headBytes)
    expect(seen("big.fits")).toBe("fits-table: FITS table, 1000000 rows, 1 column")
  })
})
