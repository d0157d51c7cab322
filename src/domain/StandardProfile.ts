/**
 * The Standard Profile's names and arities (section 4.2): XML-RPC calls to hub operations, and deliveries to calls of
 * a client's own methods.
 */
import * as Result from "effect/Result"
import { type Fault, fault, quote } from "./Fault.ts"
import type { Operation } from "./HubInput.ts"
import type { Delivery } from "./HubOutput.ts"
import { statusMethod } from "./HubStatus.ts"
import { ClientId, MessageId, PrivateKey } from "./Identifiers.ts"
import { isInt, isMap, readInt, type SampMap, type SampValue } from "./SampValue.ts"
import type { MethodCall } from "./XmlRpc.ts"

/** What a call asks: an operation for the machine, or one that needs the secret or fresh randomness first. */
export type Asked =
  | { readonly _tag: "Operation"; readonly operation: Operation }
  | { readonly _tag: "Register"; readonly secret: string }
  /** Our own method, `x-samp.hub.stop`: whoever knows the secret may end the hub. */
  | { readonly _tag: "Stop"; readonly secret: string }
  /** Our own method, `x-samp.hub.status`: whoever knows the secret may ask how the hub is. */
  | { readonly _tag: "Status"; readonly secret: string }

type Read = Result.Result<Asked, Fault>
type Params = ReadonlyArray<SampValue>

interface Method {
  /** Names of the parameters in order, as messages show them; those with a star are maps. */
  readonly params: ReadonlyArray<string>
  readonly read: (strings: ReadonlyArray<string>, maps: ReadonlyArray<SampMap>) => Read
}

const operation = (operation: Operation): Read => Result.succeed({ _tag: "Operation", operation })

const at = (strings: ReadonlyArray<string>, index: number): string => strings[index] ?? ""
const only = (maps: ReadonlyArray<SampMap>): SampMap => maps[0] ?? new Map()
const key = (strings: ReadonlyArray<string>): PrivateKey => PrivateKey(at(strings, 0))
const id = (strings: ReadonlyArray<string>): ClientId => ClientId(at(strings, 1))

const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ["samp.hub.register", {
    params: ["secret"],
    read: (s) => Result.succeed({ _tag: "Register", secret: at(s, 0) })
  }],
  ["samp.hub.unregister", {
    params: ["private-key"],
    read: (s) => operation({ _tag: "Unregister", key: key(s) })
  }],
  ["samp.hub.setXmlrpcCallback", {
    params: ["private-key", "url"],
    read: (s) => setCallback(key(s), at(s, 1))
  }],
  ["samp.hub.declareMetadata", {
    params: ["private-key", "metadata*"],
    read: (s, m) => operation({ _tag: "DeclareMetadata", key: key(s), metadata: only(m) })
  }],
  ["samp.hub.getMetadata", {
    params: ["private-key", "client-id"],
    read: (s) => operation({ _tag: "GetMetadata", key: key(s), id: id(s) })
  }],
  ["samp.hub.declareSubscriptions", {
    params: ["private-key", "subscriptions*"],
    read: (s, m) => operation({ _tag: "DeclareSubscriptions", key: key(s), subscriptions: only(m) })
  }],
  ["samp.hub.getSubscriptions", {
    params: ["private-key", "client-id"],
    read: (s) => operation({ _tag: "GetSubscriptions", key: key(s), id: id(s) })
  }],
  ["samp.hub.getRegisteredClients", {
    params: ["private-key"],
    read: (s) => operation({ _tag: "GetRegisteredClients", key: key(s) })
  }],
  ["samp.hub.getSubscribedClients", {
    params: ["private-key", "mtype"],
    read: (s) => operation({ _tag: "GetSubscribedClients", key: key(s), mtype: at(s, 1) })
  }],
  ["samp.hub.notify", {
    params: ["private-key", "recipient-id", "message*"],
    read: (s, m) => operation({ _tag: "Notify", key: key(s), recipient: id(s), message: only(m) })
  }],
  ["samp.hub.notifyAll", {
    params: ["private-key", "message*"],
    read: (s, m) => operation({ _tag: "NotifyAll", key: key(s), message: only(m) })
  }],
  ["samp.hub.call", {
    params: ["private-key", "recipient-id", "msg-tag", "message*"],
    read: (s, m) =>
      operation({ _tag: "Call", key: key(s), recipient: id(s), tag: at(s, 2), message: only(m) })
  }],
  ["samp.hub.callAll", {
    params: ["private-key", "msg-tag", "message*"],
    read: (s, m) => operation({ _tag: "CallAll", key: key(s), tag: at(s, 1), message: only(m) })
  }],
  ["samp.hub.callAndWait", {
    params: ["private-key", "recipient-id", "message*", "timeout"],
    read: (s, m) => callAndWait(key(s), id(s), only(m), at(s, 2))
  }],
  ["samp.hub.reply", {
    params: ["private-key", "msg-id", "response*"],
    read: (s, m) => operation({ _tag: "Reply", key: key(s), msgId: MessageId(at(s, 1)), response: only(m) })
  }],
  ["x-samp.hub.stop", {
    params: ["secret"],
    read: (s) => Result.succeed({ _tag: "Stop", secret: at(s, 0) })
  }],
  [statusMethod, { params: ["secret"], read: (s) => Result.succeed({ _tag: "Status", secret: at(s, 0) }) }]
])

const setCallback = (key: PrivateKey, url: string): Read =>
  /^http:\/\/[^\s/?#]+/iu.test(url) && URL.canParse(url)
    ? operation({ _tag: "SetCallback", key, callback: { _tag: "Post", url } })
    : Result.fail(
      fault("Malformed", `${quote(url)} is not an absolute http URL; the callback is an XML-RPC endpoint`)
    )

const callAndWait = (key: PrivateKey, recipient: ClientId, message: SampMap, timeout: string): Read => {
  // What is larger than a number can hold is as good as no limit.
  const timeoutSeconds = readInt(timeout) ?? (isInt(timeout) ? Infinity : undefined)
  return timeoutSeconds === undefined
    ? Result.fail(fault("Malformed", `the timeout ${quote(timeout)} is not an integer of seconds`))
    : operation({ _tag: "CallAndWait", key, recipient, message, timeoutSeconds })
}

const kind = (value: SampValue): string =>
  typeof value === "string" ? "a string" : isMap(value) ? "a map" : "a list"

/** Sorts parameters into strings and maps as the method wants them, or says which one is wrong (HUB-22). */
const readParams = (name: string, method: Method, params: Params): Read => {
  if (params.length !== method.params.length) {
    const wanted = method.params.map((param) => param.replace("*", "")).join(", ")
    return Result.fail(
      fault("Malformed", `${name} takes ${method.params.length} (${wanted}), not ${params.length} arguments`)
    )
  }
  const strings: Array<string> = []
  const maps: Array<SampMap> = []
  for (const [index, param] of method.params.entries()) {
    const value = params[index] ?? ""
    const wantsMap = param.endsWith("*")
    if (wantsMap && isMap(value)) maps.push(value)
    else if (!wantsMap && typeof value === "string") strings.push(value)
    else {
      const wanted = `${param.replace("*", "")} must be ${wantsMap ? "a map" : "a string"}`
      return Result.fail(fault("Malformed", `argument ${index + 1} of ${name} is ${kind(value)}; ${wanted}`))
    }
  }
  return method.read(strings, maps)
}

/** What an XML-RPC call asks of the hub (STD-10..25), or the fault that it gets. */
export const readAsked = ({ method, params }: MethodCall): Read => {
  const known = methods.get(method)
  if (known !== undefined) return readParams(method, known, params)
  if (method !== "samp.hub.ping") {
    return Result.fail(fault("UnknownMethod", `the hub has no method ${quote(method)}`))
  }
  // STD-13: pyvo and the standard call it bare, JSAMP with a key, to learn whether it is still registered.
  const [first] = params
  if (params.length === 0 || first === undefined) return operation({ _tag: "Ping" })
  return params.length === 1 && typeof first === "string"
    ? operation({ _tag: "Ping", key: PrivateKey(first) })
    : Result.fail(fault("Malformed", "samp.hub.ping takes no argument, or a private key"))
}

/**
 * The call of a client's method that hands over a delivery (STD-26..28). The recipient's own key proves that it comes
 * from the hub (STD-05).
 */
export const callback = (key: PrivateKey, delivery: Delivery): MethodCall => {
  switch (delivery._tag) {
    case "Notification":
      return { method: "samp.client.receiveNotification", params: [key, delivery.sender, delivery.message] }
    case "Call":
      return {
        method: "samp.client.receiveCall",
        params: [key, delivery.sender, delivery.msgId, delivery.message]
      }
    case "Response":
      return {
        method: "samp.client.receiveResponse",
        params: [key, delivery.responder, delivery.tag, delivery.response]
      }
  }
}
