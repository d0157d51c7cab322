/**
 * The outbox of one client: what is to be delivered to it, and its health.
 *
 * Order. Deliveries start in the order of acceptance, and none is written before the one ahead of it is. While a client
 * keeps up, the next also waits for the acknowledgement of the previous, but no longer than the pace, since a receiver
 * may block in its callback and call the hub from there (DLV-08). A backlog is sent without waiting, up to the number
 * that may be in flight.
 *
 * Health. A refused connection was certainly not seen: the delivery goes back to its place and the client is tried again
 * after each backoff; when all are used up it is dead. A slow client is never dead (WIRE-151).
 */
import * as Effect from "effect/Effect"
import type { Undelivered } from "../domain/HubInput.ts"
import type { Delivery } from "../domain/HubOutput.ts"
import type { MessageId, PrivateKey } from "../domain/Identifiers.ts"
import type { Limits } from "../domain/Limits.ts"
import { callback } from "../domain/StandardProfile.ts"
import { contentOf, sizeOf } from "../domain/web/PullQueue.ts"
import { CallError, type CallSender } from "../ports/CallSender.ts"

/** What an outbox tells its owner. */
export interface OutboxEvents {
  /** A call was not accepted. */
  readonly undelivered: (msgId: MessageId, why: Undelivered, detail: string) => void
  /** Something else than a call was lost; for the log. */
  readonly lost: (what: string, detail: string) => void
  /** Nothing listens there any more; so many deliveries had still been waiting for it. */
  readonly dead: (detail: string, waiting: number) => void
}

interface Item {
  readonly delivery: Delivery
  readonly order: number
  readonly size: number
}

/** How an outbox starts effects; they end with the hub. */
export type Run = <A, E>(effect: Effect.Effect<A, E>, done?: (failure: E | undefined) => void) => void

const refusals: ReadonlyArray<CallError["reason"]> = ["RemoteFault", "BadAnswer", "Lost"]

/** One client's outbox. */
export class Outbox {
  private readonly queue: Array<Item> = []
  private queuedSize = 0
  private nextOrder = 0
  private inFlight = 0
  /** The delivery that was started last, whether it is written, and whether it was acknowledged. */
  private latest = -1
  private written = true
  private acknowledged = true
  private paceIsUp = false
  /** The delivery after which the pace is being waited for. */
  private pacing = -1
  private refused = 0
  private probing = false
  private closed = false
  private key: PrivateKey
  private url: string
  private readonly sender: CallSender["Service"]
  private readonly limits: Limits
  private readonly events: OutboxEvents
  private readonly run: Run

  constructor(
    target: { readonly key: PrivateKey; readonly url: string },
    context: {
      readonly sender: CallSender["Service"]
      readonly limits: Limits
      readonly events: OutboxEvents
      readonly run: Run
    }
  ) {
    this.key = target.key
    this.url = target.url
    this.sender = context.sender
    this.limits = context.limits
    this.events = context.events
    this.run = context.run
  }

  /** Deliveries go to another endpoint from now on (STD-07). */
  redirect(url: string): void {
    this.url = url
    if (this.refused > 0) this.refused = 1
  }

  /** Takes a delivery, to be started in its turn. */
  add(delivery: Delivery): void {
    if (this.closed) return
    const order = this.nextOrder++
    if (this.queue.length === 0 && this.isFree) return this.start({ delivery, order, size: 0 })
    const item = { delivery, order, size: sizeOf(contentOf(delivery)) }
    if (
      this.queue.length >= this.limits.outboxMessages || this.queuedSize + item.size > this.limits.outboxBytes
    ) {
      return this.fail(item, "overloaded", `${this.queue.length} messages are waiting for it`)
    }
    this.queue.push(item)
    this.queuedSize += item.size
    this.pump()
  }

  /** Whether nothing is waiting or on the wire. */
  get isIdle(): boolean {
    return this.inFlight === 0 && this.queue.length === 0
  }

  /** Deliveries that were not taken yet, those on the wire among them. */
  get waiting(): number {
    return this.inFlight + this.queue.length
  }

  /** Whether a look at the client is of use: when a delivery is on the wire, its connection tells by itself. */
  get wantsProbe(): boolean {
    return this.inFlight === 0 && this.refused === 0 && !this.probing && !this.closed
  }

  /** Looks whether the client is still there; one look at a time, which a busy client may take its time to answer. */
  probe(): void {
    if (this.probing) return
    this.probing = true
    this.run(
      Effect.map(this.sender.probe(this.url), (listens) => {
        this.probing = false
        if (!listens && this.refused === 0) this.suspect("nothing listens at its callback")
      })
    )
  }

  /** Nothing is started any more; with `drain`, what is waiting still is. */
  close(drain: boolean): void {
    if (!drain) this.queue.length = 0
    this.closed = true
  }

  private pump(): void {
    while (this.queue.length > 0 && this.isFree) {
      const item = this.queue.shift()
      if (item === undefined) return
      this.queuedSize -= item.size
      this.start(item)
    }
    const waits = this.queue.length > 0 && this.queue.length <= this.limits.deliveryBacklog
    if (waits && this.refused === 0 && this.pacing !== this.latest) this.waitForPace()
  }

  /** Whether the delivery at the head of the queue, or a new one if there is none, may start. */
  private get isFree(): boolean {
    if (this.refused > 0) return false
    if (this.inFlight === 0) return true
    if (this.inFlight >= this.limits.deliveriesInFlight || !this.written) return false
    return this.acknowledged || this.paceIsUp || this.queue.length > this.limits.deliveryBacklog
  }

  private waitForPace(): void {
    const order = this.latest
    this.pacing = order
    this.run(Effect.map(Effect.sleep(this.limits.deliveryPaceMs), () => {
      if (this.latest !== order) return
      this.paceIsUp = true
      this.pump()
    }))
  }

  private start(item: Item): void {
    this.inFlight++
    this.written = false
    this.acknowledged = false
    this.paceIsUp = false
    const isLatest = () => this.latest === item.order
    this.latest = item.order
    const onWritten = () => {
      if (!isLatest()) return
      this.written = true
      if (this.queue.length > 0) this.pump()
    }
    const options = { timeoutMs: this.limits.deliveryTimeoutMs, onWritten }
    const sent = this.sender.deliver(this.url, callback(this.key, item.delivery), options)
    const safe = Effect.catchDefect(
      sent,
      (defect) =>
        Effect.fail(
          new CallError({ reason: "Lost", url: this.url, detail: `internal error: ${String(defect)}` })
        )
    )
    this.run(safe, (failure) => {
      this.inFlight--
      if (isLatest()) this.written = this.acknowledged = true
      if (failure !== undefined) this.failed(item, failure)
      this.pump()
    })
  }

  private failed(item: Item, error: CallError): void {
    if (error.reason === "Refused") {
      const place = this.queue.findIndex((other) => other.order > item.order)
      this.queue.splice(place < 0 ? this.queue.length : place, 0, item)
      this.queuedSize += item.size
      if (this.refused === 0) this.suspect(error.detail)
      return
    }
    this.fail(item, refusals.includes(error.reason) ? "refused" : "unresponsive", error.detail)
    if (error.reason === "Lost" && this.refused === 0 && !this.closed) this.probe()
  }

  private fail({ delivery }: Item, why: Undelivered, detail: string): void {
    if (delivery._tag === "Call") this.events.undelivered(delivery.msgId, why, detail)
    else this.events.lost(delivery._tag.toLowerCase(), detail)
  }

  /** Tries again after each backoff, and holds all deliveries until the client is back or given up. */
  private suspect(detail: string): void {
    const wait = this.limits.refusalBackoffMs[this.refused]
    this.refused++
    if (wait === undefined) {
      const { waiting } = this
      this.close(false)
      return this.events.dead(detail, waiting)
    }
    this.run(
      Effect.flatMap(Effect.sleep(wait), () => this.sender.probe(this.url)).pipe(Effect.map((listens) => {
        if (!listens) return this.suspect(detail)
        this.refused = 0
        this.pump()
      }))
    )
  }
}
