/**
 * Generated SAMP values, for properties: every legal character, the keys that JavaScript trips over (DT-13), and text
 * that looks like XML. Sizes and depths are bounded, so a run costs milliseconds.
 */
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { isList, type SampMap, type SampValue } from "../../src/domain/SampValue.ts"

/** The seed of all properties; another one is tried with `SAMP_TEST_SEED=7 npm test`. */
export const seed = Number(process.env["SAMP_TEST_SEED"] ?? 20_240_501)

/** Options of a property: so many runs, from the common seed. */
export const runs = (count: number) => ({ arbitrary: { runs: count, seed } })

type Arbitrary<A> = Arbitrary.Arbitrary<A>

const oneOf = <A>(...choices: ReadonlyArray<Arbitrary<A>>): Arbitrary<A> =>
  Arbitrary.flatMap(
    Arbitrary.schema(Schema.Literals(choices.map((_, index) => index))),
    (index) => choices[index] ?? choices[0] ?? Arbitrary.schema(Schema.Never)
  )

/** Strings that are hard on some layer: XML, HTTP heads, JavaScript, JSON, Tcl. */
export const awkward = [
  "",
  " ",
  "  ",
  "\t",
  "\n",
  "\r",
  "\r\n",
  "\n\n",
  "\n\r\n",
  " x ",
  "]]>",
  "]]",
  "&amp;",
  "&lt;a&gt;",
  "&#65;",
  "&#x41;",
  "&",
  "<",
  ">",
  "<value/>",
  "</string>",
  "<!-- c -->",
  "<![CDATA[x]]>",
  "<?xml?>",
  "'",
  "\"",
  "\\",
  "{",
  "}",
  "$x",
  "$&",
  "%41",
  "\x7f",
  "__proto__",
  "constructor",
  "toString",
  "#text",
  ":@",
  "0",
  "007",
  "1e3",
  "true",
  "null",
  "undefined"
]

const awkwardText = Arbitrary.schema(Schema.Literals(awkward))
const plainText = Arbitrary.schema(Schema.String.check(Schema.isPattern(/^[\t\n\r\x20-\x7f]{0,16}$/)))

/** A legal SAMP string (DT-02). */
export const text: Arbitrary<string> = oneOf<string>(
  plainText,
  awkwardText,
  Arbitrary.map(
    Arbitrary.array(oneOf<string>(awkwardText, plainText), { maxLength: 4 }),
    (parts) => parts.join("")
  )
)

const mapOf = (item: Arbitrary<SampValue>): Arbitrary<SampMap> =>
  Arbitrary.map(
    Arbitrary.array(Arbitrary.all([text, item]), { maxLength: 4 }),
    (entries): SampMap => new Map(entries)
  )

const nested = (depth: number): Arbitrary<SampValue> => {
  if (depth === 0) return text
  const inner = nested(depth - 1)
  return oneOf<SampValue>(text, Arbitrary.array(inner, { maxLength: 4 }), mapOf(inner))
}

/** Any SAMP value, up to four levels deep. */
export const sampValue: Arbitrary<SampValue> = nested(4)

/** Any SAMP map, up to four levels deep. */
export const sampMap: Arbitrary<SampMap> = mapOf(nested(3))

/** A method name as XML-RPC has them. */
export const methodName: Arbitrary<string> = Arbitrary.schema(
  Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_.:/-]{1,24}$/))
)

/** A call with up to four parameters. */
export const methodCall = Arbitrary.all({
  method: methodName,
  params: Arbitrary.array(sampValue, { maxLength: 4 })
})

/**
 * A value as text in which equal values are equal and others are not, whatever the order of map entries; a failing
 * test shows it.
 */
export const show = (value: SampValue): string => {
  if (typeof value === "string") return JSON.stringify(value)
  if (isList(value)) return `[${value.map(show).join(", ")}]`
  const entries = [...value].map(([key, item]) => `${JSON.stringify(key)}: ${show(item)}`)
  return `{${entries.sort().join(", ")}}`
}

/** A call as such text. */
export const showCall = (
  call: { readonly method: string; readonly params: ReadonlyArray<SampValue> }
): string => `${call.method}(${call.params.map(show).join(", ")})`
