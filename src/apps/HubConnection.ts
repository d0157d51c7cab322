/**
 * A registration with a hub over the Standard Profile: all hub operations as effects, and a callback endpoint if the
 * client is callable. Leaving the scope unregisters (GEN-10, SHUT-04).
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { readCallback } from "../domain/ClientCallbacks.ts"
import type { Fault } from "../domain/Fault.ts"
import type { Delivery } from "../domain/HubOutput.ts"
import { ClientId, MessageId, PrivateKey } from "../domain/Identifiers.ts"
import { isList, isMap, type SampMap, type SampValue } from "../domain/SampValue.ts"
import { type CallError, CallSender } from "../ports/CallSender.ts"
import { CallServer, type ListenError } from "../ports/CallServer.ts"

/** The hub answered something that the standard does not allow. */
export class BadHub extends Data.TaggedError("BadHub")<{ readonly url: string; readonly detail: string }> {
  override get message(): string {
    return `the hub at ${this.url} does not speak SAMP as expected: ${this.detail}`
  }
}

/** Why a hub operation failed. */
export type HubError = CallError | BadHub

/** Takes what the hub delivers; its failures and defects are its own business, the hub never sees them (WIRE-76). */
export type Receive = (delivery: Delivery) => Effect.Effect<void>

/** Where a client takes its callbacks. */
export interface CallbackPlace {
  /** Address to listen on; loopback unless the hub is elsewhere. */
  readonly address: string
  /** Port, or 0 for any free one. */
  readonly port: number
}

const anyPort: CallbackPlace = { address: "127.0.0.1", port: 0 }

/** One registration. */
export interface HubConnection {
  readonly url: string
  readonly selfId: ClientId
  readonly hubId: ClientId
  readonly privateKey: PrivateKey
  /** Opens a callback endpoint and becomes callable (STD-06); it closes with the scope, and what it has begun ends. */
  readonly listen: (
    receive: Receive,
    where?: CallbackPlace
  ) => Effect.Effect<void, HubError | ListenError, Scope.Scope>
  /** Unregisters, once; the end of the scope does it too. Whether the hub hears it does not matter (SHUT-04). */
  readonly unregister: Effect.Effect<void>
  /** The hub has ended the registration, so that nothing is to be unregistered any more (CLI-16, CLI-17). */
  readonly abandon: Effect.Effect<void>
  /** Whether the hub answers. */
  readonly ping: Effect.Effect<void, HubError>
  readonly declareMetadata: (metadata: SampMap) => Effect.Effect<void, HubError>
  readonly declareSubscriptions: (subscriptions: SampMap) => Effect.Effect<void, HubError>
  readonly getMetadata: (id: ClientId) => Effect.Effect<SampMap, HubError>
  readonly getSubscriptions: (id: ClientId) => Effect.Effect<SampMap, HubError>
  readonly getRegisteredClients: Effect.Effect<ReadonlyArray<ClientId>, HubError>
  readonly getSubscribedClients: (mtype: string) => Effect.Effect<SampMap, HubError>
  readonly notify: (recipient: ClientId, message: SampMap) => Effect.Effect<void, HubError>
  readonly notifyAll: (message: SampMap) => Effect.Effect<ReadonlyArray<ClientId>, HubError>
  readonly call: (recipient: ClientId, tag: string, message: SampMap) => Effect.Effect<MessageId, HubError>
  readonly callAll: (tag: string, message: SampMap) => Effect.Effect<SampMap, HubError>
  /** @param timeoutSeconds - whole seconds; 0 for no limit (DLV-11) */
  readonly callAndWait: (
    recipient: ClientId,
    message: SampMap,
    timeoutSeconds: number
  ) => Effect.Effect<SampMap, HubError>
  readonly reply: (id: MessageId, response: SampMap) => Effect.Effect<void, HubError>
}

const Registration = Schema.Struct({
  "samp.hub-id": Schema.String,
  "samp.self-id": Schema.String,
  "samp.private-key": Schema.String
})
const decodeRegistration = Schema.decodeUnknownResult(Registration)

/** Milliseconds for an ordinary hub operation. */
const operationMs = 20_000
/** Milliseconds that a timed `callAndWait` may take beyond its own limit (WIRE-153). */
const slackMs = 10_000
/**
 * Milliseconds for saying goodbye. A hub that is gone refuses at once; one that has many connections waiting, as Python
 * hubs soon have, gets ours when TCP tries again after 1 s and 3 s, and would else keep us registered for ever.
 */
const goodbyeMs = 5_000

const asMap = (url: string, value: SampValue): Effect.Effect<SampMap, BadHub> =>
  isMap(value) ? Effect.succeed(value) : Effect.fail(new BadHub({ url, detail: "a map was expected" }))

const asIds = (url: string, value: SampValue): Effect.Effect<ReadonlyArray<ClientId>, BadHub> => {
  const ids = isList(value) ? value.filter((item) => typeof item === "string") : undefined
  return ids === undefined
    ? Effect.fail(new BadHub({ url, detail: "a list of client ids was expected" }))
    : Effect.succeed(ids.map(ClientId))
}

/** A callback's end, as the hub sees it: the answer is always a plain success unless the call was not for us. */
const callbackHandler =
  (key: PrivateKey, receive: Receive, run: (effect: Effect.Effect<void>) => void) =>
  (call: Parameters<typeof readCallback>[1]): Effect.Effect<SampValue, Fault> => {
    const delivery = readCallback(key, call)
    if (Result.isFailure(delivery)) return Effect.fail(delivery.failure)
    // CLI-12: the hub is answered at once, the work is done afterwards
    return Effect.sync(() => {
      run(receive(delivery.success))
      return ""
    })
  }

/**
 * Registers with a hub.
 *
 * @param hub - URL and secret, as a lockfile tells them
 */
export const register = (
  hub: { readonly url: string; readonly secret: string }
): Effect.Effect<HubConnection, HubError, CallSender | CallServer | Scope.Scope> =>
  Effect.gen(function*() {
    const { url } = hub
    const sender = yield* CallSender
    const server = yield* CallServer
    const ask = (method: string, params: ReadonlyArray<SampValue>, timeoutMs = operationMs) =>
      sender.call(url, { method: `samp.hub.${method}`, params }, { timeoutMs })
    let over = false
    const goodbye = (key: string) =>
      Effect.suspend(() => {
        if (over) return Effect.void
        over = true
        return Effect.ignore(ask("unregister", [key], goodbyeMs))
      })
    const registering = Effect.gen(function*() {
      const answer = yield* asMap(url, yield* ask("register", [hub.secret]))
      const info = decodeRegistration(Object.fromEntries(answer))
      return Result.isSuccess(info)
        ? info.success
        : yield* new BadHub({ url, detail: "the registration lacks ids" })
    })
    const registered = yield* Effect.acquireRelease(
      // A hub may hang, and nobody should have to wait for it; but if it answers after all, it is not to keep a ghost.
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function*() {
          const request = yield* Effect.forkDetach(Effect.interruptible(registering))
          const late = Effect.flatMap(Fiber.join(request), (info) => goodbye(info["samp.private-key"]))
          return yield* Effect.onInterrupt(
            restore(Fiber.join(request)),
            () => Effect.forkDetach(Effect.ignore(late))
          )
        })
      ),
      (info) => goodbye(info["samp.private-key"]),
      { interruptible: true }
    )
    const key = PrivateKey(registered["samp.private-key"])
    return {
      url,
      selfId: ClientId(registered["samp.self-id"]),
      hubId: ClientId(registered["samp.hub-id"]),
      privateKey: key,
      unregister: goodbye(key),
      abandon: Effect.sync(() => {
        over = true
      }),
      listen: (receive, where = anyPort) =>
        Effect.gen(function*() {
          const fibers = yield* FiberSet.make<void>()
          const fork = Effect.runForkWith(yield* Effect.context<never>())
          const handler = callbackHandler(key, receive, (effect) => {
            FiberSet.addUnsafe(fibers, fork(effect))
          })
          const endpoint = yield* server.listen({ ...where, title: "SAMP client" }, handler)
          yield* ask("setXmlrpcCallback", [key, endpoint.url])
        }),
      ping: Effect.asVoid(ask("ping", [])), // astropy's hub answers an argument with a fault (STD-13)
      declareMetadata: (metadata) => Effect.asVoid(ask("declareMetadata", [key, metadata])),
      declareSubscriptions: (subscriptions) =>
        Effect.asVoid(ask("declareSubscriptions", [key, subscriptions])),
      getMetadata: (id) => Effect.flatMap(ask("getMetadata", [key, id]), (value) => asMap(url, value)),
      getSubscriptions: (id) =>
        Effect.flatMap(ask("getSubscriptions", [key, id]), (value) => asMap(url, value)),
      getRegisteredClients: Effect.flatMap(ask("getRegisteredClients", [key]), (value) => asIds(url, value)),
      getSubscribedClients: (mtype) =>
        Effect.flatMap(ask("getSubscribedClients", [key, mtype]), (value) => asMap(url, value)),
      notify: (recipient, message) => Effect.asVoid(ask("notify", [key, recipient, message])),
      notifyAll: (message) => Effect.flatMap(ask("notifyAll", [key, message]), (value) => asIds(url, value)),
      call: (recipient, tag, message) =>
        Effect.map(
          ask("call", [key, recipient, tag, message]),
          (value) => MessageId(typeof value === "string" ? value : "")
        ),
      callAll: (tag, message) =>
        Effect.flatMap(ask("callAll", [key, tag, message]), (value) => asMap(url, value)),
      callAndWait: (recipient, message, seconds) =>
        Effect.flatMap(
          ask(
            "callAndWait",
            [key, recipient, message, String(seconds)],
            seconds > 0 ? seconds * 1000 + slackMs : 0
          ),
          (value) => asMap(url, value)
        ),
      reply: (id, response) => Effect.asVoid(ask("reply", [key, id, response]))
    }
  })
