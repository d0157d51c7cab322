/**
 * What an outsider expects of the Web Profile: who may send what to whom, what a pull must bring, which URLs a page may read.
 * Naive and slow, and apart from the engine, as all of the model.
 */
import * as Result from "effect/Result"
import type { HubInput } from "../../src/domain/HubInput.ts"
import type { Delivery } from "../../src/domain/HubOutput.ts"
import { type HubState, webClients } from "../../src/domain/HubState.ts"
import type { ClientId } from "../../src/domain/Identifiers.ts"
import { type SampMap, type SampValue, stringAt, toJson } from "../../src/domain/SampValue.ts"
import type { WebIdentity } from "../../src/domain/web/WebClient.ts"
import { demand, isMatch, type ModelClient, mtypeOf } from "./ModelRules.ts"

/** A callback that a page has not got for sure. */
interface Item {
  readonly text: string
  serial: number | undefined
}

/** A page, as the outsider knows it. */
export interface ModelPage {
  readonly identity: WebIdentity
  items: Array<Item>
  /** How many of them the last answer held. */
  handed: number
  answered: number | undefined
  pull: { readonly request: number; readonly deadline: number } | undefined
  lastSerial: number
  readonly readable: Set<string>
  readonly brought: Set<string>
}

/** A page that has just registered. */
export const newPage = (identity: WebIdentity): ModelPage => ({
  identity,
  items: [],
  handed: 0,
  answered: undefined,
  pull: undefined,
  lastSerial: 0,
  readable: new Set(),
  brought: new Set()
})

const matchesAny = (patterns: ReadonlyArray<string>, mtype: string): boolean =>
  patterns.some((pattern) => isMatch(pattern, mtype))

/** The annotation of the most specific subscription: of several patterns that match, the longest says most. */
const annotationOf = (subscriptions: SampMap, mtype: string): SampMap | undefined => {
  const [longest] = [...subscriptions.keys()].filter((pattern) => isMatch(pattern, mtype))
    .sort((one, other) => other.length - one.length)
  const found = subscriptions.get(mtype) ?? (longest === undefined ? undefined : subscriptions.get(longest))
  return found instanceof Map ? found : undefined
}

/** URLs in a value, wherever. */
const urlsOf = (value: SampValue): ReadonlyArray<string> =>
  typeof value === "string"
    ? /^[a-z][a-z0-9+.-]*:\/./iu.test(value) ? [value] : []
    : (value instanceof Map ? [...value.values()] : value as ReadonlyArray<SampValue>).flatMap(urlsOf)

const contentOf = (delivery: Delivery): SampMap =>
  delivery._tag === "Response" ? delivery.response : delivery.message

/** A callback as it must stand in an answer, without its serial. */
const textOf = (delivery: Delivery): string => {
  const content = toJson(contentOf(delivery))
  switch (delivery._tag) {
    case "Notification":
      return JSON.stringify(["receiveNotification", [delivery.sender, content]])
    case "Call":
      return JSON.stringify(["receiveCall", [delivery.sender, delivery.msgId, content]])
    case "Response":
      return JSON.stringify(["receiveResponse", [delivery.responder, delivery.tag, content]])
  }
}

/** What concerns pages. */
export class WebModel {
  private safe: ReadonlyArray<string> = []
  /** The pull that is being asked for. */
  private mustPull:
    | { readonly page: ModelPage; readonly request: number; readonly deadline: number }
    | undefined
  /** Whether a trusted client was the first to mention a URL. */
  private readonly mentions = new Map<string, boolean>()
  private readonly clients: ReadonlyMap<ClientId, ModelClient>

  constructor(clients: ReadonlyMap<ClientId, ModelClient>) {
    this.clients = clients
  }

  /** Whether `from` may send an MType to a subscriber (WEB-60, WEB-61), and that one receive it. */
  lets(
    from: ModelClient | undefined,
    subscriptions: SampMap,
    to: ModelClient | undefined,
    mtype: string
  ): boolean {
    return this.maySend(from, subscriptions, mtype) && this.mayReceive(to, mtype)
  }

  private maySend(from: ModelClient | undefined, subscriptions: SampMap, mtype: string): boolean {
    if (from?.page === undefined) return true
    const annotation = annotationOf(subscriptions, mtype)
    const mark = annotation && (stringAt(annotation, "samp.mostly-harmless") ??
      stringAt(annotation, "x-samp.mostly-harmless"))
    if (mark === "1" || mark === "0") return mark === "1"
    return matchesAny(from.page.identity.send ?? this.safe, mtype)
  }

  private mayReceive(to: ModelClient | undefined, mtype: string): boolean {
    if (to?.page === undefined) return true
    if (matchesAny(["samp.hub.event.*", "samp.hub.disconnect"], mtype)) return true
    const { receive } = to.page.identity
    return receive === undefined
      ? matchesAny(this.safe, mtype) || to.subscriptions.has(mtype)
      : matchesAny(receive, mtype)
  }

  /** What `viewer` is shown of another's subscriptions: all of it, or for a page nothing that it must not send (WEB-62). */
  isShown(viewer: ModelClient, declared: SampMap, shown: SampMap): boolean {
    if (viewer.page === undefined || viewer.subscriptions === declared) {
      return JSON.stringify(toJson(shown)) === JSON.stringify(toJson(declared))
    }
    const mtypes = [...declared.keys(), ...viewer.page.identity.send ?? this.safe].filter((key) =>
      !key.includes("*")
    )
    return mtypes.every((mtype) => {
      const may = annotationOf(declared, mtype) !== undefined && this.maySend(viewer, declared, mtype)
      return may ? annotationOf(shown, mtype) !== undefined : !shown.has(mtype)
    })
  }

  /** What is known before anything comes out. */
  begin(input: HubInput, caller: ModelClient | undefined, state: HubState): void {
    this.safe = state.config.webMTypes
    const page = caller?.page
    if (
      input._tag === "Asked" && input.operation._tag === "PullCallbacks" && page !== undefined &&
      caller?.callable
    ) {
      const { serial, timeoutSeconds } = input.operation
      if (page.identity.counts && serial !== undefined) {
        page.items = page.items.filter((item) => item.serial === undefined || item.serial > serial)
      } else page.items = page.items.slice(page.handed)
      page.handed = 0
      page.answered = undefined
      this.mustPull = {
        page,
        request: input.request,
        deadline: timeoutSeconds < 0 ? Infinity : input.now + timeoutSeconds * 1000
      }
    }
    if (input._tag !== "Abandoned" && input._tag !== "Unread") return
    for (const { page } of this.clients.values()) {
      if (page?.pull?.request === input.request) page.pull = undefined
      if (input._tag === "Unread" && page?.answered === input.request) {
        page.answered = undefined
        page.handed = 0
      }
    }
  }

  /** Something is put down for a page. */
  deliver(to: ModelClient, delivery: Delivery): void {
    const { page } = to
    if (page === undefined) return
    page.items.push({ text: textOf(delivery), serial: undefined })
    this.hear(to, contentOf(delivery), this.authorOf(delivery))
  }

  /** Who is behind a delivery: of events about a client, that client. */
  private authorOf(delivery: Delivery): ModelClient | undefined {
    if (delivery._tag === "Response") return this.clients.get(delivery.responder)
    const params = delivery.message.get("samp.params")
    const about = delivery.sender === "hub" && params instanceof Map ? stringAt(params, "id") : undefined
    return this.clients.get((about ?? delivery.sender) as ClientId) // a name that is looked up, whatever it is
  }

  /** A client hears a value: URLs in it that trusted clients brought up are open to it. */
  hear(to: ModelClient, value: SampValue, author: ModelClient | undefined): void {
    const { page } = to
    if (page === undefined || author?.page !== undefined) return
    for (const url of urlsOf(value)) {
      if (!this.mentions.has(url)) this.mentions.set(url, true)
      if (this.mentions.get(url) === true && !page.brought.has(url)) page.readable.add(url)
    }
  }

  /** A client says a value. */
  say(by: ModelClient | undefined, value: SampValue): void {
    if (by?.page === undefined) return
    for (const url of urlsOf(value)) {
      if (!this.mentions.has(url)) this.mentions.set(url, false)
      if (this.mentions.get(url) === true && !by.page.readable.has(url)) by.page.brought.add(url)
    }
  }

  /** An answer comes out; if it is that to a pull, it must be right. */
  answer(request: number, result: Result.Result<SampValue, unknown>): void {
    const must = this.mustPull
    const page = must?.request === request
      ? must.page
      : [...this.clients.values()].find(({ page }) => page?.pull?.request === request)?.page
    if (must?.request === request) this.mustPull = undefined
    if (page === undefined) return
    if (page.pull?.request === request) page.pull = undefined
    if (Result.isFailure(result)) return
    const list = result.success
    demand(Array.isArray(list), "a pull was not answered with a list")
    if (!Array.isArray(list)) return
    demand(
      list.length > 0 || page.items.length === 0,
      `a pull was answered with nothing, though ${page.items.length} wait`
    )
    for (const [place, callback] of (list as ReadonlyArray<SampMap>).entries()) {
      this.check(page, page.items[place], callback)
    }
    page.handed = list.length
    page.answered = request
  }

  private check(page: ModelPage, item: Item | undefined, callback: SampMap): void {
    const text = JSON.stringify([callback.get("samp.methodName"), toJson(callback.get("samp.params") ?? "")])
    demand(item?.text === text, `a pull brought ${text} instead of ${item?.text ?? "nothing"}`)
    const serial = callback.get("x-samp.serial")
    demand((serial !== undefined) === page.identity.counts, "serials are for those who count")
    if (item === undefined) return
    if (item.serial !== undefined) {
      return demand(Number(serial ?? item.serial) === item.serial, "a serial has changed")
    }
    item.serial = serial === undefined ? 0 : Number(serial)
    demand(
      serial === undefined || item.serial > page.lastSerial,
      `serial ${String(serial)} comes after ${page.lastSerial}`
    )
    page.lastSerial = item.serial
  }

  /** Nothing is taken back that a page may have got, and everything of one that is not callable any more. */
  silence(client: ModelClient): void {
    client.callable = false
    if (client.page !== undefined) Object.assign(client.page, { items: [], handed: 0, answered: undefined })
  }

  /** All outputs are seen: a pull that was not answered waits; each page has one at most, and who has left none. */
  settle(state: HubState): void {
    const { mustPull } = this
    this.mustPull = undefined
    if (mustPull !== undefined) {
      const { deadline, page, request } = mustPull
      demand(page.pull === undefined, `the pull ${page.pull?.request} waits beside a newer one`)
      demand(page.items.length === 0, `a pull waits, though there are ${page.items.length} callbacks for it`)
      page.pull = { request, deadline }
    }
    const pages = webClients(state)
    const known = [...this.clients.values()].filter(({ page }) => page !== undefined)
    demand(state.stopping || pages.length === known.length, "the hub knows other pages")
    for (const { id, web } of pages) {
      const page = this.clients.get(id)?.page
      if (page === undefined) continue
      demand(web.pull?.request === page.pull?.request, `${id} has another pull than it should`)
      demand(
        state.wakeAt <= (page.pull?.deadline ?? Infinity),
        `nobody wakes the hub when the pull of ${id} is due`
      )
      for (const url of web.mayRead) {
        demand(page.readable.has(url), `${id} may read ${url}, which no trusted client has told it`)
      }
    }
  }

  /** Nobody got what it must not. */
  allowed(delivery: Delivery, to: ModelClient): void {
    if (delivery._tag === "Response") return
    const mtype = mtypeOf(delivery.message)
    const from = this.clients.get(delivery.sender)
    demand(
      this.lets(from, to.subscriptions, to, mtype),
      `${to.id} got ${mtype} of ${delivery.sender}, which is forbidden`
    )
  }

  /** Whether a page may read a URL; for who tries. */
  mayRead(id: ClientId, url: string): boolean {
    return this.clients.get(id)?.page?.readable.has(url) === true
  }
}
