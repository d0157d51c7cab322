/**
 * The recorder: an observer of a hub's machine that writes all it sees to a file.
 *
 *     machine -> observe -> a line -> journal
 *
 * It never holds the hub up. When the disk is full or too slow, the recording ends, and a warning says so.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { HubInput } from "../../domain/HubInput.ts"
import type { HubOutput } from "../../domain/HubOutput.ts"
import type { HubConfig } from "../../domain/HubState.ts"
import type { Kind } from "../../domain/recording/Recording.ts"
import { Writer } from "../../domain/recording/RecordingWriter.ts"
import type { FileError } from "../../ports/FileStore.ts"
import { Journals } from "../../ports/Journal.ts"

/** How to record. */
export interface RecorderOptions {
  readonly path: string
  /** Whether a file that is there may be replaced. */
  readonly overwrite: boolean
  readonly kind: Kind
  /** Text that must not be in the recording, such as the secret of the lockfile; keys never are. */
  readonly secrets: ReadonlyArray<string>
}

/** Writes down one step of a machine: when it was, in milliseconds since its beginning, what went in and what came out. */
export type Note = (at: number, input: HubInput, outputs: ReadonlyArray<HubOutput>) => void

/** Characters of a recording that may wait for the disk. */
const most = 64 * 1024 * 1024

/**
 * Begins a recording; it is complete when the scope has ended.
 *
 * @returns makes the observer of a machine with this configuration, which begins now
 */
export const make = (
  { kind, overwrite, path, secrets }: RecorderOptions
): Effect.Effect<(config: HubConfig) => Note, FileError, Journals | Scope.Scope> =>
  Effect.gen(function*() {
    const journals = yield* Journals
    const journal = yield* journals.open(path, { replace: overwrite, most })
    const started = DateTime.formatIso(yield* DateTime.now)
    yield* Effect.forkScoped(
      Effect.flatMap(
        journal.failed,
        ({ detail }) => Effect.logWarning(`the recording ${path} ends here, and the rest goes on: ${detail}`)
      )
    )
    return (config) => {
      const writer = new Writer(secrets)
      // What comes before the first request comes also to a hub that then finds that it cannot start. A client has begun
      // when it gets here: a session in which it sees nothing is one, too.
      let early: string | undefined = writer.header(kind, config, started, 0)
      if (kind === "client") {
        journal.append(early)
        early = undefined
      }
      return (at, input, outputs) => {
        const line = writer.step(at, input, outputs)
        if (early === undefined) return journal.append(line)
        early += line
        if (input._tag === "Tick") return
        journal.append(early)
        early = undefined
      }
    }
  })
