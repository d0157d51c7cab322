/**
 * Keeps a log from being flooded by whoever can make the hub complain: of the same thing there is one line in a while, which
 * tells how often it has happened since the last one.
 */
export class Repeats {
  private readonly kinds = new Map<string, { since: number; untold: number }>()
  private readonly windowMs: number
  private readonly most: number

  /**
   * @param windowMs - milliseconds between two lines of a kind
   * @param most - kinds that are told apart; what comes beyond them is one more kind
   */
  constructor(windowMs = 60_000, most = 256) {
    this.windowMs = windowMs
    this.most = most
  }

  /**
   * Something happens.
   *
   * @returns how often it has happened untold since the last line, or undefined if there is to be no line now
   */
  happens(kind: string, now: number): number | undefined {
    const name = this.kinds.has(kind) || this.kinds.size < this.most ? kind : ""
    const known = this.kinds.get(name)
    if (known !== undefined && now - known.since < this.windowMs) {
      known.untold++
      return undefined
    }
    this.forget(now)
    this.kinds.set(name, { since: now, untold: 0 })
    return known?.untold ?? 0
  }

  /** Kinds whose time is over, and of which nothing is untold. */
  private forget(now: number): void {
    if (this.kinds.size < this.most) return
    for (const [kind, { since, untold }] of this.kinds) {
      if (untold === 0 && now - since >= this.windowMs) this.kinds.delete(kind)
    }
  }
}

/** A line with what was left out. */
export const withUntold = (text: string, untold: number): string =>
  untold === 0 ? text : `${text} (and ${untold} more like it before)`
