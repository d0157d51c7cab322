/** Exit codes, one for each way to fail, so that scripts can tell them apart. The README lists them. */
import * as Data from "effect/Data"
import type { CallError } from "../../ports/CallSender.ts"
import type { ListenError } from "../../ports/CallServer.ts"
import type { LockfileError } from "../../ports/LockfileStore.ts"
import type { BadPlace, NoHub } from "../Discovery.ts"
import type { BadHub } from "../HubConnection.ts"
import type { BadHubOptions, HubRunning } from "../StandardHub.ts"

/** The codes. */
export const codes = {
  ok: 0,
  failure: 1,
  usage: 2,
  noHub: 3,
  noSuchClient: 4,
  nobodySubscribed: 5,
  errorResponse: 6,
  timeout: 7,
  hubRunning: 8,
  cannotStart: 9,
  interrupted: 130
} as const

/** A command ends with a code of its own and, on stderr, a line that says what to do. */
export class Stop extends Data.TaggedError("Stop")<{ readonly code: number; readonly text: string }> {
  override get message(): string {
    return this.text
  }
}

/** The errors that commands let through. */
export type CommandError =
  | Stop
  | NoHub
  | BadPlace
  | BadHub
  | BadHubOptions
  | HubRunning
  | CallError
  | ListenError
  | LockfileError

/** How a hub is lost in the middle of a conversation. */
const goneReasons: ReadonlyArray<CallError["reason"]> = ["Refused", "Lost"]

/** The exit code of an error. */
export const codeOf = (error: CommandError): number => {
  switch (error._tag) {
    case "Stop":
      return error.code
    case "NoHub":
      return codes.noHub
    case "BadPlace":
    case "BadHubOptions":
      return codes.usage
    case "HubRunning":
      return codes.hubRunning
    case "ListenError":
    case "LockfileError":
      return codes.cannotStart
    case "CallError":
      return error.reason === "Timeout"
        ? codes.timeout
        : goneReasons.includes(error.reason)
        ? codes.noHub
        : codes.failure
    case "BadHub":
      return codes.failure
  }
}
