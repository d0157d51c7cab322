/**
 * A network in memory: the call server, the endpoint for pages and the call sender without sockets, for simulations and for
 * tests of programs that use SAMP. It is the shell of `NetworkMachine`: time passes by Effect's clock only, dice are thrown by the machine
 * only, so under a `TestClock` or in `VirtualTime` a run is the same each time.
 *
 * Faults are set while a simulation runs: an endpoint may be slow, lose calls, answer nobody, refuse or be full, and the way
 * between two processes may be cut.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import { code, fault } from "../../domain/Fault.ts"
import type { SampValue } from "../../domain/SampValue.ts"
import type { Behaviour } from "../../domain/simulation/Behaviour.ts"
import type { NetworkInput, NetworkOutput } from "../../domain/simulation/NetworkEvents.ts"
import { step } from "../../domain/simulation/NetworkMachine.ts"
import { start } from "../../domain/simulation/NetworkState.ts"
import type { MethodCall } from "../../domain/XmlRpc.ts"
import { CallError, type CallOptions, CallSender } from "../../ports/CallSender.ts"
import { CallServer, type Endpoint, ListenError } from "../../ports/CallServer.ts"
import { type WebHandler, WebServer } from "../../ports/WebServer.ts"
import { labelOf, lost, lostText, type Place, type Talk } from "./NetworkTalk.ts"

/** One thing that happened, for traces. */
export type NetworkEvent = NetworkInput | NetworkOutput

/** Steers the network from outside. */
export class Network extends Context.Service<Network, {
  /** Changes how the endpoint at a URL behaves. */
  readonly disturb: (url: string, behaviour: Partial<Behaviour>) => Effect.Effect<void>
  /** URLs of all open endpoints in order of opening. */
  readonly endpoints: Effect.Effect<ReadonlyArray<string>>
  /** Those of one process. */
  readonly endpointsOf: (process: string) => Effect.Effect<ReadonlyArray<string>>
  /** Lets nothing pass between two processes. */
  readonly cut: (one: string, other: string) => Effect.Effect<void>
  /** Lets everything pass again. */
  readonly mend: (one: string, other: string) => Effect.Effect<void>
  /** Ends all faults: endpoints behave, ways are open, and connections that were half open break. */
  readonly quiet: Effect.Effect<void>
  /** How many calls are on their way or being answered, those included whose callers have given up. */
  readonly pending: Effect.Effect<number>
  /** Servers and sender of one process; all processes of a network reach each other. */
  readonly ports: (process: string) => Context.Context<CallServer | CallSender | WebServer>
  /** The hub behind the endpoint for pages at a URL. */
  readonly web: (url: string) => Effect.Effect<WebHandler | undefined>
  /** What happens to a process as a whole. */
  readonly freeze: (process: string) => Effect.Effect<void>
  readonly thaw: (process: string) => Effect.Effect<void>
  /** The process is gone without a word. What it still tries to send is lost. */
  readonly kill: (process: string) => Effect.Effect<void>
  /** Shows everything that happens from now on, in order, with the time in milliseconds. */
  readonly observe: (show: (event: NetworkEvent, now: number) => void) => void
}>()("samp/adapters/memory/Network") {}

/** How a network is made. */
export interface NetworkOptions {
  /** Seed of the dice. Default 0. */
  readonly seed?: number | undefined
}

const make = ({ seed = 0 }: NetworkOptions) =>
  Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const scope = yield* Effect.scope
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    const now = (): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
    const places = new Map<string, Place>()
    const talks = new Map<number, Talk>()
    const dead = new Set<string>()
    const observers: Array<(event: NetworkEvent, now: number) => void> = []
    const inbox: Array<NetworkInput> = []
    let state = start(seed)
    let draining = false
    let exchanges = 0
    let nextPort = 1
    let timer: Fiber.Fiber<unknown, unknown> | undefined
    let isGone = false
    // Detached ends of processes may still be at work, and find nothing.
    yield* Scope.addFinalizer(
      scope,
      Effect.sync(() => {
        isGone = true
        timer?.interruptUnsafe()
        state = start(seed)
        for (const [exchange, { url }] of talks) {
          stopWork(exchange)
          settle(exchange, Result.fail(lost(url)))
        }
      })
    )

    const feed = (input: NetworkInput): void => {
      if (isGone) return
      inbox.push(input)
      if (draining) return
      draining = true
      try {
        for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) {
          const result = step(state, next)
          state = result.state
          for (const observer of observers) {
            const at = now()
            observer(next, at)
            for (const output of result.outputs) observer(output, at)
          }
          for (const output of result.outputs) carryOut(output)
        }
      } finally {
        draining = false
      }
    }

    const settle = (exchange: number, result: Result.Result<SampValue, CallError>): void => {
      const talk = talks.get(exchange)
      talks.delete(exchange)
      talk?.done(result)
    }

    const fail = (
      exchange: number,
      reason: CallError["reason"],
      detail: string,
      faultCode?: number
    ): void => {
      const url = talks.get(exchange)?.url ?? ""
      settle(
        exchange,
        Result.fail(
          new CallError({ reason, url, detail, ...faultCode === undefined ? {} : { code: faultCode } })
        )
      )
    }

    const stopWork = (exchange: number): void => {
      const talk = talks.get(exchange)
      const working = talk?.working
      if (talk !== undefined) talk.working = undefined
      working?.interruptUnsafe()
    }

    /** The endpoint learns that what it has answered was not read; of a connection that is half open it does not. */
    const tellUnread = (exchange: number): void => {
      const talk = talks.get(exchange)
      const answer = talk?.answer
      if (talk === undefined || answer === undefined) return
      talk.answer = undefined
      if (Result.isSuccess(answer)) answer.success.unread?.()
    }

    const carryOut = (output: NetworkOutput): void => {
      if (isGone) return // what came before has ended the network
      switch (output._tag) {
        case "Refused":
          return fail(output.exchange, "Refused", "nothing listens there")
        case "Written":
          return talks.get(output.exchange)?.onWritten?.()
        case "Arrived":
          return work(output.exchange, output.attempt, output.url)
        case "Returned": {
          const answer = talks.get(output.exchange)?.answer
          if (answer === undefined) return fail(output.exchange, "Lost", "the endpoint said nothing")
          return Result.isSuccess(answer)
            ? settle(output.exchange, Result.succeed(answer.success.value))
            : fail(output.exchange, "RemoteFault", answer.failure.text, code(answer.failure.reason))
        }
        case "Broken":
          stopWork(output.exchange)
          if (output.why === "within the answer") tellUnread(output.exchange)
          return fail(output.exchange, "Lost", lostText[output.why])
        case "HungUp":
          stopWork(output.exchange)
          tellUnread(output.exchange)
          return void talks.delete(output.exchange)
        case "Wake":
          timer?.interruptUnsafe()
          timer = fork(
            Effect.map(Effect.sleep(Math.max(0, output.at - now())), () => feed({ _tag: "Tick", now: now() }))
          )
      }
    }

    const work = (exchange: number, attempt: number, url: string): void => {
      const talk = talks.get(exchange)
      const place = places.get(url)
      if (talk === undefined || place === undefined) return
      tellUnread(exchange) // it was sent again, so its first answer was not read
      const fiber = place.fork(place.handler(talk.call, talk.page))
      talk.working = fiber
      talk.at = place.process
      fiber.addObserver((exit) => {
        if (talk.working !== fiber) return // it was told to stop
        talk.working = undefined
        if (Exit.hasInterrupts(exit)) {
          fail(exchange, "Lost", "the endpoint gave up")
          return feed({ _tag: "Cancelled", now: now(), exchange })
        }
        talk.answer = Exit.isSuccess(exit) ? Result.succeed(exit.value) : Result.fail(
          Result.getOrElse(Cause.findError(exit.cause), () => fault("Malformed", "internal error"))
        )
        feed({ _tag: "Answered", now: now(), exchange, attempt })
      })
    }

    const listen = (
      process: string,
      { address, path, port }: { readonly address: string; readonly port: number; readonly path: string },
      { handler, web }: Pick<Place, "handler" | "web">
    ): Effect.Effect<Endpoint, ListenError, Scope.Scope> =>
      Effect.acquireRelease(
        Effect.gen(function*() {
          if (dead.has(process)) {
            return yield* new ListenError({
              reason: "AddressUnusable",
              address,
              port,
              detail: "this process is dead"
            })
          }
          const at = (number: number): string => `http://${address}:${number}/`
          const isTaken = (number: number) => [...places.keys()].some((url) => url.startsWith(at(number)))
          while (isTaken(nextPort)) nextPort++
          const chosen = port === 0 ? nextPort++ : port
          if (isTaken(chosen)) {
            return yield* new ListenError({ reason: "PortTaken", address, port, detail: "in use" })
          }
          const url = `${at(chosen)}${path}`
          const place: Place = {
            process,
            handler,
            web,
            fork: Effect.runForkWith(yield* Effect.context<never>())
          }
          places.set(url, place)
          feed({ _tag: "Opened", url, process })
          return { url, place }
        }),
        ({ place, url }) =>
          Effect.sync(() => {
            if (places.get(url) !== place) return // its process is dead, and another may have the port
            places.delete(url)
            feed({ _tag: "Closed", now: now(), url })
          })
      )

    const callServer = (process: string): CallServer["Service"] => ({
      listen: ({ address, port }, handler) =>
        listen(process, { address, port, path: "xmlrpc" }, {
          handler: (call) => Effect.map(handler(call), (value) => ({ value })),
          web: undefined
        })
    })

    const webServer = (process: string): WebServer["Service"] => ({
      listen: ({ port }, web) =>
        listen(process, { address: "127.0.0.1", port, path: "" }, { handler: web.call, web })
    })

    /** A call; its time is that of the one who calls, so that a frozen process is late. */
    const exchange = (
      from: string,
      url: string,
      methodCall: MethodCall,
      { onWritten, origin, timeoutMs }: CallOptions
    ) =>
      Effect.contextWith((context: Context.Context<never>) =>
        Effect.callback<SampValue, CallError>((resume) => {
          if (isGone || dead.has(from)) {
            return resume(Effect.fail(lost(url)))
          }
          const number = exchanges++
          let isOver = false
          let limit: Fiber.Fiber<void> | undefined
          const done: Talk["done"] = (result) => {
            isOver = true
            limit?.interruptUnsafe()
            resume(Effect.fromResult(result))
          }
          const cancel = (): void => feed({ _tag: "Cancelled", now: now(), exchange: number })
          talks.set(number, {
            call: methodCall,
            page: { origin, referer: undefined },
            from,
            url,
            onWritten,
            done,
            answer: undefined,
            at: undefined,
            working: undefined
          })
          feed({ _tag: "Sent", now: now(), exchange: number, from, url, what: labelOf(methodCall) })
          // Most are answered by now, and need no timer.
          if (!isOver && timeoutMs > 0) {
            const late = new CallError({ reason: "Timeout", url, detail: `no answer within ${timeoutMs} ms` })
            limit = Effect.runForkWith(context)(Effect.map(Effect.sleep(timeoutMs), () => {
              limit = undefined
              cancel()
              done(Result.fail(late))
            }))
          }
          return Effect.sync(() => {
            limit?.interruptUnsafe()
            cancel()
          })
        })
      )

    const sender = (from: string): CallSender["Service"] => {
      const call: CallSender["Service"]["call"] = (url, methodCall, options) =>
        exchange(from, url, methodCall, options)
      return {
        call,
        deliver: (url, methodCall, options) => Effect.asVoid(call(url, methodCall, options)),
        probe: (url) =>
          Effect.sync(() => {
            const place = state.places.get(url)
            return place !== undefined && place.behaviour.health !== "dead"
          })
      }
    }

    return Network.of({
      disturb: (url, behaviour) => Effect.sync(() => feed({ _tag: "Disturbed", now: now(), url, behaviour })),
      endpoints: Effect.sync(() => [...places.keys()]),
      endpointsOf: (process) =>
        Effect.sync(() => [...places].filter(([, place]) => place.process === process).map(([url]) => url)),
      cut: (one, other) => Effect.sync(() => feed({ _tag: "Cut", one, other })),
      mend: (one, other) => Effect.sync(() => feed({ _tag: "Mended", now: now(), one, other })),
      quiet: Effect.sync(() => feed({ _tag: "Quieted", now: now() })),
      pending: Effect.sync(() => state.exchanges.size),
      ports: (process) =>
        Context.make(CallServer, CallServer.of(callServer(process))).pipe(
          Context.add(CallSender, CallSender.of(sender(process))),
          Context.add(WebServer, WebServer.of(webServer(process)))
        ),
      web: (url) => Effect.sync(() => places.get(url)?.web),
      freeze: (process) => Effect.sync(() => feed({ _tag: "Frozen", process })),
      thaw: (process) => Effect.sync(() => feed({ _tag: "Thawed", now: now(), process })),
      kill: (process) =>
        Effect.sync(() => {
          dead.add(process)
          for (const [url, place] of places) if (place.process === process) places.delete(url)
          const concerned = [...talks]
          feed({ _tag: "Died", now: now(), process })
          for (const [exchange, { at, done, from, url }] of concerned) {
            if (at === process) stopWork(exchange)
            // Its finalizers do not hang.
            if (from === process) done(Result.fail(lost(url)))
          }
        }),
      observe: (show) => void observers.push(show)
    })
  })

/** A network alone, for several processes. */
export const network = (options: NetworkOptions = {}): Layer.Layer<Network> =>
  Layer.effect(Network, make(options))

/** A network of its own: servers and sender of one process that is called `program`, and control over it. */
export const layer: Layer.Layer<CallServer | CallSender | WebServer | Network> = Layer.effectContext(
  Effect.map(make({}), (made) => Context.add(made.ports("program"), Network, made))
)
