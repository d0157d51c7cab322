/**
 * The callbacks of one web client as its owner understands section 5.2.5: what the hub owes it, and what it has got. Written
 * apart from the engine.
 */
import type { Delivery } from "../../src/domain/HubOutput.ts"
import { type SampValue, toJson } from "../../src/domain/SampValue.ts"
import { demand } from "./ModelRules.ts"

interface Owed {
  readonly serial: number
  readonly delivery: Delivery
}

const written = (delivery: Delivery): string => {
  switch (delivery._tag) {
    case "Notification":
      return JSON.stringify(["receiveNotification", delivery.sender, toJson(delivery.message)])
    case "Call":
      return JSON.stringify(["receiveCall", delivery.sender, delivery.msgId, toJson(delivery.message)])
    case "Response":
      return JSON.stringify(["receiveResponse", delivery.responder, delivery.tag, toJson(delivery.response)])
  }
}

const read = (item: SampValue): string => {
  const params = item instanceof Map ? item.get("samp.params") : undefined
  const list = Array.isArray(params) ? params.map(toJson) : []
  return JSON.stringify([item instanceof Map ? item.get("samp.methodName") : "", ...list])
}

/** What is owed to a web client, and the pull by which it waits for it. */
export class Mailbox {
  private owed: Array<Owed> = []
  private handed: Array<Owed> = []
  private next = 1
  private readonly who: string
  private readonly counts: boolean
  pull: { readonly request: number; readonly deadline: number } | undefined
  /** The pull that its last answer with callbacks went to. */
  answered: number | undefined
  lastAsked: number
  quietSince: number
  hungUp = false

  constructor(who: string, counts: boolean, now: number) {
    this.who = who
    this.counts = counts
    this.lastAsked = now
    this.quietSince = now
  }

  /** The serial of the newest callback that it has got. */
  get has(): number {
    return this.handed.at(-1)?.serial ?? this.next - this.owed.length - 1
  }

  owe(delivery: Delivery): void {
    this.owed.push({ serial: this.next++, delivery })
  }

  /** It asks for its callbacks. A request that waited before has been answered by the end of the step. */
  ask(request: number, deadline: number, now: number, serial: number | undefined): void {
    this.handed = this.counts && serial !== undefined
      ? this.handed.filter((item) => item.serial > serial)
      : []
    this.answered = undefined
    this.hungUp = false
    this.quietSince = now
    this.pull = { request, deadline }
  }

  /** A pull is answered: by the first of what is owed, all of it unless it is much, in order, each with its serial. */
  answer(request: number, value: SampValue, now: number): void {
    const items = Array.isArray(value) ? value : []
    demand(Array.isArray(value), "a pull is answered by a list")
    if (this.pull?.request !== request) return demand(items.length === 0, "a replaced pull got something")
    this.pull = undefined
    this.quietSince = now
    const all = [...this.handed, ...this.owed]
    demand(items.length > 0 || all.length === 0, `${this.who} got nothing, though it is owed ${all.length}`)
    for (const [index, item] of items.entries()) {
      const expected = all[index]
      demand(
        expected !== undefined && read(item) === written(expected.delivery),
        `${this.who} got ${read(item)}`
      )
      const serial = item instanceof Map ? item.get("x-samp.serial") : undefined
      demand(
        serial === (this.counts ? String(expected?.serial) : undefined),
        `${this.who} got serial ${serial}`
      )
    }
    this.handed = all.slice(0, items.length)
    this.owed = all.slice(items.length)
    this.answered = items.length > 0 ? request : undefined
  }

  /** Whether this was its last answer; it was not read. */
  unread(request: number, now: number): boolean {
    if (this.answered !== request) return false
    this.answered = undefined
    this.owed = [...this.handed, ...this.owed]
    this.handed = []
    this.hungUp = true
    this.quietSince = now
    return true
  }

  abandon(request: number, now: number): void {
    if (this.pull?.request !== request) return
    this.pull = undefined
    this.hungUp = true
    this.quietSince = now
  }

  /** It takes no more callbacks: nothing is owed, whatever it has seen of it. */
  close(): void {
    this.owed = []
    this.handed = []
    this.hungUp = false
  }

  /** It takes them again. */
  open(now: number): void {
    this.answered = undefined
    this.quietSince = now
    this.hungUp = false
  }

  /** What must hold between two steps: nothing is held back from one who waits. */
  settle(): void {
    demand(
      this.pull === undefined || this.owed.length + this.handed.length === 0,
      `${this.who} waits, and is owed ${this.owed.length}`
    )
  }
}
