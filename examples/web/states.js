// Says how the connection stands: what the browser tells of this page, and each reason for which there may be none.
import { connection, element, lookOnce, sentence } from "./connection.js"
import { explain } from "./effect-samp.js"

const reasons = [
  "not-secure",
  "frame-policy",
  "page-policy",
  "content-policy",
  "will-ask",
  "dismissed",
  "denied",
  "no-hub",
  "no-hub-or-blocked",
  "no-origin",
  "not-a-hub",
  "busy",
  "refused"
]
const list = document.getElementById("reasons")
const facts = document.getElementById("facts")

const permission = async () => {
  for (const name of ["loopback-network", "local-network-access"]) {
    try {
      const { state } = await navigator.permissions.query({ name })
      return { granted: "allowed", denied: "forbidden", prompt: "it will ask you" }[state] ?? state
    } catch {
      // this browser does not know it by that name
    }
  }
  return "this browser has no such question"
}

const isLocal = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(location.hostname)

const look = async () => {
  const now = await lookOnce()
  const rows = [
    ["Address", location.origin === "null" ? "none that anybody could recognise" : location.origin],
    [
      "Comes from",
      isLocal ? "this computer, so the browser asks nothing" : "elsewhere, so the browser wants your leave"
    ],
    ["Secure", isSecureContext ? "yes" : "no"],
    ["In a frame of another page", self === top ? "no" : "yes"],
    ["May reach programs on this computer", isLocal ? "yes, being local" : await permission()],
    ["A hub for pages", now.available ? "is running" : `cannot be reached: ${now.reason}`]
  ]
  facts.replaceChildren(...rows.flatMap(([term, text]) => [element("dt", {}, term), element("dd", {}, text)]))
  list.replaceChildren(...reasons.map((reason) => {
    const isNow = reason === now.reason
    return element(
      "div",
      { "aria-current": isNow ? "true" : undefined },
      element(
        "dt",
        {},
        element("code", {}, reason),
        ...isNow ? [element("span", { class: "badge" }, "now")] : []
      ),
      element("dd", {}, ...sentence(explain(reason)))
    )
  }))
}

document.getElementById("look").onclick = look
connection({
  name: "Connection page",
  description: "Explains the connection of web pages to the hub"
}, () => {})
look()
