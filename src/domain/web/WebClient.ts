/** What the hub knows of a client of the Web Profile beyond what it knows of any client (section 5). */
import * as HashSet from "effect/HashSet"
import type { PrivateKey } from "../Identifiers.ts"
import { empty, type PullQueue } from "./PullQueue.ts"
import type { Patterns } from "./Restriction.ts"

/** What the shell says of a web client when it registers: who it is, and what the user allowed it. */
export interface WebIdentity {
  /** The origin that the browser vouched for; empty for a program that is no browser (WEB-18). Its key works only from there. */
  readonly origin: string
  /** `samp.name` as it was claimed. */
  readonly name: string
  /** Another fresh secret: it stands in URLs, where the private key must not (WEB-53). */
  readonly token: PrivateKey
  /** What comes before the token, and the `?` after it, in `samp.url-translator`. */
  readonly translator: string
  /** What comes before the token in `x-samp.url-publisher`. */
  readonly publisher: string
  /** Whether it counts its callbacks: our extension, so that no lost answer loses any. */
  readonly counts: boolean
  /** What it may send; undefined for what is harmless. */
  readonly send?: Patterns
  /** What it may receive; undefined for what is harmless and what it names itself. */
  readonly receive?: Patterns
}

/** A `pullCallbacks` that waits (WEB-32). */
export interface Pull {
  readonly request: number
  readonly deadline: number
}

/** The web side of a client. */
export interface WebSide extends WebIdentity {
  readonly queue: PullQueue
  /** The one pull that waits. */
  readonly pull: Pull | undefined
  /** The request that the last answer with callbacks went to. */
  readonly answered: number | undefined
  /** Since when no pull waits. */
  readonly quietSince: number
  /** Whether the last pull was given up by its connection, as when the page was closed. */
  readonly hungUp: boolean
  /** URLs that it may read (WEB-54). */
  readonly mayRead: HashSet.HashSet<string>
  /** URLs open to others that it has brought up itself before it was told of them, by their keys; no echo opens them to it. */
  readonly brought: HashSet.HashSet<string>
}

/** The web side of a new client. */
export const begin = (identity: WebIdentity, now: number): WebSide => ({
  ...identity,
  queue: empty,
  pull: undefined,
  answered: undefined,
  quietSince: now,
  hungUp: false,
  mayRead: HashSet.empty(),
  brought: HashSet.empty()
})
