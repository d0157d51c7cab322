/**
 * Which URLs a page may read, as an outsider understands WEB-54: those that a trusted client has told it, unless a page was
 * the first to bring them up. Naive, and apart from the engine.
 */
import * as Result from "effect/Result"
import type { HubInput } from "../../src/domain/HubInput.ts"
import type { Delivery, HubOutput } from "../../src/domain/HubOutput.ts"
import { type HubState, webClients } from "../../src/domain/HubState.ts"
import type { ClientId } from "../../src/domain/Identifiers.ts"
import { type SampMap, type SampValue, stringAt } from "../../src/domain/SampValue.ts"
import { demand, type ModelClient } from "./ModelRules.ts"

/** URLs in a value, wherever. */
const urlsOf = (value: SampValue): ReadonlyArray<string> =>
  typeof value === "string"
    ? /^[a-z][a-z0-9+.-]*:\/./iu.test(value) ? [value] : []
    : (value instanceof Map ? [...value.values()] : value as ReadonlyArray<SampValue>).flatMap(urlsOf)

const contentOf = (delivery: Delivery): SampMap =>
  delivery._tag === "Response" ? delivery.response : delivery.message

interface Known {
  readonly readable: Set<string>
  readonly brought: Set<string>
}

/** What was said to whom. */
export class ModelMentions {
  /** Whether a trusted client was the first to mention a URL. */
  private readonly first = new Map<string, boolean>()
  private readonly known = new Map<ClientId, Known>()
  private readonly clients: ReadonlyMap<ClientId, ModelClient>

  constructor(clients: ReadonlyMap<ClientId, ModelClient>) {
    this.clients = clients
  }

  private of(id: ClientId): Known {
    const known = this.known.get(id) ?? { readable: new Set(), brought: new Set() }
    this.known.set(id, known)
    return known
  }

  /** What a client says counts once it is taken. */
  said(input: HubInput, outputs: ReadonlyArray<HubOutput>, by: ModelClient | undefined): void {
    if (input._tag !== "Asked" || by?.web === undefined) return
    const { operation, request } = input
    const own = outputs.find((output) => output._tag === "Answer" && output.request === request)
    if (own?._tag === "Answer" && Result.isFailure(own.result)) return
    if ("message" in operation) this.say(by.id, operation.message)
    if (operation._tag === "Reply") this.say(by.id, operation.response)
    if (operation._tag === "DeclareMetadata") this.say(by.id, operation.metadata)
    if (operation._tag === "DeclareSubscriptions") this.say(by.id, operation.subscriptions)
  }

  private say(by: ClientId, value: SampValue): void {
    const { brought, readable } = this.of(by)
    for (const url of urlsOf(value)) {
      if (!this.first.has(url)) this.first.set(url, false)
      if (this.first.get(url) === true && !readable.has(url)) brought.add(url)
    }
  }

  /** Something is put down for a client; behind an event about a client stands that client. */
  delivered(to: ModelClient | undefined, delivery: Delivery): void {
    if (delivery._tag === "Response") {
      return this.heard(to, contentOf(delivery), this.clients.get(delivery.responder))
    }
    const params = delivery.message.get("samp.params")
    const about = delivery.sender === "hub" && params instanceof Map ? stringAt(params, "id") : undefined
    // a name that is looked up, whatever it is
    this.heard(to, contentOf(delivery), this.clients.get((about ?? delivery.sender) as ClientId))
  }

  /** A client hears a value. */
  heard(to: ModelClient | undefined, value: SampValue, author: ModelClient | undefined): void {
    if (to?.web === undefined || author?.web !== undefined) return
    const { brought, readable } = this.of(to.id)
    for (const url of urlsOf(value)) {
      if (!this.first.has(url)) this.first.set(url, true)
      if (this.first.get(url) === true && !brought.has(url)) readable.add(url)
    }
  }

  /** Whether a page may read a URL. */
  mayRead(id: ClientId, url: string): boolean {
    return this.known.get(id)?.readable.has(url) === true
  }

  /** The hub opens nothing else. */
  settle(state: HubState): void {
    for (const { id, web } of webClients(state)) {
      for (const url of web.mayRead) {
        demand(this.mayRead(id, url), `${id} may read ${url}, which no trusted client has told it`)
      }
    }
  }
}
