/** Registration, callability and what clients declare of themselves (sections 3.5 to 3.7). */
import * as HashMap from "effect/HashMap"
import * as Result from "effect/Result"
import { fault, quote } from "./Fault.ts"
import * as HubEvents from "./HubEvents.ts"
import type { Callback } from "./HubInput.ts"
import { type Client, clientById, clientsInOrder, hubSubscriptions } from "./HubState.ts"
import { ClientId, type PrivateKey } from "./Identifiers.ts"
import type { Request } from "./Routing.ts"
import { emptyMap, map, type SampMap } from "./SampValue.ts"
import { add, readSubscriptions, remove } from "./Subscriptions.ts"
import { answer, refuse, type Turn, update, wakeBy } from "./Turn.ts"

/** HUB-02: the new client has an id and a key never used before, and no metadata or subscriptions (REG-02..07). */
export const register = (turn: Turn, number: number, now: number, key: PrivateKey): void => {
  const { clients, config, keys, nextClient } = turn.state
  if (HashMap.size(clients) >= config.limits.clients) {
    return refuse(
      turn,
      number,
      fault("Limit", `the hub has ${config.limits.clients} clients and takes no more`)
    )
  }
  if (HashMap.has(keys, key)) {
    return refuse(turn, number, fault("Limit", "no fresh key could be made; try again"))
  }
  const id = ClientId(`c${nextClient}`)
  const client: Client = {
    id,
    key,
    serial: nextClient,
    metadata: emptyMap,
    subscriptions: emptyMap,
    callback: undefined,
    openCalls: 0,
    registeredAt: now,
    lastSeen: now
  }
  turn.state = {
    ...turn.state,
    nextClient: nextClient + 1,
    clients: HashMap.set(clients, id, client),
    keys: HashMap.set(keys, key, id),
    idleSince: Infinity
  }
  if (config.clientTimeoutMs > 0) wakeBy(turn, now + config.clientTimeoutMs)
  answer(turn, number, map({ "samp.hub-id": config.hubId, "samp.self-id": id, "samp.private-key": key }))
  HubEvents.registered(turn, id)
}

/** STD-06, STD-07: from now on the client is callable, and what it had subscribed to is in force (SUB-10). */
export const setCallback = (turn: Turn, { caller, number }: Request, callback: Callback): void => {
  update(turn, { ...caller, callback })
  if (caller.callback === undefined) {
    turn.state = { ...turn.state, index: add(turn.state.index, caller, caller.subscriptions) }
  }
  turn.outputs.push({ _tag: "Callable", id: caller.id, key: caller.key, callback })
  answer(turn, number)
}

/** HUB-04: replaces the whole map (META-02). */
export const declareMetadata = (turn: Turn, { caller, number }: Request, metadata: SampMap): void => {
  const client = { ...caller, metadata }
  update(turn, client)
  answer(turn, number)
  HubEvents.metadataDeclared(turn, client)
}

/** HUB-06: replaces the whole map (SUB-03), or changes nothing if it is ill-formed (SUB-11, HUB-25). */
export const declareSubscriptions = (turn: Turn, { caller, number }: Request, declared: SampMap): void => {
  const subscriptions = readSubscriptions(declared)
  if (Result.isFailure(subscriptions)) return refuse(turn, number, subscriptions.failure)
  const client = { ...caller, subscriptions: subscriptions.success }
  update(turn, client)
  if (caller.callback !== undefined) {
    const without = remove(turn.state.index, caller.id, caller.subscriptions)
    turn.state = { ...turn.state, index: add(without, client, client.subscriptions) }
  }
  answer(turn, number)
  HubEvents.subscriptionsDeclared(turn, client)
}

/** HUB-05 and HUB-07: what a client, the hub included, has declared. */
export const declared = (
  turn: Turn,
  number: number,
  id: ClientId,
  what: "metadata" | "subscriptions"
): void => {
  const { config } = turn.state
  const hub = { metadata: config.metadata, subscriptions: hubSubscriptions }
  const client = id === config.hubId ? hub : clientById(turn.state, id)
  if (client === undefined) {
    refuse(turn, number, fault("UnknownClient", `no client ${quote(id)} is registered`))
  } else answer(turn, number, client[what])
}

/** HUB-08: all clients and the hub, but not the caller. */
export const registeredClients = (turn: Turn, { caller, number }: Request): void => {
  const others = clientsInOrder(turn.state).filter(({ id }) => id !== caller.id)
  answer(turn, number, [turn.state.config.hubId, ...others.map(({ id }) => id)])
}
