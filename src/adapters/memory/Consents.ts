/** Consent in memory: the user's answers are written down by the test. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Consent, type ConsentRequest, type Verdict } from "../../ports/Consent.ts"

/** What the user says to a page; it takes as long as the effect does, and is interrupted when the page has gone. */
export type Script = (request: ConsentRequest) => Effect.Effect<Verdict>

/** When the user answers, and what a page may do then. */
export interface Given {
  /** Milliseconds until the user has made up their mind. Default 0. */
  readonly afterMs?: number | undefined
  /** Patterns of the MTypes that the page may send; undefined for the harmless ones (WEB-60). */
  readonly send?: ReadonlyArray<string> | undefined
  /** Patterns of those that it may receive; undefined for the usual ones. */
  readonly receive?: ReadonlyArray<string> | undefined
}

const after = (ms: number): Effect.Effect<void> => ms > 0 ? Effect.sleep(ms) : Effect.void

/** Lets every page in. */
export const allow = ({ afterMs = 0, receive, send }: Given = {}): Script => () =>
  Effect.as(after(afterMs), { _tag: "Allowed", send, receive, by: "the user of the simulation" })

/** Lets no page in. */
export const deny = ({ afterMs = 0 }: Pick<Given, "afterMs"> = {}): Script => () =>
  Effect.as(after(afterMs), { _tag: "Denied", why: "the user of the simulation does not want it" })

/** Never answers: the user is not there. */
export const silence: Script = () => Effect.never

/**
 * Answers pages of an origin in a way of their own.
 *
 * @example
 * Consents.byOrigin({ "https://archive.example": Consents.allow({ send: ["*"] }) }, Consents.deny())
 */
export const byOrigin =
  (scripts: { readonly [origin: string]: Script }, otherwise: Script): Script => (request) =>
    (scripts[request.origin ?? ""] ?? otherwise)(request)

/** Steers the user from outside. */
export class Consents extends Context.Service<Consents, {
  /** From now on the user answers so. Who has been let in stays. */
  readonly answer: (script: Script) => Effect.Effect<void>
  /** Takes back what pages of an origin were allowed; undefined for programs that name none. */
  readonly revoke: (origin: string | undefined) => Effect.Effect<void>
  /** Who has asked so far, in order. */
  readonly asked: Effect.Effect<ReadonlyArray<ConsentRequest>>
}>()("samp/adapters/memory/Consents") {}

const make = (first: Script) => {
  let script = first
  const asked: Array<ConsentRequest> = []
  const revoked = new Set<string | undefined>()
  return Context.make(
    Consent,
    Consent.of({
      ask: (request) =>
        Effect.suspend(() => {
          asked.push(request)
          revoked.delete(request.origin) // the user is asked anew
          return script(request)
        }),
      withdrawn: ({ origin }) => Effect.sync(() => revoked.has(origin))
    })
  ).pipe(Context.add(
    Consents,
    Consents.of({
      answer: (next) =>
        Effect.sync(() => {
          script = next
        }),
      revoke: (origin) => Effect.sync(() => void revoked.add(origin)),
      asked: Effect.sync(() => [...asked])
    })
  ))
}

/** Consent of its own: the port, and control over it. */
export const layer = (script: Script = allow()): Layer.Layer<Consent | Consents> =>
  Layer.effectContext(Effect.sync(() => make(script)))
