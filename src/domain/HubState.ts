/** The state of a hub: one immutable value. */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Callback } from "./HubInput.ts"
import { type ClientId, type MessageId, type PrivateKey, sameSecret } from "./Identifiers.ts"
import { defaults, type Limits } from "./Limits.ts"
import { emptyMap, map, type SampMap } from "./SampValue.ts"
import { add, emptyIndex, type SubscriptionIndex } from "./Subscriptions.ts"
import { harmless, type Patterns } from "./web/Restriction.ts"
import * as UrlMentions from "./web/UrlMentions.ts"
import type { WebSide } from "./web/WebClient.ts"

/** A registered client. */
export interface Client {
  readonly id: ClientId
  readonly key: PrivateKey
  /** Place in the order of registration. */
  readonly serial: number
  readonly metadata: SampMap
  readonly subscriptions: SampMap
  readonly callback: Callback | undefined
  /** Of a client of the Web Profile. */
  readonly web: WebSide | undefined
  /** Calls it sent that have not ended. */
  readonly openCalls: number
  /** When it registered. */
  readonly registeredAt: number
  /** When it last asked for something: exactly if there is a client timeout, else to a second. */
  readonly lastSeen: number
}

/** A call that was accepted and has not ended. */
export interface OpenCall {
  readonly id: MessageId
  readonly sender: ClientId
  readonly recipient: ClientId
  readonly mtype: string
  /** Where its end goes: to the sender's callback under its tag, or as the answer to a waiting request. */
  readonly reply:
    | { readonly _tag: "Tagged"; readonly tag: string }
    | { readonly _tag: "Waiting"; readonly request: number; readonly deadline: number }
}

/** What does not change during a hub's life. */
export interface HubConfig {
  readonly hubId: ClientId
  /** Makes msg-ids of this run differ from those of an earlier one, which a client may still answer. */
  readonly run: string
  readonly metadata: SampMap
  /** Milliseconds without clients after which the hub is idle; 0 for never. */
  readonly hubTimeoutMs: number
  /** Milliseconds without a request after which a client is ejected; 0 for never. */
  readonly clientTimeoutMs: number
  /** What web clients may send unless the user allowed them otherwise (WEB-60). */
  readonly webMTypes: Patterns
  readonly limits: Limits
}

/** The whole state. */
export interface HubState {
  readonly config: HubConfig
  readonly clients: HashMap.HashMap<ClientId, Client>
  readonly keys: HashMap.HashMap<PrivateKey, ClientId>
  /** Holders of the tokens of web clients. */
  readonly tokens: HashMap.HashMap<string, ClientId>
  /** Who mentioned which URL first, as far as web clients have to do with it (WEB-54). */
  readonly mentions: UrlMentions.Mentions
  readonly index: SubscriptionIndex
  readonly calls: HashMap.HashMap<MessageId, OpenCall>
  /** Serial of the next client; ids made from it are never used again (REG-03). */
  readonly nextClient: number
  readonly nextCall: number
  /** Notifications accepted so far, one for each recipient; the hub's own are not counted. */
  readonly notified: number
  /** Replies accepted so far. */
  readonly replied: number
  /** The time asked for by the last `Wake`; infinite when none is out. */
  readonly wakeAt: number
  /** Since when there has been no client; infinite while there is one. */
  readonly idleSince: number
  readonly stopping: boolean
  /** The latest time that was told; kept up while there are web clients, whose pulls end in steps of all kinds. */
  readonly now: number
}

/** What the hub itself subscribes to, under its own id (HUB-26). */
export const hubSubscriptions: SampMap = map({
  "samp.app.ping": emptyMap,
  "x-samp.query.by-meta": emptyMap,
  "samp.query.by-meta": emptyMap
})

/** The configuration of a hub unless told otherwise. */
export const config = (options: Partial<HubConfig> & Pick<HubConfig, "hubId" | "run">): HubConfig => ({
  metadata: emptyMap,
  hubTimeoutMs: 0,
  clientTimeoutMs: 0,
  webMTypes: harmless,
  limits: defaults,
  ...options
})

/** The state of a hub that has just begun, at time `now`. */
export const start = (config: HubConfig, now: number): HubState => ({
  config,
  clients: HashMap.empty(),
  keys: HashMap.empty(),
  tokens: HashMap.empty(),
  mentions: UrlMentions.nothing,
  index: add(emptyIndex, { id: config.hubId, serial: 0 }, hubSubscriptions),
  calls: HashMap.empty(),
  nextClient: 1,
  nextCall: 1,
  notified: 0,
  replied: 0,
  wakeAt: Infinity,
  idleSince: now,
  stopping: false,
  now
})

/** The client with this public id. */
export const clientById = (state: HubState, id: ClientId): Client | undefined =>
  Option.getOrUndefined(HashMap.get(state.clients, id))

/** All clients in order of registration. */
export const clientsInOrder = (state: HubState): ReadonlyArray<Client> =>
  HashMap.toValues(state.clients).sort((a, b) => a.serial - b.serial)

/** The open call with this msg-id. */
export const callById = (state: HubState, id: MessageId): OpenCall | undefined =>
  Option.getOrUndefined(HashMap.get(state.calls, id))

/** A client of the Web Profile. */
export interface WebPeer extends Client {
  readonly web: WebSide
}

/** Whether a client is one of the Web Profile. */
export const isWeb = (client: Client | undefined): client is WebPeer => client?.web !== undefined

/** All clients of the Web Profile. */
export const webClients = (state: HubState): ReadonlyArray<WebPeer> =>
  HashMap.toValues(state.clients).filter(isWeb)

/** The client whose key this is. The table is searched by a hash of the whole key, then compared in constant time. */
export const clientByKey = (state: HubState, key: PrivateKey): Client | undefined => {
  const id = Option.getOrUndefined(HashMap.get(state.keys, key))
  const client = id === undefined ? undefined : clientById(state, id)
  return client !== undefined && sameSecret(key, client.key) ? client : undefined
}

/** The web client with this token; the table is searched by a hash of it, then it is compared in constant time (WEB-53). */
export const clientByToken = (state: HubState, token: string): WebPeer | undefined => {
  const id = Option.getOrUndefined(HashMap.get(state.tokens, token))
  const client = id === undefined ? undefined : clientById(state, id)
  return isWeb(client) && sameSecret(token, client.web.token) ? client : undefined
}
