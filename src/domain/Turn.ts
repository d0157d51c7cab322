/**
 * One turn of the machine: the state so far and what has come out. A turn lives inside a single `step`, which is
 * pure seen from outside; inside, its parts put their results here one after the other.
 */
import * as HashMap from "effect/HashMap"
import * as Result from "effect/Result"
import type { Fault } from "./Fault.ts"
import type { HubOutput } from "./HubOutput.ts"
import { type Client, clientById, type HubState } from "./HubState.ts"
import type { ClientId } from "./Identifiers.ts"
import type { SampValue } from "./SampValue.ts"
import { remove } from "./Subscriptions.ts"

/** The working place of one step. */
export interface Turn {
  state: HubState
  readonly outputs: Array<HubOutput>
  /** Web clients whose queue has got something: at the end of the step a waiting pull takes all of it at once. */
  readonly filled: Set<ClientId>
}

/** Answers a request with a value; void operations say the empty string (HUB-21). */
export const answer = (turn: Turn, request: number, value: SampValue = ""): void => {
  turn.outputs.push({ _tag: "Answer", request, result: Result.succeed(value) })
}

/** Answers a request with a fault. */
export const refuse = (turn: Turn, request: number, fault: Fault): void => {
  turn.outputs.push({ _tag: "Answer", request, result: Result.fail(fault) })
}

/** Puts a changed client in the place of the one with its id. */
export const update = (turn: Turn, client: Client): void => {
  turn.state = { ...turn.state, clients: HashMap.set(turn.state.clients, client.id, client) }
}

/** Takes a client's callback away: it is not callable any more, and nobody's broadcasts reach it (SUB-10). */
export const silence = (turn: Turn, id: ClientId): void => {
  const client = clientById(turn.state, id)
  if (client?.callback === undefined) return
  turn.state = { ...turn.state, index: remove(turn.state.index, id, client.subscriptions) }
  update(turn, { ...client, callback: undefined })
}

/** Asks to be woken at `at`, unless an earlier wake is already out: waking too early is harmless. */
export const wakeBy = (turn: Turn, at: number): void => {
  if (at >= turn.state.wakeAt) return
  turn.state = { ...turn.state, wakeAt: at }
  turn.outputs.push({ _tag: "Wake", at })
}
