/** The data that the tests send: a table of three stars and an image whose pixels rise from corner to corner. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

export interface Sample {
  readonly path: string
  readonly url: string
}

const write = (folder: string, name: string, content: string | Buffer): Sample => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return { path, url: pathToFileURL(path).href }
}

export const stars: ReadonlyArray<readonly [name: string, ra: number, dec: number]> = [
  ["Algol", 47.04, 40.96],
  ["Mira", 34.84, -2.98],
  ["Wega", 279.23, 38.78]
]

const field = (name: string, type: string, ucd: string): string =>
  `<FIELD name="${name}" ${type} ucd="${ucd}"/>`

/** A VOTable of the stars, or of others. */
export const table = (folder: string, file = "three stars.vot", content: typeof stars = stars): Sample => {
  const rows = content.map((star) => `<TR>${star.map((cell) => `<TD>${cell}</TD>`).join("")}</TR>`)
  const fields = [
    field("name", `datatype="char" arraysize="*"`, "meta.id;meta.main"),
    field("ra", `datatype="double" unit="deg"`, "pos.eq.ra;meta.main"),
    field("dec", `datatype="double" unit="deg"`, "pos.eq.dec;meta.main")
  ]
  const text = [
    `<?xml version="1.0"?>`,
    `<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">`,
    `<RESOURCE><TABLE name="stars">`,
    ...fields,
    `<DATA><TABLEDATA>`,
    ...rows,
    `</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>`
  ]
  return write(folder, file, text.join("\n"))
}

export const side = 64
const blockSize = 2_880
const cardSize = 80

const card = (keyword: string, value: string | number): string =>
  `${keyword.padEnd(8)}= ${typeof value === "number" ? `${value}`.padStart(20) : value}`.padEnd(cardSize)

const padded = (content: Buffer, fill: number): Buffer => {
  const whole = Buffer.alloc(Math.ceil(content.length / blockSize) * blockSize, fill)
  content.copy(whole)
  return whole
}

/** A FITS image; its pixel (x, y), both from 1 to 64, is x + y. */
export const image = (folder: string): Sample => {
  const cards = [
    card("SIMPLE", "T".padStart(20)),
    card("BITPIX", 16),
    card("NAXIS", 2),
    card("NAXIS1", side),
    card("NAXIS2", side),
    card("OBJECT", "'GRADIENT'"),
    "END".padEnd(cardSize)
  ]
  const data = Buffer.alloc(side * side * 2)
  for (let y = 1; y <= side; y++) {
    for (let x = 1; x <= side; x++) data.writeInt16BE(x + y, ((y - 1) * side + x - 1) * 2)
  }
  const blank = 0x20
  return write(
    folder,
    "gradient.fits",
    Buffer.concat([padded(Buffer.from(cards.join(""), "latin1"), blank), padded(data, 0)])
  )
}
