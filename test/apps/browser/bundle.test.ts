/** What pages load: its size, what is in it, and that it works. */
import * as Result from "effect/Result"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { gzipSync } from "node:zlib"
import { afterAll, assert, beforeAll, describe, test, vi } from "vitest"
import type * as Browser from "../../../src/browser.ts"
import { map } from "../../../src/domain/SampValue.ts"
import { bundleClient, readerFile } from "../../../tools/bundlePages.mjs"
import * as Lean from "../../../tools/lean/Result.ts"
import { rejection } from "../../support/promises.ts"
import { fakeHub } from "../../support/webHub.ts"

/** Bytes, compressed as servers do. */
const budget = 15_000

const client = "browser.js"
const folder = mkdtempSync(join(tmpdir(), "samp-bundle-"))
beforeAll(() => bundleClient(join(folder, client)))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const textOf = (file: string): string => readFileSync(join(folder, file), "utf8")

const load = async (): Promise<typeof Browser> =>
  await import(pathToFileURL(join(folder, client)).href) as typeof Browser // it was made of that

describe("the bundle for pages", () => {
  test(`is below ${budget} bytes, compressed`, () => {
    const size = gzipSync(textOf(client), { level: 9 }).length
    assert.isBelow(size, budget)
    assert.isAbove(size, 10_000) // else it cannot be the whole
  })

  test("is two files, of which the first loads the second only when it has to", () => {
    assert.deepStrictEqual(readdirSync(folder).sort(), [client, readerFile].sort())
    const imports = (text: string) =>
      [...text.matchAll(/\b(?:import|from)\s*\(?\s*["'`]([^"'`]*)/gu)].map(([, name]) => name)
    assert.deepStrictEqual(imports(textOf(client)), [`./${readerFile}`])
    assert.include(textOf(client), `await import(`)
    assert.deepStrictEqual(imports(textOf(readerFile)), [])
  })

  test("has nothing of Node, of Effect or of this machine in it", () => {
    for (const file of [client, readerFile]) {
      assert.notMatch(textOf(file), /node:|\bprocess\b|\bBuffer\b|~effect|node_modules|\/src\//u)
      assert.notInclude(textOf(file), process.cwd())
    }
  })

  test("exports what the sources do", async () => {
    const source: typeof Browser = await import("../../../src/browser.ts")
    assert.deepStrictEqual(Object.keys(await load()).sort(), Object.keys(source).sort())
  })

  test("gives clients, answers and errors with the names of the sources", async () => {
    const names = async ({ availability, connect }: typeof Browser) => {
      await using hub = await fakeHub()
      await using page = await connect({ name: "page", url: hub.url })
      const response = (status: string) =>
        map({ "samp.status": status, "samp.result": map({}), "samp.error": map({ "samp.errortxt": "no" }) })
      hub.scripts.set("callAndWait", ({ params }) => ({ value: response(String(params[0])) }))
      const shown = [
        page,
        await availability({ url: hub.url }),
        await page.connected(),
        await page.callAndWait("samp.ok", "a.b"),
        await rejection(page.callAndWait("samp.error", "a.b")),
        ...(await page.clients()).values()
      ]
      return shown.map((one) => Object.keys(Object(one)).sort())
    }
    assert.deepStrictEqual(await names(await load()), await names(await import("../../../src/browser.ts")))
  })

  test("WEB-10, ERR-02 connects, calls, and reads faults without the second file", async () => {
    const { CallError, connect } = await load()
    await using hub = await fakeHub()
    await using page = await connect({ name: "page", url: hub.url })
    hub.scripts.set("callAndWait", () => ({
      value: map({ "samp.status": "samp.ok", "samp.result": map({ x: "1" }) })
    }))
    assert.deepStrictEqual((await page.callAndWait("c9", "a.b", { n: 1 })).result, { x: "1" })
    hub.scripts.set("notify", () => ({ fault: "nobody is called c9" }))
    const error = await rejection(page.notify("c9", "a.b"))
    assert.instanceOf(error, CallError)
    assert.strictEqual(error.message, "nobody is called c9")
  })

  test("WIRE-32 loads the second file for an answer in another form, which needs the browser's parser", async () => {
    const { connect } = await load()
    await using hub = await fakeHub()
    await using page = await connect({ name: "page", url: hub.url })
    const body =
      "<methodResponse><!-- c --><params><param><value><string>x</string></value></param></params></methodResponse>"
    hub.scripts.set("call", () => ({ body }))
    const error = await rejection(page.callTagged("c9", "t", "a.b"))
    assert.match(String(error), /there is no XML parser here$/u)
    // a browser's parser, as far as this document needs one
    const text = (nodeValue: string) => ({ nodeType: 3, nodeName: "#text", nodeValue, childNodes: [] })
    const element = (nodeName: string, ...childNodes: ReadonlyArray<object>) => ({
      nodeType: 1,
      nodeName,
      nodeValue: null,
      childNodes
    })
    const documents: Array<string> = []
    vi.stubGlobal(
      "DOMParser",
      class {
        parseFromString(document: string) {
          documents.push(document)
          const value = element("value", element("string", text("m7")))
          const documentElement = element("methodResponse", element("params", element("param", value)))
          return { documentElement, getElementsByTagName: () => [] }
        }
      }
    )
    try {
      assert.strictEqual(await page.callTagged("c9", "t", "a.b"), "m7")
      assert.deepStrictEqual(documents, [body.replace("<!-- c -->", "")])
    } finally {
      vi.unstubAllGlobals()
    }
  })
})

describe("the stand-in for effect/Result", () => {
  const shown = (result: Result.Result<unknown, unknown>) => ({ ...result, _tag: result._tag })
  const double = (n: number): number => n * 2
  // each of its functions, with the same arguments, next to the real one
  const uses: {
    readonly [K in keyof typeof Lean]: (of: typeof Lean | typeof Result) => ReadonlyArray<unknown>
  } = {
    succeed: ({ succeed }) => [shown(succeed(1)), shown(succeed(undefined))],
    fail: ({ fail }) => [shown(fail("x")), shown(fail(undefined))],
    isSuccess: ({ fail, isSuccess, succeed }) => [isSuccess(succeed(1)), isSuccess(fail("x"))],
    isFailure: ({ fail, isFailure, succeed }) => [isFailure(succeed(1)), isFailure(fail("x"))],
    map: ({ fail, map, succeed }) => [shown(map(succeed(1), double)), shown(map(fail("x"), double))]
  }

  test.each(Object.entries(uses))("does in %s what Effect's does", (_, use) => {
    assert.deepStrictEqual(use(Lean), use(Result))
  })

  test("has no more than is tried here", () => {
    assert.deepStrictEqual(Object.keys(uses).sort(), Object.keys(Lean).sort())
  })
})
