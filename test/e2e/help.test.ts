/** Help, exit codes and completions: what is promised about the command line is there, and works. */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { codes } from "../../src/apps/cli/Exit.ts"
import { World } from "./harness.ts"

const here = import.meta.dirname
const readme = readFileSync(join(here, "..", "..", "README.md"), "utf8")

const section = (heading: string): string => {
  const [, rest = ""] = readme.split(`\n${heading}\n`)
  return rest.split(/\n#{2,3} /u)[0] ?? ""
}

describe("the exit codes", () => {
  const table = new Map(
    [...section("### Exit codes").matchAll(/^\| (\d+) \| (.+) \|$/gmu)].map(([, code, text]) =>
      [Number(code), text ?? ""] as const
    )
  )
  const all = Object.entries(codes)

  it("of the README are those that there are", () => {
    assert.deepStrictEqual([...table.keys()], all.map(([, code]) => code))
    for (const text of table.values()) assert.notStrictEqual(text.trim(), "")
  })

  it("are each proved by a test that names it", () => {
    const titles = readdirSync(here).filter((name) => name.endsWith(".test.ts")).flatMap((name) =>
      [
        ...readFileSync(join(here, name), "utf8").matchAll(
          /\bit(?:\.skipIf\(.*\))?\(\s*(["'`])((?:(?!\1).)+)\1/gu
        )
      ]
        .map(([, , title = ""]) => title)
    )
    const named = (code: number): boolean =>
      titles.some((title) => new RegExp(`\\bexit ${code}\\b`, "u").test(title))
    assert.isAbove(titles.length, 100)
    assert.deepStrictEqual(all.filter(([, code]) => !named(code)), [])
  })
})

/** The commands and subcommands, by the help of `samp` itself. */
const paths = async (
  world: World,
  path: ReadonlyArray<string> = []
): Promise<ReadonlyArray<ReadonlyArray<string>>> => {
  const { stdout } = await world.samp(...path, "--help")
  const [, list = ""] = stdout.split("\nSUBCOMMANDS\n")
  const names = [...(list.split(/\n(?=\S)/u)[0] ?? "").matchAll(/^ {2}(\S+) {2,}\S/gmu)].map((
    [, name = ""]
  ) => name)
  const below = await Promise.all(names.map((name) => paths(world, [...path, name])))
  return [...path.length === 0 ? [] : [path], ...below.flat()]
}

/** Looks at the help of one command, and tries its examples. */
const tried = async (path: ReadonlyArray<string>): Promise<void> => {
  await using world = new World()
  const name = path.join(" ")
  const { stdout } = await world.samp(...path, "--help")
  assert.match(stdout, /^DESCRIPTION\n {2}\S.{10}/u, name)
  const [, after = ""] = stdout.split("\nEXAMPLES\n")
  const examples = [...(after.split(/\n(?=\S)/u)[0] ?? "").matchAll(/^ {2}([^#\s].*)$/gmu)].map((
    [, line = ""]
  ) => line)
  assert.match(stdout, /\nEXIT CODES\n {2}0 /u, name)
  assert.isAtLeast(examples.length, 1, `samp ${name} --help has no example`)
  // These run on until they are told to end.
  const endless = name === "hub" || name === "web-demo"
  for (const example of examples) {
    assert.include(example, `samp ${name}`)
    writeFileSync(world.path("table.vot"), "<VOTABLE/>\n")
    const script = endless ? `timeout -s INT 3 ${example} --port 0` : example
    const { code, stderr } = await world.shell(`set -o pipefail; ${script}`).ended
    assert.notInclude([2, 126, 127], code, `${example}\n${stderr}`)
    assert.notInclude(stderr, "--help", example)
  }
}

/** How many commands are tried at a time: most of their examples wait for a hub that is not there. */
const atOnce = 4

describe("the help", () => {
  it(
    "of each command has a description and examples, none of which is a usage error",
    { timeout: 120_000 },
    async () => {
      await using world = new World()
      const found = [...await paths(world)]
      const names = found.map((path) => path.join(" "))
      for (const name of ["hub", "hub stop", "load", "listen", "point", "send"]) assert.include(names, name)
      await Promise.all(Array.from({ length: atOnce }, async () => {
        for (let path = found.pop(); path !== undefined; path = found.pop()) await tried(path)
      }))
    }
  )
})

const has = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0

describe("the completions", () => {
  const bash = [
    "source <(samp --completions bash)",
    "complete_of() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMP_LINE=\"$*\"; COMP_POINT=${#COMP_LINE};",
    "COMPREPLY=(); _samp samp \"${@: -1}\" \"${@: -2:1}\"; echo \"${COMPREPLY[*]}\"; }",
    "complete_of samp lo; complete_of samp load --se; complete_of samp load --serve ''; complete_of samp hub st"
  ].join("\n")
  const fish =
    "samp --completions fish | source; for line in 'samp lo' 'samp load --se' 'samp load --serve ' " +
    "'samp hub sto'; complete -C $line | cut -f1 | tr '\\n' ' ' | sed 's/ $//'; echo; end"

  it("of bash work as the README says", async () => {
    await using world = new World()
    assert.include(section("### Completions"), "source <(samp --completions bash)")
    const { stderr, stdout } = await world.shell(bash).ended
    assert.strictEqual(stderr, "")
    const [command, flag, choices, below = ""] = stdout.split("\n")
    assert.deepStrictEqual([command, flag, choices], ["load", "--serve", "auto file http"])
    assert.sameMembers(below.split(" "), ["stop", "status"])
  })

  it.skipIf(!has("fish"))("of fish work as the README says", async () => {
    await using world = new World()
    assert.include(section("### Completions"), "samp --completions fish | source")
    const { stdout } = await world.shell("fish --no-config -c \"$SCRIPT\"", { env: { SCRIPT: fish } }).ended
    assert.deepStrictEqual(stdout.trim().split("\n"), ["load", "--serve", "auto file http", "stop"])
  })

  it.skipIf(!has("zsh"))("of zsh load as the README says", async () => {
    await using world = new World()
    const line = "source <(samp --completions zsh)"
    assert.include(section("### Completions"), line)
    const script = `autoload -Uz compinit; compinit -u -D; ${line}; echo "\${_comps[samp]}"; whence -w _samp`
    const { stderr, stdout } = await world.shell("zsh -f -c \"$SCRIPT\"", { env: { SCRIPT: script } }).ended
    assert.deepStrictEqual([stdout, stderr], ["_samp\n_samp: function\n", ""])
  })
})
