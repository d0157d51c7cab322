/**
 * The hub's own messages (section 6.4.1): notifications from the hub's id to all that subscribe to them. The change
 * is in the state before its event goes out (EVT-10), and an event tells the whole map, not the difference (EVT-12).
 */
import type { Client } from "./HubState.ts"
import type { ClientId } from "./Identifiers.ts"
import { message } from "./Message.ts"
import { emptyMap, map, type SampMap } from "./SampValue.ts"
import { annotationFor, subscribersOf } from "./Subscriptions.ts"
import { deliver, type Turn } from "./Turn.ts"

const announce = (turn: Turn, mtype: string, params: SampMap): void => {
  const subscribers = subscribersOf(turn.state.index, mtype)
  if (subscribers.length === 0) return
  const sender = turn.state.config.hubId
  const delivery = { _tag: "Notification", sender, message: message(mtype, params) } as const
  for (const { id } of subscribers) deliver(turn, id, delivery)
}

/** EVT-01. */
export const registered = (turn: Turn, id: ClientId): void =>
  announce(turn, "samp.hub.event.register", map({ id }))

/** EVT-03. */
export const unregistered = (turn: Turn, id: ClientId): void =>
  announce(turn, "samp.hub.event.unregister", map({ id }))

/** EVT-05; the declaring client hears it too. */
export const metadataDeclared = (turn: Turn, { id, metadata }: Client): void =>
  announce(turn, "samp.hub.event.metadata", map({ id, metadata }))

/** EVT-06; judged by the new subscriptions (SUB-12). */
export const subscriptionsDeclared = (turn: Turn, { id, subscriptions }: Client): void =>
  announce(turn, "samp.hub.event.subscriptions", map({ id, subscriptions }))

/** EVT-02. */
export const shutdown = (turn: Turn): void => announce(turn, "samp.hub.event.shutdown", emptyMap)

/** EVT-04: to one client, before it is ejected, if it subscribes. */
export const disconnect = (turn: Turn, client: Client, reason: string): void => {
  if (client.callback === undefined) return
  if (annotationFor(client.subscriptions, "samp.hub.disconnect") === undefined) return
  const sender = turn.state.config.hubId
  deliver(turn, client.id, {
    _tag: "Notification",
    sender,
    message: message("samp.hub.disconnect", map({ reason }))
  })
}
