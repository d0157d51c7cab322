/** A web page of the tests: a client of the Web Profile, over real sockets, with no code of the product. */
import * as Http from "node:http"
import { at, isStruct, readAnswer, type Struct, textAt, type Value, writeCall } from "./Wire.ts"

/** Where pages come from unless a test says otherwise. */
export const archive = "https://archive.example"

/** What a page is. */
export interface PageOptions {
  readonly name?: string
  /** Its origin; empty for a program that is no browser. */
  readonly origin?: string
  /** Whether it numbers its callbacks. */
  readonly counts?: boolean
}

/** One callback as it was pulled. */
export interface Callback {
  readonly kind: "Notification" | "Call" | "Response"
  /** Sender or responder. */
  readonly from: string
  /** The msg-id of a call, the msg-tag of a response. */
  readonly label: string
  readonly content: Struct
  readonly serial: number
}

const kinds: Readonly<Record<string, Callback["kind"]>> = {
  receiveNotification: "Notification",
  receiveCall: "Call",
  receiveResponse: "Response"
}

const list = (value: Value | undefined): ReadonlyArray<Value> =>
  Array.isArray(value) ? value as ReadonlyArray<Value> : [] // isArray does not keep what is in readonly arrays

const text = (value: Value | undefined): string => typeof value === "string" ? value : ""

const readCallback = (item: Value): Callback => {
  const params = list(at(item, "samp.params"))
  const content = params.at(-1)
  const kind = kinds[textAt(item, "samp.methodName")]
  if (kind === undefined || !isStruct(content)) throw new Error(`no callback: ${JSON.stringify(item)}`)
  return {
    kind,
    from: text(params[0]),
    label: kind === "Notification" ? "" : text(params[1]),
    content,
    serial: Number(textAt(item, "x-samp.serial") || "0")
  }
}

/** An answer at the level of HTTP. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
}

/** How a body is posted. */
export interface Posting {
  readonly headers?: Http.OutgoingHttpHeaders
  readonly agent?: Http.Agent | undefined
  readonly signal?: AbortSignal | undefined
}

/** Posts a body, and gives whatever comes back. */
export const postTo = (
  url: string,
  body: string,
  { agent, headers, signal }: Posting = {}
): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const all = { "Content-Type": "text/xml", "Content-Length": Buffer.byteLength(body), ...headers }
    const options = {
      method: "POST",
      agent: agent ?? false,
      headers: all,
      ...signal === undefined ? {} : { signal }
    }
    const request = Http.request(url, options, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject).on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString("latin1")
        }))
    })
    request.on("error", reject)
    request.end(body)
  })

/** Asks the Web Profile's endpoint something; throws the fault. */
export const askWeb = async (
  url: string,
  origin: string,
  method: string,
  params: ReadonlyArray<Value>,
  { agent, signal }: Posting = {}
): Promise<Value> => {
  const headers = origin === "" ? {} : { Origin: origin }
  const answer = await postTo(url, writeCall(`samp.webhub.${method}`, params), { headers, agent, signal })
  if (answer.status !== 200) throw new Error(`HTTP status ${answer.status}: ${answer.body}`)
  return readAnswer(answer.body)
}

/** One registration of a page. */
export class Page {
  readonly id: string
  readonly key: string
  readonly url: string
  readonly origin: string
  readonly registration: Value
  readonly counts: boolean
  /** All that it has got, in order. */
  readonly received: Array<Callback> = []
  /** Is told of each callback. */
  onCallback: (callback: Callback) => void = () => {}
  private last = 0
  private readonly agent = new Http.Agent({ keepAlive: true })
  private polling: Promise<void> | undefined
  private readonly ending = new AbortController()

  private constructor(url: string, origin: string, counts: boolean, registration: Value) {
    this.url = url
    this.origin = origin
    this.counts = counts
    this.registration = registration
    this.id = textAt(registration, "samp.self-id")
    this.key = textAt(registration, "samp.private-key")
  }

  static async register(url: string, options: PageOptions = {}): Promise<Page> {
    const { counts = false, name = "page", origin = archive } = options
    const identity: Struct = { "samp.name": name, ...counts ? { "x-samp.acknowledges": "1" } : {} }
    return new Page(url, origin, counts, await askWeb(url, origin, "register", [identity]))
  }

  /** A page that takes callbacks of these MTypes. */
  static async open(url: string, mtypes: ReadonlyArray<string>, options: PageOptions = {}): Promise<Page> {
    const page = await Page.register(url, options)
    await page.ask("allowReverseCallbacks", "1")
    await page.ask("declareSubscriptions", Object.fromEntries(mtypes.map((mtype) => [mtype, {}])))
    return page
  }

  /** A hub operation; the private key goes first. */
  ask(method: string, ...params: ReadonlyArray<Value>): Promise<Value> {
    return this.askWith({}, method, ...params)
  }

  askWith(
    { signal }: Pick<Posting, "signal">,
    method: string,
    ...params: ReadonlyArray<Value>
  ): Promise<Value> {
    return askWeb(this.url, this.origin, method, [this.key, ...params], { agent: this.agent, signal })
  }

  /** Pulls once. What is new is kept, and given; one that counts keeps nothing twice. */
  async pull(timeoutSeconds = 0, signal?: AbortSignal): Promise<ReadonlyArray<Callback>> {
    const serial = this.counts ? [String(this.last)] : []
    const answer = await this.askWith({ signal }, "pullCallbacks", String(timeoutSeconds), ...serial)
    const fresh = list(answer).map(readCallback).filter((callback) =>
      !this.counts || callback.serial > this.last
    )
    for (const callback of fresh) {
      this.last = Math.max(this.last, callback.serial)
      this.received.push(callback)
      this.onCallback(callback)
    }
    return fresh
  }

  /**
   * Pulls again and again, until it is closed or the hub refuses.
   *
   * @param gap - milliseconds between two pulls, asked each time
   */
  poll(gap: () => number = () => 0, timeoutSeconds = 600): void {
    const run = async (): Promise<void> => {
      while (!this.ending.signal.aborted) {
        await this.pull(timeoutSeconds, this.ending.signal)
        const ms = gap()
        if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
      }
    }
    this.polling = run().catch(() => {})
  }

  /** Whether it is not polling any more. */
  async ended(): Promise<void> {
    await this.polling
  }

  /** What it got of one MType, or the responses of one msg-tag. */
  got(name: string): ReadonlyArray<Callback> {
    return this.received.filter(({ content, kind, label }) =>
      kind === "Response" ? label === name : content["samp.mtype"] === name
    )
  }

  /** Goes without a word, as when the browser is closed. */
  async vanish(): Promise<void> {
    this.ending.abort()
    await this.polling
    this.agent.destroy()
  }

  /** Unregisters, and goes. */
  async leave(): Promise<void> {
    await this.ask("unregister")
    await this.vanish()
  }
}
