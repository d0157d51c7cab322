// The panel that tells how the connection to the hub is, in words, and has the buttons to change it. Nothing is sent to
// anybody, and nobody is asked for anything, before a click; to look for a hub disturbs nobody.
import { availability, connect, Unreachable, watch } from "./effect-samp.js"
import { hub } from "./hub.js"

/** An element with attributes, properties and children. */
export const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value)
    else if (value === true) made.setAttribute(key, "")
    else if (value !== undefined && value !== false) made.setAttribute(key, value)
  }
  made.append(...children)
  return made
}

/** A sentence, in which what is to be typed stands in backquotes. */
export const sentence = (text) =>
  text.split("`").map((part, i) => i % 2 === 1 ? element("code", {}, part) : part)

/** A text as the beginning of a sentence. */
const begun = (text) => text.charAt(0).toUpperCase() + text.slice(1)

/** What is the matter, in a few words, by the client's reasons. */
const titles = {
  "content-policy": "The server of this page keeps it from the hub",
  "page-policy": "The server of this page keeps it from the hub",
  "frame-policy": "The page around this one keeps it from the hub",
  denied: "The browser keeps this page from the hub",
  dismissed: "The browser has had no answer from you",
  "no-hub": "No hub is running",
  "not-secure": "The browser keeps this page from the hub",
  refused: "The hub did not let this page in",
  "will-ask": "Your browser will ask you first"
}

/**
 * Fills the panel with the id `connection`.
 *
 * @param options - for `connect`, above all the name
 * @param onClient - runs with each client that is connected, and with a signal that ends when it is not any more
 */
export const connection = (options, onClient) => {
  const title = element("strong")
  const why = element("span", { class: "why" })
  const state = element(
    "p",
    { class: "state", role: "status" },
    element("span", { class: "dot" }),
    title,
    why
  )
  const actions = element("div", { class: "row" })
  document.getElementById("connection").append(state, actions)

  let client
  let giveUp

  const labels = {
    connect: ["Connect to the hub", () => begin(), "main"],
    again: ["Try again", () => begin(), "main"],
    look: ["Look again", () => look(), ""],
    cancel: ["Cancel", () => giveUp?.abort(), ""],
    leave: ["Disconnect", () => client?.close(), ""],
    back: ["Connect again", () => client?.reconnect(), "main"]
  }

  const show = ({ busy = false, buttons, title: text, tone = "", why: reason = "" }) => {
    title.textContent = text
    why.replaceChildren(...sentence(reason))
    state.dataset.tone = tone
    state.toggleAttribute("data-busy", busy)
    const had = actions.contains(document.activeElement)
    actions.replaceChildren(...buttons.map((name) => {
      const [label, onclick, kind] = labels[name]
      return element("button", { type: "button", class: kind, onclick }, label)
    }))
    if (had) actions.querySelector("button")?.focus() // the one that was pressed is gone
  }

  const missing = (reason, text) =>
    show({
      tone: reason === "will-ask" ? "wait" : "bad",
      title: titles[reason] ?? "This page cannot reach a hub now",
      why: text,
      buttons: [reason === "will-ask" ? "connect" : "again"]
    })

  let looking
  /** Shows whether there is a hub, as long as there is no client. */
  const look = async () => {
    looking?.abort()
    looking = new AbortController()
    const { signal } = looking
    show({ title: "Looking for a hub …", tone: "wait", busy: true, buttons: [] })
    for await (const now of watch({ ...hub, signal })) {
      if (signal.aborted) return
      if (now.available) {
        show({
          tone: "there",
          title: "A hub is running on this computer",
          why:
            `This page is not connected, and has told nobody of itself. If you connect it, the hub may ask you whether to let in “${options.name}” from ${location.origin}.`,
          buttons: ["connect"]
        })
      } else missing(now.reason, now.text)
    }
  }

  const begin = async () => {
    looking?.abort()
    giveUp = new AbortController()
    show({
      tone: "wait",
      busy: true,
      title: "Asking the hub …",
      why:
        "If it has a question for you, it shows it where it runs: in a window, in its terminal, or on a page of its own, which `samp consent page` tells. Until you have answered, this page waits.",
      buttons: ["cancel"]
    })
    const { signal } = giveUp
    let ended
    try {
      client = await connect({ ...options, ...hub, signal })
      ended = new AbortController()
      Promise.resolve(onClient(client, ended.signal)).catch((error) => {
        if (!ended.signal.aborted) console.error(error)
      })
      for await (const status of client.statuses) tell(status)
      look()
    } catch (error) {
      if (signal.aborted) look()
      else if (error instanceof Unreachable) missing(error.reason, error.message)
      else {show({
          tone: "bad",
          title: "The connection has failed",
          why: String(error?.message ?? error),
          buttons: ["again"]
        })}
    } finally {
      ended?.abort()
      client = undefined
    }
  }

  const tell = (status) => {
    switch (status._tag) {
      case "Connected":
        return show({
          tone: "good",
          title: `Connected as ${options.name}`,
          why: `The others know this page as ${status.selfId}. To leave the page ends the connection, too.`,
          buttons: ["leave"]
        })
      case "Searching":
        return show({
          tone: "wait",
          busy: true,
          title: "The hub has gone",
          why: `${begun(status.why)}. As soon as another one runs, this page connects to it.`,
          buttons: ["leave"]
        })
      case "Disconnected":
        return show({ tone: "bad", title: "Disconnected", why: `${begun(status.why)}.`, buttons: ["back"] })
    }
  }

  look()
}

/** What is known before any click, for the page that explains it. */
export const lookOnce = () => availability(hub)

/** Whether subscriptions are for an MType: it, a wildcard above it, or everything (a.b.* is for a.b.c, not for a.b). */
export const takes = (subscriptions, mtype) =>
  Object.keys(subscriptions).some((pattern) =>
    pattern === mtype || pattern === "*" || pattern.endsWith(".*") && mtype.startsWith(pattern.slice(0, -1))
  )

/** The time, for lists. */
export const now = () => {
  const date = new Date()
  return element("time", { datetime: date.toISOString() }, date.toLocaleTimeString())
}
