/**
 * How registrations end: by the client's wish, by ejection, by death; and how the hub ends (sections 2.4, 3.5, 16).
 * Whatever the way, no call stays open behind it.
 */
import * as HashMap from "effect/HashMap"
import { breakOff, end } from "./CallTable.ts"
import { endPull } from "./Delivering.ts"
import { fault } from "./Fault.ts"
import * as HubEvents from "./HubEvents.ts"
import type { Departure } from "./HubOutput.ts"
import { type Client, webClients } from "./HubState.ts"
import { errorResponse } from "./Message.ts"
import { remove } from "./Subscriptions.ts"
import { silence, type Turn, wakeBy } from "./Turn.ts"

const past: { readonly [D in Departure]: string } = {
  unregistered: "has unregistered",
  ejected: "was disconnected",
  dead: "is gone"
}

/**
 * Ends a registration: the id and the key are dead (REG-09, REG-10), calls to the client end with an error response,
 * calls from it are forgotten, and the rest hear of it (EVT-03).
 *
 * @param reason - one line for the logs and for `samp.errortxt`
 */
export const depart = (
  turn: Turn,
  client: Client,
  departure: Departure,
  reason: string,
  now: number
): void => {
  if (departure === "ejected") HubEvents.disconnect(turn, client, reason)
  endPull(turn, client.id)
  const { clients, index, keys, tokens } = turn.state
  const rest = HashMap.remove(clients, client.id)
  turn.state = {
    ...turn.state,
    clients: rest,
    keys: HashMap.remove(keys, client.key),
    tokens: client.web === undefined ? tokens : HashMap.remove(tokens, client.web.token),
    index: client.callback === undefined ? index : remove(index, client.id, client.subscriptions),
    idleSince: HashMap.isEmpty(rest) ? now : Infinity
  }
  turn.outputs.push({ _tag: "Left", id: client.id, departure, reason })
  for (const [, call] of turn.state.calls) {
    if (call.sender === client.id) {
      breakOff(turn, call, fault("UnknownKey", "your registration ended while you waited"))
    } else if (call.recipient === client.id) {
      const text = `client ${client.id} ${past[departure]} and did not answer ${call.mtype}: ${reason}`
      end(turn, call, errorResponse(text, `hub.recipient-${departure}`))
    }
  }
  HubEvents.unregistered(turn, client.id)
  const { hubTimeoutMs } = turn.state.config
  if (hubTimeoutMs > 0) wakeBy(turn, turn.state.idleSince + hubTimeoutMs)
}

/**
 * Ends the hub: no call stays open, then all are told (SHUT-01). There is no unregister event for each client
 * (SHUT-02), and whatever is asked from now on is a fault.
 */
export const stop = (turn: Turn): void => {
  if (turn.state.stopping) return
  turn.state = { ...turn.state, stopping: true }
  for (const [, call] of turn.state.calls) {
    if (call.reply._tag === "Waiting") breakOff(turn, call, fault("Stopping", "the hub is shutting down"))
    else end(turn, call, errorResponse("the hub is shutting down", "hub.stopping"))
  }
  HubEvents.shutdown(turn)
  for (const [id] of turn.state.clients) endPull(turn, id)
}

/**
 * Ends the Web Profile alone: its clients hear that the hub stops, and nothing after that; the others hear that these have
 * left (EVT-14).
 */
export const closeWeb = (turn: Turn, now: number): void => {
  if (turn.state.stopping) return
  HubEvents.webShutdown(turn)
  for (const client of webClients(turn.state)) {
    endPull(turn, client.id)
    silence(turn, client.id)
  }
  for (const client of webClients(turn.state)) {
    depart(turn, client, "ejected", "the Web Profile was switched off", now)
  }
}
