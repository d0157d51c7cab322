/**
 * Open calls: from acceptance to their one end (DLV-01..03, DLV-14..17).
 *
 * A call ends by the reply of its recipient, or by an error response of the hub's own when the recipient can no longer
 * give one. Its record goes with the end, so a second reply finds nothing and is refused (DLV-15).
 */
import * as HashMap from "effect/HashMap"
import * as Result from "effect/Result"
import { deliver, hear, isFull } from "./Delivering.ts"
import { type Fault, fault } from "./Fault.ts"
import { callById, type Client, clientById, isWeb, type OpenCall } from "./HubState.ts"
import { type ClientId, MessageId } from "./Identifiers.ts"
import type { SampMap } from "./SampValue.ts"
import { answer, refuse, type Turn, update, wakeBy } from "./Turn.ts"
import { hasCallsLeft } from "./WebShares.ts"

/** Whether the sender may have `count` more calls open. */
export const room = (turn: Turn, sender: Client, count: number): Fault | undefined => {
  const { limits } = turn.state.config
  const openCallsPerSender = isWeb(sender) ? limits.openCallsPerWebClient : limits.openCallsPerSender
  if (isFull(turn, sender)) {
    return fault("Limit", "there is no room for a response: too much waits for you already; pull it first")
  }
  const open = sender.openCalls + count
  if (open > openCallsPerSender) {
    return fault(
      "Limit",
      `${sender.id} has ${sender.openCalls} calls without a response; the hub keeps ${openCallsPerSender}`
    )
  }
  return hasCallsLeft(turn, sender, open)
    ? undefined
    : fault("Limit", "the web clients have as many calls without a response as the hub keeps; wait for some")
}

/** Enters a call. Its msg-id says nothing: neither the sender nor its tag is in it (DLV-06). */
export const open = (turn: Turn, call: Omit<OpenCall, "id">): MessageId => {
  const { calls, config, nextCall } = turn.state
  const id = MessageId(`m${config.run}-${nextCall}`)
  turn.state = { ...turn.state, nextCall: nextCall + 1, calls: HashMap.set(calls, id, { ...call, id }) }
  count(turn, call.sender, 1)
  if (call.reply._tag === "Waiting") wakeBy(turn, call.reply.deadline)
  return id
}

/** Takes a call out of the table. */
export const close = (turn: Turn, call: OpenCall): void => {
  turn.state = { ...turn.state, calls: HashMap.remove(turn.state.calls, call.id) }
  count(turn, call.sender, -1)
}

const count = (turn: Turn, id: ClientId, by: number): void => {
  const sender = clientById(turn.state, id)
  if (sender !== undefined) update(turn, { ...sender, openCalls: sender.openCalls + by })
}

/** Ends a call with a response; false when its sender can no longer be told. */
export const end = (turn: Turn, call: OpenCall, response: SampMap): boolean => {
  close(turn, call)
  if (call.reply._tag === "Waiting") {
    answer(turn, call.reply.request, response)
    const sender = clientById(turn.state, call.sender)
    if (isWeb(sender)) hear(turn, sender, response, clientById(turn.state, call.recipient))
    return true
  }
  return respondTo(turn, call.sender, call.recipient, call.reply.tag, response)
}

/** Sends a response to a sender's callback; false, and told to the observers, if it has none. */
const respondTo = (
  turn: Turn,
  sender: ClientId,
  responder: ClientId,
  tag: string,
  response: SampMap
): boolean => {
  if (clientById(turn.state, sender)?.callback === undefined) {
    turn.outputs.push({ _tag: "Unheard", sender, responder, tag })
    return false
  }
  return deliver(turn, sender, { _tag: "Response", responder, tag, response })
}

/** Ends a waiting call with a fault to the one who waits, a tagged one without a word. */
export const breakOff = (turn: Turn, call: OpenCall, why: Fault): void => {
  close(turn, call)
  if (call.reply._tag === "Waiting") refuse(turn, call.reply.request, why)
}

/** The open call that `replier` may answer (DLV-16, DLV-17). */
export const answerable = (turn: Turn, replier: ClientId, id: MessageId): Result.Result<OpenCall, Fault> => {
  const call = callById(turn.state, id)
  return call !== undefined && call.recipient === replier
    ? Result.succeed(call)
    : Result.fail(fault(
      "UnknownMessage",
      "no open call to you has this msg-id; it was answered, timed out, its sender left, or it never was"
    ))
}
