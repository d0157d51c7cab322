/** A client of a check: a registration, and an inbox of what the hub delivers, taken as it comes. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { fault, quote } from "../../domain/Fault.ts"
import { okResponse } from "../../domain/Message.ts"
import { emptyMap, isMap, type SampMap, type SampValue, stringAt } from "../../domain/SampValue.ts"
import type { MethodCall } from "../../domain/XmlRpc.ts"
import type { CallError } from "../../ports/CallSender.ts"
import type { CallHandler } from "../../ports/CallServer.ts"
import { aMap, aString, type Broken, type CheckFailure } from "./Check.ts"
import { show } from "./Transcript.ts"
import { answerMs, type World } from "./World.ts"

/** What the hub delivered; parts that are not there are empty. */
export interface Received {
  /** Milliseconds of the clock. */
  readonly at: number
  /** The whole method name. */
  readonly method: string
  readonly params: ReadonlyArray<SampValue>
  readonly kind: "notification" | "call" | "response" | "unknown"
  readonly from: string
  /** The msg-id of a call, the tag of a response. */
  readonly label: string
  /** The message or the response. */
  readonly content: SampMap
  /** The MType of a message. */
  readonly mtype: string
}

const kinds: ReadonlyMap<string, Received["kind"]> = new Map([
  ["samp.client.receiveNotification", "notification"],
  ["samp.client.receiveCall", "call"],
  ["samp.client.receiveResponse", "response"]
])

const text = (value: SampValue | undefined): string => typeof value === "string" ? value : ""

const readDelivery = (at: number, { method, params }: MethodCall): Received => {
  const kind = kinds.get(method) ?? "unknown"
  const last = params.at(-1)
  const content = isMap(last) ? last : emptyMap
  return {
    at,
    method,
    params,
    kind,
    from: text(params[1]),
    label: kind === "call" || kind === "response" ? text(params[2]) : "",
    content,
    mtype: stringAt(content, "samp.mtype") ?? ""
  }
}

/** How a client behaves. */
export interface Manners {
  /** What it subscribes to; undefined for no declaration. */
  readonly subscriptions?: SampMap | ReadonlyArray<string>
  /** False for a client without callback endpoint. Default true. */
  readonly callable?: boolean
  /** Runs for each delivery, after the hub has its answer; its failures are nobody's business. */
  readonly onReceive?: (received: Received, self: Party) => Effect.Effect<unknown, CheckFailure>
  /** Milliseconds that its callbacks take to return. */
  readonly holdMs?: number
  /** Its callbacks return faults. */
  readonly refuses?: boolean
}

/** One client. */
export interface Party {
  readonly name: string
  readonly id: string
  readonly key: string
  readonly hubId: string
  /** The registration, as it came. */
  readonly info: SampMap
  /** All that came, in order. */
  readonly inbox: ReadonlyArray<Received>
  /** Asks the hub, with the private key in front. */
  readonly ask: (
    operation: string,
    ...params: ReadonlyArray<SampValue>
  ) => Effect.Effect<SampValue, CallError>
  /** The same with a limit of time of its own, in milliseconds. */
  readonly askWithin: (
    timeoutMs: number,
    operation: string,
    ...params: ReadonlyArray<SampValue>
  ) => Effect.Effect<SampValue, CallError>
  readonly subscribe: (subscriptions: SampMap | ReadonlyArray<string>) => Effect.Effect<SampValue, CallError>
  readonly unregister: Effect.Effect<SampValue, CallError>
  /** Opens another callback endpoint and tells the hub. */
  readonly listen: Effect.Effect<string, CheckFailure>
  /** Closes the callback endpoint without a word. */
  readonly hangUp: Effect.Effect<void>
  /** What came of an MType. */
  readonly got: (mtype: string) => ReadonlyArray<Received>
  /** The responses that came with a tag. */
  readonly responses: (tag: string) => ReadonlyArray<Received>
  /** Waits for so many deliveries of an MType, and returns them. */
  readonly receives: (mtype: string, count?: number) => Effect.Effect<ReadonlyArray<Received>, Broken>
  /** Waits for so many responses with a tag, and returns them. */
  readonly hears: (tag: string, count?: number) => Effect.Effect<ReadonlyArray<Received>, Broken>
}

/** Subscriptions; patterns alone get no annotations. */
export const subscriptionsTo = (patterns: SampMap | ReadonlyArray<string>): SampMap =>
  isMap(patterns) ? patterns : new Map(patterns.map((pattern): [string, SampMap] => [pattern, emptyMap]))

/** Makes the response to a call; by default `samp.ok` with the call's own params. */
export type Respond = (received: Received) => SampMap

const echo: Respond = ({ content }) => {
  const params = content.get("samp.params")
  return okResponse(isMap(params) ? params : emptyMap)
}

/** Milliseconds after which calls are answered, so that a hub which misses quick replies fails in DLV-22 only. */
const unhurriedMs = 30

/** Answers each call at once. */
export const answeringAtOnce =
  (respond: Respond = echo): NonNullable<Manners["onReceive"]> => (received, self) =>
    received.kind === "call" ? self.ask("reply", received.label, respond(received)) : Effect.void

/** Answers each call after a moment. */
export const answering = (respond: Respond = echo): NonNullable<Manners["onReceive"]> => (received, self) =>
  Effect.andThen(Effect.sleep(unhurriedMs), answeringAtOnce(respond)(received, self))

/** Milliseconds that a client takes at most to say goodbye. */
const goodbyeMs = 2_000

/** Registers a client; it unregisters with the scope of the check. */
export const join = (
  world: World,
  name: string,
  manners: Manners = {}
): Effect.Effect<Party, CheckFailure, Scope.Scope> =>
  Effect.gen(function*() {
    const { hub, ids, owners, ports } = world.run
    const info = yield* aMap(
      "the registration",
      yield* world.call(name, "", { method: "samp.hub.register", params: [hub.secret] })
    )
    const key = yield* aString("samp.private-key", info.get("samp.private-key"))
    owners.push({ key, client: name })
    const askWithin: Party["askWithin"] = (timeoutMs, operation, ...params) =>
      world.call(name, key, { method: `samp.hub.${operation}`, params: [key, ...params] }, timeoutMs)
    let left = false
    const goodbye = Effect.suspend(() => left ? Effect.void : askWithin(goodbyeMs, "unregister"))
    yield* Effect.addFinalizer(() => Effect.ignore(goodbye))
    const id = yield* aString("samp.self-id", info.get("samp.self-id"))
    ids.push(id)

    const inbox: Array<Received> = []
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    const handler: CallHandler = (call) =>
      Effect.gen(function*() {
        // A hub may look whether its clients are there: ours asks them for their methods. That is no delivery.
        if (!call.method.startsWith("samp.")) {
          return yield* Effect.fail(
            fault("UnknownMethod", `a client of the checks has no method ${quote(call.method)}`)
          )
        }
        const received = readDelivery(yield* Clock.currentTimeMillis, call)
        inbox.push(received)
        world.watch(name, key, `a delivery of ${call.method}`, [...call.params])
        yield* world.note("delivered", name, `${call.method}(${call.params.map(show).join(", ")})`)
        if (manners.onReceive !== undefined) fork(Effect.ignore(manners.onReceive(received, self)))
        if (manners.holdMs !== undefined) yield* Effect.sleep(manners.holdMs)
        return manners.refuses === true
          ? yield* Effect.fail(fault("Malformed", "this client takes nothing"))
          : ""
      })
    const outer = yield* Effect.scope
    let endpoint = yield* Scope.fork(outer)
    const listen: Party["listen"] = Effect.gen(function*() {
      endpoint = yield* Scope.fork(outer)
      const place = { address: "127.0.0.1", port: 0, title: "SAMP client" }
      const { url } = yield* ports.server.listen(place, handler).pipe(Scope.provide(endpoint))
      yield* askWithin(answerMs, "setXmlrpcCallback", url)
      return url
    })
    const got: Party["got"] = (mtype) => inbox.filter((received) => received.mtype === mtype)
    const responses: Party["responses"] = (tag) =>
      inbox.filter(({ kind, label }) => kind === "response" && label === tag)
    const enough = (what: string, count: number, look: () => ReadonlyArray<Received>) =>
      world.until(`${what} at ${name}`, () => look().length >= count ? look() : undefined)
    const self: Party = {
      name,
      id,
      key,
      hubId: stringAt(info, "samp.hub-id") ?? "",
      info,
      inbox,
      askWithin,
      ask: (operation, ...params) => askWithin(answerMs, operation, ...params),
      subscribe: (patterns) => askWithin(answerMs, "declareSubscriptions", subscriptionsTo(patterns)),
      unregister: Effect.suspend(() => {
        left = true
        return askWithin(answerMs, "unregister")
      }),
      listen,
      hangUp: Effect.suspend(() => Scope.close(endpoint, Exit.void)),
      got,
      responses,
      receives: (mtype, count = 1) =>
        enough(count === 1 ? mtype : `${count} of ${mtype}`, count, () => got(mtype)),
      hears: (tag, count = 1) =>
        enough(count === 1 ? "the response" : `${count} responses`, count, () => responses(tag))
    }
    if (manners.callable !== false) yield* listen
    if (manners.subscriptions !== undefined) yield* self.subscribe(manners.subscriptions)
    return self
  })
