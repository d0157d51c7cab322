/**
 * The screen of `samp monitor`, drawn as lines: pure, for a terminal of any size. What does not fit is left out by its
 * importance, and lists show the part around what is selected.
 */
import { type Client, isCallable, isPingable, type Model, rate, type Seen } from "./Model.ts"
import { clientIndex, messageIndex, shownMessages } from "./Selection.ts"
import { clock, cut, fit, patterns } from "./Text.ts"
import {
  type Line,
  line,
  messageText,
  pingText,
  plural,
  type Span,
  type Style,
  textOf,
  textRows,
  type View,
  wrapped
} from "./Texts.ts"

/** A line cut to the terminal. */
const within = (spans: Line, columns: number): Line => {
  const kept: Array<Span> = []
  let left = columns
  for (const { style, text } of spans) {
    if (left <= 0) break
    const shown = cut(text, left)
    kept.push({ style, text: shown })
    left -= shown.length
  }
  return kept
}

const statusLine = ({ status }: Model, columns: number): Line => {
  const wide = columns >= 60
  const title: Span = { text: wide ? "samp monitor: " : "", style: "strong" }
  switch (status._tag) {
    case "Connected": {
      const { impl, label, url } = status.hub
      const named = [impl, label].filter((text) => text !== undefined).join(", ")
      const place = wide ? url : url.replace(/^https?:\/\//u, "")
      return [
        title,
        { text: "connected", style: "good" },
        { text: ` as ${status.selfId} to ${place}${named === "" ? "" : ` (${named})`}`, style: "plain" }
      ]
    }
    case "Searching":
      return [
        title,
        { text: "searching", style: "bad" },
        { text: ` for a hub: ${status.why}`, style: "plain" }
      ]
    case "Disconnected":
      return [
        title,
        { text: "disconnected", style: "bad" },
        { text: `, r registers again: ${status.why}`, style: "plain" }
      ]
  }
}

/** As many of the parts as there is room for, the first at least. */
const fitting = (parts: ReadonlyArray<string>, between: string, columns: number): string => {
  let text = ""
  for (const [index, part] of parts.entries()) {
    const next = index === 0 ? part : text + between + part
    if (index > 0 && next.length > columns) break
    text = next
  }
  return text
}

const perSecond = (value: number): string => value >= 100 ? value.toFixed(0) : value.toFixed(1)

const countLine = (model: Model, columns: number): Line => {
  const { calls, clients, lost, notifications, status, watching } = model
  const isHub = (id: string): boolean => status._tag === "Connected" && id === status.hubId
  const others = [...clients.keys()].filter((id) => !isHub(id)).length
  const total = calls + notifications
  const counts = watching
    ? [
      plural(total, "message"),
      ...lost > 0 ? [`${lost} more not shown`] : [],
      `${perSecond(rate(model, 5))}/s`,
      `${perSecond(rate(model, 60))}/s over a minute`,
      `${plural(notifications, "notification")}, ${plural(calls, "call")}`
    ]
    : []
  return line(fitting([plural(others, "client"), ...counts], "; ", columns))
}

/** The keys as there is room for them. */
const keyLine = (model: Model, columns: number): Line => {
  if (model.editing !== undefined) {
    return [
      { text: `MTypes like: ${model.filter}_`, style: "strong" },
      { text: "  Enter keeps it, Esc does not", style: "faint" }
    ]
  }
  const isList = model.screen === "overview" || model.screen === "messages"
  const all = [
    "q quit",
    ...isList ? ["Enter show"] : ["Esc back"],
    "? help",
    ...model.watching ? [model.screen === "messages" ? "m clients" : "m messages"] : [],
    "p ping",
    "P all",
    ...model.watching ? [model.paused === undefined ? "space stop" : "space go on", "/ filter"] : []
  ]
  return line(fitting(all, "  ", columns), "faint")
}

/** The part of a list that is shown, around what is selected. */
const windowOf = (count: number, selected: number, room: number): readonly [number, number] => {
  const rows = Math.max(0, room)
  const start = Math.max(0, Math.min(selected - Math.floor(rows / 2), count - rows))
  return [start, Math.min(count, start + rows)]
}

const range = (start: number, end: number, count: number): string => {
  if (end - start >= count || end <= start) return ` ${count}`
  return end - start === 1 ? ` ${end} of ${count}` : ` ${start + 1}-${end} of ${count}`
}

interface Column<A> {
  readonly title: string
  readonly width: number
  readonly cell: (item: A) => string
  readonly style?: (item: A) => Style
}

const rowOf = <A>(columns: ReadonlyArray<Column<A>>, item: A, selected: boolean, width: number): Line => {
  const cells = columns.map(({ cell, style, width }, index): Span => ({
    text: fit(cell(item), width) + (index < columns.length - 1 ? " " : ""),
    style: selected ? "selected" : style?.(item) ?? "plain"
  }))
  const mark: Span = { text: selected ? ">" : " ", style: selected ? "selected" : "plain" }
  return within([mark, ...cells], width)
}

const headOf = <A>(columns: ReadonlyArray<Column<A>>, width: number): Line =>
  within(line(` ${columns.map(({ title, width }) => fit(title, width)).join(" ")}`, "faint"), width)

/** Widths that the columns take, with the blank after each and the mark before them. */
const taken = (columns: ReadonlyArray<Column<never>>): number =>
  columns.reduce((sum, { width }) => sum + width + 1, 1)

const pingStyle = ({ ping }: Client): Style =>
  ping?._tag === "Answered" ? "good" : ping?._tag === "Failed" ? "bad" : "plain"

const clientColumns = (
  clients: ReadonlyArray<Client>,
  { columns, offsetMs }: View
): ReadonlyArray<Column<Client>> => {
  const idWidth = Math.min(columns < 60 ? 8 : 14, Math.max(2, ...clients.map(({ id }) => id.length)))
  const wide = columns >= 60
  const rest: ReadonlyArray<Column<Client>> = [
    { title: "SUBS", width: 4, cell: ({ subscriptions }) => String(subscriptions.size) },
    ...wide
      ? [{ title: "CALLABLE", width: 8, cell: (one: Client) => isCallable(one) ? "yes" : "no" }]
      : [],
    { title: "PING", width: 10, cell: pingText, style: pingStyle },
    ...wide
      ? [
        { title: "MSGS", width: 6, cell: ({ messages }: Client) => String(messages) },
        { title: "SINCE", width: 8, cell: ({ since }: Client) => clock(since, offsetMs) }
      ]
      : []
  ]
  const id: Column<Client> = { title: "ID", width: idWidth, cell: ({ id }) => id }
  const left = columns - taken([id, ...rest]) - 1
  const longest = Math.max(8, ...clients.map(({ name }) => name.length))
  const nameWidth = Math.max(1, Math.min(left, columns >= 110 ? Math.min(longest, 30) : left))
  const name: Column<Client> = { title: "NAME", width: nameWidth, cell: ({ name }) => name }
  const more = left - nameWidth - 1
  return [
    id,
    name,
    ...rest,
    ...more >= 20
      ? [{
        title: "SUBSCRIPTIONS",
        width: more,
        cell: ({ subscriptions }: Client) => patterns(subscriptions)
      }]
      : []
  ]
}

const clientLines = (model: Model, view: View, rows: number): ReadonlyArray<Line> => {
  if (rows <= 0) return []
  const clients = [...model.clients.values()]
  const { status } = model
  if (clients.length === 0 && status._tag !== "Connected") {
    return [line("Clients 0", "heading"), ...wrapped([[status.why, "plain"]], view.columns)].slice(0, rows)
  }
  const selected = clientIndex(model)
  const [start, end] = windowOf(clients.length, selected, rows - 2)
  const columns = clientColumns(clients, view)
  return [
    line(`Clients${range(start, end, clients.length)}`, "heading"),
    headOf(columns, view.columns),
    ...clients.slice(start, end).map((client, index) =>
      rowOf(columns, client, start + index === selected, view.columns)
    )
  ].slice(0, rows)
}

const messageColumns = ({ columns, offsetMs }: View): ReadonlyArray<Column<Seen>> => {
  const wide = columns >= 60
  const time: Column<Seen> = { title: "TIME", width: 8, cell: ({ at }) => clock(at, offsetMs) }
  const sender = (width: number): Column<Seen> => ({
    title: "SENDER",
    width,
    cell: ({ sender, senderName }) => senderName === "" ? sender : senderName
  })
  const mtype = (width: number): Column<Seen> => ({ title: "MTYPE", width, cell: ({ mtype }) => mtype })
  if (!wide) return [time, sender(9), mtype(Math.max(1, columns - 20))]
  const kind: Column<Seen> = {
    title: "KIND",
    width: 6,
    cell: ({ kind }) => kind === "call" ? "call" : "notify",
    style: ({ kind }) => kind === "call" ? "strong" : "plain"
  }
  const fixed = [time, kind, sender(columns >= 110 ? 20 : 12), mtype(columns >= 110 ? 32 : 24)]
  const params: Column<Seen> = {
    title: "PARAMETERS",
    width: Math.max(1, columns - taken(fixed) - 1),
    cell: ({ summary }) => summary
  }
  return [...fixed, params]
}

const messageTitle = (model: Model, shown: ReadonlyArray<Seen>, part: string): Line => {
  const { filter, messages, paused } = model
  const missed = paused === undefined ? 0 : (messages.at(-1)?.number ?? 0) - (paused.at(-1)?.number ?? 0)
  return [
    { text: `Messages${shown.length === 0 ? "" : part}`, style: "heading" },
    ...paused === undefined ? [] : [{ text: ` stopped, ${missed} new`, style: "bad" as const }],
    ...filter === "" ? [] : [{ text: ` like ${filter}`, style: "strong" as const }]
  ]
}

const messageLines = (
  model: Model,
  view: View,
  rows: number,
  selectable: boolean
): ReadonlyArray<Line> => {
  if (rows <= 0) return []
  const shown = shownMessages(model)
  const selected = selectable ? messageIndex(model, shown) : shown.length - 1
  const [start, end] = windowOf(shown.length, selected, rows - 2)
  const columns = messageColumns(view)
  return [
    within(messageTitle(model, shown, range(start, end, shown.length)), view.columns),
    headOf(columns, view.columns),
    ...shown.slice(start, end).map((seen, index) =>
      rowOf(columns, seen, selectable && start + index === selected, view.columns)
    )
  ].slice(0, rows)
}

/** The lists of clients and of messages, one above the other. */
const overview = (model: Model, view: View, rows: number): ReadonlyArray<Line> => {
  if (!model.watching) return clientLines(model, view, rows)
  const wanted = Math.max(3, model.clients.size) + 2
  const forClients = Math.min(wanted, Math.max(Math.floor(rows * 0.6), Math.min(rows, 3)))
  return [
    ...padded(clientLines(model, view, forClients), forClients),
    ...messageLines(model, view, rows - forClients, false)
  ]
}

/** The list of messages, and below it what is in the selected one. */
const messages = (model: Model, view: View, rows: number): ReadonlyArray<Line> => {
  const forText = rows >= 10 ? Math.floor(rows / 2) : 0
  const shown = shownMessages(model)
  const seen = shown[messageIndex(model, shown)]
  const list = messageLines(model, view, rows - forText, true)
  if (forText === 0 || seen === undefined) return list
  const text = wrapped(messageText(seen, view.offsetMs), view.columns)
  const more = text.length > forText ? [line("..", "faint")] : []
  return [...padded(list, rows - forText), ...text.slice(0, forText - more.length), ...more]
}

const padded = (lines: ReadonlyArray<Line>, rows: number): ReadonlyArray<Line> => [
  ...lines.slice(0, rows),
  ...Array.from({ length: Math.max(0, rows - lines.length) }, () => line(""))
]

const body = (model: Model, view: View): ReadonlyArray<Line> => {
  const rows = textRows(view)
  switch (model.screen) {
    case "overview":
      return [countLine(model, view.columns), ...overview(model, view, rows - 1)]
    case "messages":
      return [countLine(model, view.columns), ...messages(model, view, rows - 1)]
    default: {
      const text = textOf(model, view)
      const start = Math.max(0, Math.min(model.scroll, text.length - rows))
      return text.slice(start, start + rows)
    }
  }
}

/** The lines of the screen: exactly as many as it has rows, none wider than it, each character one column. */
export const render = (model: Model, view: View): ReadonlyArray<Line> => {
  const { columns, rows } = view
  const all = [
    statusLine(model, columns),
    ...padded(body(model, view), Math.max(0, rows - 2)),
    keyLine(model, columns)
  ]
  return all.slice(0, rows).map((spans) => within(spans, columns))
}

/** A line without its styles. */
export const plain = (spans: Line): string => spans.map(({ text }) => text).join("").trimEnd()

/** The clients as a table for people, for a terminal or not. */
export const clientTable = (model: Model): ReadonlyArray<ReadonlyArray<string>> => [
  ["ID", "NAME", "SUBS", "CALLABLE", "PING"],
  ...[...model.clients.values()].map((client) => [
    cut(client.id, 200),
    client.name === "" ? "-" : cut(client.name, 200),
    String(client.subscriptions.size),
    isCallable(client) ? "yes" : "no",
    isPingable(client) ? pingText(client) : "-"
  ])
]
