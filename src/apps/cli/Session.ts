/** A command's own registration. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { map } from "../../domain/SampValue.ts"
import { product, version } from "../../domain/Version.ts"
import { CallSender } from "../../ports/CallSender.ts"
import { findHub } from "../Discovery.ts"
import { type HubConnection, register } from "../HubConnection.ts"
import { codes, Stop } from "./Exit.ts"

/** Registers with the chosen hub under a name that shows which command it is. */
export const connect = (hub: Option.Option<string>, command: string) =>
  Effect.gen(function*() {
    const found = yield* findHub(Option.getOrUndefined(hub))
    const connection = yield* register(found)
    yield* connection.declareMetadata(map({
      "samp.name": `samp ${command}`,
      "samp.description.text": `the samp ${command} command of ${product}`,
      [`${product}.version`]: version
    }))
    return connection
  })

/** Milliseconds between two looks at the hub, for commands that only wait. */
const watchMs = 1_500

/** Fails when the hub is gone without a word (CLI-21); a hub that is slow is not. */
export const hubGone = (connection: HubConnection): Effect.Effect<never, Stop, CallSender> =>
  Effect.gen(function*() {
    const sender = yield* CallSender
    const call = { method: "samp.hub.ping", params: [] }
    const look = sender.call(connection.url, call, { timeoutMs: 10_000 }).pipe(
      Effect.catch((error) =>
        error.reason === "Refused" || error.reason === "Lost"
          ? Effect.fail(new Stop({ code: codes.noHub, text: `The hub at ${connection.url} has gone` }))
          : Effect.void
      )
    )
    return yield* Effect.forever(Effect.andThen(Effect.sleep(watchMs), look))
  })
