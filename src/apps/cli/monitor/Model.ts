/** What `samp monitor` knows, and how it changes: pure, so that every event can be tried without a hub. */
import type { TrackedClient } from "../../../domain/client/Tracker.ts"
import type { ClientId, MessageId } from "../../../domain/Identifiers.ts"
import { patternsMatching } from "../../../domain/MType.ts"
import { type SampMap, stringAt } from "../../../domain/SampValue.ts"
import type { ClientStatus } from "../../client/ClientStatus.ts"
import { listing, summary } from "./Text.ts"

/** A message as it was received. */
export interface Message {
  readonly kind: "call" | "notification"
  readonly sender: ClientId
  /** Empty if it is not known. */
  readonly senderName: string
  readonly mtype: string
  readonly params: SampMap
  /** Keys of the message beside its MType and parameters (MSG-05). */
  readonly extra: SampMap
  readonly msgId: MessageId | undefined
}

/** What became of a ping. */
export type Outcome =
  | { readonly _tag: "Answered"; readonly ms: number }
  | { readonly _tag: "Failed"; readonly why: string }

/** What the session shows of itself; `at` is in milliseconds since 1970. */
export type SessionEvent =
  & { readonly at: number }
  & (
    | { readonly _tag: "HubStatus"; readonly status: ClientStatus }
    | { readonly _tag: "ClientRegistered"; readonly client: TrackedClient }
    | { readonly _tag: "ClientChanged"; readonly client: TrackedClient }
    | { readonly _tag: "ClientLeft"; readonly client: TrackedClient }
    | { readonly _tag: "Message"; readonly message: Message }
    /** More messages came than could be shown. */
    | { readonly _tag: "MessagesLost"; readonly count: number }
  )

/** All that changes the model, apart from keys. */
export type MonitorEvent =
  | SessionEvent
  | { readonly _tag: "Pinging"; readonly at: number; readonly id: ClientId }
  | { readonly _tag: "Pinged"; readonly at: number; readonly id: ClientId; readonly outcome: Outcome }
  | { readonly _tag: "Tick"; readonly at: number }

/** A client, and what was seen of it. */
export interface Client {
  readonly id: ClientId
  readonly name: string
  readonly metadata: SampMap
  readonly subscriptions: SampMap
  /** When it was first seen. */
  readonly since: number
  /** Messages that came from it. */
  readonly messages: number
  readonly ping: Outcome | { readonly _tag: "Pinging" } | undefined
}

/** A message as it is kept: what is shown of it, not its possibly large parameters. */
export interface Seen {
  /** Counts all messages from 1. */
  readonly number: number
  readonly at: number
  readonly kind: Message["kind"]
  readonly sender: ClientId
  readonly senderName: string
  readonly mtype: string
  readonly msgId: MessageId | undefined
  readonly summary: string
  readonly details: ReadonlyArray<string>
}

/** What is shown: both lists, the messages with the selected one, or one thing as a text that scrolls. */
export type Screen = "overview" | "messages" | "client" | "message" | "help"

/** All that is known, and what is looked at. */
export interface Model {
  readonly begun: number
  readonly now: number
  readonly status: ClientStatus
  /** When the status became what it is. */
  readonly statusSince: number
  /** Whether messages are watched. */
  readonly watching: boolean
  /** In the order of their arrival. */
  readonly clients: ReadonlyMap<ClientId, Client>
  /** The latest, oldest first. */
  readonly messages: ReadonlyArray<Seen>
  readonly notifications: number
  readonly calls: number
  /** Messages that came too fast to be shown. */
  readonly lost: number
  /** Messages in each of the latest seconds that had any. */
  readonly seconds: ReadonlyArray<{ readonly second: number; readonly count: number }>
  readonly screen: Screen
  /** The client that is selected; undefined for the first. */
  readonly client: ClientId | undefined
  /** Number of the message that is selected; undefined for the newest, whichever that is. */
  readonly message: number | undefined
  /** The message whose text is on the screen; it stays there when it is not kept in the list any more. */
  readonly reading: Seen | undefined
  /** First line of a text that scrolls. */
  readonly scroll: number
  /** The messages as they were when the display was stopped. */
  readonly paused: ReadonlyArray<Seen> | undefined
  /** Pattern or part of the MTypes that are shown; empty for all. */
  readonly filter: string
  /** The filter before it was edited, while it is. */
  readonly editing: string | undefined
}

/** Messages that are kept. */
export const keptMessages = 500
/** Seconds over which messages are counted. */
const keptSeconds = 60

/** Nothing is known yet. */
export const initial = (at: number, watching: boolean): Model => ({
  begun: at,
  now: at,
  status: { _tag: "Searching", why: "it has only just begun to look" },
  statusSince: at,
  watching,
  clients: new Map(),
  messages: [],
  notifications: 0,
  calls: 0,
  lost: 0,
  seconds: [],
  screen: "overview",
  client: undefined,
  message: undefined,
  reading: undefined,
  scroll: 0,
  paused: undefined,
  filter: "",
  editing: undefined
})

/** The name that a client declares; empty if it declares none. */
export const nameOf = ({ metadata }: TrackedClient): string => stringAt(metadata, "samp.name") ?? ""

/** Whether a client takes messages: only those that are callable can subscribe (SUB-10). */
export const isCallable = ({ subscriptions }: Pick<Client, "subscriptions">): boolean =>
  subscriptions.size > 0

/** Whether a client subscribes to pings (APP-01). */
export const isPingable = ({ subscriptions }: Pick<Client, "subscriptions">): boolean =>
  patternsMatching("samp.app.ping").some((pattern) => subscriptions.has(pattern))

/** Messages a second, over the last so many seconds, or since the beginning. */
export const rate = (model: Model, seconds: number): number => {
  const now = Math.floor(model.now / 1000)
  const counted = model.seconds.filter(({ second }) => second > now - seconds)
  const span = Math.max(1, Math.min(seconds, (model.now - model.begun) / 1000))
  return counted.reduce((sum, { count }) => sum + count, 0) / span
}

const declared = (model: Model, at: number, tracked: TrackedClient): Model => {
  const { id, metadata, subscriptions } = tracked
  const name = nameOf(tracked)
  const before = model.clients.get(id)
  /** Sent before its name was known; another hub may have used the same id. */
  const isNameless = (one: Seen): boolean =>
    one.sender === id && one.senderName === "" && one.at >= model.statusSince
  const client: Client = {
    id,
    name,
    metadata,
    subscriptions,
    since: before?.since ?? at,
    messages: before?.messages ?? model.messages.filter(isNameless).length,
    ping: before?.ping
  }
  const known = { ...model, clients: new Map(model.clients).set(id, client) }
  if (name === "" || (before !== undefined && before.name !== "")) return known
  const named = (one: Seen): Seen => isNameless(one) ? { ...one, senderName: name } : one
  return { ...known, messages: model.messages.map(named), paused: model.paused?.map(named) }
}

const counted = (model: Model, at: number): Model["seconds"] => {
  const second = Math.floor(at / 1000)
  const last = model.seconds.at(-1)
  return last?.second === second
    ? [...model.seconds.slice(0, -1), { second, count: last.count + 1 }]
    : [...model.seconds.filter((one) => one.second > second - keptSeconds), { second, count: 1 }]
}

const received = (model: Model, at: number, message: Message): Model => {
  const { extra, kind, msgId, mtype, params, sender } = message
  const from = model.clients.get(sender)
  const seen: Seen = {
    number: model.notifications + model.calls + 1,
    at,
    kind,
    sender,
    senderName: from?.name ?? message.senderName,
    mtype,
    msgId,
    summary: summary(params),
    details: [...listing(params), ...listing(extra)]
  }
  return {
    ...model,
    clients: from === undefined
      ? model.clients
      : new Map(model.clients).set(sender, { ...from, messages: from.messages + 1 }),
    messages: [...model.messages.slice(1 - keptMessages), seen],
    notifications: model.notifications + (kind === "notification" ? 1 : 0),
    calls: model.calls + (kind === "call" ? 1 : 0),
    seconds: counted(model, at)
  }
}

const pinged = (model: Model, id: ClientId, ping: Client["ping"]): Model => {
  const client = model.clients.get(id)
  return client === undefined
    ? model
    : { ...model, clients: new Map(model.clients).set(id, { ...client, ping }) }
}

/** The model after something has happened. */
export const update = (before: Model, event: MonitorEvent): Model => {
  const model = { ...before, now: Math.max(before.now, event.at) }
  switch (event._tag) {
    case "HubStatus":
      return { ...model, status: event.status, statusSince: event.at }
    case "ClientRegistered":
    case "ClientChanged":
      return declared(model, event.at, event.client)
    case "ClientLeft": {
      const clients = new Map(model.clients)
      clients.delete(event.client.id)
      if (model.client !== event.client.id) return { ...model, clients }
      return {
        ...model,
        clients,
        client: neighbour(model, event.client.id),
        // what another client says must not take the place of its text
        screen: model.screen === "client" ? "overview" : model.screen
      }
    }
    case "Message":
      return received(model, event.at, event.message)
    case "MessagesLost":
      return { ...model, lost: model.lost + event.count }
    case "Pinging":
      return pinged(model, event.id, { _tag: "Pinging" })
    case "Pinged":
      return pinged(model, event.id, event.outcome)
    case "Tick":
      return model
  }
}

/** Who is selected when the selected client leaves: the next one, or the one before the last. */
const neighbour = ({ clients }: Model, id: ClientId): ClientId | undefined => {
  const ids = [...clients.keys()]
  const at = ids.indexOf(id)
  return ids[at + 1] ?? ids[at - 1]
}

/** What has happened between two lists of clients. */
export const changes = (
  before: ReadonlyMap<ClientId, TrackedClient>,
  after: ReadonlyMap<ClientId, TrackedClient>,
  equal: (one: SampMap, other: SampMap) => boolean,
  at: number
): ReadonlyArray<SessionEvent> => {
  const events: Array<SessionEvent> = []
  for (const [id, client] of before) {
    if (!after.has(id)) events.push({ _tag: "ClientLeft", at, client })
  }
  for (const [id, client] of after) {
    const known = before.get(id)
    if (known === undefined) events.push({ _tag: "ClientRegistered", at, client })
    else if (
      !equal(known.metadata, client.metadata) || !equal(known.subscriptions, client.subscriptions)
    ) events.push({ _tag: "ClientChanged", at, client })
  }
  return events
}
