/** Callbacks for a connection of the shim: one pull after the other, as long as the connection lasts (WEB-39). */
import { isInt } from "../../domain/SampValue.ts"
import { serialKey } from "../../domain/web/WebCallbacks.ts"
import type { PlainObject, PlainValue } from "../facade/Plain.ts"
import { safely } from "./Safely.ts"
import { getSampType, type MessageMap, type ResponseMap, TYPE_LIST, TYPE_MAP } from "./Values.ts"
import type { ErrorHandler, ResultHandler, Running } from "./XmlRpc.ts"

/** A client that can be called back (section 3.12). */
export interface Callable {
  receiveNotification?: ((senderId: string, message: MessageMap) => unknown) | undefined
  receiveCall?: ((senderId: string, msgId: string, message: MessageMap) => unknown) | undefined
  receiveResponse?: ((responderId: string, msgTag: string, response: ResponseMap) => unknown) | undefined
}

/**
 * Seconds that a hub is asked to hold a pull. sampjs asks for 600, but Firefox gives up a request that is not answered within
 * 300, and what a hub had for it by then may be lost (WIRE-144).
 */
const pullSeconds = "240"

/** A pull that fails sooner than this is not over because of its age: the hub is gone, or knows us no more (WIRE-115). */
const earlyMs = 1_000

/** Milliseconds before the next pull when one has brought nothing at once: astropy's hub does not wait (WIRE-80). */
const idleMs = 250

const isMap = (value: PlainValue | undefined): value is PlainObject =>
  value !== undefined && getSampType(value) === TYPE_MAP

/** What callbacks a pull brought, without those that came before. */
const readPull = (result: PlainValue, after: string) => {
  const callbacks: Array<{ readonly name: string; readonly params: ReadonlyArray<PlainValue> }> = []
  let serial = after
  for (const callback of Array.isArray(result) ? result as ReadonlyArray<PlainValue> : []) {
    const name = isMap(callback) ? callback["samp.methodName"] : undefined
    const params = isMap(callback) ? callback["samp.params"] : undefined
    const number = isMap(callback) ? callback[serialKey] : undefined
    if (typeof number === "string" && isInt(number)) {
      if (Number(number) <= Number(serial)) continue
      serial = number
    }
    if (typeof name !== "string" || !Array.isArray(params)) continue
    callbacks.push({ name: name.replace(/^.*\./su, ""), params }) // DS9's hub writes them with a prefix (WEB-34)
  }
  return { callbacks, serial }
}

const deliver = (callable: Callable, name: string, params: ReadonlyArray<PlainValue>): void => {
  // As in sampjs, nobody looks whether the hub sends what the standard says.
  const [from, label] = params as ReadonlyArray<string>
  const content = params.at(-1) as PlainValue
  if (from === undefined || label === undefined) return
  switch (name) {
    case "receiveNotification":
      return void callable.receiveNotification?.(from, content as unknown as MessageMap)
    case "receiveCall":
      return void callable.receiveCall?.(from, label, content as unknown as MessageMap)
    case "receiveResponse":
      return void callable.receiveResponse?.(from, label, content as unknown as ResponseMap)
    default:
  }
}

/** What is needed of a connection. */
export interface Pulls {
  /** Pulls once; undefined when the connection is closed. */
  readonly pull: (args: ReadonlyArray<string>, ok: ResultHandler, no: ErrorHandler) => Running | undefined
  /** Whether the hub counts callbacks, and wants to hear which have come. */
  readonly counts: boolean
  /** The last that has come; it outlasts a change of the one who is called. */
  readonly count: { serial: string }
  readonly close: () => void
}

/** Pulls until it is given up, or the connection is closed; it closes the connection when the hub does not answer any more. */
export const pullAll = ({ close, count, counts, pull }: Pulls, callable: Callable): Running => {
  let now: Running | undefined
  let over = false
  const next = (): void => {
    if (over) return
    const began = Date.now()
    const isEarly = (): boolean => Date.now() - began < earlyMs
    const failed = (): void => {
      if (isEarly()) close()
      else next()
    }
    const came = (result: PlainValue): void => {
      if (getSampType(result) !== TYPE_LIST) return failed()
      const { callbacks, serial } = readPull(result, count.serial)
      count.serial = serial
      for (const { name, params } of callbacks) safely(() => deliver(callable, name, params))
      if (callbacks.length > 0 || !isEarly()) return next()
      const timer = setTimeout(next, idleMs)
      now = { abort: () => clearTimeout(timer) }
    }
    now = pull([pullSeconds, ...counts ? [count.serial] : []], came, failed)
  }
  next()
  return {
    abort: () => {
      over = true
      now?.abort()
    }
  }
}
