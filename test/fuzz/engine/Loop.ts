/**
 * The fuzzer's loop: make inputs by grammar, change and splice those that were worth it, try them, and keep what reaches
 * new code or shows something new. Coverage is read once for many inputs, and for each alone only if there was something
 * new among them, because reading it takes longer than most inputs do.
 */
import { below, mutate, type Random, random } from "../../support/seeded.ts"
import type { Corpus } from "./Corpus.ts"
import type { Coverage } from "./Coverage.ts"
import { type Findings, outcomeOf, thrown } from "./Findings.ts"
import type { Outcome, Target } from "./Target.ts"

/** How a target is run. */
export interface Plan {
  readonly seed: number
  /** Whether the time is over: then no batch begins any more. */
  readonly isOver: () => boolean
  /** Inputs at most. */
  readonly runs: number
}

/** What a run came to. */
export interface Tally {
  runs: number
  /** Inputs that were blown up to see what time and memory they take. */
  grown: number
  /** Of the processor, in milliseconds, for the slowest of those. */
  slowestMs: number
}

const batchSize = 64
/** One batch in so many ends with an input that is blown up. */
const growEvery = 4
/** Bytes to which one is blown up, and what that may take. */
const grownBytes = 200_000
const grownMs = 250
const grownHeap = 256 * 1024 * 1024

/** Things seen for which inputs are kept: code that is reached has to count for more. */
const mostSeen = 400

/** The head of one and the tail of another, cut at tags or line ends if there are any. */
const splice = (a: string, b: string, next: Random): string => {
  const cut = (text: string): number => {
    const at = below(next, text.length + 1)
    const edge = text.slice(at).search(/[>\n]/u)
    return edge < 0 || next() < 0.3 ? at : at + edge + 1
  }
  return a.slice(0, cut(a)) + b.slice(cut(b))
}

const make = (target: Target, corpus: Corpus, next: Random): string => {
  if (corpus.size === 0 || next() < 0.2) return target.generate(next)
  let input = next() < 0.25
    ? splice(corpus.pick(next), next() < 0.5 ? corpus.pick(next) : target.generate(next), next)
    : corpus.pick(next)
  do input = mutate(input, next, target.pieces)
  while (next() < 0.4)
  return input
}

/** An input with one of its stretches repeated until it is large. */
const blowUp = (input: string, next: Random): string => {
  const at = below(next, input.length + 1)
  const stretch = input.slice(at, at + 1 + below(next, next() < 0.5 ? 8 : 64)) || "<"
  return input.slice(0, at) + stretch.repeat(Math.ceil(grownBytes / stretch.length)) + input.slice(at)
}

/** Milliseconds of processor time, and bytes by which the heap grew. */
const cost = (run: () => void): { readonly ms: number; readonly heap: number } => {
  const heap = process.memoryUsage().heapUsed
  const start = process.cpuUsage()
  run()
  const { system, user } = process.cpuUsage(start)
  return { ms: (user + system) / 1_000, heap: process.memoryUsage().heapUsed - heap }
}

/** One target at work. */
export class Loop {
  readonly #target: Target
  readonly #corpus: Corpus
  readonly #coverage: Coverage
  readonly #findings: Findings
  readonly #seen = new Set<string>()
  #isOver = (): boolean => false
  readonly tally: Tally = { runs: 0, grown: 0, slowestMs: 0 }

  constructor(target: Target, corpus: Corpus, coverage: Coverage, findings: Findings) {
    this.#target = target
    this.#corpus = corpus
    this.#coverage = coverage
    this.#findings = findings
  }

  /**
   * Runs until the time is over.
   *
   * @param tell - called after each batch
   */
  async run({ isOver, runs, seed }: Plan, tell: () => void): Promise<void> {
    const next = random(seed)
    this.#isOver = isOver
    this.#coverage.watch(this.#target.sources)
    const start = [...this.#corpus.inputs, ...this.#target.seeds]
    for (let at = 0; at < start.length && !isOver(); at += batchSize) {
      await this.#batch(start.slice(at, at + batchSize), seed)
    }
    for (let batch = 1; !isOver() && this.tally.runs < runs; batch++) {
      const size = Math.min(batchSize, runs - this.tally.runs)
      await this.#batch(Array.from({ length: size }, () => make(this.#target, this.#corpus, next)), seed)
      if (batch % growEvery === 0) await this.#grow(next, seed)
      tell()
      // timers and sockets of the targets want to be heard too
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async #batch(inputs: ReadonlyArray<string>, seed: number): Promise<void> {
    for (const input of inputs) {
      this.tally.runs++
      const outcome = await outcomeOf(this.#target, input)
      // whoever interrupts from a terminal ends the programs of the target as well
      if (this.#isOver()) return
      if (this.#isNew(outcome)) this.#corpus.add(input)
      await this.#judge(input, outcome, seed)
    }
    const wrong = await this.#target.inspect?.()
    if (wrong !== undefined) {
      await this.#findings.add(this.#target, { ...this.#named(seed), ...wrong, input: inputs.join("\u0000") })
    }
    if (!this.#coverage.take(false)) return
    for (const input of inputs) {
      await outcomeOf(this.#target, input)
      if (this.#coverage.take(true)) this.#corpus.add(input)
    }
  }

  #named(seed: number) {
    return { target: this.#target.name, seed, run: this.tally.runs }
  }

  #isNew({ seen }: Outcome): boolean {
    const before = this.#seen.size
    if (before < mostSeen) { for (const one of seen) this.#seen.add(one) }
    return this.#seen.size > before
  }

  async #judge(input: string, { wrong }: Outcome, seed: number): Promise<void> {
    if (wrong === undefined) return
    await this.#findings.add(this.#target, { ...this.#named(seed), ...wrong, input })
  }

  async #grow(next: Random, seed: number): Promise<void> {
    const { read } = this.#target
    if (read === undefined) return
    const input = blowUp(next() < 0.3 ? this.#target.generate(next) : this.#corpus.pick(next), next)
    this.tally.grown++
    try {
      let { heap, ms } = cost(() => read(input))
      // compiling and collecting may fall into one run; what is slow twice is slow
      if (ms > grownMs) ({ heap, ms } = cost(() => read(input)))
      this.tally.slowestMs = Math.max(this.tally.slowestMs, ms)
      const kind = ms > grownMs ? "slow" : heap > grownHeap ? "takes much memory" : undefined
      if (kind === undefined) return
      const detail = `${input.length} bytes took ${Math.round(ms)} ms and ${heap} bytes`
      await this.#findings.add(this.#target, { ...this.#named(seed), kind, detail, input })
    } catch (error) {
      await this.#findings.add(this.#target, { ...this.#named(seed), ...thrown(error), input })
    }
  }
}
