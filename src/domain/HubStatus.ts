/**
 * What a running hub says of itself to whoever knows its secret: the value of `x-samp.hub.status`, a method of our
 * own. It is a SAMP map of strings; times of day are ISO 8601 in UTC, durations whole seconds.
 */
import * as HashMap from "effect/HashMap"
import * as Result from "effect/Result"
import { clientsInOrder, type HubState } from "./HubState.ts"
import type { ClientId } from "./Identifiers.ts"
import { isMap, readInt, type SampMap, type SampValue, stringAt } from "./SampValue.ts"

/** The name of the method; its only parameter is the secret of the lockfile. */
export const statusMethod = "x-samp.hub.status"

/** The name of the method that switches the Web Profile; its parameters are the secret, and `on`, `off` or nothing. */
export const webMethod = "x-samp.hub.web"

/** Whether the Web Profile of a hub is on. */
export type WebState =
  | { readonly _tag: "On"; readonly url: string }
  | { readonly _tag: "Off"; readonly why: string }

/** The state as it goes over the wire. */
export const writeWebState = (state: WebState): SampMap =>
  entries(state._tag === "On" ? { state: "on", url: state.url } : { state: "off", why: plain(state.why) })

/** Reads it; undefined if it is none. */
export const readWebState = (value: SampValue | undefined): WebState | undefined => {
  if (!isMap(value)) return undefined
  const state = text(value, "state")
  if (state === "on") return { _tag: "On", url: text(value, "url") }
  return state === "off" ? { _tag: "Off", why: text(value, "why") } : undefined
}

/** One client of a hub. */
export interface ClientStatus {
  readonly id: string
  /** Its `samp.name`, of a web client the one that it registered with before; empty if it has said none. */
  readonly name: string
  /** When it registered, ISO 8601. */
  readonly registered: string
  /** Seconds since it registered. */
  readonly age: number
  /** Seconds since it last asked the hub for something; exact to a second. */
  readonly idle: number
  readonly callable: boolean
  /** Calls to it and calls of its own that have not ended. */
  readonly callsTo: number
  readonly callsFrom: number
  /** Deliveries that it has not taken yet, those on the wire among them. */
  readonly waiting: number
  /** Of a client of the Web Profile: the origin of its page; empty for a program that named none. */
  readonly origin?: string | undefined
  /** Why the last delivery failed that did, and when; undefined if none has. */
  readonly trouble?: Trouble | undefined
}

/** A delivery that failed. */
export interface Trouble {
  readonly text: string
  /** When, ISO 8601. */
  readonly at: string
}

/** How many messages have gone through a hub since it started. Those to several recipients count once for each. */
export interface Routed {
  readonly notifications: number
  readonly calls: number
  readonly replies: number
  /** Deliveries of any kind that their recipient did not take. */
  readonly failed: number
}

/** A hub and its clients, in the order in which they came. */
export interface HubStatus {
  readonly product: string
  readonly version: string
  readonly url: string
  readonly pid: number | undefined
  /** When it started, ISO 8601. */
  readonly started: string
  /** Seconds since then. */
  readonly uptime: number
  readonly openCalls: number
  readonly routed: Routed
  /** Its Web Profile; undefined if it does not tell. */
  readonly web?: WebState | undefined
  readonly clients: ReadonlyArray<ClientStatus>
}

/** What the state of the hub tells about one client; times in milliseconds of the clock of the inputs. */
export interface ClientFacts
  extends Pick<ClientStatus, "name" | "callable" | "callsTo" | "callsFrom" | "origin">
{
  /** Callbacks that it has not pulled. */
  readonly queued: number
  readonly id: ClientId
  readonly registeredAt: number
  readonly lastSeen: number
}

/** All clients as the state knows them, in the order of registration. */
export const clientFacts = (state: HubState): ReadonlyArray<ClientFacts> => {
  const callsTo = new Map<ClientId, number>()
  for (const [, { recipient }] of state.calls) callsTo.set(recipient, (callsTo.get(recipient) ?? 0) + 1)
  return clientsInOrder(state).map(({ callback, id, lastSeen, metadata, openCalls, registeredAt, web }) => ({
    id,
    name: stringAt(metadata, "samp.name") ?? web?.name ?? "",
    callable: callback !== undefined,
    callsTo: callsTo.get(id) ?? 0,
    callsFrom: openCalls,
    ...web === undefined ? {} : { origin: web.origin },
    queued: web === undefined ? 0 : web.queue.count + web.queue.handed.length,
    registeredAt,
    lastSeen
  }))
}

/** The counts that the state keeps; deliveries fail outside of it. */
export const routed = (state: HubState): Omit<Routed, "failed"> & { readonly openCalls: number } => ({
  notifications: state.notified,
  calls: state.nextCall - 1, // each call gets the next number
  replies: state.replied,
  openCalls: HashMap.size(state.calls)
})

const entries = (
  values: { readonly [key: string]: string | number | boolean | SampMap | undefined }
): SampMap => {
  const map = new Map<string, SampValue>()
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue
    map.set(key, typeof value === "boolean" ? value ? "1" : "0" : isMapLike(value) ? value : String(value))
  }
  return map
}

const isMapLike = (value: string | number | SampMap): value is SampMap => typeof value === "object"

/** SAMP has no other characters (DT-02), and the texts are of one line. */
const plain = (text: string): string => text.replace(/[^\x20-\x7e]/gu, "?")

const writeClient = ({ id: _, name, trouble, ...rest }: ClientStatus): SampMap =>
  entries({
    ...rest,
    name,
    trouble: trouble && entries({ text: plain(trouble.text), at: trouble.at })
  })

/** The status as it goes over the wire. */
export const writeStatus = ({ clients, routed, web, ...rest }: HubStatus): SampMap =>
  entries({
    ...rest,
    web: web && writeWebState(web),
    routed: entries({ ...routed }),
    clientCount: clients.length,
    clients: new Map(clients.map((client) => [client.id, writeClient(client)]))
  })

const text = (values: SampMap, key: string): string => stringAt(values, key) ?? ""
const count = (values: SampMap, key: string): number => readInt(text(values, key)) ?? 0

const readClient = (id: string, values: SampMap): ClientStatus => {
  const trouble = values.get("trouble")
  return {
    id,
    name: text(values, "name"),
    registered: text(values, "registered"),
    age: count(values, "age"),
    idle: count(values, "idle"),
    callable: text(values, "callable") === "1",
    ...values.has("origin") ? { origin: text(values, "origin") } : {},
    callsTo: count(values, "callsTo"),
    callsFrom: count(values, "callsFrom"),
    waiting: count(values, "waiting"),
    trouble: isMap(trouble) ? { text: text(trouble, "text"), at: text(trouble, "at") } : undefined
  }
}

/**
 * Reads a status. What a later version adds is passed over, and numbers that are missing are 0.
 *
 * @returns a failure when the value is none
 */
export const readStatus = (value: SampValue): Result.Result<HubStatus, string> => {
  const clients = isMap(value) ? value.get("clients") : undefined
  if (!isMap(value) || !isMap(clients) || stringAt(value, "started") === undefined) {
    return Result.fail("what it says is no status")
  }
  const found = value.get("routed")
  const numbers: SampMap = isMap(found) ? found : new Map()
  const web = readWebState(value.get("web"))
  return Result.succeed({
    ...web === undefined ? {} : { web },
    product: text(value, "product"),
    version: text(value, "version"),
    url: text(value, "url"),
    pid: readInt(text(value, "pid")),
    started: text(value, "started"),
    uptime: count(value, "uptime"),
    openCalls: count(value, "openCalls"),
    routed: {
      notifications: count(numbers, "notifications"),
      calls: count(numbers, "calls"),
      replies: count(numbers, "replies"),
      failed: count(numbers, "failed")
    },
    clients: [...clients].flatMap(([id, values]) => isMap(values) ? [readClient(id, values)] : [])
      .sort((a, b) => naturally(a.id, b.id))
  })
}

/**
 * Compares ids as people count: c2 before c10. Ids mean nothing (REG-06); this is only for a list that stays in order.
 */
export const naturally = (a: string, b: string): number => {
  const [left, right] = [a.split(/([0-9]+)/u), b.split(/([0-9]+)/u)]
  for (const [i, part] of left.entries()) {
    const other = right[i]
    if (other === undefined) return 1
    if (part === other) continue
    const difference = i % 2 === 1 ? Number(part) - Number(other) : 0
    return difference !== 0 ? difference : part < other ? -1 : 1
  }
  return left.length - right.length
}
