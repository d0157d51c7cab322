/**
 * The protocol engine of a client: what it makes of the messages and responses that the hub delivers, which of its calls
 * are open, who is registered, and when its registration is over. Like the hub's it is pure: a step takes a state and an
 * input, and gives the next state and what is to be done.
 *
 *     step(state, input) -> { state, outputs }
 */
import type { Delivery } from "../HubOutput.ts"
import type { ClientId } from "../Identifiers.ts"
import { errorResponse, okResponse } from "../Message.ts"
import { emptyMap, isMap, type SampMap, stringAt } from "../SampValue.ts"
import * as Bindings from "./Bindings.ts"
import type { ClientInput } from "./ClientInput.ts"
import type { ClientOutput } from "./ClientOutput.ts"
import type { ClientState, Registered } from "./ClientState.ts"
import * as OpenCalls from "./OpenCalls.ts"
import * as Tracker from "./Tracker.ts"

/** What a step gives. */
export interface Step {
  readonly state: ClientState
  readonly outputs: ReadonlyArray<ClientOutput>
}

const nothing = (state: ClientState): Step => ({ state, outputs: [] })

/** Milliseconds that the response of a client which has just left may still be on its way. */
const afterglowMs = 500

const track = (state: ClientState, registered: Registered, tracker: Tracker.Tracker): Step =>
  tracker === registered.tracker
    ? nothing(state)
    : { state: { ...state, registered: { ...registered, tracker } }, outputs: [{ _tag: "ClientsChanged" }] }

const calleeLeft = (tag: string, id: ClientId): ClientOutput => ({
  _tag: "Later",
  ms: afterglowMs,
  input: { _tag: "CalleeLeft", tag, id }
})

/** What the hub says of others, and of us. */
const hubEvent = (state: ClientState, registered: Registered, mtype: string, params: SampMap): Step => {
  const { tracker } = registered
  const id = stringAt(params, "id") as ClientId | undefined // named by the hub: this is where ids come from
  switch (mtype) {
    case "samp.hub.event.shutdown":
      return { state, outputs: [{ _tag: "Over", ending: { _tag: "HubStopped" } }] }
    case "samp.hub.disconnect":
      return {
        state,
        outputs: [{
          _tag: "Over",
          ending: { _tag: "Ejected", reason: stringAt(params, "reason") ?? "no reason given" }
        }]
      }
  }
  if (id === undefined || id === registered.selfId) return nothing(state)
  switch (mtype) {
    case "samp.hub.event.register": {
      const next = track(state, registered, Tracker.arrived(tracker, id))
      return next.outputs.length === 0
        ? next
        : { ...next, outputs: [...next.outputs, { _tag: "AskAbout", id }] }
    }
    case "samp.hub.event.unregister": {
      const { outputs, state: next } = track(state, registered, Tracker.left(tracker, id))
      const late = OpenCalls.waitingFor(state.calls, id).map((tag) => calleeLeft(tag, id))
      return { state: next, outputs: [...outputs, ...late] }
    }
    case "samp.hub.event.metadata": {
      const metadata = params.get("metadata")
      return isMap(metadata)
        ? track(state, registered, Tracker.declared(tracker, id, { metadata }))
        : nothing(state)
    }
    case "samp.hub.event.subscriptions": {
      const subscriptions = params.get("subscriptions")
      return isMap(subscriptions)
        ? track(state, registered, Tracker.declared(tracker, id, { subscriptions }))
        : nothing(state)
    }
    default:
      return nothing(state)
  }
}

const paramsOf = (message: SampMap): SampMap => {
  const params = message.get("samp.params")
  return isMap(params) ? params : emptyMap // foreign hubs pass on messages without (WIRE-70)
}

const notification = (
  state: ClientState,
  registered: Registered,
  delivery: Extract<Delivery, { readonly _tag: "Notification" }>
): Step => {
  const mtype = stringAt(delivery.message, "samp.mtype") ?? ""
  // CLI-14: anybody can send a message that looks like the hub's
  const ofHub = mtype.startsWith("samp.hub.") && delivery.sender === registered.hubId
  const first = ofHub ? hubEvent(state, registered, mtype, paramsOf(delivery.message)) : nothing(state)
  const handlers = Bindings.forNotification(state.bindings, mtype).map(({ id }) => id)
  return handlers.length === 0 ? first : {
    ...first,
    // handlers first: the event that ends the registration is one that they may want to see
    outputs: [{ _tag: "Handle", handlers, mtype, delivery }, ...first.outputs]
  }
}

const unhandled = (mtype: string): SampMap =>
  errorResponse(`this client does not handle calls of ${mtype}`, "client.unhandled")

/** Equal msg-ids are no sign of a repeated delivery: JSAMP's hub gives one to all calls of a sender with one tag (DLV-03). */
const call = (
  state: ClientState,
  delivery: Extract<Delivery, { readonly _tag: "Call" }>
): Step => {
  const { message, msgId } = delivery
  const mtype = stringAt(message, "samp.mtype") ?? ""
  const handler = Bindings.forCall(state.bindings, mtype)
  if (handler !== undefined) {
    return { state, outputs: [{ _tag: "Handle", handlers: [handler.id], mtype, delivery }] }
  }
  const response = mtype === "samp.app.ping" ? okResponse() : unhandled(mtype) // APP-01, RSP-12
  return { state, outputs: [{ _tag: "Reply", msgId, response }] }
}

const finish = (state: ClientState, tag: string, outputs: ReadonlyArray<ClientOutput>): Step => {
  const open = OpenCalls.find(state.calls, tag)
  return open === undefined || !OpenCalls.isComplete(open) ? { state, outputs } : {
    state: { ...state, calls: OpenCalls.close(state.calls, tag) },
    outputs: [...outputs, { _tag: "Complete", tag }]
  }
}

/** Notes whom a call went to; those who left before we heard that they were called may never answer (CLI-20). */
const wentTo = (state: ClientState, tag: string, ids: ReadonlyArray<ClientId>): Step => {
  const calls = OpenCalls.expect(state.calls, tag, ids)
  const gone = ids.filter((id) =>
    state.registered?.tracker.gone.has(id) === true && OpenCalls.waitingFor(calls, id).includes(tag)
  )
  return finish({ ...state, calls }, tag, gone.map((id) => calleeLeft(tag, id)))
}

const response = (state: ClientState, tag: string, responder: ClientId, content: SampMap): Step => {
  const open = OpenCalls.find(state.calls, tag)
  if (open === undefined) {
    return { state, outputs: [{ _tag: "Unclaimed", tag, responder, response: content }] }
  }
  if (!OpenCalls.awaits(open, responder)) return nothing(state)
  const next = { ...state, calls: OpenCalls.answer(state.calls, tag, responder) }
  return finish(next, tag, [{ _tag: "Answered", tag, responder, response: content }])
}

const delivered = (state: ClientState, delivery: Delivery): Step => {
  const { registered } = state
  if (registered === undefined) return nothing(state) // a late one, of a hub that is gone
  switch (delivery._tag) {
    case "Notification":
      return notification(state, registered, delivery)
    case "Call":
      return call(state, delivery)
    case "Response":
      return response(state, delivery.tag, delivery.responder, delivery.response)
  }
}

const noWord = (id: ClientId): SampMap =>
  errorResponse(`the client ${id} left without answering`, "client.callee-left")

/** Takes one input. */
export const step = (state: ClientState, input: ClientInput): Step => {
  switch (input._tag) {
    case "Registered": {
      const { hubId, selfId } = input
      const registered: Registered = { hubId, selfId, tracker: Tracker.nobody }
      return nothing({ ...state, registered })
    }
    case "Ended": {
      const { registered: _, ...rest } = state
      const ended = [...OpenCalls.tags(state.calls)].map((tag): ClientOutput => ({ _tag: "Cut", tag }))
      return { state: { ...rest, calls: OpenCalls.none }, outputs: [...ended, { _tag: "ClientsChanged" }] }
    }
    case "Delivered":
      return delivered(state, input.delivery)
    case "Bound":
      return nothing({ ...state, bindings: [...state.bindings, input.binding] })
    case "Unbound":
      return nothing({ ...state, bindings: state.bindings.filter(({ id }) => id !== input.id) })
    case "CallOpened":
      return nothing({ ...state, calls: OpenCalls.open(state.calls, input.tag, input.to) })
    case "CallWentTo":
      return wentTo(state, input.tag, input.ids)
    case "CallDropped":
      return nothing({ ...state, calls: OpenCalls.close(state.calls, input.tag) })
    case "CalleeLeft":
      return OpenCalls.find(state.calls, input.tag) === undefined
        ? nothing(state)
        : response(state, input.tag, input.id, noWord(input.id))
    case "Listed": {
      const { registered } = state
      if (registered === undefined) return nothing(state)
      const others = input.ids.filter((id) => id !== registered.selfId)
      const left = input.missing.reduce(Tracker.left, registered.tracker)
      const { outputs, state: next } = track(state, registered, Tracker.listed(left, others))
      const late = input.missing.flatMap((id) =>
        OpenCalls.waitingFor(state.calls, id).map((tag) => calleeLeft(tag, id))
      )
      return { state: next, outputs: [...outputs, ...late] }
    }
    case "Described": {
      const { registered } = state
      return registered === undefined
        ? nothing(state)
        : track(state, registered, Tracker.answered(registered.tracker, input.id, input.description))
    }
  }
}
