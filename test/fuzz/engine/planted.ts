/**
 * The fuzzer tried on a mistake that only coverage leads to: each right letter opens one branch more. A program, since
 * coverage is of a whole process: planted.ts directory. Prints how many inputs it took.
 */
import { Corpus } from "./Corpus.ts"
import { Coverage } from "./Coverage.ts"
import { Findings } from "./Findings.ts"
import { Loop } from "./Loop.ts"
import type { Target } from "./Target.ts"

const target: Target = {
  name: "planted",
  sources: /engine\/planted\.ts$/u,
  seeds: ["...."],
  pieces: ["S", "A", "M", "P", "."],
  generate: () => "....",
  check: (input) => {
    if (!input.startsWith("S")) return { seen: [] }
    if (input.charAt(1) !== "A") return { seen: [] }
    if (input.charAt(2) !== "M") return { seen: [] }
    if (input.charAt(3) !== "P") return { seen: [] }
    return { seen: [], wrong: { kind: "planted", detail: input } }
  }
}

const [, , directory = "fuzz-out"] = process.argv
const findings = new Findings(directory, (line) => void process.stdout.write(`${line}\n`))
const loop = new Loop(target, new Corpus(), new Coverage(), findings)
for (let seed = 1; findings.size === 0 && seed <= 100; seed++) {
  await loop.run({ seed, isOver: () => false, runs: 128 * seed }, () => {})
}
process.stdout.write(`${loop.tally.runs} inputs\n`)
