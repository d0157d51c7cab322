/** The part of the model that watches the hub's own messages (section 6.4.1). */
import type { Delivery, HubOutput } from "../../src/domain/HubOutput.ts"
import type { ClientId } from "../../src/domain/Identifiers.ts"
import { demand, isSubscribed, type ModelClient, mtypeOf } from "./ModelRules.ts"

type Notification = Extract<Delivery, { readonly _tag: "Notification" }>

/** Who was told what in one step. */
const told = (outputs: ReadonlyArray<HubOutput>): ReadonlyArray<readonly [ClientId, Notification]> =>
  outputs.flatMap((output) =>
    output._tag === "Deliver" && output.delivery._tag === "Notification" ? [[output.to, output.delivery]] : []
  )

const idIn = ({ message }: Notification): string => {
  const params = message.get("samp.params")
  return params instanceof Map ? String(params.get("id")) : ""
}

/** Whoever is subscribed to an event hears it once, but for pages for which there was no room. */
export const everyoneHears = (
  clients: ReadonlyMap<ClientId, ModelClient>,
  outputs: ReadonlyArray<HubOutput>,
  mtype: string,
  about: string
): void => {
  const full = new Set(outputs.flatMap((output) => output._tag === "Overfull" ? [output.id] : []))
  for (const { callable, id, subscriptions } of clients.values()) {
    if (!callable || !isSubscribed(subscriptions, mtype)) continue
    const heard = told(outputs).filter(([to, event]) =>
      to === id && event.sender === "hub" && mtypeOf(event.message) === mtype && idIn(event) === about
    )
    demand(heard.length === 1 || full.has(id), `${id} heard ${heard.length} times of ${mtype} of ${about}`)
  }
}

/** Nobody is told that somebody left who did not. */
export const tellsOnlyOf = (outputs: ReadonlyArray<HubOutput>): void => {
  const left = outputs.flatMap((output) => output._tag === "Left" ? [String(output.id)] : [])
  for (const [, event] of told(outputs)) {
    if (mtypeOf(event.message) !== "samp.hub.event.unregister" || event.sender !== "hub") continue
    demand(left.includes(idIn(event)), `an unregister event tells of ${idIn(event)}, who did not leave`)
  }
}
