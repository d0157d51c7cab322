/** The command line as such: its usage errors, its version, and the Node it needs. */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { delimiter, join } from "node:path"
import { type Ended, record, tokensOf, until, World } from "./harness.ts"
import { refused } from "./support/Ends.ts"

const sourceFile = join(import.meta.dirname, "..", "..", "src", "apps", "cli", "samp.ts")

describe.concurrent("samp", () => {
  it("usage errors have exit code 2 and a line that helps, on stderr", async () => {
    await using world = new World()
    const wrong: ReadonlyArray<readonly [string, ...ReadonlyArray<string>]> = [
      ["70000", "hub", "--port", "70000"],
      ["port", "hub", "--port", "x"],
      ["-1", "hub", "--timeout", "-1"],
      ["soon", "hub", "--client-timeout", "soon"],
      ["max-body", "hub", "--max-body", "0"],
      ["--no-such-option", "hub", "--no-such-option"],
      ["--lockfile", "hub", "--multi", "--lockfile", world.path("x")],
      ["start", "hub", "start"],
      ["no-such-command", "no-such-command"]
    ]
    await Promise.all(wrong.map(async ([says, ...args]) => refused(await world.samp(...args), 2, says)))
    assert.deepStrictEqual(readdirSync(world.home), [])
  })

  it("says in one line for people what it serves and where", async () => {
    await using world = new World()
    const program = world.start(["hub"])
    await until("its line", () => program.stdout.endsWith("\n") || program.failIfEnded("the hub"))
    const { "samp.hub.xmlrpc.url": url = "" } = tokensOf(world.lockfile)
    assert.lengthOf(program.stdout.trim().split("\n"), 1)
    for (const text of [url, world.lockfile, "samp hub stop"]) assert.include(program.stdout, text)
  })

  it("runs from its sources, and knows its version", async () => {
    await using world = new World()
    const { code, stdout } = await world.start(["--version"], { entry: sourceFile }).ended
    const { version } = record(
      JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8"))
    )
    assert.strictEqual(code, 0)
    assert.include(stdout, String(version))
  })
})

describe.concurrent("a too old Node", () => {
  /** The first file of the command, as JavaScript that any Node can read. */
  const entry = (world: World): string => {
    const file = world.path("samp.mjs")
    writeFileSync(file, stripTypeScriptTypes(readFileSync(sourceFile, "utf8")))
    return file
  }
  const check = ({ code, stderr, stdout }: Ended): void => {
    assert.strictEqual(code, 1)
    assert.match(stderr, /^samp needs Node 22\.19 or newer, and this is Node \d[\d.]+\n$/u)
    assert.strictEqual(stdout, "")
  }

  it("gets one clear line and exit code 1", async () => {
    await using world = new World()
    for (const version of ["20.20.2", "22.18.0"]) {
      const pretend = `Object.defineProperty(process.versions, "node", { value: "${version}" })`
      const preload = [`data:text/javascript,${encodeURIComponent(pretend)}`]
      check(await world.start(["hub"], { entry: entry(world), preload }).ended)
    }
  })

  const older = (process.env["PATH"] ?? "").split(delimiter).map((directory) => join(directory, "node")).find(
    (node) => {
      if (!existsSync(node)) return false
      const [major = 0, minor = 0] = spawnSync(node, ["-p", "process.versions.node"]).stdout.toString().split(
        "."
      ).map(Number)
      return major < 22 || (major === 22 && minor < 19)
    }
  )
  it("gets them from a real one, too", { skip: older === undefined }, async () => {
    await using world = new World()
    check(
      await world.start(["hub"], { entry: entry(world), ...older === undefined ? {} : { node: older } }).ended
    )
  })
})
