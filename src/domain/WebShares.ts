/**
 * What the hub keeps for web clients is bounded for each and for all together (WEB-67); an equal share of the latter is free to
 * everybody, so that nobody can take it from the others.
 */
import * as HashMap from "effect/HashMap"
import { type Fault, fault } from "./Fault.ts"
import { type Client, type HubState, isWeb } from "./HubState.ts"
import type { SampMap } from "./SampValue.ts"
import type { Turn } from "./Turn.ts"
import { sizeOf } from "./web/PullQueue.ts"

/** What was declared is measured once: maps do not change. */
const sizes = new WeakMap<SampMap, number>()

const measured = (declared: SampMap): number => {
  const size = sizes.get(declared) ?? sizeOf(declared)
  sizes.set(declared, size)
  return size
}

/**
 * Whether a web client may have so much of what there is a bound for all web clients together: an equal share in any case, so
 * that nobody can take everything, and more as long as there is some.
 *
 * @param total - how much all would have then
 */
export const withinShare = ({ tokens }: HubState, own: number, most: number, total: () => number): boolean =>
  own <= most / Math.max(1, HashMap.size(tokens)) || total() <= most

/** Why a client may not declare this of itself, which the hub would have to keep. */
export const tooMuch = (
  { state }: Turn,
  client: Client,
  what: "metadata" | "subscriptions",
  declared: SampMap
): Fault | undefined => {
  if (!isWeb(client)) return undefined
  const { webDeclaredBytes, webDeclaredBytesInAll } = state.config.limits
  const size = measured(declared)
  if (size > webDeclaredBytes) {
    return fault("Limit", `of a web client the hub keeps ${webDeclaredBytes} bytes, and this is more`)
  }
  const own = size + measured(what === "metadata" ? client.subscriptions : client.metadata)
  const total = (): number => {
    let all = own
    for (const [id, { metadata, subscriptions, web }] of state.clients) {
      if (web !== undefined && id !== client.id) all += measured(metadata) + measured(subscriptions)
    }
    return all
  }
  return withinShare(state, own, webDeclaredBytesInAll, total)
    ? undefined
    : fault("Limit", "the web clients have declared as much as the hub keeps of them; declare less")
}

/** Whether a client may have so many calls open besides those of other web clients. */
export const hasCallsLeft = ({ state }: Turn, client: Client, open: number): boolean => {
  const total = (): number => {
    let all = open
    for (const [id, { openCalls, web }] of state.clients) {
      if (web !== undefined && id !== client.id) all += openCalls
    }
    return all
  }
  return !isWeb(client) || withinShare(state, open, state.config.limits.openCallsOfWebClients, total)
}

/** Why a client may not use a msg-tag, which the hub would have to keep. */
export const badTag = (turn: Turn, { web }: Client, tag: string): Fault | undefined => {
  const { webTagLength } = turn.state.config.limits
  return web !== undefined && tag.length > webTagLength
    ? fault("Limit", `a msg-tag of a web client has up to ${webTagLength} characters`)
    : undefined
}
