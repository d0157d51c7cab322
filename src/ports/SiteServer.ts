/** Port: a site of a few files for the browser of this machine's user. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Endpoint, ListenError } from "./CallServer.ts"

/** The files of a site are not there, or cannot be read. */
export class SiteError extends Data.TaggedError("SiteError")<{
  readonly directory: string
  readonly detail: string
}> {
  override get message(): string {
    return `the pages cannot be read from ${this.directory}: ${this.detail}`
  }
}

/** What a page of the site hands over. */
export interface Handed {
  /** The name that the page gave it, unchecked. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** What is served, and how. */
export interface Site {
  /** 0 takes any free port. */
  readonly port: number
  /** Its files are read once, at the start; what is below it, or of no kind that sites have, is not served. */
  readonly directory: string
  /** Files, by name, that are other than those of the directory. */
  readonly instead: ReadonlyMap<string, string>
  /** The Content-Security-Policy of all pages. */
  readonly policy: string
  /** Where pages of the site, and they alone, may post what others are to fetch. */
  readonly handing: {
    readonly path: string
    readonly mediaType: string
    /** Bytes at most. */
    readonly limit: number
    /** @returns the URL under which others find it, or undefined if that cannot be */
    readonly take: (handed: Handed) => Effect.Effect<string | undefined>
  }
}

/** Serves sites on the loopback address, to those who name it as it is; each is closed with its scope. */
export class SiteServer extends Context.Service<SiteServer, {
  readonly listen: (site: Site) => Effect.Effect<Endpoint, ListenError | SiteError, Scope.Scope>
}>()("samp/ports/SiteServer") {}
