/** What many checks say and do. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { message } from "../../../domain/Message.ts"
import { emptyMap, isMap, map, type SampMap, type SampValue } from "../../../domain/SampValue.ts"
import { aMap, type Broken, broken, equal } from "../Check.ts"
import type { Party } from "../Party.ts"
import type { World } from "../World.ts"

/** A message, with further keys if need be. */
export const msg = (
  mtype: string,
  params: SampMap = emptyMap,
  extra: { readonly [key: string]: SampValue } = {}
): SampMap => new Map([...message(mtype, params), ...Object.entries(extra)])

/** Demands that a map has all entries of another; a hub may have added some. */
export const carries = (what: string, actual: SampMap, sent: SampMap): Effect.Effect<void, Broken> =>
  Effect.forEach(
    sent,
    ([key, value]) => equal(`${JSON.stringify(key)} of ${what}`, actual.get(key), value),
    { discard: true }
  )

/** Milliseconds between two things whose order is looked at. */
export const pauseMs = 30

/** Params of a message. */
export const paramsOf = (content: SampMap): SampMap => {
  const params = content.get("samp.params")
  return isMap(params) ? params : emptyMap
}

/** Demands that exactly so many came, after time in which more would have come. */
export const exactly = (
  world: World,
  what: string,
  count: number,
  look: () => ReadonlyArray<unknown>
): Effect.Effect<void, Broken> =>
  Effect.gen(function*() {
    if (count > 0) yield* world.until(what, () => look().length >= count ? true : undefined)
    yield* world.quiet
    const found = look().length
    if (found !== count) return yield* broken(`${what} came ${found} times, not ${count}`)
  })

/** An operation with arguments that are right, but for what a check makes wrong. */
export type Operation = readonly [method: string, ...args: ReadonlyArray<SampValue>]

/** Every operation that takes a private key; `callee` is subscribed to `mtype`, and answers. */
export const operations = (callee: Party, mtype: string): ReadonlyArray<Operation> => [
  ["setXmlrpcCallback", "http://127.0.0.1:9/none"],
  ["declareMetadata", map({ "samp.name": "x" })],
  ["getMetadata", callee.id],
  ["declareSubscriptions", emptyMap],
  ["getSubscriptions", callee.id],
  ["getRegisteredClients"],
  ["getSubscribedClients", mtype],
  ["notify", callee.id, msg(mtype)],
  ["notifyAll", msg(mtype)],
  ["call", callee.id, "tag", msg(mtype)],
  ["callAll", "tag", msg(mtype)],
  ["callAndWait", callee.id, msg(mtype), "5"],
  ["reply", "no-such-msg-id", map({ "samp.status": "samp.ok", "samp.result": emptyMap })],
  ["unregister"]
]

/** The ways to send to one client. */
export const sendings = (recipient: string, content: SampValue): ReadonlyArray<Operation> => [
  ["notify", recipient, content],
  ["call", recipient, "tag", content],
  ["callAndWait", recipient, content, "5"]
]

/** All ways to send. */
export const allSendings = (recipient: string, content: SampValue): ReadonlyArray<Operation> => [
  ...sendings(recipient, content),
  ["notifyAll", content],
  ["callAll", "tag", content]
]

/** The subscriptions of a client, as another is told. */
export const subscribedTo = (asker: Party, mtype: string) =>
  Effect.flatMap(asker.ask("getSubscribedClients", mtype), (value) => aMap("the result", value))

/** A callAndWait in the background, and the msg-id that its callee got. */
export const waiting = (alice: Party, bob: Party, mtype: string, timeout: string, patienceMs = 6_000) =>
  Effect.gen(function*() {
    const asking = alice.askWithin(patienceMs, "callAndWait", bob.id, msg(mtype), timeout)
    const fiber = yield* Effect.forkScoped(Effect.result(asking))
    const [received] = yield* bob.receives(mtype)
    return { answer: Fiber.join(fiber), id: received?.label ?? "" }
  })
