/**
 * Histories: random sequences of inputs to the hub machine, legal and not, each step watched by the model. A history is
 * made of its seed alone, so a failing one replays: HISTORY_SEED=4711 npx vitest run test/sim
 */
import type { HubInput, Operation } from "../../src/domain/HubInput.ts"
import { step } from "../../src/domain/HubMachine.ts"
import { config, type HubState, start } from "../../src/domain/HubState.ts"
import { ClientId, MessageId, PrivateKey } from "../../src/domain/Identifiers.ts"
import { defaults } from "../../src/domain/Limits.ts"
import { errorResponse, message, okResponse } from "../../src/domain/Message.ts"
import { emptyMap, map, type SampMap } from "../../src/domain/SampValue.ts"
import { type Dice, dice } from "../../src/domain/simulation/Dice.ts"
import { Model } from "./Model.ts"

/** A machine: the real one, or a mutant of it. */
export type Step = typeof step

const mtypes = ["a.b", "a.b.c", "a.bc", "a", "table.load.votable", "samp.app.ping", "x-samp.query.by-meta"]
const patterns = [
  "*",
  "a.*",
  "a.b.*",
  "a.b",
  "a",
  "table.load.votable",
  "samp.app.*",
  "samp.hub.event.register",
  "samp.hub.event.unregister",
  "samp.hub.event.*",
  "samp.hub.*"
]
const badPatterns = ["a*", "*.b", "a..b", "", "a.*.c"]

class Teller {
  readonly model = new Model()
  private readonly dice: Dice
  private now = 0
  private request = 0
  private keys = 0
  private number = 0
  private tags = 0

  constructor(seed: number) {
    this.dice = dice(seed)
  }

  private key(): PrivateKey {
    const { deadKeys } = this.model
    const alive = [...this.model.clients.values()]
    if (this.dice.chance(4)) return PrivateKey("KEY-nobody")
    if (this.dice.chance(4) && deadKeys.length > 0) return this.dice.pick(deadKeys)
    return alive.length === 0 ? PrivateKey("KEY-early") : this.dice.pick(alive).key
  }

  private id(): ClientId {
    if (this.dice.chance(6)) return ClientId("hub")
    if (this.dice.chance(3)) return ClientId("c999")
    if (this.dice.chance(5) && this.model.deadIds.length > 0) return this.dice.pick(this.model.deadIds)
    const alive = [...this.model.clients.keys()]
    return alive.length === 0 ? ClientId("hub") : this.dice.pick(alive)
  }

  private message(): SampMap {
    const mtype = this.dice.pick(mtypes)
    if (this.dice.chance(3)) return map({ "samp.params": emptyMap })
    if (this.dice.chance(3)) return map({ "samp.mtype": "a.*", "samp.params": emptyMap })
    if (this.dice.chance(3)) return map({ "samp.mtype": mtype, "samp.params": "none" })
    const content = message(mtype, map({ key: "samp.name", value: "one" }))
    return new Map(content).set("n", String(this.number++))
  }

  private subscriptions(): SampMap {
    const chosen = new Map<string, SampMap | string>()
    for (let i = this.dice.below(4); i >= 0; i--) chosen.set(this.dice.pick(patterns), emptyMap)
    if (this.dice.chance(5)) chosen.set(this.dice.pick(badPatterns), emptyMap)
    if (this.dice.chance(3)) chosen.set("a.b", "not a map")
    return chosen
  }

  private response(): SampMap {
    if (this.dice.chance(5)) return map({ "samp.status": "samp.ok" })
    if (this.dice.chance(3)) return emptyMap
    return this.dice.chance(70) ? okResponse(map({ n: "1" })) : errorResponse("no", "test")
  }

  /** Often the one who was called, sometimes a stranger, sometimes for a call that has ended. */
  private reply(): Operation {
    const open = [...this.model.calls]
    const { endedCalls } = this.model
    const response = this.response()
    if (open.length > 0 && this.dice.chance(85)) {
      const [msgId, call] = this.dice.pick(open)
      const callee = this.model.clients.get(call.recipient)
      return {
        _tag: "Reply",
        key: callee === undefined || this.dice.chance(8) ? this.key() : callee.key,
        msgId,
        response
      }
    }
    const msgId = endedCalls.length > 0 && this.dice.chance(70) ? this.dice.pick(endedCalls) : MessageId("m0")
    return { _tag: "Reply", key: this.key(), msgId, response }
  }

  /** A hub with nobody in it is dull. */
  private company(): Operation | undefined {
    const { clients } = this.model
    if (clients.size < 3 && this.dice.chance(60)) {
      return { _tag: "Register", freshKey: PrivateKey(`KEY-${this.keys++}`) }
    }
    const mute = [...clients.values()].find(({ callable }) => !callable)
    return mute === undefined || this.dice.chance(70)
      ? undefined
      : { _tag: "SetCallback", key: mute.key, callback: { _tag: "Post", url: "http://127.0.0.1:1/" } }
  }

  private operation(): Operation {
    const company = this.company()
    if (company !== undefined) return company
    const key = this.key()
    const recipient = this.id()
    const tag = `t${this.tags++}`
    switch (this.dice.below(20)) {
      case 0:
        return { _tag: "Ping" }
      case 1:
      case 2:
        return { _tag: "Register", freshKey: PrivateKey(`KEY-${this.keys++}`) }
      case 3:
        return { _tag: "Unregister", key }
      case 4:
      case 5:
        return { _tag: "SetCallback", key, callback: { _tag: "Post", url: "http://127.0.0.1:1/" } }
      case 6:
        return {
          _tag: "DeclareMetadata",
          key,
          metadata: map({ "samp.name": this.dice.pick(["one", "two"]) })
        }
      case 7:
        return { _tag: "GetMetadata", key, id: recipient }
      case 8:
      case 9:
        return { _tag: "DeclareSubscriptions", key, subscriptions: this.subscriptions() }
      case 10:
        return { _tag: "GetSubscriptions", key, id: recipient }
      case 11:
        return { _tag: "GetRegisteredClients", key }
      case 12:
        return { _tag: "GetSubscribedClients", key, mtype: this.dice.pick(mtypes) }
      case 13:
        return { _tag: "Notify", key, recipient, message: this.message() }
      case 14:
        return { _tag: "NotifyAll", key, message: this.message() }
      case 15:
        return { _tag: "Call", key, recipient, tag, message: this.message() }
      case 16:
        return { _tag: "CallAll", key, tag, message: this.message() }
      case 17: {
        const timeoutSeconds = this.dice.pick([0, -1, 1, 5])
        return { _tag: "CallAndWait", key, recipient, message: this.message(), timeoutSeconds }
      }
      default:
        return this.reply()
    }
  }

  private report(): HubInput {
    const open = [...this.model.calls]
    const waiting = open.filter(([, call]) => call.request !== undefined)
    switch (this.dice.below(6)) {
      case 0:
        return { _tag: "ClientDead", id: this.id(), now: this.now, detail: "gone" }
      case 1:
        return { _tag: "Eject", id: this.id(), now: this.now, reason: "out" }
      case 2: {
        if (open.length === 0) break
        const [msgId, { recipient }] = this.dice.pick(open)
        const why = this.dice.pick(["refused", "unresponsive", "overloaded"] as const)
        return { _tag: "CallUndelivered", recipient, msgId, why, detail: "test" }
      }
      case 3: {
        if (waiting.length === 0) break
        return { _tag: "Abandoned", request: this.dice.pick(waiting)[1].request ?? -1, now: this.now }
      }
      default:
    }
    return { _tag: "Tick", now: this.now }
  }

  next(): HubInput {
    this.now += this.dice.below(300)
    if (this.dice.chance(15)) return this.report()
    return { _tag: "Asked", request: this.request++, now: this.now, operation: this.operation() }
  }
}

/** What a history ended with. */
export interface Told {
  /** Each input, and what came out, in order. */
  readonly inputs: ReadonlyArray<HubInput>
  readonly violation: string | undefined
}

/** Tells one history of about `length` inputs, with a stop at its end, to a machine. */
export const tell = (seed: number, length: number, machine: Step = step): Told => {
  const limits = { ...defaults, clients: 12, openCallsPerSender: 9 }
  const clientTimeoutMs = seed % 5 === 0 ? 4_000 : 0
  let state: HubState = start(config({ hubId: ClientId("hub"), run: "r", limits, clientTimeoutMs }), 0)
  const teller = new Teller(seed)
  const inputs: Array<HubInput> = []
  const feed = (input: HubInput): void => {
    inputs.push(input)
    const result = machine(state, input)
    state = result.state
    teller.model.observe(input, result.outputs, state)
  }
  try {
    for (let i = 0; i < length; i++) feed(teller.next())
    feed({ _tag: "Stop" })
    for (let i = 0; i < 5; i++) feed(teller.next())
    teller.model.finish()
    return { inputs, violation: undefined }
  } catch (error) {
    return { inputs, violation: error instanceof Error ? error.message : String(error) }
  }
}
