/** Tables of records, and of arrays by name: the columns that are found. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { fromRows, type Overrides, type Row } from "../../src/domain/votable/FromRows.ts"
import { describe as sentence, type Table } from "../../src/domain/votable/Table.ts"
import { toBytes, write } from "../../src/domain/votable/Write.ts"
import { seed } from "../support/arbitraries.ts"
import { below, pick, random } from "../support/seeded.ts"
import { read } from "../support/votableReader.ts"
import { bits64, type Plain, settle } from "../support/votableValue.ts"

type Data = Parameters<typeof fromRows>[0]

const tableOf = (data: Data, overrides?: Overrides): Table => {
  const table = fromRows(data, overrides)
  if (Result.isFailure(table)) throw new Error(sentence(table.failure))
  return table.success
}

const refusedOf = (data: Data, overrides?: Overrides): string => {
  const table = fromRows(data, overrides)
  return Result.isFailure(table) ? sentence(table.failure) : "written"
}

const readOf = (data: Data, overrides?: Overrides) => read([...write(tableOf(data, overrides))].join(""))

/** Type and arraysize of the column of these values. */
const found = (...values: ReadonlyArray<unknown>): string => {
  const [column] = tableOf(values.map((value) => ({ v: value }))).columns
  return [column?.type, column?.arraysize, column?.xtype].filter((part) => part !== undefined).join(" ")
}

describe("types found", () => {
  it("of single values", () => {
    assert.strictEqual(found(1, -2, 2 ** 31 - 1), "int")
    assert.strictEqual(found(1, 2 ** 31), "long")
    assert.strictEqual(found(1n), "long")
    assert.strictEqual(found(1, 2n), "long")
    assert.strictEqual(found(1, 2.5), "double")
    assert.strictEqual(found(1, 1e300), "double")
    assert.strictEqual(found(2 ** 53), "double")
    assert.strictEqual(found(1n, 2.5), "double")
    assert.strictEqual(found(1, Number.NaN), "double")
    assert.strictEqual(found(true, null, false), "boolean")
    assert.strictEqual(found("a", ""), "char *")
    assert.strictEqual(found("a", "\u00e9"), "unicodeChar *")
    assert.strictEqual(found("\u00e9", "a"), "unicodeChar *")
    assert.strictEqual(found(new Date(0), null), "char * timestamp")
    assert.strictEqual(found({ re: 1, im: 2 }), "doubleComplex")
    assert.strictEqual(found(null, undefined), "char *")
  })

  it("of lists", () => {
    assert.strictEqual(found([1, 2], [3, 4]), "int 2")
    assert.strictEqual(found([1, 2], [3]), "int *")
    assert.strictEqual(found([1, 2], null), "int *")
    assert.strictEqual(found([1], [2]), "int *")
    assert.strictEqual(found([]), "double *")
    assert.strictEqual(found([], [1]), "int *")
    assert.strictEqual(found([1, 2.5]), "double 2")
    assert.strictEqual(found([[1, 2, 3], [4, 5, 6]]), "int 3x2")
    assert.strictEqual(found([[1, 2, 3]], [[4, 5, 6], [7, 8, 9]]), "int 3x*")
    assert.strictEqual(found([[[1, 2]], [[3, 4]], [[5, 6]]]), "int 2x1x3")
    assert.strictEqual(found(["a", "bcd"], []), "char 3x*")
    assert.strictEqual(found(["", "\u00e9"]), "unicodeChar 1x2")
    assert.strictEqual(found([true, null]), "boolean 2")
    assert.strictEqual(found([new Date(0)], []), "char 24x*")
    assert.strictEqual(found([{ re: 1, im: 2 }, { re: 3, im: 4 }]), "doubleComplex 2")
  })

  it("of typed arrays, in cells and as columns", () => {
    const arrays = {
      unsignedByte: [new Uint8Array(2), new Uint8ClampedArray(2)],
      short: [new Int8Array(2), new Int16Array(2)],
      int: [new Uint16Array(2), new Int32Array(2)],
      long: [new Uint32Array(2), new BigInt64Array(2), new BigUint64Array(2)],
      float: [new Float32Array(2)],
      double: [new Float64Array(2)]
    }
    for (const [type, all] of Object.entries(arrays)) {
      for (const array of all) {
        assert.strictEqual(found(array), `${type} 2`)
        assert.strictEqual(tableOf({ columns: { v: array } }).columns[0]?.type, type)
      }
    }
    assert.strictEqual(found(new Float32Array(2), new Int16Array(2)), "float 2")
    assert.strictEqual(found(new Float32Array(2), new Int32Array(2)), "double 2")
    assert.strictEqual(found(new Int16Array(2), new Uint8Array(2)), "short 2")
    assert.match(
      refusedOf({ columns: { v: new BigUint64Array([2n ** 63n]) } }),
      /row 1, column "v" holds the bigint/
    )
  })

  it("with a number to spare where lists lack whole numbers", () => {
    const back = readOf([{ a: [1, null], b: [-(2 ** 31), null], c: [2n ** 40n, null] }])
    assert.deepStrictEqual(back.fields.map(({ nullValue }) => nullValue), [
      "-2147483648",
      "-9223372036854775808",
      "-9223372036854775808"
    ])
    assert.deepStrictEqual(back.rows, [[["1", null], ["-2147483648", null], ["1099511627776", null]]])
  })
})

describe("values that have no type in common", () => {
  it("are refused, the row and column named", () => {
    assert.match(
      refusedOf([{ a: 1 }, { a: "x" }]),
      /row 2, column "a" holds the text "x", but those above are .*int/
    )
    assert.match(refusedOf([{ a: true }, { a: 1 }]), /row 2, column "a" holds the number 1/)
    assert.match(refusedOf([{ a: "2020" }, { a: new Date(0) }]), /row 2, column "a" holds a date/)
    assert.match(refusedOf([{ a: { re: 1, im: 1 } }, { a: 1 }]), /row 2, column "a"/)
    assert.match(refusedOf([{ a: 2n ** 70n }]), /row 1, column "a" holds the bigint/)
    assert.match(refusedOf([{ a: {} }]), /row 1, column "a" holds an object/)
    assert.match(refusedOf([{ a: Symbol("x") }]), /row 1, column "a" holds a symbol/)
    assert.match(refusedOf([{ a: () => 1 }]), /row 1, column "a" holds a function/)
    assert.match(refusedOf([{ a: [1] }, { a: 1 }]), /row 2, column "a" holds single values and lists/)
    assert.match(refusedOf([{ a: 1 }, { a: [1] }]), /row 2, column "a" holds a list/)
    assert.match(refusedOf([{ a: [] }, { a: 1 }]), /row 2, column "a" holds single values and lists/)
    assert.match(refusedOf([{ a: [1, [2]] }]), /row 1, column "a" holds a list/)
    assert.match(refusedOf([{ a: [[1, 2], [3]] }]), /row 1, column "a" holds lists of different lengths/)
    assert.match(
      refusedOf([{ a: [[]] }]),
      /row 1, column "a" holds lists of different lengths in one list, or an empty/
    )
    const endless: Array<unknown> = []
    endless.push(endless)
    assert.match(refusedOf([{ a: endless }]), /row 1, column "a" holds lists nested deeper than 16 levels/)
    assert.match(refusedOf([{ a: "x\0" }]), /row 1, column "a" holds the character U\+0000/)
    assert.match(
      refusedOf([{ a: 2n ** 60n + 1n }, { a: 0.5 }]),
      /row 1, column "a".*more digits than a double/
    )
  })

  it("are text where the column is said to be", () => {
    const back = readOf([{ a: 1 }, { a: "x" }, { a: true }, { a: 2n ** 70n }], { a: { type: "char" } })
    assert.deepStrictEqual(back.rows.flat(), ["1", "x", "true", "1180591620717411303424"])
    assert.deepStrictEqual(readOf([{ a: [1, "xy"] }], { a: { type: "char" } }).rows, [[["1", "xy"]]])
  })
})

describe("rows", () => {
  it("may lack keys, and have those of every object", () => {
    const back = readOf([{ a: 1 }, { constructor: 2, ["__proto__"]: 3 }, {}])
    assert.deepStrictEqual(back.fields.map(({ attributes }) => attributes.get("name")), [
      "a",
      "constructor",
      "__proto__"
    ])
    assert.deepStrictEqual(back.rows, [["1", null, null], [null, "2", "3"], [null, null, null]])
  })

  it("may be none, if a column is described", () => {
    assert.match(refusedOf([]), /has no columns/)
    assert.match(refusedOf([{}]), /has no columns/)
    assert.deepStrictEqual(readOf([], { a: { type: "int" } }).rows, [])
    assert.deepStrictEqual(readOf([{ b: 1 }], { a: { type: "int" } }).rows, [["1", null]])
  })

  it("may be arrays by name, all of one length", () => {
    const back = readOf({ columns: { ra: new Float64Array([0.5, 1.5]), name: ["x", null] } })
    assert.deepStrictEqual(back.rows, [[bits64(0.5), "x"], [bits64(1.5), ""]])
    assert.match(refusedOf({ columns: { a: [1], b: [] } }), /column "b" has 0 values where another has 1/)
  })

  it("read back as they were", () => {
    const makers: ReadonlyArray<(next: () => number) => readonly [unknown, Plain]> = [
      (next) => {
        const value = below(next, 2 ** 32) - 2 ** 31
        return [value, String(value)]
      },
      (next) => {
        const value = BigInt(Math.floor((next() - 0.5) * 2 ** 53)) * 1_000n
        return [value, String(value)]
      },
      (next) => {
        const value = (next() - 0.5) * 10 ** below(next, 12)
        return [value, bits64(value)]
      },
      (next) => next() < 0.5 ? [true, "T"] : [false, "F"],
      (next) => {
        const text = pick(next, ["x", "<&>", "\u00e9", "\u{1f52d}", " a ", "\r\n", ""])
        return [text, text]
      },
      (next) => {
        const list = Array.from({ length: below(next, 4) }, () => below(next, 100) - 50)
        return [list, list.map(String)]
      },
      (next) => {
        const list = [next(), next() < 0.5 ? null : next() + 1]
        return [list, list.map((value) => value === null ? null : bits64(value))]
      }
    ]
    for (let number = 0; number < 300; number++) {
      const next = random(seed + number)
      const columns = Array.from(
        { length: 1 + below(next, 5) },
        () => makers[below(next, makers.length)] ?? (() => [true, "T"] as const)
      )
      const cells = Array.from(
        { length: 1 + below(next, 12) },
        () => columns.map((make): readonly [unknown, Plain] => next() < 0.2 ? [undefined, null] : make(next))
      )
      const rows = cells.map((row, at): Row =>
        Object.fromEntries(
          row.flatMap(([value], index): ReadonlyArray<readonly [string, unknown]> =>
            // the first row has all keys
            value === undefined && at > 0 && next() < 0.5 ? [] : [[`c${index}`, value]]
          )
        )
      )
      const back = readOf(rows)
      const order = back.fields.map(({ attributes }) => Number(attributes.get("name")?.slice(1)))
      assert.deepStrictEqual(
        back.rows.map((row) => row.map((cell) => settle(cell))),
        cells.map((row) => order.map((index) => settle(row[index]?.[1] ?? null))),
        `table ${number} of seed ${seed}`
      )
    }
  })
})

describe("overrides", () => {
  it("describe columns", () => {
    const [ra, id] = readOf([{ ra: 1, id: 1 }], {
      ra: { type: "float", unit: "deg", ucd: "pos.eq.ra", description: "Right ascension", name: "RA" },
      id: { type: "short" }
    }).fields
    assert.deepStrictEqual([...(ra?.attributes ?? [])], [
      ["ID", "RA"],
      ["name", "RA"],
      ["datatype", "float"],
      ["unit", "deg"],
      ["ucd", "pos.eq.ra"]
    ])
    assert.strictEqual(ra?.description, "Right ascension")
    assert.strictEqual(id?.attributes.get("datatype"), "short")
  })

  it("keep what is found of lists", () => {
    assert.strictEqual(
      tableOf([{ v: [1, 0] }, { v: [1] }], { v: { type: "bit" } }).columns[0]?.arraysize,
      "*"
    )
    assert.strictEqual(
      tableOf([{ v: [1, 2] }], { v: { type: "floatComplex" } }).columns[0]?.arraysize,
      undefined
    )
    assert.strictEqual(tableOf([{ v: [[1, 2]] }], { v: { type: "floatComplex" } }).columns[0]?.arraysize, "*")
    assert.strictEqual(tableOf([{ v: [0, null] }], { v: { type: "unsignedByte" } }).columns[0]?.null, 255n)
  })

  it("that do not fit are refused", () => {
    assert.match(refusedOf([{ a: 1 }], { b: { unit: "m" } }), /column "b" is described, but no row has it/)
    assert.match(
      refusedOf([{ a: 300 }], { a: { type: "unsignedByte" } }),
      /row 1, column "a" holds the number 300/
    )
    assert.match(refusedOf([{ a: 1 }, {}], { a: { type: "bit" } }), /row 2, column "a" has no value/)
  })
})

it("a hundred times as many rows take about a hundred times as long", () => {
  const time = (count: number): number => {
    const rows = Array.from({ length: count }, (_, id) => ({ id, ra: id / 7, name: `source ${id}` }))
    const begun = performance.now()
    assert.isAbove(toBytes(tableOf(rows)).length, count * 40)
    return performance.now() - begun
  }
  time(2_000)
  const few = Math.max(time(2_000), 2)
  assert.isBelow(time(200_000), few * 100 * 8)
})
