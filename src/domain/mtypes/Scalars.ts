/**
 * Schemas between SAMP values and the types of JavaScript: the string encodings of section 3.4 (DT-07..09), lists and
 * open maps. They are the fields of a {@link define | definition}.
 *
 * Reading is tolerant where a peer's meaning is plain: blanks around a number (JSAMP takes them around floats, DS9 puts
 * some around strings, WIRE-95), `+5`, `1.0E-5` and `5.` as Java and Tcl write them. What JSAMP takes only since Java does
 * (`NaN`, `Infinity`, `1f`) is no SAMP float and refused. Writing is canonical.
 */
import * as Exit from "effect/Exit" // an Exit is an Effect without running: the transformations below stay pure
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"
import { isList, isMap, type SampMap, type SampValue } from "../SampValue.ts"

/** Most digits of a {@link SampLong}: reading longer ones costs the square of their length. */
export const maxDigits = 1_000

const blanks = "[\\t\\n\\r ]*"
const intSyntax = new RegExp(`^${blanks}[+-]?[0-9]+${blanks}$`, "u")
const longSyntax = new RegExp(`^${blanks}[+-]?[0-9]{1,${maxDigits}}${blanks}$`, "u")
const floatSyntax = new RegExp(
  `^${blanks}[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?${blanks}$`,
  "u"
)

/** A string of some syntax; the same words say what is expected when it is no string at all. */
const written = (syntax: RegExp, expected: string) =>
  Schema.String.annotate({ expected }).check(Schema.isPattern(syntax, { expected }))

const safeInt = "an int of at most 9007199254740991 either way, such as 12"

/** A string. That it is ASCII is looked at where a whole map is written, see {@link encodeParams}. */
export const SampString = Schema.String.annotate({ expected: "a string" })

/**
 * A SAMP int (DT-07) that a JavaScript number holds without loss (DT-10). Reads `12`, `+5`, ` 12 `, not `12.0` or `1e3`;
 * writes `12`.
 */
export const SampInt = written(intSyntax, safeInt).pipe(
  Schema.decodeTo(Schema.Number.annotate({ expected: safeInt }).check(Schema.isInt({ expected: safeInt })), {
    decode: SchemaGetter.transform((text) => Number(text) + 0), // no -0
    encode: SchemaGetter.transform(String)
  })
)

const row = "a row index, an int from 0 on"

/** The zero-based index of a row: a SAMP int that is not negative. */
export const SampRow = written(intSyntax, row).pipe(
  Schema.decodeTo(
    Schema.Number.annotate({ expected: row }).check(
      Schema.isInt({ expected: row }),
      Schema.isGreaterThanOrEqualTo(0, { expected: row })
    ),
    {
      decode: SchemaGetter.transform((text) => Number(text) + 0),
      encode: SchemaGetter.transform(String)
    }
  )
)

const long = `an int of at most ${maxDigits} digits`

/** A SAMP int (DT-07) of any size that occurs, as a bigint (DT-10): Java's long, and beyond. */
export const SampLong = written(longSyntax, long).pipe(
  Schema.decodeTo(Schema.BigInt.annotate({ expected: "a bigint, such as 12n" }), {
    // BigInt() reads neither "+5" nor "-5" within blanks of every kind: hand it the bare digits
    decode: SchemaGetter.transform((text) => {
      const bare = text.trim()
      const digits = BigInt(bare.replace(/^[+-]/u, ""))
      return bare.startsWith("-") ? -digits : digits
    }),
    encode: SchemaGetter.transform(String)
  })
)

const float = "a finite float, such as 10.5 or 1e-7"

/**
 * A SAMP float (DT-08). Reads ints, `+41.268750` (DS9), `1.0E-5` (Java), `.5`, `5.`; neither NaN nor infinity, nor what is
 * too large for a number. Writes the shortest text that reads back as the same number, `-0` included.
 */
export const SampFloat = written(floatSyntax, float).pipe(
  Schema.decodeTo(Schema.Number.annotate({ expected: float }).check(Schema.isFinite({ expected: float })), {
    decode: SchemaGetter.transform(Number),
    encode: SchemaGetter.transform((number) => Object.is(number, -0) ? "-0" : String(number))
  })
)

const boolean = "a boolean: 1 or 0, in JavaScript true or false"

/**
 * A SAMP boolean (DT-09): an int, `0` being false. Like JSAMP it reads as false what is no int (DT-10), except the word
 * `true` in any case: Python's `str(True)` says so, and means it. Writes `1` and `0`.
 */
export const SampBoolean = Schema.String.annotate({ expected: boolean }).pipe(
  Schema.decodeTo(Schema.Boolean.annotate({ expected: boolean }), {
    decode: SchemaGetter.transform((text) =>
      intSyntax.test(text) ? /[1-9]/u.test(text) : text.trim().toLowerCase() === "true"
    ),
    encode: SchemaGetter.transform((value) => value ? "1" : "0")
  })
)

const url = "a URL with its scheme, such as file:///tmp/a.vot (a path alone is not one)"
const absolute = /^[a-zA-Z][a-zA-Z0-9+.-]+:/u // two letters at least, for C:\a.vot is no URL

/**
 * A URL. What peers send is not looked at (WIRE-66 lists their spellings, some send bare paths); what we write must have a
 * scheme, and percent-encode what is not ASCII.
 */
export const SampUrl = Schema.String.annotate({ expected: "a URL" }).pipe(
  Schema.decodeTo(Schema.String.annotate({ expected: "a URL" }), {
    decode: SchemaGetter.passthrough(),
    encode: SchemaGetter.transformEffect((text: string, options) =>
      absolute.test(text)
        ? Exit.succeed(text)
        : Exit.fail(new SchemaIssue.InvalidValue({ expected: url }, text, options))
    )
  })
)

/** Any SAMP value, as it is. */
export const SampAny = Schema.declare<SampValue>(
  // the values come from maps of SAMP values, by type: the outermost look is enough, and depth costs nothing
  (value): value is SampValue => typeof value === "string" || Array.isArray(value) || value instanceof Map,
  { expected: "a SAMP value: a string, a list or a Map" }
)

const openMap = "a map (in JavaScript a Map, not an object)"

/** A map with keys of the sender's choice, as it is: a `Map`, since `__proto__` is a legal key (DT-13). */
export const SampOpenMap = Schema.declare<SampMap>(
  (value): value is SampMap => value instanceof Map,
  { expected: openMap }
)

/** What a field of a definition may be: a schema written as a SAMP value, `Schema.optionalKey` of one included. */
export type Field<A = unknown> = Schema.ConstraintCodec<A, SampValue>

/** The fields of a definition, or of a map within one, by their SAMP keys. */
export type Fields = { readonly [key: string]: Field }

/** A list of items of one kind. */
export const SampList = <S extends Field>(item: S) => Schema.Array(item).annotate({ expected: "a list" })

/** A map with keys of the sender's choice and values of one kind. */
export const SampMapOf = <S extends Field>(value: S) =>
  Schema.ReadonlyMap(SampString, value).annotate({ expected: openMap })

// a Map is an object as well, but its entries would be lost
const notMap = Schema.makeFilter<object>((value) => !(value instanceof Map), {
  expected: "an object (in JavaScript no Map, for its keys are known)"
})

/**
 * A map with known keys, as an object. Other keys are ignored when reading (MT-05) and an error when writing.
 *
 * @param fields - what is under each key
 */
export const SampFields = <const F extends Fields>(fields: F) => {
  const names = Object.keys(fields)
  // the casts: the struct itself looks at what is under the keys, and what it writes are the fields' SAMP values
  return SampOpenMap.pipe(
    Schema.decodeTo(Schema.Struct(fields).check(notMap), {
      decode: SchemaGetter.transform((map) => known(names, map) as Schema.Struct.Encoded<F>),
      encode: SchemaGetter.transform((record): SampMap =>
        new Map(Object.entries(record as { [key: string]: SampValue }))
      )
    })
  )
}

/** The entries of `map` under some keys, as a record; keys such as `__proto__` become own keys. */
const known = (names: ReadonlyArray<string>, map: SampMap): { [key: string]: SampValue } => {
  const entries: Array<[string, SampValue]> = []
  for (const name of names) {
    const value = map.get(name)
    if (value !== undefined) entries.push([name, value])
  }
  return Object.fromEntries(entries)
}

const rowList = "a list of row indices, ints from 0 on"

const rows = (value: SampValue): ReadonlyArray<number> | SchemaIssue.Issue => {
  const bad = () => new SchemaIssue.InvalidValue({ expected: rowList })
  if (isMap(value)) return bad()
  const items = isList(value) ? value : value.split(/[\t\n\r ,]+/u).filter((item) => item !== "")
  const numbers: Array<number> = []
  for (const [index, item] of items.entries()) {
    const number = typeof item === "string" && intSyntax.test(item) ? Number(item) + 0 : NaN
    if (!Number.isSafeInteger(number) || number < 0) {
      return isList(value)
        ? new SchemaIssue.Pointer([index], new SchemaIssue.InvalidValue({ expected: row }))
        : bad()
    }
    numbers.push(number)
  }
  return numbers
}

/**
 * A list of row indices. One string with indices separated by blanks or commas is read as well (WIRE-104): some senders
 * cannot write lists. In one loop, since selections have a million rows.
 */
export const SampRowList = SampAny.pipe(
  Schema.decodeTo(
    Schema.declare<ReadonlyArray<number>>(
      (value): value is ReadonlyArray<number> =>
        Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0),
      { expected: rowList }
    ),
    {
      decode: SchemaGetter.transformEffect((value: SampValue) => {
        const read = rows(value)
        return SchemaIssue.isIssue(read) ? Exit.fail(read) : Exit.succeed(read)
      }),
      encode: SchemaGetter.transform((numbers: ReadonlyArray<number>): SampValue => numbers.map(String))
    }
  )
)
