/**
 * effect-samp for web pages: a SAMP client over the Web Profile, without Effect's runtime and without anything of Node. The
 * same client runs in Node, too.
 */
export { NotOffered, type PublishOptions, WebError } from "./adapters/web/WebData.ts"
export type { BrowserClient } from "./apps/browser/BrowserClient.ts"
export { connect, type ConnectOptions } from "./apps/browser/connect.ts"
export {
  BadHub,
  BadMessage,
  CallError,
  Disconnected,
  ErrorResponse,
  NoResponse,
  NoSuchClient,
  NotConnected
} from "./apps/browser/Errors.ts"
export { Failure, type Later, later, Warning } from "./apps/browser/Handling.ts"
export { availability, type PlaceOptions, watch } from "./apps/browser/Places.ts"
export { type Availability, Unreachable } from "./apps/browser/Reaching.ts"
export type * from "./apps/browser/Types.ts"
export type { PlainObject, PlainValue } from "./apps/facade/Plain.ts"
export type { PlainMap } from "./domain/client/Values.ts"
export { type Reason, sentence as explain } from "./domain/web/Reach.ts"
