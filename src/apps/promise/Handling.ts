/** Handlers behind promises, as handlers of the client. */
import * as Effect from "effect/Effect"
import { Failure, type Incoming, Warning } from "../client/Handling.ts"
import type * as Typing from "../client/Typing.ts"
import { plain } from "../facade/Plain.ts"
import type { Message } from "../facade/Types.ts"
import { received } from "./Translating.ts"
import type { Given, Received } from "./Types.ts"

/**
 * A handler as the client runs it: what it throws is its failure.
 *
 * @param run - runs what a handler tells its caller meanwhile
 */
export const handler = <M extends Typing.MTypeLike>(
  mtype: M,
  handle: (message: Message<Received<M>>) => Given<M> | Promise<Given<M>>,
  run: (effect: Effect.Effect<void>) => Promise<void>
) =>
({ progress, ...incoming }: Incoming<Typing.Received<M>>): Effect.Effect<Typing.Given<M>, unknown> =>
  Effect.tryPromise({
    try: async (signal) =>
      // what a handler of a name returns, the client checks: Given<M> is the same but for that
      await handle({
        ...incoming,
        params: received(mtype, incoming.params),
        message: plain(incoming.message),
        // a caller that does not listen makes no failure of the work, nor a rejection that nobody awaits
        progress: (text, percent) => run(Effect.ignore(progress(text, percent))),
        signal
      }) as Typing.Given<M>,
    catch: (error) => {
      // The caller is told in a line; where it went wrong is for who wrote the handler. Nobody else would ever say it.
      if (!(error instanceof Warning || error instanceof Failure)) {
        console.error(`The handler of ${incoming.mtype} failed:`, error)
      }
      return error
    }
  })
