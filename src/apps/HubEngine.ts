/**
 * The hub machine at work: the only owner of the hub's state.
 *
 *     ask, reports -> inbox -> step -> answers, outboxes, timer
 *
 * One input is fed and all its outputs are carried out before the next. Carrying out never waits: an answer resumes
 * the one who asked, a delivery goes to the outbox of its client, which runs on its own.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import { type Fault, quote } from "../domain/Fault.ts"
import type { HubInput, Operation, WebCaller } from "../domain/HubInput.ts"
import { step } from "../domain/HubMachine.ts"
import type { HubOutput } from "../domain/HubOutput.ts"
import { type HubConfig, type HubState, start, webClients, type WebPeer } from "../domain/HubState.ts"
import { clientFacts, type HubStatus, routed, type Trouble } from "../domain/HubStatus.ts"
import type { ClientId, PrivateKey } from "../domain/Identifiers.ts"
import { Repeats, withUntold } from "../domain/Repeats.ts"
import type { SampValue } from "../domain/SampValue.ts"
import { CallSender } from "../ports/CallSender.ts"
import { Liveness } from "./Liveness.ts"
import { Outbox, type OutboxEvents, type Run } from "./Outbox.ts"

/** Why a hub ends by itself. */
export type Ended = "idle" | "asked to stop"

/** The part of a hub's status that is the same in all profiles. */
export type EngineStatus = Pick<HubStatus, "started" | "uptime" | "openCalls" | "routed" | "clients">

/** An answer that may turn out not to have been read (WEB-36). */
export interface Heard {
  readonly value: SampValue
  readonly unread: () => void
}

/** A running hub, whatever profiles speak to it. */
export class HubEngine extends Context.Service<HubEngine, {
  /** Asks the hub something; interrupting a `CallAndWait` forgets it. */
  readonly ask: (operation: Operation) => Effect.Effect<SampValue, Fault>
  /** Asks the hub something over the Web Profile. */
  readonly askFor: (page: WebCaller, operation: Operation) => Effect.Effect<Heard, Fault>
  /** Throws a client out, with a word to it (EVT-04). */
  readonly eject: (id: ClientId, reason: string) => Effect.Effect<void>
  /** Tells the clients of the Web Profile that it is switched off, and forgets them (EVT-14). */
  readonly closeWeb: Effect.Effect<void>
  /** The state at this moment, for who cannot wait. */
  readonly look: () => HubState
  /** The state at this moment. */
  readonly state: Effect.Effect<HubState>
  /** How the hub is, with all that only the engine knows. */
  readonly status: Effect.Effect<EngineStatus>
  /** Waits until the hub should end. */
  readonly ended: Effect.Effect<Ended>
  /** Makes the hub end, from inside. */
  readonly end: Effect.Effect<void>
  /** Tells all clients and waits, within limits, until they know (SHUT-01). Nothing is answered afterwards. */
  readonly shutdown: Effect.Effect<void>
}>()("samp/apps/HubEngine") {}

/** Milliseconds within which a page that has got its messages asks for the next ones. */
const repullMs = 1_000

/** The longest that a timer can be set for; the tick it brings is harmless when too early. */
const longestSleepMs = 2 ** 31 - 1

/**
 * Sees each step of the machine before its outputs are carried out: when, in milliseconds since the engine began, what went
 * in, what came out, and the state after it. It must neither wait nor throw.
 */
export type Observe = (
  at: number,
  input: HubInput,
  outputs: ReadonlyArray<HubOutput>,
  state: HubState
) => void

type Settle = (result: Result.Result<SampValue, Fault>) => void

const make = (config: HubConfig, observe: Observe | undefined) =>
  Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const sender = yield* CallSender
    const scope = yield* Effect.scope
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    const origin = clock.monotonicTimeNanosUnsafe()
    const now = (): number => Number(clock.monotonicTimeNanosUnsafe() - origin) / 1e6
    const ended = yield* Deferred.make<Ended>()
    const begun = clock.currentTimeMillisUnsafe()
    /** The time of day at a moment of the clock of the inputs. */
    const timeOf = (at: number): string => DateTime.formatIso(DateTime.makeUnsafe(Math.round(begun + at)))

    const fibers = new Set<Fiber.Fiber<unknown, unknown>>()
    const run: Run = (effect, done) => {
      const fiber = fork(effect)
      const settle = (exit: Exit.Exit<unknown, unknown>): void => {
        fibers.delete(fiber)
        if (done === undefined || Exit.hasInterrupts(exit)) return
        const failed = Exit.isFailure(exit)
          ? exit.cause.reasons.find((reason) => reason._tag === "Fail")
          : undefined
        // the effect's own error type, out of its own exit
        done(failed?.error as never)
      }
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) return settle(exit)
      fibers.add(fiber)
      fiber.addObserver(settle)
    }
    yield* Scope.addFinalizer(scope, Effect.suspend(() => Fiber.interruptAll(fibers)))

    let state = start(config, 0)
    const inbox: Array<HubInput> = []
    const waiting = new Map<number, Settle>()
    const outboxes = new Map<ClientId, Outbox>()
    const troubles = new Map<ClientId, Trouble>()
    let failed = 0
    let draining = false
    let requests = 0
    let timer: Fiber.Fiber<unknown, unknown> | undefined

    const feed = (input: HubInput): void => {
      inbox.push(input)
      if (draining) return
      draining = true
      try {
        for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) {
          const result = step(state, next)
          state = result.state
          observe?.(now(), next, result.outputs, state)
          for (const output of result.outputs) carryOut(output)
        }
      } finally {
        draining = false
      }
    }

    const log = (message: string, details: { readonly [key: string]: unknown }): void => {
      run(Effect.logDebug(message, details))
    }

    const told = new Repeats()
    /** Warns of what a client can bring about as often as it likes. */
    const warn = (kind: string, message: string, details: { readonly [key: string]: unknown }): void => {
      const untold = told.happens(kind, now())
      if (untold !== undefined) run(Effect.logWarning(withUntold(message, untold), details))
    }

    const openOutbox = (id: ClientId, key: PrivateKey, url: string): void => {
      const known = outboxes.get(id)
      if (known !== undefined) return known.redirect(url)
      const trouble = (what: string, detail: string): void => {
        failed++
        troubles.set(id, { text: `a ${what} was not taken: ${detail}`, at: timeOf(now()) })
      }
      const events: OutboxEvents = {
        undelivered: (msgId, why, detail) => {
          trouble("call", detail)
          feed({ _tag: "CallUndelivered", recipient: id, msgId, why, detail })
        },
        lost: (what, detail) => {
          trouble(what, detail)
          run(Effect.logWarning(`a ${what} for ${id} was lost`, { detail }))
        },
        dead: (detail, waiting) => {
          failed += waiting
          feed({ _tag: "ClientDead", id, now: now(), detail })
        }
      }
      outboxes.set(id, new Outbox({ key, url }, { sender, limits: config.limits, events, run }))
    }

    const carryOut = (output: HubOutput): void => {
      switch (output._tag) {
        case "Answer": {
          const settle = waiting.get(output.request)
          waiting.delete(output.request)
          return settle?.(output.result)
        }
        case "Deliver":
          return outboxes.get(output.to)?.add(output.delivery)
        case "Callable":
          // Of a client that pulls, the machine keeps what waits for it.
          return output.callback._tag === "Post"
            ? openOutbox(output.id, output.key, output.callback.url)
            : undefined
        case "Left":
          outboxes.get(output.id)?.close(output.departure === "ejected")
          outboxes.delete(output.id)
          troubles.delete(output.id)
          return log("client left", { id: output.id, departure: output.departure, reason: output.reason })
        case "Unheard":
          return log("response not heard: its caller is not callable", { ...output })
        case "Overfull": {
          const what = output.what.toLowerCase()
          failed++
          troubles.set(output.id, {
            text: `a ${what} was not taken: ${output.waiting} wait for it already`,
            at: timeOf(now())
          })
          return warn(`${output.id} overfull`, `a ${what} for ${output.id} was lost: it pulls too slowly`, {
            waiting: output.waiting
          })
        }
        case "Misused":
          return warn(
            `${output.id} misused`,
            `the private key of ${output.id} was used from elsewhere, and refused`,
            { origin: output.origin === undefined ? "the Standard Profile" : quote(output.origin) }
          )
        case "Wake":
          timer?.interruptUnsafe()
          timer = fork(
            Effect.map(
              Effect.sleep(Math.min(Math.max(0, output.at - now()), longestSleepMs)),
              () => feed({ _tag: "Tick", now: now() })
            )
          )
          return
        case "Idle":
          return void Deferred.doneUnsafe(ended, Effect.succeed("idle" as const))
      }
    }

    const put = (request: number, operation: Operation, page?: WebCaller): Effect.Effect<SampValue, Fault> =>
      Effect.suspend(() => {
        let settled: Result.Result<SampValue, Fault> | undefined
        let resume: Settle | undefined
        waiting.set(request, (result) => {
          settled = result
          resume?.(result)
        })
        feed({ _tag: "Asked", request, now: now(), operation, ...page === undefined ? {} : { page } })
        if (settled !== undefined) {
          return Effect.fromResult(settled)
        }
        return Effect.callback<SampValue, Fault>((done) => {
          resume = (result) => done(Effect.fromResult(result))
          if (settled !== undefined) resume(settled)
          return Effect.sync(() => {
            waiting.delete(request)
            feed({ _tag: "Abandoned", request, now: now() })
          })
        })
      })

    const ask = (operation: Operation): Effect.Effect<SampValue, Fault> =>
      Effect.suspend(() => put(requests++, operation))

    const askFor = (page: WebCaller, operation: Operation): Effect.Effect<Heard, Fault> =>
      Effect.suspend(() => {
        const request = requests++
        const unread = (): void => feed({ _tag: "Unread", request, now: now() })
        return Effect.onInterrupt(
          Effect.map(put(request, operation, page), (value) => ({ value, unread })),
          // the answer may have been on its way already
          () => Effect.sync(unread)
        )
      })

    /** Whether a page is about to ask for what waits for it: it has just been answered. */
    const isPulling = ({ callback, web }: WebPeer): boolean =>
      callback !== undefined && web.queue.count > 0 && !web.hungUp && now() - web.quietSince < repullMs
    const drained: Effect.Effect<void> = Effect.suspend(() =>
      [...outboxes.values()].every((outbox) => outbox.isIdle) && !webClients(state).some(isPulling)
        ? Effect.void
        : Effect.andThen(Effect.sleep(10), drained)
    )
    const shutdown = Effect.gen(function*() {
      feed({ _tag: "Stop" })
      timer?.interruptUnsafe()
      yield* Effect.timeoutOption(drained, config.limits.shutdownMs)
      for (const outbox of outboxes.values()) outbox.close(false)
    })

    const status = (): EngineStatus => {
      const at = now()
      const seconds = (since: number): number => Math.max(0, Math.floor((at - since) / 1000))
      const { openCalls, ...counts } = routed(state)
      return {
        started: timeOf(0),
        uptime: seconds(0),
        openCalls,
        routed: { ...counts, failed },
        clients: clientFacts(state).map(({ lastSeen, queued, registeredAt, ...client }) => ({
          ...client,
          registered: timeOf(registeredAt),
          age: seconds(registeredAt),
          idle: seconds(lastSeen),
          waiting: outboxes.get(client.id)?.waiting ?? queued,
          trouble: troubles.get(client.id)
        }))
      }
    }

    const liveness = new Liveness(config.limits, () => state, outboxes)
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(
      Effect.sleep(config.limits.probeIntervalMs),
      Effect.sync(() => liveness.look(now()))
    )))
    feed({ _tag: "Tick", now: now() }) // arms what the start alone sets going
    return HubEngine.of({
      ask,
      askFor,
      eject: (id, reason) => Effect.sync(() => feed({ _tag: "Eject", id, now: now(), reason })),
      closeWeb: Effect.sync(() => feed({ _tag: "CloseWeb", now: now() })),
      look: () => state,
      state: Effect.sync(() => state),
      status: Effect.sync(status),
      ended: Deferred.await(ended),
      end: Effect.asVoid(Deferred.succeed(ended, "asked to stop")),
      shutdown
    })
  })

/**
 * A hub with this configuration.
 *
 * @param observe - sees all that the machine does; its clock begins at 0 with the hub
 */
export const layer = (
  config: HubConfig,
  observe?: Observe
): Layer.Layer<HubEngine, never, CallSender> => Layer.effect(HubEngine, make(config, observe))
