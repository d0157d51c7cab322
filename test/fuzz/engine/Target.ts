/** What can be fuzzed: where inputs come from, and what has to hold for each of them. */
import type { Random } from "../../support/seeded.ts"

/** What is wrong about an input. */
export interface Wrong {
  /** Short and the same for all inputs that show the same mistake: one finding is kept for each. */
  readonly kind: string
  readonly detail: string
}

/** What came of an input. */
export interface Outcome {
  /**
   * What was seen, in few words: kinds of results and refusals. An input that shows something new is kept, as one is
   * that reaches new code.
   */
  readonly seen: ReadonlyArray<string>
  readonly wrong?: Wrong | undefined
}

/** Something to fuzz. An input is a string of bytes, one a character, so that all can be kept in JSON. */
export interface Target {
  readonly name: string
  /** The files whose coverage guides. */
  readonly sources: RegExp
  readonly seeds: ReadonlyArray<string>
  /** What mutation puts in. */
  readonly pieces: readonly [string, ...ReadonlyArray<string>]
  /** A new input by the grammar of the target. */
  readonly generate: (next: Random) => string
  /** Tries an input; what is thrown is a finding too. */
  readonly check: (input: string) => Outcome | Promise<Outcome>
  /** What of it has to take a time, and memory, in proportion to the length of an input: the product's part only. */
  readonly read?: (input: string) => void
  /** Looks at the world after some inputs: whether a server is well, and nothing is left behind. */
  readonly inspect?: () => Promise<Wrong | undefined>
  readonly stop?: () => Promise<void>
}

/** The bytes of an input. */
export const bytesOf = (input: string): Buffer => Buffer.from(input, "latin1")

/** The input of a text, in UTF-8. */
export const inputOf = (text: string): string => Buffer.from(text, "utf8").toString("latin1")

/** A text without what differs from input to input, such as names and numbers in a refusal. */
export const shape = (text: string): string =>
  text.replace(/'[^]*'|"[^]*"|<[^]*>/gu, "_").replace(/U\+[0-9A-F]+/gu, "U+").replace(/\d+/gu, "0").slice(
    0,
    80
  )
