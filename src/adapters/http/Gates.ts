/**
 * How many requests may be on their way to one host and port. Several clients may share a server (all JSAMP clients of one
 * JVM do), and one that is offered more connections than its queue holds drops them, for a second or more.
 *
 * A request that has been under way for some time no longer counts: its receiver may be working inside its callback, and
 * must not hold up its neighbours (DLV-08).
 */

/** One request at a gate. */
export interface Pass {
  state: "waiting" | "counted" | "uncounted"
  readonly start: () => void
}

interface Gate {
  counted: Set<Pass>
  readonly waiting: Array<Pass>
  timer: NodeJS.Timeout | undefined
}

/** Gates by host and port. */
export class Gates {
  private readonly gates = new Map<string, Gate>()
  private readonly width: number
  private readonly patienceMs: number

  /**
   * @param width - requests that may be on their way
   * @param patienceMs - milliseconds after which one does not count any more
   */
  constructor(width: number, patienceMs: number) {
    this.width = width
    this.patienceMs = patienceMs
  }

  /** Runs `start`, at once or when there is room; in order of entering. */
  enter(authority: string, start: () => void): Pass {
    const pass: Pass = { state: "waiting", start }
    const gate = this.gates.get(authority) ?? { counted: new Set(), waiting: [], timer: undefined }
    this.gates.set(authority, gate)
    gate.waiting.push(pass)
    this.admit(authority, gate)
    return pass
  }

  /** A request has ended, or is not wanted any more. */
  leave(authority: string, pass: Pass): void {
    const gate = this.gates.get(authority)
    if (gate === undefined || pass.state === "uncounted") return
    if (pass.state === "waiting") gate.waiting.splice(gate.waiting.indexOf(pass), 1)
    else gate.counted.delete(pass)
    pass.state = "uncounted"
    this.admit(authority, gate)
  }

  private admit(authority: string, gate: Gate): void {
    while (gate.counted.size < this.width) {
      const next = gate.waiting.shift()
      if (next === undefined) break
      next.state = "counted"
      gate.counted.add(next)
      next.start()
    }
    if (gate.waiting.length > 0) gate.timer ??= this.wait(authority, gate)
    else if (gate.counted.size === 0 && gate.timer === undefined) this.gates.delete(authority)
  }

  /** Whatever is under way now does not count any more when the patience is over. */
  private wait(authority: string, gate: Gate): NodeJS.Timeout {
    const old = [...gate.counted]
    return setTimeout(() => {
      gate.timer = undefined
      for (const pass of old) {
        if (gate.counted.delete(pass)) pass.state = "uncounted"
      }
      this.admit(authority, gate)
    }, this.patienceMs)
  }
}
