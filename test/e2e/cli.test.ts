/** The command line as such: its usage errors, its version, and the Node it needs. */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
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

  it("exit 2: values that do not fit are told in plain words, and where a command is that is not here", async () => {
    await using world = new World()
    const wrong: ReadonlyArray<readonly [line: string, ...args: ReadonlyArray<string>]> = [
      ["--port: a number between 0 and 65535 is expected, not 80000", "hub", "--port", "80000"],
      ["--port: a number is expected, not x", "hub", "--port", "x"],
      ["--timeout: a whole number is expected, not 1.5", "ping", "--timeout", "1.5"],
      ["--port: a whole number is expected, not nothing", "hub", "--port"],
      ["--delivery-timeout: a number above 0 is expected, not 0", "hub", "--delivery-timeout", "0"],
      ["--count: a number of 0 or more is expected, not -1", "listen", "a.b", "--count", "-1"],
      ["--wait: true or false is expected, not maybe", "send", "a.b", "--wait=maybe"],
      ["--serve: one of auto, file, http is expected, not disk", "load", "x", "--serve", "disk"],
      ["Unknown subcommand \"stop\" for \"samp\". Did you mean: samp hub stop", "stop"]
    ]
    await Promise.all(wrong.map(async ([line, ...args]) => {
      const { code, stderr } = await world.samp(...args)
      assert.strictEqual(code, 2)
      assert.deepStrictEqual(stderr.split("\n").slice(1, 2), [`  ${line}`])
    }))
  })

  it("samp help is --help, also of a command", async () => {
    await using world = new World()
    for (const path of [[], ["send"], ["hub", "stop"]]) {
      const [help, flag] = await Promise.all([world.samp("help", ...path), world.samp(...path, "--help")])
      assert.deepStrictEqual([help.code, help.stdout], [0, flag.stdout])
      assert.include(help.stdout, "USAGE")
    }
  })

  it("says in one line for people what it serves and where", async () => {
    await using world = new World()
    const program = world.start(["hub"])
    await until("its line", () => program.stdout.endsWith("\n") || program.failIfEnded("the hub"))
    const { "samp.hub.xmlrpc.url": url = "" } = tokensOf(world.lockfile)
    assert.lengthOf(program.stdout.trim().split("\n"), 1)
    for (const text of [url, world.lockfile, "samp hub stop"]) assert.include(program.stdout, text)
  })

  it("the help of each command tells its defaults, and ends with its exit codes", async () => {
    await using world = new World()
    const commands: ReadonlyArray<readonly [args: string, ...defaults: ReadonlyArray<string>]> = [
      ["hub", "(default: 120)", "(default: 67108864)", "(default: 127.0.0.1)"],
      ["hub stop"],
      ["hub status"],
      ["hubs"],
      ["clients"],
      ["doctor", "(default: 2)", "(default: 21012)"],
      ["listen"],
      ["load"],
      ["ping", "(default: 10)"],
      ["point", "(default: 60)"],
      ["send", "(default: 60)"],
      ["snoop", "(default: *)"]
    ]
    await Promise.all(commands.map(async ([args, ...defaults]) => {
      const { code, stdout } = await world.samp(...args.split(" "), "--help")
      assert.strictEqual(code, 0)
      for (const text of defaults) assert.include(stdout, text, args)
      assert.match(stdout, /\nEXIT CODES\n  0 +it worked\n  1 +.+\n  2 +.+\n(?:  \d+ +.+\n)*$/u, args)
    }))
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
      check(await world.start(["hub"], { preload }).ended)
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
    check(await world.start(["hub"], older === undefined ? {} : { node: older }).ended)
  })
})
