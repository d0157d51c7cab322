// Tells whether there is a hub; the browser asks nobody for that.
import { sentence } from "./connection.js"
import { watch } from "./effect-samp.js"
import { hub } from "./hub.js"

const state = document.getElementById("hub-state")
const [, title, why] = state.children

title.textContent = "Looking for a hub …"
for await (const now of watch(hub)) {
  state.dataset.tone = now.available ? "there" : now.reason === "will-ask" ? "wait" : "bad"
  title.textContent = now.available
    ? "A hub is running on this computer"
    : now.reason === "will-ask"
    ? "The browser will ask you before a page can look for a hub"
    : "There is no hub for these pages"
  why.replaceChildren(...now.available ? ["Choose one of the pages above."] : sentence(now.text))
}
