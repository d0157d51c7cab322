/** The part of an examination that talks to a hub as a client does: ping, registration, callback, other clients. */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type {
  CallbackFacts,
  CallFailure,
  ClientFacts,
  ConversationFacts,
  Outcome
} from "../../domain/diagnosis/Evidence.ts"
import type { ClientId } from "../../domain/Identifiers.ts"
import type { HubRecord } from "../../domain/Lockfile.ts"
import { message } from "../../domain/Message.ts"
import { emptyMap, isMap, map, type SampMap, stringAt } from "../../domain/SampValue.ts"
import { product, version } from "../../domain/Version.ts"
import { CallSender } from "../../ports/CallSender.ts"
import type { CallServer, ListenError } from "../../ports/CallServer.ts"
import { type HubConnection, type HubError, register } from "../HubConnection.ts"

const failed = (error: HubError): CallFailure =>
  error._tag === "CallError"
    ? { _tag: "Failed", reason: error.reason, detail: error.detail }
    : { _tag: "Failed", reason: "BadAnswer", detail: error.detail }

/** How an effect that asks a hub ended, and how long it took. */
const timed = <A, R>(effect: Effect.Effect<A, HubError, R>): Effect.Effect<Outcome, never, R> =>
  Effect.gen(function*() {
    const before = yield* Clock.monotonicTimeNanos
    const result = yield* Effect.result(effect)
    if (Result.isFailure(result)) return failed(result.failure)
    return { _tag: "Done", ms: Number((yield* Clock.monotonicTimeNanos) - before) / 1e6 }
  })

/** Asks a hub for a sign of life (STD-13). */
export const ping = (url: string, limitMs: number): Effect.Effect<Outcome, never, CallSender> =>
  Effect.gen(function*() {
    const sender = yield* CallSender
    const call = { method: "samp.hub.ping", params: [] }
    return yield* timed(sender.call(url, call, { timeoutMs: limitMs }))
  })

/** Milliseconds that a hub gets beyond the limit to say itself that a client did not answer in time. */
const slackMs = 500

/** Runs an effect with a sender that waits no longer than this, whatever it is told. */
const bounded = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  limitMs: number
): Effect.Effect<A, E, R | CallSender> =>
  Effect.gen(function*() {
    const sender = yield* CallSender
    const most = limitMs + slackMs
    const call: CallSender["Service"]["call"] = (url, methodCall, options) =>
      sender.call(url, methodCall, {
        ...options,
        timeoutMs: options.timeoutMs === 0 ? most : Math.min(options.timeoutMs, most)
      })
    return yield* Effect.provideService(effect, CallSender, CallSender.of({ ...sender, call }))
  })

/** What we send to ourselves. */
const echo = "x-samp.doctor.echo"

/** Whether the hub calls us (STD-26): any delivery shows it, be it our own message or news of our metadata. */
const tryCallback = (connection: HubConnection, limitMs: number) =>
  Effect.gen(function*() {
    const heard = yield* Deferred.make<void>()
    const asked = Effect.gen(function*() {
      yield* connection.listen(() => Effect.asVoid(Deferred.succeed(heard, undefined)))
      yield* connection.declareSubscriptions(map({ [echo]: emptyMap, "samp.hub.event.metadata": emptyMap }))
    })
    const opened = yield* Effect.result(asked)
    if (Result.isFailure(opened)) return refusal(opened.failure)
    const before = yield* Clock.monotonicTimeNanos
    const sent = yield* Effect.result(connection.notify(connection.selfId, message(echo)))
    yield* Effect.ignore(declare(connection))
    const arrived = yield* Effect.timeoutOption(Deferred.await(heard), limitMs)
    if (Option.isSome(arrived)) {
      return { _tag: "Done", ms: Number((yield* Clock.monotonicTimeNanos) - before) / 1e6 } as const
    }
    return Result.isSuccess(sent)
      ? { _tag: "Silent", ms: limitMs } as const
      : {
        _tag: "Unasked",
        detail: `the hub does not send to ourselves: ${failed(sent.failure).detail}`
      } as const
  })

const refusal = (error: HubError | ListenError): CallbackFacts =>
  error._tag === "ListenError" ? { _tag: "NoEndpoint", detail: error.detail } : failed(error)

const declare = (connection: HubConnection) =>
  connection.declareMetadata(map({
    "samp.name": "samp doctor",
    "samp.description.text": `looks whether SAMP works, for ${product}`,
    [`${product}.version`]: version
  }))

const pingMType = "samp.app.ping"

/** Codes of our hub's error responses for a recipient that is not there (README). */
const deadCodes: ReadonlyArray<string | undefined> = ["hub.recipient-dead", "hub.recipient-ejected"]

const codeOf = (response: SampMap): string | undefined => {
  const error = response.get("samp.error")
  return isMap(error) ? stringAt(error, "samp.code") : undefined
}

/** What a client makes of a ping (HUB-26), and whether the hub still lists it if it made nothing of it. */
const askClient = (
  connection: HubConnection,
  id: ClientId,
  limitMs: number
): Effect.Effect<Pick<ClientFacts, "state" | "detail"> | undefined> =>
  Effect.gen(function*() {
    const seconds = Math.max(1, Math.round(limitMs / 1000))
    const before = yield* Clock.currentTimeMillis
    const result = yield* Effect.result(connection.callAndWait(id, message(pingMType), seconds))
    const waited = (yield* Clock.currentTimeMillis) - before
    if (Result.isSuccess(result)) {
      const code = codeOf(result.success)
      if (deadCodes.includes(code)) return { state: "Dead", detail: `the hub says ${code}` } as const
      if (code === "hub.recipient-unregistered") return undefined
      return code === "hub.recipient-unresponsive"
        ? { state: "Hung", detail: `the hub says ${code}` } as const
        : { state: "Answers" } as const
    }
    const { detail, reason } = failed(result.failure)
    // A hub that says at once that it cannot hand a call over has met a closed port.
    if (reason !== "RemoteFault" || waited >= seconds * 1000) {
      return { state: "Hung", detail: `no answer within ${seconds} s` } as const
    }
    const still = yield* Effect.orElseSucceed(
      connection.getRegisteredClients,
      (): ReadonlyArray<ClientId> => []
    )
    return still.includes(id) ? { state: "Dead", detail } as const : undefined
  })

/** The most clients that are asked. */
const mostClients = 64

/** All clients but the hub and ourselves, each asked whether it is there. */
const askClients = (
  connection: HubConnection,
  limitMs: number
): Effect.Effect<ReadonlyArray<ClientFacts>, HubError> =>
  Effect.gen(function*() {
    const ids = yield* connection.getRegisteredClients
    const subscribed = yield* connection.getSubscribedClients(pingMType)
    const others = ids.filter((id) => id !== connection.hubId && id !== connection.selfId)
    const asked = yield* Effect.forEach(others.slice(0, mostClients), (id) =>
      Effect.gen(function*() {
        const metadata = yield* Effect.orElseSucceed(connection.getMetadata(id), () => emptyMap)
        const name = stringAt(metadata, "samp.name") ?? ""
        if (!subscribed.has(id)) return { id, name, state: "Unasked" } as const
        const said = yield* askClient(connection, id, limitMs)
        return said === undefined ? undefined : { id, name, ...said }
      }), { concurrency: mostClients })
    return asked.filter((client) => client !== undefined)
  })

/** Registers, has itself called back, asks the clients, and leaves. */
export const converse = (
  hub: HubRecord,
  limitMs: number
): Effect.Effect<ConversationFacts, never, CallSender | CallServer> =>
  Effect.scoped(Effect.gen(function*() {
    const before = yield* Clock.monotonicTimeNanos
    const registered = yield* Effect.result(register(hub))
    if (Result.isFailure(registered)) return { registration: failed(registered.failure) }
    const ms = Number((yield* Clock.monotonicTimeNanos) - before) / 1e6
    const connection = registered.success
    const [callback, clients] = yield* Effect.all([
      tryCallback(connection, limitMs),
      Effect.orElseSucceed(askClients(connection, limitMs), () => undefined)
    ], { concurrency: "unbounded" })
    return { registration: { _tag: "Done", ms } as const, callback, clients }
  })).pipe((talk) => bounded(talk, limitMs))

/** How many clients a hub has; undefined if it does not say. */
export const countClients = (
  hub: HubRecord,
  limitMs: number
): Effect.Effect<number | undefined, never, CallSender | CallServer> =>
  Effect.scoped(Effect.gen(function*() {
    const connection = yield* register(hub)
    const ids = yield* connection.getRegisteredClients
    return ids.filter((id) => id !== connection.hubId && id !== connection.selfId).length
  })).pipe(Effect.orElseSucceed(() => undefined), (count) => bounded(count, limitMs))
