/**
 * Random inputs to the client machine, possible ones and impossible ones, watched by the model. A history is made of its
 * seed alone, so a failing one replays: CLIENT_SEED=4711 npx vitest run test/domain/client
 */
import type { Kinds } from "../../../src/domain/client/Bindings.ts"
import type { ClientInput } from "../../../src/domain/client/ClientInput.ts"
import { step } from "../../../src/domain/client/ClientMachine.ts"
import type { ClientOutput } from "../../../src/domain/client/ClientOutput.ts"
import { type ClientState, initial } from "../../../src/domain/client/ClientState.ts"
import { ClientId, MessageId } from "../../../src/domain/Identifiers.ts"
import { message, okResponse } from "../../../src/domain/Message.ts"
import { emptyMap, map, type SampMap } from "../../../src/domain/SampValue.ts"
import { type Dice, dice } from "../../../src/domain/simulation/Dice.ts"
import { ClientModel } from "./ClientModel.ts"

/** A machine: the real one, or a mutant of it. */
export type Step = typeof step

const mtypes = ["a.b", "a.b.c", "a.bc", "a", "samp.app.ping"]
const events = ["register", "unregister", "metadata", "subscriptions"].map((name) => `samp.hub.event.${name}`)
const patterns = ["*", "a.*", "a.b.*", "a.b", "a", "samp.*", "samp.hub.event.register", "samp.app.ping"]
const ids = ["hub", "me", "c1", "c2", "c3", "c4"].map((id) => ClientId(id))
const kinds: ReadonlyArray<Kinds> = ["notifications", "calls", "both"]

class Teller {
  readonly model = new ClientModel()
  private readonly dice: Dice
  private tags = 0
  private bindings = 0
  private messages = 0

  constructor(seed: number) {
    this.dice = dice(seed)
  }

  private tag(): string {
    const open = [...this.model.books].filter(([, { end }]) => end === undefined)
    if (open.length > 0 && this.dice.chance(80)) return this.dice.pick(open)[0]
    return this.tags > 0 && this.dice.chance(80) ? `t${this.dice.below(this.tags)}` : "mine"
  }

  private some(): ReadonlyArray<ClientId> {
    return ids.filter(() => this.dice.chance(40))
  }

  private declaration(): SampMap {
    return map({ n: String(this.messages++) })
  }

  private hubMessage(): SampMap {
    if (this.dice.chance(3)) return message("samp.hub.event.shutdown")
    if (this.dice.chance(3)) return message("samp.hub.disconnect", map({ reason: "loud" }))
    const mtype = this.dice.pick([...events, "samp.hub.event.other"])
    if (this.dice.chance(5)) return map({ "samp.mtype": mtype })
    if (this.dice.chance(5)) return message(mtype, map({ id: "c1", metadata: "none", subscriptions: "none" }))
    const params = map({
      id: this.dice.pick(ids),
      metadata: this.declaration(),
      subscriptions: this.declaration()
    })
    return message(mtype, params)
  }

  private delivery(): ClientInput {
    switch (this.dice.below(4)) {
      case 0:
        return {
          _tag: "Delivered",
          delivery: {
            _tag: "Response",
            responder: this.dice.pick(ids),
            tag: this.tag(),
            response: okResponse()
          }
        }
      case 1: {
        const again = this.messages > 0 && this.dice.chance(30)
        const msgId = MessageId(`m${again ? this.dice.below(this.messages) : this.messages++}`)
        const content = this.dice.chance(5) ? emptyMap : message(this.dice.pick(mtypes))
        return {
          _tag: "Delivered",
          delivery: { _tag: "Call", sender: this.dice.pick(ids), msgId, message: content }
        }
      }
      default: {
        const ofHub = this.dice.chance(75)
        const sender = ofHub && this.dice.chance(90) ? ClientId("hub") : this.dice.pick(ids)
        const content = ofHub ? this.hubMessage() : message(this.dice.pick(mtypes))
        return { _tag: "Delivered", delivery: { _tag: "Notification", sender, message: content } }
      }
    }
  }

  next(): ClientInput {
    if (this.model.self === undefined && this.dice.chance(50)) {
      return { _tag: "Registered", selfId: ClientId("me"), hubId: ClientId("hub") }
    }
    switch (this.dice.below(18)) {
      case 0:
        return this.dice.chance(15) ? { _tag: "Ended" } : this.delivery()
      case 1:
      case 2: {
        const binding = {
          pattern: this.dice.pick(patterns),
          kinds: this.dice.pick(kinds),
          annotation: emptyMap
        }
        return { _tag: "Bound", binding: { id: ++this.bindings, ...binding } }
      }
      case 3:
        return { _tag: "Unbound", id: this.dice.below(this.bindings + 2) }
      case 4:
        return { _tag: "CallOpened", tag: `t${this.tags++}`, to: undefined }
      case 5:
        return { _tag: "CallOpened", tag: `t${this.tags++}`, to: this.dice.pick(ids) }
      case 6:
        return { _tag: "CallWentTo", tag: this.tag(), ids: this.some() }
      case 7:
        return this.dice.chance(30) ? { _tag: "CallDropped", tag: this.tag() } : this.delivery()
      case 8:
        return { _tag: "CalleeLeft", tag: this.tag(), id: this.dice.pick(ids) }
      case 9:
        return this.dice.chance(30)
          ? { _tag: "Listed", ids: this.some(), missing: this.dice.chance(30) ? this.some() : [] }
          : this.delivery()
      case 10: {
        const description = { metadata: this.declaration(), subscriptions: this.declaration() }
        return { _tag: "Described", id: this.dice.pick(ids), description }
      }
      default:
        return this.delivery()
    }
  }
}

/** What a history ended with. */
export interface Told {
  readonly inputs: ReadonlyArray<ClientInput>
  readonly outputs: ReadonlyArray<ClientOutput>
  readonly violation: string | undefined
}

/** Tells one history to a machine; at its end the registration ends, so that no call stays open. */
export const tell = (seed: number, length: number, machine: Step = step): Told => {
  const teller = new Teller(seed)
  const inputs: Array<ClientInput> = []
  const outputs: Array<ClientOutput> = []
  let state: ClientState = initial
  const feed = (input: ClientInput): void => {
    inputs.push(input)
    const result = machine(state, input)
    state = result.state
    outputs.push(...result.outputs)
    teller.model.observe(input, result.outputs, state)
  }
  try {
    for (let i = 0; i < length; i++) feed(teller.next())
    feed({ _tag: "Ended" })
    const unended = [...teller.model.books].filter(([, { end }]) => end === undefined)
    const violation = unended.length === 0 ? undefined : `${unended.length} calls never ended`
    return { inputs, outputs, violation }
  } catch (error) {
    return { inputs, outputs, violation: error instanceof Error ? error.message : String(error) }
  }
}
