/** Port: what handing data over needs of the disk. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"

/** A file could not be read or made. */
export class FileError extends Data.TaggedError("FileError")<{
  readonly reason: "NotFound" | "NotAFile" | "Denied" | "Full" | "Other"
  readonly path: string
  readonly action: "read" | "write"
  readonly detail: string
}> {
  override get message(): string {
    return `cannot ${this.action} ${this.path}: ${this.detail}`
  }
}

/** What there is at a path; links are followed. */
export interface FileInfo {
  readonly kind: "File" | "Directory" | "Other"
  /** Bytes of a file; of others, without meaning. */
  readonly size: number
  /** Whether programs of other users can read it, by the modes of the file and of the directories above. */
  readonly readableByOthers: boolean
}

/** Files of the user, and temporary ones of ours. */
export class FileStore extends Context.Service<FileStore, {
  /**
   * Bytes of a file, fewer than asked for where it ends. Nothing but a file is read: a pipe would be used up by it.
   *
   * @param offset - first byte, from 0
   * @param length - bytes at most
   */
  readonly head: (path: string, offset: number, length: number) => Effect.Effect<Uint8Array, FileError>
  readonly info: (path: string) => Effect.Effect<FileInfo, FileError>
  /**
   * A file that only this user can read, in a directory of its own under the system's temporary one; both are gone when
   * the scope ends, or at once if the content fails. A stream is written as it comes and never held.
   *
   * @param extension - such as `vot`, with or without a dot
   * @returns its absolute path
   */
  readonly temporary: <E = never>(
    content: Uint8Array | Stream.Stream<Uint8Array, E>,
    extension: string
  ) => Effect.Effect<string, FileError | E, Scope.Scope>
  /** The `file:` URL of a path, which is made absolute first (WIRE-66). */
  readonly fileUrl: (path: string) => string
}>()("samp/ports/FileStore") {}
