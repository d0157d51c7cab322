/** Hand-made answers: what a sender has to cope with. */
import type { Entry, Json } from "../Fixture.ts"
import { answered, chunk, declaration, latin1, param, response } from "./Craft.ts"

const old = ["HTTP/1.0 200 OK", "Content-Type: text/xml", "Content-Length: #"]
const kept = ["HTTP/1.1 200 OK", "Content-Type: text/xml", "Content-Length: #"]
const says = (name: string, value: string, meaning: Json): Entry =>
  response(name, kept, `${declaration}${answered(param(value))}`, { value: meaning }, { closes: false })
const okay = `${declaration}${answered(param("<value><string>fine</string></value>"))}`
const fine = { value: "fine" }
const failing = (name: string, members: string): Entry =>
  response(
    name,
    old,
    `${declaration}${answered(`<fault><value><struct>${members}</struct></value></fault>`)}`,
    {
      fault: { code: 12, string: "no & no" }
    }
  )
const code = (value: string) => `<member><name>faultCode</name><value>${value}</value></member>`
const text = (value: string) => `<member><name>faultString</name><value>${value}</value></member>`

/** All of them. */
export const responses: ReadonlyArray<Entry> = [
  response(
    "DS9 as a hub: bare LF, HTTP/1.1, and closes (WIRE-21 WIRE-92 WIRE-105)",
    [
      ...kept.slice(0, 2),
      "Content-length: #"
    ],
    `<?xml version="1.0"?>
<methodResponse>
\t<params>
\t\t<param>
\t\t\t<value>
\t\t\t\t<struct>
\t\t\t\t\t<member>
\t\t\t\t\t\t<name>samp.self-id</name>
\t\t\t\t\t\t<value><string>c1</string></value>
\t\t\t\t\t</member>
\t\t\t\t</struct>
\t\t\t</value>

\t\t</param>
\t</params>
</methodResponse>
`,
    { value: { "samp.self-id": "c1" } },
    { eol: "\n" }
  ),
  response("no length, the end is the end", old.slice(0, 2), okay, fine),
  response("HTTP/1.1 without a length, the end is the end", kept.slice(0, 2), okay, fine),
  response(
    "chunks",
    [...kept.slice(0, 2), "Transfer-Encoding: chunked"],
    `${chunk(okay.slice(0, 30))}${chunk(okay.slice(30))}0\r\n\r\n`,
    fine,
    { closes: false }
  ),
  response("an honest Connection: close", [...kept, "Connection: close"], okay, fine),
  response("keep-alive in HTTP/1.0", [...old, "Connection: keep-alive"], okay, fine, { closes: false }),
  response(
    "lower case headers, no reason",
    ["HTTP/1.1 200 ", "content-type: text/xml", "content-length: #"],
    okay,
    fine
  ),
  response("a 100 first", ["HTTP/1.1 100 Continue", "", ...kept], okay, fine, { closes: false }),
  response("CRLF after the body (WIRE-23)", kept, okay, fine, { surplus: "\r\n" }),
  response(
    "a byte order mark, no declaration (WIRE-24)",
    kept,
    latin1(`\ufeff${okay.replace(declaration, "")}`),
    fine
  ),
  response("<params/> (WIRE-30)", kept, answered("<params/>"), { value: "" }, { closes: false }),
  response("empty params (WIRE-30)", kept, answered("<params></params>"), { value: "" }, { closes: false }),
  response("no params (WIRE-30)", kept, `${declaration}${answered("")}`, { value: "" }, { closes: false }),
  says("<nil/> (WIRE-29 WIRE-30)", "<value><nil/></value>", ""),
  says("a number (WIRE-29 WIRE-30)", "<value><int>0</int></value>", "0"),
  says("a boolean (WIRE-29 WIRE-30)", "<value><boolean>1</boolean></value>", "1"),
  says("an empty struct (WIRE-30)", "<value><struct/></value>", {}),
  says("the word fault", "<value>default <![CDATA[<fault>]]></value>", "default <fault>"),
  says("a letter that SAMP has not", `<value>${latin1("caf\u00e9")}</value>`, "caf\u00e9"),
  failing("faultCode as i4 (WIRE-33)", `${code("<i4>12</i4>")}${text("<string>no &amp; no</string>")}`),
  failing(
    "faultCode as a string, last (WIRE-33)",
    `${text("<string>no &amp; no</string>")}${code("<string>12</string>")}`
  ),
  failing(
    "untyped fault with one member more (WIRE-33)",
    `${code("12")}<member><name>more</name><value><struct/></value></member>${text("no &amp; no")}`
  ),
  response("404 with a page (WIRE-34)", ["HTTP/1.1 404 Not Found", "Content-Length: #"], "<html>no</html>", {
    status: 404
  }, {
    closes: false
  }),
  response("500 with a good answer (WIRE-34)", ["HTTP/1.0 500 Oops", "Content-Length: #"], okay, {
    status: 500
  }),
  response("204 (WIRE-34)", ["HTTP/1.1 204 No Content"], "", { status: 204 }, { closes: false }),
  response(
    "a redirection (WIRE-34)",
    ["HTTP/1.1 302 Found", "Location: http://127.0.0.1:9/", "Content-Length: #"],
    "",
    { status: 302 },
    { closes: false }
  ),
  response("closes within the body (WIRE-34)", [...old.slice(0, 2), "Content-Length: 5000"], okay, {
    broken: "cut"
  }),
  response("closes within the head (WIRE-34)", ["HTTP/1.1 200 OK", "Content-Le"], "", { broken: "cut" }, {
    eol: ""
  }),
  response("another protocol", ["SSH-2.0-OpenSSH_9.2p1"], "", { broken: "not HTTP" }),
  response("XML that breaks off", kept, okay.slice(0, -5), { broken: "cut XML" }),
  response(
    "an entity of its own (WIRE-154)",
    kept,
    `<!DOCTYPE m [<!ENTITY e "x">]>${answered(param("<value>&e;</value>"))}`,
    {
      broken: "DOCTYPE"
    }
  )
]
