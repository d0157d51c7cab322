/** Clients that can be called back, as sampjs has them: one with a handler an MType, and one that knows who else is there. */
import type { PlainObject } from "../facade/Plain.ts"
import type { Connection } from "./Connection.ts"
import { complain, safely } from "./Safely.ts"
import { getSampType, type MessageMap, type ResponseMap, toSamp, TYPE_MAP } from "./Values.ts"

/** Handles a message; what it returns for a call is the result of the response, nothing an empty one. */
export type CallHandler = (
  senderId: string,
  message: MessageMap,
  isCall: boolean
) => object | undefined | void
/** Handles the response to a call of ours. */
export type ReplyHandler = (responderId: string, msgTag: string, response: ResponseMap) => void

/** A handler under its name; what every object has, such as `constructor`, is none. */
const at = <H>(handlers: { readonly [name: string]: H }, name: string): H | undefined => {
  const handler = handlers[name]
  const everywhere = Object.prototype as { readonly [name: string]: unknown }
  return typeof handler !== "function" || handler === everywhere[name] ? undefined : handler
}

const failed = (errortxt: string): ResponseMap => ({
  "samp.status": "samp.error",
  "samp.error": { "samp.errortxt": errortxt }
})

/**
 * The response with what a handler has returned. What is no object is no result: arrow functions return what their page never
 * meant for anybody.
 */
const done = (returned: unknown): ResponseMap => {
  const result = typeof returned === "object" && returned !== null ? returned : {}
  if (getSampType(result) !== TYPE_MAP) throw new Error("a handler must return an object, not a list")
  toSamp(result) // throws here what would leave the caller without a response
  return { "samp.status": "samp.ok", "samp.result": result as PlainObject }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.toString() : String(error))

/** A client with a handler an MType, and a handler a tag for the responses to its calls. */
export class CallableClient {
  /** By MType, without wildcards. */
  callHandler: { [mtype: string]: CallHandler }
  /** By the `msg-tag` of the call. */
  replyHandler: { [msgTag: string]: ReplyHandler } = {}
  /** Set by {@link init}; replies go over it. */
  connection: Connection | undefined

  constructor(connection?: Connection) {
    this.connection = connection
    this.callHandler = {}
  }

  /** To be run when the client is connected; {@link Connector} does. */
  init(connection: Connection): void {
    this.connection = connection
  }

  /** @returns whether there is a handler */
  receiveNotification(senderId: string, message: MessageMap): boolean {
    const handler = at(this.callHandler, message["samp.mtype"])
    if (handler === undefined) return false
    safely(() => handler.call(this.callHandler, senderId, message, false))
    return true
  }

  /**
   * Responds `samp.ok` with what the handler returns, `samp.error` with what it throws, or `samp.warning` if there is none.
   *
   * @returns whether it was handled
   */
  receiveCall(senderId: string, msgId: string, message: MessageMap): boolean {
    const handler = at(this.callHandler, message["samp.mtype"])
    let response: ResponseMap = {
      "samp.status": "samp.warning",
      "samp.result": {},
      "samp.error": { "samp.errortxt": "no action" }
    }
    if (handler !== undefined) {
      try {
        response = done(handler.call(this.callHandler, senderId, message, true))
      } catch (error) {
        complain(error)
        response = failed(textOf(error))
      }
    }
    // A hub that refuses a response, which may just be late, has nothing against this client.
    this.connection?.reply([msgId, response], null, () => {})
    return response["samp.status"] === "samp.ok"
  }

  /** @returns whether there is a handler, and it has not thrown */
  receiveResponse(responderId: string, msgTag: string, response: ResponseMap): boolean {
    const handler = at(this.replyHandler, msgTag)
    if (handler === undefined) return false
    try {
      handler.call(this.replyHandler, responderId, msgTag, response)
      return true
    } catch (error) {
      complain(error)
      return false
    }
  }

  /** Subscriptions to all that there are handlers for. */
  calculateSubscriptions(): { [mtype: string]: {} } {
    const subscriptions: { [mtype: string]: {} } = {}
    for (const mtype in this.callHandler) subscriptions[mtype] = {}
    return subscriptions
  }
}

/** What has changed: somebody came or left, told of itself or of its subscriptions, or the list of all is there. */
export type Change = "register" | "unregister" | "meta" | "subs" | "ids"

const paramOf = (message: MessageMap, name: string) => message["samp.params"][name]

/** A client that knows who else is registered. Its handlers for the hub's events can be replaced. */
export class ClientTracker extends CallableClient {
  /** `true` by client id. */
  ids: { [clientId: string]: true } = {}
  /** Metadata by client id. */
  metas: { [clientId: string]: PlainObject } = {}
  /** Subscriptions by client id. */
  subs: { [clientId: string]: PlainObject } = {}
  /** Runs after each change; the id is null when the list of all has come. */
  onchange: ((clientId: string | null, change: Change, data: PlainObject | null) => void) | null | undefined
  private readonly left = new Set<string>()

  constructor() {
    super()
    const end = (): void => this.connection?.close()
    const told = (change: "meta" | "subs", name: string): CallHandler => (_, message) => {
      const data = paramOf(message, name) as PlainObject // EVT-05, EVT-06
      this.learn(String(paramOf(message, "id")), change, data)
    }
    this.callHandler = {
      "samp.hub.event.shutdown": end,
      "samp.hub.disconnect": end,
      "samp.hub.event.register": (_, message) => {
        const id = String(paramOf(message, "id"))
        this.ids[id] = true
        this.changed(id, "register", null)
      },
      "samp.hub.event.unregister": (_, message) => {
        const id = String(paramOf(message, "id"))
        this.forget(id)
        this.changed(id, "unregister", null)
      },
      "samp.hub.event.metadata": told("meta", "metadata"),
      "samp.hub.event.subscriptions": told("subs", "subscriptions")
    }
  }

  private learn(id: string, change: "meta" | "subs", data: PlainObject): void {
    this[change === "meta" ? "metas" : "subs"][id] = data
    this.changed(id, change, data)
  }

  private forget(id: string): void {
    this.left.add(id)
    delete this.ids[id]
    delete this.metas[id]
    delete this.subs[id]
  }

  /** Runs `onchange`. */
  changed(id: string | null, change: Change, data: PlainObject | null): void {
    this.onchange?.(id, change, data)
  }

  /** Asks the hub who is there. Who comes or leaves before the answers are there counts as well. */
  override init(connection: Connection): void {
    super.init(connection)
    this.ids = {}
    this.metas = {}
    this.subs = {}
    this.left.clear() // a hub never uses an id twice, but this may be another hub
    // To have left meanwhile is no reason to close.
    const gone = (): void => {}
    const ask = (id: string, change: "meta" | "subs"): void => {
      const learn = (data: PlainObject): void => {
        if (!this.left.has(id)) this.learn(id, change, data)
      }
      if (change === "meta") connection.getMetadata([id], learn, gone)
      else connection.getSubscriptions([id], learn, gone)
    }
    connection.getRegisteredClients([], (ids) => {
      for (const id of ids.filter((id) => !this.left.has(id))) {
        this.ids[id] = true
        ask(id, "meta")
        ask(id, "subs")
      }
      this.changed(null, "ids", null)
    })
  }

  /** Its `samp.name`, or its id in brackets. */
  getName(id: string): string {
    const name = this.metas[id]?.["samp.name"]
    return typeof name === "string" && name !== "" ? name : `[${id}]`
  }
}
