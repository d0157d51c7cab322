/** Port: the user's consent to a page or program that wants to register over the Web Profile (WEB-13). */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** Who asks. Only the origin is sure: a browser says it, the page cannot choose it (WEB-14). */
export interface ConsentRequest {
  /** Origin of the page, as `https://archive.example`; undefined for a program that is no browser (WEB-18). */
  readonly origin: string | undefined
  /** `samp.name`, which the page has chosen for itself. */
  readonly name: string
  /** `Referer` of the request: the page within the origin, as far as the browser tells. */
  readonly referer: string | undefined
}

/** The answer. */
export type Verdict =
  | {
    readonly _tag: "Allowed"
    /** Patterns of the MTypes that it may send; undefined for the harmless ones (WEB-60). */
    readonly send: ReadonlyArray<string> | undefined
    /** Patterns of the MTypes that it may receive; undefined for the usual ones (WEB-60). */
    readonly receive: ReadonlyArray<string> | undefined
    /** Who or what allowed it, for the log: "the rule for https://archive.example", "the user at the terminal". */
    readonly by: string
  }
  | {
    readonly _tag: "Denied"
    /** One line for the page and the log: why, and how it could be allowed. */
    readonly why: string
  }

/** Asks for consent. Never blocks anything but the one who asked: an adapter answers in its own time, or says no. */
export class Consent extends Context.Service<Consent, {
  /** Interrupted when whoever asked has gone: the question is withdrawn. */
  readonly ask: (request: ConsentRequest) => Effect.Effect<Verdict>
  /**
   * Whether a consent that was given no longer stands: it was revoked, has expired, or a rule now denies it. Asked now and
   * then for everyone who is registered.
   */
  readonly withdrawn: (request: ConsentRequest) => Effect.Effect<boolean>
}>()("samp/ports/Consent") {}
