/**
 * A small hub of the Web Profile on node:http, for tests of its clients: it keeps who is registered and what they declare,
 * and queues what a test has it deliver. It routes nothing by itself; what it answers can be scripted, method by method.
 */
import * as Result from "effect/Result"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { callOf } from "../../src/adapters/http/XmlRpcBody.ts"
import { xmlCodec } from "../../src/adapters/xml/XmlCodecFxp.ts"
import { fault } from "../../src/domain/Fault.ts"
import type { Delivery } from "../../src/domain/HubOutput.ts"
import { defaults } from "../../src/domain/Limits.ts"
import { emptyMap, isMap, map, type SampMap, type SampValue, stringAt } from "../../src/domain/SampValue.ts"
import { acknowledgesKey, serialKey } from "../../src/domain/web/WebCallbacks.ts"
import { writeAnswer, writeFault } from "../../src/domain/XmlRpcWriter.ts"
import { callbackMap } from "./webCallbacks.ts"

/** A call that came in; the name goes without `samp.webhub.`, the parameters without the key. */
export interface Asked {
  readonly method: string
  readonly params: ReadonlyArray<SampValue>
  /** Public id of who asked; empty for `ping` and `register`. */
  readonly from: string
  readonly headers: IncomingMessage["headers"]
}

/** What a scripted method answers: a value, a fault, raw text of the whole body, or that the connection breaks. */
export type Scripted =
  | { readonly value: SampValue }
  | { readonly fault: string }
  | { readonly body: string; readonly status?: number }
  | "hang up"

/** Answers a method; undefined leaves it to the hub. */
export type Script = (asked: Asked) => Scripted | undefined | Promise<Scripted | undefined>

/** How a hub is unlike ours. */
export interface Manners {
  /** Whether it numbers callbacks, and sends again what was not acknowledged. */
  readonly acknowledges?: boolean
  /** Whether it answers pulls at once, as astropy's does (WIRE-80). */
  readonly impatient?: boolean
  /** What stands before the names of callbacks (WIRE-106). */
  readonly prefix?: string
  /** What a registration answers besides. */
  readonly more?: SampMap
}

interface Client {
  readonly id: string
  readonly key: string
  metadata: SampMap
  subscriptions: SampMap
  callable: boolean
  queue: Array<{ readonly serial: number; readonly callback: SampMap }>
  /** Ends the pull that waits. */
  wake: (() => void) | undefined
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk as Buffer) // a request without an encoding gives buffers
  return Buffer.concat(chunks)
}

/** The hub. */
export class FakeHub implements AsyncDisposable {
  /** All calls so far, pings and pulls among them. */
  readonly asked: Array<Asked> = []
  /** Scripts by method, `""` for all. */
  readonly scripts = new Map<string, Script>()
  /** What data were handed over, and how. */
  readonly uploads: Array<
    { readonly url: string; readonly type: string | undefined; readonly body: Buffer }
  > = []
  /** Answers requests that are no POST to the root. */
  other: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
    response.writeHead(404).end()
  /** How many answers to pulls are to get lost on their way. */
  lose = 0
  url = ""
  private readonly manners: Manners
  private readonly clients = new Map<string, Client>()
  private readonly server
  private ids = 0
  private serials = 0

  constructor(manners: Manners = {}) {
    this.manners = manners
    this.server = createServer((request, response) => {
      void this.serve(request, response)
    })
  }

  /** Begins to listen; on the port it had before, if it has been stopped. */
  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(port, "127.0.0.1", resolve))
    const address = this.server.address() as AddressInfo // it listens on a port
    this.url = `http://127.0.0.1:${address.port}/`
    return this
  }

  /** Ends as if it were killed; clients are forgotten. */
  async stop(): Promise<void> {
    this.clients.clear()
    this.server.closeAllConnections()
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve())
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.server.listening) await this.stop()
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  /** Public ids of who is registered, in the order in which they came. */
  get registered(): ReadonlyArray<string> {
    return [...this.clients.values()].map(({ id }) => id)
  }

  /** How many pulls wait. */
  get waiting(): number {
    return [...this.clients.values()].filter(({ wake }) => wake !== undefined).length
  }

  /** The client of this id, as it has declared itself. */
  client(
    id: string
  ): { readonly metadata: SampMap; readonly subscriptions: SampMap; readonly callable: boolean } | undefined {
    return [...this.clients.values()].find((client) => client.id === id)
  }

  /** Calls of a method so far. */
  calls(method: string): ReadonlyArray<Asked> {
    return this.asked.filter((one) => one.method === method)
  }

  /** Forgets a client, as a hub does that took it for dead. */
  forget(id: string): void {
    for (const client of [...this.clients.values()].filter((one) => one.id === id)) {
      this.clients.delete(client.key)
      client.wake?.()
    }
  }

  /** Queues a callback for a client. */
  push(id: string, delivery: Delivery): void {
    this.pushRaw(id, callbackMap(delivery, this.manners.prefix))
  }

  /** Queues whatever callback. */
  pushRaw(id: string, callback: SampMap): void {
    const client = [...this.clients.values()].find((one) => one.id === id)
    if (client === undefined) throw new Error(`nobody is registered as ${id}`)
    client.queue.push({ serial: ++this.serials, callback })
    client.wake?.()
  }

  /** Tells everybody who subscribes to it about an event of the hub. */
  event(name: string, params: SampMap): void {
    const mtype = `samp.hub.${name}`
    const message = map({ "samp.mtype": mtype, "samp.params": params })
    for (const { id, subscriptions } of this.clients.values()) {
      if (subscriptions.has(mtype)) this.push(id, { _tag: "Notification", sender: "hub" as never, message }) // an id
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { origin } = request.headers
    response.setHeader("Access-Control-Allow-Origin", origin ?? "*")
    response.setHeader("Access-Control-Allow-Headers", "content-type, range")
    response.setHeader("Access-Control-Allow-Methods", "GET, HEAD, POST")
    if (request.method === "OPTIONS") return void response.writeHead(204).end()
    if (request.url !== "/") {
      const body = await bodyOf(request)
      if (request.method === "POST") {
        this.uploads.push({ url: request.url ?? "", type: request.headers["content-type"], body })
      }
      return this.other(request, response)
    }
    const call = callOf(xmlCodec, await bodyOf(request), defaults)
    if (Result.isFailure(call)) return void response.writeHead(400).end()
    const method = call.success.method.replace("samp.webhub.", "")
    const isKeyed = method !== "ping" && method !== "register"
    const [first, ...rest] = call.success.params
    const client = isKeyed && typeof first === "string" ? this.clients.get(first) : undefined
    const asked = {
      method,
      params: isKeyed ? rest : call.success.params,
      from: client?.id ?? "",
      headers: request.headers
    }
    this.asked.push(asked)
    const scripted = await this.scripts.get(method)?.(asked) ?? await this.scripts.get("")?.(asked)
    if (response.destroyed) return
    if (scripted === "hang up") return void response.destroy()
    response.setHeader("Content-Type", "text/xml")
    if (scripted !== undefined) {
      if ("body" in scripted) return void response.writeHead(scripted.status ?? 200).end(scripted.body)
      return void response.end(
        "value" in scripted ? writeAnswer(scripted.value) : writeFault(fault("BadMessage", scripted.fault))
      )
    }
    if (isKeyed && client === undefined) {
      return void response.end(writeFault(fault("UnknownKey", "the private key is not known")))
    }
    if (client === undefined) {
      return void response.end(writeAnswer(method === "ping" ? "" : this.register(call.success.params[0])))
    }
    if (method !== "pullCallbacks") return void response.end(writeAnswer(this.answer(client, asked)))
    const callbacks = await this.pull(client, rest, response)
    if (this.lose > 0 && callbacks.length > 0) {
      this.lose--
      response.destroy()
    } else response.end(writeAnswer(callbacks))
  }

  private register(identity: SampValue | undefined): SampMap {
    const id = `c${++this.ids}`
    const key = `key-${id}-${Math.random()}`
    const keeps = this.manners.acknowledges === true && isMap(identity) &&
      stringAt(identity, acknowledgesKey) === "1"
    this.clients.set(key, {
      id,
      key,
      metadata: emptyMap,
      subscriptions: emptyMap,
      callable: false,
      queue: [],
      wake: undefined
    })
    this.event("event.register", map({ id }))
    return new Map<string, SampValue>([
      ["samp.hub-id", "hub"],
      ["samp.self-id", id],
      ["samp.private-key", key],
      ["samp.url-translator", `${this.url}proxied/${id}?`],
      ...keeps ? [[acknowledgesKey, "1"] as const] : [],
      ...this.manners.more ?? []
    ])
  }

  private async pull(
    client: Client,
    [timeout, after]: ReadonlyArray<SampValue>,
    response: ServerResponse
  ): Promise<ReadonlyArray<SampMap>> {
    client.wake?.() // the newest wins
    const acknowledged = Number(after ?? "0")
    client.queue = client.queue.filter(({ serial }) => serial > acknowledged)
    if (client.queue.length === 0 && this.manners.impatient !== true) {
      await new Promise<void>((resolve) => {
        const end = (): void => {
          clearTimeout(timer)
          if (client.wake === end) client.wake = undefined
          resolve()
        }
        const timer = setTimeout(end, Number(timeout) * 1000)
        client.wake = end
        response.on("close", end)
      })
    }
    if (after !== undefined) {
      return client.queue.map(({ callback, serial }) => new Map([...callback, [serialKey, String(serial)]]))
    }
    return client.queue.splice(0).map(({ callback }) => callback)
  }

  private answer(client: Client, { method, params }: Asked): SampValue {
    const [first] = params
    const named = this.client(String(first))
    switch (method) {
      case "allowReverseCallbacks":
        client.callable = first === "1"
        return ""
      case "declareMetadata":
        client.metadata = isMap(first) ? first : emptyMap
        this.event("event.metadata", map({ id: client.id, metadata: client.metadata }))
        return ""
      case "declareSubscriptions":
        client.subscriptions = isMap(first) ? first : emptyMap
        this.event("event.subscriptions", map({ id: client.id, subscriptions: client.subscriptions }))
        return ""
      case "getMetadata":
        return named?.metadata ?? map({ "samp.name": "Hub" })
      case "getSubscriptions":
        return named?.subscriptions ?? emptyMap
      case "getRegisteredClients":
        return ["hub", ...this.registered.filter((id) => id !== client.id)]
      case "unregister":
        this.forget(client.id)
        this.event("event.unregister", map({ id: client.id }))
        return ""
      default:
        return ""
    }
  }
}

/** A hub that listens. */
export const fakeHub = (manners?: Manners): Promise<FakeHub> => new FakeHub(manners).start()
