/** Port: files that grow while a program runs, without holding it up. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { FileError } from "./FileStore.ts"

/** A file that is being written. */
export interface Journal {
  /** Takes text to be written behind all else, and never waits. After a failure it does nothing. */
  readonly append: (text: string) => void
  /** Waits until something cannot be written any more, and says why; for ever if nothing fails. */
  readonly failed: Effect.Effect<FileError>
}

/** How a journal is begun. */
export interface JournalOptions {
  /** Whether a file that is there may be replaced; if not, it is a failure. */
  readonly replace: boolean
  /** Characters that may wait for the disk before it counts as failed. */
  readonly most: number
}

/**
 * Begins journals, which only this user can read. At the end of the scope what is left is written; a journal in which nothing
 * was written leaves no file, and what it was to replace stays as it was.
 */
export class Journals extends Context.Service<Journals, {
  readonly open: (path: string, options: JournalOptions) => Effect.Effect<Journal, FileError, Scope.Scope>
}>()("samp/ports/Journals") {}
