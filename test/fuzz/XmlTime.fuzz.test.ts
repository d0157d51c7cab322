/**
 * Time against size: no document may cost more than its length (WIRE-154). A hub has one thread; a megabyte that takes a
 * minute stops everybody's messages, and anybody who reaches the port can send it.
 *
 * Each document is read at growing sizes, up to five megabytes, and a test fails at the first that takes too long, so
 * that a quadratic reader is found in a second and not in an hour.
 */
import { assert, describe, it } from "@effect/vitest"
import { callOf } from "../../src/adapters/http/XmlRpcBody.ts"
import { xmlCodec } from "../../src/adapters/xml/XmlCodecFxp.ts"
import { defaults } from "../../src/domain/Limits.ts"

const largest = 5_000_000
const sizes = [50_000, 158_000, 500_000, 1_580_000, largest]

/** What five megabytes may take on a slow machine; smaller ones get their share, and something for warming up. */
const budgetMs = 6_000
const slackMs = 400

const before = "<?xml version=\"1.0\"?><methodCall><methodName>a.b</methodName><params><param><value>"
const after = "</value></param></params></methodCall>"

/** A document of about so many bytes. */
type Grow = (size: number) => string

const fill = (piece: string): Grow => (size) => piece.repeat(Math.ceil(size / piece.length))
const inside = (grow: Grow): Grow => (size) => before + grow(size) + after

/** What attackers try first. */
const huge: { readonly [what: string]: Grow } = {
  "tag openings": fill("<"),
  "openings of start and end tags": fill("<a</"),
  "references": inside(fill("&amp;")),
  "nested comments": inside(fill("<!-- <!-- -->")),
  "comment openings": inside(fill("<!--")),
  "CDATA openings": inside(fill("<![CDATA[")),
  "brackets in CDATA": inside((size) => `<![CDATA[${"]".repeat(size)}]]>`)
}

const documents: { readonly [what: string]: Grow } = {
  "end tags": fill("</a>"),
  "ampersands": inside(fill("&")),
  "broken references": inside(fill("&#1")),
  "comment openings outside the root": fill("<!--"),
  "one comment of hyphens": inside((size) => `<!-- ${"- -".repeat(size / 3)} -->`),
  "CDATA sections": inside(fill("<![CDATA[x]]>")),
  "ampersands in CDATA": inside((size) => `<![CDATA[${"&".repeat(size)}]]>`),
  "digits in a reference": inside((size) => `&#${"0".repeat(size)}65;`),
  "digits in a reference that does not end": inside((size) => `&#${"0".repeat(size)}<a/>`),
  "CDATA sections that hold comment openings": inside(fill("<![CDATA[<!--]]>")),
  "comments that hold CDATA openings": inside(fill("<!--<![CDATA[-->")),
  "instruction openings": inside(fill("<?a ")),
  "instructions": inside(fill("<?a b?>")),
  "declarations": fill("<!DOCTYPE a>"),
  "blanks": fill(" \n"),
  "blanks before a tag": (size) => `${" ".repeat(size)}<`,
  "blanks in a value": inside(fill(" \n")),
  "carriage returns in a value": inside(fill("\r")),
  "blanks in a tag": (size) => `<methodCall${" ".repeat(size)}></methodCall>`,
  "blanks in the XML declaration": (size) => `<?xml version="1.0"${" ".repeat(size)}x?>${before}${after}`,
  "one long name": (size) => `<${"a".repeat(size)}>`,
  "one attribute without an end": (size) => `<methodCall a="${"x".repeat(size)}`,
  "attributes without a value": (size) => `<methodCall ${"a=".repeat(size / 2)}`,
  "different attributes": (size) =>
    `<methodCall ${Array.from({ length: size / 12 }, (_, n) => `a${n}="x"`).join(" ")}></methodCall>`,
  "equal attributes": (size) => `<methodCall ${"a='x' ".repeat(size / 6)}></methodCall>`,
  "closing brackets": inside(fill("]]")),
  "letters after the end": (size) => `${before}${after}${"x".repeat(size)}`,
  "elements": inside(fill("<a></a>")),
  "empty elements": inside(fill("<a/>")),
  "empty values in a list": inside((size) => `<array><data>${fill("<value/>")(size)}</data></array>`),
  "strings in a list": inside((size) => `<array><data>${fill("<value>x</value>")(size)}</data></array>`),
  "empty elements and comment openings": inside(fill("<a/><!--"))
}

/** Milliseconds of processor time, which a busy machine does not lengthen as it does the clock's. */
const spent = (run: () => void): number => {
  const start = process.cpuUsage()
  run()
  const { system, user } = process.cpuUsage(start)
  return (user + system) / 1_000
}

interface Slow {
  readonly text: string
  readonly hopeless: boolean
}

const look = (grow: Grow, size: number): Slow | undefined => {
  const body = Buffer.from(grow(size), "latin1")
  const allowed = budgetMs * size / largest + slackMs
  const took = spent(() => void callOf(xmlCodec, body, defaults))
  return took > allowed
    ? {
      text: `${size} bytes took ${Math.round(took)} ms, allowed are ${Math.round(allowed)}`,
      hopeless: took > 3 * allowed
    }
    : undefined
}

/** What took too long, or undefined. Compiling and collecting may fall into one run; what is slow twice is slow. */
const tooSlow = (grow: Grow, top: number): string | undefined => {
  for (const size of sizes.filter((each) => each <= top)) {
    const once = look(grow, size)
    const twice = once === undefined || once.hopeless ? once : look(grow, size)
    if (twice !== undefined) return twice.text
  }
  return undefined
}

describe("WIRE-154 reading XML takes linear time", () => {
  it.each(Object.entries(huge))("WIRE-154 five megabytes of %s", (_, grow) => {
    assert.isUndefined(tooSlow(grow, largest))
  })

  it.each(Object.entries(documents))("WIRE-154 %s", (_, grow) => {
    assert.isUndefined(tooSlow(grow, 500_000))
  })
})
