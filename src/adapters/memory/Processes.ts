/**
 * The processes of a computer in memory. Each has its own ports and its own clock over one network and one home; it can be
 * stopped and go on (SIGSTOP, SIGCONT), be killed without a word (SIGKILL), or end in good order. What runs in it is the
 * very code that runs in a real one.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import type { Behaviour } from "../../domain/simulation/Behaviour.ts"
import { dice } from "../../domain/simulation/Dice.ts"
import { CallSender } from "../../ports/CallSender.ts"
import { CallServer } from "../../ports/CallServer.ts"
import { Host } from "../../ports/Host.ts"
import { KeySource } from "../../ports/KeySource.ts"
import { LockfileError, LockfileStore } from "../../ports/LockfileStore.ts"
import { type WebAnswer, WebServer } from "../../ports/WebServer.ts"
import { Network } from "./Network.ts"

/** The ports of a process. */
export type Ports = CallSender | CallServer | Host | KeySource | LockfileStore | WebServer

/** What a process is doing. `ended`: in good order. */
export type Life = "running" | "frozen" | "dead" | "ended"

/** A process in memory. */
export interface Process {
  readonly name: string
  /** What the network calls it: its name, and a number if it is not the first of that name. */
  readonly id: string
  readonly pid: number
  readonly life: Effect.Effect<Life>
  /** Stops it where it stands; its kernel still takes connections for it. Nothing for one that is not running. */
  readonly freeze: Effect.Effect<void>
  /** Lets it go on. Timers that have run out meanwhile are late. */
  readonly thaw: Effect.Effect<void>
  /** Ends it without a word: connections are reset, lockfiles stay. */
  readonly kill: Effect.Effect<void>
  /** Ends it in good order, and waits until it has. */
  readonly exit: Effect.Effect<void>
  /** Starts something in it, with its ports; it ends with the process. */
  readonly run: <A, E>(effect: Effect.Effect<A, E, Ports | Scope.Scope>) => Effect.Effect<Fiber.Fiber<A, E>>
  /** Changes how all its endpoints behave that are open now. */
  readonly disturb: (behaviour: Partial<Behaviour>) => Effect.Effect<void>
  /** How many timers are set in it: what its fibers wait for to pass. */
  readonly timers: Effect.Effect<number>
}

/** What may be different with a disk. `Full`: nothing can be written to it. */
export type Disk = "Well" | "Full"

/** The computer. */
export class Processes extends Context.Service<Processes, {
  /** Starts a process; it is killed at the end of the scope if it still runs. */
  readonly start: (name: string) => Effect.Effect<Process, never, Scope.Scope>
  /** All that were ever started, in order. */
  readonly all: Effect.Effect<ReadonlyArray<Process>>
  /** Changes the health of the disk that the home is on. */
  readonly disk: (health: Disk) => Effect.Effect<void>
}>()("samp/adapters/memory/Processes") {}

/** How a computer is made. */
export interface ProcessesOptions {
  /** Seed of secrets and keys. Default 0. */
  readonly seed?: number | undefined
}

const home = "/home/astronomer"

/** Loggers of a process: one that is dead says nothing. */
const quietly = (
  loggers: ReadonlySet<Logger.Logger<unknown, unknown>>,
  isGone: () => boolean
): Logger.Logger<unknown, void> =>
  Logger.make((options) => {
    if (!isGone()) { for (const logger of loggers) logger.log(options) }
  })

const make = ({ seed = 0 }: ProcessesOptions) =>
  Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const network = yield* Network
    const store = yield* LockfileStore
    const processes: Array<Process> = []
    const lives = new Map<number, () => Life>()
    const random = dice(seed ^ 0x5eed)
    let disk: Disk = "Well"

    /** 128 bits in hexadecimal digits, as long as a guess would take. Never for a hub that others can reach. */
    const secret = Effect.sync(() =>
      Array.from({ length: 4 }, () => random.below(2 ** 32).toString(16).padStart(8, "0")).join("")
    )

    const start = (name: string) =>
      Effect.gen(function*() {
        const loggers = yield* Logger.CurrentLoggers
        const pid = 1_000 + processes.length
        const namesakes = processes.filter((other) => other.name === name).length
        const id = namesakes === 0 ? name : `${name}-${namesakes + 1}`
        const outer = yield* Effect.scope
        const inner = yield* Scope.make()
        let life: Life = "running"
        let timers = 0
        const latch = yield* Latch.make(true)
        const awake = Effect.suspend(() => life === "frozen" ? latch.await : Effect.void)
        const isGone = (): boolean => life === "dead" || life === "ended"

        const sleep = (duration: Parameters<typeof clock.sleep>[0]) =>
          Effect.acquireUseRelease(
            Effect.sync(() => void timers++),
            () => Effect.andThen(clock.sleep(duration), awake),
            () => Effect.sync(() => void timers--)
          )
        const ownClock: Clock.Clock = {
          currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe(),
          currentTimeMillis: clock.currentTimeMillis,
          currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe(),
          currentTimeNanos: clock.currentTimeNanos,
          monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
          monotonicTimeNanos: clock.monotonicTimeNanos,
          sleep
        }

        /** Does it once the process is awake; a dead one does nothing, and gets an answer that harms nobody. */
        const asleep = <A, E>(effect: Effect.Effect<A, E>, gone: A): Effect.Effect<A, E> =>
          Effect.andThen(awake, Effect.suspend(() => isGone() ? Effect.succeed(gone) : effect))
        const write = <A>(path: string, effect: Effect.Effect<A, LockfileError>, gone: A) =>
          asleep(
            Effect.suspend(() =>
              disk === "Well" ? effect : Effect.fail(
                new LockfileError({ path, action: "write", detail: "no space is left on the disk" })
              )
            ),
            gone
          )
        const connections = network.ports(id)
        const server = Context.get(connections, CallServer)
        const pages = Context.get(connections, WebServer)
        const sender = Context.get(connections, CallSender)
        /** Work for a caller begins when it is asked for, but nothing is answered before the process is awake. */
        const answered = <A, E>(work: Effect.Effect<A, E>): Effect.Effect<A, E> =>
          Effect.flatMap(Effect.exit(work), (exit) => Effect.andThen(awake, exit))
        /** That an answer was not read is news for a process that is awake. */
        const told = ({ unread, value }: WebAnswer): Effect.Effect<WebAnswer> =>
          Effect.map(Effect.context<never>(), (context) => ({
            value,
            unread: unread && (() => void Effect.runForkWith(context)(asleep(Effect.sync(unread), undefined)))
          }))
        const ports = Context.make(
          CallServer,
          CallServer.of({
            listen: (options, handler) =>
              Effect.andThen(awake, server.listen(options, (call) => answered(handler(call))))
          })
        ).pipe(
          Context.add(
            WebServer,
            WebServer.of({
              listen: (options, handler) =>
                Effect.andThen(
                  awake,
                  pages.listen(options, {
                    ...handler,
                    call: (call, page) => Effect.flatMap(answered(handler.call(call, page)), told)
                  })
                )
            })
          ),
          Context.add(
            CallSender,
            CallSender.of({
              call: (url, call, options) => Effect.andThen(awake, sender.call(url, call, options)),
              deliver: (url, call, options) => Effect.andThen(awake, sender.deliver(url, call, options)),
              probe: (url) => asleep(sender.probe(url), true)
            })
          ),
          Context.add(
            Host,
            Host.of({
              home,
              sampHub: undefined,
              pid,
              join: (...segments) => segments.join("/"),
              isAlive: (other) =>
                Effect.sync(() => {
                  const found = lives.get(other)?.()
                  return found === "running" || found === "frozen"
                })
            })
          ),
          Context.add(KeySource, KeySource.of({ next: secret })),
          Context.add(
            LockfileStore,
            LockfileStore.of({
              read: (path) => asleep(store.read(path), undefined),
              fetch: (url) => asleep(store.fetch(url), ""),
              publish: (path, text, stale) => write(path, store.publish(path, text, stale), false),
              written: (path) => asleep(store.written(path), undefined),
              withdraw: (path, text) => write(path, store.withdraw(path, text), undefined),
              list: (directory, prefix) => asleep(store.list(directory, prefix), [])
            })
          ),
          Context.add(Scope.Scope, inner),
          Context.add(Logger.CurrentLoggers, new Set([quietly(loggers, isGone)])),
          Context.add(Clock.Clock, ownClock)
        )

        const over = yield* Latch.make(false)
        let exiting = false
        const close = Effect.provideContext(Scope.close(inner, Exit.void), ports)

        const kill = Effect.suspend(() => {
          if (life === "dead" || life === "ended") return Effect.void
          life = "dead"
          latch.openUnsafe()
          return Effect.andThen(network.kill(id), Effect.forkDetach(Effect.andThen(close, over.open)))
        })
        const ended = Effect.gen(function*() {
          yield* awake // a frozen one gets its signal when it goes on
          if (life === "running") yield* close
          yield* awake // it may have been frozen while it was ending
          if (life !== "running") return // it was killed
          life = "ended"
          yield* network.kill(id) // what it has left behind does no more
          yield* over.open
        })
        const exit = Effect.suspend(() => {
          const first = !exiting
          exiting = true
          return Effect.andThen(first ? Effect.forkDetach(ended) : Effect.void, over.await)
        })

        const made: Process = {
          name,
          id,
          pid,
          life: Effect.sync(() => life),
          freeze: Effect.suspend(() => {
            if (life !== "running") return Effect.void
            life = "frozen"
            latch.closeUnsafe()
            return network.freeze(id)
          }),
          thaw: Effect.suspend(() => {
            if (life !== "frozen") return Effect.void
            life = "running"
            return Effect.andThen(network.thaw(id), latch.open)
          }),
          kill: Effect.asVoid(kill),
          exit,
          run: (effect) =>
            Effect.forkIn(
              Effect.andThen(awake, Effect.provideContext(effect, ports)),
              inner,
              { startImmediately: true }
            ),
          disturb: (behaviour) =>
            Effect.flatMap(
              network.endpointsOf(id),
              (urls) => Effect.forEach(urls, (url) => network.disturb(url, behaviour), { discard: true })
            ),
          timers: Effect.sync(() => timers)
        }
        processes.push(made)
        lives.set(pid, () => life)
        yield* Scope.addFinalizer(outer, made.kill)
        return made
      })

    return Processes.of({
      start,
      all: Effect.sync(() => [...processes]),
      disk: (health) =>
        Effect.sync(() => {
          disk = health
        })
    })
  })

/** A computer over a network; its home is where the lockfile store keeps its files. */
export const layer = (
  options: ProcessesOptions = {}
): Layer.Layer<Processes, never, Network | LockfileStore> => Layer.effect(Processes, make(options))
