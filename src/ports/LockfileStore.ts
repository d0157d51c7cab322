/** Port: lockfiles on disk. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"

/** A lockfile could not be read or written. */
export class LockfileError extends Data.TaggedError("LockfileError")<{
  readonly path: string
  readonly action: "read" | "write"
  readonly detail: string
}> {
  override get message(): string {
    return `cannot ${this.action} the lockfile ${this.path}: ${this.detail}`
  }
}

/** Lockfiles. No reader ever sees a part of one, and none is ever readable by others (STD-39, STD-40). */
export class LockfileStore extends Context.Service<LockfileStore, {
  /** The text of a lockfile, or undefined when there is none. */
  readonly read: (path: string) => Effect.Effect<string | undefined, LockfileError>
  /** The text of a lockfile that a web server serves (STD-31). */
  readonly fetch: (url: string) => Effect.Effect<string, LockfileError>
  /**
   * Makes a lockfile. Its directory must be there; only that of further hubs (STD-53) is made, 0700, if it is not.
   *
   * @param stale - the text of a dead hub's lockfile that may be replaced; undefined if there must be none
   * @returns false when another file is there: somebody else was faster
   */
  readonly publish: (
    path: string,
    text: string,
    stale: string | undefined
  ) => Effect.Effect<boolean, LockfileError>
  /** When a lockfile was written, in milliseconds since 1970; undefined when it is not known. */
  readonly written: (path: string) => Effect.Effect<number | undefined>
  /** Removes a lockfile if its text is still this (STD-44). */
  readonly withdraw: (path: string, text: string) => Effect.Effect<void, LockfileError>
  /** Paths of the files of a directory whose names begin with `prefix`; none when it is not there. */
  readonly list: (directory: string, prefix: string) => Effect.Effect<ReadonlyArray<string>>
}>()("samp/ports/LockfileStore") {}
