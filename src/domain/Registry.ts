/** Registration, callability and what clients declare of themselves (sections 3.5 to 3.7). */
import * as HashMap from "effect/HashMap"
import * as Result from "effect/Result"
import { hear, say } from "./Delivering.ts"
import { fault, quote } from "./Fault.ts"
import * as HubEvents from "./HubEvents.ts"
import type { Callback, Operation } from "./HubInput.ts"
import { type Client, clientById, clientsInOrder, hubSubscriptions, isWeb } from "./HubState.ts"
import { ClientId } from "./Identifiers.ts"
import type { Request } from "./Routing.ts"
import { emptyMap, map, type SampMap } from "./SampValue.ts"
import { add, readSubscriptions, remove } from "./Subscriptions.ts"
import { answer, refuse, type Turn, update, wakeBy } from "./Turn.ts"
import * as WebClient from "./web/WebClient.ts"
import { seenBy } from "./WebLimits.ts"
import { crowded, makeRoom } from "./WebRoom.ts"
import { tooMuch } from "./WebShares.ts"

/** HUB-02: the new client has an id and a key never used before, and no metadata or subscriptions (REG-02..07). */
export const register = (
  turn: Turn,
  number: number,
  now: number,
  { freshKey: key, web }: Extract<Operation, { readonly _tag: "Register" }>
): void => {
  if (web !== undefined) makeRoom(turn, web.origin, now)
  const { clients, config, keys, nextClient, tokens } = turn.state
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
  const crowd = web === undefined ? undefined : crowded(turn, web.origin)
  if (crowd !== undefined) return refuse(turn, number, fault("Limit", crowd))
  const id = ClientId(`c${nextClient}`)
  const client: Client = {
    id,
    key,
    serial: nextClient,
    metadata: emptyMap,
    subscriptions: emptyMap,
    callback: undefined,
    web: web && WebClient.begin(web, now),
    openCalls: 0,
    registeredAt: now,
    lastSeen: now
  }
  turn.state = {
    ...turn.state,
    nextClient: nextClient + 1,
    clients: HashMap.set(clients, id, client),
    keys: HashMap.set(keys, key, id),
    tokens: web === undefined ? tokens : HashMap.set(tokens, web.token, id),
    now,
    idleSince: Infinity
  }
  if (config.clientTimeoutMs > 0) wakeBy(turn, now + config.clientTimeoutMs)
  const info = { "samp.hub-id": config.hubId, "samp.self-id": id, "samp.private-key": key }
  if (web !== undefined) wakeBy(turn, now + config.limits.webIdleMs)
  answer(turn, number, map(web === undefined ? info : { ...info, ...webInfo(web) }))
  HubEvents.registered(turn, id)
}

/** What a web client is told besides (WEB-10). */
const webInfo = ({ counts, publisher, token, translator }: WebClient.WebIdentity) => ({
  "samp.url-translator": `${translator}${token}?`,
  "x-samp.url-publisher": `${publisher}${token}`,
  ...counts ? { "x-samp.acknowledges": "1" } : {}
})

/** STD-06, STD-07: from now on the client is callable, and what it had subscribed to is in force (SUB-10). */
export const setCallback = (turn: Turn, { caller, number }: Request, callback: Callback): void => {
  if (isWeb(caller) !== (callback._tag === "Pull")) {
    return refuse(
      turn,
      number,
      fault("NotCallable", "callbacks are pulled in the Web Profile, and only there")
    )
  }
  update(turn, { ...caller, callback })
  if (caller.callback === undefined) {
    turn.state = { ...turn.state, index: add(turn.state.index, caller, caller.subscriptions) }
  }
  turn.outputs.push({ _tag: "Callable", id: caller.id, key: caller.key, callback })
  answer(turn, number)
}

/** A client as it is by now. */
const current = (turn: Turn, client: Client): Client => clientById(turn.state, client.id) ?? client

/** HUB-04: replaces the whole map (META-02). */
export const declareMetadata = (turn: Turn, { caller, number }: Request, metadata: SampMap): void => {
  const obstacle = tooMuch(turn, caller, "metadata", metadata) ?? say(turn, caller, metadata)
  if (obstacle !== undefined) return refuse(turn, number, obstacle)
  const client = { ...current(turn, caller), metadata }
  update(turn, client)
  answer(turn, number)
  HubEvents.metadataDeclared(turn, client)
}

/** HUB-06: replaces the whole map (SUB-03), or changes nothing if it is ill-formed (SUB-11, HUB-25). */
export const declareSubscriptions = (turn: Turn, { caller, number }: Request, declared: SampMap): void => {
  const subscriptions = readSubscriptions(declared)
  if (Result.isFailure(subscriptions)) return refuse(turn, number, subscriptions.failure)
  const obstacle = tooMuch(turn, caller, "subscriptions", declared) ?? say(turn, caller, declared)
  if (obstacle !== undefined) return refuse(turn, number, obstacle)
  const client = { ...current(turn, caller), subscriptions: subscriptions.success }
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
  { caller, number }: Request,
  id: ClientId,
  what: "metadata" | "subscriptions"
): void => {
  const { config } = turn.state
  const client = clientById(turn.state, id)
  if (client === undefined && id !== config.hubId) {
    return refuse(turn, number, fault("UnknownClient", `no client ${quote(id)} is registered`))
  }
  const value = what === "metadata"
    ? client?.metadata ?? config.metadata
    : seenBy(turn.state, caller, client ?? { id, subscriptions: hubSubscriptions })
  answer(turn, number, value)
  const asker = clientById(turn.state, caller.id)
  if (isWeb(asker)) hear(turn, asker, value, client)
}

/** HUB-08: all clients and the hub, but not the caller. */
export const registeredClients = (turn: Turn, { caller, number }: Request): void => {
  const others = clientsInOrder(turn.state).filter(({ id }) => id !== caller.id)
  answer(turn, number, [turn.state.config.hubId, ...others.map(({ id }) => id)])
}
