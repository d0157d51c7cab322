/** effect-samp for people without Effect: promises, async iterables, abort signals and `await using`. */
export {
  BadMessage,
  Disconnected,
  NoResponse,
  NotAdmitted,
  NotConnected
} from "./apps/client/ClientErrors.ts"
export type { ClientStatus } from "./apps/client/ClientStatus.ts"
export { NoSuchClient } from "./apps/client/Finding.ts"
export { Failure, type Later, later, Warning } from "./apps/client/Handling.ts"
export { IllFormed } from "./apps/client/Typing.ts"
export { NobodySubscribed } from "./apps/data/Recipients.ts"
export type { PlainObject, PlainValue } from "./apps/facade/Plain.ts"
export { BadHub } from "./apps/HubConnection.ts"
export { connect, type ConnectOptions } from "./apps/promise/connect.ts"
export { ErrorResponse } from "./apps/promise/Errors.ts"
export type { PromiseClient } from "./apps/promise/PromiseClient.ts"
export { type RunningHub, runningHubs, startHub } from "./apps/promise/startHub.ts"
export type * from "./apps/promise/Types.ts"
export type { PlainMap } from "./domain/client/Values.ts"
export { define } from "./domain/mtypes/Definition.ts"
export * as Scalars from "./domain/mtypes/Scalars.ts"
export * as MTypes from "./domain/mtypes/Vocabulary.ts"
export { CallError } from "./ports/CallSender.ts"
export { WebError } from "./ports/WebReader.ts"
