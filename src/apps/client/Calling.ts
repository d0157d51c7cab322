/** Calls of a client: msg-tags of its own making, responses matched to them, and a limit on every wait. */
import type * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { hasResult, resultOf, warningOf } from "../../domain/client/Responses.ts"
import { ClientId } from "../../domain/Identifiers.ts"
import { type SampMap, stringAt } from "../../domain/SampValue.ts"
import type { HubConnection, HubError } from "../HubConnection.ts"
import type { ClientEngine } from "./ClientEngine.ts"
import {
  type CallFailure,
  Disconnected,
  errorOf,
  type ErrorResponse,
  isTimeout,
  NoResponse
} from "./ClientErrors.ts"

/** A response that brought a result: `samp.ok`, or `samp.warning`. */
export interface Answer<R = SampMap> {
  readonly responder: ClientId
  readonly result: R
  /** What a `samp.warning` says, in a line. */
  readonly warning: string | undefined
  /** The response as it came. */
  readonly response: SampMap
}

/** What came of one of those who were called. */
export interface Reply<R = SampMap, E = never> {
  readonly responder: ClientId
  readonly answer: Result.Result<Answer<R>, ErrorResponse | NoResponse | Disconnected | HubError | E>
}

/** Reads a response; one without the parts it should have is made the best of (RSP-08). */
export const read = (responder: ClientId, response: SampMap): Result.Result<Answer, ErrorResponse> =>
  hasResult(response)
    ? Result.succeed({
      responder,
      result: resultOf(response),
      warning: warningOf(responder, response),
      response
    })
    : Result.fail(errorOf(responder, response))

/** No tag of an application begins like this. */
const prefix = "effect-samp-call-"
/** Whether a msg-tag is one that {@link call} or {@link callAll} has made. */
export const isOwn = (tag: string): boolean => tag.startsWith(prefix)

const orLate = <A, E>(
  wait: Effect.Effect<A, E>,
  responder: ClientId,
  seconds: number
): Effect.Effect<A, E | NoResponse> =>
  seconds > 0 ?
    Effect.timeoutOrElse(wait, {
      duration: seconds * 1000,
      orElse: () => Effect.fail(new NoResponse({ responder, seconds }))
    }) :
    wait

/** A call that is open as long as its scope. */
const opened = (
  engine: ClientEngine,
  to: ClientId | undefined,
  onEvent: Parameters<ClientEngine["waiters"]["set"]>[1]
): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const tag = `${prefix}${engine.nextCall()}`
      engine.waiters.set(tag, onEvent)
      engine.dispatch({ _tag: "CallOpened", tag, to })
      return tag
    }),
    (tag) =>
      Effect.sync(() => {
        engine.waiters.delete(tag)
        engine.dispatch({ _tag: "CallDropped", tag })
      })
  )

/**
 * Calls one client through the callback endpoint, so that no thread of the hub waits.
 *
 * @param seconds - how long to wait for the response; 0 for ever
 */
export const call = (
  engine: ClientEngine,
  connection: HubConnection,
  recipient: ClientId,
  message: SampMap,
  seconds: number
): Effect.Effect<Answer, CallFailure> =>
  Effect.scoped(Effect.gen(function*() {
    const mtype = stringAt(message, "samp.mtype") ?? ""
    const response = yield* Deferred.make<SampMap, Disconnected>()
    const tag = yield* opened(engine, recipient, (event) => {
      if (event._tag === "Answered") Deferred.doneUnsafe(response, Effect.succeed(event.response))
      if (event._tag === "Cut") Deferred.doneUnsafe(response, Effect.fail(new Disconnected({ mtype })))
    })
    const send = Effect.andThen(connection.call(recipient, tag, message), Deferred.await(response))
    return yield* Effect.fromResult(read(recipient, yield* orLate(send, recipient, seconds)))
  }))

/** The limit that a hub is told: an int, or 0 for none (DLV-11, DLV-13). */
const wholeSeconds = (seconds: number): number =>
  seconds > 0 && Number.isFinite(seconds) ? Math.ceil(seconds) : 0

/** Calls one client by the hub's `callAndWait`; the way of clients that are not callable. */
export const callAndWait = (
  connection: HubConnection,
  recipient: ClientId,
  message: SampMap,
  seconds: number
): Effect.Effect<Answer, HubError | ErrorResponse | NoResponse | Disconnected> =>
  orLate(connection.callAndWait(recipient, message, wholeSeconds(seconds)), recipient, seconds).pipe(
    Effect.catchTag(
      "CallError",
      (error): Effect.Effect<never, HubError | NoResponse | Disconnected> => {
        if (seconds > 0 && isTimeout(error)) {
          return Effect.fail(new NoResponse({ responder: recipient, seconds }))
        }
        return Effect.fail(
          error.reason === "Lost" ? new Disconnected({ mtype: stringAt(message, "samp.mtype") ?? "" }) : error
        )
      }
    ),
    Effect.flatMap((response) => Effect.fromResult(read(recipient, response)))
  )

/**
 * Calls all who subscribe; the replies come as they come, one for each client that was called. The stream ends when
 * all have answered, or time is up: then those who have not are told of as {@link NoResponse}.
 *
 * @param seconds - how long to wait for responses; 0 for ever
 */
export const callAll = (
  engine: ClientEngine,
  connection: HubConnection,
  message: SampMap,
  seconds: number
): Stream.Stream<Reply, HubError> =>
  Stream.unwrap(Effect.gen(function*() {
    const mtype = stringAt(message, "samp.mtype") ?? ""
    const replies = yield* Queue.make<Reply, HubError | Cause.Done>()
    const answered = new Set<ClientId>()
    let called: ReadonlyArray<ClientId> = []
    const endWith = (failure: (responder: ClientId) => NoResponse | Disconnected): void => {
      for (const responder of called) {
        if (answered.has(responder)) continue
        Queue.offerUnsafe(replies, { responder, answer: Result.fail(failure(responder)) })
      }
      Queue.endUnsafe(replies)
    }
    let sent = false
    let cut = false
    const tag = yield* opened(engine, undefined, (event) => {
      if (event._tag === "Answered") {
        const { responder, response } = event
        answered.add(responder)
        Queue.offerUnsafe(replies, { responder, answer: read(responder, response) })
      } else if (event._tag === "Complete") Queue.endUnsafe(replies)
      else {
        cut = true
        if (sent) endWith(() => new Disconnected({ mtype }))
      }
    })
    called = [...(yield* connection.callAll(tag, message)).keys()].map(ClientId) // DLV-03
    sent = true
    if (cut) endWith(() => new Disconnected({ mtype }))
    else engine.dispatch({ _tag: "CallWentTo", tag, ids: called })
    if (seconds > 0) {
      const late = Effect.sync(() => endWith((responder) => new NoResponse({ responder, seconds })))
      yield* Effect.forkScoped(Effect.andThen(Effect.sleep(seconds * 1000), late))
    }
    return Stream.fromQueue(replies)
  }))

/** Calls all who subscribe, each by `callAndWait`: the way of clients that are not callable. */
export const callEachAndWait = (
  connection: HubConnection,
  message: SampMap,
  seconds: number
): Stream.Stream<Reply, HubError> => {
  const one = (responder: ClientId) =>
    Effect.map(
      Effect.result(callAndWait(connection, responder, message, seconds)),
      (answer): Reply => ({ responder, answer })
    )
  return Stream.unwrap(Effect.map(
    connection.getSubscribedClients(stringAt(message, "samp.mtype") ?? ""),
    (subscribers) =>
      Stream.mapEffect(Stream.fromIterable([...subscribers.keys()].map(ClientId)), one, {
        concurrency: "unbounded",
        unordered: true
      })
  ))
}
