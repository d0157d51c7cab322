/**
 * Callbacks of web clients: a queue at the hub, asked for by long polls (section 5.2.5). One poll at a time waits for a
 * client, the newest one; it ends when there is something, when its time is over, when the client leaves, and when its
 * connection does. Nothing is lost between polls.
 */
import * as Result from "effect/Result"
import { answerable, end } from "./CallTable.ts"
import { endPull } from "./Delivering.ts"
import { depart } from "./Departure.ts"
import { fault } from "./Fault.ts"
import type { Operation } from "./HubInput.ts"
import { clientById, type HubState, isWeb, type WebPeer } from "./HubState.ts"
import type { ClientId } from "./Identifiers.ts"
import { errorResponse } from "./Message.ts"
import { setCallback } from "./Registry.ts"
import type { Request } from "./Routing.ts"
import { answer, refuse, silence, type Turn, update, wakeBy } from "./Turn.ts"
import * as PullQueue from "./web/PullQueue.ts"
import type { WebSide } from "./web/WebClient.ts"

const change = (turn: Turn, client: WebPeer, change: Partial<WebSide>): void =>
  update(turn, { ...client, web: { ...client.web, ...change } })

/** Calls that a client has not seen, and will not see any more, end with an error response. */
const endUnseen = (turn: Turn, id: ClientId, unseen: ReadonlyArray<PullQueue.Waiting>): void => {
  const text = `client ${id} takes no messages any more and has not seen the call`
  for (const { delivery } of unseen) {
    if (delivery._tag !== "Call") continue
    const call = answerable(turn, id, delivery.msgId)
    if (Result.isSuccess(call)) end(turn, call.success, errorResponse(text, "hub.recipient-refused"))
  }
}

/** WEB-30: makes callable, or not any more, in which case nothing waits any longer. */
export const allow = (turn: Turn, request: Request, allowed: boolean): void => {
  const { caller, now, number } = request
  if (!isWeb(caller)) {
    return refuse(turn, number, fault("NotCallable", "callbacks are pulled in the Web Profile only"))
  }
  if (allowed) {
    if (caller.callback !== undefined) return answer(turn, number)
    wakeBy(turn, now + turn.state.config.limits.pullGraceMs)
    const { next } = caller.web.queue
    const web = { ...caller.web, queue: { ...PullQueue.empty, next }, answered: undefined, quietSince: now }
    return setCallback(turn, { ...request, caller: { ...caller, web } }, { _tag: "Pull" })
  }
  endPull(turn, caller.id)
  silence(turn, caller.id)
  const current = clientById(turn.state, caller.id)
  if (!isWeb(current)) return
  const { queue } = current.web
  // What was handed out is perhaps being worked on: its calls stay open, to be replied to.
  change(turn, current, { queue: PullQueue.discard(queue), hungUp: false })
  answer(turn, number)
  endUnseen(turn, caller.id, PullQueue.waiting(queue))
}

/**
 * A browser opens six connections to one host for all pages of a site. When waiting pulls hold more than this many of them,
 * they end soon, so that the other pages and other requests get their turn.
 */
const pullsOfOrigin = 3
const crowdedPullMs = 3_000

const isCrowd = (state: HubState, { id, web: { origin } }: WebPeer): boolean => {
  if (origin === "") return false
  let pulls = 0
  for (const [, { id: other, web }] of state.clients) {
    if (web?.origin === origin && web.pull !== undefined && other !== id) pulls++
  }
  return pulls >= pullsOfOrigin
}

/** WEB-32: answers at once with what waits, or when something comes. A new pull ends an older one (P10). */
export const pull = (
  turn: Turn,
  { caller, now, number }: Request,
  { serial, timeoutSeconds }: Extract<Operation, { readonly _tag: "PullCallbacks" }>
): void => {
  if (!isWeb(caller) || caller.callback === undefined) {
    return refuse(
      turn,
      number,
      fault("NotCallable", "call allowReverseCallbacks first, so that there is something to pull")
    )
  }
  endPull(turn, caller.id)
  const current = clientById(turn.state, caller.id)
  if (!isWeb(current)) return
  const queue = PullQueue.acknowledge(current.web.queue, current.web.counts ? serial : undefined)
  const wished = timeoutSeconds < 0 ? Infinity : timeoutSeconds > 0 ? timeoutSeconds * 1000 : 0
  const deadline = now + (isCrowd(turn.state, current) ? Math.min(wished, crowdedPullMs) : wished)
  const waits = PullQueue.isEmpty(queue) && wished > 0 && !turn.state.stopping
  if (PullQueue.isEmpty(queue) && turn.state.stopping) {
    return refuse(turn, number, fault("Stopping", "the hub is shutting down"))
  }
  change(turn, current, {
    queue,
    hungUp: false,
    answered: undefined,
    pull: { request: number, deadline },
    quietSince: now
  })
  if (waits) wakeBy(turn, deadline)
  else endPull(turn, caller.id)
}

/** The connection of a pull is gone while it waited: nobody waits, and perhaps the page is closed. */
export const hungUp = (turn: Turn, request: number, now: number): void => {
  for (const [, client] of turn.state.clients) {
    if (!isWeb(client) || client.web.pull?.request !== request) continue
    change(turn, client, { pull: undefined, hungUp: true, quietSince: now })
    return wakeBy(turn, now + turn.state.config.limits.hungUpGraceMs)
  }
}

/** The answer to a pull was not read: what was in it waits again for the next pull. */
export const unread = (turn: Turn, request: number, now: number): void => {
  for (const [id, client] of turn.state.clients) {
    if (!isWeb(client) || client.web.answered !== request) continue
    const { queue } = client.web
    if (client.callback === undefined) {
      change(turn, client, { queue: PullQueue.acknowledge(queue, undefined), answered: undefined })
      return endUnseen(turn, id, queue.handed)
    }
    change(turn, client, {
      queue: PullQueue.restore(queue),
      answered: undefined,
      hungUp: true,
      quietSince: now
    })
    return wakeBy(turn, now + turn.state.config.limits.hungUpGraceMs)
  }
}

/** When a web client whose pull does not wait counts as gone unless it asks for something before (GEN-06). */
const goneAt = ({ config: { limits } }: HubState, { callback, lastSeen, web }: WebPeer): number => {
  if (callback === undefined) return lastSeen + limits.webIdleMs
  return Math.max(web.quietSince, lastSeen) + (web.hungUp ? limits.hungUpGraceMs : limits.pullGraceMs)
}

/**
 * Ends pulls whose time is over, and removes who has stopped pulling.
 *
 * @param busy - who waits for the end of a call, and is alive as long as its connection is; gets the ids of those who pull
 */
export const tick = (turn: Turn, now: number, busy: Set<ClientId>): void => {
  for (const [id, client] of turn.state.clients) {
    if (!isWeb(client)) continue
    const { pull } = client.web
    if (pull !== undefined && pull.deadline > now) {
      busy.add(id)
      wakeBy(turn, pull.deadline)
      continue
    }
    if (pull !== undefined) endPull(turn, id)
    const current = clientById(turn.state, id)
    if (!isWeb(current)) continue
    if (busy.has(id)) update(turn, { ...current, lastSeen: now })
    const due = goneAt(turn.state, busy.has(id) ? { ...current, lastSeen: now } : current)
    if (due > now) wakeBy(turn, due)
    else depart(turn, current, "dead", "it has stopped asking for its messages", now)
  }
}
