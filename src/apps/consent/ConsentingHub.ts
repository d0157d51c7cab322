/** A hub with both profiles, and the user who is asked before it lets web clients in: all that `samp hub` is. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { harmless } from "../../domain/web/Restriction.ts"
import { KeySource } from "../../ports/KeySource.ts"
import { TerminalLines } from "../../ports/TerminalLines.ts"
import * as Hub from "../Hub.ts"
import type { WebHubOptions } from "../WebHub.ts"
import * as ConsentCalls from "./ConsentCalls.ts"
import * as Introducing from "./Introducing.ts"
import * as WebConsent from "./WebConsent.ts"

/** How web clients are let in, and by whom. */
export interface ConsentingHubOptions extends Hub.HubOptions {
  readonly web?: WebHubOptions & {
    /** Default: `ask` if this process has a terminal, else `policy`, since nobody may be there to see a question (WEB-15). */
    readonly consent?: WebConsent.WebConsentOptions["mode"] | undefined
    /** Path of the file with the rules; default the user's own, which `samp consent` edits. */
    readonly rules?: string | undefined
  }
}

/** The hub; `samp consent` reaches it by its lockfile. */
export const layer = ({ web = {}, ...options }: ConsentingHubOptions = {}) =>
  Layer.unwrap(Effect.gen(function*() {
    const keys = yield* KeySource
    const { interactive } = yield* TerminalLines
    const secret = options.secret ?? (yield* keys.next)
    const { consent: mode = interactive ? "ask" : "policy", rules, ...rest } = web
    const consent = WebConsent.layer({ mode, file: rules, harmless: options.webMTypes ?? harmless })
    return Introducing.layer.pipe(
      Layer.provideMerge(Hub.withWeb({ ...options, secret, web: rest })),
      Layer.provide(Layer.provideMerge(ConsentCalls.layer(secret), consent))
    )
  }))
