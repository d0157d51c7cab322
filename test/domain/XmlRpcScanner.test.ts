/** The fast path: all that peers send takes it, and everything odd is left to the full parser. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { xmlCodec } from "../../src/adapters/xml/XmlCodecFxp.ts"
import { defaults, type Limits } from "../../src/domain/Limits.ts"
import { map, type SampValue } from "../../src/domain/SampValue.ts"
import { readAnswer, readCall } from "../../src/domain/XmlRpc.ts"
import { scanAnswer, scanCall, scanFault } from "../../src/domain/XmlRpcScanner.ts"
import { writeFault } from "../../src/domain/XmlRpcWriter.ts"
import { methodCall, runs, sampValue, show, showCall } from "../support/arbitraries.ts"
import { answerDocument, callDocument, styles } from "../support/documents.ts"
import { entries, sources } from "../zoo/Fixture.ts"

const scan = (text: string, limits: Limits = defaults): string => {
  const call = scanCall(text, limits)
  return call === undefined ? "given up" : showCall(call)
}

const head = "<?xml version='1.0'?>"
const document = (value: string): string =>
  `${head}<methodCall><methodName>m</methodName><params><param>${value}</param></params></methodCall>`
const scanValue = (value: string): string => scan(document(value))

const message = map({
  "samp.mtype": "table.load.votable",
  "samp.params": map({
    url: "file://localhost/a%20b.vot",
    "table-id": "<1> & \"2\"",
    "row-list": ["1", "2"]
  }),
  "": " \t\n "
})

describe("WIRE-25 WIRE-26 what peers send", () => {
  const jsamp = `<?xml version='1.0' encoding='UTF-8'?>
<methodCall>
  <methodName>samp.hub.getMetadata</methodName>
  <params>
    <param>
      <value>k:1_abcdefghijklmnop</value>
    </param>
    <param>
      <value>hub</value>
    </param>
  </params>
</methodCall>
`
  const python = `<?xml version='1.0'?>
<methodCall>
<methodName>samp.hub.register</methodName>
<params>
<param>
<value><string>9d3cbbf0a6e2f5d1</string></value>
</param>
</params>
</methodCall>
`
  const ds9 =
    "<?xml version=\"1.0\"?>\n<methodCall>\n\t<methodName>samp.hub.register</methodName>\n\t\t<params>\n\t\t\t<param>\n" +
    "\t\t\t\t<value><string>4b00c52dd265dab8</string></value>\n\t\t\t</param>\n\t\t</params>\n</methodCall>\n"
  const response = `<?xml version='1.0' encoding='UTF-8'?>
<methodResponse>
  <params>
    <param>
      <value></value>
    </param>
  </params>
</methodResponse>
`

  it("WIRE-25 WIRE-26 the captured requests of JSAMP, Python and DS9", () => {
    assert.strictEqual(scan(jsamp), "samp.hub.getMetadata(\"k:1_abcdefghijklmnop\", \"hub\")")
    assert.strictEqual(scan(python), "samp.hub.register(\"9d3cbbf0a6e2f5d1\")")
    assert.strictEqual(scan(ds9), "samp.hub.register(\"4b00c52dd265dab8\")")
  })

  it("WIRE-25 the captured response of JSAMP", () => assert.strictEqual(scanAnswer(response, defaults), ""))

  it.each(Object.entries(styles))("WIRE-26 WIRE-110 calls and answers in the style of %s", (_, style) => {
    const params: ReadonlyArray<SampValue> = ["key", "", "c1", message, [], map({}), [[map({ a: [] })]]]
    assert.strictEqual(
      scan(callDocument(style, "samp.hub.call", params)),
      showCall({ method: "samp.hub.call", params })
    )
    assert.strictEqual(scan(callDocument(style, "samp.hub.ping", [])), "samp.hub.ping()")
    for (const value of params) {
      const scanned = scanAnswer(answerDocument(style, value), defaults)
      assert.strictEqual(scanned === undefined ? "given up" : show(scanned), show(value))
    }
  })

  it.each(Object.entries(styles))("WIRE-26 any call in the style of %s is taken", (_, style) => {
    assert.strictEqual(scan(callDocument(style, "a", [" x ", "", "\t\n"])), "a(\" x \", \"\", \"\\t\\n\")")
  })

  it.prop("WIRE-26 any call in any style is taken", { call: methodCall }, ({ call }) => {
    for (const style of Object.values(styles)) {
      assert.strictEqual(scan(callDocument(style, call.method, call.params)), showCall(call))
    }
  }, runs(100))

  it.prop("WIRE-30 any answer in any style is taken", { value: sampValue }, ({ value }) => {
    for (const style of Object.values(styles)) {
      assert.isDefined(scanAnswer(answerDocument(style, value), defaults))
    }
  }, runs(100))

  it("WIRE-26 every recorded body that holds only strings, lists and maps is taken", () => {
    const bodies = sources().filter(({ how }) => how === "recorded")
      .flatMap(({ file }) => entries(file))
      .flatMap(({ bytes }) => /\r?\n\r?\n(<\?xml[^]*)$/u.exec(bytes)?.[1] ?? [])
      // Faults, ints of faults and self-closing elements are for the full parser.
      .filter((body) => !/\/>|<fault>|<(?:int|i4|boolean|double)>|[^\t\n\r\x20-\x7f]/u.test(body))
    const lost = bodies.filter((body) =>
      (body.includes("<methodCall>") ? scanCall(body, defaults) : scanAnswer(body, defaults)) === undefined
    )
    assert.isAbove(bodies.length, 100)
    assert.deepStrictEqual(lost, [])
  })
})

describe("WIRE-31 reading", () => {
  it.each([
    ["<value> x </value>", "m(\" x \")"],
    ["<value>\n</value>", "m(\"\\n\")"],
    ["<value>\n <string> x </string>\t</value>", "m(\" x \")"],
    ["<value><string>\n</string></value>", "m(\"\\n\")"]
  ])("WIRE-31 the white space of %j", (value, expected) => assert.strictEqual(scanValue(value), expected))

  it("WIRE-32 references, decimal, hexadecimal and named", () => {
    assert.strictEqual(
      scanValue(
        "<value>&lt;&gt;&amp;&quot;&apos;&#65;&#x41;&#13;&#x9;&#127;&#0000000065;&#x00000041;</value>"
      ),
      `m(${JSON.stringify("<>&\"'AA\r\t\x7fAA")})`
    )
    assert.strictEqual(scanValue("<value>&amp;lt;&#38;lt;</value>"), "m(\"&lt;&lt;\")")
  })

  const full = (text: string): string => {
    const tree = xmlCodec.parse(text, defaults)
    const call = Result.isFailure(tree) ? undefined : readCall(tree.success, defaults)
    return call === undefined || Result.isFailure(call) ? "refused" : showCall(call.success)
  }

  it.each([
    "&amp;#38;",
    "&#38;#38;&#x26;lt;",
    "&amp;amp;lt;&lt;&amp;lt;",
    "&#36;&#36;$&amp;$$",
    "&#38;&amp;&#x26;&#0038;amp;",
    `${"&lt;td&gt;1 &amp;amp; 2&lt;/td&gt;&#10;\r\n".repeat(2_000)}&quot;`
  ])("WIRE-32 references are resolved once, and by the full parser alike: %#", (text) => {
    const whole = document(`<value>${text}</value>`)
    assert.strictEqual(scan(whole), full(whole))
  })

  it("WIRE-32 of references in whatever spelling", () => {
    const spelt = Array.from({ length: 40 }, (_, n) => `&#${"0".repeat(n)}65;&#x${"0".repeat(n)}4a;`).join(
      "x"
    )
    const text = document(`<value>${spelt}&amp;amp;&amp;#65;</value>`)
    assert.strictEqual(scan(text), full(text))
    assert.include(full(text), "AJxAJ")
    assert.include(full(text), "&amp;&#65;")
    for (
      const wrong of [
        "&#8;",
        "&#x110000;",
        "&#;",
        "&#x;",
        "&lt",
        "&nbsp;",
        "&",
        "&;",
        "&LT;",
        "&#X41;",
        "&#1e2;"
      ]
    ) {
      assert.strictEqual(scan(document(`<value>a${wrong}b</value>`)), "given up", wrong)
    }
  })

  it.each([
    "<value/>",
    "<value><string/></value>",
    "<value> <string/>\n</value>",
    "<value><struct/></value>",
    "<value><array><data/></array></value>",
    "<value><array> <data> <value/>\n<value>x</value><value/></data></array></value>",
    "<value><struct><member><name>a</name> <value/></member></struct></value>"
  ])("WIRE-26 empty elements as a browser writes them: %s", (value) => {
    assert.notStrictEqual(scanValue(value), "given up")
    assert.strictEqual(scanValue(value), full(document(value)))
  })

  it("WIRE-154 empty values count as the others do", () => {
    const list = document(`<value><array><data>${"<value/>".repeat(100)}</data></array></value>`)
    assert.notStrictEqual(scan(list, { ...defaults, values: 101 }), "given up")
    assert.strictEqual(scan(list, { ...defaults, values: 100 }), "given up")
  })

  it.each(["int", "i4", "double", "boolean"])("WIRE-29 a trimmed <%s>", (type) => {
    assert.strictEqual(scanValue(`<value>\n<${type}> 1 </${type}> </value>`), "m(\"1\")")
  })

  it("WIRE-28 the last of two equal names wins", () => {
    const member = (value: string) => `<member><name>k</name><value>${value}</value></member>`
    assert.strictEqual(
      scanValue(`<value><struct>${member("1")}${member("2")}</struct></value>`),
      "m({\"k\": \"2\"})"
    )
  })

  it("DT-13 keys that JavaScript knows", () => {
    const keys = ["__proto__", "constructor", ""]
    const members = keys.map((key) => `<member><name>${key}</name><value>v</value></member>`).join("")
    assert.strictEqual(
      scanValue(`<value><struct>${members}</struct></value>`),
      `m(${show(new Map(keys.map((key) => [key, "v"])))})`
    )
  })
})

describe("ERR-02 ERR-06 WIRE-32 giving up", () => {
  const plain = "<value>x</value>"

  it("WIRE-26 the document that the others are made of is taken", () => {
    assert.strictEqual(scan(document(plain)), "m(\"x\")")
  })

  it.each([
    ["a comment", "<value><!-- c -->x</value>"],
    ["a section", "<value><![CDATA[x]]></value>"],
    ["an instruction", "<value><?pi?>x</value>"],
    ["an attribute", "<value a='1'>x</value>"],
    ["a blank in a tag", "<value >x</value>"],
    ["a self-closing value with a blank", "<value />"],
    ["a self-closing int", "<value><int/></value>"],
    ["a self-closing array", "<value><array/></value>"],
    ["a long int", "<value><i8>1</i8></value>"],
    ["an int that holds an element", "<value><int>1<b></b></int></value>"],
    ["an int that is closed as another", "<value><int>1</i4></value>"],
    ["nothing", "<value><nil/></value>"],
    ["text beside an element", "<value>x<string>y</string></value>"],
    ["two elements", "<value><string>x</string><string>y</string></value>"],
    ["text in a struct", "<value><struct>x</struct></value>"],
    [
      "a value before its name",
      "<value><struct><member><value>v</value><name>k</name></member></struct></value>"
    ],
    ["a member without a value", "<value><struct><member><name>k</name></member></struct></value>"],
    ["a character that is not ASCII", "<value>\u00e9</value>"],
    ["a reference to one", "<value>&#233;</value>"],
    ["a reference to a control character", "<value>&#1;</value>"],
    ["an unknown entity", "<value>&nbsp;</value>"],
    ["an ampersand", "<value>a & b</value>"],
    ["the end of a section", "<value>]]></value>"],
    ["a NUL", "<value>\u0000</value>"],
    ["a value that does not end", "<value>x"],
    ["upper case", "<VALUE>x</VALUE>"],
    ["a markup declaration", "<value><!x></value>"]
  ])(
    "WIRE-32 ERR-06 %s is left to the full parser",
    (_, value) => assert.strictEqual(scanValue(value), "given up")
  )

  it.each([
    ["a DOCTYPE", document(plain).replace("<methodCall>", "<!DOCTYPE methodCall><methodCall>")],
    ["a byte order mark", `\ufeff${document(plain)}`],
    ["Latin-1", document(plain).replace("'1.0'", "'1.0' encoding='ISO-8859-1'")],
    ["another version", document(plain).replace("'1.0'", "'1.1'")],
    ["two declarations", head + document(plain)],
    ["a declaration that does not end", document(plain).replace("?>", ">")],
    ["something after the end", `${document(plain)}x`],
    ["a second root", document(plain) + document(plain).replace(head, "")],
    ["no end", document(plain).slice(0, -1)],
    ["no beginning", document(plain).slice(head.length + 1)],
    ["an answer", answerDocument(styles.dense, "x")],
    ["a method with a blank", document(plain).replace(">m<", ">m n<")],
    ["no method", document(plain).replace(">m<", "><")],
    ["nothing", ""]
  ])("ERR-06 %s is left to the full parser", (_, text) => assert.strictEqual(scan(text), "given up"))

  it.each([
    ["a fault", "<methodResponse><fault><value><struct></struct></value></fault></methodResponse>"],
    [
      "two values",
      "<methodResponse><params><param><value>x</value></param><param><value>x</value></param></params></methodResponse>"
    ],
    ["a call", document(plain)]
  ])("WIRE-30 ERR-02 %s is left to the full parser, as an answer", (_, text) => {
    assert.isUndefined(scanAnswer(text, defaults))
  })

  it("WIRE-154 too many values are left to the full parser", () => {
    const limits = { ...defaults, values: 100 }
    const list = (count: number) =>
      document(`<value><array><data>${plain.repeat(count)}</data></array></value>`)
    assert.notStrictEqual(scan(list(50), limits), "given up")
    assert.strictEqual(scan(list(101), limits), "given up")
  })

  it("WIRE-154 too deep values are left to the full parser, and no depth overflows the stack", () => {
    const list = (depth: number) =>
      document(`${"<value><array><data>".repeat(depth)}${plain}${"</data></array></value>".repeat(depth)}`)
    assert.notStrictEqual(scan(list(defaults.valueDepth)), "given up")
    assert.strictEqual(scan(list(defaults.valueDepth + 1)), "given up")
    assert.strictEqual(scan(list(100_000)), "given up")
  })
})

describe("DT-05 line ends", () => {
  it("DT-05 WIRE-31 raw carriage returns are line ends, those of a reference are kept", () => {
    const call = scanCall(
      "<?xml version='1.0'?>\r\n<methodCall>\r\n<methodName>a.b</methodName>\r\n<params><param>" +
        "<value>x\r\ny\rz&#13;</value></param></params></methodCall>",
      defaults
    )
    assert.deepStrictEqual(call, { method: "a.b", params: ["x\ny\nz\r"] })
  })
})

describe("ERR-02 WIRE-33 faults", () => {
  const fault = (members: string, blank = ""): string =>
    `${head}<methodResponse>${blank}<fault>${blank}<value>${blank}<struct>${blank}${members}${blank}</struct>${blank}</value>` +
    `${blank}</fault>${blank}</methodResponse>${blank}`
  const member = (name: string, value: string): string =>
    `<member><name>${name}</name><value>${value}</value></member>`
  const code = member("faultCode", "<int>4</int>")
  const string = member("faultString", "<string>no such client</string>")
  const shown = (text: string): string => {
    const found = scanFault(text, defaults)
    return found === undefined ? "given up" : `${found.code}: ${found.text}`
  }
  const full = (text: string): string => {
    const tree = xmlCodec.parse(text, defaults)
    if (Result.isFailure(tree)) return tree.failure
    const read = readAnswer(tree.success, defaults)
    return Result.isFailure(read) && read.failure._tag === "RemoteFault"
      ? `${read.failure.code}: ${read.failure.text}`
      : "no fault"
  }

  it.each([
    ["our own", writeFault({ _tag: "Fault", reason: "BadMessage", text: "no & such <client>" })],
    ["Python's", fault(code + string, "\n")],
    ["the other way round", fault(string + code, "\n\t")],
    ["with more members", fault(member("faultTrace", "x") + code + string)],
    ["of untyped strings", fault(member("faultCode", " 5 ") + member("faultString", " a\nb "))],
    ["without a text", fault(code + member("faultString", ""))],
    ["whose code is none", fault(member("faultCode", "x") + string)],
    [
      "that says everything twice",
      fault(code + string + member("faultCode", "9") + member("faultString", "x"))
    ]
  ])("WIRE-33 one %s is read as the full parser reads it", (_, text) => {
    assert.notStrictEqual(shown(text), "given up")
    assert.strictEqual(shown(text), full(text))
  })

  it.each([
    ["a fault without a code", fault(string)],
    ["a fault without a text", fault(code)],
    ["a text that is a list", fault(code + member("faultString", "<array><data></data></array>"))],
    ["a fault that is a string", `${head}<methodResponse><fault><value>x</value></fault></methodResponse>`],
    ["an accent", fault(code + member("faultString", "caf\u00e9"))],
    ["a success", answerDocument(styles.dense, "x")],
    ["a call", document("<value>x</value>")],
    ["no end", fault(code + string).slice(0, -2)]
  ])("ERR-06 %s is left to the full parser", (_, text) => assert.strictEqual(shown(text), "given up"))
})
