/** The session's events as JSON lines, for programs. */
import { toJson } from "../../../domain/SampValue.ts"
import { type Client, nameOf, type SessionEvent } from "./Model.ts"

type Fields = Readonly<Record<string, unknown>>

/** The `event` of each line. */
const names = {
  HubStatus: "hub-status",
  ClientRegistered: "client-registered",
  ClientChanged: "client-changed",
  ClientLeft: "client-left",
  Message: "message",
  MessagesLost: "messages-lost"
} as const

const fieldsOf = (event: SessionEvent): Fields => {
  switch (event._tag) {
    case "HubStatus": {
      const { status } = event
      return status._tag === "Connected"
        ? { status: "connected", ...status.hub, selfId: status.selfId, hubId: status.hubId }
        : { status: status._tag === "Searching" ? "searching" : "disconnected", why: status.why }
    }
    case "ClientRegistered":
    case "ClientChanged": {
      const { id, metadata, subscriptions } = event.client
      return {
        id,
        name: nameOf(event.client),
        metadata: toJson(metadata),
        subscriptions: toJson(subscriptions)
      }
    }
    case "ClientLeft":
      return { id: event.client.id, name: nameOf(event.client) }
    case "Message": {
      const { extra, kind, msgId, mtype, params, sender, senderName } = event.message
      return {
        kind,
        sender,
        senderName,
        mtype,
        params: toJson(params),
        ...extra.size > 0 ? { extra: toJson(extra) } : {},
        ...msgId === undefined ? {} : { msgId }
      }
    }
    case "MessagesLost":
      return { count: event.count }
  }
}

/** An event as one object: `event`, `time`, and what belongs to the event. */
export const lineOf = (event: SessionEvent): Fields => ({
  event: names[event._tag],
  time: new Date(event.at).toISOString(),
  ...fieldsOf(event)
})

/** What became of a ping, as one object. */
export const pingLine = ({ id, name, ping }: Client, at: number): Fields => ({
  event: "ping",
  time: new Date(at).toISOString(),
  id,
  name,
  ...ping?._tag === "Answered" ? { ms: ping.ms } : { why: ping?._tag === "Failed" ? ping.why : "not tried" }
})
