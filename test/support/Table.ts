/** A hub machine on the table: feed it, look at what came out. */
import * as Result from "effect/Result"
import type { HubInput, Operation, WebCaller } from "../../src/domain/HubInput.ts"
import { step } from "../../src/domain/HubMachine.ts"
import type { Delivery, HubOutput } from "../../src/domain/HubOutput.ts"
import { config, type HubConfig, type HubState, start } from "../../src/domain/HubState.ts"
import { ClientId, PrivateKey } from "../../src/domain/Identifiers.ts"
import { emptyMap, map, type SampMap, type SampValue, toJson } from "../../src/domain/SampValue.ts"
import type { WebIdentity } from "../../src/domain/web/WebClient.ts"

/** A registered client on the table. */
export interface Guest {
  readonly id: ClientId
  readonly key: PrivateKey
  /** Of a web client: where it asks from. */
  readonly page?: WebCaller
}

/** Subscriptions: patterns, or a map of them to annotations. */
type Patterns = ReadonlyArray<string> | { readonly [pattern: string]: { readonly [key: string]: string } }

const subscriptionsOf = (patterns: Patterns): SampMap =>
  Array.isArray(patterns)
    ? map(Object.fromEntries((patterns as ReadonlyArray<string>).map((pattern) => [pattern, emptyMap])))
    // isArray does not narrow readonly arrays away, so the compiler has to be told what is left
    : map(Object.fromEntries(
      Object.entries(patterns as Exclude<Patterns, ReadonlyArray<string>>)
        .map(([pattern, annotation]) => [pattern, map(annotation)])
    ))

/** Where pages come from unless a test says otherwise. */
export const archive = "https://archive.example"

/** An operation without the key. */
type Keyless<O> = O extends unknown ? "key" extends keyof O ? Omit<O, "key"> : never : never

/** A callback as it stands in the answer to a pull. */
export interface Pulled {
  readonly "samp.methodName": string
  readonly "samp.params": ReadonlyArray<string | { readonly "samp.mtype"?: string; readonly n?: string }>
  readonly "x-samp.serial"?: string
}

/** A callback in short: what it is, and of what; with its number if it has one. */
export const shown = ({ "samp.methodName": method, "samp.params": params }: Pulled): string => {
  const content = params.at(-1)
  const fields = typeof content === "object" ? content : {}
  const what = method === "receiveResponse" ? String(params[1]) : fields["samp.mtype"] ?? ""
  return [method.replace("receive", ""), what, ...fields.n === undefined ? [] : [fields.n]].join(" ")
}

/** The hub's id on the table. */
export const hubId = ClientId("hub")

/** A hub machine with a clock that moves when told. */
export class Table {
  state: HubState
  now = 0
  /** Everything that came out, in order. */
  readonly outputs: Array<HubOutput> = []
  private request = 0
  private keys = 0

  constructor(options: Partial<HubConfig> = {}) {
    this.state = start(config({ hubId, run: "run", ...options }), this.now)
  }

  /** Feeds an input; gives what came out of it alone. */
  feed(input: HubInput): ReadonlyArray<HubOutput> {
    const { outputs, state } = step(this.state, input)
    this.state = state
    this.outputs.push(...outputs)
    return outputs
  }

  /** Asks something; the number of the request is kept in `lastRequest`. */
  operate(operation: Operation, page?: WebCaller): ReadonlyArray<HubOutput> {
    const asked = { _tag: "Asked", request: this.request++, now: this.now, operation } as const
    return this.feed(page === undefined ? asked : { ...asked, page })
  }

  get lastRequest(): number {
    return this.request - 1
  }

  /** Asks as a client, and gives the answer: a value, or the reason of the fault; undefined while it waits. */
  ask(guest: Guest, operation: Keyless<Operation>): SampValue | undefined {
    // the key put back makes it a whole operation again, which the compiler cannot see
    const outputs = this.operate({ ...operation, key: guest.key } as Operation, guest.page)
    return this.answerIn(outputs, this.lastRequest)
  }

  /** The answer that a request has got by now. */
  answerTo(request: number): SampValue | undefined {
    return this.answerIn(this.outputs, request)
  }

  /** Time goes by, and the hub is told. */
  pass(ms: number): ReadonlyArray<HubOutput> {
    this.now += ms
    return this.feed({ _tag: "Tick", now: this.now })
  }

  /** The answer to a request among outputs; a fault is shown as `fault: Reason`. */
  answerIn(outputs: ReadonlyArray<HubOutput>, request: number): SampValue | undefined {
    const answer = outputs.find((output) => output._tag === "Answer" && output.request === request)
    if (answer?._tag !== "Answer") return undefined
    return Result.isSuccess(answer.result) ? answer.result.success : `fault: ${answer.result.failure.reason}`
  }

  /** A new client that is not callable. */
  sender(): Guest {
    const key = PrivateKey(`KEY-${++this.keys}`)
    const info = this.answerIn(this.operate({ _tag: "Register", freshKey: key }), this.lastRequest)
    return { id: ClientId(info instanceof Map ? String(info.get("samp.self-id")) : ""), key }
  }

  /** A new callable client with these subscriptions. */
  callable(...patterns: ReadonlyArray<string>): Guest {
    const guest = this.sender()
    this.ask(guest, { _tag: "SetCallback", callback: { _tag: "Post", url: "http://127.0.0.1:9/x" } })
    const subscriptions = map(Object.fromEntries(patterns.map((pattern) => [pattern, emptyMap])))
    this.ask(guest, { _tag: "DeclareSubscriptions", subscriptions })
    return guest
  }

  /** Registers over the Web Profile; what the hub answered is the second. */
  enter(identity: Partial<WebIdentity> = {}): readonly [Guest, SampValue | undefined] {
    const number = ++this.keys
    const key = PrivateKey(`KEY-${number}`)
    const page = { origin: identity.origin ?? archive }
    const web: WebIdentity = {
      name: "page",
      token: PrivateKey(`TOKEN-${number}`),
      translator: "http://127.0.0.1:21012/proxied/",
      publisher: "http://127.0.0.1:21012/published/",
      counts: false,
      ...identity,
      origin: page.origin
    }
    const info = this.answerIn(this.operate({ _tag: "Register", freshKey: key, web }, page), this.lastRequest)
    return [{ id: ClientId(info instanceof Map ? String(info.get("samp.self-id")) : ""), key, page }, info]
  }

  /** A new web client that takes callbacks and has these subscriptions. */
  page(patterns: Patterns = [], identity: Partial<WebIdentity> = {}): Guest {
    const [guest] = this.enter(identity)
    this.ask(guest, { _tag: "AllowReverseCallbacks", allow: true })
    this.ask(guest, { _tag: "DeclareSubscriptions", subscriptions: subscriptionsOf(patterns) })
    return guest
  }

  /** A new client of the Standard Profile with these subscriptions. */
  desktop(patterns: Patterns = []): Guest {
    const guest = this.callable()
    this.ask(guest, { _tag: "DeclareSubscriptions", subscriptions: subscriptionsOf(patterns) })
    return guest
  }

  /** Pulls; gives the number of the request, whose answer may still be to come. */
  pull(guest: Guest, timeoutSeconds = 600, serial?: number): number {
    this.ask(guest, { _tag: "PullCallbacks", timeoutSeconds, ...serial === undefined ? {} : { serial } })
    return this.lastRequest
  }

  /** What a pull has brought, as JSON; undefined while it waits, and the fault if it was refused. */
  pulled(request: number): ReadonlyArray<Pulled> | string | undefined {
    const answer = this.answerTo(request)
    if (answer === undefined || typeof answer === "string") return answer
    // written by PullQueue.write, whose form the tests of WEB-33 look at
    return toJson(answer) as unknown as ReadonlyArray<Pulled>
  }

  /** What waits for a client, by a pull that does not wait: each as method and MType, or msg-tag of a response. */
  take(guest: Guest): ReadonlyArray<string> {
    const got = this.pulled(this.pull(guest, 0))
    return Array.isArray(got) ? got.map(shown) : [String(got)]
  }

  /** What was delivered to a client since the beginning, or among these outputs. */
  deliveries(to: Guest, outputs: ReadonlyArray<HubOutput> = this.outputs): ReadonlyArray<Delivery> {
    return outputs.flatMap((output) =>
      output._tag === "Deliver" && output.to === to.id ? [output.delivery] : []
    )
  }

  /** MTypes of the notifications to a client. */
  heard(to: Guest, outputs: ReadonlyArray<HubOutput> = this.outputs): ReadonlyArray<SampValue | undefined> {
    return this.deliveries(to, outputs).flatMap((delivery) =>
      delivery._tag === "Notification" ? [delivery.message.get("samp.mtype")] : []
    )
  }

  /** Params of the last notification of this MType to a client. */
  lastEvent(to: Guest, mtype: string): SampMap | undefined {
    const found = this.deliveries(to).findLast((delivery) =>
      delivery._tag === "Notification" && delivery.message.get("samp.mtype") === mtype
    )
    const params = found?._tag === "Notification" ? found.message.get("samp.params") : undefined
    return params instanceof Map ? params : undefined
  }

  /** The last call delivered to a client. */
  lastCall(to: Guest): Extract<Delivery, { readonly _tag: "Call" }> {
    const found = this.deliveries(to).findLast((delivery) => delivery._tag === "Call")
    if (found?._tag !== "Call") throw new Error(`${to.id} was not called`)
    return found
  }

  /** The responses delivered to a client. */
  responses(to: Guest): ReadonlyArray<Extract<Delivery, { readonly _tag: "Response" }>> {
    return this.deliveries(to).flatMap((delivery) => delivery._tag === "Response" ? [delivery] : [])
  }
}
