/** Recordings from disk. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Recording } from "../../domain/recording/Recording.ts"
import { readRecording } from "../../domain/recording/RecordingReader.ts"
import { type FileError, FileStore } from "../../ports/FileStore.ts"

/** A file is no recording. */
export class BadRecordingFile extends Data.TaggedError("BadRecordingFile")<{
  readonly path: string
  /** The line that cannot be read, from 1. */
  readonly line: number
  readonly detail: string
}> {
  override get message(): string {
    return `cannot replay ${this.path}, line ${this.line}: ${this.detail}`
  }
}

/** Bytes that are read; a string of JavaScript holds not much more. */
const largest = 500_000_000

/** Reads a recording. */
export const load = (path: string): Effect.Effect<Recording, FileError | BadRecordingFile, FileStore> =>
  Effect.gen(function*() {
    const files = yield* FileStore
    const { size } = yield* files.info(path)
    if (size > largest) {
      const detail =
        `it has ${size} bytes, and no more than ${largest} are read; cut it off at the end of a line`
      return yield* new BadRecordingFile({ path, line: 1, detail })
    }
    const recording = readRecording(new TextDecoder().decode(yield* files.head(path, 0, size)))
    if (Result.isSuccess(recording)) return recording.success
    const { line, text } = recording.failure
    return yield* new BadRecordingFile({ path, line, detail: text })
  })
