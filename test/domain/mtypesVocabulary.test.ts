/** The vocabulary: complete, the same after a round trip, and able to read what real peers send. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { xmlCodec } from "../../src/adapters/xml/XmlCodecFxp.ts"
import { defaults } from "../../src/domain/Limits.ts"
import {
  decodeParams,
  decodeResult,
  encodeParams,
  encodeResult,
  type Shape
} from "../../src/domain/mtypes/Definition.ts"
import {
  type Field,
  SampOpenMap,
  SampRow,
  SampRowList,
  SampString,
  SampUrl
} from "../../src/domain/mtypes/Scalars.ts"
import * as MTypes from "../../src/domain/mtypes/Vocabulary.ts"
import { isList, isMap, map, type SampMap, type SampValue } from "../../src/domain/SampValue.ts"
import { readCall } from "../../src/domain/XmlRpc.ts"
import { runs, sampMap, show, text } from "../support/arbitraries.ts"
import { entries, sources } from "../zoo/Fixture.ts"

/** Every MType of mtypes.md that is more than hearsay: its row, its parameters and its return values; `?` is optional. */
const table: ReadonlyArray<readonly [id: string, mtypes: string, params: string, result?: string]> = [
  ["MTY-01", "samp.hub.event.shutdown", ""],
  ["MTY-02 MTY-03", "samp.hub.event.register samp.hub.event.unregister", "id"],
  ["MTY-04", "samp.hub.event.metadata", "id metadata"],
  ["MTY-05", "samp.hub.event.subscriptions", "id subscriptions"],
  ["MTY-06", "samp.hub.disconnect", "reason?"],
  ["MTY-07 MTY-101", "samp.app.ping", "waitMillis?"],
  ["MTY-08", "samp.app.status", "txt"],
  ["MTY-09", "samp.app.event.shutdown", ""],
  ["MTY-10", "samp.msg.progress", "msgid txt percent? timeLeft?"],
  [
    "MTY-20 MTY-21 MTY-22 MTY-23",
    "table.load.votable table.load.fits table.load.cdf table.load.pds4",
    "url table-id? name?"
  ],
  ["MTY-24", "table.load.stil", "url format table-id? name?"],
  ["MTY-25", "table.get.stil", "format id?", "url"],
  ["MTY-26", "table.highlight.row", "table-id? url? row"],
  ["MTY-27", "table.select.rowList", "table-id? url? row-list"],
  ["MTY-40", "image.load.fits", "url image-id? name?"],
  ["MTY-43", "spectrum.load.ssa-generic", "url meta? spectrum-id? name?"],
  ["MTY-44", "coverage.load.moc.fits", "url coverage-id? name?"],
  ["MTY-45", "bibcode.load", "bibcode"],
  [
    "MTY-46 MTY-47",
    "voresource.loadlist voresource.loadlist.cone voresource.loadlist.siap voresource.loadlist.ssap " +
    "voresource.loadlist.tap voresource.loadlist.vospace",
    "ids name?"
  ],
  ["MTY-60", "coord.pointAt.sky", "ra dec"],
  ["MTY-61", "coord.get.sky", "", "ra dec"],
  ["MTY-62", "client.env.get", "name", "value"],
  ["MTY-66", "script.aladin.send", "script? url?", "script.result?"],
  ["MTY-67", "snapshot.get.jpg", "", "data"],
  ["MTY-68 MTY-70", "ds9.set ds9.restricted-set", "cmd url?"],
  ["MTY-69 MTY-70", "ds9.get ds9.restricted-get", "cmd url?", "value? url?"],
  ["MTY-80", "x-samp.query.by-meta samp.query.by-meta", "key value", "ids"],
  ["MTY-90", "jhv.load.image jhv.load.request jhv.load.timeline jhv.load.state", "url"],
  [
    "MTY-91",
    "jhv.vso.load",
    "timestamp? start? end? cadence? cutout.set? cutout.x0? cutout.y0? cutout.w? cutout.h? layers?"
  ],
  ["MTY-100", "test.echo", ""],
  ["MTY-102", "test.fail", "test.error"],
  ["MTY-103", "calc.int.add calc.int.sub calc.int.mul calc.int.div", "a b", "x"]
]

const words = (line = ""): ReadonlyArray<string> => line.split(" ").filter((word) => word !== "")

/** The keys of a shape in the notation of the table: optional is what a reader can do without. */
const keysOf = (shape: Shape<unknown>): ReadonlyArray<string> =>
  Object.entries(shape.fields).map(([key, field]) =>
    Result.isSuccess(Schema.decodeUnknownResult(Schema.Struct({ [key]: field }))({})) ? `${key}?` : key
  )

describe("MTY-01..MTY-103 the vocabulary", () => {
  it.each(table)("%s %s", (_, mtypes, params, result = "") => {
    for (const mtype of words(mtypes)) {
      const definition = MTypes.lookup(mtype)
      assert.strictEqual(definition?.mtype, mtype)
      assert.include(MTypes.all, definition)
      if (definition === undefined) return
      assert.sameMembers([...keysOf(definition.params)], [...words(params)], mtype)
      assert.sameMembers([...keysOf(definition.result)], [...words(result)], mtype)
    }
  })

  it("has each once, under a name made of its MType, and no others", () => {
    const listed = table.flatMap(([, mtypes]) => words(mtypes))
    assert.sameMembers(MTypes.all.map(({ mtype }) => mtype), listed)
    const exported: { readonly [name: string]: unknown } = MTypes
    for (const { mtype } of MTypes.all) {
      const name = mtype === "samp.query.by-meta"
        ? "queryByMetaOld"
        : mtype.replace(/^(?:x-)?samp\./u, "").replace(
          /[.-](.)/gu,
          (_, letter: string) => letter.toUpperCase()
        )
      assert.strictEqual(exported[name], MTypes.lookup(mtype), name)
    }
  })

  it("MTY-70 only the restricted commands of DS9 are annotated as harmless", () => {
    assert.deepStrictEqual(
      MTypes.all.filter(({ annotation }) => annotation.size > 0).map((
        { annotation, mtype }
      ) => [mtype, annotation]),
      ["ds9.restricted-set", "ds9.restricted-get"].map((
        mtype
      ) => [mtype, map({ "x-samp.mostly-harmless": "1" })])
    )
  })

  it("MTY-28 MTY-47 MTypes of known families have their family's parameters", () => {
    const csv = MTypes.lookup("table.load.csv")
    assert.strictEqual(csv?.mtype, "table.load.csv")
    assert.strictEqual(csv?.params, MTypes.tableLoadVotable.params)
    assert.strictEqual(MTypes.lookup("voresource.loadlist.sla.v2")?.params, MTypes.voresourceLoadlist.params)
    for (
      const other of [
        "table.load",
        "table.load.",
        "table.load.*",
        "table.loadx",
        "voresource",
        "x",
        "",
        "__proto__",
        "*"
      ]
    ) {
      assert.isUndefined(MTypes.lookup(other), other)
    }
  })
})

const pass = Arbitrary.schema(Schema.Boolean)

const plainly = new Map<Field, Arbitrary.Arbitrary<unknown>>([
  [SampString, text],
  [SampUrl, Arbitrary.map(text, (end) => `http://h/${end}`)],
  [SampOpenMap, sampMap],
  [SampRowList, Arbitrary.array(Arbitrary.schema(Schema.toType(SampRow)))]
])

/** What the schemas of lists, maps and optional keys are made of; they show it to whoever asks. */
interface Parts {
  readonly schema?: Field
  readonly value?: Field
  readonly to?: { readonly fields?: { readonly [key: string]: Field } }
}

const isOptional = (field: Field): boolean => field.ast.context?.isOptional === true

/** Values of a field, of the type that a program sees. */
const valuesOf = (field: Field): Arbitrary.Arbitrary<unknown> => {
  const known = field === MTypes.spectrumLoadSsaGeneric.params.fields["meta"] ? sampMap : plainly.get(field)
  if (known !== undefined) return known
  const parts = field as Parts
  const inner = parts.schema ?? parts.value
  if (inner !== undefined && isOptional(field)) return valuesOf(inner)
  if (inner !== undefined && field.ast._tag === "Arrays") {
    return Arbitrary.array(valuesOf(inner), { maxLength: 4 })
  }
  if (parts.value !== undefined) {
    const entry = Arbitrary.all([text, valuesOf(parts.value)])
    return Arbitrary.map(Arbitrary.array(entry, { maxLength: 4 }), (entries) => new Map(entries))
  }
  return parts.to?.fields === undefined
    ? Arbitrary.schema(Schema.toType(field))
    : valuesOfFields(parts.to.fields)
}

/** Values of some fields: every key as often as not, where it may be missing. */
const valuesOfFields = (fields: { readonly [key: string]: Field }): Arbitrary.Arbitrary<object> => {
  const given = Object.entries(fields)
  return Arbitrary.map(
    Arbitrary.all(given.map(([, field]) => Arbitrary.all([valuesOf(field), pass]))),
    (values) =>
      Object.fromEntries(
        given.flatMap(([key, field], index): ReadonlyArray<[string, unknown]> => {
          const [value, here] = values[index] ?? ["", false]
          return here || !isOptional(field) ? [[key, value]] : []
        })
      )
  )
}

const valuesOfShape = (shape: Shape<unknown>): Arbitrary.Arbitrary<object> => valuesOfFields(shape.fields)

const named = (shape: Shape<unknown>, value: object): object =>
  shape.atLeastOne.length === 0 ? value : { ...value, url: "http://h/" }

/** -0 is no SAMP int; elsewhere values are the same after a round trip. */
const plain = (value: unknown): unknown => {
  if (typeof value === "number") return Object.is(value, -0) ? 0 : value
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, plain(item)]))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}

const others = (rest: SampMap, shape: Shape<unknown>): SampMap =>
  new Map([...rest].filter(([key]) => !Object.hasOwn(shape.fields, key)))

describe("MT-05 DT-07 DT-08 DT-09 DT-13 writing and reading changes nothing", () => {
  for (const definition of MTypes.all) {
    const { mtype, params, result } = definition
    it.prop(mtype, {
      values: valuesOfShape(params),
      results: valuesOfShape(result),
      further: sampMap
    }, ({ further, results, values }) => {
      const value = named(params, values)
      const rest = others(further, params)
      const back = Result.getOrThrow(
        decodeParams(definition, Result.getOrThrow(encodeParams(definition, value, rest)))
      )
      assert.deepStrictEqual(plain(back.value), plain(value))
      assert.strictEqual(show(back.rest), show(rest))
      const restOfResult = others(further, result)
      const answer = Result.getOrThrow(
        decodeResult(definition, Result.getOrThrow(encodeResult(definition, results, restOfResult)))
      )
      assert.deepStrictEqual(plain(answer.value), plain(results))
      assert.strictEqual(show(answer.rest), show(restOfResult))
    }, runs(40))
  }
})

/** All messages and responses within a value. */
const maps = function*(value: SampValue): Generator<SampMap> {
  if (typeof value === "string") return
  if (isMap(value) && (value.has("samp.mtype") || value.has("samp.status"))) yield value
  for (const item of isList(value) ? value : value.values()) yield* maps(item)
}

interface Recorded {
  readonly name: string
  readonly content: SampMap
}

/** What is in the recorded requests of a peer that our reader understands, from the bytes up. */
const recorded = (file: string): ReadonlyArray<Recorded> =>
  entries(file).flatMap(({ bytes, direction, name }): ReadonlyArray<Recorded> => {
    if (direction !== "request") return []
    const body = bytes.slice(/\r?\n\r?\n/u.exec(bytes)?.index ?? 0).trim()
    const tree = xmlCodec.parse(body, defaults)
    if (Result.isFailure(tree)) return []
    const call = readCall(tree.success, defaults)
    if (Result.isFailure(call)) return []
    return [...maps(call.success.params)].map((content) => ({ name, content }))
  })

const partOf = (content: SampMap, key: string): SampMap => {
  const part = content.get(key)
  return isMap(part) ? part : map({})
}

const all = sources().flatMap(({ file }) => recorded(file).map((entry) => ({ ...entry, file })))

describe("MT-05 recorded messages of real peers", () => {
  const known = all.filter(({ content }) => MTypes.lookup(String(content.get("samp.mtype"))) !== undefined)

  it("are read, every one of a known MType", () => {
    const seen = new Set<string>()
    for (const { content, file, name } of known) {
      const definition = MTypes.lookup(String(content.get("samp.mtype")))
      if (definition === undefined) continue
      const read = decodeParams(definition, partOf(content, "samp.params"))
      assert.isTrue(Result.isSuccess(read), `${file} ${name}`)
      seen.add(`${file.replace(/-.*/u, "")} ${definition.mtype}`)
    }
    assert.includeMembers([...seen], [
      "astropy table.load.votable",
      "astropy samp.app.ping",
      "astropy spectrum.load.ssa-generic",
      "ds9 image.load.fits",
      "ds9 coord.pointAt.sky",
      "jsamp table.load.votable",
      "jsamp samp.hub.event.subscriptions",
      "pyvo image.load.fits",
      "pyvo spectrum.load.ssa-generic"
    ])
  })

  const params = (file: string, mtype: string): SampMap => {
    const found = known.find((entry) => entry.file === file && entry.content.get("samp.mtype") === mtype)
    return partOf(found?.content ?? map({}), "samp.params")
  }

  it("DT-08 MTY-60 DS9 points at the sky with a plus sign", () => {
    const sent = params("ds9-client.json", "coord.pointAt.sky")
    assert.strictEqual(sent.get("dec"), "+41.268750")
    assert.deepStrictEqual(Result.getOrThrow(decodeParams(MTypes.coordPointAtSky, sent)).value, {
      ra: 10.684708,
      dec: 41.26875
    })
  })

  it("MTY-43 pyvo sends a spectrum without meta", () => {
    const { rest, value } = Result.getOrThrow(
      decodeParams(MTypes.spectrumLoadSsaGeneric, params("pyvo-client.json", "spectrum.load.ssa-generic"))
    )
    assert.deepStrictEqual(value, { url: "http://127.0.0.1/s.xml", name: "data", meta: map({}) })
    assert.strictEqual(rest.size, 0)
  })

  it("MTY-20 JSAMP's and astropy's tables carry parameters that nobody knows", () => {
    for (const file of ["jsamp-hub.json", "astropy-client.json"]) {
      const { rest, value } = Result.getOrThrow(
        decodeParams(MTypes.tableLoadVotable, params(file, "table.load.votable"))
      )
      assert.deepStrictEqual(value, {
        url: "http://127.0.0.1:8080/a%20b.vot?x=1&y=<2>",
        name: "M 31 \"core\"",
        "table-id": ""
      })
      assert.sameMembers([...rest.keys()], [
        "row-list",
        "empty-list",
        "empty-map",
        "nested",
        "blank",
        "return"
      ])
    }
  })

  it("MTY-62 MTY-69 responses of DS9 and TOPCAT", () => {
    const result = (file: string, name: string): SampMap => {
      const found = all.find((entry) => entry.file === file && entry.name === name)
      return partOf(found?.content ?? map({}), "samp.result")
    }
    assert.deepStrictEqual(
      ["ds9-client.json", "topcat-client.json"].map((file) =>
        Result.getOrThrow(decodeResult(MTypes.clientEnvGet, result(file, "samp.hub.reply (2)"))).value
      ),
      [{ value: "C.UTF-8" }, { value: "C.UTF-8" }]
    )
    const { value } = Result.getOrThrow(
      decodeResult(MTypes.ds9Get, result("ds9-client.json", "samp.hub.reply (3)"))
    )
    assert.match(value.url ?? "", /^file:\/\/localhost\/\/home\/astronomer\/ds9[0-9]+\.xpa$/u)
    assert.isUndefined(value.value)
  })
})
