/**
 * Which code ran, by V8's own block coverage, read in process. It has to be started before the code is loaded, or what
 * runs while it loads is not counted.
 */
import { type Profiler, Session } from "node:inspector"

interface Block {
  readonly script: string
  readonly start: number
  readonly end: number
  /** A byte for each character of the function, 1 where it has run. */
  readonly ran: Uint8Array
}

/** How much of a file ran, in characters inside functions. */
export interface Share {
  readonly file: string
  readonly ran: number
  readonly of: number
  /** Offsets of what never ran. */
  readonly missed: ReadonlyArray<readonly [start: number, end: number]>
}

/** The coverage of this process. */
export class Coverage {
  readonly #session = new Session()
  readonly #functions = new Map<string, Block>()
  #sources: RegExp = /^$/u

  constructor() {
    this.#session.connect()
    this.#session.post("Profiler.enable")
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true })
  }

  /** Looks at other files from now on; what is known of the former ones is kept. */
  watch(sources: RegExp): void {
    this.#sources = sources
    this.take(true)
  }

  /**
   * Whether code ran since the last time that had never run before.
   *
   * @param keep - whether it counts as known from now on
   */
  take(keep: boolean): boolean {
    let fresh = false
    this.#session.post("Profiler.takePreciseCoverage", (error, { result }) => {
      if (error !== null) throw error
      for (const script of result) {
        if (!this.#sources.test(script.url)) continue
        for (const one of script.functions) fresh = this.#see(script.url, one, keep) || fresh
      }
    })
    return fresh
  }

  #see(script: string, { ranges }: Profiler.FunctionCoverage, keep: boolean): boolean {
    const [whole] = ranges
    if (whole === undefined) return false
    const { startOffset: start, endOffset: end } = whole
    const key = `${script} ${start} ${end}`
    const known = this.#functions.get(key) ?? { script, start, end, ran: new Uint8Array(end - start) }
    this.#functions.set(key, known)
    if (whole.count === 0) return false
    const now = new Uint8Array(end - start)
    // inner blocks come after the outer ones, and say more exactly what ran
    for (const { count, endOffset, startOffset } of ranges) {
      now.fill(count > 0 ? 1 : 0, startOffset - start, endOffset - start)
    }
    let fresh = false
    for (const [at, one] of now.entries()) {
      if (one === 0 || known.ran[at] === 1) continue
      fresh = true
      if (!keep) return true
      known.ran[at] = 1
    }
    return fresh
  }

  /** How much of each file that matches ran so far. */
  shares(sources: RegExp): ReadonlyArray<Share> {
    const files = Map.groupBy(
      [...this.#functions.values()].filter(({ script }) => sources.test(script)),
      ({ script }) => script
    )
    return [...files].map(([file, functions]) => {
      const length = Math.max(...functions.map(({ end }) => end))
      const state = new Uint8Array(length) // 0 outside of functions, 1 missed, 2 ran
      // the function around the whole file is no function of its author's
      const inner = functions.filter(({ start, end }) => start > 0 || end < length)
      for (const { end, ran, start } of inner.toSorted((a, b) => (b.end - b.start) - (a.end - a.start))) {
        for (let at = start; at < end; at++) state[at] = ran[at - start] === 1 ? 2 : 1
      }
      const missed: Array<[number, number]> = []
      for (const [at, one] of state.entries()) {
        const last = missed.at(-1)
        if (one !== 1) continue
        if (last !== undefined && last[1] === at) last[1] = at + 1
        else missed.push([at, at + 1])
      }
      const ran = state.reduce((sum, one) => sum + (one === 2 ? 1 : 0), 0)
      const of = state.reduce((sum, one) => sum + (one > 0 ? 1 : 0), 0)
      return { file: file.replace(/^.*\/src\//u, "src/"), ran, of, missed }
    }).toSorted((a, b) => a.file < b.file ? -1 : 1)
  }

  /** The share of all files together, from 0 to 1. */
  total(sources: RegExp): number {
    const shares = this.shares(sources)
    const of = shares.reduce((sum, share) => sum + share.of, 0)
    return of === 0 ? 0 : shares.reduce((sum, share) => sum + share.ran, 0) / of
  }
}
