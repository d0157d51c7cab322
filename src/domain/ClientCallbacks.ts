/** What a hub calls on a callable client (section 3.12), as the client reads it. */
import * as Result from "effect/Result"
import { type Fault, fault, quote } from "./Fault.ts"
import type { Delivery } from "./HubOutput.ts"
import { ClientId, MessageId, type PrivateKey, sameSecret } from "./Identifiers.ts"
import { isMap, type SampMap, type SampValue } from "./SampValue.ts"
import type { MethodCall } from "./XmlRpc.ts"

const map = (value: SampValue | undefined): SampMap | undefined => isMap(value) ? value : undefined
const text = (value: SampValue | undefined): string | undefined =>
  typeof value === "string" ? value : undefined

const readDelivery = ({ method, params }: MethodCall): Delivery | undefined => {
  const from = text(params[1])
  if (from === undefined) return undefined
  const sender = ClientId(from)
  const label = text(params[2])
  const last = map(params.at(-1))
  if (last === undefined) return undefined
  switch (method) {
    case "samp.client.receiveNotification":
      return params.length === 3 ? { _tag: "Notification", sender, message: last } : undefined
    case "samp.client.receiveCall":
      return params.length === 4 && label !== undefined
        ? { _tag: "Call", sender, msgId: MessageId(label), message: last }
        : undefined
    case "samp.client.receiveResponse":
      return params.length === 4 && label !== undefined
        ? { _tag: "Response", responder: sender, tag: label, response: last }
        : undefined
    default:
      return undefined
  }
}

/**
 * Reads a call of a client's method (STD-26..28). The key must be the client's own: only the hub knows it besides
 * (CLI-13).
 */
export const readCallback = (key: PrivateKey, call: MethodCall): Result.Result<Delivery, Fault> => {
  const given = text(call.params[0])
  if (given === undefined || !sameSecret(given, key)) {
    return Result.fail(fault("UnknownKey", "this is not the private key of this client"))
  }
  const delivery = readDelivery(call)
  return delivery === undefined
    ? Result.fail(
      fault("Malformed", `${quote(call.method)} with these arguments is no method of a SAMP client`)
    )
    : Result.succeed(delivery)
}
