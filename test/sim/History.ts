/**
 * Histories: random sequences of inputs to the hub machine, legal and not, each step watched by the model. A history is
 * made of its seed alone, so a failing one replays: HISTORY_SEED=4711 npx vitest run test/sim
 */
import type { HubInput, Operation, WebCaller } from "../../src/domain/HubInput.ts"
import { step } from "../../src/domain/HubMachine.ts"
import { config, type HubState, start } from "../../src/domain/HubState.ts"
import { ClientId, MessageId, PrivateKey } from "../../src/domain/Identifiers.ts"
import { defaults, type Limits } from "../../src/domain/Limits.ts"
import { errorResponse, message, okResponse } from "../../src/domain/Message.ts"
import { emptyMap, map, type SampMap } from "../../src/domain/SampValue.ts"
import { type Dice, dice } from "../../src/domain/simulation/Dice.ts"
import type { WebIdentity } from "../../src/domain/web/WebClient.ts"
import { Model } from "./Model.ts"
import { harmless, type ModelClient } from "./ModelRules.ts"

/** A machine: the real one, or a mutant of it. */
export type Step = typeof step

const mtypes = ["a.b", "a.b.c", "a.bc", "a", "table.load.votable", "samp.app.ping", "x-samp.query.by-meta"]
const patterns = [
  "*",
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
const annotations = [{}, {}, {}, { "x-samp.mostly-harmless": "1" }, { "x-samp.mostly-harmless": "0" }]
const origins = ["https://one.example", "https://one.example", "http://two.example:81", ""]
const badPatterns = ["a*", "*.b", "a..b", "", "a.*.c"]

class Teller {
  readonly model = new Model()
  private readonly dice: Dice
  private now = 0
  private request = 0
  private keys = 0
  private number = 0
  private tags = 0

  private readonly hasPages: boolean

  constructor(seed: number, hasPages: boolean) {
    this.dice = dice(seed)
    this.hasPages = hasPages
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

  /** Somebody who hears something. */
  private listener(): ClientId {
    const hearing = [...this.model.clients.values()].filter(({ callable, subscriptions }) =>
      callable && subscriptions.size > 0
    )
    return hearing.length === 0 ? this.id() : this.dice.pick(hearing).id
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
    for (let i = this.dice.below(4); i >= 0; i--) {
      chosen.set(this.dice.pick(patterns), map({ ...this.dice.pick(annotations) }))
    }
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
      return this.register()
    }
    const mute = [...clients.values()].find(({ callable }) => !callable)
    if (mute !== undefined && this.dice.chance(30)) return this.open(mute)
    const deaf = [...clients.values()].find(({ subscriptions }) => subscriptions.size === 0)
    return deaf === undefined || this.dice.chance(70)
      ? undefined
      : { _tag: "DeclareSubscriptions", key: deaf.key, subscriptions: this.subscriptions() }
  }

  /** Half of all are pages. */
  private register(): Operation {
    const number = this.keys++
    const freshKey = PrivateKey(`KEY-${number}`)
    if (!this.hasPages || this.dice.chance(50)) return { _tag: "Register", freshKey }
    const web: WebIdentity = {
      origin: this.dice.pick(origins),
      name: "page",
      token: PrivateKey(`TOKEN-${number}`),
      translator: "http://127.0.0.1:1/",
      publisher: "http://127.0.0.1:2/",
      counts: this.dice.chance(50),
      ...this.dice.chance(20) ? { send: ["a.*"] } : {},
      ...this.dice.chance(20) ? { receive: ["a.*", "samp.app.*"] } : {}
    }
    return { _tag: "Register", freshKey, web }
  }

  private open({ key, web }: ModelClient): Operation {
    return web === undefined
      ? { _tag: "SetCallback", key, callback: { _tag: "Post", url: "http://127.0.0.1:1/" } }
      : { _tag: "AllowReverseCallbacks", key, allow: true }
  }

  /** What only pages do; now and then others try. */
  private pageTalk(): Operation {
    const pages = [...this.model.clients.values()].filter(({ web }) => web !== undefined)
    const one = pages.length === 0 || this.dice.chance(5) ? undefined : this.dice.pick(pages)
    const key = one?.key ?? this.key()
    if (this.dice.chance(12)) return { _tag: "AllowReverseCallbacks", key, allow: this.dice.chance(60) }
    const timeoutSeconds = this.dice.pick([0, -1, 1, 5, 600, Infinity, NaN, 0.5])
    const has = one?.web?.box.has ?? 0
    const serial = this.dice.chance(70) ? has : this.dice.pick([0, has - 1, has + 5])
    return {
      _tag: "PullCallbacks",
      key,
      timeoutSeconds,
      ...this.dice.chance(70) ? { serial } : {}
    }
  }

  /** Where somebody asks from: their own place nearly always. */
  private pageOf(operation: Operation): WebCaller | undefined {
    if (operation._tag === "Register") {
      return operation.web === undefined ? undefined : { origin: operation.web.origin }
    }
    if (!this.hasPages) return undefined
    if (this.dice.chance(3)) return { origin: this.dice.pick(["", "https://evil.example"]) }
    if (this.dice.chance(1)) return undefined
    const owner = [...this.model.clients.values()].find(({ key }) => key === operation.key)
    return owner?.web === undefined ? undefined : { origin: owner.web.origin }
  }

  private operation(): Operation {
    const company = this.company()
    if (company !== undefined) return company
    const key = this.key()
    const recipient = this.dice.chance(60) ? this.id() : this.listener()
    const tag = `t${this.tags++}`
    switch (this.dice.below(26)) {
      case 0:
        return { _tag: "Ping" }
      case 1:
      case 2:
        return this.register()
      case 3:
        return { _tag: "Unregister", key }
      case 4:
      case 5: {
        const own = [...this.model.clients.values()].find((client) => client.key === key)
        if (own !== undefined && this.dice.chance(80)) return this.open(own)
        return { _tag: "SetCallback", key, callback: { _tag: "Post", url: "http://127.0.0.1:1/" } }
      }
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
      case 18:
      case 19:
      case 20:
      case 21:
        return this.hasPages ? this.pageTalk() : this.reply()
      default:
        return this.model.calls.size > 0 || this.dice.chance(20)
          ? this.reply()
          : { _tag: "NotifyAll", key, message: this.message() }
    }
  }

  private report(): HubInput {
    const open = [...this.model.calls]
    const waiting = [
      ...open.map(([, call]) => call.request),
      ...[...this.model.clients.values()].map(({ web }) => web?.box.pull?.request)
    ].filter((request) => request !== undefined)
    if (this.hasPages && this.dice.chance(1)) return { _tag: "CloseWeb", now: this.now }
    switch (this.dice.below(8)) {
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
        return { _tag: "Abandoned", request: this.dice.pick(waiting), now: this.now }
      }
      case 4:
      case 5:
        return { _tag: "Unread", request: this.unread(), now: this.now }
      default:
    }
    return { _tag: "Tick", now: this.now }
  }

  /** The answer to a pull, mostly the last of somebody. */
  private unread(): number {
    const answered = [...this.model.clients.values()].flatMap(({ web }) => web?.box.answered ?? [])
    return answered.length > 0 && this.dice.chance(80)
      ? this.dice.pick(answered)
      : this.request - 1 - this.dice.below(4)
  }

  next(): HubInput {
    this.now += this.dice.below(300)
    if (this.dice.chance(15)) return this.report()
    const operation = this.operation()
    const page = this.pageOf(operation)
    const asked = { _tag: "Asked", request: this.request++, now: this.now, operation } as const
    return page === undefined ? asked : { ...asked, page }
  }
}

/** Limits that histories meet. */
export const tight: Limits = {
  ...defaults,
  clients: 12,
  openCallsPerSender: 9,
  webClients: 6,
  webClientsPerOrigin: 4,
  openCallsPerWebClient: 5,
  pullMessages: 6,
  pullBytes: 2_000,
  pullBytesInAll: 4_000,
  pullAnswerBytes: 600,
  pullGraceMs: 3_000,
  hungUpGraceMs: 700,
  webIdleMs: 6_000
}

/** What a history ended with. */
export interface Told {
  /** Each input, and what came out, in order. */
  readonly inputs: ReadonlyArray<HubInput>
  readonly violation: string | undefined
}

/** How a history is told. */
export interface Telling {
  /** Another machine than the real one. */
  readonly machine?: Step
  /** Whether there are clients of the Web Profile. Default true. */
  readonly pages?: boolean
}

/** Tells one history of about `length` inputs, with a stop at its end, to a machine. */
export const tell = (seed: number, length: number, { machine = step, pages = true }: Telling = {}): Told => {
  const clientTimeoutMs = seed % 5 === 0 ? 4_000 : 0
  const hub = { hubId: ClientId("hub"), run: "r", limits: tight, webMTypes: harmless, clientTimeoutMs }
  let state: HubState = start(config(hub), 0)
  const teller = new Teller(seed, pages)
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
