/**
 * The calls of a client that are not answered yet, by msg-tag, and which responses they still expect (DLV-01).
 *
 * A response may come before the hub has said to whom the call went (DLV-20, CLI-20), so a call is opened before it is
 * sent, and learns whom to expect afterwards. A response counts once (DLV-15), and only from a client that was called.
 */
import type { ClientId } from "../Identifiers.ts"

/** One call to one client or to many. */
export interface OpenCall {
  /** Who was called; undefined until the hub has said so. */
  readonly expected: ReadonlySet<ClientId> | undefined
  readonly answered: ReadonlySet<ClientId>
}

type Bucket = ReadonlyMap<string, OpenCall>

/**
 * Open calls by msg-tag, spread over buckets: a change copies one of them, and a client may have thousands of calls. Plain
 * maps, since a persistent one would be most of what a page loads.
 */
export type OpenCalls = ReadonlyArray<Bucket>

/** No calls. */
export const none: OpenCalls = Array.from({ length: 64 }, () => new Map())

const placeOf = (calls: OpenCalls, tag: string): number => {
  let hash = 0
  for (let at = 0; at < tag.length; at++) hash = (hash * 31 + tag.charCodeAt(at)) >>> 0
  return hash % calls.length
}

/** The open call with this tag. */
export const find = (calls: OpenCalls, tag: string): OpenCall | undefined =>
  calls[placeOf(calls, tag)]?.get(tag)

const change = (calls: OpenCalls, tag: string, make: (bucket: Map<string, OpenCall>) => void): OpenCalls => {
  const place = placeOf(calls, tag)
  const bucket = new Map(calls[place])
  make(bucket)
  return calls.with(place, bucket)
}

const modify = (calls: OpenCalls, tag: string, make: (call: OpenCall) => OpenCall): OpenCalls => {
  const call = find(calls, tag)
  return call === undefined ? calls : change(calls, tag, (bucket) => bucket.set(tag, make(call)))
}

/** Opens a call; `to` is undefined for one that goes to all who subscribe. */
export const open = (calls: OpenCalls, tag: string, to: ClientId | undefined): OpenCalls =>
  change(
    calls,
    tag,
    (bucket) =>
      bucket.set(tag, { expected: to === undefined ? undefined : new Set([to]), answered: new Set() })
  )

/** Notes whom a call went to. */
export const expect = (calls: OpenCalls, tag: string, ids: ReadonlyArray<ClientId>): OpenCalls =>
  modify(calls, tag, (call) => ({ ...call, expected: new Set(ids) }))

/** Forgets a call. */
export const close = (calls: OpenCalls, tag: string): OpenCalls =>
  find(calls, tag) === undefined ? calls : change(calls, tag, (bucket) => bucket.delete(tag))

/** Whether a response of this client is one that the call waits for. */
export const awaits = ({ answered, expected }: OpenCall, id: ClientId): boolean =>
  !answered.has(id) && (expected === undefined || expected.has(id))

/** Notes that a client has answered. */
export const answer = (calls: OpenCalls, tag: string, id: ClientId): OpenCalls =>
  modify(calls, tag, (call) => ({ ...call, answered: new Set([...call.answered, id]) }))

/** Whether everybody who was called has answered. */
export const isComplete = ({ answered, expected }: OpenCall): boolean =>
  expected !== undefined && [...expected].every((id) => answered.has(id))

/** Tags of the calls that wait for this client. */
export const waitingFor = (calls: OpenCalls, id: ClientId): ReadonlyArray<string> =>
  calls.flatMap((bucket) => [...bucket])
    .filter(([, call]) => call.expected?.has(id) === true && awaits(call, id))
    .map(([tag]) => tag)

/** Tags of all open calls. */
export const tags = (calls: OpenCalls): ReadonlyArray<string> => calls.flatMap((bucket) => [...bucket.keys()])
