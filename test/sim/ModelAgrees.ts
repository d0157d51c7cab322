/** The part of the model that compares it with the state itself. */
import * as HashMap from "effect/HashMap"
import type { HubState } from "../../src/domain/HubState.ts"
import type { Model } from "./Model.ts"
import { demand } from "./ModelRules.ts"

/** The state itself says the same as the outputs did. */
export const agree = (
  state: HubState,
  { calls, clients, stopped }: Pick<Model, "calls" | "clients" | "stopped">
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
