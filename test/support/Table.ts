/** A hub machine on the table: feed it, look at what came out. */
import * as Result from "effect/Result"
import type { HubInput, Operation } from "../../src/domain/HubInput.ts"
import { step } from "../../src/domain/HubMachine.ts"
import type { Delivery, HubOutput } from "../../src/domain/HubOutput.ts"
import { config, type HubConfig, type HubState, start } from "../../src/domain/HubState.ts"
import { ClientId, PrivateKey } from "../../src/domain/Identifiers.ts"
import { emptyMap, map, type SampMap, type SampValue } from "../../src/domain/SampValue.ts"

/** A registered client on the table. */
export interface Guest {
  readonly id: ClientId
  readonly key: PrivateKey
}

/** An operation without the key. */
type Keyless<O> = O extends unknown ? "key" extends keyof O ? Omit<O, "key"> : never : never

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
  operate(operation: Operation): ReadonlyArray<HubOutput> {
    return this.feed({ _tag: "Asked", request: this.request++, now: this.now, operation })
  }

  get lastRequest(): number {
    return this.request - 1
  }

  /** Asks as a client, and gives the answer: a value, or the reason of the fault; undefined while it waits. */
  ask(guest: Guest, operation: Keyless<Operation>): SampValue | undefined {
    // the key put back makes it a whole operation again, which the compiler cannot see
    const outputs = this.operate({ ...operation, key: guest.key } as Operation)
    return this.answerIn(outputs, this.lastRequest)
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
