/** A hub of one's own, for people without Effect. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { HubRecord } from "../../domain/Lockfile.ts"
import { type FoundHub, runningHubs as findRunning } from "../Discovery.ts"
import * as Hub from "../Hub.ts"
import { HubEngine } from "../HubEngine.ts"
import * as NodePlatform from "../NodePlatform.ts"
import { StandardHub } from "../StandardHub.ts"
import { type Abortable, runner } from "./Runner.ts"

/** A hub that runs in this process; the end of `await using`, or `stop()`, tells its clients and ends it. */
export interface RunningHub extends AsyncDisposable, HubRecord {
  readonly lockfile: string
  /** Settles when the hub is asked to end, from outside or by its time limit, and tells why: `stop` it then. Also after `stop`. */
  readonly ended: Promise<string>
  readonly stop: () => Promise<void>
}

/**
 * Starts a hub in this process.
 *
 * @throws HubRunning, LabelTaken, LockfileError, ListenError, BadHubOptions, BadPlace
 */
export const startHub = async (options: Hub.HubOptions = {}): Promise<RunningHub> => {
  const scope = await Effect.runPromise(Scope.make())
  const platform = NodePlatform.layer(options.limits)
  const stopped = Promise.withResolvers<string>()
  const stop = async () => {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    stopped.resolve("it was stopped")
  }
  try {
    const context = await Effect.runPromise(
      Layer.build(Layer.provide(Hub.layer(options), platform)).pipe(Scope.provide(scope))
    )
    const { run } = runner(context)
    const record = await run(Effect.map(StandardHub, (hub) => hub))
    const ended = Promise.race([run(Effect.flatMap(HubEngine, (engine) => engine.ended)), stopped.promise])
    return { ...record, ended, stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** All hubs of this user that answer: the usual one, and those of the multi-hub directory. */
export const runningHubs = (options: Abortable = {}): Promise<ReadonlyArray<FoundHub>> =>
  runner(Context.empty()).run(findRunning.pipe(Effect.provide(NodePlatform.layer())), options)
