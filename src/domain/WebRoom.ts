/**
 * How much of the hub web clients take up (WEB-67): whoever is allowed in may still run wild, and what each of them makes the
 * hub keep is bounded.
 */
import * as HashMap from "effect/HashMap"
import { depart } from "./Departure.ts"
import { type HubState, isWeb, type WebPeer } from "./HubState.ts"
import type { ClientId } from "./Identifiers.ts"
import type { Turn } from "./Turn.ts"

const countOf = ({ clients }: HubState, origin: string): number => {
  let same = 0
  for (const [, client] of clients) if (client.web?.origin === origin) same++
  return same
}

/** Why no more web clients are taken, of all or of one origin. */
export const crowded = (turn: Turn, origin: string): string | undefined => {
  const { webClients, webClientsPerOrigin } = turn.state.config.limits
  if (HashMap.size(turn.state.tokens) >= webClients) {
    return `the hub has ${webClients} web clients and takes no more`
  }
  const same = countOf(turn.state, origin)
  return same < webClientsPerOrigin
    ? undefined
    : `the hub has ${same} clients of ${
      origin === "" ? "no origin" : origin
    } and takes no more; close some of its pages`
}

/** Milliseconds after which a client that has asked for nothing makes room for another page of its origin. */
const forgottenMs = 60_000

/**
 * When its origin has as many clients as it may, the one that has been quiet longest is removed, if that is for long: a page
 * that was closed without a word, most probably.
 */
export const makeRoom = (turn: Turn, origin: string, now: number): void => {
  if (countOf(turn.state, origin) < turn.state.config.limits.webClientsPerOrigin) return
  const waiting = new Set<ClientId>()
  for (const [, { reply, sender }] of turn.state.calls) if (reply._tag === "Waiting") waiting.add(sender)
  let quietest: WebPeer | undefined
  const since = ({ lastSeen, web }: WebPeer): number => Math.max(web.quietSince, lastSeen)
  for (const [id, client] of turn.state.clients) {
    if (!isWeb(client) || client.web.origin !== origin || client.web.pull !== undefined) continue
    if (!waiting.has(id) && (quietest === undefined || since(client) < since(quietest))) quietest = client
  }
  if (quietest === undefined || now - since(quietest) < forgottenMs) return
  depart(
    turn,
    quietest,
    "dead",
    "it has asked for nothing, and another page of its origin wants its place",
    now
  )
}
