/** Registering with the hub, and whether there is one. */
import { isPattern, matches } from "../../domain/MType.ts"
import { acknowledgesKey } from "../../domain/web/WebCallbacks.ts"
import type { PlainObject } from "../facade/Plain.ts"
import { Connection, prefix, type RegInfo } from "./Connection.ts"
import type { MessageMap } from "./Values.ts"
import { type ErrorHandler, XmlRpcClient, XmlRpcRequest } from "./XmlRpc.ts"

/** A message: an MType and its parameters. */
export class Message implements MessageMap {
  "samp.mtype": string
  "samp.params": PlainObject

  constructor(mtype: string, params: PlainObject) {
    this["samp.mtype"] = mtype
    this["samp.params"] = params
  }
}

/** Asks to be registered under a name; the user of the hub is asked first (WEB-13). */
export const register = (
  appName: string,
  connectionHandler: (connection: Connection) => void,
  errorHandler?: ErrorHandler | null
): void => {
  const identity = { "samp.name": appName, [acknowledgesKey]: "1" }
  new XmlRpcClient().execute(
    new XmlRpcRequest(`${prefix}register`, [identity]),
    (result) => {
      let connection: Connection
      try {
        connection = new Connection(result as unknown as RegInfo) // it looks for itself
      } catch (error) {
        errorHandler?.(error instanceof Error ? error : new Error(String(error)))
        return
      }
      connectionHandler(connection)
    },
    errorHandler
  )
}

/** Tells whether there is a hub for pages. The browser may ask its user first. */
export const ping = (pingHandler: (isHubRunning: boolean) => void): void => {
  new XmlRpcClient().execute(
    new XmlRpcRequest(`${prefix}ping`),
    () => pingHandler(true),
    () => pingHandler(false)
  )
}

/** Whether subscriptions are for an MType: as the standard has it (SUB-05), not as sampjs (WIRE-119). */
export const isSubscribed = (subscriptions: object | null | undefined, mtype: string): boolean =>
  Object.keys(subscriptions ?? {}).some((pattern) => isPattern(pattern) && matches(pattern, mtype))
