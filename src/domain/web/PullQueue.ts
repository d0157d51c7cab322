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
  /** The newest that was not handed out; the rest behind it. To append costs the same however many wait. */
  readonly newest: Link | undefined
  /** How many wait, and their size in characters, without those handed out. */
  readonly count: number
  readonly size: number
  /** Serial of the next. */
  readonly next: number
}

/** Nothing waits. */
export const empty: PullQueue = { handed: [], newest: undefined, count: 0, size: 0, next: 1 }

/** About how many characters a value takes on the wire. */
export const sizeOf = (value: SampValue): number => {
  if (typeof value === "string") return value.length + 32
  let size = 32
  if (isList(value)) { for (const item of value) size += sizeOf(item) }
  else for (const [key, item] of value) size += key.length + sizeOf(item)
  return size
}

/** What a delivery carries. */
export const contentOf = (delivery: Delivery): SampMap =>
  delivery._tag === "Response" ? delivery.response : delivery.message

/** Puts a callback at the end. */
export const append = (queue: PullQueue, delivery: Delivery, size: number): PullQueue => ({
  ...queue,
  newest: { item: { serial: queue.next, delivery, size }, before: queue.newest },
  count: queue.count + 1,
  size: queue.size + size,
  next: queue.next + 1
})

const inOrder = (queue: PullQueue): ReadonlyArray<Waiting> => {
  const items: Array<Waiting> = []
  for (let link = queue.newest; link !== undefined; link = link.before) items.push(link.item)
  return items.reverse()
}

/** All that the client may not have got, in order. */
export const all = (queue: PullQueue): ReadonlyArray<Waiting> => [...queue.handed, ...inOrder(queue)]

/**
 * What the client has got is forgotten.
 *
 * @param upTo - serial of the last callback that it has; all that was handed out if it does not count
 */
export const acknowledge = (queue: PullQueue, upTo: number | undefined): PullQueue =>
  queue.handed.length === 0
    ? queue
    : {
      ...queue,
      handed: upTo === undefined ? [] : queue.handed.filter(({ serial }) => serial > upTo)
    }

/** Whether there is something to hand out. */
export const isEmpty = (queue: PullQueue): boolean => queue.newest === undefined && queue.handed.length === 0

/** Hands everything out. */
export const handOut = (queue: PullQueue): PullQueue => ({
  ...queue,
  handed: all(queue),
  newest: undefined,
  count: 0,
  size: 0
})

/** Puts what was handed out back to where it was: it was not read. */
export const restore = (queue: PullQueue): PullQueue => {
  let newest: Link | undefined
  for (const item of all(queue)) newest = { item, before: newest }
  const back = queue.handed.reduce((sum, { size }) => sum + size, 0)
  return {
    ...queue,
    handed: [],
    newest,
    count: queue.count + queue.handed.length,
    size: queue.size + back
  }
}

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
