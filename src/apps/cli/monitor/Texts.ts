/** The screens of `samp monitor` that are texts to scroll through: a client, a message, the help. */
import { type Client, isCallable, isPingable, type Model, type Seen } from "./Model.ts"
import { clientIndex } from "./Selection.ts"
import { clock, harmless, listing, subscribed, wrap } from "./Text.ts"

/** The terminal. */
export interface View {
  /** At least 1. */
  readonly columns: number
  /** At least 1. */
  readonly rows: number
  /** What the local time is ahead of UTC, in milliseconds. */
  readonly offsetMs: number
}

/** How a piece of a line looks. */
export type Style = "plain" | "strong" | "faint" | "selected" | "good" | "bad" | "heading"

/** A piece of a line. */
export interface Span {
  readonly text: string
  readonly style: Style
}

/** One line of the screen, never wider than the terminal. */
export type Line = ReadonlyArray<Span>

/** A line of one style. */
export const line = (text: string, style: Style = "plain"): Line => [{ text, style }]

/** Rows that are not for the text: the status above it, and the keys below. */
const frameRows = 2

/** Lines that a page key moves. */
export const pageOf = ({ rows }: View): number => Math.max(1, rows - frameRows - 2)

const keys: ReadonlyArray<readonly [string, string]> = [
  ["up down j k", "select, or scroll; PgUp PgDn Home End too"],
  ["Enter i", "show what is selected"],
  ["Esc", "back"],
  ["m", "the messages, and back"],
  ["p", "ping the selected client"],
  ["P", "ping all clients that take pings"],
  ["space", "stop the display, and go on"],
  ["/", "show only MTypes like table.* or load"],
  ["r", "register again, if the hub has ended it"],
  ["Ctrl-L", "draw the screen anew"],
  ["? h", "this help"],
  ["q Ctrl-C", "quit"]
]

const about =
  "samp monitor shows who is registered with the hub, and the messages that this client gets: those that are " +
  "sent to all, or to itself. Messages between two others are not seen."

const help: ReadonlyArray<readonly [string, Style]> = [
  ["", "plain"],
  ["Keys", "heading"],
  ...keys.map(([key, does]) => [`${key.padEnd(12)} ${does}`, "plain"] as const),
  ["", "plain"],
  ["Columns", "heading"],
  ["SUBS         subscriptions", "plain"],
  ["CALLABLE     whether it takes messages", "plain"],
  ["PING         how long it took to answer", "plain"],
  ["MSGS         messages that came from it", "plain"],
  ["SINCE        when it was first seen here", "plain"]
]

/** What a ping cell says. */
export const pingText = (client: Pick<Client, "ping" | "subscriptions">): string => {
  switch (client.ping?._tag) {
    case "Pinging":
      return "..."
    case "Answered":
      return `${client.ping.ms} ms`
    case "Failed":
      return client.ping.why
    default:
      return isPingable(client) ? "" : "-"
  }
}

/** A number and what it counts. */
export const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`

const clientText = (client: Client, offsetMs: number): ReadonlyArray<readonly [string, Style]> => {
  const { id, messages, metadata, name, since, subscriptions } = client
  const ping = pingText(client)
  return [
    [name === "" ? id : `${name} (${id})`, "heading"],
    [
      `${isCallable(client) ? "callable" : "not callable"}, ${plural(messages, "message")} seen, since ${
        clock(since, offsetMs)
      }`,
      "plain"
    ],
    [`ping: ${ping === "-" ? "does not take pings" : ping === "" ? "not tried, press p" : ping}`, "plain"],
    ["", "plain"],
    [`Metadata (${metadata.size})`, "heading"],
    ...listing(metadata).map((text) => [`  ${text}`, "plain"] as const),
    ["", "plain"],
    [`Subscriptions (${subscriptions.size})`, "heading"],
    ...subscribed(subscriptions).map((text) => [`  ${text}`, "plain"] as const)
  ]
}

/** A message in lines that are not yet wrapped. */
export const messageText = (seen: Seen, offsetMs: number): ReadonlyArray<readonly [string, Style]> => {
  const { at, details, kind, msgId, mtype, number, sender, senderName } = seen
  const from = senderName === "" ? sender : `${senderName} (${sender})`
  return [
    [mtype, "heading"],
    [`${kind} ${number} from ${from} at ${clock(at, offsetMs)}`, "plain"],
    ...msgId === undefined ? [] : [[`msg-id ${msgId}`, "plain"] as const],
    ...details.length === 0 ? [["no parameters", "faint"] as const] : [],
    ...details.map((text) => [`  ${text}`, "plain"] as const)
  ]
}

/** Lines wrapped to the terminal. */
export const wrapped = (
  text: ReadonlyArray<readonly [string, Style]>,
  columns: number
): ReadonlyArray<Line> =>
  text.flatMap(([text, style]) => wrap(text, columns).map((part) => line(part, style)))

/** The text on the screen; empty on screens that are lists. */
export const textOf = (model: Model, { columns, offsetMs }: View): ReadonlyArray<Line> => {
  switch (model.screen) {
    case "help":
      return [...wrap(about, columns, 0).map((part) => line(part)), ...wrapped(help, columns)]
    case "client": {
      const client = [...model.clients.values()][clientIndex(model)]
      return client === undefined
        ? [line(harmless("This client has left.").slice(0, columns), "faint")]
        : wrapped(clientText(client, offsetMs), columns)
    }
    case "message":
      return model.reading === undefined ? [] : wrapped(messageText(model.reading, offsetMs), columns)
    default:
      return []
  }
}

/** Rows for a text. */
export const textRows = ({ rows }: View): number => Math.max(1, rows - frameRows)

/** The first line of a text when its last one is at the bottom. */
export const lastScroll = (model: Model, view: View): number =>
  Math.max(0, textOf(model, view).length - textRows(view))
