/**
 * One turn of the machine: the state so far and what has come out. A turn lives inside a single `step`, which is
 * pure seen from outside; inside, its parts put their results here one after the other.
 */
import * as HashMap from "effect/HashMap"
import * as Result from "effect/Result"
import type { Fault } from "./Fault.ts"
import type { HubOutput } from "./HubOutput.ts"
import type { Client, HubState } from "./HubState.ts"
import type { SampValue } from "./SampValue.ts"

/** The working place of one step. */
export interface Turn {
  state: HubState
  readonly outputs: Array<HubOutput>
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

/** Asks to be woken at `at`, unless an earlier wake is already out: waking too early is harmless. */
export const wakeBy = (turn: Turn, at: number): void => {
  if (at >= turn.state.wakeAt) return
  turn.state = { ...turn.state, wakeAt: at }
  turn.outputs.push({ _tag: "Wake", at })
}
