/** The shim as pages load it: a script in the place of sampjs's, or a module. */
import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { createContext, runInContext } from "node:vm"
import { samp } from "../../../src/sampjs.ts"
import { bundleScript, bundleShim } from "../../../tools/bundlePages.mjs"
import { atEnd } from "./world.ts"

/** What sampjs 1.0.3 exports. */
const names = [
  "CallableClient",
  "ClientTracker",
  "Connection",
  "Connector",
  "Message",
  "TYPE_LIST",
  "TYPE_MAP",
  "TYPE_STRING",
  "XmlRpcClient",
  "XmlRpcRequest",
  "isSubscribed",
  "ping",
  "register"
]

const directory = (): string => {
  const path = mkdtempSync(join(tmpdir(), "shim-"))
  atEnd(() => rmSync(path, { recursive: true }))
  return path
}

describe("the shim", () => {
  it("has the names of sampjs, and no others", () => {
    assert.deepStrictEqual(Object.keys(samp).sort(), names)
  })

  it("is a script that makes one global, which can be changed as that of sampjs", async () => {
    const file = join(directory(), "samp.js")
    await bundleScript(file)
    const context = createContext({ AbortSignal, Request, console })
    const before = new Set(Object.getOwnPropertyNames(context))
    runInContext(readFileSync(file, "utf8"), context)
    const made = Object.getOwnPropertyNames(context).filter((name) => !before.has(name))
    assert.deepStrictEqual(made, ["samp"])
    assert.strictEqual(
      runInContext(
        "samp.ping = () => 'mine'; var samp = samp || {}; Object.keys(samp).sort() + samp.ping()",
        context
      ),
      `${names}mine`
    )
    assert.isBelow(readFileSync(file).length, 40_000)
  })

  it("is a module that imports nothing", async () => {
    const file = join(directory(), "sampjs.mjs")
    await bundleShim(file)
    assert.notMatch(readFileSync(file, "utf8"), /\bimport\b/u)
    const module: { readonly samp: typeof samp } = await import(pathToFileURL(file).href)
    assert.deepStrictEqual([Object.keys(module), Object.keys(module.samp).sort()], [["samp"], names])
  })
})
