/**
 * The books of a world: what each engine decided, and what each program really got. They are kept apart, and compared at
 * the end.
 */
import * as Result from "effect/Result"
import type { HubInput } from "../../../src/domain/HubInput.ts"
import type { Delivery, HubOutput } from "../../../src/domain/HubOutput.ts"
import { clientById, type HubState } from "../../../src/domain/HubState.ts"
import type { ClientId } from "../../../src/domain/Identifiers.ts"
import { isMap, type SampMap, type SampValue, stringAt, toJson } from "../../../src/domain/SampValue.ts"
import { Model } from "../Model.ts"
import { Violation } from "../ModelRules.ts"

/** Something that an engine sent to a client of its own. */
export interface Sent {
  readonly hub: string
  readonly to: ClientId
  readonly kind: Delivery["_tag"]
  /** The number that every message of this world has; for responses the tag. */
  readonly number: string
  readonly sender: ClientId
}

/** Something that a program got. */
export interface Got {
  readonly kind: Delivery["_tag"]
  readonly number: string
  /** The MType or pattern whose handler got it; a notification goes to all that match. */
  readonly by?: string
}

/** What one program is in for, and what it got. */
export interface Account {
  readonly sent: Array<Sent>
  readonly got: Array<Got>
}

/** The key under which every message carries its number. */
export const numberKey = "x-sim.number"

const numberOf = (delivery: Delivery): string =>
  delivery._tag === "Response" ? delivery.tag : stringAt(delivery.message, numberKey) ?? ""

const shortly = (value: SampValue): string => JSON.stringify(toJson(value)).slice(0, 70)

/** A line about an input. */
const said = (input: HubInput): string => {
  if (input._tag !== "Asked") {
    return "id" in input
      ? `${input._tag} ${input.id}`
      : "msgId" in input
      ? `${input._tag} ${input.msgId}`
      : input._tag
  }
  const { operation } = input
  const about = "recipient" in operation
    ? ` to ${operation.recipient}`
    : "id" in operation
    ? ` of ${operation.id}`
    : ""
  const message = "message" in operation ? operation.message : undefined
  const what = message === undefined
    ? ""
    : ` ${stringAt(message, "samp.mtype") ?? "?"} n=${stringAt(message, numberKey) ?? "?"}`
  return `#${input.request} ${operation._tag}${about}${what}`
}

const told = (output: HubOutput): string => {
  switch (output._tag) {
    case "Answer":
      return Result.isSuccess(output.result)
        ? `answer #${output.request}`
        : `fault #${output.request} ${output.result.failure.reason}`
    case "Deliver":
      return `${output.delivery._tag} ${numberOf(output.delivery)} to ${output.to}`
    case "Left":
      return `${output.id} left (${output.departure})`
    case "Wake":
      return ""
    default:
      return output._tag
  }
}

/** A line about a step. */
export const lineOf = (input: HubInput, outputs: ReadonlyArray<HubOutput>): string => {
  const results = outputs.map(told).filter((text) => text !== "")
  return `${said(input)}${results.length === 0 ? "" : ` -> ${results.join("; ")}`}`
}

/** Watches the engine of one hub: by the model, and for the books. */
export class Watch {
  readonly model = new Model()
  /** Private keys that were given out, and whose they are. */
  readonly keys = new Map<string, ClientId>()
  /** Whose callback a client's is, by the name of the process. */
  readonly owners = new Map<ClientId, string>()
  /** Whom each call went to, by msg-id, and its number. */
  readonly calls = new Map<string, { readonly owner: string; readonly number: string }>()
  private violated = false
  private readonly hub: string
  private readonly ownerOf: (url: string) => string
  private readonly account: (owner: string) => Account
  private readonly wrong: (what: string) => void

  constructor(options: {
    readonly hub: string
    readonly ownerOf: (url: string) => string
    readonly account: (owner: string) => Account
    readonly wrong: (what: string) => void
  }) {
    this.hub = options.hub
    this.ownerOf = options.ownerOf
    this.account = options.account
    this.wrong = options.wrong
  }

  /** Sees one step. */
  see(input: HubInput, outputs: ReadonlyArray<HubOutput>, state: HubState): void {
    if (!this.violated) {
      try {
        this.model.observe(input, outputs, state)
      } catch (violation) {
        if (!(violation instanceof Violation)) throw violation
        this.violated = true // one is enough, the model does not know any more how things stand
        this.wrong(`${this.hub}: ${violation.message}`)
      }
    }
    for (const output of outputs) this.note(input, output, state)
  }

  private note(input: HubInput, output: HubOutput, state: HubState): void {
    if (output._tag === "Answer" && input._tag === "Asked" && input.operation._tag === "Register") {
      if (
        output.request === input.request && Result.isSuccess(output.result) && isMap(output.result.success)
      ) {
        const id = output.result.success.get("samp.self-id")
        // the answer of a registration, as the model has just checked it
        if (typeof id === "string") this.keys.set(input.operation.freshKey, id as ClientId)
      }
    }
    if (output._tag === "Callable") {
      // Pages register under the name of their process.
      const owner = output.callback._tag === "Post"
        ? this.ownerOf(output.callback.url)
        : clientById(state, output.id)?.web?.name
      if (owner !== undefined) this.owners.set(output.id, owner)
    }
    if (output._tag !== "Deliver") return
    const { delivery, to } = output
    const owner = this.owners.get(to)
    if (owner === undefined) return
    if (delivery._tag === "Call") this.calls.set(delivery.msgId, { owner, number: numberOf(delivery) })
    this.account(owner).sent.push({
      hub: this.hub,
      to,
      kind: delivery._tag,
      number: numberOf(delivery),
      sender: delivery._tag === "Response" ? delivery.responder : delivery.sender
    })
  }
}

const secretPattern = /[0-9a-f]{32}/gu

/** Secrets of others that a value shows. */
export const leaks = (value: SampMap, own: string, secrets: ReadonlySet<string>): ReadonlyArray<string> =>
  (JSON.stringify(toJson(value)).match(secretPattern) ?? []).filter((found) =>
    found !== own && secrets.has(found)
  )

/** A line about what a program got. */
export const gotLine = (delivery: Delivery): string =>
  delivery._tag === "Response"
    ? `response to ${delivery.tag} from ${delivery.responder}: ${shortly(delivery.response)}`
    : `${delivery._tag.toLowerCase()} ${numberOf(delivery)} of ${delivery.sender} ${
      stringAt(delivery.message, "samp.mtype") ?? "?"
    }`
