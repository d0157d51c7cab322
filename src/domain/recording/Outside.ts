/**
 * A session as one of its clients sees it from outside, told to a machine of ours as if that were the hub: so that it can be
 * recorded, replayed and played like any other.
 *
 * What is seen is who comes and goes, what they declare, and what is sent to all. What one client sends to another, replies,
 * and questions to the hub are not. A message to the observer alone looks like one to all.
 */
import type { HubInput, Operation } from "../HubInput.ts"
import { step } from "../HubMachine.ts"
import type { HubOutput } from "../HubOutput.ts"
import { type HubConfig, type HubState, start } from "../HubState.ts"
import { ClientId, PrivateKey } from "../Identifiers.ts"
import { isMap, type SampMap, stringAt } from "../SampValue.ts"

/** What a client can see of the others. */
export type Seen =
  | { readonly _tag: "Joined"; readonly id: ClientId }
  | { readonly _tag: "Left"; readonly id: ClientId }
  | { readonly _tag: "Metadata"; readonly id: ClientId; readonly metadata: SampMap }
  | { readonly _tag: "Subscriptions"; readonly id: ClientId; readonly subscriptions: SampMap }
  | { readonly _tag: "Sent"; readonly id: ClientId; readonly message: SampMap; readonly isCall: boolean }
  | { readonly _tag: "Stopped" }

const events = "samp.hub.event."

/** What a message of the hub tells of another client; undefined if nothing. */
export const seenIn = (message: SampMap): Seen | undefined => {
  const params = message.get("samp.params")
  const mtype = stringAt(message, "samp.mtype") ?? ""
  if (mtype === `${events}shutdown`) return { _tag: "Stopped" }
  if (!isMap(params) || !mtype.startsWith(events)) return undefined
  const name = stringAt(params, "id")
  if (name === undefined) return undefined
  const id = ClientId(name)
  const metadata = params.get("metadata")
  const subscriptions = params.get("subscriptions")
  switch (mtype.slice(events.length)) {
    case "register":
      return { _tag: "Joined", id }
    case "unregister":
      return { _tag: "Left", id }
    case "metadata":
      return isMap(metadata) ? { _tag: "Metadata", id, metadata } : undefined
    case "subscriptions":
      return isMap(subscriptions) ? { _tag: "Subscriptions", id, subscriptions } : undefined
    default:
      return undefined
  }
}

/** How many clients and messages were seen. */
export interface SeenSoFar {
  readonly clients: number
  readonly messages: number
}

/** One session seen from outside. */
export class Outside {
  private state: HubState
  private readonly observe: (at: number, input: HubInput, outputs: ReadonlyArray<HubOutput>) => void
  private readonly here = new Map<ClientId, { callable: boolean }>()
  private readonly gone = new Set<ClientId>()
  private request = 0
  private tags = 0
  private clients = 0
  private messages = 0

  /** @param observe - sees what the machine makes of it */
  constructor(config: HubConfig, observe: Outside["observe"]) {
    this.state = start(config, 0)
    this.observe = observe
  }

  /** What was seen so far. */
  get soFar(): SeenSoFar {
    return { clients: this.clients, messages: this.messages }
  }

  /**
   * Takes what was seen. A client may declare or send before it was seen to come; who has left does nothing more.
   *
   * @param at - milliseconds since the beginning
   */
  see(at: number, seen: Seen): void {
    if (seen._tag === "Stopped") return this.feed(at, { _tag: "Stop" })
    if (this.gone.has(seen.id)) return
    const client = this.join(at, seen.id)
    const key = keyOf(seen.id)
    switch (seen._tag) {
      case "Joined":
        return
      case "Left":
        this.here.delete(seen.id)
        this.gone.add(seen.id)
        return this.ask(at, { _tag: "Unregister", key })
      case "Metadata":
        return this.ask(at, { _tag: "DeclareMetadata", key, metadata: seen.metadata })
      case "Subscriptions":
        // Who takes callbacks is not seen; who subscribes to something surely means to.
        if (!client.callable && seen.subscriptions.size > 0) {
          client.callable = true
          this.ask(at, { _tag: "SetCallback", key, callback: { _tag: "Post", url: "" } })
        }
        return this.ask(at, { _tag: "DeclareSubscriptions", key, subscriptions: seen.subscriptions })
      case "Sent": {
        this.messages++
        const { message } = seen
        return this.ask(
          at,
          seen.isCall
            ? { _tag: "CallAll", key, tag: `t${++this.tags}`, message }
            : { _tag: "NotifyAll", key, message }
        )
      }
    }
  }

  private join(at: number, id: ClientId): { callable: boolean } {
    const known = this.here.get(id)
    if (known !== undefined) return known
    const client = { callable: false }
    this.here.set(id, client)
    this.clients++
    this.ask(at, { _tag: "Register", freshKey: keyOf(id) })
    return client
  }

  private ask(now: number, operation: Operation): void {
    this.feed(now, { _tag: "Asked", request: this.request++, now, operation })
  }

  private feed(at: number, input: HubInput): void {
    const turn = step(this.state, input)
    this.state = turn.state
    this.observe(at, input, turn.outputs)
  }
}

/** A key that stands for a client here only; no text of SAMP has it in it (DT-02). */
const keyOf = (id: ClientId): PrivateKey => PrivateKey(`\u0000${id}`)
