/**
 * What others say of our VOTables: `stilts votlint` nothing at all, and stilts, TOPCAT's reader and astropy the values
 * that were written. The tables are generated; the seed is in the titles, `SAMP_TEST_SEED=7` takes another.
 */
import * as Result from "effect/Result"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { fieldNames } from "../../src/domain/votable/Field.ts"
import { fromRows } from "../../src/domain/votable/FromRows.ts"
import type { Table } from "../../src/domain/votable/Table.ts"
import { toBytes } from "../../src/domain/votable/Write.ts"
import { seed } from "../support/arbitraries.ts"
import { random } from "../support/seeded.ts"
import { generate, type Generated, types } from "../support/votables.ts"
import { type Plain, settle } from "../support/votableValue.ts"
import * as Home from "./support/Home.ts"
import * as Json from "./support/Json.ts"
import * as Peers from "./support/Peers.ts"
import * as Program from "./support/Program.ts"

const count = 200

/** Tables of what the generator does not make: wide, long, of dates and xtypes, of what {@link fromRows} finds. */
const special = (): ReadonlyArray<Table> => {
  const found = (data: Parameters<typeof fromRows>[0]): Table => {
    const table = fromRows(data)
    if (Result.isFailure(table)) throw new Error(table.failure.text)
    return table.success
  }
  return [
    found([{
      id: 1,
      when: new Date(1e12),
      text: "\u00e9",
      list: [1, null],
      grid: [[1, 2]],
      c: { re: 1, im: 2 }
    }, {}]),
    found([{ a: null, b: [], c: ["x", "yz"], d: true, e: 2n ** 62n, f: [true, null], g: [] }]),
    found({ columns: { f: new Float32Array([0.1]), u: new Uint8Array([255]), d: [new Date(0)] } }),
    {
      columns: [
        { name: "p", type: "double", arraysize: "2", xtype: "point" },
        { name: "i", type: "int", arraysize: "2", xtype: "interval", null: -1 },
        { name: "c", type: "float", arraysize: "3", xtype: "circle" },
        { name: "g", type: "float", arraysize: "*", xtype: "polygon" },
        { name: "t", type: "char", xtype: "timestamp" }
      ],
      rows: [[[1, 2], [1, 2], [1, 2, 3], [1, 2, 3, 4, 5, 6], "2020-02-02"], [null, null, null, null, null]]
    },
    { columns: Array.from({ length: 300 }, () => ({ name: "x", type: "int" as const })), rows: [] },
    { columns: [{ name: "n", type: "int" }], rows: Array.from({ length: 20_000 }, (_, row) => [row]) }
  ]
}

/** Text as astropy has it, without blanks at its ends. */
const stripped = (text: string): string => text.replace(/^[ \t\n\r]+|[ \t\n\r]+$/gu, "")

/** A list of one as its value: stilts takes an arraysize of 1x1 for none. */
const alone = (cell: Plain): Plain => Array.isArray(cell) && cell.length === 1 ? (cell[0] ?? null) : cell

const cellsOf = (value: unknown): ReadonlyArray<ReadonlyArray<Plain>> => {
  // rows as the peers' scripts print them
  return value as ReadonlyArray<ReadonlyArray<Plain>>
}

describe(`${count} generated tables (seed ${seed})`, () => {
  const home = Home.make()
  const generated: ReadonlyArray<Generated> = Array.from(
    { length: count },
    (_, number) => generate(random(seed + number))
  )
  const tables: ReadonlyArray<Table> = [...generated.map(({ table }) => table), ...special()]
  const file = (number: number): string => join(home.path, "tables", `${number}.vot`)
  const list = (name: string, numbers: ReadonlyArray<number>): string => {
    const path = join(home.path, name)
    writeFileSync(path, numbers.map((number) => `${file(number)}\n`).join(""))
    return path
  }
  let reports: ReadonlyArray<Json.JsonRecord> = []

  beforeAll(async () => {
    mkdirSync(join(home.path, "tables"))
    for (const [number, table] of tables.entries()) writeFileSync(file(number), toBytes(table))
    const broken = tables.length
    writeFileSync(file(broken), "<VOTABLE version=\"1.4\"><RESOURCE/><TABLE/></VOTABLE>")
    const result = await Peers.runStiltsClass(
      home,
      60_000,
      "VotLint.java",
      list("all", [...tables.keys(), broken])
    )
    Program.ended(result, 0)
    reports = Json.lines(result.stdout)
  }, 70_000)
  afterAll(home.remove)

  test("are of every field type", () => {
    expect(new Set(tables.flatMap(({ columns }) => columns.map(({ type }) => type)))).toEqual(new Set(types))
  })

  test("votlint prints nothing, and ends with 0", () => {
    expect(reports).toHaveLength(tables.length + 1)
    const loud = reports.slice(0, -1).flatMap(({ status, lint, said }, number) =>
      status === 0 && lint === "" && said === "" ? [] : [{ number, status, lint, said }]
    )
    expect(loud).toEqual([])
    expect(reports.at(-1)?.["lint"], "of a file that is no VOTable").not.toBe("")
  })

  test("stilts reads the names and values that were written", () => {
    for (const [number, { table, plain }] of generated.entries()) {
      const read = Json.record(reports[number]?.["table"])
      const { columns } = table
      expect({ number, columns: read["columns"] }).toEqual({
        number,
        columns: fieldNames(columns).map((name, at) => [
          name,
          columns[at]?.unit ?? null,
          columns[at]?.ucd ?? null,
          expect.any(String)
        ])
      })
      // stilts has no missing elements in lists of whole numbers and of booleans: it keeps the null value, and false
      const known = plain.map((row) =>
        row.map((cell, at) => {
          const column = columns[at]
          const stand = column?.type === "boolean"
            ? "F"
            : column?.null === undefined
            ? null
            : String(column.null)
          if (column?.arraysize === undefined || /^1(?:x1)*$/u.test(column.arraysize) || stand === null) {
            return settle(cell)
          }
          const fixed = !column.arraysize.endsWith("*")
          const size = column.arraysize.split("x").reduce((product, length) => product * Number(length), 1)
          const full = cell === null && fixed ? Array.from({ length: size }, () => null) : cell
          return Array.isArray(full) ? settle(full.map((value) => value ?? stand)) : settle(full)
        })
      )
      const rows = cellsOf(read["rows"]).map((row) => row.map((cell) => alone(settle(cell))))
      expect({ number, rows }).toEqual({ number, rows: known.map((row) => row.map(alone)) })
    }
  })

  test("astropy reads the values that were written, and warns of nothing", async () => {
    // astropy refuses files with lists of strings
    const readable = [...generated.entries()].filter(([, { table }]) =>
      table.columns.every(({ type, arraysize }) => !type.endsWith("har") || !(arraysize ?? "").includes("x"))
    ).slice(0, 100)
    expect(readable.length).toBeGreaterThan(30)
    const result = await Peers.runPython(
      home,
      60_000,
      "read_votables.py",
      list("readable", readable.map(([number]) => number))
    )
    Program.ended(result, 0)
    const read = Json.lines(result.stdout)
    expect(read).toHaveLength(readable.length)
    for (const [at, [number, { table, plain }]] of readable.entries()) {
      const hint = `table ${number}`
      const report = read[at] ?? {}
      expect({
        hint,
        names: report["names"],
        warnings: report["warnings"],
        rows: cellsOf(report["rows"]).map((row) => row.map((cell) => settle(cell, stripped)))
      }).toEqual({
        hint,
        names: fieldNames(table.columns),
        warnings: [],
        rows: plain.map((row) => row.map((cell) => settle(cell, stripped)))
      })
    }
  })

  test("the stilts command itself prints nothing, for one of them", async () => {
    const result = await Program.run("stilts", ["votlint", `votable=${file(0)}`], { env: home.env })
    expect(result).toMatchObject({ code: 0, stdout: "", stderr: "" })
  })
})
