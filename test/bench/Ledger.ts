// Books every message of a round: what was sent, what arrived where, nothing lost, nothing twice, nothing elsewhere.
// Flat typed arrays, because it is looked into on every callback.
import { expectedTexts, sequenceIn, thirdParameter } from "./Wire.ts"

export interface LedgerShape {
  /** The number of the first operation. */
  readonly base: number
  readonly capacity: number
  /** Deliveries per operation: the number of receivers for a broadcast, else 1. */
  readonly lanes: number
  readonly receivers: number
  /** Whether each operation ends with a response at the sender. */
  readonly responses: boolean
}

/** Failures beyond these are only counted: one dead hub makes thousands. */
const shownFailures = 5
const shownLength = 400

export class Ledger {
  readonly #shape: LedgerShape
  readonly #slots: Int32Array
  readonly #missing: Int32Array
  readonly #deliveries: Uint8Array
  readonly #answers: Uint8Array
  readonly #responses: Uint8Array
  readonly #failures: Array<string> = []
  #failureCount = 0
  #inspected = false
  #opened = 0
  completed = 0
  lastArrival = 0
  /** The slot of an operation that is over. */
  onComplete: (slot: number) => void = () => {}

  constructor(shape: LedgerShape) {
    this.#shape = shape
    this.#slots = new Int32Array(shape.capacity)
    this.#missing = new Int32Array(shape.capacity)
    this.#deliveries = new Uint8Array(shape.capacity * shape.lanes)
    this.#answers = new Uint8Array(shape.capacity)
    this.#responses = new Uint8Array(shape.capacity)
  }

  get full(): boolean {
    return this.#opened === this.#shape.capacity
  }

  get failed(): boolean {
    return this.#failureCount > 0
  }

  get next(): number {
    return this.#shape.base + this.#opened
  }

  fail(why: string): void {
    this.#failureCount++
    if (this.#failures.length < shownFailures) this.#failures.push(why.slice(0, shownLength))
  }

  /** The number of the operation that now starts in this slot. */
  open(slot: number): number {
    const at = this.#opened++
    this.#slots[at] = slot
    this.#missing[at] = 1 + this.#shape.lanes + (this.#shape.responses ? 1 : 0)
    return this.#shape.base + at
  }

  answered(sequence: number): void {
    const at = sequence - this.#shape.base
    if (this.#mark(this.#answers, at)) this.#arrived(at)
    else this.fail(`answered twice: operation ${sequence}`)
  }

  delivered(sequence: number, receiver: number, source: string): void {
    const at = this.#find(sequence)
    if (at < 0) return this.fail(`stray message at receiver ${receiver}: ${source}`)
    const { lanes, receivers } = this.#shape
    if (lanes === 1 && this.#slot(at) % receivers !== receiver) {
      return this.fail(`operation ${sequence} came to receiver ${receiver}, not to its own`)
    }
    if (!this.#inspected) this.#inspect(source)
    if (!this.#mark(this.#deliveries, at * lanes + (lanes === 1 ? 0 : receiver))) {
      return this.fail(`delivered twice to receiver ${receiver}: ${source}`)
    }
    this.#arrived(at)
  }

  /** The msg-tag is the operation's number, and so is the result the callee sent (DLV-01). */
  responded(sender: number, source: string, bodyAt: number): void {
    const tag = thirdParameter(source, bodyAt)
    const sequence = sequenceIn(tag, 0)
    const at = this.#find(sequence)
    if (at < 0 || !this.#shape.responses) return this.fail(`stray response at sender ${sender}: ${source}`)
    const result = sequenceIn(source, source.indexOf(tag, bodyAt) + tag.length)
    if (this.#slot(at) !== sender || result !== sequence) {
      return this.fail(`response of another call: ${source}`)
    }
    if (!this.#mark(this.#responses, at)) return this.fail(`response twice: ${source}`)
    this.#arrived(at)
  }

  verdict(): ReadonlyArray<string> {
    const lost = this.#opened - this.completed
    const said = [...this.#failures]
    if (this.#failureCount > said.length) {
      said.push(`... and ${this.#failureCount - said.length} more failures`)
    }
    if (lost > 0) said.push(`lost: ${lost} of ${this.#opened} operations never came to their end`)
    if (this.completed === 0) said.push("no operation came to its end")
    return said
  }

  #find(sequence: number): number {
    const at = sequence - this.#shape.base
    return at >= 0 && at < this.#opened ? at : -1
  }

  #slot(at: number): number {
    return this.#slots[at] ?? -1
  }

  #mark(book: Uint8Array, at: number): boolean {
    if (book[at] !== 0) return false
    book[at] = 1
    return true
  }

  #arrived(at: number): void {
    const missing = (this.#missing[at] ?? 0) - 1
    this.#missing[at] = missing
    if (missing > 0) return
    this.completed++
    this.lastArrival = performance.now()
    this.onComplete(this.#slot(at))
  }

  /** The first message of a round is read in full; the others have its length or fail to be found. */
  #inspect(source: string): void {
    this.#inspected = true
    for (const expected of expectedTexts) {
      if (!source.includes(expected)) this.fail(`a delivered message lacks "${expected}": ${source}`)
    }
  }
}
