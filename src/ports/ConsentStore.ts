/** Port: the file in which consent is remembered. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { FileError } from "./FileStore.ts"

/** Files of policies. No reader ever sees a part of one, and what others than the user could have written is not read. */
export class ConsentStore extends Context.Service<ConsentStore, {
  /** Where this user's is, unless a program is told otherwise. */
  readonly place: string
  /** The text of a file, or undefined when there is none. */
  readonly read: (path: string) => Effect.Effect<string | undefined, FileError>
  /** Changes whenever the file does, comes or goes; costs next to nothing. */
  readonly version: (path: string) => Effect.Effect<string>
  /**
   * Puts a text into the place of another, and makes the directory if it must.
   *
   * @param before - the text that is there; undefined if there is none
   * @returns false when something else is there, or somebody else is about to replace it
   */
  readonly replace: (
    path: string,
    text: string,
    before: string | undefined
  ) => Effect.Effect<boolean, FileError>
}>()("samp/ports/ConsentStore") {}
