/**
 * Many web pages and some desktop programs at one hub: whoever pulls at his own pace must get every message once and in the
 * order of sending (P10). Plain calls over kept-alive connections, so that nothing of our client helps.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { once } from "node:events"
import { connect } from "node:net"
import * as CallSenderNode from "../../src/adapters/http/CallSenderNode.ts"
import * as XmlCodecFxp from "../../src/adapters/xml/XmlCodecFxp.ts"
import { defaults } from "../../src/domain/Limits.ts"
import { emptyMap, map, type SampMap, type SampValue, stringAt } from "../../src/domain/SampValue.ts"
import { CallSender } from "../../src/ports/CallSender.ts"

/** Asks an endpoint, as a page of an origin if there is one. */
export type Ask = (
  url: string,
  method: string,
  params: ReadonlyArray<SampValue>,
  origin?: string
) => Promise<SampValue>

/** A way to ask; it lives as long as the process. */
export const asking = async (): Promise<Ask> => {
  const layer = CallSenderNode.layer({ limits: defaults, userAgent: "pages" }).pipe(
    Layer.provide(XmlCodecFxp.layer)
  )
  const sender = await Effect.runPromise(Effect.provide(Effect.service(CallSender), layer))
  return (url, method, params, origin) =>
    Effect.runPromise(sender.call(url, { method, params }, { timeoutMs: 120_000, origin }))
}

const field = (value: SampValue, name: string): string =>
  value instanceof Map ? stringAt(value as SampMap, name) ?? "" : "" // what an answer holds is strings here

/** A page that pulls with gaps. */
export class Page {
  id = ""
  key = ""
  /** Numbers that it has got, by sender. */
  readonly got = new Map<string, Array<number>>()
  count = 0
  stopped = false
  private serial = 0
  private readonly ask: Ask
  private readonly url: string
  private readonly origin: string
  private readonly counts: boolean
  private readonly gapMs: () => number

  constructor(ask: Ask, url: string, origin: string, counts: boolean, gapMs: () => number) {
    this.ask = ask
    this.url = url
    this.origin = origin
    this.counts = counts
    this.gapMs = gapMs
  }

  async register(): Promise<void> {
    const identity = map({ "samp.name": "page", ...this.counts ? { "x-samp.acknowledges": "1" } : {} })
    const info = await this.ask(this.url, "samp.webhub.register", [identity], this.origin)
    this.id = field(info, "samp.self-id")
    this.key = field(info, "samp.private-key")
    await this.webhub("allowReverseCallbacks", "1")
    await this.webhub("declareSubscriptions", map({ "table.number": emptyMap }))
  }

  webhub(method: string, ...params: ReadonlyArray<SampValue>): Promise<SampValue> {
    return this.ask(this.url, `samp.webhub.${method}`, [this.key, ...params], this.origin)
  }

  /** Pulls, and breaks the connection, as a page does that is closed. */
  async hangUp(): Promise<void> {
    await this.webhub("pullCallbacks", "0") // what has come since is not to end the pull that follows
    const { hostname, port } = new URL(this.url)
    const body =
      `<methodCall><methodName>samp.webhub.pullCallbacks</methodName><params><param><value>${this.key}</value></param>` +
      "<param><value>600</value></param></params></methodCall>"
    const socket = connect(Number(port), hostname)
    await once(socket, "connect")
    socket.write(
      `POST / HTTP/1.1\r\nHost: ${hostname}:${port}\r\nOrigin: ${this.origin}\r\nContent-Type: text/xml\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`
    )
    await new Promise((resolve) => setTimeout(resolve, 200))
    socket.destroy()
  }

  /** Pulls until it is told to stop. */
  async pull(): Promise<void> {
    while (!this.stopped) {
      const list = await this.webhub("pullCallbacks", "10", ...this.counts ? [String(this.serial)] : [])
      for (const callback of Array.isArray(list) ? list as ReadonlyArray<SampMap> : []) this.take(callback)
      const gap = this.gapMs()
      if (gap > 0) await new Promise((resolve) => setTimeout(resolve, gap))
    }
  }

  private take(callback: SampMap): void {
    this.serial = Number(stringAt(callback, "x-samp.serial") ?? "0")
    const params = callback.get("samp.params")
    const [sender, message] = Array.isArray(params) ? params as ReadonlyArray<SampValue> : []
    const content = message instanceof Map ? (message as SampMap).get("samp.params") : undefined
    const number = content === undefined ? NaN : Number(field(content, "n"))
    if (typeof sender !== "string") return
    const numbers = this.got.get(sender) ?? []
    this.got.set(sender, numbers)
    numbers.push(number)
    this.count++
  }
}

/** How much is sent. */
export interface Load {
  readonly pages: number
  readonly senders: number
  /** Broadcasts of each sender; after each fifth comes a message to one page. */
  readonly broadcasts: number
  /** Longest pause of a page between two pulls, in milliseconds. */
  readonly gapMs: number
}

/** What came of it. */
export interface Outcome {
  readonly deliveries: number
  readonly seconds: number
  /** Pages that have not got exactly what was sent to them, in its order. */
  readonly wrong: ReadonlyArray<string>
  readonly pages: ReadonlyArray<Page>
}

/** Deliveries that a page may be behind, well below what the hub keeps for it. */
const behind = 2_000

/** Runs a load at a hub that lets all pages in. */
export const run = async (
  hub: { readonly url: string; readonly secret: string; readonly web: string },
  load: Load,
  random: () => number
): Promise<Outcome> => {
  const ask = await asking()
  const pages = Array.from(
    { length: load.pages },
    (_, n) =>
      new Page(
        ask,
        hub.web,
        `https://site-${n % 10}.example`,
        n % 2 === 0,
        () => Math.floor(random() * load.gapMs)
      )
  )
  for (const page of pages) await page.register()
  const expected = new Map(pages.map((page) => [page.id, new Map<string, Array<number>>()]))
  const pulling = pages.map((page) => page.pull())
  const began = performance.now()
  let broadcasts = 0

  const send = async (): Promise<void> => {
    const info = await ask(hub.url, "samp.hub.register", [hub.secret])
    const [id, key] = [field(info, "samp.self-id"), field(info, "samp.private-key")]
    const message = (n: number) => map({ "samp.mtype": "table.number", "samp.params": map({ n: String(n) }) })
    const expect = (page: Page, n: number): void => {
      const all = expected.get(page.id)
      const numbers = all?.get(id) ?? []
      all?.set(id, numbers)
      numbers.push(n)
    }
    let next = 0
    for (let i = 0; i < load.broadcasts; i++) {
      while (broadcasts - Math.min(...pages.map(({ count }) => count)) > behind) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      broadcasts++
      for (const page of pages) expect(page, next)
      await ask(hub.url, "samp.hub.notifyAll", [key, message(next++)])
      const one = pages[Math.floor(random() * pages.length)]
      if (i % 5 !== 4 || one === undefined) continue
      expect(one, next)
      await ask(hub.url, "samp.hub.notify", [key, one.id, message(next++)])
    }
  }
  await Promise.all(Array.from({ length: load.senders }, send))

  const sums = pages.map((page) =>
    [...expected.get(page.id)?.values() ?? []].reduce((sum, numbers) => sum + numbers.length, 0)
  )
  const patience = performance.now() + 60_000
  while (pages.some((page, n) => page.count < (sums[n] ?? 0)) && performance.now() < patience) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const seconds = (performance.now() - began) / 1000
  for (const page of pages) page.stopped = true
  // a last message ends the pulls that wait
  const last = await ask(hub.url, "samp.hub.register", [hub.secret])
  await ask(hub.url, "samp.hub.notifyAll", [
    field(last, "samp.private-key"),
    map({ "samp.mtype": "table.number", "samp.params": map({ n: "-1" }) })
  ])
  await Promise.all(pulling)
  const wrong = pages.filter(({ got, id }) =>
    [...expected.get(id) ?? []].some(([sender, numbers]) => got.get(sender)?.join() !== numbers.join())
  )
  return {
    deliveries: sums.reduce((sum, count) => sum + count, 0),
    seconds,
    wrong: wrong.map(({ id }) => id),
    pages
  }
}
