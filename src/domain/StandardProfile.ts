/**
 * The Standard Profile's names and arities (section 4.2): XML-RPC calls to hub operations, and deliveries to calls of
 * a client's own methods.
 */
import * as Result from "effect/Result"
import { fault, quote } from "./Fault.ts"
import type { Operation } from "./HubInput.ts"
import type { Delivery } from "./HubOutput.ts"
import { statusMethod, webMethod } from "./HubStatus.ts"
import type { PrivateKey } from "./Identifiers.ts"
import { at, key, type Method, operations, type Read as ReadOf, readParams, readPing } from "./Operations.ts"
import type { MethodCall } from "./XmlRpc.ts"

/** What a call asks: an operation for the machine, or one that needs the secret or fresh randomness first. */
export type Asked =
  | { readonly _tag: "Operation"; readonly operation: Operation }
  | { readonly _tag: "Register"; readonly secret: string }
  /** Our own method, `x-samp.hub.stop`: whoever knows the secret may end the hub. */
  | { readonly _tag: "Stop"; readonly secret: string }
  /** Our own method, `x-samp.hub.web`: whoever knows the secret may switch the Web Profile, or ask how it is. */
  | { readonly _tag: "Web"; readonly secret: string; readonly wish: string }
  /** Our own method, `x-samp.hub.status`: whoever knows the secret may ask how the hub is. */
  | { readonly _tag: "Status"; readonly secret: string }

type Read = ReadOf<Asked>

const prefix = "samp.hub."

const operation = (operation: Operation): Asked => ({ _tag: "Operation", operation })

const setCallback = (key: PrivateKey, url: string): Read =>
  /^http:\/\/[^\s/?#]+/iu.test(url) && URL.canParse(url)
    ? Result.succeed(operation({ _tag: "SetCallback", key, callback: { _tag: "Post", url } }))
    : Result.fail(
      fault("Malformed", `${quote(url)} is not an absolute http URL; the callback is an XML-RPC endpoint`)
    )

/** The methods that only this profile has. */
const methods: ReadonlyMap<string, Method<Asked>> = new Map<string, Method<Asked>>([
  ["samp.hub.register", {
    params: ["secret"],
    read: (s) => Result.succeed({ _tag: "Register", secret: at(s, 0) })
  }],
  ["samp.hub.setXmlrpcCallback", {
    params: ["private-key", "url"],
    read: (s) => setCallback(key(s), at(s, 1))
  }],
  ["x-samp.hub.stop", {
    params: ["secret"],
    read: (s) => Result.succeed({ _tag: "Stop", secret: at(s, 0) })
  }],
  [webMethod, {
    params: ["secret", "on-off-or-empty"],
    read: (s) => Result.succeed({ _tag: "Web", secret: at(s, 0), wish: at(s, 1) })
  }],
  [statusMethod, { params: ["secret"], read: (s) => Result.succeed({ _tag: "Status", secret: at(s, 0) }) }]
])

/** What an XML-RPC call asks of the hub (STD-10..25), or the fault that it gets. */
export const readAsked = ({ method, params }: MethodCall): Read => {
  const own = methods.get(method)
  if (own !== undefined) return readParams(method, own, params)
  const name = method.startsWith(prefix) ? method.slice(prefix.length) : ""
  if (name === "ping") return Result.map(readPing(method, params), operation)
  const common = operations.get(name)
  return common === undefined
    ? Result.fail(fault("UnknownMethod", `the hub has no method ${quote(method)}`))
    : Result.map(readParams(method, common, params), operation)
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
