/**
 * A registration with a hub: all hub operations as effects, and callbacks if the client is callable. Over the Standard
 * Profile these come to an endpoint of the client; over the Web Profile it asks for them (WEB-30, WEB-32). Leaving the scope
 * unregisters (GEN-10, SHUT-04).
 */
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
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
import { isList, isMap, map, type SampMap, type SampValue } from "../domain/SampValue.ts"
import { acknowledgesKey } from "../domain/web/WebCallbacks.ts"
import { type CallError, CallSender } from "../ports/CallSender.ts"
import { type CallHandler, CallServer, type ListenError } from "../ports/CallServer.ts"
import type { HubAddress } from "./HubAddress.ts"
import { pollMs, pullAll } from "./WebPulling.ts"

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
  /**
   * What comes before a URL that is to be read through the hub (WEB-50), and where data can be handed over for others to
   * fetch, which hubs of ours take; over the Web Profile only.
   */
  readonly web:
    | { readonly translator: string | undefined; readonly publisher: string | undefined }
    | undefined
  /**
   * Becomes callable: opens a callback endpoint (STD-06), or over the Web Profile begins to ask for callbacks, in which case
   * `where` means nothing. It ends with the scope, and so does what it has begun.
   */
  readonly listen: (
    receive: Receive,
    where?: CallbackPlace
  ) => Effect.Effect<void, HubError | ListenError, Scope.Scope>
  /** Unregisters, once; the end of the scope does it too. Whether the hub hears it does not matter (SHUT-04). */
  readonly unregister: Effect.Effect<void>
  /** The hub has ended the registration, so that nothing is to be unregistered any more (CLI-16, CLI-17). */
  readonly abandon: Effect.Effect<void>
  /**
   * Waits until the hub says that it does not know this registration any more, and tells what it said. Only who asks for
   * callbacks hears of it so; over the Standard Profile it waits for ever.
   */
  readonly lost: Effect.Effect<string>
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
  "samp.private-key": Schema.String,
  "samp.url-translator": Schema.optionalKey(Schema.String),
  "x-samp.url-publisher": Schema.optionalKey(Schema.String),
  [acknowledgesKey]: Schema.optionalKey(Schema.String)
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

/** What differs between the profiles. */
const profileOf = (hub: HubAddress) =>
  "secret" in hub
    ? { prefix: "samp.hub.", identity: hub.secret, registerMs: operationMs, origin: undefined } as const
    : {
      prefix: "samp.webhub.",
      identity: map({ "samp.name": hub.web.name, [acknowledgesKey]: "1" }),
      registerMs: 0, // the user is asked, who may not be there
      origin: hub.web.origin
    } as const

/**
 * Registers with a hub. Over the Web Profile the hub asks its user first, so this may take long, and can be interrupted.
 */
export const register = (
  hub: HubAddress
): Effect.Effect<HubConnection, HubError, CallSender | CallServer | Scope.Scope> =>
  Effect.gen(function*() {
    const { url } = hub
    const sender = yield* CallSender
    const server = yield* CallServer
    const { identity, origin, prefix, registerMs } = profileOf(hub)
    const ask = (method: string, params: ReadonlyArray<SampValue>, timeoutMs = operationMs) =>
      sender.call(url, { method: `${prefix}${method}`, params }, { timeoutMs, origin })
    let over = false
    const goodbye = (key: string) =>
      Effect.suspend(() => {
        if (over) return Effect.void
        over = true
        return Effect.ignore(ask("unregister", [key], goodbyeMs))
      })
    const registering = Effect.gen(function*() {
      const answer = yield* asMap(url, yield* ask("register", [identity], registerMs))
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
    const isWeb = !("secret" in hub)
    const lost = yield* Deferred.make<string>()

    const beCalled = (handler: CallHandler, where: CallbackPlace) =>
      Effect.flatMap(
        server.listen({ ...where, title: "SAMP client" }, handler),
        (endpoint) => ask("setXmlrpcCallback", [key, endpoint.url])
      )

    const pullInto = (take: (delivery: Delivery) => void) =>
      Effect.gen(function*() {
        yield* ask("allowReverseCallbacks", [key, "1"])
        const pulling = pullAll({
          pull: (params) => ask("pullCallbacks", [key, ...params], pollMs),
          counts: registered[acknowledgesKey] === "1",
          take
        })
        yield* Effect.forkScoped(
          Effect.flatMap(pulling, (detail) => Deferred.succeed(lost, detail)),
          { startImmediately: true }
        )
      })

    return {
      url,
      selfId: ClientId(registered["samp.self-id"]),
      hubId: ClientId(registered["samp.hub-id"]),
      privateKey: key,
      web: isWeb
        ? { translator: registered["samp.url-translator"], publisher: registered["x-samp.url-publisher"] }
        : undefined,
      unregister: goodbye(key),
      abandon: Effect.sync(() => {
        over = true
      }),
      lost: Deferred.await(lost),
      listen: (receive, where = anyPort) =>
        Effect.gen(function*() {
          const fibers = yield* FiberSet.make<void>()
          const fork = Effect.runForkWith(yield* Effect.context<never>())
          const run = (effect: Effect.Effect<void>): void => {
            FiberSet.addUnsafe(fibers, fork(effect))
          }
          return yield* isWeb
            ? pullInto((delivery) => run(receive(delivery)))
            : beCalled(callbackHandler(key, receive, run), where)
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
