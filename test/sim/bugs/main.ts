/**
 * Do the simulated worlds find mistakes? Each patch beside this file puts one into a copy of the sources, and the worlds of the
 * default run are simulated there until one fails: npm run sim:bugs -- [--runs N] [--write] [NAME...]
 *
 * It fails when a mistake is not found, or docs/simulation.md does not list it. With --write it lists what was found there.
 */
import { execFile, execFileSync } from "node:child_process"
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { parseArgs, promisify } from "node:util"

const root = join(import.meta.dirname, "../../..")
const listing = join(root, "docs/simulation.md")
/** How many copies are simulated at a time. */
const together = 2

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "10000" }, write: { type: "boolean", default: false } }
})

/** What became of the search for one mistake. */
interface Search {
  readonly name: string
  /** What the mistake is, as its patch says. */
  readonly mistake: string
  readonly seed: number | undefined
  /** What the first failing world saw. */
  readonly seen: string
  readonly seconds: number
}

const search = async (name: string): Promise<Search> => {
  const patch = join(import.meta.dirname, `${name}.patch`)
  const [mistake = ""] = readFileSync(patch, "utf8").split("\n")
  const copy = mkdtempSync(join(tmpdir(), "samp-bug-"))
  try {
    for (const part of ["src", "test/sim", "package.json"]) {
      cpSync(join(root, part), join(copy, part), { recursive: true })
    }
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"))
    execFileSync("git", ["apply", "-C1", patch], { cwd: copy, stdio: "pipe" })
    const begun = performance.now()
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(copy, "test/sim/world/main.ts"), "--runs", values.runs, "--jobs", "1", "--brief"],
      { cwd: copy }
    ).catch((failed: { readonly stdout: string }) => failed) // it ends with 1 when a world fails, as one should
    const found = JSON.parse(stdout) as {
      readonly failed: ReadonlyArray<number>
      readonly wrongs: ReadonlyArray<string>
    }
    return {
      name,
      mistake,
      seed: found.failed[0],
      seen: found.wrongs[0]?.slice(0, 90) ?? "",
      seconds: (performance.now() - begun) / 1000
    }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

const names = positionals.length > 0 ? positionals : readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".patch"))
  .map((file) => basename(file, ".patch"))
  .sort()
const waiting = [...names]
const done: Array<Search> = []
const work = async (): Promise<void> => {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const result = await search(name)
    done.push(result)
    const found = result.seed === undefined ? "NOT FOUND" : `world ${result.seed}: ${result.seen}`
    console.log(`${name.padEnd(32)} ${result.seconds.toFixed(1).padStart(6)} s  ${found}`)
  }
}
await Promise.all(Array.from({ length: together }, work))
done.sort((one, other) => one.name < other.name ? -1 : 1)

const begin = "<!-- mistakes: npm run sim:bugs -- --write -->"
const end = "<!-- end of mistakes -->"
const document = readFileSync(listing, "utf8")
const [before = "", rest = ""] = document.split(begin)
const [table = "", after = ""] = rest.split(end)
if (values.write) {
  const cell = (text: string): string => text.replaceAll("|", "\\|").trim()
  const rows = done.map(({ mistake, name, seed, seen }) =>
    `| \`${name}\` | ${cell(mistake)} | ${seed ?? "not found"} | ${cell(seen)} |`
  )
  const lines = ["| mistake | what it is | seed | what that world saw |", "|---|---|---|---|", ...rows]
  writeFileSync(listing, `${before}${begin}\n\n${lines.join("\n")}\n\n${end}${after}`)
}
const unlisted = values.write ? [] : names.filter((name) => !table.includes(`\`${name}\``))
const lost = done.filter(({ seed }) => seed === undefined).map(({ name }) => name)
if (lost.length > 0) console.error(`not found: ${lost.join(", ")}`)
if (unlisted.length > 0) console.error(`not listed in docs/simulation.md: ${unlisted.join(", ")}`)
if (lost.length + unlisted.length > 0) process.exitCode = 1
else console.log(`all ${done.length} mistakes were found`)
