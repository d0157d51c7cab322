/** The XML reader of pages, on Chromium's parser: it takes and refuses the same answers as the one of Node, and reads the same. */
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Answer, readFully } from "../../../src/adapters/web/FullAnswer.ts"
import { xmlCodec } from "../../../src/adapters/xml/XmlCodecFxp.ts"
import { bundleClient, readerFile } from "../../../tools/bundlePages.mjs"
import { sampValue, seed, show } from "../../support/arbitraries.ts"
import { answerDocument, styles } from "../../support/documents.ts"
import { mutate, pick, random } from "../../support/seeded.ts"
import { markupPieces } from "../../support/xmlPieces.ts"
import * as Home from "../support/Home.ts"
import * as Chromium from "./support/Browser.ts"
import * as Pages from "./support/Pages.ts"

const home = Home.make()
let browser: Browser
let site: Pages.Site
let page: Page

beforeAll(async () => {
  await bundleClient(join(home.path, "browser.js"))
  site = await Pages.serve({
    "/": `<!DOCTYPE html><script type="module">
      import { readFully } from "/${readerFile}"
      const show = (value) => typeof value === "string" ? JSON.stringify(value)
        : Array.isArray(value) ? "[" + value.map(show).join(", ") + "]"
        : "{" + [...value].map(([key, item]) => JSON.stringify(key) + ": " + show(item)).sort().join(", ") + "}"
      window.read = (documents) => documents.map((text) => {
        const answer = readFully(text)
        return answer._tag === "Value" ? show(answer.value) : answer._tag === "Bad" ? "bad" : answer.code + " " + answer.text
      })
    </script>`,
    [`/${readerFile}`]: readFileSync(join(home.path, readerFile), "utf8")
  })
  browser = await Chromium.start(home)
  page = await browser.newPage()
  await page.goto(site.origin)
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
  home.remove()
})

const inPage = async (documents: ReadonlyArray<string>): Promise<ReadonlyArray<unknown>> => {
  const answers: unknown = await page.evaluate(`window.read(${JSON.stringify(documents)})`)
  if (!Array.isArray(answers)) throw new Error("the page has read nothing")
  return answers
}

const shown = (answer: Answer): string => {
  switch (answer._tag) {
    case "Value":
      return show(answer.value)
    case "RemoteFault":
      return `${answer.code} ${answer.text}`
    case "Bad":
      return "bad"
  }
}

const inNode = (document: string): string => shown(readFully(document, xmlCodec.parse))

const answer = (value: string): string =>
  `<?xml version='1.0'?><methodResponse><params><param>${value}</param></params></methodResponse>`
const fault =
  "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>4</int></value></member>" +
  "<member><name>faultString</name><value>no such \u00e9client</value></member></struct></value></fault></methodResponse>"

const deep = (depth: number): string =>
  answer(`${"<value><array><data>".repeat(depth)}<value>x</value>${"</data></array></value>".repeat(depth)}`)

describe("answers in an unusual form, in a page", () => {
  test.each([
    ["a comment", answer("<value><!-- c -->x</value>")],
    ["a section", answer("<value><![CDATA[<b>&amp;]]>]]&gt;</value>")],
    ["an instruction", answer("<value>x<?pi <b> ?>y</value>")],
    ["attributes", answer("<value a='1 > 0'>x</value>")],
    ["self-closing elements", answer("<value><string/></value>")],
    ["blanks", answer("<value> \t\n x </value>")],
    ["blank strings", answer("<value><string>   </string></value>")],
    ["line ends", answer("<value>x\r\ny\rz&#13;</value>")],
    ["references", answer("<value>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;</value>")],
    ["an accent", answer("<value>caf\u00e9</value>")],
    ["other types", answer("<value><i8> 7 </i8></value>")],
    ["nil", answer("<value><nil/></value>")],
    ["a fault", fault],
    ["an empty answer", "<methodResponse/>"],
    ["a byte order mark", `\ufeff${answer("<value>x</value>")}`],
    ["a comment before", `<!-- c -->\n${answer("<value>x</value>").slice(21)}`],
    ["a prefix that is declared", answer("<value><ex:nil xmlns:ex='urn:x'/></value>")],
    ["a DOCTYPE", `<!DOCTYPE a>${answer("<value>x</value>").slice(21)}`],
    ["an entity", `<!DOCTYPE a [<!ENTITY e "x">]><methodResponse>&e;</methodResponse>`],
    ["an unknown entity", answer("<value>&nbsp;</value>")],
    ["a bare ampersand", answer("<value>a & b</value>")],
    ["an element that does not end", answer("<value>x")],
    ["elements that cross", answer("<value><string>x</value></string>")],
    ["two roots", answer("<value>x</value>") + answer("<value>x</value>").slice(21)],
    ["text after the end", `${answer("<value>x</value>")}x`],
    ["a control character", answer("<value>\u0001</value>")],
    ["a reference to one", answer("<value>&#1;</value>")],
    ["the end of a section", answer("<value>]]></value>")],
    ["an attribute without quotes", answer("<value a=1>x</value>")],
    ["an attribute twice", answer("<value a='1' a='2'>x</value>")],
    ["HTML", "<!DOCTYPE html><html><p>hello"],
    ["words", "No such page"],
    ["nothing", ""],
    ["what is as deep as may be", deep(256)],
    ["what is deeper", deep(257)],
    ["what is far too deep", deep(20_000)]
  ])("WIRE-32, ERR-06 with %s are read, or refused, as elsewhere", async (_, document) => {
    expect(await inPage([document])).toEqual([inNode(document)])
  })

  test("WIRE-24, WIRE-32 are read, or refused, as elsewhere, whatever has been done to them", async () => {
    const values = Effect.runSync(Effect.orDie(Arbitrary.sampleEffect(sampValue, { count: 60, seed })))
    const bare = (text: string): string => text.replace(/^<\?.*\?>\n?/u, "")
    const written = values.flatMap((value) =>
      Object.values(styles).map((style) => bare(answerDocument(style, value)))
    )
      .filter((document) => document.length < 900)
    const documents: readonly [string, ...ReadonlyArray<string>] = [fault, ...written]
    const next = random(seed)
    const mutated = Array.from({ length: 4_000 }, () => mutate(pick(next, documents), next, markupPieces))
    const [pages, nodes] = [await inPage(mutated), mutated.map(inNode)]
    const different = mutated.map((document, n) => ({ document, page: pages[n], node: nodes[n] }))
      .filter(({ node, page }) => node !== page)
    expect(different).toEqual([])
    expect(nodes.filter((one) => one !== "bad").length).toBeGreaterThan(300)
    expect(nodes.filter((one) => one === "bad").length).toBeGreaterThan(300)
  })
})
