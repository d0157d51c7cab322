/** A command's own registration. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { map } from "../../domain/SampValue.ts"
import { product, version } from "../../domain/Version.ts"
import { findHub } from "../Discovery.ts"
import { register } from "../HubConnection.ts"

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
