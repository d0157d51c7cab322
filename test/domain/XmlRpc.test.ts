/** Reading calls and answers out of element trees: what sloppy peers write is taken, what is no SAMP is refused. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { xmlCodec } from "../../src/adapters/xml/XmlCodecFxp.ts"
import { defaults } from "../../src/domain/Limits.ts"
import { readAnswer, readCall, type XmlElement } from "../../src/domain/XmlRpc.ts"
import { show, showCall } from "../support/arbitraries.ts"

const tree = (xml: string): XmlElement => Result.getOrThrow(xmlCodec.parse(xml, defaults))

const read = (xml: string): string => {
  const result = readCall(tree(xml), defaults)
  return Result.isSuccess(result) ? showCall(result.success) : `refused: ${result.failure.text}`
}

const call = (params: string): string => `<methodCall><methodName>m</methodName>${params}</methodCall>`
const readValue = (value: string): string => read(call(`<params><param>${value}</param></params>`)).slice(1)

const answer = (xml: string): string => {
  const result = readAnswer(tree(xml), defaults)
  if (Result.isSuccess(result)) return show(result.success)
  return result.failure._tag === "RemoteFault"
    ? `fault ${result.failure.code}: ${result.failure.text}`
    : `refused: ${result.failure.text}`
}
const answered = (value: string): string =>
  answer(`<methodResponse><params><param>${value}</param></params></methodResponse>`)

const refused = /^(?:efused|refused): [\x20-\x7e]+$/u

describe("STD-02 STD-03 DT-02 DT-06 ERR-06 WIRE-25..31 values", () => {
  it.each([
    ["<value>x</value>", "(\"x\")"],
    ["<value>  x\n </value>", "(\"  x\\n \")"],
    ["<value></value>", "(\"\")"],
    ["<value/>", "(\"\")"],
    ["<value>   </value>", "(\"   \")"]
  ])("STD-03 WIRE-25 WIRE-27 %j without a type is a string", (xml, expected) => {
    assert.strictEqual(readValue(xml), expected)
  })

  it.each([
    ["<value><string>x</string></value>", "(\"x\")"],
    ["<value>\n  <string> x </string>\n</value>", "(\" x \")"],
    ["<value><string/></value>", "(\"\")"],
    ["<value>text around <string>x</string> does not count</value>", "(\"x\")"],
    ["<value><array>\n<data>\n</data>\n</array></value>", "([])"],
    ["<value><array><data/></array></value>", "([])"],
    [
      "<value><array><data><value>a</value> <value><string>b</string></value></data></array></value>",
      "([\"a\", \"b\"])"
    ],
    ["<value><struct>\n</struct></value>", "({})"],
    ["<value><struct/></value>", "({})"],
    [
      "<value> <struct> <member> <name>k</name> <value>v</value> </member> </struct> </value>",
      "({\"k\": \"v\"})"
    ]
  ])("STD-02 WIRE-26 WIRE-27 WIRE-31 %j", (xml, expected) => assert.strictEqual(readValue(xml), expected))

  it("WIRE-28 the members and the parts of a member come in any order, and the last of two names wins", () => {
    const xml = "<value><struct><member><value>1</value><name>b</name></member>" +
      "<member><name>a</name><value>2</value></member><member><name>b</name><value>3</value></member></struct></value>"
    assert.strictEqual(readValue(xml), "({\"a\": \"2\", \"b\": \"3\"})")
  })

  it("DT-03 DT-13 keys may be empty, blank, or what JavaScript knows", () => {
    const keys = ["", " ", "__proto__", "constructor", "a\nb"]
    const members = keys.map((key) => `<member><name>${key}</name><value>v</value></member>`).join("")
    const expected = `(${show(new Map(keys.map((key) => [key, "v"])))})`
    assert.strictEqual(readValue(`<value><struct>${members}</struct></value>`), expected)
  })

  it.each([
    ["<int>42</int>", "42"],
    ["<i4>-1</i4>", "-1"],
    ["<i8> 9007199254740993 </i8>", "9007199254740993"],
    ["<integer>7</integer>", "7"],
    ["<boolean>1</boolean>", "1"],
    ["<boolean>0</boolean>", "0"],
    ["<double>1.50e3</double>", "1.50e3"],
    ["<dateTime.iso8601>20240501T10:00:00</dateTime.iso8601>", "20240501T10:00:00"],
    ["<base64>YQ==</base64>", "YQ=="],
    ["<nil/>", ""]
  ])("WIRE-29 WIRE-126 %s is taken as its text", (typed, expected) => {
    assert.strictEqual(readValue(`<value>${typed}</value>`), `(${JSON.stringify(expected)})`)
    assert.strictEqual(answered(`<value>${typed}</value>`), JSON.stringify(expected))
  })

  it.each([
    ["a character below blank", "<value>a<![CDATA[\u0085]]></value>", "U+0085"],
    ["a letter with an accent", "<value><string>caf\u00e9</string></value>", "U+00E9"],
    ["a character beyond the first plane", "<value>\u{1f52d}</value>", "U+1F52D"],
    [
      "an illegal key",
      "<value><struct><member><name>\u00fc</name><value/></member></struct></value>",
      "U+00FC"
    ],
    ["an illegal number", "<value><int>\u0663</int></value>", "U+0663"],
    ["deep inside", "<value><array><data><value>\u0100</value></data></array></value>", "U+0100"]
  ])("DT-02 DT-03 DT-06 %s is refused, and named", (_, xml, name) => {
    assert.match(readValue(xml), refused)
    assert.include(readValue(xml), name)
  })

  it.each([
    "<value><float>1</float></value>",
    "<value><b>x</b></value>",
    "<value><String>x</String></value>",
    "<value><string>a</string><string>b</string></value>",
    "<value><string>a<b/></string></value>",
    "<value><int>1<b/></int></value>",
    "<value><array></array></value>",
    "<value><array><value>x</value></array></value>",
    "<value><array><data><string>x</string></data></array></value>",
    "<value><array><data><member/></data></array></value>",
    "<value><struct><value>x</value></struct></value>",
    "<value><struct><member><name>k</name></member></struct></value>",
    "<value><struct><member><value>v</value></member></struct></value>",
    "<value><struct><member/></struct></value>",
    "<value><struct><member><name><string>k</string></name><value>v</value></member></struct></value>"
  ])("ERR-06 %s is refused", (xml) => assert.match(readValue(xml), refused))
})

describe("ERR-06 calls", () => {
  it.each(["", "<params/>", "<params></params>", "<params>\n  </params>"])(
    "WIRE-27 no parameters: %j",
    (params) => assert.strictEqual(read(call(params)), "m()")
  )

  it("STD-04 a method name is trimmed", () => {
    assert.strictEqual(
      read("<methodCall>\n<methodName>\n samp.hub.ping </methodName><params/></methodCall>"),
      "samp.hub.ping()"
    )
  })

  it.each([
    "<methodResponse><params/></methodResponse>",
    "<html><body>hello</body></html>",
    "<methodCall/>",
    "<methodCall><params/></methodCall>",
    "<methodCall><methodName/></methodCall>",
    "<methodCall><methodName> </methodName></methodCall>",
    "<methodCall><methodName>a b</methodName></methodCall>",
    "<methodCall><methodName>a&#10;b</methodName></methodCall>",
    "<methodCall><methodName>&#233;</methodName></methodCall>",
    call("<params><value>x</value></params>"),
    call("<params><param/></params>"),
    call("<params><param><string>x</string></param></params>")
  ])("ERR-06 %s is refused", (xml) => assert.match(read(xml), refused))

  it("ERR-05 a refusal is short and holds no control characters, whatever the document holds", () => {
    const long = "x".repeat(3_000)
    for (const xml of [`<${long}/>`, call(`<params><param><value><${long}/></value></param></params>`)]) {
      assert.match(read(xml), /^refused: [\x20-\x7e]{1,200}$/u)
    }
    const odd = read(
      `<methodCall><methodName>a\u0007\u00e9${long}</methodName></methodCall>`.replace("\u0007", "\n")
    )
    assert.match(odd, /^refused: [\x20-\x7e]{1,200}$/u)
  })
})

describe("ERR-02 CLI-15 WIRE-30 WIRE-33 answers", () => {
  it.each([
    ["<value>x</value>", "\"x\""],
    ["<value><string>OK</string></value>", "\"OK\""],
    ["<value><struct/></value>", "{}"],
    ["<value><array><data/></array></value>", "[]"],
    ["<value><int>0</int></value>", "\"0\""],
    ["<value><nil/></value>", "\"\""],
    ["<value/>", "\"\""]
  ])("WIRE-30 CLI-15 %s is a value", (xml, expected) => assert.strictEqual(answered(xml), expected))

  it.each([
    "<methodResponse/>",
    "<methodResponse><params/></methodResponse>",
    "<methodResponse><params>\n</params></methodResponse>"
  ])("WIRE-30 %j without a value is the empty string", (xml) => assert.strictEqual(answer(xml), "\"\""))

  const fault = (members: string): string =>
    answer(`<methodResponse><fault><value><struct>${members}</struct></value></fault></methodResponse>`)
  const member = (name: string, value: string): string =>
    `<member><name>${name}</name><value>${value}</value></member>`
  const text = member("faultString", "<string>no such client</string>")

  it.each([
    ["int", member("faultCode", "<int>4</int>") + text, 4],
    ["i4", member("faultCode", "<i4>4</i4>") + text, 4],
    ["a typed string", member("faultCode", "<string>4</string>") + text, 4],
    ["an untyped string", member("faultCode", " 4 ") + text, 4],
    ["a negative int", member("faultCode", "<int>-32601</int>") + text, -32_601],
    ["the members the other way round", text + member("faultCode", "<int>4</int>"), 4],
    ["more members", member("faultTrace", "x") + text + member("faultCode", "<int>4</int>"), 4],
    ["no code", text, 0],
    ["a code that is none", member("faultCode", "<string>bad</string>") + text, 0],
    ["a code beyond all integers", member("faultCode", "<double>1e300</double>") + text, 0]
  ])("ERR-02 WIRE-33 a fault with %s", (_, members, code) => {
    assert.strictEqual(fault(members), `fault ${code}: no such client`)
  })

  it("WIRE-33 a fault string is made one line of ASCII; one that is missing is replaced", () => {
    const odd = member("faultString", "\nTraceback:\ncaf\u00e9\n")
    assert.strictEqual(fault(odd), "fault 0: Traceback: caf")
    assert.match(fault(""), /^fault 0: [\x20-\x7e]+$/u)
    assert.match(answer("<methodResponse><fault/></methodResponse>"), /^fault 0: [\x20-\x7e]+$/u)
  })

  it.each([
    call(""),
    "<html><body>404</body></html>",
    "<methodResponse><params><value>x</value></params></methodResponse>",
    "<methodResponse><params><param><value>\u00e9</value></param></params></methodResponse>"
  ])(
    "ERR-06 %s is no answer, which is not the peer's fault but ours",
    (xml) => assert.match(answer(xml), refused)
  )
})

describe("ERR-05 ERR-06 faults about elements of any name", () => {
  // U+3C3C would be two `<` if it were written a byte a character
  it.each([
    ["a value", read(call("<params><param><value><\u3c3c>x</\u3c3c></value></param></params>"))],
    [
      "a list",
      read(call("<params><param><value><array><data><\u3c3c/></data></array></value></param></params>"))
    ],
    ["a call", read("<\u3c3c/>")],
    ["an answer", answer("<\u3c3c/>")]
  ])("ERR-06 are a line of ASCII: %s", (_, text) => {
    assert.match(text, refused)
    assert.include(text, "<?>")
  })
})
