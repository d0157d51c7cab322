/** Hand-made requests: what a server has to cope with. */
import type { Entry, Json } from "../Fixture.ts"
import { called, chunk, declaration, latin1, param, request } from "./Craft.ts"

const plain = ["POST /xmlrpc HTTP/1.1", "Host: 127.0.0.1:2525", "Content-Type: text/xml", "Content-Length: #"]
const tcl = ["POST /xmlrpc HTTP/1.0", "Content-Type: text/xml", "Content-length: #"]
const ping = { method: "samp.hub.ping", params: [] }
const pingText = `${declaration}${called("samp.hub.ping", "<params></params>")}`
/** A call of one value, and what it means. */
const one = (name: string, value: string, meaning: Json): Entry =>
  request(name, plain, `${declaration}${called("x-zoo.one", param(value))}`, {
    method: "x-zoo.one",
    params: [meaning]
  })
const pinging = (name: string, head: ReadonlyArray<string>, body = pingText, more = {}): Entry =>
  request(name, head, body, ping, more)
const refused = (name: string, head: ReadonlyArray<string>, body: string, broken: string): Entry =>
  request(name, head, body, { broken })

const tclRegister = `<?xml version="1.0"?>
<methodCall>
\t<methodName>samp.hub.register</methodName>
\t\t<params>
\t\t\t<param>
\t\t\t\t<value><string>4b00c52dd265dab8</string></value>
\t\t\t</param>
\t\t</params>
</methodCall>
`

const tclNotification = `<?xml version="1.0"?>
<methodCall>
  <methodName>samp.client.receiveNotification</methodName>
  <params>
    <param>
      <value><string>k2</string></value>
    </param>
    <param>
      <value><string>hub</string></value>
    </param>
    <param>
      <value>
        <struct>
          <member>
            <name>samp.mtype</name>
            <value><string>coord.pointAt.sky</string></value>
          </member>
          <member>
            <name>samp.params</name>
            <value>
              <struct>
                <member>
                  <name>ra</name>
                  <value><string>10.5</string></value>
                </member>
                <member>
                  <name>dec</name>
                  <value><string>-41</string></value>
                </member>
              </struct>

            </value>

          </member>
        </struct>

      </value>

    </param>
  </params>
</methodCall>
`

const chunked = `${chunk(pingText.slice(0, 7))}${chunk(pingText.slice(7, 60))}${
  chunk(pingText.slice(60))
}0\r\n\r\n`
const curl = [
  "POST /xmlrpc HTTP/1.1",
  "Host: 127.0.0.1:2525",
  "User-Agent: curl/7.88.1",
  "Accept: */*",
  "Transfer-Encoding: chunked",
  "Content-Type: text/xml"
]

const heads: ReadonlyArray<Entry> = [
  request("DS9's register as in the wire notes (WIRE-20 WIRE-21 WIRE-22 WIRE-90)", tcl, tclRegister, {
    method: "samp.hub.register",
    params: ["4b00c52dd265dab8"]
  }, { eol: "\n" }),
  {
    ...request(
      "DS9 as a hub, two blanks of indentation (WIRE-26 WIRE-105)",
      ["POST / HTTP/1.0", ...tcl.slice(1)],
      tclNotification,
      {
        method: "samp.client.receiveNotification",
        params: ["k2", "hub", {
          "samp.mtype": "coord.pointAt.sky",
          "samp.params": { ra: "10.5", dec: "-41" }
        }]
      },
      { eol: "\n" }
    ),
    role: "hub to client"
  },
  pinging("bare LF and HTTP/1.1", plain, pingText, { eol: "\n" }),
  pinging("HTTP/1.0 with CRLF and no Host, as libraries in Haskell and C send (WIRE-125)", [
    "POST /xmlrpc HTTP/1.0",
    "User-Agent: haxr",
    "Content-Type: text/xml",
    "Content-Length: #"
  ]),
  pinging("HTTP/1.1 as Julia's HTTP.jl sends (WIRE-125)", [
    "POST /xmlrpc HTTP/1.1",
    "Host: localhost:2525",
    "Accept: */*",
    "User-Agent: HTTP.jl/1.9",
    "Content-Length: #",
    "Accept-Encoding: gzip"
  ]),
  pinging("curl with chunks (WIRE-39)", curl, chunked),
  pinging("curl with chunks that asks first (WIRE-39)", [...curl, "Expect: 100-continue"], chunked),
  pinging(
    "chunks with extensions and a trailer (WIRE-39)",
    curl,
    `${pingText.length.toString(16).toUpperCase()};a=b\r\n${pingText}\r\n000\r\nX-Checked: yes\r\n\r\n`
  ),
  pinging("asks for a 100 with a length, as .NET does", [...plain, "Expect: 100-continue"]),
  pinging("absolute URI, as through a proxy (WIRE-38)", [
    "POST http://127.0.0.1:2525/xmlrpc HTTP/1.1",
    ...plain.slice(1)
  ]),
  pinging("a header that goes on in the next line (WIRE-38)", [
    ...plain.slice(0, 3),
    "User-Agent: zoo",
    "\t(two lines)",
    "Content-Length: #"
  ]),
  pinging("lower case headers (WIRE-38)", plain.map((line, i) => i === 0 ? line : line.toLowerCase())),
  pinging("upper case headers (WIRE-38)", plain.map((line, i) => i === 0 ? line : line.toUpperCase())),
  pinging("headers without blanks, or with many", [
    "POST /xmlrpc HTTP/1.1",
    "Host:127.0.0.1:2525",
    "Content-Type:\t text/xml; charset=\"utf-8\"  ",
    "Content-Length:#"
  ]),
  pinging("HTTP/1.1 without a Host", plain.filter((line) => !line.startsWith("Host"))),
  pinging("no Content-Type", plain.filter((line) => !line.startsWith("Content-Type"))),
  pinging("Python's path (WIRE-36)", ["POST /RPC2 HTTP/1.1", ...plain.slice(1)]),
  pinging("no path (WIRE-36 WIRE-40)", ["POST / HTTP/1.1", ...plain.slice(1)]),
  pinging("a trailing slash (WIRE-36)", ["POST /xmlrpc/ HTTP/1.1", ...plain.slice(1)]),
  pinging("keep-alive in HTTP/1.0", ["POST /xmlrpc HTTP/1.0", "Connection: keep-alive", ...plain.slice(2)]),
  pinging("CRLF after the body (WIRE-23)", plain, pingText, { surplus: "\r\n" }),
  pinging("blank lines after the body, and close (WIRE-23)", [...plain, "Connection: close"], pingText, {
    surplus: "\n\n"
  }),
  pinging("blank lines before the request", ["", "", ...plain]),
  refused("a compressed request", [...plain, "Content-Encoding: gzip"], "\x1f\x8b\x08\x00junk", "gzip")
]

const bodies: ReadonlyArray<Entry> = [
  pinging("a byte order mark (WIRE-24)", plain, latin1(`\ufeff${pingText}`)),
  pinging("no XML declaration (WIRE-24)", plain, pingText.replace(declaration, "")),
  pinging("blank lines before the XML (WIRE-24)", plain, `\r\n\n${pingText}`),
  pinging("lines of the XML end with CRLF", plain, pingText.replaceAll("><", ">\r\n<")),
  pinging(
    "encoding ISO-8859-1 (WIRE-24)",
    plain,
    pingText.replace("?>", " encoding=\"ISO-8859-1\" standalone='yes'?>")
  ),
  pinging("encoding us-ascii (WIRE-24)", plain, pingText.replace("?>", " encoding='us-ascii'?>")),
  request(
    "ISO-8859-1 with a letter that SAMP has not (WIRE-24)",
    plain,
    `<?xml version="1.0" encoding="iso-8859-1"?>${called("x-zoo.one", param("<value>caf\xe9</value>"))}`,
    { method: "x-zoo.one", params: ["caf\u00e9"] }
  ),
  pinging("<params/> (WIRE-27)", plain, pingText.replace("<params></params>", "<params />")),
  pinging("no params (WIRE-27)", plain, pingText.replace("<params></params>", "")),
  pinging("blanks around the method name", plain, pingText.replace("samp.hub.ping", "\n samp.hub.ping\n")),
  pinging(
    "comments and instructions everywhere (WIRE-32)",
    plain,
    `<!-- a --><?x y?>${
      called("samp.hub.<!-- - -->ping", "<!-- <params> --><params><?z?></params>")
    }<!-- b -->`
  ),
  one("CDATA (WIRE-32)", "<value><string>a<![CDATA[<b> & ]]>c<![CDATA[]]></string></value>", "a<b> & c"),
  one("CDATA in an untyped value (WIRE-32)", "<value><![CDATA[ <x/> ]]></value>", " <x/> "),
  one("a comment in a string (WIRE-32)", "<value>a<!-- no -->b</value>", "ab"),
  one(
    "references (WIRE-32)",
    "<value>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#x000043;&amp;amp;</value>",
    "<>&\"'ABC&amp;"
  ),
  one("a reference to CR stays CR", "<value><string>a&#13;&#10;b&#xD;</string></value>", "a\r\nb\r"),
  one("a bare CR is a line end", "<value><string>a\rb\r\nc</string></value>", "a\nb\nc"),
  one("blanks in strings count (WIRE-31)", "<value><string>  a \n </string></value>", "  a \n "),
  one("blanks in untyped values count (WIRE-31)", "<value> \n </value>", " \n "),
  one("text around a typed value does not (WIRE-31)", "<value> x <string>a</string> y </value>", "a"),
  one("<value/> (WIRE-27)", "<value/>", ""),
  one("<string/> (WIRE-27)", "<value><string/></value>", ""),
  one("<array><data/></array> (WIRE-27)", "<value><array><data/></array></value>", []),
  one("<struct/> (WIRE-27)", "<value><struct/></value>", {}),
  one("a struct of blanks (WIRE-27)", "<value><struct>\n \n</struct></value>", {}),
  one(
    "the last of two members counts (WIRE-28)",
    "<value><struct><member><name>a</name><value>1</value></member>"
      + "<member><name>a</name><value>2</value></member></struct></value>",
    { a: "2" }
  ),
  one(
    "value before name (WIRE-28)",
    "<value><struct><member><value>1</value><name>a</name></member></struct></value>",
    { a: "1" }
  ),
  one("an empty name", "<value><struct><member><name/><value>1</value></member></struct></value>", {
    "": "1"
  }),
  one(
    "__proto__",
    "<value><struct><member><name>__proto__</name><value>1</value></member></struct></value>",
    JSON.parse("{\"__proto__\": \"1\"}")
  ),
  one(
    "attributes and a name space",
    "<value xmlns:e=\"u\" a='1'><string xml:space=\"preserve\"> a</string ></value >",
    " a"
  ),
  one(
    "other scalars (WIRE-29)",
    `<value><array><data>${
      [
        "<int>7</int>",
        "<i4> -12\n</i4>",
        "<i8>9007199254740993</i8>",
        "<double>2.50</double>",
        "<boolean>1</boolean>",
        "<boolean>0</boolean>",
        "<nil/>",
        "<dateTime.iso8601>19980717T14:08:55</dateTime.iso8601>",
        "<base64>aGVsbG8=</base64>"
      ].map((item) => `<value>${item}</value>`).join("\n")
    }</data></array></value>`,
    ["7", "-12", "9007199254740993", "2.50", "1", "0", "", "19980717T14:08:55", "aGVsbG8="]
  ),
  refused(
    "an entity of its own (WIRE-154)",
    plain,
    `<!DOCTYPE m [<!ENTITY e "x">]>${called("samp.hub.ping", param("<value>&e;</value>"))}`,
    "DOCTYPE"
  ),
  refused("a document of another kind", plain, "<html><body>no</body></html>", "not XML-RPC"),
  refused("XML that breaks off", plain, pingText.slice(0, -4), "cut XML"),
  refused("nothing", plain, "", "no body"),
  refused(
    "bytes that are not UTF-8",
    plain,
    `${declaration}${called("x", param("<value>\xff\xfe</value>"))}`,
    "encoding"
  ),
  refused(
    "two values in one",
    plain,
    `${declaration}${called("x", param("<value><string>a</string><string>b</string></value>"))}`,
    "two values"
  )
]

/** All of them. */
export const requests: ReadonlyArray<Entry> = [...heads, ...bodies]
