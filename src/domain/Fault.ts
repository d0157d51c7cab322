/**
 * Faults: why the hub does not do what a client asked (section 3.13). A fault goes to the caller of an operation; a
 * recipient that failed answers with an error response instead (ERR-01).
 */

/** The reasons, in words a program can compare; the numbers on the wire are pyvo's, which has the only set in use (ERR-04). */
export type FaultReason =
  | "Malformed"
  | "UnknownMethod"
  | "BadSecret"
  | "UnknownKey"
  | "UnknownClient"
  | "NotCallable"
  | "NotSubscribed"
  | "NotPermitted"
  | "NotAllowed"
  | "BadMessage"
  | "BadResponse"
  | "UnknownMessage"
  | "Timeout"
  | "Limit"
  | "Stopping"

/** A refusal as plain data; it is never thrown. */
export interface Fault {
  readonly _tag: "Fault"
  readonly reason: FaultReason
  /** One line that names the offending thing and holds no private key (ERR-05). */
  readonly text: string
}

/** Makes a fault. */
export const fault = (reason: FaultReason, text: string): Fault => ({ _tag: "Fault", reason, text })

const codes: { readonly [R in FaultReason]: number } = {
  Malformed: 1,
  UnknownMethod: 1,
  BadSecret: 7,
  UnknownKey: 5,
  UnknownClient: 6,
  NotCallable: 1,
  NotSubscribed: 2,
  NotPermitted: 1,
  NotAllowed: 1,
  BadMessage: 3,
  BadResponse: 1,
  UnknownMessage: 1,
  Timeout: 1,
  Limit: 1,
  Stopping: 1
}

/** The `faultCode` of a reason. */
export const code = (reason: FaultReason): number => codes[reason]

const shown = 60

/**
 * A foreign string fit for a fault text: legal SAMP characters, one line, not long (ERR-05).
 */
export const quote = (text: string): string => {
  const cut = text.length > shown ? `${text.slice(0, shown)}...` : text
  return `'${cut.replace(/[^\x20-\x7e]/gu, "?")}'`
}
