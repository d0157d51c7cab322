/** A hub of one's own, for people without Effect. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type { WebState } from "../../domain/HubStatus.ts"
import type { HubRecord } from "../../domain/Lockfile.ts"
import type { ConsentingHubOptions } from "../consent/ConsentingHub.ts"
import * as ConsentingHub from "../consent/ConsentingHub.ts"
import { type FoundHub, runningHubs as findRunning } from "../Discovery.ts"
import type { Abortable } from "../facade/Types.ts"
import * as Hub from "../Hub.ts"
import { HubEngine } from "../HubEngine.ts"
import * as NodePlatform from "../NodePlatform.ts"
import * as NodeWebPlatform from "../NodeWebPlatform.ts"
import { StandardHub } from "../StandardHub.ts"
import { WebHub } from "../WebHub.ts"
import { runner } from "./Runner.ts"

/** A hub that runs in this process; the end of `await using`, or `stop()`, tells its clients and ends it. */
export interface RunningHub extends AsyncDisposable, HubRecord {
  readonly lockfile: string
  /** How the Web Profile is; undefined if there were no options for it. */
  readonly web: (() => Promise<WebState>) | undefined
  /** Settles when the hub is asked to end, from outside or by its time limit, and tells why: `stop` it then. Also after `stop`. */
  readonly ended: Promise<string>
  readonly stop: () => Promise<void>
}

const layerOf = (options: ConsentingHubOptions) =>
  options.web === undefined
    ? Hub.layer(options)
    : ConsentingHub.layer(options).pipe(Layer.provide(NodeWebPlatform.layer(options.limits)))

/**
 * Starts a hub in this process, with the Web Profile if there are options for it.
 *
 * @throws HubRunning, LabelTaken, LockfileError, ListenError, BadHubOptions, BadPlace
 */
export const startHub = async (options: ConsentingHubOptions = {}): Promise<RunningHub> => {
  const scope = await Effect.runPromise(Scope.make())
  const platform = NodePlatform.layer(options.limits)
  const stopped = Promise.withResolvers<string>()
  const stop = async () => {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    stopped.resolve("it was stopped")
  }
  try {
    const context = await Effect.runPromise(
      Layer.build(Layer.provide(layerOf(options), platform)).pipe(Scope.provide(scope))
    )
    const { run } = runner(context)
    const record = await run(Effect.map(StandardHub, (hub) => hub))
    const ended = Promise.race([run(Effect.flatMap(HubEngine, (engine) => engine.ended)), stopped.promise])
    const hub = Context.getOption(context, WebHub)
    const web = Option.isSome(hub) ? () => run(hub.value.state) : undefined
    return { ...record, web, ended, stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** All hubs of this user that answer: the usual one, and those of the multi-hub directory. */
export const runningHubs = (options: Abortable = {}): Promise<ReadonlyArray<FoundHub>> =>
  runner(Context.empty()).run(findRunning.pipe(Effect.provide(NodePlatform.layer())), options)
