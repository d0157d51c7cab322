/**
 * The hub as an outsider understands the standard: a naive second implementation of what must hold, and a checker that
 * watches the machine's inputs and outputs against it. It shares no rule with the engine, not even the wildcard match.
 */
import * as Result from "effect/Result"
import type { HubInput } from "../../src/domain/HubInput.ts"
import type { Delivery, HubOutput } from "../../src/domain/HubOutput.ts"
import type { HubState } from "../../src/domain/HubState.ts"
import { ClientId, MessageId, type PrivateKey } from "../../src/domain/Identifiers.ts"
import { type SampMap, type SampValue, stringAt, toJson } from "../../src/domain/SampValue.ts"
import { Mailbox } from "./Mailbox.ts"
import { agree } from "./ModelAgrees.ts"
import { everyoneHears, tellsOnlyOf } from "./ModelEvents.ts"
import { ModelMentions } from "./ModelMentions.ts"
import { ModelPages } from "./ModelPages.ts"
import {
  demand,
  isLetThrough,
  isSubscribed,
  type ModelCall,
  type ModelClient,
  mtypeOf,
  Violation
} from "./ModelRules.ts"

type Asked = Extract<HubInput, { readonly _tag: "Asked" }>

/** Watches one history. */
export class Model {
  readonly clients = new Map<ClientId, ModelClient>()
  readonly calls = new Map<MessageId, ModelCall>()
  readonly deadKeys: Array<PrivateKey> = []
  readonly deadIds: Array<ClientId> = []
  readonly endedCalls: Array<MessageId> = []
  private readonly everIds = new Set<string>(["hub"])
  private readonly pending = new Set<number>()
  /** The last number that went from a sender to a recipient: deliveries keep the order of sending. */
  private readonly order = new Map<string, number>()
  private readonly pages = new ModelPages(this.clients, this.calls)
  readonly mentions = new ModelMentions(this.clients)
  /** What web clients may send unless told otherwise, as the hub is configured. */
  private safe: ReadonlyArray<string> = []
  stopped = false

  /** Checks the outputs of one input, and follows them. */
  observe(input: HubInput, outputs: ReadonlyArray<HubOutput>, state: HubState): void {
    if (input._tag === "Asked") this.pending.add(input.request)
    if (input._tag === "Abandoned") this.abandon(input.request)
    if (input._tag === "Stop") this.stopped = true
    this.safe = state.config.webMTypes
    const before = this.expectations(input)
    this.pages.begin(input, input._tag === "Asked" ? this.callerOf(input) : undefined, outputs)
    const answered = input._tag === "Asked" && input.operation._tag === "Reply"
      ? this.calls.get(input.operation.msgId)
      : undefined
    this.mentions.said(input, outputs, input._tag === "Asked" ? this.callerOf(input) : undefined)
    this.followDeclaration(input, outputs)
    for (const output of outputs) this.follow(input, output, state)
    if (input._tag === "Asked" && input.operation._tag === "Reply") this.settleReply(input, outputs, answered)
    this.settle(input, outputs, before)
    agree(state, this)
    this.pages.settle(input, state, this.stopped)
    this.mentions.settle(state)
  }

  /** After the end nothing is open, and nobody waits. */
  finish(): void {
    demand(this.calls.size === 0, `${this.calls.size} calls were never ended`)
    demand(this.pending.size === 0, `requests ${[...this.pending].join()} were never answered`)
  }

  /** Who asks: a key counts in its own profile, and there on pages of its own origin only (P12). */
  callerOf({ operation, page }: Pick<Asked, "operation" | "page">): ModelClient | undefined {
    const key = operation._tag === "Register" ? undefined : operation.key
    return [...this.clients.values()].find((client) =>
      client.key === key && client.web?.origin === page?.origin
    )
  }

  private abandon(request: number): void {
    this.pending.delete(request)
    for (const [id, call] of this.calls) if (call.request === request) this.close(id)
  }

  private close(id: MessageId): void {
    demand(this.calls.delete(id), `call ${id} ended twice`)
    this.endedCalls.push(id)
  }

  /** Who must get a broadcast of this MType, as the state is before the input. */
  private audience(caller: ClientId, mtype: string): ReadonlyArray<ClientId> {
    const from = this.clients.get(caller)
    const own = ["samp.app.ping", "x-samp.query.by-meta", "samp.query.by-meta"]
    const hub = own.includes(mtype) &&
        isLetThrough(from, { web: undefined, subscriptions: new Map() }, mtype, this.safe)
      ? ["hub"]
      : []
    const others = [...this.clients.values()]
      .filter((client) =>
        client.id !== caller && client.callable && isSubscribed(client.subscriptions, mtype) &&
        isLetThrough(from, client, mtype, this.safe)
      )
    return [...hub, ...others.map(({ id }) => id)].map((id) => ClientId(id))
  }

  private expectations(input: HubInput): ReadonlyArray<ClientId> | undefined {
    if (input._tag !== "Asked") return undefined
    const { operation } = input
    if (operation._tag !== "NotifyAll" && operation._tag !== "CallAll") return undefined
    const caller = this.callerOf(input)
    return caller === undefined ? undefined : this.audience(caller.id, mtypeOf(operation.message))
  }

  /** A declaration is in force before its event goes out (EVT-10, SUB-12). */
  private followDeclaration(input: HubInput, outputs: ReadonlyArray<HubOutput>): void {
    if (input._tag !== "Asked" || input.operation._tag !== "DeclareSubscriptions") return
    const { operation, request } = input
    const succeeded = outputs.some((output) =>
      output._tag === "Answer" && output.request === request && Result.isSuccess(output.result)
    )
    const caller = this.callerOf(input)
    if (succeeded && caller !== undefined) caller.subscriptions = operation.subscriptions
  }

  private follow(input: HubInput, output: HubOutput, state: HubState): void {
    switch (output._tag) {
      case "Answer":
        demand(
          this.pending.delete(output.request),
          `request ${output.request} was answered twice, or never asked`
        )
        return this.followAnswer(input, output.request, output.result)
      case "Callable": {
        const client = this.clients.get(output.id)
        demand(client?.key === output.key, `${output.id} became callable with a key that is not its own`)
        if (client !== undefined) client.callable = true
        return
      }
      case "Left": {
        const client = this.clients.get(output.id)
        demand(client !== undefined, `${output.id} left, but was not there`)
        this.pages.left(output.id, output.departure, input)
        const faded = output.departure === "dead" && input._tag === "Tick"
        demand(!faded || !this.pages.tooEarly(output.id, state), `${output.id} was removed too early`)
        this.clients.delete(output.id)
        this.deadIds.push(output.id)
        if (client !== undefined) this.deadKeys.push(client.key)
        // What it waited for or had called is forgotten; waiting requests of its own must be answered by a fault.
        for (const [id, call] of this.calls) {
          if (call.sender === output.id && call.tag !== undefined) this.close(id)
        }
        return
      }
      case "Unheard": {
        const { responder, sender, tag } = output
        const deaf = this.clients.get(sender)
        // those that go together with the Web Profile take nothing any more
        const goes = deaf?.web !== undefined && input._tag === "CloseWeb"
        demand(deaf?.callable === false || goes, `${sender} is callable, but was not told`)
        const found = [...this.calls].find(([, call]) =>
          call.sender === sender && call.recipient === responder && call.tag === tag
        )
        demand(found !== undefined, `call ${tag} of ${sender} ended, but was not open`)
        return found === undefined ? undefined : this.close(found[0])
      }
      case "Deliver":
        return this.followDelivery(input, output.to, output.delivery)
      default:
        return
    }
  }

  private followAnswer(
    input: HubInput,
    request: number,
    result: Result.Result<SampValue, { readonly text: string }>
  ): void {
    if (Result.isFailure(result)) {
      demand(/^[\x20-\x7e]+$/u.test(result.failure.text), "a fault text is one line of ASCII")
      demand(!result.failure.text.includes("KEY"), "a fault text holds a private key")
    }
    for (const [id, call] of this.calls) {
      if (call.request !== request) continue
      this.close(id)
      if (Result.isFailure(result)) continue
      this.mentions.heard(this.clients.get(call.sender), result.success, this.clients.get(call.recipient))
    }
    if (Result.isSuccess(result)) {
      this.pages.answered(request, result.success, input._tag === "Asked" ? input.request : undefined)
    }
    if (input._tag !== "Asked" || input.request !== request || Result.isFailure(result)) return
    const { operation } = input
    if (operation._tag === "Call") this.open(input, operation.recipient, MessageId(String(result.success)))
    if (operation._tag !== "CallAll" || !(result.success instanceof Map)) return
    for (const [recipient, id] of result.success) this.open(input, ClientId(recipient), MessageId(String(id)))
  }

  private followDelivery(input: HubInput, to: ClientId, delivery: Delivery): void {
    const client = this.clients.get(to)
    demand(client !== undefined, `something was delivered to ${to}, who is not registered`)
    demand(client?.callable === true, `something was delivered to ${to}, who is not callable`)
    this.pages.delivered(client, delivery)
    this.mentions.delivered(client, delivery)
    if (delivery._tag === "Response") {
      const { response, responder, tag } = delivery
      demand(!JSON.stringify(toJson(response)).includes("KEY"), "a response holds a private key")
      // Two calls may carry one tag; a reply says which of them it answers.
      const msgId = input._tag === "CallUndelivered"
        ? input.msgId
        : input._tag === "Asked" && input.operation._tag === "Reply"
        ? input.operation.msgId
        : undefined
      const found = [...this.calls].find(([id, call]) =>
        call.sender === to && call.recipient === responder && call.tag === tag && (msgId ?? id) === id
      )
      demand(found !== undefined, `${to} got a response of ${responder} to ${tag}, which is not open`)
      if (found !== undefined) this.close(found[0])
      return
    }
    const mtype = mtypeOf(delivery.message)
    if (client !== undefined) {
      demand(isSubscribed(client.subscriptions, mtype), `${to} got ${mtype} without a subscription`)
      demand(
        isLetThrough(this.clients.get(delivery.sender), client, mtype, this.safe),
        `${to} got ${mtype}, which is not for it`
      )
    }
    this.followOrder(delivery.sender, to, delivery.message)
    if (delivery._tag === "Call") {
      if (input._tag === "Asked" && input.operation._tag === "CallAndWait") {
        this.open(input, to, delivery.msgId)
      }
      const call = this.calls.get(delivery.msgId)
      demand(
        call?.recipient === to && call.sender === delivery.sender,
        `${delivery.msgId} is not the call that ${to} got`
      )
    }
    if (delivery.sender === "hub") {
      demand(!JSON.stringify(toJson(delivery.message)).includes("KEY"), "an event holds a private key")
    }
  }

  private followOrder(sender: ClientId, to: ClientId, message: SampMap): void {
    const number = Number(stringAt(message, "n") ?? "-1")
    if (number < 0) return
    const last = this.order.get(`${sender} ${to}`) ?? -1
    demand(number > last, `${to} got message ${number} of ${sender} after ${last}`)
    this.order.set(`${sender} ${to}`, number)
  }

  private open(input: Asked, recipient: ClientId, id: MessageId): void {
    demand(!this.calls.has(id) && !this.endedCalls.includes(id), `msg-id ${id} was used twice`)
    const { operation, request } = input
    const sender = this.callerOf(input)?.id
    demand(sender !== undefined, "a call came from nobody")
    if (sender === undefined) return
    const tag = operation._tag === "Call" || operation._tag === "CallAll" ? operation.tag : undefined
    const waits = operation._tag === "CallAndWait"
    demand(tag !== undefined || waits, `a ${operation._tag} became a call`)
    const deadline = waits && operation.timeoutSeconds > 0
      ? input.now + operation.timeoutSeconds * 1000
      : Infinity
    this.calls.set(id, { sender, recipient, tag, request: waits ? request : undefined, deadline })
  }

  /** What can be said only when all outputs of the input are seen. */
  private settle(
    input: HubInput,
    outputs: ReadonlyArray<HubOutput>,
    audience: ReadonlyArray<ClientId> | undefined
  ): void {
    if (input._tag === "Asked") this.settleAsked(input, outputs, audience)
    for (const [id, call] of this.calls) {
      demand(
        this.clients.has(call.recipient) && !this.stopped,
        `call ${id} is open though ${call.recipient} or the hub is gone`
      )
      demand(input._tag !== "Tick" || call.deadline > input.now, `call ${id} is open after its limit`)
    }
    for (const output of outputs) {
      if (output._tag === "Left") everyoneHears(this.clients, outputs, "samp.hub.event.unregister", output.id)
    }
    tellsOnlyOf(outputs)
  }

  private settleAsked(
    input: Asked,
    outputs: ReadonlyArray<HubOutput>,
    audience: ReadonlyArray<ClientId> | undefined
  ): void {
    const { operation, request } = input
    const own = outputs.filter((output) => output._tag === "Answer").find((output) =>
      output.request === request
    )
    const waits = [...this.calls.values()].some((call) => call.request === request) ||
      this.callerOf(input)?.web?.box.pull?.request === request
    demand(own !== undefined || waits, `request ${request} (${operation._tag}) got no answer`)
    if (own === undefined || Result.isFailure(own.result)) return
    const { success } = own.result
    if (operation._tag === "PullCallbacks") return
    if (this.stopped) throw new Violation("something succeeded after the stop")
    if (operation._tag === "Register") return this.settleRegister(success, operation, input.now, outputs)
    const caller = this.callerOf(input)
    if (operation._tag === "Ping" || operation._tag === "Unregister") return
    demand(caller !== undefined, `${operation._tag} succeeded with a key that nobody has`)
    if (caller === undefined) return
    const same = (left: SampValue, right: SampValue, what: string) =>
      demand(
        JSON.stringify(toJson(left)) === JSON.stringify(toJson(right)),
        `${what}: ${JSON.stringify(toJson(left))}`
      )
    if ("id" in operation) this.mentions.heard(caller, success, this.clients.get(operation.id))
    switch (operation._tag) {
      case "DeclareMetadata":
        caller.metadata = operation.metadata
        return
      case "GetMetadata":
        return operation.id === "hub"
          ? undefined
          : same(success, this.clients.get(operation.id)?.metadata ?? "gone", "metadata")
      case "GetSubscriptions":
        // what a page sees of others is tested by properties of its own
        return operation.id === "hub" || (caller.web !== undefined && operation.id !== caller.id)
          ? undefined
          : same(success, this.clients.get(operation.id)?.subscriptions ?? "gone", "subscriptions")
      case "GetRegisteredClients":
        return same(success, ["hub", ...[...this.clients.keys()].filter((id) => id !== caller.id)], "clients")
      case "GetSubscribedClients": {
        const keys = success instanceof Map ? [...success.keys()] : []
        return same(keys, this.audience(caller.id, operation.mtype), "subscribed clients")
      }
      case "NotifyAll":
        return same(success, audience ?? [], "recipients of notifyAll")
      case "CallAll":
        return same(
          success instanceof Map ? [...success.keys()] : [],
          audience ?? [],
          "recipients of callAll"
        )
      default:
        return
    }
  }

  /** A reply counts if it comes from the one who was called, for a call that was open (DLV-15..17). */
  private settleReply(
    input: Asked,
    outputs: ReadonlyArray<HubOutput>,
    call: ModelCall | undefined
  ): void {
    const succeeded = outputs.some((output) =>
      output._tag === "Answer" && output.request === input.request && Result.isSuccess(output.result)
    )
    demand(!succeeded || call !== undefined, "a reply to no open call was taken")
    demand(!succeeded || this.callerOf(input)?.id === call?.recipient, "a reply of a stranger was taken")
  }

  private settleRegister(
    success: SampValue,
    { freshKey: key, web }: Extract<Asked["operation"], { readonly _tag: "Register" }>,
    now: number,
    outputs: ReadonlyArray<HubOutput>
  ): void {
    demand(success instanceof Map, "a registration is a map")
    if (!(success instanceof Map)) return
    const id = ClientId(String(success.get("samp.self-id")))
    demand(!this.everIds.has(id), `id ${id} was given out twice`)
    demand(success.get("samp.hub-id") === "hub", "the hub's id has changed")
    demand(success.get("samp.private-key") === key, "the private key is not the fresh one")
    this.everIds.add(id)
    const fresh = { id, key, callable: false, metadata: new Map(), subscriptions: new Map() }
    const page = web === undefined ? undefined : {
      origin: web.origin,
      send: web.send,
      receive: web.receive,
      box: new Mailbox(id, web.counts, now)
    }
    this.clients.set(id, { ...fresh, web: page })
    everyoneHears(this.clients, outputs, "samp.hub.event.register", id)
  }
}
