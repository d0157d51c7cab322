/**
 * Handing callbacks to clients: to the shell for those that have an endpoint, into the queue of those that pull
 * (section 5.2.5).
 */
import * as HashSet from "effect/HashSet"
import { type Fault, fault } from "./Fault.ts"
import type { Delivery } from "./HubOutput.ts"
import { type Client, clientById, isWeb, type WebPeer } from "./HubState.ts"
import type { ClientId } from "./Identifiers.ts"
import { errorResponse } from "./Message.ts"
import type { SampMap } from "./SampValue.ts"
import { answer, type Turn, update, wakeBy } from "./Turn.ts"
import * as PullQueue from "./web/PullQueue.ts"
import * as UrlMentions from "./web/UrlMentions.ts"
import { withinShare } from "./WebShares.ts"

/** Who speaks in a delivery. */
const speaker = (delivery: Delivery): ClientId =>
  delivery._tag === "Response" ? delivery.responder : delivery.sender

/** What is asked of each message for each web client that hears it. */
interface Measure {
  readonly size: number
  readonly urls: UrlMentions.Urls
}

/** A broadcast is measured once: it hands out the same map to all, and maps do not change. */
const measures = new WeakMap<SampMap, Measure>()

const measure = (content: SampMap): Measure => {
  const known = measures.get(content)
  if (known !== undefined) return known
  const made = { size: PullQueue.sizeOf(content), urls: UrlMentions.urlsIn(content) }
  measures.set(content, made)
  return made
}

/**
 * Whether more may wait for a client. When much waits for all of them together, those have to stand back for whom more
 * waits than their share: a page that does not pull takes no room from the others.
 */
const hasRoom = ({ state }: Turn, { web: { queue } }: WebPeer, size: number): boolean => {
  const { pullBytes, pullBytesInAll, pullMessages, pullMessagesInAll } = state.config.limits
  if (queue.count >= pullMessages || queue.size + size > pullBytes) return false
  const all = (of: "count" | "size", more: number) => (): number => {
    let sum = more
    for (const [, { web }] of state.clients) sum += web?.queue[of] ?? 0
    return sum
  }
  return withinShare(state, queue.count + 1, pullMessagesInAll, all("count", 1)) &&
    withinShare(state, queue.size + size, pullBytesInAll, all("size", size))
}

/** Whether nothing more may wait for a client, be it ever so short. */
export const isFull = (turn: Turn, client: Client): boolean => isWeb(client) && !hasRoom(turn, client, 0)

/** A short one in the place of a response that has no room: every call ends. */
const shortened = errorResponse(
  "the response has no room: too much waits for you already; pull more often",
  "hub.sender-overloaded"
)

/** What of a delivery a web client can be given; undefined for nothing (WEB-38). */
const fitting = (turn: Turn, client: WebPeer, delivery: Delivery): Delivery | undefined => {
  if (hasRoom(turn, client, measure(PullQueue.contentOf(delivery)).size)) return delivery
  const waiting = client.web.queue.count
  turn.outputs.push({ _tag: "Overfull", id: client.id, what: delivery._tag, waiting })
  return delivery._tag === "Response" ? { ...delivery, response: shortened } : undefined
}

/**
 * Hands something to a client's callback.
 *
 * @param author - who is behind the content, when it is not the sender: the client that an event of the hub is about
 * @returns false when there is no room for it, which happens to web clients only (WEB-38)
 */
export const deliver = (turn: Turn, to: ClientId, given: Delivery, author?: Client): boolean => {
  const client = clientById(turn.state, to)
  if (!isWeb(client)) {
    turn.outputs.push({ _tag: "Deliver", to, delivery: given })
    return true
  }
  const delivery = fitting(turn, client, given)
  if (delivery === undefined) return false
  turn.outputs.push({ _tag: "Deliver", to, delivery }) // it stays here; observers see all deliveries alike
  const content = PullQueue.contentOf(delivery)
  const queue = PullQueue.append(client.web.queue, delivery, measure(content).size)
  hear(
    turn,
    { ...client, web: { ...client.web, queue } },
    content,
    author ?? clientById(turn.state, speaker(delivery))
  )
  turn.filled.add(to)
  return true
}

/** A web client hears a value: the URLs in it that a trusted client was the first to mention are open to it (WEB-54). */
export const hear = (turn: Turn, client: WebPeer, value: SampMap, author: Client | undefined): void => {
  update(turn, client)
  if (isWeb(author)) return
  const { urls } = measure(value)
  if (urls.size === 0) return
  const mentions = UrlMentions.noteTrusted(turn.state.mentions, urls)
  const mayRead = UrlMentions.grant(
    client.web.mayRead,
    UrlMentions.open(mentions, urls),
    client.web.brought
  )
  turn.state = { ...turn.state, mentions }
  update(turn, { ...client, web: { ...client.web, mayRead } })
}

/**
 * A web client wants to say a value: what URLs it brings up stay closed, to all if nobody has mentioned them before
 * (WEB-54).
 *
 * @returns why it must not be said: the hub cannot remember what it would have to
 */
export const say = (turn: Turn, client: Client, value: SampMap): Fault | undefined => {
  if (!isWeb(client)) return undefined
  const urls = UrlMentions.namedIn(value)
  if (urls.size === 0) return undefined
  if (urls.size > UrlMentions.nameable) {
    return fault(
      "Limit",
      `a message of a page names up to ${UrlMentions.nameable} URLs; send several messages`
    )
  }
  const mentions = UrlMentions.noteWeb(turn.state.mentions, urls, client.web.origin)
  const { brought, mayRead } = client.web
  const guessed = UrlMentions.open(mentions ?? turn.state.mentions, urls)
  const more = UrlMentions.bring(brought, guessed, mayRead)
  if (mentions === undefined || HashSet.size(more) >= UrlMentions.readable) {
    return fault(
      "Limit",
      "your pages have mentioned more URLs than the hub can remember; it takes no new ones"
    )
  }
  turn.state = { ...turn.state, mentions }
  const current = clientById(turn.state, client.id)
  if (isWeb(current)) update(turn, { ...current, web: { ...current.web, brought: more } })
  return undefined
}

/** Ends a waiting pull with what there is for it, be it nothing, so that whoever waits goes on (WEB-37). */
export const endPull = (turn: Turn, id: ClientId): void => {
  const client = clientById(turn.state, id)
  if (!isWeb(client) || client.web.pull === undefined) return
  const { counts, pull } = client.web
  const queue = PullQueue.handOut(client.web.queue, turn.state.config.limits.pullAnswerBytes)
  const answered = queue.handed.length === 0 ? undefined : pull.request
  update(turn, {
    ...client,
    web: { ...client.web, queue, pull: undefined, answered, quietSince: turn.state.now }
  })
  wakeBy(turn, turn.state.now + turn.state.config.limits.pullGraceMs)
  answer(turn, pull.request, queue.handed.map((item) => PullQueue.write(item, counts)))
}

/** Gives a waiting pull what there is for it, if there is something. */
export const answerPull = (turn: Turn, id: ClientId): void => {
  const client = clientById(turn.state, id)
  if (isWeb(client) && !PullQueue.isEmpty(client.web.queue)) endPull(turn, id)
}
