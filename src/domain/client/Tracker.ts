/**
 * Who is registered, kept up by the hub's events (section 6.4.1).
 *
 * The list is asked for after the events are subscribed to, so both arrive in any order and overlap (CLI-19): what an
 * event said stands against an answer that was asked for before it, and ids of the departed, which a hub never uses
 * again (REG-07), stay away.
 */
import type { ClientId } from "../Identifiers.ts"
import { emptyMap, type SampMap } from "../SampValue.ts"

/** What a client declares of itself; what is left out is not told. */
export interface Description {
  readonly metadata?: SampMap
  readonly subscriptions?: SampMap
}

/** The registered clients of one hub, and who has been. */
export interface Tracker {
  readonly clients: ReadonlyMap<ClientId, Description>
  readonly gone: ReadonlySet<ClientId>
  /** Whether the hub's list has come. */
  readonly listed: boolean
}

/** Nobody is known yet. */
export const nobody: Tracker = { clients: new Map(), gone: new Set(), listed: false }

/** A client has registered (EVT-01); nothing is known of it yet. */
export const arrived = (tracker: Tracker, id: ClientId): Tracker =>
  tracker.clients.has(id) || tracker.gone.has(id)
    ? tracker
    : { ...tracker, clients: new Map(tracker.clients).set(id, {}) }

/** The hub's list has come. */
export const listed = (tracker: Tracker, ids: ReadonlyArray<ClientId>): Tracker => ({
  ...ids.reduce(arrived, tracker),
  listed: true
})

/** How many of the departed are remembered: an answer about one is at most some seconds behind its leaving. */
const remembered = 4_096

/** A client has left (EVT-03). */
export const left = (tracker: Tracker, id: ClientId): Tracker => {
  const clients = new Map(tracker.clients)
  clients.delete(id)
  return { ...tracker, clients, gone: new Set([...tracker.gone, id].slice(-remembered)) }
}

/** An event tells what holds from now on (EVT-12). */
export const declared = (tracker: Tracker, id: ClientId, description: Description): Tracker =>
  tracker.gone.has(id) ? tracker : {
    ...tracker,
    clients: new Map(tracker.clients).set(id, { ...tracker.clients.get(id), ...description })
  }

/** An answer tells what held when it was asked for, so it only fills what no event has told since. */
export const answered = (tracker: Tracker, id: ClientId, description: Description): Tracker => {
  const known = tracker.clients.get(id)
  return known === undefined ? tracker : declared(tracker, id, { ...description, ...known })
}

/** A client as the others see it. */
export interface TrackedClient {
  readonly id: ClientId
  readonly metadata: SampMap
  readonly subscriptions: SampMap
}

/** The clients as far as they are known by now. */
export const view = (tracker: Tracker): ReadonlyMap<ClientId, TrackedClient> =>
  new Map(
    [...tracker.clients].map(([id, { metadata = emptyMap, subscriptions = emptyMap }]) =>
      [id, { id, metadata, subscriptions }] as const
    )
  )

/** Whether the list has come and everybody on it has been described. */
export const isComplete = ({ clients, listed }: Tracker): boolean =>
  listed &&
  [...clients.values()].every((one) => one.metadata !== undefined && one.subscriptions !== undefined)
