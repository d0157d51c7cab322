/** Port: handing data to other programs of this machine, by URLs that they fetch. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ListenError } from "./CallServer.ts"

/** Data cannot be handed out. */
export class DataError extends Data.TaggedError("DataError")<{
  /** `NotAFile`: a directory, a pipe or the like. `BadMediaType`: it cannot stand in an HTTP header. */
  readonly reason: "NotFound" | "NotAFile" | "Unreadable" | "BadMediaType"
  /** Path of the file, or the name under which the data were to be served. */
  readonly what: string
  readonly detail: string
}> {
  override get message(): string {
    return `cannot serve ${this.what}: ${this.detail}`
  }
}

/** Where the bytes are. Bytes must not be changed while they are served; a file is read anew for each request. */
export type Content =
  | { readonly _tag: "Bytes"; readonly bytes: Uint8Array }
  | { readonly _tag: "File"; readonly path: string }

/**
 * How far a download is. `sent` counts bytes handed to the operating system, `total` those of this answer, which is less
 * than the `size` of the data when a range was asked for.
 */
export interface Download {
  /** Number of this download of the resource, from 1. */
  readonly number: number
  /** `Done`: all sent. `Broken`: the reader hung up or was too slow, the file shrank, or serving has ended. */
  readonly state: "Running" | "Done" | "Broken"
  readonly sent: number
  readonly total: number
  readonly size: number
}

/** Data, and as what others get them. */
export interface Resource {
  readonly content: Content
  /** Such as `application/fits`. */
  readonly mediaType: string
  /** File name, shown as the last segment of the URL as far as its characters are safe there. */
  readonly name: string
  /**
   * Runs when a download begins, after each piece of it, and once when it ends. Requests of the head only, and answers
   * that the reader's copy is still good, are no downloads. It must not throw.
   */
  readonly onDownload?: (download: Download) => void
}

/**
 * Serves data on the loopback address, each under a URL that nobody can guess (at least 128 random bits). Only who has
 * the URL can fetch; web pages cannot, for lack of CORS headers.
 */
export class DataServer extends Context.Service<DataServer, {
  /**
   * Serves until the scope ends. From then on the URL is unknown; downloads that are running get a short grace, and are
   * cut after it.
   *
   * @returns the URL, absolute, in ASCII (WIRE-67)
   */
  readonly serve: (resource: Resource) => Effect.Effect<string, DataError | ListenError, Scope.Scope>
}>()("samp/ports/DataServer") {}
