/**
 * The hub as a machine without clock, randomness or I/O.
 *
 *     step(state, input) -> { state, outputs }
 *
 * Theory of operation. The shell feeds one input, carries out all outputs in their order, then feeds the next. Inputs
 * are what clients ask (`Asked`) and what the world reports (a dead client, a call that was not taken, time gone by,
 * the end). Every `Asked` yields one `Answer` with its number: at once, or for a `callAndWait` when the call ends.
 * Messages leave as `Deliver`; how and when they reach a client is the shell's business, and only failures come back.
 *
 * Every accepted call ends exactly once. It sits in the call table until (1) its recipient replies, (2) the recipient
 * leaves, dies, or does not take it: an error response of the hub's own, (3) a `callAndWait` limit passes: a fault,
 * (4) its sender leaves or hangs up: silence, (5) the hub stops. Each way takes it out of the table, and nothing else
 * answers it.
 *
 * Time is data: a deadline sits in the call, the machine asks to be woken by `Wake`, and the shell comes back with a
 * `Tick`. A `Tick` that is too early changes nothing but the next `Wake`.
 *
 * `step` is total: no input, however malformed or late, makes it throw.
 */
import * as HashMap from "effect/HashMap"
import { breakOff, close } from "./CallTable.ts"
import { answerPull } from "./Delivering.ts"
import { closeWeb, depart, stop } from "./Departure.ts"
import { fault } from "./Fault.ts"
import type { HubInput, Operation, WebCaller } from "./HubInput.ts"
import type { HubOutput } from "./HubOutput.ts"
import { type Client, clientById, clientByKey, type HubState } from "./HubState.ts"
import type { ClientId } from "./Identifiers.ts"
import * as Pulling from "./Pulling.ts"
import * as Registry from "./Registry.ts"
import * as Routing from "./Routing.ts"
import { answer, refuse, type Turn, update, wakeBy } from "./Turn.ts"

/** Feeds one input to the hub. */
export const step = (
  state: HubState,
  input: HubInput
): { readonly state: HubState; readonly outputs: ReadonlyArray<HubOutput> } => {
  const knows = "now" in input && !HashMap.isEmpty(state.tokens)
  const turn: Turn = { state: knows ? { ...state, now: input.now } : state, outputs: [], filled: new Set() }
  take(turn, input)
  for (const id of turn.filled) answerPull(turn, id)
  return { state: turn.state, outputs: turn.outputs }
}

const take = (turn: Turn, input: HubInput): void => {
  switch (input._tag) {
    case "Asked":
      return asked(turn, input.request, input.now, input.operation, input.page)
    case "Abandoned":
      for (const [, call] of turn.state.calls) {
        if (call.reply._tag === "Waiting" && call.reply.request === input.request) close(turn, call)
      }
      return Pulling.hungUp(turn, input.request, input.now)
    case "Unread":
      return Pulling.unread(turn, input.request, input.now)
    case "CallUndelivered":
      return Routing.callUndelivered(turn, input)
    case "ClientDead": {
      const client = clientById(turn.state, input.id)
      if (client !== undefined && !turn.state.stopping) depart(turn, client, "dead", input.detail, input.now)
      return
    }
    case "Eject": {
      const client = clientById(turn.state, input.id)
      if (client !== undefined && !turn.state.stopping) {
        depart(turn, client, "ejected", input.reason, input.now)
      }
      return
    }
    case "CloseWeb":
      return closeWeb(turn, input.now)
    case "Tick":
      return tick(turn, input.now)
    case "Stop":
      return stop(turn)
  }
}

/** How exactly it is known when a client was seen last, in milliseconds. */
const seenStepMs = 1_000

/** Whether a key belongs where it is used: in its own profile, and there on pages of the origin that registered (P12). */
const belongs = (caller: Client, page: WebCaller | undefined): boolean => caller.web?.origin === page?.origin

const asked = (
  turn: Turn,
  number: number,
  now: number,
  operation: Operation,
  page: WebCaller | undefined
): void => {
  // A web client has no other way to hear that the hub stops.
  if (turn.state.stopping && operation._tag !== "PullCallbacks") {
    return refuse(turn, number, fault("Stopping", "the hub is shutting down"))
  }
  if (operation._tag === "Register") return Registry.register(turn, number, now, operation)
  if (operation.key === undefined) return answer(turn, number) // a ping by nobody in particular
  const caller = clientByKey(turn.state, operation.key)
  if (caller === undefined || !belongs(caller, page)) {
    if (caller !== undefined) turn.outputs.push({ _tag: "Misused", id: caller.id, origin: page?.origin })
    return refuse(
      turn,
      number,
      fault("UnknownKey", "no client has this private key; register first, and use it until you unregister")
    )
  }
  const exact = turn.state.config.clientTimeoutMs > 0
  // Without a timeout it is for people only, and not worth a change of the table with each request.
  if (!exact && now - caller.lastSeen < seenStepMs) return perform(turn, { number, now, caller }, operation)
  const seen = { ...caller, lastSeen: now }
  update(turn, seen)
  perform(turn, { number, now, caller: seen }, operation)
}

const perform = (
  turn: Turn,
  request: Routing.Request,
  operation: Exclude<Operation, { readonly _tag: "Register" }>
): void => {
  switch (operation._tag) {
    case "Ping":
      return answer(turn, request.number)
    case "Unregister":
      answer(turn, request.number)
      return depart(turn, request.caller, "unregistered", "by its own wish", request.now)
    case "SetCallback":
      return Registry.setCallback(turn, request, operation.callback)
    case "AllowReverseCallbacks":
      return Pulling.allow(turn, request, operation.allow)
    case "PullCallbacks":
      return Pulling.pull(turn, request, operation)
    case "DeclareMetadata":
      return Registry.declareMetadata(turn, request, operation.metadata)
    case "GetMetadata":
      return Registry.declared(turn, request, operation.id, "metadata")
    case "DeclareSubscriptions":
      return Registry.declareSubscriptions(turn, request, operation.subscriptions)
    case "GetSubscriptions":
      return Registry.declared(turn, request, operation.id, "subscriptions")
    case "GetRegisteredClients":
      return Registry.registeredClients(turn, request)
    case "GetSubscribedClients":
      return Routing.subscribedClients(turn, request, operation.mtype)
    case "Notify":
      return Routing.notify(turn, request, operation)
    case "NotifyAll":
      return Routing.notifyAll(turn, request, operation)
    case "Call":
      return Routing.call(turn, request, operation)
    case "CallAll":
      return Routing.callAll(turn, request, operation)
    case "CallAndWait":
      return Routing.callAndWait(turn, request, operation)
    case "Reply":
      return Routing.reply(turn, request, operation)
  }
}

/** Ends what is due at `now`, and asks to be woken for what is due next. */
const tick = (turn: Turn, now: number): void => {
  if (turn.state.stopping) return
  turn.state = { ...turn.state, wakeAt: Infinity }
  const waiting = new Set<ClientId>()
  for (const [, call] of turn.state.calls) {
    if (call.reply._tag !== "Waiting") continue
    if (call.reply.deadline > now) {
      waiting.add(call.sender)
      wakeBy(turn, call.reply.deadline)
    } else {breakOff(
        turn,
        call,
        fault("Timeout", `client ${call.recipient} did not answer ${call.mtype} in time`)
      )}
  }
  Pulling.tick(turn, now, waiting)
  if (turn.state.config.clientTimeoutMs > 0) ejectIdle(turn, now, waiting)
  const { hubTimeoutMs } = turn.state.config
  if (hubTimeoutMs > 0) {
    const due = turn.state.idleSince + hubTimeoutMs
    if (due > now) wakeBy(turn, due)
    else turn.outputs.push({ _tag: "Idle" })
  }
}

/** Ejects clients that have asked for nothing too long; one that waits for an answer is not idle. */
const ejectIdle = (turn: Turn, now: number, waiting: ReadonlySet<ClientId>): void => {
  const { clientTimeoutMs } = turn.state.config
  for (const [id] of turn.state.clients) {
    const client = clientById(turn.state, id) // others who went before may have left it an event
    if (client === undefined) continue
    if (waiting.has(id)) update(turn, { ...client, lastSeen: now })
    const due = (waiting.has(id) ? now : client.lastSeen) + clientTimeoutMs
    // The reason is worded as Python's hub words it (WIRE-82).
    if (due > now) wakeBy(turn, due)
    else depart(turn, client, "ejected", "Timeout expired!", now)
  }
}
