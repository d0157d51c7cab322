/** The limits of web clients (WEB-60..63), for routing and for what they are shown. */
import type { Client, HubState } from "./HubState.ts"
import type { SampMap } from "./SampValue.ts"
import { mayReceive, maySend, visible } from "./web/Restriction.ts"

/** Whether `sender` may send an MType to a recipient that subscribes to it with this annotation. */
export const allowsSending = (
  { config }: HubState,
  { web }: Client,
  mtype: string,
  annotation: SampMap
): boolean => web === undefined || maySend(web.send ?? config.webMTypes, mtype, annotation)

/** Whether `recipient` may receive an MType. */
export const allowsReceiving = (
  { config }: HubState,
  recipient: Pick<Client, "web" | "subscriptions"> | undefined,
  mtype: string
): boolean =>
  recipient?.web === undefined ||
  mayReceive(recipient.web.receive, config.webMTypes, mtype, recipient.subscriptions)

/** A client's subscriptions as another sees them: a web client only what it may send, but all of its own. */
export const seenBy = (
  { config }: HubState,
  viewer: Client | undefined,
  { id, subscriptions }: Pick<Client, "id" | "subscriptions">
): SampMap =>
  viewer?.web === undefined || viewer.id === id
    ? subscriptions
    : visible(viewer.web.send ?? config.webMTypes, subscriptions)
