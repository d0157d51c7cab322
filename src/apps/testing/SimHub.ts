/**
 * A hub in memory, with everything around it: for tests of programs that use SAMP, without sockets and without sleeping.
 *
 * The hub is the very one that `samp hub` runs, in a process of its own that can be stopped, killed and started again;
 * only the adapters below it are in memory. It goes by the clock of the test: with a `TestClock`, nothing happens that takes
 * time until the test says so; in `VirtualTime`, time passes by itself.
 *
 * @example
 * const program = Effect.gen(function*() {
 *   const client = yield* SampClient.make({ name: "my-app" })
 *   const hub = yield* SimHub.SimHub
 *   yield* hub.kill // and see what my-app does
 * })
 * Effect.provide(program, SimHub.layer())
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Consents from "../../adapters/memory/Consents.ts"
import * as Desktop from "../../adapters/memory/Desktop.ts"
import * as Downloads from "../../adapters/memory/Downloads.ts"
import * as Files from "../../adapters/memory/Files.ts"
import * as Network from "../../adapters/memory/Network.ts"
import * as Pages from "../../adapters/memory/Pages.ts"
import * as Processes from "../../adapters/memory/Processes.ts"
import * as Web from "../../adapters/memory/Web.ts"
import type { Behaviour } from "../../domain/simulation/Behaviour.ts"
import { CallSender } from "../../ports/CallSender.ts"
import { CallServer } from "../../ports/CallServer.ts"
import { Consent } from "../../ports/Consent.ts"
import { DataServer } from "../../ports/DataServer.ts"
import type { FileStore } from "../../ports/FileStore.ts"
import { Host } from "../../ports/Host.ts"
import { KeySource } from "../../ports/KeySource.ts"
import { LockfileStore } from "../../ports/LockfileStore.ts"
import type { WebReader } from "../../ports/WebReader.ts"
import { WebServer } from "../../ports/WebServer.ts"
import * as Hub from "../Hub.ts"
import * as HubEngine from "../HubEngine.ts"
import * as StandardHub from "../StandardHub.ts"
import * as WebHub from "../WebHub.ts"

/** A hub that is running in a process in memory. */
export interface RunningHub {
  readonly process: Processes.Process
  /** Its URL, secret, lockfile and names. */
  readonly record: StandardHub.StandardHub["Service"]
  readonly engine: HubEngine.HubEngine["Service"]
  /** Its Web Profile, if it was started with it. */
  readonly web: WebHub.WebHub["Service"] | undefined
}

/** What keeps a hub from starting. */
export type StartError = Effect.Error<ReturnType<typeof startHub>>

/** What a hub is made with, in its process. */
type Parts = StandardHub.StandardHub | HubEngine.HubEngine

/** How a hub in memory is run. */
export interface SimulatedHubOptions extends Hub.HubOptions {
  /** What the hub logs. Default "Error": that clients come, go and lose things is what tests are about. */
  readonly logLevel?: LogLevel.LogLevel | undefined
}

const run = <E>(
  hub: Layer.Layer<Parts, E, Processes.Ports>,
  logLevel: LogLevel.LogLevel,
  name: string
) =>
  Effect.gen(function*() {
    const processes = yield* Processes.Processes
    const process = yield* processes.start(name)
    const built = Layer.build(Layer.fresh(hub))
    const building = yield* process.run(Effect.provideService(built, References.MinimumLogLevel, logLevel))
    const context = yield* Effect.onError(Fiber.join(building), () => process.kill)
    const running: RunningHub = {
      process,
      record: Context.get(context, StandardHub.StandardHub),
      engine: Context.get(context, HubEngine.HubEngine),
      web: Option.getOrUndefined(Context.getOption(context, WebHub.WebHub))
    }
    // A hub that ends by itself ends its process, as `samp hub` does.
    yield* process.run(Effect.andThen(running.engine.ended, Effect.forkDetach(process.exit)))
    return running
  })

/**
 * Starts a hub in a process of its own, which is killed at the end of the scope if it still runs.
 *
 * @param name - of the process
 */
export const startHub = ({ logLevel = "Error", ...options }: SimulatedHubOptions = {}, name = "hub") =>
  run(Hub.layer(options), logLevel, name)

/** How a hub with the Web Profile is run in memory. */
export interface SimulatedWebHubOptions extends SimulatedHubOptions {
  readonly web?: WebHub.WebHubOptions | undefined
}

/** Starts one with the Web Profile, as {@link startHub} does; that its port is taken does not keep it from starting. */
export const startWebHub = (
  { logLevel = "Error", web = {}, ...options }: SimulatedWebHubOptions = {},
  name = "hub"
) =>
  Effect.flatMap(
    Effect.context<Consent | DataServer>(),
    (user) =>
      run(
        Hub.withWeb({ ...options, web }).pipe(
          Layer.provide(Layer.succeedContext(Context.pick(Consent, DataServer)(user)))
        ),
        logLevel,
        name
      )
  )

/** The hub of a test. */
export class SimHub extends Context.Service<SimHub, {
  /** The hub that was started last, running or not. */
  readonly current: Effect.Effect<RunningHub>
  /** Ends the hub without a word: its lockfile stays, connections break (kill -9). */
  readonly kill: Effect.Effect<void>
  /** Ends the hub in good order: clients are told, and the lockfile goes. */
  readonly stop: Effect.Effect<void>
  /** Stops its process where it stands, as kill -STOP does. */
  readonly freeze: Effect.Effect<void>
  /** Lets it go on. */
  readonly thaw: Effect.Effect<void>
  /** Changes how it behaves towards those who call it. */
  readonly disturb: (behaviour: Partial<Behaviour>) => Effect.Effect<void>
  /** Ends it without a word if it still runs, and starts another, with the same options. */
  readonly restart: Effect.Effect<RunningHub, StartError>
}>()("samp/apps/testing/SimHub") {}

/** How the hub of a test is made. */
export interface SimHubOptions extends SimulatedHubOptions {
  /** Whether there is a Web Profile, and how it is run. Default: there is none. */
  readonly web?: boolean | WebHub.WebHubOptions | undefined
  /** What the user says to pages that want to register. Default: all are let in. */
  readonly consent?: Consents.Script | undefined
  /** Seed of all dice: delays, accidents, keys. Default 0. */
  readonly seed?: number | undefined
}

/** What a computer in memory has: the ports of a process called `program`, and control over all that is behind them. */
export type Computer =
  | Processes.Ports
  | Consent
  | Consents.Consents
  | DataServer
  | Downloads.Downloads
  | Files.Files
  | FileStore
  | Network.Network
  | Pages.Pages
  | Processes.Processes
  | Web.Web
  | WebReader

/** Everything that is at hand beside a hub in memory. */
export type World = Computer | SimHub

/** A computer in memory without a hub. */
export const computer = (
  { consent, seed }: Pick<SimHubOptions, "consent" | "seed"> = {}
): Layer.Layer<Computer> => {
  const parts = Processes.layer({ seed }).pipe(
    Layer.provideMerge(Layer.mergeAll(Network.network({ seed }), Desktop.lockfilesOnWeb)),
    Layer.provideMerge(Layer.mergeAll(Files.layer, Web.layer, Consents.layer(consent)))
  )
  const own = Layer.effectContext(Effect.gen(function*() {
    const { start } = yield* Processes.Processes
    const program = yield* start("program")
    const context = yield* Effect.flatMap(
      program.run(Effect.context<Processes.Ports>()),
      Fiber.join
    )
    // The clock stays that of the test: its own process is never frozen.
    return Context.pick(CallSender, CallServer, Host, KeySource, LockfileStore, WebServer)(context)
  }))
  return Layer.mergeAll(Downloads.layer, Pages.layer).pipe(Layer.provideMerge(own), Layer.provideMerge(parts))
}

const control = ({ consent: _, seed: __, web = false, ...options }: SimHubOptions) =>
  Layer.effect(
    SimHub,
    Effect.gen(function*() {
      const context = yield* Effect.context<Processes.Processes | Consent | DataServer | Scope.Scope>()
      const started = web === false
        ? startHub(options)
        : startWebHub({ ...options, web: web === true ? {} : web })
      const start = Effect.provideContext(started, context)
      let hub = yield* start
      const process = Effect.sync(() => hub.process)
      return SimHub.of({
        current: Effect.sync(() => hub),
        kill: Effect.flatMap(process, ({ kill }) => kill),
        stop: Effect.flatMap(process, ({ exit }) => exit),
        freeze: Effect.flatMap(process, ({ freeze }) => freeze),
        thaw: Effect.flatMap(process, ({ thaw }) => thaw),
        disturb: (behaviour) => Effect.flatMap(process, ({ disturb }) => disturb(behaviour)),
        restart: Effect.andThen(
          Effect.flatMap(process, ({ kill }) => kill),
          Effect.map(start, (started) => {
            hub = started
            return started
          })
        )
      })
    })
  )

/** A computer in memory with a hub, and the ports of a process called `program` for the code that is tested. */
export const layer = (options: SimHubOptions = {}): Layer.Layer<World, StartError> =>
  Layer.provideMerge(control(options), computer(options))
