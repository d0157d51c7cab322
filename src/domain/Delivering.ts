/**
 * Handing callbacks to clients: to the shell for those that have an endpoint, into the queue of those that pull
 * (section 5.2.5).
 */
import type { Delivery } from "./HubOutput.ts"
import { type Client, clientById, isWeb, type WebPeer } from "./HubState.ts"
import type { ClientId } from "./Identifiers.ts"
import { answer, type Turn, update, wakeBy } from "./Turn.ts"
import * as PullQueue from "./web/PullQueue.ts"
import * as UrlMentions from "./web/UrlMentions.ts"

/** Who speaks in a delivery. */
const speaker = (delivery: Delivery): ClientId =>
  delivery._tag === "Response" ? delivery.responder : delivery.sender

/**
 * Hands something to a client's callback.
 *
 * @param author - who is behind the content, when it is not the sender: the client that an event of the hub is about
 * @returns false when there is no room for it, which happens to web clients only (WEB-38)
 */
export const deliver = (turn: Turn, to: ClientId, delivery: Delivery, author?: Client): boolean => {
  const client = clientById(turn.state, to)
  const output = { _tag: "Deliver", to, delivery } as const
  if (!isWeb(client)) {
    turn.outputs.push(output)
    return true
  }
  const { pullBytes, pullMessages } = turn.state.config.limits
  const { queue } = client.web
  const size = PullQueue.sizeOf(PullQueue.contentOf(delivery))
  if (queue.count >= pullMessages || queue.size + size > pullBytes) {
    turn.outputs.push({ _tag: "Overfull", id: to, what: delivery._tag, waiting: queue.count })
    return false
  }
  turn.outputs.push(output) // it stays here; observers see all deliveries alike
  const web = { ...client.web, queue: PullQueue.append(queue, delivery, size) }
  hear(
    turn,
    { ...client, web },
    PullQueue.contentOf(delivery),
    author ?? clientById(turn.state, speaker(delivery))
  )
  answerPull(turn, to)
  return true
}

/** A web client hears a value: the URLs in it that a trusted client was the first to mention are open to it (WEB-54). */
export const hear = (
  turn: Turn,
  client: WebPeer,
  value: ReturnType<typeof PullQueue.contentOf>,
  author: Client | undefined
): void => {
  update(turn, client)
  if (isWeb(author)) return
  const urls = UrlMentions.urlsIn(value)
  if (urls.size === 0) return
  const mentions = UrlMentions.note(turn.state.mentions, urls, "trusted")
  const mayRead = UrlMentions.grant(
    client.web.mayRead,
    UrlMentions.open(mentions, urls),
    client.web.brought
  )
  turn.state = { ...turn.state, mentions }
  update(turn, { ...client, web: { ...client.web, mayRead } })
}

/** A web client says a value: what URLs it brings up stay closed, to all if nobody has mentioned them before (WEB-54). */
export const say = (turn: Turn, client: Client, value: ReturnType<typeof PullQueue.contentOf>): void => {
  if (!isWeb(client)) return
  const urls = UrlMentions.urlsIn(value)
  if (urls.size === 0) return
  const mentions = UrlMentions.note(turn.state.mentions, urls, "web")
  turn.state = { ...turn.state, mentions }
  const current = clientById(turn.state, client.id)
  if (!isWeb(current)) return
  const { brought, mayRead } = current.web
  const guessed = UrlMentions.open(mentions, urls)
  update(turn, { ...current, web: { ...current.web, brought: UrlMentions.grant(brought, guessed, mayRead) } })
}

/** Gives a waiting pull what there is for it. */
export const answerPull = (turn: Turn, id: ClientId): void => {
  const client = clientById(turn.state, id)
  if (!isWeb(client) || client.web.pull === undefined || PullQueue.isEmpty(client.web.queue)) return
  const { counts, pull } = client.web
  const queue = PullQueue.handOut(client.web.queue)
  update(turn, {
    ...client,
    web: { ...client.web, queue, pull: undefined, answered: pull.request, quietSince: turn.state.now }
  })
  wakeBy(turn, turn.state.now + turn.state.config.limits.pullGraceMs)
  answer(turn, pull.request, queue.handed.map((item) => PullQueue.write(item, counts)))
}

/** Answers a waiting pull with nothing, so that whoever waits goes on (WEB-37). */
export const wakePull = (turn: Turn, id: ClientId): void => {
  const client = clientById(turn.state, id)
  if (!isWeb(client) || client.web.pull === undefined) return
  answer(turn, client.web.pull.request, [])
  update(turn, { ...client, web: { ...client.web, pull: undefined, quietSince: turn.state.now } })
}
