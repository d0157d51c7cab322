/** Port: unguessable strings. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** Makes secrets and private keys of at least 256 random bits (REG-12), in characters that need no escaping. */
export class KeySource extends Context.Service<KeySource, {
  readonly next: Effect.Effect<string>
}>()("samp/ports/KeySource") {}
