/** What we write is the form that every known peer reads (wire notes 1). */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { xmlCodec } from "../../src/adapters/xml/XmlCodecFxp.ts"
import { fault, type FaultReason } from "../../src/domain/Fault.ts"
import { defaults } from "../../src/domain/Limits.ts"
import { emptyMap, map, type SampValue } from "../../src/domain/SampValue.ts"
import { readAnswer, type XmlElement } from "../../src/domain/XmlRpc.ts"
import {
  callFrame,
  escape,
  writeAnswer,
  writeCall,
  writeFault,
  writeParam,
  writeValue
} from "../../src/domain/XmlRpcWriter.ts"
import { methodCall, runs, sampValue, text } from "../support/arbitraries.ts"
import { oracle } from "../support/xmlOracle.ts"

// Another record than the one in src, so that a new reason, or a changed number, has to be thought about twice.
const reasons: ReadonlyArray<readonly [FaultReason, number]> = [
  ["Malformed", 1],
  ["UnknownMethod", 1],
  ["BadSecret", 7],
  ["UnknownKey", 5],
  ["UnknownClient", 6],
  ["NotCallable", 1],
  ["NotSubscribed", 2],
  ["BadMessage", 3],
  ["BadResponse", 1],
  ["UnknownMessage", 1],
  ["Timeout", 1],
  ["Limit", 1],
  ["Stopping", 1]
]

/** What WIRE-02..08 demand of a whole document; says which rule it breaks. */
const offence = (document: string): string | undefined => {
  if (!document.startsWith("<?xml version=\"1.0\"?>\n<")) return "WIRE-03 no declaration first"
  const [, ...rest] = document.split("?>")
  const body = rest.join("?>")
  if (/[^\t\n\x20-\x7f]/u.test(document)) return "WIRE-02 a character that is not one byte, or a raw CR"
  if (/<[^<>]*\/>/u.test(body)) return "WIRE-05 a self-closing element"
  if (/<[!?]/u.test(body)) return "WIRE-06 a comment, section or instruction"
  if (/<[a-zA-Z]+[^a-zA-Z>]/u.test(body)) return "WIRE-06 an attribute"
  if (
    /<(?!\/?(?:methodCall|methodName|methodResponse|params|param|value|string|array|data|struct|member|name|fault|int)>)/u
      .test(body)
  ) {
    return "WIRE-08 another element"
  }
  if (/&(?!amp;|lt;|gt;|#13;|#10;)/u.test(body)) return "WIRE-07 another reference"
  if (document.includes("\n\n")) return "an empty line, which DS9 takes for the end of the HTTP head"
  return undefined
}

describe("emission profile", () => {
  it.prop("WIRE-02 WIRE-03 WIRE-05 WIRE-06 WIRE-07 WIRE-08 every call", { call: methodCall }, ({ call }) => {
    assert.isUndefined(offence(writeCall(call)))
  }, runs(400))

  it.prop(
    "WIRE-02 WIRE-03 WIRE-05 WIRE-06 WIRE-07 WIRE-08 every answer",
    { value: sampValue },
    ({ value }) => {
      assert.isUndefined(offence(writeAnswer(value)))
    },
    runs(400)
  )

  it("WIRE-04 WIRE-16 strings are typed, and nothing but strings, arrays and structs is written", () => {
    const value: SampValue = ["1", map({ k: "x" }), []]
    assert.strictEqual(
      writeValue(value),
      "<value><array><data><value><string>1</string></value>" +
        "<value><struct><member><name>k</name><value><string>x</string></value></member></struct></value>" +
        "<value><array><data></data></array></value></data></array></value>"
    )
  })

  it("WIRE-05 what is empty is written out", () => {
    assert.strictEqual(writeValue(""), "<value><string></string></value>")
    assert.strictEqual(writeValue([]), "<value><array><data></data></array></value>")
    assert.strictEqual(writeValue(emptyMap), "<value><struct></struct></value>")
  })

  it("WIRE-07 DT-05 characters that need it are escaped alike in texts of any length", () => {
    const read = (text: string): string =>
      text.replaceAll("&#10;", "\n").replaceAll("&#13;", "\r").replaceAll("&gt;", ">").replaceAll("&lt;", "<")
        .replaceAll("&amp;", "&")
    for (const unit of ["\n", "\n\nx", "<a>&\r\n", "x\n", `${"x".repeat(32_767)}\n`, "&"]) {
      const long = unit.repeat(Math.ceil(200_001 / unit.length))
      for (const text of [long, `x${long}`, `${long}\n\n`]) {
        const escaped = escape(text)
        assert.isFalse(/[<>\r]|\n\n/u.test(escaped), unit)
        assert.isTrue(read(escaped) === text, unit)
      }
    }
  })

  it("WIRE-07 DT-05 characters that need it are escaped, quotes are not", () => {
    assert.strictEqual(escape("a&b<c>d\re\"f'g]]>"), "a&amp;b&lt;c&gt;d&#13;e\"f'g]]&gt;")
    assert.strictEqual(escape("&amp;"), "&amp;amp;")
  })

  it("WIRE-12 no parameters are an empty element", () => {
    assert.strictEqual(
      writeCall({ method: "samp.hub.ping", params: [] }),
      "<?xml version=\"1.0\"?>\n<methodCall><methodName>samp.hub.ping</methodName><params></params></methodCall>\n"
    )
  })

  it.prop("WIRE-12 a call is its frame around its parameters", { call: methodCall }, ({ call }) => {
    const { head, tail } = callFrame(call.method)
    assert.strictEqual(writeCall(call), head + call.params.map(writeParam).join("") + tail)
  }, runs(50))

  it("HUB-21 WIRE-10 nothing is answered as the empty string, in exactly one param", () => {
    assert.strictEqual(
      writeAnswer(""),
      "<?xml version=\"1.0\"?>\n<methodResponse><params><param><value><string></string></value></param></params></methodResponse>\n"
    )
  })
})

describe("ERR-02 ERR-04 WIRE-11 faults", () => {
  const members = (element: XmlElement | undefined): ReadonlyArray<XmlElement> =>
    element?.children[0]?.children[0]?.children[0]?.children ?? []

  it.each(reasons)(
    "ERR-02 ERR-04 WIRE-11 %s has exactly two members and code %i",
    (reason, code) => {
      const written = writeFault(fault(reason, "a <b> & c"))
      assert.isUndefined(offence(written))
      const [first, second, third] = members(oracle(written))
      assert.isUndefined(third)
      assert.deepStrictEqual(first, {
        name: "member",
        text: "",
        children: [
          { name: "name", text: "faultCode", children: [] },
          { name: "value", text: "", children: [{ name: "int", text: String(code), children: [] }] }
        ]
      })
      assert.deepStrictEqual(second, {
        name: "member",
        text: "",
        children: [
          { name: "name", text: "faultString", children: [] },
          { name: "value", text: "", children: [{ name: "string", text: "a <b> & c", children: [] }] }
        ]
      })
    }
  )

  it.prop("ERR-02 reading gives back the code and the text on one line", { text }, ({ text }) => {
    const root = Result.getOrThrow(xmlCodec.parse(writeFault(fault("BadSecret", text)), defaults))
    const read = readAnswer(root, defaults)
    assert.isTrue(Result.isFailure(read) && read.failure._tag === "RemoteFault" && read.failure.code === 7)
    const line = text.replace(/[^\x20-\x7e]+/gu, " ").trim()
    if (line !== "" && Result.isFailure(read)) assert.strictEqual(read.failure.text, line)
  }, runs(150))
})
