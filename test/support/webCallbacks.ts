/** Callbacks as a hub of the Web Profile writes them (WEB-33..35). */
import type { Delivery } from "../../src/domain/HubOutput.ts"
import { map, type SampMap, type SampValue } from "../../src/domain/SampValue.ts"

const parts = (delivery: Delivery): readonly [string, ReadonlyArray<SampValue>] => {
  switch (delivery._tag) {
    case "Notification":
      return ["receiveNotification", [delivery.sender, delivery.message]]
    case "Call":
      return ["receiveCall", [delivery.sender, delivery.msgId, delivery.message]]
    case "Response":
      return ["receiveResponse", [delivery.responder, delivery.tag, delivery.response]]
  }
}

/** One callback; `prefix` as DS9 puts it before the name. */
export const callbackMap = (delivery: Delivery, prefix = ""): SampMap => {
  const [name, params] = parts(delivery)
  return map({ "samp.methodName": `${prefix}${name}`, "samp.params": params })
}
