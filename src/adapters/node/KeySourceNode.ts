/** Keys from the operating system's secure random source. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { KeySource } from "../../ports/KeySource.ts"

/** 256 bits as 43 characters of the URL-safe alphabet. */
export const layer: Layer.Layer<KeySource> = Layer.succeed(KeySource, {
  // node:crypto takes time to load, and most commands draw no keys.
  next: Effect.sync(() => process.getBuiltinModule("node:crypto").randomBytes(32).toString("base64url"))
})
