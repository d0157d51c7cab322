/** Checks: the forms of XML that peers write, and callbacks down to the byte (section 4.1, 4.2). */
import * as Effect from "effect/Effect"
import { emptyMap, map, type SampMap } from "../../../domain/SampValue.ts"
import { aMap, type Check, check, demand, equal, refused } from "../Check.ts"
import { join } from "../Party.ts"
import { show } from "../Transcript.ts"
import type { World } from "../World.ts"
import { bodyOf, bodyWith, foreignType, inWords, isFaultAnswer, isResult, post, taken } from "./Bytes.ts"
import { msg } from "./Common.ts"

const typed = (text: string): string => `<value><string>${text}</string></value>`

/** A map of one entry, its value as it stands. */
const struct = (value: string): string =>
  `<value><struct><member><name>a</name>${value}</member></struct></value>`

/** Sees what a hub makes of a value that is written in some way. */
const understood = (
  cases: ReadonlyArray<readonly [what: string, xml: string, value: SampMap]>
): Check["run"] =>
  Effect.fnUntraced(function*(world) {
    const alice = yield* join(world, "Alice", { callable: false })
    for (const [what, xml, value] of cases) {
      yield* taken(world, what, bodyWith("declareMetadata", typed(alice.key), xml))
      yield* equal(what, yield* alice.ask("getMetadata", alice.id), value)
    }
  })

const a = (value: string) => map({ a: value })

const answer = (body: string, status = "200 OK"): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`

const result = (value: string): string =>
  answer(`<?xml version="1.0"?>\n<methodResponse><params><param>${value}</param></params></methodResponse>\n`)

/** A client whose callbacks come as bytes, and a sender. */
const tapped = (world: World, reply: (n: number) => string | undefined, path = "/xmlrpc") =>
  Effect.gen(function*() {
    const mtype = world.mtype()
    let count = 0
    const { port, requests } = yield* world.tap(() => reply(count++))
    const alice = yield* join(world, "Alice", { callable: false })
    const bob = yield* join(world, "Bob", { callable: false })
    yield* bob.ask("setXmlrpcCallback", `http://127.0.0.1:${port}${path}`)
    yield* bob.subscribe([mtype])
    /** Waits for one more callback. */
    const sent = (content: SampMap) =>
      Effect.gen(function*() {
        const before = requests.length
        yield* alice.ask("notify", bob.id, content)
        const request = yield* world.until("the callback", () => requests[before])
        yield* world.note("delivered", "Bob", `${request.head}\n\n${request.body}`)
        return request
      })
    return { bob, mtype, sent }
  })

const plain = () => result(typed(""))

/** These checks, in the order in which they run. */
export const xml: ReadonlyArray<Check> = [
  check(
    "STD-03",
    "a value without a type is a string",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      yield* taken(
        world,
        "declareMetadata",
        bodyWith("declareMetadata", `<value>${alice.key}</value>`, struct("<value>b</value>"))
      )
      yield* equal("the metadata", yield* alice.ask("getMetadata", alice.id), a("b"))
    })
  ),
  check(
    "DT-06",
    "a value with illegal characters is a fault, and changes nothing",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      for (const text of ["&#233;", "\u00c3\u00a9", "&#8364;"]) {
        const refusal = yield* post(world, bodyWith("declareMetadata", typed(alice.key), struct(typed(text))))
        yield* demand(isFaultAnswer(refusal), `it was answered with ${inWords(refusal)}`)
        yield* equal("the metadata", yield* alice.ask("getMetadata", alice.id), emptyMap)
      }
    })
  ),
  check(
    "WIRE-24",
    "XML without declaration, with a byte order mark, with blank lines in front",
    Effect.fnUntraced(function*(world) {
      const bare = bodyOf("ping").replace(/^<\?xml[^>]*>\n/u, "")
      yield* taken(world, "XML without declaration", bare)
      yield* taken(world, "XML with a byte order mark", `\u00ef\u00bb\u00bf${bodyOf("ping")}`)
      yield* taken(world, "XML with blank lines in front", `\n\n${bare}`)
      for (const encoding of ["UTF-8", "US-ASCII", "ISO-8859-1"]) {
        yield* taken(world, `XML of ${encoding}`, `<?xml version='1.0' encoding='${encoding}'?>${bare}`)
      }
    })
  ),
  check(
    "WIRE-26",
    "blanks between elements mean nothing",
    understood([
      [
        "an indented map",
        "\n\t<value>\n <struct>\n  <member>\n   <name>a</name>\n   <value>\n<string>b</string>\n</value>\n  </member> </struct>\n</value>\n",
        a("b")
      ]
    ])
  ),
  check(
    "WIRE-27",
    "empty strings, lists and maps may be written in all ways",
    understood([
      ["<value/>", struct("<value/>"), a("")],
      ["<value></value>", struct("<value></value>"), a("")],
      ["<string/>", struct("<value><string/></value>"), a("")],
      ["<struct/>", struct("<value><struct/></value>"), map({ a: emptyMap })],
      ["a struct of blanks", struct("<value><struct> \n </struct></value>"), map({ a: emptyMap })],
      ["<data/>", struct("<value><array><data/></array></value>"), map({ a: [] })]
    ])
  ),
  check(
    "WIRE-27",
    "params may be empty or left out",
    Effect.fnUntraced(function*(world) {
      for (const params of ["<params></params>", "<params/>", ""]) {
        const body =
          `<?xml version="1.0"?><methodCall><methodName>samp.hub.ping</methodName>${params}</methodCall>`
        yield* taken(world, `a call with ${params === "" ? "no params" : params}`, body)
      }
    })
  ),
  check(
    "WIRE-29",
    "numbers and booleans become strings",
    understood([
      ["an int", struct("<value><int>42</int></value>"), a("42")],
      ["an i4", struct("<value><i4>-7</i4></value>"), a("-7")],
      ["a double", struct("<value><double>1.5</double></value>"), a("1.5")],
      ["a boolean", struct("<value><boolean>1</boolean></value>"), a("1")]
    ])
  ),
  check(
    "WIRE-31",
    "blanks in a string are kept, with a type and without",
    understood([
      ["a typed string", struct(typed("  b \n c ")), a("  b \n c ")],
      ["a string without a type", struct("<value>  b \n c </value>"), a("  b \n c ")]
    ])
  ),
  check(
    "WIRE-32",
    "character references, CDATA and comments are understood",
    understood([
      ["references", struct(typed("&lt;&amp;&gt;&quot;&apos;&#65;&#x42;")), a("<&>\"'AB")],
      ["CDATA", struct(typed("<![CDATA[<b> &amp;]]>")), a("<b> &amp;")],
      ["a comment", struct(`<value><!-- c --><string>b<!-- d -->c</string></value>`), a("bc")]
    ])
  ),
  check(
    "WIRE-154",
    "a document type is refused, or its entities are not resolved",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      const body = bodyWith("declareMetadata", typed(alice.key), struct(typed("&e;")))
        .replace("?>\n", "?>\n<!DOCTYPE methodCall [<!ENTITY e \"resolved\">]>\n")
      const found = yield* post(world, body)
      const metadata = yield* aMap("the metadata", yield* alice.ask("getMetadata", alice.id))
      yield* demand(
        !isResult(found) || !show(metadata).includes("resolved"),
        "an entity of a DTD was resolved"
      )
    })
  ),
  check(
    "STD-02",
    "callbacks hold strings, lists and maps only",
    Effect.fnUntraced(function*(world) {
      const { mtype, sent } = yield* tapped(world, plain)
      const { body } = yield* sent(msg(mtype, map({ n: "1", list: ["2"], map: emptyMap })))
      const [, type] = foreignType.exec(body) ?? []
      yield* demand(type === undefined, `a callback holds <${type}>: ${body}`)
    })
  ),
  check(
    "STD-07",
    "callbacks go by POST to exactly the URL that was given, with path and query",
    Effect.fnUntraced(function*(world) {
      const { mtype, sent } = yield* tapped(world, plain, "/some/path?a=b&c=d")
      const { head, target } = yield* sent(msg(mtype))
      yield* demand(head.startsWith("POST "), `the request is ${head.split("\n")[0]}`)
      yield* equal("the target", target.replace(/^http:\/\/[^/]*/u, ""), "/some/path?a=b&c=d")
    })
  ),
  check(
    "WIRE-30 CLI-15",
    "whatever a callback returns is ignored",
    Effect.fnUntraced(function*(world) {
      const returns = [
        result("<value><int>7</int></value>"),
        result("<value><nil/></value>"),
        result("<value>OK</value>"),
        result("<value><struct></struct></value>"),
        answer("<?xml version=\"1.0\"?><methodResponse><params></params></methodResponse>")
      ]
      const { mtype, sent } = yield* tapped(world, (n) => returns[n])
      for (const [n] of returns.entries()) {
        const { body } = yield* sent(msg(mtype, map({ n: `number ${n}.` })))
        yield* demand(body.includes(`number ${n}.`), "a callback came twice")
      }
    })
  ),
  check(
    "WIRE-34",
    "a callback that is answered by an HTTP error, by no XML or not at all does no harm",
    Effect.fnUntraced(function*(world) {
      const returns = [answer("", "500 Internal Server Error"), answer("hello"), undefined, plain(), plain()]
      const { bob, mtype, sent } = yield* tapped(world, (n) => n < returns.length ? returns[n] : plain())
      for (let n = 0; n < 4; n++) yield* sent(msg(mtype, map({ n: String(n) })))
      yield* bob.ask("getRegisteredClients")
    })
  ),
  check(
    "STD-07",
    "setXmlrpcCallback again replaces the URL",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const taken: Array<string> = []
      const listen = (name: string) =>
        Effect.map(
          world.run.ports.server.listen({ address: "127.0.0.1", port: 0, title: "SAMP client" }, () =>
            Effect.sync(() => {
              taken.push(name)
              return ""
            })),
          ({ url }) =>
            url
        )
      const alice = yield* join(world, "Alice", { callable: false })
      const bob = yield* join(world, "Bob", { callable: false })
      yield* bob.ask("setXmlrpcCallback", yield* listen("first"))
      yield* bob.subscribe([mtype])
      yield* bob.ask("setXmlrpcCallback", yield* listen("second"))
      yield* alice.ask("notify", bob.id, msg(mtype))
      yield* equal("the endpoint that was called", yield* world.until("a callback", () => taken[0]), "second")
    })
  ),
  check(
    "STD-07",
    "setXmlrpcCallback with what is no URL is a fault",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      for (const url of ["", "not a url", "//host"]) {
        yield* refused(`setXmlrpcCallback(${show(url)})`, alice.ask("setXmlrpcCallback", url))
      }
    })
  )
]
