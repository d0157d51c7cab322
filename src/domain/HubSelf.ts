/** The hub as a client of itself: what it answers to messages sent to its own id (REG-05, HUB-26, HUB-27). */
import { clientsInOrder, type HubState } from "./HubState.ts"
import { errorResponse, type Message, okResponse } from "./Message.ts"
import { isMap, map, type SampMap, stringAt } from "./SampValue.ts"

/** The hub's response to a message it subscribes to. */
export const respond = (state: HubState, { content, mtype }: Message): SampMap => {
  if (mtype === "samp.app.ping") return okResponse()
  const params = content.get("samp.params")
  const key = isMap(params) ? stringAt(params, "key") : undefined
  const value = isMap(params) ? stringAt(params, "value") : undefined
  if (key === undefined || value === undefined) {
    return errorResponse(`${mtype} needs the string parameters key and value`, "hub.bad-parameters")
  }
  const ids = [{ id: state.config.hubId, metadata: state.config.metadata }, ...clientsInOrder(state)]
    .filter(({ metadata }) => metadata.get(key) === value)
    .map(({ id }) => id)
  return okResponse(map({ ids }))
}
