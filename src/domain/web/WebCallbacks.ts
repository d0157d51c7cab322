/**
 * What `samp.webhub.pullCallbacks` returns (section 5.2.5), as the client reads it: the callbacks that have been queued for it
 * since it pulled last.
 *
 * A hub of ours numbers them, by `x-samp.serial`, and gives them again until the client says that it has them: so an answer
 * that gets lost on its way loses nothing, and one that comes twice doubles nothing (P10).
 */
import { quote } from "../Fault.ts"
import type { Delivery } from "../HubOutput.ts"
import { ClientId, MessageId } from "../Identifiers.ts"
import { isList, isMap, readInt, type SampMap, type SampValue, stringAt } from "../SampValue.ts"

/** Key of the serial number of a callback, a SAMP int that grows from callback to callback of one client. */
export const serialKey = "x-samp.serial"

/** Key by which client and hub tell each other at registration that they number callbacks; its value is then `1`. */
export const acknowledgesKey = "x-samp.acknowledges"

/** What one pull brought. */
export interface Pulled {
  /** In the order in which the hub queued them. */
  readonly deliveries: ReadonlyArray<Delivery>
  /** Serial of the last callback that came so far: what the next pull says that it has. */
  readonly serial: string
  /** What is wrong with those that could not be read, a line each; they are left out. */
  readonly skipped: ReadonlyArray<string>
}

/** The arguments of CLI-01..03 without the private key (WEB-35). */
const readDelivery = (method: string, params: ReadonlyArray<SampValue>): Delivery | undefined => {
  const [from, label] = params
  const last = params.at(-1)
  if (typeof from !== "string" || !isMap(last)) return undefined
  const sender = ClientId(from)
  // DS9's hub puts a tag of its own into notifications as well (WIRE-106): what counts is first and last.
  if (method === "receiveNotification" && (params.length === 2 || params.length === 3)) {
    return { _tag: "Notification", sender, message: last }
  }
  if (params.length !== 3 || typeof label !== "string") return undefined
  switch (method) {
    case "receiveCall":
      return { _tag: "Call", sender, msgId: MessageId(label), message: last }
    case "receiveResponse":
      return { _tag: "Response", responder: sender, tag: label, response: last }
    default:
      return undefined
  }
}

/** The bare name of a method: DS9's hub writes `samp.webclient.receiveCall` (WEB-34, WIRE-106). */
const bareName = (callback: SampMap): string =>
  (stringAt(callback, "samp.methodName") ?? "").replace(/^.*\./su, "")

/**
 * Reads the answer to a pull (WEB-33..35). What is malformed is skipped, and told of.
 *
 * @param after - serial of the last callback that came before; those up to it are not taken a second time
 * @returns undefined when the answer is no list
 */
export const readCallbacks = (answer: SampValue, after: string): Pulled | undefined => {
  if (!isList(answer)) return undefined
  const deliveries: Array<Delivery> = []
  const skipped: Array<string> = []
  let serial = after
  for (const callback of answer) {
    if (!isMap(callback)) {
      skipped.push("a callback is no map")
      continue
    }
    const number = readInt(stringAt(callback, serialKey) ?? "")
    if (number !== undefined) {
      if (number <= Number(serial)) continue
      serial = String(number) // also of one that cannot be read, or it would come for ever
    }
    const name = bareName(callback)
    const params = callback.get("samp.params")
    const delivery = params !== undefined && isList(params) ? readDelivery(name, params) : undefined
    if (delivery === undefined) {
      skipped.push(`${quote(name)} with these arguments is no method of a SAMP client`)
    } else deliveries.push(delivery)
  }
  return { deliveries, serial, skipped }
}
