/** The hub's own events, as the outsider expects them; and what the state must say of what came out. */
import * as HashMap from "effect/HashMap"
import type { Delivery, HubOutput } from "../../src/domain/HubOutput.ts"
import type { HubState } from "../../src/domain/HubState.ts"
import type { ClientId, MessageId } from "../../src/domain/Identifiers.ts"
import { demand, isSubscribed, type ModelCall, type ModelClient, mtypeOf } from "./ModelRules.ts"

type Notification = Extract<Delivery, { readonly _tag: "Notification" }>

const toldIn = (outputs: ReadonlyArray<HubOutput>): ReadonlyArray<readonly [to: ClientId, Notification]> =>
  outputs.flatMap((output) =>
    output._tag === "Deliver" && output.delivery._tag === "Notification"
      ? [[output.to, output.delivery] as const]
      : []
  )

/** Everybody who subscribes to an event about a client hears it, once; but a page for which there is no room. */
export const everyoneHears = (
  clients: Iterable<ModelClient>,
  outputs: ReadonlyArray<HubOutput>,
  mtype: string,
  about: string
): void => {
  const told = toldIn(outputs)
  const overfull = new Set(outputs.flatMap((output) => output._tag === "Overfull" ? [output.id] : []))
  for (const { callable, id, subscriptions } of clients) {
    if (!callable || !isSubscribed(subscriptions, mtype) || overfull.has(id)) continue
    const heard = told.filter(([to, { message, sender }]) => {
      const params = message.get("samp.params")
      return to === id && sender === "hub" && mtypeOf(message) === mtype && params instanceof Map &&
        params.get("id") === about
    })
    demand(heard.length === 1, `${id} heard ${heard.length} times of ${mtype} of ${about}`)
  }
}

/** All hear of those who have left, and of nobody else. */
export const departures = (clients: Iterable<ModelClient>, outputs: ReadonlyArray<HubOutput>): void => {
  const mtype = "samp.hub.event.unregister"
  const left = outputs.flatMap((output) => output._tag === "Left" ? [output.id] : [])
  for (const id of left) everyoneHears(clients, outputs, mtype, id)
  for (const [, { message, sender }] of toldIn(outputs)) {
    if (sender !== "hub" || mtypeOf(message) !== mtype) continue
    const params = message.get("samp.params")
    const id = params instanceof Map ? String(params.get("id")) : ""
    demand(left.some((other) => other === id), `an unregister event tells of ${id}, who did not leave`)
  }
}

/** The state itself says the same as the outputs did. */
export const compare = (
  state: HubState,
  { calls, clients, stopped }: {
    readonly calls: ReadonlyMap<MessageId, ModelCall>
    readonly clients: ReadonlyMap<ClientId, ModelClient>
    readonly stopped: boolean
  }
): void => {
  demand(
    HashMap.size(state.calls) === calls.size,
    `the table holds ${HashMap.size(state.calls)} calls, not ${calls.size}`
  )
  if (!stopped) {
    const soonest = Math.min(...[...calls.values()].map(({ deadline }) => deadline))
    demand(state.wakeAt <= soonest, `nobody wakes the hub at ${soonest}`)
    demand(HashMap.size(state.clients) === clients.size, "the registry holds other clients")
    demand(HashMap.size(state.keys) === clients.size, "keys of the dead are kept")
  }
  for (const client of HashMap.values(state.clients)) {
    const open = [...calls.values()].filter(({ sender }) => sender === client.id).length
    demand(
      stopped || client.openCalls === open,
      `${client.id} counts ${client.openCalls} open calls, not ${open}`
    )
  }
}
