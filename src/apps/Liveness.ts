/**
 * When to look whether a client is still there. One that owes an answer is looked at soon, and then about each second; all
 * others are looked at now and then. A look that a busy client has not answered yet is not repeated: when the client dies,
 * its connection breaks.
 */
import type { HubState } from "../domain/HubState.ts"
import type { ClientId } from "../domain/Identifiers.ts"
import type { Limits } from "../domain/Limits.ts"
import type { Outbox } from "./Outbox.ts"

/** How much later each further look at the same debtor comes. */
const growth = 1.5
/** The longest wait between looks at a debtor, in milliseconds. */
const slowestMs = 1_000

interface Watch {
  readonly at: number
  readonly wait: number
  readonly owes: boolean
}

/** Keeps the times of the next looks. */
export class Liveness {
  private readonly watches = new Map<ClientId, Watch>()
  private readonly limits: Limits
  private readonly state: () => HubState
  private readonly outboxes: ReadonlyMap<ClientId, Outbox>

  constructor(limits: Limits, state: () => HubState, outboxes: ReadonlyMap<ClientId, Outbox>) {
    this.limits = limits
    this.state = state
    this.outboxes = outboxes
  }

  /** Looks at whoever is due at `now`. */
  look(now: number): void {
    const debtors = new Set<ClientId>()
    for (const [, call] of this.state().calls) debtors.add(call.recipient)
    for (const id of this.watches.keys()) if (!this.outboxes.has(id)) this.watches.delete(id)
    for (const [id, outbox] of this.outboxes) {
      const watch = this.watches.get(id)
      const owes = debtors.has(id)
      if (watch === undefined || watch.owes !== owes) {
        const wait = owes ? this.limits.probeIntervalMs : this.limits.idleProbeIntervalMs
        this.watches.set(id, { at: owes ? now : now + wait, wait, owes })
        if (!owes) continue
      } else if (watch.at > now) continue
      if (outbox.wantsProbe) outbox.probe()
      const wait = this.watches.get(id)?.wait ?? this.limits.idleProbeIntervalMs
      this.watches.set(id, { at: now + wait, wait: owes ? Math.min(wait * growth, slowestMs) : wait, owes })
    }
  }
}
