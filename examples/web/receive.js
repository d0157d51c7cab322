// Receives positions and tables, and keeps rows highlighted together with those who have the same table.
import { connection, element, now } from "./connection.js"
import { read } from "./votable.js"

const [positions, noPositions, tableBox, tableState, actions, select, chosen] = [
  "positions",
  "no-positions",
  "table",
  "table-state",
  "table-actions",
  "select",
  "chosen"
].map((id) => document.getElementById(id))

const shownRows = 2_000
const keptPositions = 5

/** The table that is shown, and by what names others know it. */
let table
let client

const two = (number) => String(Math.floor(number)).padStart(2, "0")
const sexagesimal = (value, unit) => {
  const rounded = Math.round(Math.abs(value) * 36_000) / 36_000
  const minutes = (rounded % 1) * 60
  const seconds = Math.min(59.9, (minutes % 1) * 60)
  return `${two(rounded)}${unit}${two(minutes)}m${seconds.toFixed(1).padStart(4, "0")}s`
}

/** A position as people read it. */
const inWords = (ra, dec) =>
  `${sexagesimal((((ra % 360) + 360) % 360) / 15, "h")} ${dec < 0 ? "−" : "+"}${sexagesimal(dec, "d")}`

/** Names by client id, of those who have left as well: what they have sent stays, and some leave at once. */
const known = new Map()

const nameOf = (id) => known.get(id) || id

const showPosition = ({ params, sender }) => {
  const [ra, dec] = [Number(params.ra), Number(params.dec)]
  if (!Number.isFinite(ra) || !Number.isFinite(dec)) {
    throw new Error("ra and dec have to be numbers, in degrees")
  }
  noPositions.hidden = true
  positions.prepend(
    element(
      "li",
      {},
      now(),
      element("strong", { class: "number" }, inWords(ra, dec)),
      element("span", { class: "detail" }, `${ra}°, ${dec}° from ${nameOf(sender)}`)
    )
  )
  while (positions.children.length > keptPositions) positions.lastChild.remove()
}

/** Whether a message about rows is about the table that is shown: by its id, or else by its URL. */
const isOurs = (params) =>
  table !== undefined &&
  (params["table-id"] !== undefined && table.id !== undefined
    ? params["table-id"] === table.id
    : params.url === table.url)

const rowAt = (index) => tableBox.querySelector(`tr[data-row="${index}"]`)

const tell = () => {
  const marked = tableBox.querySelectorAll("tr[data-marked]").length
  const ticked = tableBox.querySelectorAll("input:checked").length
  select.disabled = ticked === 0 || client === undefined
  chosen.textContent = [
    marked > 0 ? `${marked} highlighted` : "",
    ticked > 0 ? `${ticked} ticked` : ""
  ].filter(Boolean).join(", ")
}

const mark = (indices, isScrolling) => {
  for (const row of tableBox.querySelectorAll("tr[data-marked]")) row.removeAttribute("data-marked")
  const marked = indices.map(rowAt).filter(Boolean)
  for (const row of marked) row.setAttribute("data-marked", "")
  if (isScrolling) marked[0]?.scrollIntoView({ block: "nearest" })
  tell()
}

/** What names the table in messages; an id only if it has come with one. */
const names = () => ({ ...table.id === undefined ? {} : { "table-id": table.id }, url: table.url })

const highlight = (index) => {
  mark([index], false)
  client?.notifyAll("table.highlight.row", { ...names(), row: String(index) }).catch(() => {})
}

const drawRow = (row, index) => {
  const tick = element("input", {
    type: "checkbox",
    "aria-label": `Tick row ${index + 1}`,
    onclick: (event) => event.stopPropagation(),
    onchange: tell
  })
  const cells = table.columns.map(({ numeric }, i) =>
    element("td", numeric ? { class: "number" } : {}, row[i] ?? "")
  )
  const line = element(
    "tr",
    { tabindex: index === 0 ? "0" : "-1", "data-row": String(index), onclick: () => highlight(index) },
    element("td", {}, tick),
    ...cells
  )
  line.addEventListener("keydown", (event) => {
    if (event.target !== line) return
    const to = { ArrowDown: line.nextElementSibling, ArrowUp: line.previousElementSibling }[event.key]
    if (event.key === "Enter") highlight(index)
    else if (event.key === " ") tick.click()
    else if (to) {
      line.tabIndex = -1
      to.tabIndex = 0
      to.focus()
    } else return
    event.preventDefault()
  })
  return line
}

const draw = () => {
  const { columns, rows } = table
  const head = columns.map(({ name, numeric, unit }) =>
    element(
      "th",
      { scope: "col", ...numeric ? { class: "number" } : {} },
      name,
      ...unit === "" ? [] : [element("small", { class: "soft" }, unit)]
    )
  )
  tableBox.replaceChildren(
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Tick"), ...head)),
      element("tbody", {}, ...rows.slice(0, shownRows).map(drawRow))
    )
  )
  tableBox.hidden = actions.hidden = false
  tell()
}

const load = async ({ params, sender }) => {
  const { url } = params
  if (url === undefined) throw new Error("the message names no url")
  const from = nameOf(sender)
  tableState.textContent = `${from} sends a table. Reading it …`
  try {
    const response = await client.fetchUrl(url)
    table = { ...read(await response.text()), id: params["table-id"], url }
    const title = params.name || table.name || "A table without a name"
    const { length } = table.rows
    tableState.textContent = `${title}, from ${from}: ${length} ${length === 1 ? "row" : "rows"}${
      length > shownRows ? `, of which the first ${shownRows} are shown` : ""
    }. Click on a row, or press Enter on it, to highlight it in the others as well.`
    draw()
  } catch (error) {
    tableState.textContent = `The table that ${from} has sent cannot be shown: ${error.message}.`
    throw error // so that the sender is told
  }
}

select.onclick = () => {
  const rows = [...tableBox.querySelectorAll("tr:has(input:checked)")].map(({ dataset }) => dataset.row)
  mark(rows, false)
  client?.notifyAll("table.select.rowList", { ...names(), "row-list": rows }).catch(() => {})
}

connection(
  { name: "Web receiver", description: "Shows positions and tables on a web page" },
  async (connected, signal) => {
    client = connected
    signal.addEventListener("abort", () => {
      client = undefined
      tell()
    })
    await client.bind("samp.hub.event.metadata", ({ params }) => {
      known.set(params.id, params.metadata["samp.name"])
    }, { declare: false })
    await client.bind("coord.pointAt.sky", showPosition, { declare: false })
    await client.bind("table.load.votable", load, { declare: false, sequential: true })
    await client.bind("table.highlight.row", ({ params }) => {
      if (isOurs(params)) mark([Number(params.row)], true)
    }, { declare: false })
    await client.bind("table.select.rowList", ({ params }) => {
      if (isOurs(params)) mark((params["row-list"] ?? []).map(Number), true)
    }, { declare: false })
    await client.declareSubscriptions()
    for await (const clients of client.clientChanges) {
      for (const { id, name } of clients.values()) known.set(id, name)
    }
  }
)
