/** A SAMP client of the tests: real sockets, no code of the product. It runs in the test's process or in a peer's. */
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import {
  type Call,
  faultAnswer,
  readAnswer,
  readCall,
  type Struct,
  textAt,
  type Value,
  voidAnswer,
  writeCall
} from "./Wire.ts"

/** What a client needs to know of a hub. */
export interface HubAddress {
  readonly url: string
  readonly secret: string
}

/** One callback that came in. */
export interface Delivery {
  readonly kind: "Notification" | "Call" | "Response"
  /** Sender or responder. */
  readonly from: string
  /** The msg-id of a call, the msg-tag of a response. */
  readonly label: string
  readonly content: Struct
  /** When, by `performance.now()`. */
  readonly at: number
}

/** How a callback endpoint treats what comes in; `silent` reads it and never answers. */
export type Manner = "accept" | "fault" | "status 500" | "silent"

const text = (value: Value | undefined): string => typeof value === "string" ? value : ""
const struct = (value: Value | undefined): Struct =>
  typeof value === "object" && !Array.isArray(value) ? value as Struct : {}

const kinds: Readonly<Record<string, Delivery["kind"]>> = {
  "samp.client.receiveNotification": "Notification",
  "samp.client.receiveCall": "Call",
  "samp.client.receiveResponse": "Response"
}

const readBody = async (message: Http.IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of message) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString("latin1")
}

/** Posts a body and reads the whole answer. */
export const post = (url: string, body: string | Buffer, agent?: Http.Agent): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = { "Content-Type": "text/xml", "Content-Length": Buffer.byteLength(body) }
    const request = Http.request(url, { method: "POST", agent: agent ?? false, headers }, (response) => {
      readBody(response).then((answer) => {
        if (response.statusCode === 200) resolve(answer)
        else reject(new Error(`HTTP status ${response.statusCode}: ${answer}`))
      }, reject)
    })
    request.on("error", reject)
    request.end(body)
  })

/** Pings a hub as somebody who is not registered. */
export const ping = async (url: string): Promise<void> => {
  readAnswer(await post(url, writeCall("samp.hub.ping", [])))
}

export const message = (mtype: string, params: Struct = {}): Struct => ({
  "samp.mtype": mtype,
  "samp.params": params
})

export const okResponse = (result: Struct = {}): Struct => ({
  "samp.status": "samp.ok",
  "samp.result": result
})

/** One registration. */
export class Client {
  readonly id: string
  readonly key: string
  readonly hubId: string
  readonly received: Array<Delivery> = []
  manner: Manner = "accept"
  /** Is told of each delivery after it is in the list. */
  onDelivery: (delivery: Delivery) => void = () => {}
  readonly #url: string
  readonly #agent = new Http.Agent({ keepAlive: true, maxSockets: Infinity })
  #server: Http.Server | undefined

  private constructor(url: string, registration: Value) {
    this.#url = url
    this.id = textAt(registration, "samp.self-id")
    this.key = textAt(registration, "samp.private-key")
    this.hubId = textAt(registration, "samp.hub-id")
  }

  static async register(hub: HubAddress): Promise<Client> {
    const answer = await post(hub.url, writeCall("samp.hub.register", [hub.secret]))
    return new Client(hub.url, readAnswer(answer))
  }

  /** A hub operation; the private key goes first. */
  async ask(method: string, ...params: ReadonlyArray<Value>): Promise<Value> {
    return readAnswer(
      await post(this.#url, writeCall(`samp.hub.${method}`, [this.key, ...params]), this.#agent)
    )
  }

  /** Opens the callback endpoint, and subscribes. */
  async listen(...mtypes: ReadonlyArray<string>): Promise<void> {
    const server = Http.createServer((request, response) => {
      readBody(request).then((body) => this.#receive(readCall(body), response), () => response.destroy())
    })
    this.#server = server
    await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog: 511 }, resolve))
    // a TCP server's address is an AddressInfo
    const { port } = server.address() as AddressInfo
    await this.ask("setXmlrpcCallback", `http://127.0.0.1:${port}/callback`)
    await this.ask("declareSubscriptions", Object.fromEntries(mtypes.map((mtype) => [mtype, {}])))
  }

  #receive({ method, params }: Call, response: Http.ServerResponse): void {
    const kind = kinds[method]
    if (kind === undefined || params[0] !== this.key) {
      // The hub may ask anything to see whether somebody is there.
      if (this.manner !== "silent") response.end(faultAnswer(`no method ${method} for this key`))
      return
    }
    const label = kind === "Notification" ? "" : text(params[2])
    const content = struct(params.at(-1))
    const delivery = { kind, from: text(params[1]), label, content, at: performance.now() } as const
    this.received.push(delivery)
    if (this.manner === "status 500") response.statusCode = 500
    if (this.manner !== "silent") response.end(this.manner === "fault" ? faultAnswer("no") : voidAnswer)
    this.onDelivery(delivery)
  }

  /** Answers every call with the same response. */
  answerAll(response: Struct): void {
    this.onDelivery = ({ kind, label }) => {
      // The hub may have ended by then.
      if (kind === "Call") this.ask("reply", label, response).catch(() => {})
    }
  }

  /** The ids of all clients, the hub's among them. */
  async others(): Promise<ReadonlyArray<string>> {
    const ids = await this.ask("getRegisteredClients")
    return Array.isArray(ids) ? ids : []
  }

  /** What came of one MType, or the responses of one msg-tag. */
  got(name: string): ReadonlyArray<Delivery> {
    return this.received.filter(({ content, kind, label }) =>
      kind === "Response" ? label === name : content["samp.mtype"] === name
    )
  }

  /** Closes the callback port; the registration stays, and the port refuses from now on. */
  async refuse(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }

  /** Ends without a word to the hub. */
  async vanish(): Promise<void> {
    this.#agent.destroy()
    await this.refuse()
  }
}
