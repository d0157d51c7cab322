/** Consent that was given, or refused, to all beforehand. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Consent } from "../../ports/Consent.ts"

/** Every page that asks is let in: any page that the user opens can then use the hub, within what is harmless. */
export const allowAll = Layer.succeed(
  Consent,
  Consent.of({
    ask: () =>
      Effect.succeed({
        _tag: "Allowed",
        send: undefined,
        receive: undefined,
        by: "the setting that allows all"
      }),
    withdrawn: () => Effect.succeed(false)
  })
)

/** No page is let in. */
export const denyAll = Layer.succeed(
  Consent,
  Consent.of({
    ask: () =>
      Effect.succeed({ _tag: "Denied", why: "this hub lets no web page in; its user can change that" }),
    withdrawn: () => Effect.succeed(true)
  })
)
