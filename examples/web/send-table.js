// Sends a table that was typed in: made here, handed to the hub or to the server of this page, and named in a message.
import { connection, element, now, sentence, takes } from "./connection.js"
import { NotOffered } from "./effect-samp.js"
import { typeOf, write } from "./votable.js"

const mtype = "table.load.votable"
const [name, rowsTable, recipient, send, way, replies, shape] = [
  "table-name",
  "rows",
  "recipient",
  "send",
  "way",
  "replies",
  "shape"
].map((id) => document.getElementById(id))

let columns = ["name", "ra", "dec", "mag"]
let rows = [
  ["M 31", "10.6847", "41.2687", "3.4"],
  ["M 33", "23.4621", "30.6599", "5.7"],
  ["M 51", "202.4696", "47.1952", "8.4"],
  ["M 101", "210.8023", "54.3490", "7.9"]
]

const describe = () => {
  const types = columns.map((column, i) =>
    `${column} ${typeOf(rows.map((row) => row[i])) === "double" ? "(numbers)" : "(text)"}`
  )
  shape.textContent = `${rows.length} ${rows.length === 1 ? "row" : "rows"}: ${types.join(", ")}`
}

const draw = () => {
  const head = columns.map((column, i) =>
    element(
      "th",
      { scope: "col" },
      element("input", {
        value: column,
        "aria-label": `Name of column ${i + 1}`,
        maxlength: 40,
        autocomplete: "off",
        oninput: ({ target }) => {
          columns[i] = target.value
          describe()
        }
      })
    )
  )
  const body = rows.map((row, j) =>
    element(
      "tr",
      {},
      ...row.map((cell, i) =>
        element(
          "td",
          {},
          element("input", {
            value: cell,
            "aria-label": `${columns[i]}, row ${j + 1}`,
            maxlength: 400,
            autocomplete: "off",
            spellcheck: "false",
            oninput: ({ target }) => {
              row[i] = target.value
              describe()
            }
          })
        )
      ),
      element(
        "td",
        {},
        element("button", {
          type: "button",
          class: "plain",
          "aria-label": `Remove row ${j + 1}`,
          title: "Remove this row",
          disabled: rows.length === 1,
          onclick: () => {
            rows.splice(j, 1)
            draw()
            rowsTable.querySelectorAll("tbody button")[Math.min(j, rows.length - 1)]?.focus()
          }
        }, "✕")
      )
    )
  )
  rowsTable.replaceChildren(
    element("thead", {}, element("tr", {}, ...head, element("td"))),
    element("tbody", {}, ...body)
  )
  describe()
}

document.getElementById("add-row").onclick = () => {
  rows.push(columns.map(() => ""))
  draw()
  rowsTable.querySelector("tbody tr:last-child input").focus()
}

document.getElementById("add-column").onclick = () => {
  columns.push(`column${columns.length + 1}`)
  for (const row of rows) row.push("")
  draw()
  const last = rowsTable.querySelectorAll("thead input")[columns.length - 1]
  last.focus()
  last.select()
}

draw()

/** Where others can fetch the table: from the hub if it takes data from pages, else from the server of this page. */
const publish = async (client, blob) => {
  const file = `${name.value.replace(/[^\w.-]+/g, "-").replace(/^-+|-+$/g, "") || "table"}.vot`
  try {
    return [await client.publish(blob, { name: file }), "The hub hands it out."]
  } catch (error) {
    if (!(error instanceof NotOffered)) throw error
  }
  const response = await fetch(`tables?name=${encodeURIComponent(file)}`, { method: "POST", body: blob })
  if (!response.ok) {
    throw new Error(
      "This hub takes no data from pages, and the server of this page does not either. Use samp hub, or samp web-demo."
    )
  }
  return [
    await response.text(),
    "This hub takes no data from pages, so the server of this page hands it out."
  ]
}

const line = (tone, title, detail = "") =>
  element(
    "li",
    { "data-tone": tone },
    now(),
    element("strong", {}, title),
    element("span", { class: "detail" }, detail)
  )

const minutes = 5

/** Calls one, and shows what comes of it. */
const call = async (client, id, label, params) => {
  const waiting = line("wait", label, "is loading it …")
  replies.prepend(waiting)
  try {
    const { warning } = await client.call(id, mtype, params, { timeoutSeconds: minutes * 60 })
    waiting.replaceWith(line(warning === undefined ? "good" : "wait", label, warning ?? "has loaded it."))
  } catch (error) {
    waiting.replaceWith(line("bad", label, `has not loaded it: ${error.message}`))
  }
}

let count = 0

connection(
  { name: "Table sender", description: "Sends tables that are typed in on a web page" },
  async (client, signal) => {
    let others = new Map()
    signal.addEventListener("abort", () => {
      send.disabled = recipient.disabled = true
      recipient.replaceChildren(element("option", { value: "" }, "(not connected)"))
      way.textContent = "Connect first; then you can choose who gets the table."
    })

    send.onclick = async () => {
      send.disabled = true
      try {
        const text = write(name.value, columns, rows)
        const [url, how] = await publish(client, new Blob([text], { type: "application/x-votable+xml" }))
        way.replaceChildren(...sentence(`${how} Its address is \`${url}\``))
        const params = { url, "table-id": `web-${Date.now()}-${++count}`, name: name.value }
        const ids = recipient.value === "" ? [...others.keys()] : [recipient.value]
        for (const id of ids) void call(client, id, others.get(id)?.name || id, params)
      } catch (error) {
        replies.prepend(line("bad", "Not sent", error.message))
      } finally {
        send.disabled = others.size === 0
      }
    }

    for await (const clients of client.clientChanges) {
      if (signal.aborted) return
      others = new Map([...clients].filter(([, { subscriptions }]) => takes(subscriptions, mtype)))
      const chosen = recipient.value
      const all = others.size === 0
        ? "(nobody who loads tables is there)"
        : `All who load tables (${others.size})`
      recipient.replaceChildren(
        element("option", { value: "" }, all),
        ...[...others.values()].map(({ id, name }) => element("option", { value: id }, name || id))
      )
      recipient.value = others.has(chosen) ? chosen : ""
      recipient.disabled = send.disabled = others.size === 0
      if (others.size === 0) {
        way.textContent = "Start a program that loads tables, such as TOPCAT or Aladin; it will show up here."
      } else if (
        !way.textContent.includes("address")
      ) way.textContent = "Nothing has been sent so far."
    }
  }
)
