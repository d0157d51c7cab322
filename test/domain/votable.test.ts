/** Tables written as VOTable 1.4 and read back by a reader of our own. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { fieldNames } from "../../src/domain/votable/Field.ts"
import { type Column, describe as sentence, type Table, UnfitError } from "../../src/domain/votable/Table.ts"
import { check, toBytes, write } from "../../src/domain/votable/Write.ts"
import { seed } from "../support/arbitraries.ts"
import { random } from "../support/seeded.ts"
import { read } from "../support/votableReader.ts"
import { generate, types } from "../support/votables.ts"
import { type Plain, settle } from "../support/votableValue.ts"

const document = (table: Table): string => [...write(table)].join("")

/** What one cell of a column is written as. */
const written = (column: Omit<Column, "name">, cell: unknown): string => {
  const text = document({ columns: [{ name: "c", ...column }], rows: [[cell]] })
  return /<TD>([^]*)<\/TD>/u.exec(text)?.[1] ?? "no cell"
}

/** Why one cell, or its column, cannot be written. */
const refused = (column: Omit<Column, "name">, cell: unknown): string => {
  const result = check({ columns: [{ name: "c", ...column }], rows: [[cell]] })
  return Result.isFailure(result) ? sentence(result.failure) : `written as ${written(column, cell)}`
}

const tidy = (rows: ReadonlyArray<ReadonlyArray<Plain>>) => rows.map((row) => row.map((cell) => settle(cell)))

describe("generated tables", () => {
  it(`read back as they were, all field types (seed ${seed})`, () => {
    const seen = new Set<string>()
    for (let number = 0; number < 2_000; number++) {
      const { table, plain } = generate(random(seed + number))
      const back = read(document(table))
      const hint = `table ${number} of seed ${seed}`
      assert.deepStrictEqual(tidy(back.rows), tidy(plain), hint)
      assert.strictEqual(back.attributes.get("name"), table.name, hint)
      assert.strictEqual(back.description, table.description, hint)
      for (const [index, column] of table.columns.entries()) {
        const field = back.fields[index]
        for (const key of ["unit", "ucd", "utype", "xtype"] as const) {
          assert.strictEqual(field?.attributes.get(key), column[key], hint)
        }
        assert.strictEqual(field?.attributes.get("datatype"), column.type, hint)
        assert.strictEqual(field?.description, column.description, hint)
        seen.add(column.type)
      }
    }
    assert.sameMembers([...seen], [...types])
  })

  it("are the same as bytes of UTF-8, and again when written again", () => {
    for (let number = 0; number < 50; number++) {
      const { table } = generate(random(seed + number))
      const text = document(table)
      assert.strictEqual(
        new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(toBytes(table)),
        text
      )
      assert.strictEqual(document(table), text)
    }
  })
})

describe("a document", () => {
  it("is VOTable 1.4 in the namespace of 1.3, one row a line", () => {
    const table: Table = {
      name: "a \"b\" <c>",
      description: "R & D",
      columns: [{ name: "id", type: "int" }, {
        name: "ra",
        type: "double",
        unit: "deg",
        ucd: "pos.eq.ra",
        description: "x<y"
      }],
      rows: [[1, 10.5], [2, null]]
    }
    assert.strictEqual(
      document(table),
      `<?xml version="1.0" encoding="UTF-8"?>
<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">
<RESOURCE>
<TABLE name="a &quot;b&quot; &lt;c&gt;" nrows="2">
<DESCRIPTION>R &amp; D</DESCRIPTION>
<FIELD ID="id" name="id" datatype="int"/>
<FIELD ID="ra" name="ra" datatype="double" unit="deg" ucd="pos.eq.ra"><DESCRIPTION>x&lt;y</DESCRIPTION></FIELD>
<DATA>
<TABLEDATA>
<TR><TD>1</TD><TD>10.5</TD></TR>
<TR><TD>2</TD><TD></TD></TR>
</TABLEDATA>
</DATA>
</TABLE>
</RESOURCE>
</VOTABLE>
`
    )
  })

  it("comes in chunks, from rows that are asked for one by one", () => {
    let asked = 0
    const rows = (function*() {
      while (asked < 100_000) yield [asked++]
    })()
    const chunks = write({ columns: [{ name: "n", type: "int" }], rows })
    const first = chunks.next().value ?? ""
    assert.isBelow(asked, 10_000)
    let length = first.length
    for (const chunk of chunks) {
      assert.isBelow(chunk.length, 66_000)
      length += chunk.length
    }
    assert.isAbove(length, 100_000 * 20)
    assert.strictEqual(asked, 100_000)
  })
})

describe("names", () => {
  const fields = (...names: ReadonlyArray<string>) =>
    read(document({ columns: names.map((name) => ({ name, type: "int" })), rows: [] })).fields
      .map(({ attributes }) => [attributes.get("name"), attributes.get("ID")])

  it("differ, and take none that another column has", () => {
    assert.deepStrictEqual(fields("ra", "ra", "ra_2", "ra", "RA"), [
      ["ra", "ra"],
      ["ra_3", "ra_3"],
      ["ra_2", "ra_2"],
      ["ra_4", "ra_4"],
      ["RA", "RA"]
    ])
  })

  it("are never empty", () => {
    assert.deepStrictEqual(fields("", " ", "col2"), [["col1", "col1"], ["col2", "col2"], [
      "col2_2",
      "col2_2"
    ]])
  })

  it("stay as they are where the ids cannot", () => {
    assert.deepStrictEqual(fields("a b", "a_b", "1", "\u03b1", "a<&\">", " a\n\t b "), [
      ["a b", "a_b"],
      ["a_b", "a_b_3"],
      ["1", "_1"],
      ["\u03b1", "_"],
      ["a<&\">", "a____"],
      ["a b_2", "a_b_2"]
    ])
  })

  it("do not cost more the more of them are the same", () => {
    const columns = Array.from({ length: 30_000 }, (): Column => ({ name: "x", type: "int" }))
    const begun = performance.now()
    assert.strictEqual(fieldNames(columns).at(-1), "x_30000")
    assert.isBelow(performance.now() - begun, 2_000)
  })
})

describe("arraysize", () => {
  const attribute = (type: Column["type"], arraysize?: string) =>
    read(document({ columns: [{ name: "c", type, arraysize }], rows: [] })).fields[0]?.attributes.get(
      "arraysize"
    )

  it("is written so that all readers know it", () => {
    for (const arraysize of [undefined, "*", "1", "1*", "40*"]) {
      assert.strictEqual(attribute("char", arraysize), "*")
      assert.strictEqual(attribute("unicodeChar", arraysize), "*")
    }
    assert.strictEqual(attribute("char", "40"), "40")
    assert.strictEqual(attribute("char", "1x3*"), "1x3*")
    assert.strictEqual(attribute("int", "1"), undefined)
    assert.strictEqual(attribute("int", "2x3*"), "2x3*")
  })
})

describe("values", () => {
  it("of no value, in each type", () => {
    for (const type of types) {
      const expected = type === "bit" ? undefined : type.endsWith("Complex") ? "NaN NaN" : ""
      if (expected !== undefined) assert.strictEqual(written({ type }, null), expected, type)
      const list = type === "char" || type === "unicodeChar" ? "4x*" : "*"
      assert.strictEqual(written({ type, arraysize: list }, undefined), "", type)
    }
    assert.strictEqual(written({ type: "float", arraysize: "2" }, null), "NaN NaN")
    assert.strictEqual(written({ type: "doubleComplex", arraysize: "2" }, null), "NaN NaN NaN NaN")
    assert.strictEqual(written({ type: "boolean", arraysize: "2x2" }, null), "? ? ? ?")
    assert.strictEqual(written({ type: "char", arraysize: "2x3" }, null), "      ")
    assert.strictEqual(written({ type: "short", arraysize: "3", null: -9 }, null), "-9 -9 -9")
    assert.strictEqual(written({ type: "short", arraysize: "*", null: -9n }, [1, null]), "1 -9")
    assert.match(refused({ type: "bit" }, null), /column "c" has no value, which a bit cannot say.*boolean/)
    assert.match(refused({ type: "bit", arraysize: "3" }, null), /bits in a list cannot say.*arraysize/)
    assert.match(refused({ type: "bit", arraysize: "*" }, [null]), /bits in a list cannot say/)
    assert.match(
      refused({ type: "long", arraysize: "3" }, null),
      /whole numbers in a list cannot say.*null value/
    )
    assert.match(
      refused({ type: "int", arraysize: "*", null: 5 }, [5]),
      /holds 5, which is the column's null value/
    )
    assert.match(refused({ type: "int", null: 5 }, 5), /holds 5, which is the column's null value/)
  })

  it("of floating point", () => {
    const cases: ReadonlyArray<readonly [number | bigint, string, string]> = [
      [Number.NaN, "NaN", "NaN"],
      [Infinity, "+Inf", "+Inf"],
      [-Infinity, "-Inf", "-Inf"],
      [-0, "-0.0", "-0.0"],
      [0.1, "0.1", "0.1"],
      [1 / 3, "0.3333333333333333", "0.33333334"],
      [16_777_217, "16777217", "16777216"],
      [1e21, "1e+21", "1e+21"],
      [2 ** -149, "1.401298464324817e-45", "1.4013e-45"],
      [1e-60, "1e-60", "0"],
      [3n, "3", "3"]
    ]
    for (const [value, double, float] of cases) {
      assert.strictEqual(written({ type: "double" }, value), double)
      assert.strictEqual(written({ type: "float" }, value), float)
    }
    assert.match(refused({ type: "float" }, 1e39), /too large for a float/)
    assert.match(refused({ type: "double" }, 2n ** 53n + 1n), /more digits than a double/)
    assert.match(refused({ type: "double" }, "1"), /the text "1", which is no double/)
    assert.match(refused({ type: "double" }, true), /the boolean true, which is no double/)
  })

  it("of whole numbers, to the last digit", () => {
    assert.strictEqual(written({ type: "long" }, 2 ** 60), "1152921504606846976")
    assert.strictEqual(written({ type: "long" }, -(2n ** 63n)), "-9223372036854775808")
    assert.strictEqual(written({ type: "int" }, -0), "0")
    for (
      const [type, value] of [
        ["unsignedByte", 256],
        ["unsignedByte", -1],
        ["short", 32_768],
        ["int", 2 ** 31],
        ["int", 1.5],
        ["int", Number.NaN],
        ["long", 2 ** 63],
        ["long", 2n ** 63n],
        ["int", "1"],
        ["int", true],
        ["bit", 2],
        ["boolean", 1],
        ["floatComplex", 1],
        ["floatComplex", [1]],
        ["char", {}],
        ["char", [1]],
        ["int", [1]]
      ] as const
    ) {
      assert.match(
        refused({ type }, value),
        /^The table's row 1, column "c" holds/,
        `${type} ${String(value)}`
      )
    }
  })

  it("of text", () => {
    assert.strictEqual(written({ type: "char" }, "a<b>&\"\r\n"), "a&lt;b&gt;&amp;\"&#13;\n")
    assert.strictEqual(written({ type: "unicodeChar" }, "\u{1f52d}\u00e9"), "\u{1f52d}\u00e9")
    assert.strictEqual(written({ type: "char" }, 12), "12")
    assert.strictEqual(written({ type: "char", arraysize: "3x*" }, ["a", null, "abc"]), "a     abc")
    assert.strictEqual(written({ type: "char", xtype: "timestamp" }, new Date(0)), "1970-01-01T00:00:00.000Z")
    assert.match(refused({ type: "char" }, "\u00e9"), /U\+00E9, which is not ASCII.*unicodeChar/)
    assert.match(refused({ type: "char", arraysize: "3" }, "abcd"), /of 4 characters where at most 3 fit/)
    assert.match(refused({ type: "char", arraysize: "3x*" }, ["abcd"]), /of 4 characters where at most 3 fit/)
    assert.match(refused({ type: "char" }, new Date(Number.NaN)), /invalid date/)
    assert.match(refused({ type: "char" }, new Date(Date.UTC(12_000, 1))), /not four digits/)
    for (const bad of ["\0", "\x07", "\x1b", "\ud800", "\udc00x", "\ufffe", "\uffff"]) {
      assert.match(refused({ type: "unicodeChar" }, `x${bad}`), /which XML cannot hold/, JSON.stringify(bad))
      assert.match(refused({ type: "int", description: bad }, 1), /in its description, which XML cannot hold/)
      const named: Table = { name: bad, columns: [{ name: "c", type: "int" }], rows: [] }
      assert.isTrue(Result.isFailure(check(named)))
      assert.isTrue(Result.isFailure(check({ columns: [{ name: bad, type: "int" }], rows: [] })))
    }
  })

  it("of lists", () => {
    assert.strictEqual(written({ type: "int", arraysize: "2x*" }, [[1, 2], [3, 4]]), "1 2 3 4")
    assert.strictEqual(written({ type: "int", arraysize: "2x*" }, new Int32Array([1, 2, 3, 4])), "1 2 3 4")
    assert.strictEqual(written({ type: "bit", arraysize: "3" }, [true, 0, 1n]), "1 0 1")
    assert.strictEqual(
      written({ type: "floatComplex", arraysize: "2" }, [[1, 2], { re: 3, im: 4 }]),
      "1 2 3 4"
    )
    assert.strictEqual(written({ type: "floatComplex" }, new Float32Array([1, 2])), "1 2")
    assert.match(refused({ type: "int", arraysize: "3" }, [1, 2]), /a list of 2 where 3 are wanted/)
    assert.match(
      refused({ type: "int", arraysize: "3*" }, [1, 2, 3, 4]),
      /a list of 4 where at most 3 are wanted/
    )
    assert.match(refused({ type: "int", arraysize: "2x*" }, [[1, 2], [3]]), /a list of 1 where 2 are wanted/)
    assert.match(
      refused({ type: "int", arraysize: "2x*" }, [1, 2]),
      /holds the number 1 where a list is wanted/
    )
    assert.match(refused({ type: "int", arraysize: "2x*" }, new Int32Array(3)), /no multiple of 2/)
    assert.match(refused({ type: "int", arraysize: "*" }, 1), /holds the number 1 where a list is wanted/)
    assert.match(refused({ type: "int", arraysize: "*" }, "12"), /holds the text "12" where a list is wanted/)
  })
})

describe("what cannot be written", () => {
  it("columns that make no sense", () => {
    assert.match(refused({ type: "int", arraysize: "0" }, null), /has the arraysize "0"/)
    assert.match(refused({ type: "int", arraysize: "*x2" }, null), /has the arraysize "\*x2"/)
    assert.match(refused({ type: "int", ucd: "pos eq" }, null), /has the ucd "pos eq"/)
    assert.match(refused({ type: "int", null: 2 ** 31 }, null), /which is no int/)
    assert.match(refused({ type: "double", null: 1 }, null), /null value, which only/)
    assert.match(refused({ type: "char", null: 1 }, null), /null value, which only/)
    assert.deepStrictEqual(Result.isFailure(check({ columns: [], rows: [] })), true)
  })

  it("xtypes that DALI has not, or not for such values", () => {
    assert.match(refused({ type: "char", xtype: "date" }, null), /has the xtype "date"; DALI has timestamp/)
    assert.match(refused({ type: "unicodeChar", xtype: "timestamp" }, null), /wants the type char/)
    assert.match(refused({ type: "char", arraysize: "4x2", xtype: "timestamp" }, null), /wants the type char/)
    assert.match(refused({ type: "char", xtype: "timestamp" }, "2020"), /"2020", which is no timestamp/)
    assert.match(
      refused({ type: "double", xtype: "point" }, null),
      /wants floats or doubles of the arraysize 2/
    )
    assert.match(
      refused({ type: "double", arraysize: "2", xtype: "point" }, [1, Number.NaN]),
      /only some parts/
    )
    assert.match(refused({ type: "double", arraysize: "2", xtype: "point" }, [1, Infinity]), /infinite/)
    assert.match(refused({ type: "float", arraysize: "*", xtype: "polygon" }, [1, 2, 3, 4]), /three corners/)
    const polygon = { type: "float", arraysize: "*", xtype: "polygon" } as const
    for (const none of [null, []]) assert.strictEqual(written(polygon, none), "NaN NaN NaN NaN NaN NaN")
    assert.strictEqual(written({ type: "float", arraysize: "3", xtype: "circle" }, [1, 2, 3]), "1 2 3")
  })

  it("is named by row and column, and thrown by what was not checked", () => {
    const table: Table = { columns: [{ name: "a", type: "int" }], rows: [[1], ["x"]] }
    const result = check(table)
    assert.deepStrictEqual(Result.isFailure(result) ? result.failure : undefined, {
      _tag: "Unfit",
      row: 2,
      column: "a",
      text: "holds the text \"x\", which is no int (whole, -2147483648 to 2147483647)"
    })
    assert.throws(() => document(table), UnfitError, "The table's row 2, column \"a\" holds the text \"x\"")
    assert.throws(() => toBytes(table), UnfitError)
  })

  it("rows of another length, or another number of them", () => {
    const columns: ReadonlyArray<Column> = [{ name: "a", type: "int" }]
    assert.throws(
      () => document({ columns, rows: [[1, 2]] }),
      "The table's row 1 has 2 cells where there are 1 columns"
    )
    assert.throws(
      () => document({ columns, nrows: 2, rows: [[1]] }),
      "The table has 1 rows, not the 2 that nrows says"
    )
  })
})
