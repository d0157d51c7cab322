/**
 * The calls of a client that are not answered yet, by msg-tag, and which responses they still expect (DLV-01).
 *
 * A response may come before the hub has said to whom the call went (DLV-20, CLI-20), so a call is opened before it is
 * sent, and learns whom to expect afterwards. A response counts once (DLV-15), and only from a client that was called.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { ClientId } from "../Identifiers.ts"

/** One call to one client or to many. */
export interface OpenCall {
  /** Who was called; undefined until the hub has said so. */
  readonly expected: ReadonlySet<ClientId> | undefined
  readonly answered: ReadonlySet<ClientId>
}

/** Open calls by msg-tag. */
export type OpenCalls = HashMap.HashMap<string, OpenCall>

/** No calls. */
export const none: OpenCalls = HashMap.empty()

/** The open call with this tag. */
export const find = (calls: OpenCalls, tag: string): OpenCall | undefined =>
  Option.getOrUndefined(HashMap.get(calls, tag))

/** Opens a call; `to` is undefined for one that goes to all who subscribe. */
export const open = (calls: OpenCalls, tag: string, to: ClientId | undefined): OpenCalls =>
  HashMap.set(calls, tag, {
    expected: to === undefined ? undefined : new Set([to]),
    answered: new Set()
  })

/** Notes whom a call went to. */
export const expect = (calls: OpenCalls, tag: string, ids: ReadonlyArray<ClientId>): OpenCalls =>
  HashMap.modify(calls, tag, (call) => ({ ...call, expected: new Set(ids) }))

/** Forgets a call. */
export const close = (calls: OpenCalls, tag: string): OpenCalls => HashMap.remove(calls, tag)

/** Whether a response of this client is one that the call waits for. */
export const awaits = ({ answered, expected }: OpenCall, id: ClientId): boolean =>
  !answered.has(id) && (expected === undefined || expected.has(id))

/** Notes that a client has answered. */
export const answer = (calls: OpenCalls, tag: string, id: ClientId): OpenCalls =>
  HashMap.modify(calls, tag, (call) => ({ ...call, answered: new Set([...call.answered, id]) }))

/** Whether everybody who was called has answered. */
export const isComplete = ({ answered, expected }: OpenCall): boolean =>
  expected !== undefined && [...expected].every((id) => answered.has(id))

/** Tags of the calls that wait for this client. */
export const waitingFor = (calls: OpenCalls, id: ClientId): ReadonlyArray<string> =>
  [...HashMap.entries(calls)]
    .filter(([, call]) => call.expected?.has(id) === true && awaits(call, id))
    .map(([tag]) => tag)

/** Tags of all open calls. */
export const tags = (calls: OpenCalls): Iterable<string> => HashMap.keys(calls)
