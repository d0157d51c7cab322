/** Calls of a client: msg-tags of its own making, responses matched to them, and a limit on every wait. */
import { isLimit } from "../../adapters/web/WebCalls.ts"
import { hasResult, resultOf, warningOf } from "../../domain/client/Responses.ts"
import { saysTimeout } from "../../domain/client/Wording.ts"
import { ClientId } from "../../domain/Identifiers.ts"
import { type SampMap, stringAt } from "../../domain/SampValue.ts"
import { plain, type PlainObject } from "../facade/Plain.ts"
import type { CallEvent, Engine } from "./Engine.ts"
import { CallError, Disconnected, errorOf, NoResponse } from "./Errors.ts"
import type { Answer, Reply } from "./Types.ts"
import { abortable, channel } from "./Waiting.ts"
import type { WebConnection } from "./WebConnection.ts"

/** No tag of an application begins like this. */
const prefix = "effect-samp-call-"

/** Whether a msg-tag is one that a call of ours has made. */
export const isOwn = (tag: string): boolean => tag.startsWith(prefix)

/** Reads a response; one without the parts it should have is made the best of (RSP-08). */
const read = (responder: string, response: SampMap): Answer<PlainObject> => {
  if (!hasResult(response)) throw errorOf(responder, response)
  return {
    responder,
    result: plain(resultOf(response)),
    warning: warningOf(responder, response),
    response: plain(response)
  }
}

const mtypeOf = (message: SampMap): string => stringAt(message, "samp.mtype") ?? ""

/** Opens a call; the function that comes back closes it. */
const opened = (
  { dispatch, waiters }: Engine,
  number: number,
  to: ClientId | undefined,
  onEvent: (event: CallEvent) => void
): { readonly tag: string; readonly close: () => void } => {
  const tag = `${prefix}${number}`
  waiters.set(tag, onEvent)
  dispatch({ _tag: "CallOpened", tag, to })
  const close = (): void => {
    waiters.delete(tag)
    dispatch({ _tag: "CallDropped", tag })
  }
  return { tag, close }
}

/** Runs something when so many seconds are over; 0 is never. The function that comes back takes that back. */
const later = (seconds: number, run: () => void): () => void => {
  if (!isLimit(seconds * 1000)) return () => {}
  const timer = setTimeout(run, seconds * 1000)
  return () => clearTimeout(timer)
}

/** How a call is made. */
export interface How {
  readonly engine: Engine
  readonly connection: WebConnection
  /** Makes the msg-tag differ from all others. */
  readonly number: number
  /** How long to wait for responses; 0 for ever. */
  readonly seconds: number
  readonly signal: AbortSignal
}

/** Calls one client and waits for its response. */
export const call = async (
  { connection, engine, number, seconds, signal }: How,
  recipient: string,
  message: SampMap
): Promise<Answer<PlainObject>> => {
  const { promise, reject, resolve } = Promise.withResolvers<SampMap>()
  promise.catch(() => {}) // it may fail before anybody waits for it
  const { close, tag } = opened(engine, number, ClientId(recipient), (event) => {
    if (event._tag === "Answered") resolve(event.response)
    if (event._tag === "Cut") reject(new Disconnected({ mtype: mtypeOf(message) }))
  })
  const stop = later(seconds, () => reject(new NoResponse({ responder: recipient, seconds })))
  try {
    const sent = connection.ask("call", [recipient, tag, message], { signal })
    const response = await abortable(Promise.race([sent.then(() => promise), promise]), signal)
    return read(recipient, response)
  } finally {
    stop()
    close()
  }
}

/** Whether time is up, or the hub says so. */
const isTimeout = ({ detail, reason }: CallError): boolean =>
  reason === "Timeout" || reason === "RemoteFault" && saysTimeout(detail)

/** Calls one client by the hub's `callAndWait`; the way of clients that take no messages. */
export const callAndWait = async (
  { connection, seconds, signal }: Pick<How, "connection" | "seconds" | "signal">,
  recipient: string,
  message: SampMap
): Promise<Answer<PlainObject>> => {
  const whole = Number.isFinite(seconds) ? Math.ceil(seconds) : 0 // an int, or 0 for no limit (DLV-11, DLV-13)
  try {
    const params = [recipient, message, String(whole)]
    const response = await connection.askMap("callAndWait", params, { signal, timeoutMs: seconds * 1000 })
    return read(recipient, response)
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    if (seconds > 0 && isTimeout(error)) throw new NoResponse({ responder: recipient, seconds })
    throw error.reason === "Lost" ? new Disconnected({ mtype: mtypeOf(message) }) : error
  }
}

type Failure = NonNullable<Reply["error"]>

const failedReply = (responder: string, error: unknown): Reply => ({
  responder,
  answer: undefined,
  error: error as Failure // all that calls fail with, but for what a signal does
})

const replyOf = (responder: string, response: SampMap): Reply => {
  try {
    return { responder, answer: read(responder, response), error: undefined }
  } catch (error) {
    return failedReply(responder, error)
  }
}

/**
 * Calls all who subscribe; the replies come as they come, one for each client that was called, and when time is up those
 * who have not answered are told of.
 */
export async function* callAll(how: How, message: SampMap): AsyncGenerator<Reply, void, void> {
  const { connection, engine, number, seconds, signal } = how
  const missing = new Set<ClientId>()
  let called = false
  let cut = false
  const { end, items, push } = channel<Reply>(signal, () => {})
  const endWith = (failure: (responder: string) => Failure): void => {
    for (const responder of missing) push(failedReply(responder, failure(responder)))
    end()
  }
  const disconnected = (): Failure => new Disconnected({ mtype: mtypeOf(message) })
  const answered: Array<ClientId> = []
  const { close, tag } = opened(engine, number, undefined, (event) => {
    if (event._tag === "Complete") return end()
    if (event._tag === "Cut") {
      cut = true
      if (called) endWith(disconnected)
      return
    }
    const { responder, response } = event
    answered.push(responder)
    missing.delete(responder)
    push(replyOf(responder, response))
  })
  let stop = (): void => {}
  try {
    const ids = [...(await connection.askMap("callAll", [tag, message], { signal })).keys()].map(ClientId) // DLV-03
    called = true
    for (const id of ids) if (!answered.includes(id)) missing.add(id)
    if (cut) endWith(disconnected)
    else engine.dispatch({ _tag: "CallWentTo", tag, ids })
    stop = later(seconds, () => endWith((responder) => new NoResponse({ responder, seconds })))
    yield* items
  } finally {
    stop()
    close()
  }
}

/** Calls all who subscribe, each by `callAndWait`: the way of clients that take no messages. */
export async function* callEach(
  how: Pick<How, "connection" | "seconds" | "signal">,
  message: SampMap
): AsyncGenerator<Reply, void, void> {
  const { connection, signal } = how
  const ids = [...(await connection.askMap("getSubscribedClients", [mtypeOf(message)], { signal })).keys()]
  const { end, items, push } = channel<Reply>(signal, () => {})
  const all = ids.map(async (id) => {
    try {
      push({ responder: id, answer: await callAndWait(how, id, message), error: undefined })
    } catch (error) {
      push(failedReply(id, error))
    }
  })
  void Promise.all(all).then(end)
  yield* items
}
