/** The full XML parser: what it keeps, what it refuses, and that hostile documents cost nothing. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { answerOf, callOf } from "../../src/adapters/http/XmlRpcBody.ts"
import { xmlCodec } from "../../src/adapters/xml/XmlCodecFxp.ts"
import { defaults, type Limits } from "../../src/domain/Limits.ts"
import { xmlDepth, type XmlElement } from "../../src/domain/XmlRpc.ts"
import { show, showCall } from "../support/arbitraries.ts"
import { oracle } from "../support/xmlOracle.ts"

const parse = (text: string, limits: Limits = defaults): XmlElement | string => {
  const result = xmlCodec.parse(text, limits)
  return Result.isSuccess(result) ? result.success : result.failure
}

const isRefused = (text: string, limits: Limits = defaults): boolean =>
  Result.isFailure(xmlCodec.parse(text, limits))

const textOf = (text: string): string => {
  const root = parse(text)
  return typeof root === "string" ? `refused: ${root}` : root.text
}

const call = (value: string, head = "<?xml version=\"1.0\"?>"): string =>
  `${head}<methodCall><methodName>a.b</methodName><params><param>${value}</param></params></methodCall>`

const read = (body: Buffer | string, limits: Limits = defaults): string => {
  const result = callOf(xmlCodec, typeof body === "string" ? Buffer.from(body, "utf8") : body, limits)
  return Result.isSuccess(result) ? showCall(result.success) : `refused: ${result.failure.text}`
}

const sameAsOracle = (document: string): void =>
  assert.deepStrictEqual(parse(document), oracle(document), JSON.stringify(document))

describe("DT-04 DT-05 WIRE-31 WIRE-32 text", () => {
  it.each([
    ["<a> x </a>", " x "],
    ["<a>   </a>", "   "],
    ["<a>\t\n</a>", "\t\n"],
    ["<a>007</a>", "007"],
    ["<a>1e3</a>", "1e3"],
    ["<a>0x10</a>", "0x10"],
    ["<a>true</a>", "true"],
    ["<a></a>", ""],
    ["<a/>", ""]
  ])("WIRE-31 DT-04 white space and digits of %j stay", (document, expected) => {
    assert.strictEqual(textOf(document), expected)
  })

  it.each([
    ["<a>&lt;&gt;&amp;&quot;&apos;</a>", "<>&\"'"],
    ["<a>&#65;&#x42;&#x43;&#127;</a>", "ABC\x7f"],
    ["<a>&amp;lt;</a>", "&lt;"],
    ["<a>&#38;lt;&#38;#65;</a>", "&lt;&#65;"],
    ["<a>&#13;&#10;&#9;</a>", "\r\n\t"],
    ["<a><![CDATA[&amp;<b>&#65;]]>&amp;<![CDATA[&]]>;</a>", "&amp;<b>&#65;&&;"],
    ["<a>]]<!-- c -->&gt;]<![CDATA[]]>]></a>", "]]>]]>"],
    ["<a b='\u00a0\u2028'>x</a>", "x"],
    ["<a>&#00065;&#000000000065;&#x0000000041;</a>", "AAA"],
    ["<a><![CDATA[<b>&amp;</b>]]></a>", "<b>&amp;</b>"],
    ["<a>x<![CDATA[ ]]>y<![CDATA[]]>z</a>", "x yz"],
    ["<a><![CDATA[]]]]><![CDATA[>]]></a>", "]]>"],
    ["<a>]<![CDATA[]]>]&gt;</a>", "]]>"],
    ["<a><![CDATA[<!-- c -->]]></a>", "<!-- c -->"],
    ["<a>x<!-- <b> & ]] -->y</a>", "xy"],
    ["<a>x<?pi <b> ?>y</a>", "xy"],
    ["<a>&lt;![CDATA[x]]&gt;</a>", "<![CDATA[x]]>"],
    ["<a>'\">a=b c='d'</a>", "'\">a=b c='d'"],
    ["<a>{$x}\\</a>", "{$x}\\"]
  ])("WIRE-32 %j", (document, expected) => assert.strictEqual(textOf(document), expected))

  it("WIRE-32 a comment within a run of brackets ends no section", () => {
    assert.strictEqual(textOf("<a>]<!-- -->]></a>"), "]]>")
  })

  it.each([
    ["<a>x\r\ny</a>", "x\ny"],
    ["<a>x\ry</a>", "x\ny"],
    ["<a>x\r\r\ny</a>", "x\n\ny"],
    ["<a>&#13;\r\n</a>", "\r\n"],
    ["<a><![CDATA[x\r\ny]]></a>", "x\ny"]
  ])("DT-05 line ends in %j become LF, references to CR stay", (document, expected) => {
    assert.strictEqual(textOf(document), expected)
  })

  it("WIRE-26 text between elements is told apart from theirs", () => {
    assert.deepStrictEqual(parse("<a>x<b>1</b>y<b/><c> </c>z</a>"), {
      name: "a",
      text: "xyz",
      children: [
        { name: "b", text: "1", children: [] },
        { name: "b", text: "", children: [] },
        { name: "c", text: " ", children: [] }
      ]
    })
  })
})

describe("ERR-06 WIRE-24 documents", () => {
  const root = "<a>x</a>"

  it.each([
    root,
    `<?xml version='1.0'?>${root}`,
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${root}\n`,
    `<!-- a --><?pi b?>${root}<!-- c --><?pi?>\n`,
    "<a b='1' c=\"it's\" d:e='>'>x</a >",
    "<a\n b = '1'\n>x</a\n>",
    "<x:a xmlns:x='u'>x</x:a>",
    "<a.b-c_d>x</a.b-c_d>",
    "<a>\u00e9\u0085\u2028\u{1f600}</a>"
  ])("WIRE-24 %j is read as the oracle reads it", (document) => {
    assert.isDefined(oracle(document))
    sameAsOracle(document)
  })

  it.each([
    ["a byte order mark", `\ufeff${root}`],
    ["a byte order mark and a declaration", `\ufeff<?xml version="1.0"?>${root}`],
    ["blank lines before", `\r\n\n ${root}`],
    ["blank lines before the declaration", `\n\n<?xml version='1.0'?>\n${root}`],
    ["declared US-ASCII", `<?xml version="1.0" encoding="US-ASCII"?>${root}`],
    ["declared ISO-8859-1", `<?xml version="1.0" encoding="ISO-8859-1"?>${root}`],
    ["declared version 1.1", `<?xml version="1.1"?>${root}`]
  ])("WIRE-24 %s: accepted", (_, document) => assert.strictEqual(textOf(document), "x"))

  it.each([
    "",
    " \n",
    "hello",
    "<",
    "<a",
    "<a>",
    "</a>",
    "<a></b>",
    "<a><b></a></b>",
    "<a/><b/>",
    "<a></a>x",
    "x<a/>",
    "< a/>",
    "<a></ a>",
    "<a></a x='1'>",
    "<1a/>",
    "<-a/>",
    "<a>&nbsp;</a>",
    "<a>&amp</a>",
    "<a>& b</a>",
    "<a>&#0;</a>",
    "<a>&#1;</a>",
    "<a>&#xD800;</a>",
    "<a>&#xFFFE;</a>",
    "<a>&#x110000;</a>",
    "<a>&#99999999999;</a>",
    "<a>&#;</a>",
    "<a>&#x;</a>",
    "<a>&LT;</a>",
    "<a>&#X41;</a>",
    "<a>\u0001</a>",
    "<a>\u000b</a>",
    "<a>\uffff</a>",
    "<a>]]></a>",
    "<a><![CDATA[x</a>",
    "<a><![cdata[x]]></a>",
    "<a><!-- x</a>",
    "<a><!-->x</a>",
    "<a><?pi x</a>",
    "<a x='1' x='2'/>",
    "<a x=1/>",
    "<a x/>",
    "<a x='1'y='2'/>",
    "<a x='1",
    "<a><b x='1></b></a>",
    "\u0000<a/>",
    "<a/>\u0000",
    "<a/>x",
    "<a/>\nx",
    "<a/>&amp;",
    "<a></a>&amp;",
    "<a></a>\u00a0",
    "\u00a0<a></a>",
    "<\u2028a></a>",
    "<a\u00a0></a>",
    "<a\u2003b='1'></a>",
    "<a>&<!-- c -->amp;</a>",
    "<a>&am<?pi?>p;</a>",
    "<a>&#<![CDATA[65]]>;</a>",
    "<a>&#6<![CDATA[]]>5;</a>",
    "<a>&</a>;"
  ])("ERR-06 %j is refused, as the oracle refuses it", (document) => {
    assert.isUndefined(oracle(document))
    assert.isTrue(isRefused(document))
  })

  it.each([
    "<a><!></a>",
    "<a><!b></a>",
    "<a><!ELEMENT b (c)><b/></a>",
    "<a><!ATTLIST b c CDATA ''></a>",
    "<!NOTATION a SYSTEM 'b'><a/>"
  ])("ERR-06 a markup declaration in %j is no element", (document) => assert.isTrue(isRefused(document)))

  it("ERR-06 a refusal is one line that tells what and where", () => {
    const refusal = textOf("<a>\n<b>\n</c></a>")
    assert.match(refusal, /^[\x20-\x7e]*'b'[\x20-\x7e]*line 3[\x20-\x7e]*$/u)
  })
})

describe("WEB-66 DT-12 DT-13 WIRE-154 hostile documents", () => {
  const laughs = [
    "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\">",
    ...Array.from(
      { length: 9 },
      (_, n) => `<!ENTITY lol${n + 1} "${`&lol${n === 0 ? "" : n};`.repeat(10)}">`
    ),
    "]>"
  ].join("")

  it.each([
    ["billion laughs", call("<value>&lol9;</value>", laughs)],
    [
      "quadratic blow-up",
      call(`<value>${"&a;".repeat(1_000)}</value>`, `<!DOCTYPE a [<!ENTITY a "${"a".repeat(50_000)}">]>`)
    ],
    [
      "external file",
      call("<value>&x;</value>", "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>")
    ],
    [
      "external address",
      call("<value>&x;</value>", "<!DOCTYPE a [<!ENTITY x SYSTEM \"http://127.0.0.1:9/x\">]>")
    ],
    ["external subset", call("<value>x</value>", "<!DOCTYPE a SYSTEM \"http://127.0.0.1:9/x.dtd\">")],
    [
      "parameter entity",
      call("<value>x</value>", "<!DOCTYPE a [<!ENTITY % p SYSTEM \"file:///etc/hostname\">%p;]>")
    ],
    ["plain DOCTYPE", call("<value>x</value>", "<!DOCTYPE methodCall>")],
    ["lower case", call("<value>x</value>", "<!doctype methodCall>")],
    ["DOCTYPE inside", call("<value><!DOCTYPE b [<!ENTITY x 'y'>]>&x;</value>")],
    [
      "DOCTYPE behind a section",
      call("<value><![CDATA[<!--]]><!DOCTYPE b [<!ENTITY x 'y'>]>&x;<!-- --></value>")
    ],
    ["undeclared entity", call("<value>&x;</value>")]
  ])("WIRE-154 WEB-66 %s is refused and expands to nothing", (_, document) => {
    const answer = read(document)
    assert.match(answer, /^refused: [\x20-\x7e]+$/u)
    assert.isBelow(answer.length, 400)
  })

  it("WIRE-154 a DOCTYPE in a section or a comment is only text", () => {
    assert.strictEqual(read(call("<value><![CDATA[<!DOCTYPE a>]]></value>")), "a.b(\"<!DOCTYPE a>\")")
    assert.strictEqual(read(call("<value>x<!-- <!DOCTYPE a> --></value>")), "a.b(\"x\")")
  })

  const nest = (open: string, close: string, depth: number, inner = "x"): string =>
    open.repeat(depth) + inner + close.repeat(depth)
  const lists = (depth: number): string =>
    call(nest("<value><array><data>", "</data></array></value>", depth, "<value>x</value>"))
  const maps = (depth: number): string =>
    call(
      nest("<value><struct><member><name>k</name>", "</member></struct></value>", depth, "<value>x</value>")
    )
  // A comment keeps the scanner out.
  const slow = (document: string): string => document.replace("<params>", "<params><!-- -->")

  it.each([["lists", lists, "[", "]"], ["maps", maps, "{\"k\": ", "}"]] as const)(
    "WIRE-154 DT-12 nested %s are read down to the limit and not beyond",
    (_, write, open, close) => {
      const deepest = defaults.valueDepth
      assert.isAtLeast(deepest, 100)
      const expected = `a.b(${nest(open, close, deepest, "\"x\"")})`
      for (const way of [write, (depth: number) => slow(write(depth))]) {
        assert.strictEqual(read(way(deepest)), expected)
        assert.match(read(way(deepest + 1)), /^refused: .*deep/u)
      }
    }
  )

  it.each([
    ["elements", nest("<a>", "</a>", 100_000)],
    ["elements without ends", "<a>".repeat(100_000)],
    ["elements with attributes that look closed", nest("<a b='/>'>", "</a>", 100_000)],
    ["elements whose attributes end in a slash", nest("<a b='/' >", "</a>", 100_000)],
    ["different elements", Array.from({ length: 100_000 }, (_, n) => `<a${n}>`).join("")],
    ["elements that a section hides", `<a><![CDATA[<!--]]>${nest("<b>", "</b>", 100_000)}<!-- --></a>`],
    ["values", lists(100_000)]
  ])("WIRE-154 deeply nested %s are refused", (_, document) => {
    assert.match(read(document), /^refused: [\x20-\x7e]{1,400}$/u)
  })

  it("WIRE-154 the depth is bounded with any limit", () => {
    const limits = { ...defaults, valueDepth: 2 }
    const deepest = xmlDepth(limits)
    assert.isFalse(isRefused(nest("<a>", "</a>", deepest), limits))
    assert.isTrue(isRefused(nest("<a>", "</a>", deepest + 1), limits))
  })

  it.each(["<value/>", "<value></value>", "<value c='1'/>", "<value>x</value>"])(
    "WIRE-154 floods of %s are refused",
    (piece) => {
      const limits = { ...defaults, values: 1_000 }
      assert.isFalse(isRefused(`<a>${piece.repeat(1_000)}</a>`, limits))
      assert.isTrue(isRefused(`<a>${piece.repeat(1_001)}</a>`, limits))
    }
  )

  it("WIRE-154 a section cannot hide a flood of values", () => {
    const limits = { ...defaults, values: 1_000 }
    assert.isTrue(isRefused(`<a><![CDATA[<!--]]>${"<value/>".repeat(5_000)}<!-- --></a>`, limits))
  })

  it("WIRE-154 a flood of other elements is refused without a limit for them", () => {
    assert.match(read(`<a>${"<b/>".repeat(1_000_000)}</a>`), /^refused: .*elements/u)
  })

  it("DT-12 a list of 20 000 strings is read by both readers", () => {
    const list = call(`<value><array><data>${"<value>123</value>".repeat(20_000)}</data></array></value>`)
    const expected = `a.b([${Array.from({ length: 20_000 }, () => "\"123\"").join(", ")}])`
    assert.strictEqual(read(list), expected)
    assert.strictEqual(read(slow(list)), expected)
  })

  it.each(["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "#text", ":@"])(
    "DT-13 an element <%s> harms nothing",
    (name) => {
      assert.match(read(call(`<value><${name}>x</${name}></value>`)), /^refused: /u)
      const after = read(call("<value><struct><!-- --></struct></value>"))
      assert.strictEqual(after, "a.b({})")
      assert.isUndefined(Reflect.get({}, "x"))
    }
  )

  it("DT-13 keys that JavaScript knows stay keys", () => {
    const keys = ["__proto__", "constructor", "toString", "", " a b ", "1", "0"]
    const members = keys.map((key) => `<member><name>${key}</name><value>v</value></member>`).join("")
    const expected = `a.b(${show(new Map(keys.map((key) => [key, "v"])))})`
    assert.strictEqual(read(call(`<value><struct>${members}</struct></value>`)), expected)
    assert.strictEqual(read(call(`<value><struct><!-- -->${members}</struct></value>`)), expected)
  })
})

describe("DT-06 WIRE-24 bytes", () => {
  const latin1 = (value: string, encoding: string): Buffer =>
    Buffer.from(call(`<value>${value}</value>`, `<?xml version="1.0" encoding="${encoding}"?>`), "latin1")

  it("WIRE-24 a UTF-8 byte order mark is passed over", () => {
    assert.strictEqual(read(Buffer.from(`\ufeff${call("<value>x</value>")}`, "utf8")), "a.b(\"x\")")
  })

  it.each(["UTF-8", "utf-8", "US-ASCII", "ascii", "ISO-8859-1", "iso-8859-1", "latin1", "windows-1252"])(
    "WIRE-24 declared as %s, ASCII is read",
    (encoding) => assert.strictEqual(read(latin1("x", encoding)), "a.b(\"x\")")
  )

  it.each(["ISO-8859-1", "iso-8859-1", "latin1", "windows-1252"])(
    "WIRE-24 DT-06 bytes declared as %s are that, and the character is refused by its name",
    (encoding) => assert.match(read(latin1("caf\u00e9", encoding)), /^refused: .*U\+00E9/u)
  )

  it("WIRE-121 DT-06 UTF-8 is decoded before the character is refused", () => {
    assert.match(read(call("<value>caf\u00e9</value>")), /^refused: .*U\+00E9/u)
    assert.match(read(call("<value>\u{1f600}</value>")), /^refused: .*U\+1F600/u)
    assert.match(read(call("<value>&#233;</value>")), /^refused: .*U\+00E9/u)
  })

  it.each([
    ["a lone byte", [0xe9]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["a sequence that breaks off", [0xe2, 0x82]],
    ["a byte beyond Unicode", [0xf5, 0x80, 0x80, 0x80]]
  ])("WIRE-24 invalid UTF-8, %s, is refused", (_, bytes) => {
    const [head = "", tail = ""] = call("<value>@</value>").split("@")
    const body = Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from(tail)])
    assert.match(read(body), /^refused: .*UTF-8/u)
    assert.isTrue(Result.isFailure(answerOf(xmlCodec, body, defaults)))
  })

  it("ERR-06 UTF-16 is refused", () => {
    assert.match(read(Buffer.from(`\ufeff${call("<value>x</value>")}`, "utf16le")), /^refused: /u)
  })

  it("ERR-06 nothing, and nothing but blanks, is refused", () => {
    for (const body of ["", " ", "\r\n\r\n", "\ufeff"]) assert.match(read(body), /^refused: /u)
  })
})
