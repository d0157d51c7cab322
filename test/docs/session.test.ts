/** The README's sessions, typed as they stand into real shells, with what comes out compared line by line. */
import { assert, describe, it } from "@effect/vitest"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Hub, killGroup, tokensOf, until, World } from "../e2e/harness.ts"
import { ended, objects } from "../e2e/support/Ends.ts"
import { loader, votable } from "../e2e/support/Receiver.ts"

const readme = readFileSync(join(import.meta.dirname, "..", "..", "README.md"), "utf8")

/** What is typed, or what then appears, with `...` for what differs each time. */
type Line = { readonly typed: string } | { readonly shown: string }

/** The blocks of a shell, one after the other. */
const blocksOf = (shell: number): ReadonlyArray<Line> =>
  [...readme.matchAll(/<!-- shell (\d) -->\n```console\n([^]*?)```/gu)].filter(([, number]) =>
    Number(number) === shell
  ).flatMap(([, , text = ""]) => text.trimEnd().split("\n")).map((line) =>
    line.startsWith("$ ") ? { typed: line.slice(2) } : { shown: line }
  )

/** The indented block after a text. */
const commandsAfter = (text: string): ReadonlyArray<string> => {
  const [, rest = ""] = readme.split(text)
  const block = /^\n*((?: {4}.+\n)+)/u.exec(rest)?.[1] ?? ""
  return block.trimEnd().split("\n").map((line) => line.trim())
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&")
const patternOf = (line: string): RegExp =>
  new RegExp(`^${line.split("...").map(literal).join("[^\\n]+?")}$`, "u")

/** A bash into which lines are typed, each when the one before is done. */
class Shell {
  readonly #child: ChildProcess
  #text = ""
  #typed = 0

  constructor(world: World, bin: string) {
    const env = { PATH: `${bin}:${process.env["PATH"] ?? ""}`, HOME: world.home, SAMP_WEB_PORT: "off" }
    const child = spawn("bash", ["--norc", "--noprofile"], {
      env,
      cwd: world.home,
      stdio: "pipe",
      detached: true
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => this.#text += chunk)
    }
    world.atEnd(() => killGroup(child))
    this.#child = child
  }

  /** Types a line; its exit code appears behind its output. */
  type(line: string): number {
    const number = ++this.#typed
    this.#child.stdin?.write(`${line}\necho "<done ${number} $?>"\n`)
    return number
  }

  /** What the line has printed, and its exit code, when it is done. */
  async output(number: number): Promise<{ readonly lines: ReadonlyArray<string>; readonly code: number }> {
    const done = new RegExp(`<done ${number} (\\d+)>\\n`, "u")
    await until(`line ${number}`, () => done.test(this.#text), 40_000)
    const [all = "", code] = done.exec(this.#text) ?? []
    const [before = ""] = this.#text.split(all)
    const text = before.slice(before.lastIndexOf(">\n", before.lastIndexOf("<done")) + 1)
    const own = text.replace(/^[^]*<done \d+ \d+>\n/u, "")
    return { lines: own.split("\n").filter((line) => line !== ""), code: Number(code) }
  }
}

/** Types all lines of a shell, and demands what the README shows. */
const play = async (shell: Shell, lines: ReadonlyArray<Line>): Promise<void> => {
  for (let i = 0; i < lines.length;) {
    const line = lines[i++]
    if (line === undefined || !("typed" in line)) throw new Error("a block begins with what is shown")
    const expected: Array<string> = []
    for (let next = lines[i]; next !== undefined && "shown" in next; next = lines[++i]) {
      expected.push(next.shown)
    }
    const { code, lines: shown } = await shell.output(shell.type(line.typed))
    assert.strictEqual(code, 0, `${line.typed}\n${shown.join("\n")}`)
    assert.lengthOf(shown, expected.length, `${line.typed}\n${shown.join("\n")}`)
    expected.forEach((text, at) => assert.match(shown[at] ?? "", patternOf(text)))
  }
}

describe.concurrent("the README", () => {
  it("has a session in two shells that works as it is written", { timeout: 60_000 }, async () => {
    await using world = new World()
    const bin = world.bin()
    const [first, second] = [blocksOf(1), blocksOf(2)]
    const listener = first.find((line) => "typed" in line && line.typed.startsWith("samp listen"))
    assert.isAtLeast(second.length, 4)
    if (listener === undefined) throw new Error("nobody listens")
    const one = play(new Shell(world, bin), first)
    // The reader goes to the second shell when the first one listens.
    for (;;) {
      const clients = await Promise.race([world.samp("clients", "--json"), one.then(() => undefined)])
      if (clients === undefined) throw new Error("the first shell has ended")
      if (
        clients.code === 0 && objects(clients).some((line) => JSON.stringify(line).includes("demo.greet"))
      ) break
    }
    await play(new Shell(world, bin), second)
    await one
  })

  it("has a quick start that works as it is written", { timeout: 60_000 }, async () => {
    await using world = new World()
    const bin = world.bin()
    // What npm installs is tested by `npm run test:package`; here they give the command that is there.
    writeFileSync(join(bin, "npm"), "#!/bin/sh\ntest \"$*\" = ci\n", { mode: 0o755 })
    writeFileSync(join(bin, "npx"), "#!/bin/sh\nexec \"$@\"\n", { mode: 0o755 })
    const [start = ""] = commandsAfter("## Start\n")
    assert.strictEqual(start, "npm ci && npx samp hub")
    const program = world.shell(start)
    await until("the hub", () => program.stdout.includes("\n") || program.failIfEnded("the hub"))
    const { "samp.hub.xmlrpc.url": url = "", "samp.secret": secret = "" } = tokensOf(world.lockfile)
    const hub: Hub = { program, ready: {}, lockfile: world.lockfile, url, secret }
    const topcat = await loader(world, hub, "TOPCAT", ["table.load.votable", "coord.pointAt.sky"])
    mkdirSync(world.path("data"))
    writeFileSync(world.path("data", "catalogue.vot"), votable)
    const commands = [
      ...commandsAfter("in the same folder:\n"),
      ...commandsAfter("To point every tool that listens at M31:\n")
    ]
    assert.lengthOf(commands, 3)
    const [list, load, point] = await Promise.all(commands.map((command) =>
      // nobody has the README's data under the root
      world.shell(command.replace("/data", world.path("data"))).ended
    ))
    for (const end of [list, load, point]) if (end !== undefined) ended(end, 0)
    assert.include(list?.stdout, "TOPCAT")
    assert.strictEqual(load?.stdout, `TOPCAT (${topcat.client.id}): samp.ok {"bytes":"${votable.length}"}\n`)
    assert.deepStrictEqual(topcat.loaded.map(String), [votable])
    assert.strictEqual(point?.stdout, `Pointed TOPCAT (${topcat.client.id}) to 10.6847 41.2687\n`)
  })

  it(
    "has examples of samp listen, load and point that are no usage errors",
    { timeout: 60_000 },
    async () => {
      await using world = new World()
      const examples = [
        "### samp load\n",
        "### samp point\n",
        "### samp listen\n",
        "would let it run commands:\n"
      ].flatMap((
        heading
      ) => commandsAfter(heading)).map((line) => line.replace(/\s+#.*$/u, ""))
      assert.isAtLeast(examples.length, 9)
      for (const name of ["cat.vot.gz", "m31.fits"]) writeFileSync(world.path(name), votable)
      for (const example of examples) {
        // those of other programs may not be there
        const script = example.replace(/^stilts [^|]*/u, "cat m31.fits ").replace(/\| jq .*/u, "")
        const { code, stderr } = await world.shell(script.replace("gunzip -c", "cat")).ended
        assert.strictEqual(code, 3, `${example}\n${stderr}`)
        assert.include(stderr, "samp hub")
      }
    }
  )
})
