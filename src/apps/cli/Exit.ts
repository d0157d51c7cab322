/** Exit codes, one for each way to fail, so that scripts can tell them apart. The README lists them. */
import * as Data from "effect/Data"
import type { CallError } from "../../ports/CallSender.ts"
import type { ListenError } from "../../ports/CallServer.ts"
import type { CommandNotRun } from "../../ports/CommandRunner.ts"
import type { LockfileError } from "../../ports/LockfileStore.ts"
import { type CallFailure, isStopping, type NotAdmitted } from "../client/ClientErrors.ts"
import type { NoSuchClient } from "../client/Finding.ts"
import type { IllFormed } from "../client/Typing.ts"
import type { SendingError } from "../data/Sending.ts"
import type { BadPlace, NoHub } from "../Discovery.ts"
import type { BadHub } from "../HubConnection.ts"
import type { HubGone } from "../recording/Attentive.ts"
import type { BadRecordingFile } from "../recording/Loading.ts"
import type { BadHubOptions, HubRunning, LabelTaken } from "../StandardHub.ts"

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
  badData: 10,
  nonconforming: 11,
  difference: 12,
  notAllowed: 13,
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
  | NoSuchClient
  | BadPlace
  | BadHub
  | BadHubOptions
  | HubRunning
  | LabelTaken
  | CallError
  | ListenError
  | LockfileError
  | ClientError

/** The errors of the client library and of what it does with data and recordings. */
type ClientError =
  | CallFailure
  | NotAdmitted
  | IllFormed
  | SendingError
  | CommandNotRun
  | BadRecordingFile
  | HubGone

/** Whether the hub has gone, in the middle of a conversation, or says that it is about to. */
export const isEnding = (error: CallError): boolean =>
  error.reason === "Lost" || error.reason === "Refused" || isStopping(error)

/** The exit code of an error. */
export const codeOf = (error: CommandError): number => {
  switch (error._tag) {
    case "Stop":
      return error.code
    case "NoHub":
      return codes.noHub
    case "NoSuchClient":
      return codes.noSuchClient
    case "BadPlace":
    case "BadHubOptions":
      return codes.usage
    case "HubRunning":
    case "LabelTaken":
      return codes.hubRunning
    case "ListenError":
    case "LockfileError":
      return codes.cannotStart
    case "CallError":
      return error.reason === "Timeout"
        ? codes.timeout
        : isEnding(error)
        ? codes.noHub
        : codes.failure
    case "NotConnected":
    case "Disconnected":
    case "HubGone":
      return codes.noHub
    case "NobodySubscribed":
      return codes.nobodySubscribed
    case "ErrorResponse":
      return codes.errorResponse
    case "NoResponse":
      return codes.timeout
    case "BadMessage":
      return codes.usage
    case "Unrecognised":
    case "FileError":
    case "WebError":
    case "DataError":
    case "BadRecordingFile":
      return codes.badData
    case "BadHub":
    case "NotAdmitted":
    case "IllFormed":
    case "CommandNotRun":
      return codes.failure
  }
}
