/** The bundle that ships: what is in it, and what it leaves behind. The other tests here run it, too. */
import { assert, describe, it } from "@effect/vitest"
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, join, relative } from "node:path"
import { entry, licences } from "../../tools/bundle.mjs"
import { entryFile } from "../support/bundle.ts"
import { record, World } from "./harness.ts"

const root = join(import.meta.dirname, "..", "..")
const file = await entryFile()
const directory = dirname(file)
const files = readdirSync(directory, { recursive: true, withFileTypes: true })
  .flatMap((entry) => entry.isFile() ? [relative(directory, join(entry.parentPath, entry.name))] : [])
const modules = files.filter((name) => name.endsWith(".mjs"))
const textOf = (name: string): string => readFileSync(join(directory, name), "utf8")
const importsOf = (name: string): ReadonlyArray<string> =>
  [...textOf(name).matchAll(/^(?:import|export)\b[^"'\n]*["']([^"']+)["'];?$/gmu)].map(([, from = ""]) =>
    from
  )

/** Without this, the variables of the harness rule. */
const ownCache = { NODE_COMPILE_CACHE: "" }

describe.concurrent("the bundled command", () => {
  it("starts as a program, and knows its version", async () => {
    await using world = new World()
    const { code, stderr, stdout } = await world.samp("--version")
    const { version } = record(JSON.parse(readFileSync(join(root, "package.json"), "utf8")))
    assert.deepStrictEqual([code, stdout.trim(), stderr], [0, `samp v${version}`, ""])
    assert.match(textOf(entry), /^#!\/usr\/bin\/env node\n/u)
  })

  it("holds no paths of the machine that made it", () => {
    const paths = [root, process.cwd(), homedir(), dirname(process.execPath)]
    const telling = (text: string): boolean =>
      paths.some((path) => path.length > 1 && text.includes(path)) || text.includes("node_modules/")
    assert.deepStrictEqual(files.filter((name) => telling(textOf(name))), [])
  })

  it("needs nothing but Node, and does not make it load undici", () => {
    const specifiers = modules.flatMap(importsOf)
    const outside = new Set(specifiers.filter((from) => !from.startsWith("./")))
    for (const from of outside) assert.match(from, /^node:/u)
    assert.include([...outside], "node:fs/promises")
    assert.isFalse(outside.has("node:http"), "an import of node:http loads undici; see NodeHttp.ts")
  })

  it("reads nothing of the hub for samp send", () => {
    const read = new Set(["Main.mjs", "Send.mjs"])
    for (const name of read) {
      for (const from of importsOf(name)) if (from.startsWith("./")) read.add(from.slice(2))
    }
    const holds = (name: string): boolean => textOf(name).includes("has unregistered")
    assert.deepStrictEqual([...read].filter(holds), [])
    assert.isTrue(modules.some(holds))
  })

  it("comes with the licences of what it holds", () => {
    const text = textOf(licences)
    for (const name of ["effect", "fast-xml-parser", "strnum"]) assert.include(text, `\n${name} `)
    assert.include(text, "Copyright (c) 2023 Effectful Technologies Inc")
    assert.include(text, "THE SOFTWARE IS PROVIDED")
  })

  it("keeps compiled code in the user's cache directory and nowhere else", async () => {
    await using world = new World()
    assert.strictEqual((await world.start(["--version"], { env: ownCache }).ended).code, 0)
    assert.deepStrictEqual(readdirSync(world.home), [".cache"])
    assert.deepStrictEqual(readdirSync(world.path(".cache")), ["effect-samp"])
    const kept = readdirSync(world.path(".cache"), { recursive: true }).length
    assert.isAbove(kept, 2)
    assert.strictEqual((await world.start(["--version"], { env: ownCache }).ended).code, 0)
    assert.strictEqual(readdirSync(world.path(".cache"), { recursive: true }).length, kept)
  })

  it("keeps nothing when it is told so, when the home is missing, and when it cannot", async () => {
    await using world = new World()
    const run = async (env: Record<string, string>): Promise<void> => {
      const { code, stderr } = await world.start(["--version"], { env: { ...ownCache, ...env } }).ended
      assert.deepStrictEqual([code, stderr], [0, ""])
    }
    await run({ NODE_DISABLE_COMPILE_CACHE: "1" })
    await run({ HOME: world.path("missing") })
    mkdirSync(world.path("closed"))
    chmodSync(world.path("closed"), 0o500)
    await run({ HOME: world.path("closed") })
    await run({ XDG_CACHE_HOME: "/dev/null/cache" })
    assert.deepStrictEqual(readdirSync(world.home), ["closed"])
    assert.isFalse(existsSync(world.path("missing")))
  })
})
