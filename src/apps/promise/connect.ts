/**
 * The client for people without Effect: the same client with the same names, behind promises, async iterables, abort
 * signals and `await using`. Nothing is implemented here a second time.
 *
 * @example
 * await using client = await connect({ name: "my-script" })
 * await client.bind("coord.pointAt.sky", ({ params }) => console.log(params.ra, params.dec))
 * await client.sendTable([{ name: "M 31", ra: 10.68, dec: 41.27 }], { to: "topcat" })
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import type { ClientOptions } from "../client/Client.ts"
import * as SampClient from "../client/SampClient.ts"
import type { Abortable } from "../facade/Types.ts"
import * as NodeDataPlatform from "../NodeDataPlatform.ts"
import * as NodePlatform from "../NodePlatform.ts"
import { makeClient } from "./makeClient.ts"
import type { PromiseClient } from "./PromiseClient.ts"
import { runner } from "./Runner.ts"

/** Standard output is the application's; what its handlers throw is told by the client itself. */
const logging = Layer.mergeAll(
  Layer.succeed(References.LogToStderr, true),
  Layer.succeed(References.MinimumLogLevel, "Error")
)
const platform = Layer.mergeAll(NodePlatform.layer(), NodeDataPlatform.layer, logging)

/** How a client is made; the signal gives up connecting, such as waiting for a hub. */
export interface ConnectOptions extends ClientOptions, Abortable {}

/**
 * Registers with a hub.
 *
 * @returns a client; close it, or the process goes on
 * @throws NoHub, BadPlace, CallError, BadHub, ListenError, BadMessage: each with a message that says what to do
 */
export const connect = async (options: ConnectOptions = {}): Promise<PromiseClient> => {
  const scope = await Effect.runPromise(Scope.make())
  const made = Effect.gen(function*() {
    const context = yield* Layer.build(platform)
    const client = yield* Effect.provideContext(SampClient.make(options), context)
    return makeClient({ client, runner: runner(context), scope })
  }).pipe(Scope.provide(scope))
  try {
    return await runner(Context.empty()).run(made, options)
  } catch (error) {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    throw error
  }
}
