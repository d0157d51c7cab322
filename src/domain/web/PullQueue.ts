/**
 * The callbacks that wait at the hub for a web client (section 5.2.5), in order, each with a serial number. What was handed
 * out is kept until the next pull: a client that counts says then what it has got and gets the rest again; of others the
 * hub can only know whether the answer was certainly not read (WEB-36).
 */
import type { Delivery } from "../HubOutput.ts"
import { isList, map, type SampMap, type SampValue } from "../SampValue.ts"

/** One callback. */
export interface Waiting {
  readonly serial: number
  readonly delivery: Delivery
  readonly size: number
}

interface Link {
  readonly item: Waiting
  readonly before: Link | undefined
}

/** All callbacks of one client. */
export interface PullQueue {
  /** Handed out by the last answer, and perhaps not read. */
  readonly handed: ReadonlyArray<Waiting>
  /** The oldest of those that wait. */
  readonly front: ReadonlyArray<Waiting>
  /** The newest of those that wait; the rest behind it, up to those in front. To append costs the same however many wait. */
  readonly back: Link | undefined
  /** How many wait, without those handed out. */
  readonly count: number
  /** Characters of all that is kept, what was handed out among them. */
  readonly size: number
  /** Serial of the next. */
  readonly next: number
}

/** Nothing waits. */
export const empty: PullQueue = {
  handed: [],
  front: [],
  back: undefined,
  count: 0,
  size: 0,
  next: 1
}

/** Maps that every message has, and what each further one takes beyond what is in it, about. */
const usualMaps = 2
const mapBytes = 192

/** Characters of a value on the wire, about, and how many maps are in it. */
const measure = (value: SampValue): { readonly size: number; readonly maps: number } => {
  if (typeof value === "string") return { size: value.length + 32, maps: 0 }
  let size = 32
  let maps = 0
  const add = (item: SampValue): void => {
    if (typeof item === "string") return void (size += item.length + 32)
    const inner = measure(item)
    size += inner.size
    maps += inner.maps
  }
  if (isList(value)) {
    for (const item of value) add(item)
    return { size, maps }
  }
  for (const [key, item] of value) {
    size += key.length
    add(item)
  }
  return { size, maps: maps + 1 }
}

/**
 * About how many characters a value takes on the wire, or in memory if that is much more: an empty map is short to write, and
 * long to keep (WEB-67).
 */
export const sizeOf = (value: SampValue): number => {
  const { maps, size } = measure(value)
  return size + Math.max(0, maps - usualMaps) * mapBytes
}

/** What a delivery carries. */
export const contentOf = (delivery: Delivery): SampMap =>
  delivery._tag === "Response" ? delivery.response : delivery.message

/** Puts a callback at the end. */
export const append = (queue: PullQueue, delivery: Delivery, size: number): PullQueue => ({
  ...queue,
  back: { item: { serial: queue.next, delivery, size }, before: queue.back },
  count: queue.count + 1,
  size: queue.size + size,
  next: queue.next + 1
})

/** Those that wait and were not handed out, in order. */
export const waiting = ({ back, front }: PullQueue): ReadonlyArray<Waiting> => {
  if (back === undefined) return front
  const newest: Array<Waiting> = []
  for (let link: Link | undefined = back; link !== undefined; link = link.before) newest.push(link.item)
  return [...front, ...newest.reverse()]
}

const total = (items: ReadonlyArray<Waiting>): number => items.reduce((sum, { size }) => sum + size, 0)

/**
 * What the client has got is forgotten.
 *
 * @param upTo - serial of the last callback that it has; all that was handed out if it does not count
 */
export const acknowledge = (queue: PullQueue, upTo: number | undefined): PullQueue => {
  if (queue.handed.length === 0) return queue
  const handed = upTo === undefined ? [] : queue.handed.filter(({ serial }) => serial > upTo)
  return { ...queue, handed, size: queue.size - total(queue.handed) + total(handed) }
}

/** Whether there is something to hand out. */
export const isEmpty = (queue: PullQueue): boolean => queue.count === 0 && queue.handed.length === 0

/**
 * Hands out what there is: what was handed out before and not acknowledged, then the oldest of those that wait, up to a
 * size, but one at least, since a client must get on.
 */
export const handOut = (queue: PullQueue, limit: number): PullQueue => {
  const handed = [...queue.handed]
  const rest = waiting(queue)
  let size = total(handed)
  let taken = 0
  for (const item of rest) {
    if (handed.length > 0 && size + item.size > limit) break
    handed.push(item)
    size += item.size
    taken++
  }
  const front = rest.slice(taken)
  return { ...queue, handed, front, back: undefined, count: front.length }
}

/** Puts what was handed out back to where it was: it was not read. */
export const restore = (queue: PullQueue): PullQueue => ({
  ...queue,
  handed: [],
  front: [...queue.handed, ...queue.front],
  count: queue.count + queue.handed.length
})

/** Forgets what waits, as when nothing is to be taken any more; what was handed out is perhaps being worked on. */
export const discard = (queue: PullQueue): PullQueue => ({
  ...queue,
  front: [],
  back: undefined,
  count: 0,
  size: total(queue.handed)
})

const names = {
  Notification: "receiveNotification",
  Call: "receiveCall",
  Response: "receiveResponse"
} as const

const paramsOf = (delivery: Delivery): ReadonlyArray<SampValue> => {
  switch (delivery._tag) {
    case "Notification":
      return [delivery.sender, delivery.message]
    case "Call":
      return [delivery.sender, delivery.msgId, delivery.message]
    case "Response":
      return [delivery.responder, delivery.tag, delivery.response]
  }
}

/**
 * A callback as it stands in the answer of `pullCallbacks`: bare name (WEB-34), no private key (WEB-35).
 *
 * @param counted - whether to tell its serial, to a client that counts
 */
export const write = ({ delivery, serial }: Waiting, counted: boolean): SampMap =>
  map({
    "samp.methodName": names[delivery._tag],
    "samp.params": paramsOf(delivery),
    ...counted ? { "x-samp.serial": String(serial) } : {}
  })
