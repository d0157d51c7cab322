/**
 * The hub operations that both profiles have under the same names and with the same parameters, behind a prefix of their own
 * (STD-14..25, WEB-25), and the reading of parameters.
 */
import * as Result from "effect/Result"
import { type Fault, fault, quote } from "./Fault.ts"
import type { Operation } from "./HubInput.ts"
import { ClientId, MessageId, PrivateKey } from "./Identifiers.ts"
import { isInt, isMap, readInt, type SampMap, type SampValue } from "./SampValue.ts"

/** What parameters say, or the fault that they get. */
export type Read<A> = Result.Result<A, Fault>

/** A method of a hub. */
export interface Method<A> {
  /** Names of the parameters in order, as messages show them; those with a star are maps. */
  readonly params: ReadonlyArray<string>
  readonly read: (strings: ReadonlyArray<string>, maps: ReadonlyArray<SampMap>) => Read<A>
}

const succeed = (operation: Operation): Read<Operation> => Result.succeed(operation)

/** One of the string parameters. */
export const at = (strings: ReadonlyArray<string>, index: number): string => strings[index] ?? ""
/** The map among the parameters. */
const only = (maps: ReadonlyArray<SampMap>): SampMap => maps[0] ?? new Map()
/** The private key, which comes first. */
export const key = (strings: ReadonlyArray<string>): PrivateKey => PrivateKey(at(strings, 0))
const id = (strings: ReadonlyArray<string>): ClientId => ClientId(at(strings, 1))

const callAndWait = (
  key: PrivateKey,
  recipient: ClientId,
  message: SampMap,
  timeout: string
): Read<Operation> => {
  // What is larger than a number can hold is as good as no limit.
  const timeoutSeconds = readInt(timeout) ?? (isInt(timeout) ? Infinity : undefined)
  return timeoutSeconds === undefined
    ? Result.fail(fault("Malformed", `the timeout ${quote(timeout)} is not an integer of seconds`))
    : succeed({ _tag: "CallAndWait", key, recipient, message, timeoutSeconds })
}

/** The common operations by their names without the prefix. */
export const operations: ReadonlyMap<string, Method<Operation>> = new Map<string, Method<Operation>>([
  ["unregister", {
    params: ["private-key"],
    read: (s) => succeed({ _tag: "Unregister", key: key(s) })
  }],
  ["declareMetadata", {
    params: ["private-key", "metadata*"],
    read: (s, m) => succeed({ _tag: "DeclareMetadata", key: key(s), metadata: only(m) })
  }],
  ["getMetadata", {
    params: ["private-key", "client-id"],
    read: (s) => succeed({ _tag: "GetMetadata", key: key(s), id: id(s) })
  }],
  ["declareSubscriptions", {
    params: ["private-key", "subscriptions*"],
    read: (s, m) => succeed({ _tag: "DeclareSubscriptions", key: key(s), subscriptions: only(m) })
  }],
  ["getSubscriptions", {
    params: ["private-key", "client-id"],
    read: (s) => succeed({ _tag: "GetSubscriptions", key: key(s), id: id(s) })
  }],
  ["getRegisteredClients", {
    params: ["private-key"],
    read: (s) => succeed({ _tag: "GetRegisteredClients", key: key(s) })
  }],
  ["getSubscribedClients", {
    params: ["private-key", "mtype"],
    read: (s) => succeed({ _tag: "GetSubscribedClients", key: key(s), mtype: at(s, 1) })
  }],
  ["notify", {
    params: ["private-key", "recipient-id", "message*"],
    read: (s, m) => succeed({ _tag: "Notify", key: key(s), recipient: id(s), message: only(m) })
  }],
  ["notifyAll", {
    params: ["private-key", "message*"],
    read: (s, m) => succeed({ _tag: "NotifyAll", key: key(s), message: only(m) })
  }],
  ["call", {
    params: ["private-key", "recipient-id", "msg-tag", "message*"],
    read: (s, m) => succeed({ _tag: "Call", key: key(s), recipient: id(s), tag: at(s, 2), message: only(m) })
  }],
  ["callAll", {
    params: ["private-key", "msg-tag", "message*"],
    read: (s, m) => succeed({ _tag: "CallAll", key: key(s), tag: at(s, 1), message: only(m) })
  }],
  ["callAndWait", {
    params: ["private-key", "recipient-id", "message*", "timeout"],
    read: (s, m) => callAndWait(key(s), id(s), only(m), at(s, 2))
  }],
  ["reply", {
    params: ["private-key", "msg-id", "response*"],
    read: (s, m) => succeed({ _tag: "Reply", key: key(s), msgId: MessageId(at(s, 1)), response: only(m) })
  }]
])

const kind = (value: SampValue): string =>
  typeof value === "string" ? "a string" : isMap(value) ? "a map" : "a list"

/** Sorts parameters into strings and maps as the method wants them, or says which one is wrong (HUB-22). */
export const readParams = <A>(name: string, method: Method<A>, params: ReadonlyArray<SampValue>): Read<A> => {
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

/** What a ping asks: pyvo and the standard call it bare, JSAMP and sampjs with a key, to learn whether it still holds (STD-13). */
export const readPing = (name: string, params: ReadonlyArray<SampValue>): Read<Operation> => {
  const [first] = params
  if (params.length === 0 || first === undefined) return succeed({ _tag: "Ping" })
  return params.length === 1 && typeof first === "string"
    ? succeed({ _tag: "Ping", key: PrivateKey(first) })
    : Result.fail(fault("Malformed", `${name} takes no argument, or a private key`))
}
