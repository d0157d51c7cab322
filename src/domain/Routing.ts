/** Sending and answering messages (sections 3.10, 3.11). */
import * as HashMap from "effect/HashMap"
import * as Result from "effect/Result"
import { answerable, end, open, room } from "./CallTable.ts"
import { deliver, say } from "./Delivering.ts"
import { type Fault, fault, quote } from "./Fault.ts"
import type { HubInput, Operation } from "./HubInput.ts"
import { respond } from "./HubSelf.ts"
import { type Client, clientById, hubSubscriptions } from "./HubState.ts"
import type { ClientId, MessageId } from "./Identifiers.ts"
import { errorResponse, type Message, readMessage, readResponse } from "./Message.ts"
import type { SampMap } from "./SampValue.ts"
import { annotationFor, type Subscriber, subscribersOf } from "./Subscriptions.ts"
import { answer, refuse, type Turn } from "./Turn.ts"
import { allowsReceiving, allowsSending } from "./WebLimits.ts"
import { badTag } from "./WebShares.ts"

type Of<Tag extends Operation["_tag"]> = Extract<Operation, { readonly _tag: Tag }>

/** A request with the client who made it. */
export interface Request {
  readonly number: number
  readonly now: number
  readonly caller: Client
}

/** Why a targeted message cannot go to `id` (DLV-05), or undefined when it can. */
const obstacle = (turn: Turn, caller: Client, id: ClientId, mtype: string): Fault | undefined => {
  const { config } = turn.state
  const recipient = clientById(turn.state, id)
  if (recipient === undefined && id !== config.hubId) {
    return fault("UnknownClient", `no client ${quote(id)} is registered`)
  }
  if (recipient !== undefined && recipient.callback === undefined) {
    return fault("NotCallable", `client ${id} takes no messages: it is not callable`)
  }
  const annotation = annotationFor(recipient?.subscriptions ?? hubSubscriptions, mtype)
  if (annotation === undefined) return fault("NotSubscribed", `client ${id} is not subscribed to ${mtype}`)
  if (!allowsSending(turn.state, caller, mtype, annotation)) {
    return fault(
      "NotPermitted",
      `web clients may not send ${mtype} to ${id}: the user has not allowed it, and ${id} does not mark it harmless`
    )
  }
  return allowsReceiving(turn.state, recipient, mtype)
    ? undefined
    : fault("NotPermitted", `${id} is a web client, to which the user has not allowed ${mtype}`)
}

const targeted = (
  turn: Turn,
  caller: Client,
  recipient: ClientId,
  content: Of<"Notify">["message"]
): Result.Result<Message, Fault> => {
  const message = readMessage(content)
  if (Result.isFailure(message)) return message
  const reason = obstacle(turn, caller, recipient, message.success.mtype) ??
    say(turn, caller, message.success.content)
  return reason === undefined ? message : Result.fail(reason)
}

/** A message to all, if it can be said. */
const broadcast = (turn: Turn, caller: Client, content: SampMap): Result.Result<Message, Fault> => {
  const message = readMessage(content)
  if (Result.isFailure(message)) return message
  const reason = say(turn, caller, message.success.content)
  return reason === undefined ? message : Result.fail(reason)
}

/** Who gets a broadcast: all subscribers but its sender (GEN-04), and but those that the web's limits keep apart (WEB-62). */
const audience = (turn: Turn, caller: Client, mtype: string): ReadonlyArray<Subscriber> => {
  const others = subscribersOf(turn.state.index, mtype).filter(({ id }) => id !== caller.id)
  return HashMap.isEmpty(turn.state.tokens) ?
    others :
    others.filter(({ annotation, id }) =>
      allowsSending(turn.state, caller, mtype, annotation) &&
      allowsReceiving(turn.state, clientById(turn.state, id), mtype)
    )
}

const countNotified = (turn: Turn, recipients: number): void => {
  turn.state = { ...turn.state, notified: turn.state.notified + recipients }
}

/** HUB-10. */
export const notify = (turn: Turn, { caller, number }: Request, operation: Of<"Notify">): void => {
  const message = targeted(turn, caller, operation.recipient, operation.message)
  if (Result.isFailure(message)) return refuse(turn, number, message.failure)
  answer(turn, number)
  countNotified(turn, 1)
  if (operation.recipient !== turn.state.config.hubId) {
    deliver(turn, operation.recipient, {
      _tag: "Notification",
      sender: caller.id,
      message: message.success.content
    })
  }
}

/** HUB-11. */
export const notifyAll = (turn: Turn, { caller, number }: Request, operation: Of<"NotifyAll">): void => {
  const message = broadcast(turn, caller, operation.message)
  if (Result.isFailure(message)) return refuse(turn, number, message.failure)
  const recipients = audience(turn, caller, message.success.mtype)
  answer(turn, number, recipients.map(({ id }) => id))
  countNotified(turn, recipients.length)
  const delivery = { _tag: "Notification", sender: caller.id, message: message.success.content } as const
  for (const { id } of recipients) if (id !== turn.state.config.hubId) deliver(turn, id, delivery)
}

/** HUB-12. */
export const call = (turn: Turn, { caller, number }: Request, operation: Of<"Call">): void => {
  const message = targeted(turn, caller, operation.recipient, operation.message)
  if (Result.isFailure(message)) return refuse(turn, number, message.failure)
  const full = room(turn, caller, 1) ?? badTag(turn, caller, operation.tag)
  if (full !== undefined) return refuse(turn, number, full)
  sendCalls(turn, caller, [operation.recipient], operation.tag, message.success, (ids) => {
    answer(turn, number, [...ids.values()][0] ?? "")
  })
}

/** HUB-13. */
export const callAll = (turn: Turn, { caller, number }: Request, operation: Of<"CallAll">): void => {
  const message = broadcast(turn, caller, operation.message)
  if (Result.isFailure(message)) return refuse(turn, number, message.failure)
  const recipients = audience(turn, caller, message.success.mtype).map(({ id }) => id)
  const full = room(turn, caller, recipients.length) ?? badTag(turn, caller, operation.tag)
  if (full !== undefined) return refuse(turn, number, full)
  sendCalls(turn, caller, recipients, operation.tag, message.success, (ids) => answer(turn, number, ids))
}

/** Opens one call per recipient, answers the sender, then delivers: the answer goes first (WIRE-152). */
const sendCalls = (
  turn: Turn,
  caller: Client,
  recipients: ReadonlyArray<ClientId>,
  tag: string,
  { content, mtype }: Message,
  answerWith: (ids: ReadonlyMap<ClientId, string>) => void
): void => {
  const ids = new Map(
    recipients.map((recipient) =>
      [
        recipient,
        open(turn, { sender: caller.id, recipient, mtype, reply: { _tag: "Tagged", tag } })
      ] as const
    )
  )
  answerWith(ids)
  for (const [recipient, msgId] of ids) {
    if (recipient === turn.state.config.hubId) {
      const own = answerable(turn, recipient, msgId)
      if (Result.isSuccess(own)) end(turn, own.success, respond(turn.state, { content, mtype }))
    } else deliverCall(turn, caller, recipient, msgId, content)
  }
}

/** Delivers a call, or ends it when there is no room for it. */
const deliverCall = (
  turn: Turn,
  { id: sender }: Client,
  recipient: ClientId,
  msgId: MessageId,
  message: Message["content"]
): void => {
  if (deliver(turn, recipient, { _tag: "Call", sender, msgId, message })) return
  callUndelivered(turn, {
    _tag: "CallUndelivered",
    recipient,
    msgId,
    why: "overloaded",
    detail: "it does not pull them"
  })
}

/** HUB-14. The waiter is in the table before the call goes out (DLV-22). */
export const callAndWait = (
  turn: Turn,
  { caller, now, number }: Request,
  operation: Of<"CallAndWait">
): void => {
  const message = targeted(turn, caller, operation.recipient, operation.message)
  if (Result.isFailure(message)) return refuse(turn, number, message.failure)
  const { content, mtype } = message.success
  const recipient = operation.recipient
  if (recipient === turn.state.config.hubId) return answer(turn, number, respond(turn.state, message.success))
  const full = room(turn, caller, 1)
  if (full !== undefined) return refuse(turn, number, full)
  const deadline = operation.timeoutSeconds > 0 ? now + operation.timeoutSeconds * 1000 : Infinity
  const reply = { _tag: "Waiting", request: number, deadline } as const
  const msgId = open(turn, { sender: caller.id, recipient, mtype, reply })
  deliverCall(turn, caller, recipient, msgId, content)
}

/** HUB-15. An ill-formed response leaves the call open, so that its recipient can still answer well. */
export const reply = (turn: Turn, { caller, number }: Request, operation: Of<"Reply">): void => {
  const found = answerable(turn, caller.id, operation.msgId)
  if (Result.isFailure(found)) return refuse(turn, number, found.failure)
  const response = readResponse(operation.response)
  if (Result.isFailure(response)) return refuse(turn, number, response.failure)
  const unsayable = say(turn, caller, response.success)
  if (unsayable !== undefined) return refuse(turn, number, unsayable)
  answer(turn, number)
  turn.state = { ...turn.state, replied: turn.state.replied + 1 }
  const place = turn.outputs.length - 1
  if (end(turn, found.success, response.success)) return
  // DLV-18: the replier did its part, but learns that nobody will hear it.
  const unheard = fault("NotCallable", `client ${found.success.sender}, who called, takes no responses`)
  turn.outputs[place] = { _tag: "Answer", request: number, result: Result.fail(unheard) }
}

const undelivered = {
  refused: "refused the call",
  unresponsive: "did not accept the call in time",
  overloaded: "has too many messages waiting"
} as const

/** A call that its recipient did not take ends with an error response of the hub's own. */
export const callUndelivered = (
  turn: Turn,
  input: Extract<HubInput, { readonly _tag: "CallUndelivered" }>
): void => {
  const found = answerable(turn, input.recipient, input.msgId)
  if (Result.isFailure(found)) return
  const text = `client ${input.recipient} ${undelivered[input.why]}: ${input.detail}`
  end(turn, found.success, errorResponse(text, `hub.recipient-${input.why}`))
}

/** HUB-09. */
export const subscribedClients = (turn: Turn, { caller, number }: Request, mtype: string): void =>
  answer(turn, number, new Map(audience(turn, caller, mtype).map(({ annotation, id }) => [id, annotation])))
