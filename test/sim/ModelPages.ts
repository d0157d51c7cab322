/** The part of the model that watches clients of the Web Profile: their pulls, and when they count as gone (section 5). */
import * as HashMap from "effect/HashMap"
import * as Result from "effect/Result"
import type { HubInput } from "../../src/domain/HubInput.ts"
import type { Delivery, HubOutput } from "../../src/domain/HubOutput.ts"
import type { HubState } from "../../src/domain/HubState.ts"
import type { ClientId } from "../../src/domain/Identifiers.ts"
import type { SampValue } from "../../src/domain/SampValue.ts"
import type { Mailbox } from "./Mailbox.ts"
import { demand, type ModelCall, type ModelClient } from "./ModelRules.ts"

type Asked = Extract<HubInput, { readonly _tag: "Asked" }>

/** How exactly the hub knows when it was asked last, in milliseconds. */
const vague = 1_000
/** Pulls of one origin that may wait long, and how long further ones wait. */
const crowd = 3
const crowdedMs = 3_000

/** Watches the web clients of one history. */
export class ModelPages {
  private readonly clients: ReadonlyMap<ClientId, ModelClient>
  private readonly calls: ReadonlyMap<unknown, ModelCall>
  /** Who waits for the end of a call at the beginning of a step. */
  private busy: ReadonlySet<ClientId> = new Set()
  private now = 0

  constructor(clients: ModelPages["clients"], calls: ModelPages["calls"]) {
    this.clients = clients
    this.calls = calls
  }

  private get boxes(): ReadonlyArray<readonly [ModelClient, Mailbox]> {
    return [...this.clients.values()].flatMap((client) =>
      client.web === undefined ? [] : [[client, client.web.box]]
    )
  }

  /** A step begins. */
  begin(input: HubInput, caller: ModelClient | undefined, outputs: ReadonlyArray<HubOutput>): void {
    if ("now" in input) this.now = input.now
    this.busy = new Set(
      [...this.calls.values()].flatMap(({ deadline, request, sender }) =>
        request !== undefined && deadline > this.now ? [sender] : []
      )
    )
    if (input._tag === "Abandoned") { for (const [, box] of this.boxes) box.abandon(input.request, this.now) }
    if (input._tag === "Unread") { for (const [, box] of this.boxes) box.unread(input.request, this.now) }
    if (input._tag === "Asked" && caller?.web !== undefined) {
      this.asked(input, caller, caller.web.box, outputs)
    }
  }

  private asked(input: Asked, caller: ModelClient, box: Mailbox, outputs: ReadonlyArray<HubOutput>): void {
    const { operation, request } = input
    box.lastAsked = input.now
    const isRefused = outputs.some((output) =>
      output._tag === "Answer" && output.request === request && Result.isFailure(output.result)
    )
    if (isRefused) return
    if (operation._tag === "PullCallbacks") {
      demand(caller.callable, `${caller.id} pulled though it takes no callbacks`)
      const wished = operation.timeoutSeconds < 0 ? Infinity : (operation.timeoutSeconds || 0) * 1_000
      const others = this.boxes.filter(([{ id, web }, { pull }]) =>
        id !== caller.id && pull !== undefined && web?.origin === caller.web?.origin
      )
      const isCrowded = caller.web?.origin !== "" && others.length >= crowd
      const patience = isCrowded ? Math.min(wished, crowdedMs) : wished
      box.ask(request, input.now + patience, input.now, operation.serial)
    }
    if (operation._tag !== "AllowReverseCallbacks") return
    if (operation.allow && !caller.callable) box.open(input.now)
    if (!operation.allow) {
      caller.callable = false
      box.close()
    }
  }

  /** Something was handed to a client. */
  delivered(to: ModelClient | undefined, delivery: Delivery): void {
    to?.web?.box.owe(delivery)
  }

  /** A request was answered that may have been a pull. */
  answered(request: number, value: SampValue, asked: number | undefined): void {
    if (!Array.isArray(value)) return
    const found = this.boxes.find(([, box]) => box.pull?.request === request)
    if (found !== undefined) return found[1].answer(request, value, this.now)
    // it was a pull that another one has replaced, or a request of another kind
    if (request !== asked) demand(value.length === 0, "a replaced pull got something")
  }

  /** A client has left, before the hub forgets what waits for it. */
  left(id: ClientId, departure: string, input: HubInput): void {
    const client = this.clients.get(id)
    const box = client?.web?.box
    if (client === undefined || box === undefined) return
    demand(box.pull === undefined, `${id} left while its pull waited`)
    if (departure !== "dead" || input._tag !== "Tick") return
    demand(!this.busy.has(id), `${id} was removed while it waited for the end of a call`)
  }

  /** When a web client counts as gone, for limits as they are. */
  private due(client: ModelClient, box: Mailbox, { config: { limits } }: HubState): number {
    if (box.pull !== undefined) return Infinity
    if (!client.callable) return box.lastAsked + limits.webIdleMs
    const grace = box.hungUp ? limits.hungUpGraceMs : limits.pullGraceMs
    return Math.max(box.lastAsked, box.quietSince) + grace
  }

  /** Whether a removal came too early; to be asked before it is followed. */
  tooEarly(id: ClientId, state: HubState): boolean {
    const client = this.clients.get(id)
    const box = client?.web?.box
    if (client === undefined || box === undefined) return false
    return this.now < this.due(client, box, state) - vague
  }

  /** A step is over. */
  settle(input: HubInput, state: HubState, isStopped: boolean): void {
    demand(HashMap.size(state.tokens) === this.boxes.length || isStopped, "tokens of the dead are kept")
    for (const [client, box] of this.boxes) {
      box.settle()
      if (isStopped) continue
      demand(box.pull === undefined || client.callable, `${client.id} waits, but takes no callbacks`)
      if (input._tag === "Tick") {
        if (this.busy.has(client.id)) box.lastAsked = this.now
        demand(
          box.pull === undefined || box.pull.deadline > this.now,
          `the pull of ${client.id} is open after its limit`
        )
        demand(this.due(client, box, state) > this.now, `${client.id} is still there, though it is gone`)
      }
      const soonest = Math.min(box.pull?.deadline ?? Infinity, this.due(client, box, state))
      demand(state.wakeAt <= soonest, `nobody wakes the hub at ${soonest} for ${client.id}`)
    }
  }
}
