/** The trace of a world: one line for each thing that happened, to be read by people and compared by its hash. */
import { createHash } from "node:crypto"

/** What the marks of the second column say. */
const legend: ReadonlyArray<readonly [mark: string, meaning: string]> = [
  ["!", "an action of the plan"],
  ["+", "a process or a hub begins"],
  ["-", "a process or a hub ends, or is stopped"],
  [">", "a call is sent (#: number of the exchange)"],
  [".", "it arrives"],
  ["<", "its answer is back"],
  ["x", "it is refused, or its connection breaks"],
  ["~", "its caller gives up"],
  ["*", "an engine takes a step: what goes in, and who gets what"],
  ["?", "a program learns how something that it wanted has ended"],
  ["$", "a client gets a message or a response"],
  ["%", "the network or the disk changes"]
]

/** The lines of one world. */
export class Trace {
  private readonly lines: Array<string> = []

  /** Adds a line. */
  add(now: number, mark: string, who: string, what: string): void {
    this.lines.push(`${now.toFixed(2).padStart(10)} ${mark} ${who.padEnd(14)} ${what}`)
  }

  /** How many lines there are. */
  get length(): number {
    return this.lines.length
  }

  /** SHA-256 of all lines, in hexadecimal digits. */
  get hash(): string {
    return createHash("sha256").update(this.lines.join("\n")).digest("hex")
  }

  /** All lines, with the legend. */
  get text(): string {
    const marks = legend.map(([mark, meaning]) => `  ${mark}  ${meaning}`)
    return ["   time ms   who            what", ...marks, ...this.lines].join("\n")
  }
}
