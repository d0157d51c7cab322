/** Tables of a program: rows, columns, or with all their metadata; sent, or put where others get at them (PF-122, PF-125). */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { Downloads } from "../../../src/adapters/memory/Downloads.ts"
import { Web } from "../../../src/adapters/memory/Web.ts"
import { sendTable } from "../../../src/apps/data/Sending.ts"
import {
  accessibleTable,
  type TableLike,
  type TableOptions,
  votable as write
} from "../../../src/apps/data/Tables.ts"

import {
  assertNothingLeft,
  fetched,
  loadVotable,
  machine,
  message,
  outcomes,
  receiver,
  sender,
  soon,
  votable,
  write as putFile
} from "./world.ts"

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

/** The VOTable of a table, as text. */
const written = (table: TableLike, options?: TableOptions) => Effect.map(write(table, options), text)

const cells = (xml: string): ReadonlyArray<string> =>
  [...xml.matchAll(/<TD>(.*?)<\/TD>/gu)].map(([, cell]) => cell ?? "")

const field = (xml: string, name: string): string =>
  xml.match(new RegExp(`<FIELD[^>]*name="${name}"[^>]*>`, "u"))?.[0] ?? "none"

const rows = [{ name: "M 31", ra: 10.6847, n: 3 }, { name: "M 33", ra: 23.46, n: null }]

describe("VOTables of what programs have", () => {
  it.effect("rows and columns come to the same table", () =>
    Effect.gen(function*() {
      const byRows = yield* written(rows)
      const byColumns = yield* written({
        columns: { name: ["M 31", "M 33"], ra: Float64Array.of(10.6847, 23.46), n: [3, null] }
      })
      assert.deepStrictEqual(cells(byRows), ["M 31", "10.6847", "3", "M 33", "23.46", ""])
      assert.deepStrictEqual(cells(byColumns), cells(byRows))
      assert.match(field(byRows, "ra"), /datatype="double"/u)
      assert.match(field(byRows, "n"), /datatype="int"/u)
      assert.match(field(byRows, "name"), /datatype="char"/u)
    }))

  it.effect("units, types, names and descriptions are kept", () =>
    Effect.gen(function*() {
      const columns = {
        ra: { unit: "deg", ucd: "pos.eq.ra;meta.main", description: "ICRS" },
        n: { type: "short" as const }
      }
      const xml = yield* written(rows, { name: "mine & yours", description: "a < b", columns })
      assert.match(field(xml, "ra"), /unit="deg"/u)
      assert.match(field(xml, "ra"), /ucd="pos\.eq\.ra;meta\.main"/u)
      assert.match(field(xml, "n"), /datatype="short"/u)
      assert.include(xml, "<TABLE name=\"mine &amp; yours\"")
      assert.include(xml, "a &lt; b")
      assert.include(xml, "ICRS")
    }))

  it.effect("a table with all its metadata keeps its own name, unless another is given", () =>
    Effect.gen(function*() {
      const table = {
        name: "own",
        columns: [{ name: "a", type: "int" as const, unit: "mag" }],
        rows: [[1], [2]]
      }
      assert.match(yield* written(table), /<TABLE name="own"/u)
      assert.match(yield* written(table, { name: "new" }), /<TABLE name="new"/u)
      assert.match(
        field(yield* written(table), "a"),
        /datatype="int".*unit="mag"|unit="mag".*datatype="int"/u
      )
      assert.deepStrictEqual(cells(yield* written(table)), ["1", "2"])
    }))

  it.effect("columns may be named as a source is, or as parts of a table are", () =>
    Effect.gen(function*() {
      const odd = { columns: { file: ["a"], url: ["b"], bytes: [1], rows: [2], columns: [3] } }
      assert.deepStrictEqual(cells(yield* written(odd)), ["a", "b", "1", "2", "3"])
      const ann = yield* sender
      const one = yield* receiver("one", [loadVotable])
      yield* soon(sendTable(ann, odd))
      yield* soon(sendTable(ann, [{ file: "a", url: "b", bytes: 1 }]))
      assert.deepStrictEqual(one.loads.map(({ content }) => cells(text(content))), [
        ["a", "b", "1", "2", "3"],
        ["a", "b", "1"]
      ])
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect.each<readonly [string, TableLike, TableOptions, RegExp]>([
    ["without columns", [], {}, /column/u],
    ["with columns of unlike lengths", { columns: { a: [1, 2], b: [1] } }, {}, /b/u],
    ["with a cell that fits no type", [{ a: 1 }, { a: Symbol("x") }], {}, /2.*a|a.*2/u],
    ["with a number too large for its type", [{ a: 70_000 }], { columns: { a: { type: "short" } } }, /a/u],
    [
      "whose rows are too short",
      { columns: [{ name: "a", type: "int" }, { name: "b", type: "int" }], rows: [[1]] },
      {},
      /1/u
    ]
  ])("are not made of tables %s", ([, table, options, expected]) =>
    Effect.gen(function*() {
      const failure = yield* Effect.flip(write(table, options))
      assert.strictEqual(failure._tag, "UnfitTable")
      assert.match(failure.message, expected)
    }))
})

describe("sending tables", () => {
  it.effect("PF-122 to a client by name, with a label, and nothing is left behind", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const topcat = yield* receiver("topcat", [loadVotable])
      const other = yield* receiver("other", [loadVotable])
      const sent = yield* soon(sendTable(ann, rows, { to: "TOPCAT", name: "my-results", id: "t1" }))
      assert.deepStrictEqual(outcomes(sent), [`topcat ${loadVotable} ok`])
      const [load] = topcat.loads
      assert.deepStrictEqual(load?.params, { url: load?.url ?? "", "table-id": "t1", name: "my-results" })
      assert.deepStrictEqual(cells(text(load?.content)).slice(0, 2), ["M 31", "10.6847"])
      assert.include(text(load?.content), "<TABLE name=\"my-results\"")
      assert.strictEqual(other.loads.length, 0)
      yield* assertNothingLeft
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("PF-122 by a temporary file, as pyvo does", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const one = yield* receiver("one", [loadVotable])
      yield* soon(sendTable(ann, { columns: { a: [1, 2] } }, { serve: "file" }))
      assert.match(one.loads[0]?.url ?? "", /^file:\/\/.*\.vot$/u)
      assert.deepStrictEqual(cells(text(one.loads[0]?.content)), ["1", "2"])
      yield* assertNothingLeft
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("that are written already, as they are", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const one = yield* receiver("one", [loadVotable])
      yield* putFile("/x.vot", votable)
      yield* Web.use(({ put }) => put("https://x/y.vot", { bytes: votable }))
      yield* soon(sendTable(ann, { bytes: votable }))
      yield* soon(sendTable(ann, { file: "/x.vot" }))
      yield* soon(sendTable(ann, { url: "https://x/y.vot" }))
      assert.deepStrictEqual(one.loads.map(({ url }) => url.replace(/^(http:\/\/127).*/u, "$1")), [
        "http://127",
        "file:///x.vot",
        "https://x/y.vot"
      ])
      assert.deepStrictEqual(one.loads[0]?.content, votable)
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("that cannot be written reach nobody", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const one = yield* receiver("one", [loadVotable])
      assert.match(yield* message(sendTable(ann, { columns: { a: [1], b: [] } })), /b/u)
      assert.strictEqual(one.loads.length, 0)
    }).pipe(Effect.scoped, Effect.provide(machine)))
})

describe("PF-125 tables made accessible", () => {
  it.effect.each<readonly ["http" | "file" | undefined, RegExp]>([
    [undefined, /^http:\/\/127\.0\.0\.1:\d+\/.*\.vot$/u],
    ["http", /^http:\/\/127\.0\.0\.1:\d+\/.*\.vot$/u],
    ["file", /^file:\/\/\/.*\.vot$/u]
  ])("by %s, for as long as the scope", ([way, expected]) =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const options = { way, columns: { ra: { unit: "deg" } } }
      const url = yield* Scope.provide(accessibleTable(rows, options), scope)
      assert.match(url, expected)
      const found = yield* fetched(url)
      assert.match(field(text(found?.bytes), "ra"), /unit="deg"/u)
      if (way !== "file") assert.strictEqual(found?.mediaType, "application/x-votable+xml")
      yield* Scope.close(scope, Exit.void)
      assert.isUndefined(yield* fetched(url))
      yield* assertNothingLeft
    }).pipe(Effect.provide(machine)))

  it.effect("each by a URL of its own", () =>
    Effect.gen(function*() {
      const one = yield* accessibleTable(rows)
      const two = yield* accessibleTable(rows)
      assert.notStrictEqual(one, two)
      assert.strictEqual((yield* Downloads.use(({ urls }) => urls)).length, 2)
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("and not, if they cannot be written", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(accessibleTable([])))._tag, "UnfitTable")
      yield* assertNothingLeft
    }).pipe(Effect.scoped, Effect.provide(machine)))
})
