/** The VOTables that the example pages write. */
import { assert, describe, it } from "@effect/vitest"
import { XMLParser, XMLValidator } from "fast-xml-parser"
import { join } from "node:path"
import { pages } from "../../tools/bundlePages.mjs"

interface Module {
  readonly write: (
    name: string,
    columns: ReadonlyArray<string>,
    rows: ReadonlyArray<ReadonlyArray<string>>
  ) => string
  readonly typeOf: (cells: ReadonlyArray<string>) => string
}

const { typeOf, write }: Module = await import(join(pages, "votable.js"))

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false
})

const tableOf = (text: string) => {
  assert.strictEqual(XMLValidator.validate(text), true)
  return parser.parse(text).VOTABLE.RESOURCE.TABLE
}

describe("a VOTable of typed text", () => {
  it("says what the columns are, and where in the sky the rows are", () => {
    const rows = [
      ["M 31 \"x\" <&>", "10.6847", " 41.2687 ", "", "1"],
      ["caf\u00e9 ", "1e2", "-5", "3.4", "x"]
    ]
    const table = tableOf(write("Two & <more>", ["name", "RA", "dec_icrs", "mag", "a\"b"], rows))
    assert.deepInclude(table, { name: "Two & <more>", nrows: "2" })
    assert.deepStrictEqual(table.FIELD, [
      { name: "name", datatype: "unicodeChar", arraysize: "*", ucd: "meta.id;meta.main" },
      { name: "RA", datatype: "double", ucd: "pos.eq.ra;meta.main", unit: "deg" },
      { name: "dec_icrs", datatype: "double", ucd: "pos.eq.dec;meta.main", unit: "deg" },
      { name: "mag", datatype: "double", ucd: "phot.mag", unit: "mag" },
      { name: "a\"b", datatype: "char", arraysize: "*" }
    ])
    assert.deepStrictEqual(table.DATA.TABLEDATA.TR.map(({ TD }: { TD: unknown }) => TD), [
      ["M 31 \"x\" <&>", "10.6847", "41.2687", "", "1"],
      ["caf\u00e9 ", "1e2", "-5", "3.4", "x"]
    ])
  })

  it("takes for numbers only what all are numbers", () => {
    assert.strictEqual(typeOf(["1", "", "-2.5e3"]), "double")
    for (const cells of [[], [""], ["1", "x"], ["Infinity"], ["1", "1 2"]]) {
      assert.strictEqual(typeOf(cells), "char", String(cells))
    }
  })
})
