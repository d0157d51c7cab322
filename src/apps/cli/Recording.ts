/** Beginning a recording, for the commands that make one. */
import * as Effect from "effect/Effect"
import * as Recorder from "../recording/Recorder.ts"
import { codes, Stop } from "./Exit.ts"

/** Begins a recording, or ends the command. */
export const begin = (options: Recorder.RecorderOptions) =>
  Effect.catchTag(
    Recorder.make(options),
    "FileError",
    ({ message }) => Effect.fail(new Stop({ code: codes.cannotStart, text: message }))
  )
