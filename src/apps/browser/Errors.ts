/** Why what a page asked for did not come about: the same errors as in the other clients, and those that pages alone have. */
import { tagged } from "../../adapters/web/WebErrors.ts"
import { nobodyNamed } from "../../domain/client/Naming.ts"
import { type ErrorTexts, errorTexts } from "../../domain/client/Responses.ts"
import type { SampMap } from "../../domain/SampValue.ts"
import { plain, type PlainObject } from "../facade/Plain.ts"

export { CallError } from "../../adapters/web/WebErrors.ts"

/** The hub answered something that the standard does not allow. */
export const BadHub = tagged(
  "BadHub",
  ({ detail, url }: { readonly url: string; readonly detail: string }) =>
    `the hub at ${url} does not speak SAMP as expected: ${detail}`
)
/** An instance of it. */
export type BadHub = InstanceType<typeof BadHub>

/** There is no registration at the moment. */
export const NotConnected = tagged(
  "NotConnected",
  ({ why }: { readonly why: string }) => `this client is not registered with a hub: ${why}`
)
/** An instance of it. */
export type NotConnected = InstanceType<typeof NotConnected>

/** The registration ended while a response was awaited; whether the call was acted on is not known (SHUT-05). */
export const Disconnected = tagged(
  "Disconnected",
  ({ mtype }: { readonly mtype: string }) => `the hub went away before the response to ${mtype} came`
)
/** An instance of it. */
export type Disconnected = InstanceType<typeof Disconnected>

/** No response in time. */
export const NoResponse = tagged(
  "NoResponse",
  ({ responder, seconds }: { readonly responder: string; readonly seconds: number }) =>
    `the client ${responder} did not answer within ${seconds} s`
)
/** An instance of it. */
export type NoResponse = InstanceType<typeof NoResponse>

/** A message that cannot be sent. */
export const BadMessage = tagged("BadMessage", ({ detail }: { readonly detail: string }) => detail)
/** An instance of it. */
export type BadMessage = InstanceType<typeof BadMessage>

/** A response that is neither `samp.ok` nor `samp.warning` (RSP-01, RSP-04, RSP-05). */
export const ErrorResponse = tagged(
  "ErrorResponse",
  ({ errortxt }: ErrorTexts & { readonly responder: string; readonly response: PlainObject }) => errortxt
)
/** An instance of it. */
export type ErrorResponse = InstanceType<typeof ErrorResponse>

/** The error that a response tells of. */
export const errorOf = (responder: string, response: SampMap): ErrorResponse =>
  new ErrorResponse({ ...errorTexts(responder, response), responder, response: plain(response) })

/** Nobody has that name or id, or several might be meant. */
export const NoSuchClient = tagged(
  "NoSuchClient",
  ({ known, wanted }: {
    /** What was looked for. */
    readonly wanted: string
    /** Names of those who are registered. */
    readonly known: ReadonlyArray<string>
  }) => nobodyNamed(wanted, known)
)
/** An instance of it. */
export type NoSuchClient = InstanceType<typeof NoSuchClient>
