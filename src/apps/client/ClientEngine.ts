/**
 * The shell around the client machine: one owner of its state, which steps it synchronously and carries out what it says.
 * It lives as long as the client, over all its registrations.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as PubSub from "effect/PubSub"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type { ClientInput } from "../../domain/client/ClientInput.ts"
import { step } from "../../domain/client/ClientMachine.ts"
import type { ClientOutput, Ending } from "../../domain/client/ClientOutput.ts"
import { type ClientState, initial } from "../../domain/client/ClientState.ts"
import * as Tracker from "../../domain/client/Tracker.ts"
import type { ClientId, MessageId } from "../../domain/Identifiers.ts"
import { isMap, type SampMap } from "../../domain/SampValue.ts"
import type { HubConnection } from "../HubConnection.ts"
import { isLost } from "./ClientErrors.ts"
import type { Declaring } from "./Declaring.ts"
import { Failure, type Incoming, type Outcome, responseOf, Warning } from "./Handling.ts"
import { toMessage } from "./Outgoing.ts"

/** What happens to an open call. */
export type CallEvent =
  | { readonly _tag: "Answered"; readonly responder: ClientId; readonly response: SampMap }
  | { readonly _tag: "Complete" }
  | { readonly _tag: "Cut" }

/** A response to a msg-tag of the application's own. */
export interface TaggedResponse {
  readonly responder: ClientId
  readonly tag: string
  readonly response: SampMap
}

/** A handler without its type of parameters and with all that it needs. */
export type Handle = (incoming: Incoming) => Effect.Effect<Outcome, unknown>

/** One registration, while it lasts. */
export interface Running {
  readonly connection: HubConnection
  readonly declaring: Declaring
  /** Runs what belongs to this registration; it is interrupted with it. */
  readonly run: (effect: Effect.Effect<void>) => void
  /** Ends the registration. */
  readonly end: (ending: Ending) => void
  readonly askAbout: (id: ClientId) => Effect.Effect<void>
}

/** What {@link make} returns. */
export interface ClientEngine {
  readonly state: () => ClientState
  readonly running: () => Running | undefined
  readonly dispatch: (input: ClientInput) => void
  readonly enter: (running: Running) => void
  readonly leave: () => void
  /** Numbers its calls, from 1. */
  readonly nextCall: () => number
  readonly handlers: Map<number, Handle>
  readonly waiters: Map<string, (event: CallEvent) => void>
  readonly responses: PubSub.PubSub<TaggedResponse>
  readonly clients: SubscriptionRef.SubscriptionRef<Tracker.Tracker>
}

type HandleOutput = Extract<ClientOutput, { readonly _tag: "Handle" }>

const incomingOf = ({ connection }: Running, { delivery, mtype }: HandleOutput): Incoming => {
  const { message, sender } = delivery
  const params = message.get("samp.params")
  const msgId = delivery._tag === "Call" ? delivery.msgId : undefined
  return {
    mtype,
    params: isMap(params) ? params : new Map(),
    sender,
    msgId,
    message,
    progress: (txt, percent) =>
      msgId === undefined ? Effect.void : Effect.ignore(Effect.flatMap(
        toMessage("samp.msg.progress", { msgid: msgId, txt, percent }),
        (message) => connection.notify(sender, message)
      ))
  }
}

/** Replies; again if that was lost, since the caller waits (RSP-09). A hub refuses a second reply, so it does no harm. */
const reply = ({ connection }: Running, msgId: MessageId, response: SampMap): Effect.Effect<void> =>
  connection.reply(msgId, response).pipe(
    Effect.retry({ while: isLost, schedule: Schedule.spaced(replyAgainMs), times: 3 }),
    Effect.ignore
  )

/** Milliseconds between two attempts to reply. */
const replyAgainMs = 200

/** A caller is told of a failure; of defects, and of failures with nobody to tell, the log has to. */
const complain = (
  { _tag }: HandleOutput["delivery"],
  mtype: string,
  cause: Cause.Cause<unknown>
): Effect.Effect<void> => {
  if (Cause.hasDies(cause)) return Effect.logError(`a handler of ${mtype} failed unexpectedly`, cause)
  const isMeant = cause.reasons.some((reason) =>
    reason._tag === "Fail" && (reason.error instanceof Warning || reason.error instanceof Failure)
  )
  return _tag === "Call" || isMeant || Cause.hasInterruptsOnly(cause)
    ? Effect.void
    : Effect.logWarning(`a handler of the notification ${mtype} failed`, cause)
}

/** Runs one handler, and replies with what becomes of it if it was called. */
const handle = (running: Running, output: HandleOutput, handler: Handle): Effect.Effect<void> =>
  Effect.gen(function*() {
    const { delivery, mtype } = output
    const exit = yield* Effect.exit(Effect.suspend(() => handler(incomingOf(running, output))))
    if (Exit.isFailure(exit)) yield* complain(delivery, mtype, exit.cause)
    if (delivery._tag !== "Call") return
    const response = responseOf(exit)
    if (response !== undefined) yield* reply(running, delivery.msgId, response)
  })

/** An engine whose client is not registered yet. */
export const make: Effect.Effect<ClientEngine, never, Scope.Scope> = Effect.gen(function*() {
  const handlers = new Map<number, Handle>()
  const waiters = new Map<string, (event: CallEvent) => void>()
  const responses = yield* PubSub.unbounded<TaggedResponse>()
  const clients = yield* SubscriptionRef.make(Tracker.nobody)
  yield* Effect.addFinalizer(() => PubSub.shutdown(responses))
  let state = initial
  let calls = 0
  let running: Running | undefined

  const tell = (tag: string, event: CallEvent): void => waiters.get(tag)?.(event)

  const perform = (output: ClientOutput): void => {
    switch (output._tag) {
      case "Handle":
        for (const id of output.handlers) {
          const handler = handlers.get(id)
          if (running !== undefined && handler !== undefined) running.run(handle(running, output, handler))
        }
        return
      case "Reply":
        return running?.run(reply(running, output.msgId, output.response))
      case "Answered":
        return tell(output.tag, output)
      case "Complete":
      case "Cut":
        tell(output.tag, output)
        waiters.delete(output.tag)
        return
      case "Unclaimed": {
        const { responder, response, tag } = output
        PubSub.publishUnsafe(responses, { responder, response, tag })
        return
      }
      case "ClientsChanged":
        return Effect.runSync(SubscriptionRef.set(clients, state.registered?.tracker ?? Tracker.nobody))
      case "AskAbout":
        return running?.run(running.askAbout(output.id))
      case "Over":
        return running?.end(output.ending)
      case "Later":
        return running?.run(
          Effect.andThen(Effect.sleep(output.ms), Effect.sync(() => dispatch(output.input)))
        )
    }
  }

  const dispatch = (input: ClientInput): void => {
    const next = step(state, input)
    state = next.state
    for (const output of next.outputs) perform(output)
  }

  return {
    state: () => state,
    running: () => running,
    dispatch,
    enter: (entered) => {
      running = entered
      const { hubId, selfId } = entered.connection
      dispatch({ _tag: "Registered", hubId, selfId })
    },
    leave: () => {
      running = undefined
      dispatch({ _tag: "Ended" })
    },
    nextCall: () => ++calls,
    handlers,
    waiters,
    responses,
    clients
  }
})

/** A runner of fibers that end with the scope. */
export const runner: Effect.Effect<(effect: Effect.Effect<void>) => void, never, Scope.Scope> = Effect.gen(
  function*() {
    const fibers = yield* FiberSet.make<void>()
    const fork = Effect.runForkWith(Context.omit(Scope.Scope)(yield* Effect.context<Scope.Scope>()))
    return (effect) => {
      FiberSet.addUnsafe(fibers, fork(effect))
    }
  }
)
