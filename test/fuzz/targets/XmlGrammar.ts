/** XML-RPC documents as a grammar makes them: mostly legal, in all the ways XML has of saying the same, with a few slips. */
import { awkward } from "../../support/arbitraries.ts"
import { below, pick, type Random } from "../../support/seeded.ts"

type Make = (next: Random) => string
type Some<A> = readonly [A, ...ReadonlyArray<A>]

const rarely = (next: Random, chance: number): boolean => next() < chance

const gap: Make = (next) =>
  rarely(next, 0.7)
    ? ""
    : pick(next, [" ", "\n", "\n\t", "\r\n", "\r", "<!-- c -->", "<?p i?>", "<!---->", "  "])

const characters: Some<string> = [
  "",
  "x",
  "a b",
  "\t",
  "\n",
  "\r",
  "\r\n",
  "\n\n",
  " ",
  "]]",
  ">",
  "'",
  "\"",
  "\\",
  "{",
  "\x7f",
  "\u00e9",
  "\u{1f52d}",
  "\u0085",
  "\u2028",
  "\u00a0",
  "\ufeff",
  "\u0001"
]
const references: Some<string> = [
  "&amp;",
  "&lt;",
  "&gt;",
  "&quot;",
  "&apos;",
  "&#65;",
  "&#x41;",
  "&#13;",
  "&#xD;",
  "&#10;",
  "&#9;",
  "&#x7f;",
  "&#128;",

  "&#xe9;",
  "&#x1F52D;",
  "&#0;",
  "&#x110000;",
  "&#55296;",
  "&#0000065;",
  "&#00000065;",
  "&#x000041;",
  "&nbsp;",
  "&#;",
  "&amp"
]

/** Character data, some of it in CDATA or by reference. */
const text: Make = (next) => {
  let made = ""
  for (let count = below(next, 4); count > 0; count--) {
    const kind = next()
    made += kind < 0.4
      ? pick(next, characters)
      : kind < 0.6
      ? pick(next, references)
      : kind < 0.7
      ? `<![CDATA[${
        pick(next, ["", "x", "<a>", "&amp;", "]", "]]", "\r", " ", "]>", "<!-- -->", "&#65;"])
      }]]>`
      : kind < 0.8
      ? gap(next)
      : (awkward[below(next, awkward.length)] ?? "").replaceAll("&", "&amp;").replaceAll("<", "&lt;")
  }
  return made
}

const attribute: Make = (next) =>
  rarely(next, 0.97)
    ? ""
    : pick(next, [
      " a='1'",
      " a=\"1\"",
      " a='>'",
      " a='<'",
      " a",
      " a=1",
      " a='1' a='2'",
      " xml:space='preserve'",
      "\n",
      " "
    ])

const element = (name: string, inner: string, next: Random): string => {
  if (inner === "" && rarely(next, 0.2)) return `<${name}${attribute(next)}/>`
  return `<${name}${attribute(next)}>${inner}</${name}${rarely(next, 0.02) ? " " : ""}>`
}

const scalars: Some<readonly [string, Some<string>]> = [
  ["int", ["0", "-1", " 7 ", "+1", "99999999999", "x", ""]],
  ["i4", ["1", "0x1"]],
  ["i8", ["9223372036854775807"]],
  ["boolean", ["0", "1", "true", "2", ""]],
  ["double", ["1.5", "-1e9", " 1 ", "NaN", "", "1e999"]],
  ["dateTime.iso8601", ["20260101T00:00:00", "x"]],
  ["base64", ["QUJD", "!", ""]],
  ["nil", [""]],
  ["ex:nil", [""]],
  ["unknown", ["x"]]
]

const value = (next: Random, depth: number): string => {
  const kind = next()
  const inner = kind < 0.25
    ? text(next)
    : kind < 0.55 || depth <= 0
    ? gap(next) + element("string", text(next), next) + gap(next)
    : kind < 0.65
    ? scalar(next)
    : kind < 0.82
    ? gap(next) + list(next, depth) + gap(next)
    : gap(next) + map(next, depth) + gap(next)
  return element("value", inner, next)
}

const scalar: Make = (next) => {
  const [name, texts] = pick(next, scalars)
  return gap(next) + element(name, pick(next, texts), next) + gap(next)
}

const many = (next: Random, most: number, one: () => string): string => {
  let made = gap(next)
  for (let count = below(next, most + 1); count > 0; count--) made += one() + gap(next)
  return made
}

const list = (next: Random, depth: number): string =>
  element(
    "array",
    gap(next) + element("data", many(next, 3, () => value(next, depth - 1)), next) + gap(next),
    next
  )

const map = (next: Random, depth: number): string =>
  element("struct", many(next, 3, () => member(next, depth)), next)

const member = (next: Random, depth: number): string => {
  const parts = [element("name", text(next), next), value(next, depth - 1)]
  if (rarely(next, 0.05)) parts.reverse()
  if (rarely(next, 0.03)) parts.push(pick(next, [...scalars])[0])
  return element("member", gap(next) + parts.join(gap(next)) + gap(next), next)
}

const params = (next: Random): string =>
  rarely(next, 0.1) ? "" : element(
    "params",
    many(next, 3, () => element("param", gap(next) + value(next, below(next, 5)) + gap(next), next)),
    next
  )

const faults: Make = (next) => {
  const part = (name: string, inner: string): string =>
    `<member><name>${name}</name><value>${inner}</value></member>`
  const code = pick(next, ["<int>1</int>", "1", "<string>1</string>", "<int>x</int>", ""])
  const said = rarely(next, 0.3) ? value(next, 1) : `<string>${text(next)}</string>`
  return element(
    "fault",
    `<value><struct>${part("faultCode", code)}${part("faultString", said)}</struct></value>`,
    next
  )
}

const declarations: Some<string> = [
  "",
  "<?xml version=\"1.0\"?>\n",
  "<?xml version='1.0'?>",
  "<?xml version='1.0' encoding='UTF-8'?>\n",

  "<?xml version='1.0' encoding='ISO-8859-1'?>",
  "<?xml version='1.1'?>",
  "<?xml version='1.0' encoding='us-ascii'?>",

  "<?xml version='1.0' standalone='yes'?>",
  "<?XML version='1.0'?>",
  "\ufeff",
  "\n",
  "<!DOCTYPE a>",
  "<!-- c -->",
  "<?xml version='1.0' encoding='utf-16'?>",
  "<?xml encoding='UTF-8'?>",
  "<?xml?>"
]

const names: Some<string> = [
  "samp.hub.ping",
  "m",
  "a:b/c.d_e-1",
  " m ",
  "samp.client.receiveCall",
  "",
  "\u00e9",
  "a b",
  "m&amp;"
]

/** A document: a call, an answer or a fault. */
export const document: Make = (next) => {
  const kind = next()
  const root = kind < 0.6
    ? element(
      "methodCall",
      gap(next) + element("methodName", pick(next, names), next) + gap(next) + params(next) + gap(next),
      next
    )
    : element("methodResponse", gap(next) + (kind < 0.9 ? params(next) : faults(next)) + gap(next), next)
  return pick(next, declarations) + root + gap(next)
}

/** A document without slips of form and with ASCII only, as others may be asked about. */
export const plainDocument: Make = (next) => document(next).replace(/[^\x00-\x7f]/gu, "x")
