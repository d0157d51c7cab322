/**
 * The hub's own messages (section 6.4.1): notifications from the hub's id to all that subscribe to them. The change
 * is in the state before its event goes out (EVT-10), and an event tells the whole map, not the difference (EVT-12).
 */
import { deliver } from "./Delivering.ts"
import type { Delivery } from "./HubOutput.ts"
import { type Client, clientById, isWeb } from "./HubState.ts"
import type { ClientId } from "./Identifiers.ts"
import { message } from "./Message.ts"
import { emptyMap, map, type SampMap } from "./SampValue.ts"
import { annotationFor, subscribersOf } from "./Subscriptions.ts"
import type { Turn } from "./Turn.ts"
import { seenBy } from "./WebLimits.ts"

/** @param about - the client whose own words the event carries (WEB-54) */
const announce = (turn: Turn, mtype: string, params: SampMap, about?: Client): void => {
  const subscribers = subscribersOf(turn.state.index, mtype)
  if (subscribers.length === 0) return
  const sender = turn.state.config.hubId
  const delivery = { _tag: "Notification", sender, message: message(mtype, params) } as const
  for (const { id } of subscribers) deliver(turn, id, delivery, about)
}

/** EVT-01. */
export const registered = (turn: Turn, id: ClientId): void =>
  announce(turn, "samp.hub.event.register", map({ id }))

/** EVT-03. */
export const unregistered = (turn: Turn, id: ClientId): void =>
  announce(turn, "samp.hub.event.unregister", map({ id }))

/** EVT-05; the declaring client hears it too. */
export const metadataDeclared = (turn: Turn, client: Client): void =>
  announce(turn, "samp.hub.event.metadata", map({ id: client.id, metadata: client.metadata }), client)

/** EVT-06; judged by the new subscriptions (SUB-12). A web client hears only of what it may send (WEB-62). */
export const subscriptionsDeclared = (turn: Turn, client: Client): void => {
  const mtype = "samp.hub.event.subscriptions"
  const { id, subscriptions } = client
  const event = (seen: SampMap): Delivery => ({
    _tag: "Notification",
    sender: turn.state.config.hubId,
    message: message(mtype, map({ id, subscriptions: seen }))
  })
  const whole = event(subscriptions)
  for (const subscriber of subscribersOf(turn.state.index, mtype)) {
    const viewer = clientById(turn.state, subscriber.id)
    const seen = seenBy(turn.state, viewer, client)
    deliver(turn, subscriber.id, seen === subscriptions ? whole : event(seen), client)
  }
}

/** EVT-02. */
export const shutdown = (turn: Turn): void => announce(turn, "samp.hub.event.shutdown", emptyMap)

/** EVT-14: to the clients of the Web Profile alone, which is switched off. */
export const webShutdown = (turn: Turn): void => {
  const sender = turn.state.config.hubId
  const delivery = {
    _tag: "Notification",
    sender,
    message: message("samp.hub.event.shutdown", emptyMap)
  } as const
  for (const { id } of subscribersOf(turn.state.index, "samp.hub.event.shutdown")) {
    if (isWeb(clientById(turn.state, id))) deliver(turn, id, delivery)
  }
}

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
