/**
 * Memory that strangers make a server hold: bodies that have not come whole, answers that were not read. Who holds longest
 * goes first, when there is too much of it and when it is for too long: who means well holds it for milliseconds.
 */

/** Somebody for whom bytes are held. */
export interface Holder {
  /** Ends what the bytes are held for. */
  readonly cut: () => void
}

interface Held {
  readonly since: number
  bytes: number
}

/** Bytes held for several. */
export class Pool {
  private readonly held = new Map<Holder, Held>()
  private total = 0
  private readonly limit: number
  private readonly patienceMs: number

  /**
   * @param limit - bytes that may be held together
   * @param patienceMs - milliseconds for which they may be held for one
   */
  constructor(limit: number, patienceMs: number) {
    this.limit = limit
    this.patienceMs = patienceMs
  }

  /** How many hold something. */
  get size(): number {
    return this.held.size
  }

  /** Holds so many more bytes for somebody. */
  add(holder: Holder, bytes: number, now: number): void {
    const held = this.held.get(holder) ?? { since: now, bytes: 0 }
    held.bytes += bytes
    this.total += bytes
    this.held.set(holder, held)
    while (this.total > this.limit && this.held.size > 1) this.cutOldest()
  }

  /** Nothing is held any more. */
  drop(holder: Holder): void {
    this.total -= this.held.get(holder)?.bytes ?? 0
    this.held.delete(holder)
  }

  /** Ends what is held longest. */
  cutOldest(): void {
    for (const [holder] of this.held) {
      this.drop(holder)
      return holder.cut()
    }
  }

  /** Ends what is held for too long. */
  sweep(now: number): void {
    for (const [holder, { since }] of this.held) {
      if (now - since < this.patienceMs) return // the rest is younger
      this.drop(holder)
      holder.cut()
    }
  }
}
