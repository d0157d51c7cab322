/** Recorded operations as calls of a hub's methods, for who plays them. */
import type { Operation } from "../HubInput.ts"
import type { ClientId, MessageId, PrivateKey } from "../Identifiers.ts"
import { isList, type SampMap, type SampValue } from "../SampValue.ts"
import type { MethodCall } from "../XmlRpc.ts"
import { unescape } from "./Aliases.ts"

/** What the things of a recording are called where it is played. */
export interface Live {
  readonly key: (alias: PrivateKey) => PrivateKey
  readonly id: (recorded: ClientId) => ClientId
  readonly msgId: (recorded: MessageId) => MessageId
}

/** A value as its client wrote it. */
const spoken = (value: SampValue): SampValue => {
  if (typeof value === "string") return unescape(value)
  return isList(value) ? value.map(spoken) : spokenMap(value)
}

/** A map as its client wrote it. */
const spokenMap = (value: SampMap): SampMap =>
  new Map([...value].map(([key, item]) => [unescape(key), spoken(item)]))

/** The name of each operation's method, without `samp.hub.`. */
const methodOf = (operation: Operation): string =>
  operation._tag === "SetCallback"
    ? "setXmlrpcCallback"
    : `${operation._tag.slice(0, 1).toLowerCase()}${operation._tag.slice(1)}`

/** A callback where nobody listens; what the recorded one was is not known. */
const nowhere = "http://127.0.0.1:9/"

/** The operations that stand-ins carry out by such a call. They are all clients of the Standard Profile. */
export type Called = Exclude<
  Operation,
  { readonly _tag: "Register" | "AllowReverseCallbacks" | "PullCallbacks" }
>

const paramsOf = (operation: Called, { id, key, msgId }: Live): ReadonlyArray<SampValue> => {
  switch (operation._tag) {
    case "Ping":
      return operation.key === undefined ? [] : [key(operation.key)]
    case "Unregister":
    case "GetRegisteredClients":
      return [key(operation.key)]
    case "SetCallback":
      return [key(operation.key), nowhere]
    case "DeclareMetadata":
      return [key(operation.key), spokenMap(operation.metadata)]
    case "DeclareSubscriptions":
      return [key(operation.key), spokenMap(operation.subscriptions)]
    case "GetMetadata":
    case "GetSubscriptions":
      return [key(operation.key), id(operation.id)]
    case "GetSubscribedClients":
      return [key(operation.key), unescape(operation.mtype)]
    case "Notify":
      return [key(operation.key), id(operation.recipient), spokenMap(operation.message)]
    case "NotifyAll":
      return [key(operation.key), spokenMap(operation.message)]
    case "Call":
      return [
        key(operation.key),
        id(operation.recipient),
        unescape(operation.tag),
        spokenMap(operation.message)
      ]
    case "CallAll":
      return [key(operation.key), unescape(operation.tag), spokenMap(operation.message)]
    case "CallAndWait": {
      // A number beyond all others was an unlimited wait, as 0 is.
      const seconds = Number.isFinite(operation.timeoutSeconds) ? Math.ceil(operation.timeoutSeconds) : 0
      return [key(operation.key), id(operation.recipient), spokenMap(operation.message), String(seconds)]
    }
    case "Reply":
      return [key(operation.key), msgId(operation.msgId), spokenMap(operation.response)]
  }
}

/** The call by which a client asks this of a hub (STD-10..25). */
export const requestOf = (operation: Called, live: Live): MethodCall => ({
  method: `samp.hub.${methodOf(operation)}`,
  params: paramsOf(operation, live)
})
