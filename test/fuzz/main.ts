// The fuzzer: see docs/fuzzing.md. Coverage begins before any of the code that is fuzzed is loaded, so targets are imported
// when their turn comes.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Corpus, distil, readInputs, writeInputs } from "./engine/Corpus.ts"
import { Coverage } from "./engine/Coverage.ts"
import { Findings, outcomeOf, readFinding } from "./engine/Findings.ts"
import { folder, inputsOf } from "./engine/Known.ts"
import { Loop } from "./engine/Loop.ts"
import type { Target } from "./engine/Target.ts"
import { type Options, readOptions, type TargetName, targetNames, usage, UsageError } from "./Options.ts"

const exitFound = 1
const exitUsage = 2
const exitInterrupted = 130
/** Milliseconds between two lines about how it goes. */
const tellEveryMs = 30_000

/** The first signal ends the run in good order, so that no program of it stays; a second one ends it at once. */
let interrupted = false
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (interrupted) process.exit(exitInterrupted)
    interrupted = true
  })
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const load = async (name: TargetName): Promise<Target> => {
  switch (name) {
    case "xml":
      return (await import("./targets/Xml.ts")).xml
    case "lockfile":
      return (await import("./targets/Lockfile.ts")).lockfile
    case "values":
      return (await import("./targets/Values.ts")).values
    case "content":
      return (await import("./targets/Content.ts")).content
    case "http":
      return (await import("./targets/Http.ts")).http()
    case "decoders":
      return (await import("./targets/Decoders.ts")).decoders()
    case "hubs":
      return (await import("./targets/Hubs.ts")).hubs()
  }
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

/** The lines of a file in which code never ran. */
const missedLines = (
  file: string,
  missed: ReadonlyArray<readonly [number, number]>
): ReadonlyArray<string> => {
  const text = readFileSync(join(import.meta.dirname, "..", "..", file), "utf8")
  return missed.filter(([start, end]) => text.slice(start, end).trim().length > 1).map(([start, end]) =>
    `    ${file}:${text.slice(0, start).split("\n").length} ${
      JSON.stringify(text.slice(start, end).replace(/\s+/gu, " ").slice(0, 90))
    }`
  )
}

/** Bytes of an input that is written down for `npm test`. */
const mostSaved = 3_000

/** Writes down what `npm test` is to replay. */
const save = async (target: Target, inputs: ReadonlyArray<string>): Promise<void> => {
  const coverage = new Coverage()
  coverage.watch(target.sources)
  const few = await distil(inputs.filter(({ length }) => length < mostSaved), async (input) => {
    await outcomeOf(target, input)
    return coverage.take(true)
  })
  writeInputs(join(folder, `${target.name}.jsonl`), few)
  say(`${target.name}: ${few.length} of ${inputs.length} inputs reach it all`)
}

const fuzz = async (options: Options, coverage: Coverage, findings: Findings): Promise<void> => {
  const shareMs = options.minutes * 60_000 / options.targets.length
  for (const name of options.targets) {
    if (interrupted) return
    const start = performance.now()
    const target = await load(name)
    const corpus = new Corpus()
    const kept = join(options.out, "corpus", `${name}.jsonl`)
    for (const input of [...inputsOf(name), ...readInputs(kept)]) {
      corpus.add(input)
    }
    const loop = new Loop(target, corpus, coverage, findings)
    const { tally } = loop
    let told = start
    const report = (): void => {
      const seconds = (performance.now() - start) / 1_000
      told = performance.now()
      say(
        `${name}: ${Math.round(seconds)} s, ${tally.runs} inputs, ${Math.round(tally.runs / seconds)}/s, ` +
          `corpus ${corpus.size}, coverage ${percent(coverage.total(target.sources))}, ` +
          `${tally.grown} large (slowest ${Math.round(tally.slowestMs)} ms), ` +
          `${Math.round(process.memoryUsage().rss / 1_048_576)} MB, findings ${findings.size}`
      )
    }
    try {
      const isOver = (): boolean => interrupted || performance.now() > start + shareMs
      await loop.run({ isOver, runs: options.runs, seed: options.seed }, () => {
        if (performance.now() - told > tellEveryMs) report()
      })
      if (options.save) await save(target, corpus.inputs)
    } finally {
      await target.stop?.()
      writeInputs(kept, corpus.inputs)
    }
    report()
    for (const { file, missed, of, ran } of coverage.shares(target.sources)) {
      say(`  ${file} ${percent(of === 0 ? 1 : ran / of)}`)
      if (options.missed) { for (const line of missedLines(file, missed)) say(line) }
    }
  }
}

const replay = async (path: string): Promise<boolean> => {
  const finding = readFinding(path)
  const name = targetNames.find((one) => one === finding.target)
  if (name === undefined) {
    throw new UsageError(`${path} is of the target ${finding.target}, which is not known`)
  }
  const target = await load(name)
  try {
    const { seen, wrong } = await outcomeOf(target, finding.input)
    say(`input ${JSON.stringify(finding.input.slice(0, 2_000))}\nseen ${seen.join("; ")}`)
    say(wrong === undefined ? "nothing is wrong (any more)" : `${wrong.kind}\n  ${wrong.detail}`)
    return wrong === undefined
  } finally {
    await target.stop?.()
  }
}

const main = async (): Promise<void> => {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) return say(usage)
  if (options.replay !== undefined) {
    if (!(await replay(options.replay))) process.exitCode = exitFound
    return
  }
  say(`seed ${options.seed}`)
  const findings = new Findings(join(options.out, "findings"), say)
  await fuzz(options, new Coverage(), findings)
  for (const [name, count] of findings.counts) say(`${name}: ${count} times`)
  if (findings.size > 0) process.exitCode = exitFound
}

try {
  await main()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}\n${usage}`)
  process.exitCode = exitUsage
}
