/** Keys: from the bytes of a terminal to what they mean in `samp monitor`, both pure. */
import type { ClientId } from "../../../domain/Identifiers.ts"
import { isMType } from "../../../domain/MType.ts"
import { isPingable, type Model } from "./Model.ts"
import { clientIndex, messageIndex, shownMessages } from "./Selection.ts"
import { lastScroll, pageOf, type View } from "./Texts.ts"

/** A key; `text` is a printable ASCII character. */
export type Key =
  | { readonly _tag: "Text"; readonly text: string }
  | {
    readonly _tag:
      | "Up"
      | "Down"
      | "PageUp"
      | "PageDown"
      | "Home"
      | "End"
      | "Enter"
      | "Escape"
      | "Backspace"
      | "Interrupt"
      | "Redraw"
  }

type Named = Exclude<Key, { readonly _tag: "Text" }>["_tag"]

const sequences: ReadonlyMap<string, Named> = new Map([
  ["A", "Up"],
  ["B", "Down"],
  ["H", "Home"],
  ["F", "End"],
  ["1~", "Home"],
  ["4~", "End"],
  ["5~", "PageUp"],
  ["6~", "PageDown"],
  ["7~", "Home"],
  ["8~", "End"]
])

const controls: ReadonlyMap<string, Named> = new Map([
  ["\x03", "Interrupt"],
  ["\x04", "Interrupt"], // Ctrl-D, as where a terminal ends input
  ["\x08", "Backspace"],
  ["\x7f", "Backspace"],
  ["\x0c", "Redraw"],
  ["\r", "Enter"],
  ["\n", "Enter"],
  ["\x1b", "Escape"]
])

/** An escape sequence: CSI with parameters, SS3, or, in `rest`, one that has only begun. */
const sequence =
  /^\x1b(?:\[([\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e])|O([\x40-\x7e])|(?<rest>\[[\x20-\x3f]{0,30}$|O$))/u

/**
 * The keys in what a terminal sent. Sequences of other keys are left out as a whole, so that none of their letters is
 * taken for a command.
 *
 * @param input - with the `rest` of the call before in front of it
 */
export const readKeys = (
  input: string
): { readonly keys: ReadonlyArray<Key>; readonly rest: string } => {
  const keys: Array<Key> = []
  for (let at = 0; at < input.length;) {
    const found = sequence.exec(input.slice(at, at + 40))
    if (found?.groups?.["rest"] !== undefined) return { keys, rest: input.slice(at) }
    if (found !== null) {
      const name = sequences.get(found[1] ?? found[2] ?? "")
      if (name !== undefined) keys.push({ _tag: name })
      at += found[0].length
      continue
    }
    const character = input.charAt(at)
    const name = controls.get(character)
    if (name !== undefined) keys.push({ _tag: name })
    else if (/^[\x20-\x7e]$/u.test(character)) keys.push({ _tag: "Text", text: character })
    at += 1
  }
  return { keys, rest: "" }
}

/** What a key asks the shell to do. */
export type Action =
  | { readonly _tag: "Quit" }
  | { readonly _tag: "Ping"; readonly ids: ReadonlyArray<ClientId> }
  | { readonly _tag: "Reconnect" }
  /** Draws everything anew, whatever another program has written there. */
  | { readonly _tag: "Redraw" }

/** A model after a key, and what is to be done. */
export interface Pressed {
  readonly model: Model
  readonly actions: ReadonlyArray<Action>
}

const clamp = (value: number, last: number): number => Math.max(0, Math.min(value, last))

const selectClient = (model: Model, by: number): Model => {
  const ids = [...model.clients.keys()]
  return { ...model, client: ids[clamp(clientIndex(model) + by, ids.length - 1)] }
}

const selectMessage = (model: Model, by: number): Model => {
  const shown = shownMessages(model)
  const at = clamp(messageIndex(model, shown) + by, shown.length - 1)
  return { ...model, message: at >= shown.length - 1 ? undefined : shown[at]?.number }
}

const moved = (model: Model, by: number, view: View): Model => {
  switch (model.screen) {
    case "overview":
      return selectClient(model, by)
    case "messages":
      return selectMessage(model, by)
    default:
      return { ...model, scroll: clamp(model.scroll + by, lastScroll(model, view)) }
  }
}

/** More lines than any text or list has. */
const all = 100_000

const only = (model: Model, ...actions: ReadonlyArray<Action>): Pressed => ({ model, actions })

const typed = (model: Model, key: Key, before: string): Pressed => {
  switch (key._tag) {
    case "Text":
      // Only what can be in an MType or a pattern; anything else would find nothing.
      return isMType(key.text) || key.text === "." || key.text === "*"
        ? only({ ...model, filter: (model.filter + key.text).slice(0, 200) })
        : only(model)
    case "Backspace":
      return only({ ...model, filter: model.filter.slice(0, -1) })
    case "Enter":
      return only({ ...model, editing: undefined })
    case "Escape":
      return only({ ...model, editing: undefined, filter: before })
    case "Interrupt":
      return only(model, { _tag: "Quit" })
    case "Redraw":
      return only(model, { _tag: "Redraw" })
    default:
      return only(model)
  }
}

const opened = (model: Model): Model => {
  switch (model.screen) {
    case "overview": {
      const id = [...model.clients.keys()][clientIndex(model)]
      return id === undefined ? model : { ...model, screen: "client", client: id, scroll: 0 }
    }
    case "messages": {
      const shown = shownMessages(model)
      const seen = shown[messageIndex(model, shown)]
      return seen === undefined
        ? model
        : { ...model, screen: "message", message: seen.number, reading: seen, scroll: 0 }
    }
    default:
      return back(model)
  }
}

const back = (model: Model): Model => ({
  ...model,
  screen: model.screen === "message" ? "messages" : "overview",
  scroll: 0
})

const toggledPause = (model: Model): Model => ({
  ...model,
  paused: model.paused === undefined ? model.messages : undefined
})

const pinging = (model: Model, everybody: boolean): Pressed => {
  const clients = [...model.clients.values()]
  const chosen = everybody ? clients.filter(isPingable) : clients.slice(clientIndex(model)).slice(0, 1)
  return only(model, { _tag: "Ping", ids: chosen.map(({ id }) => id) })
}

const letter = (model: Model, text: string, view: View): Pressed => {
  switch (text) {
    case "q":
      return only(model, { _tag: "Quit" })
    case "j":
      return only(moved(model, 1, view))
    case "k":
      return only(moved(model, -1, view))
    case "g":
      return only(moved(model, -all, view))
    case "G":
      return only(moved(model, all, view))
    case "i":
      return only(opened(model))
    case "p":
      return pinging(model, false)
    case "P":
      return pinging(model, true)
    case "m":
      return model.watching
        ? only({ ...model, screen: model.screen === "messages" ? "overview" : "messages", scroll: 0 })
        : only(model)
    case " ":
      return only(model.watching ? toggledPause(model) : model)
    case "b":
      return only(moved(model, -pageOf(view), view))
    case "f":
      return only(moved(model, pageOf(view), view))
    case "/":
      return only(model.watching ? { ...model, editing: model.filter, filter: "" } : model)
    case "r":
      return only(model, { _tag: "Reconnect" })
    case "?":
    case "h":
      return only({ ...model, screen: model.screen === "help" ? "overview" : "help", scroll: 0 })
    default:
      return only(model)
  }
}

/** The model after a key. */
export const press = (model: Model, key: Key, view: View): Pressed => {
  if (model.editing !== undefined) return typed(model, key, model.editing)
  switch (key._tag) {
    case "Text":
      return letter(model, key.text, view)
    case "Up":
      return only(moved(model, -1, view))
    case "Down":
      return only(moved(model, 1, view))
    case "PageUp":
      return only(moved(model, -pageOf(view), view))
    case "PageDown":
      return only(moved(model, pageOf(view), view))
    case "Home":
      return only(moved(model, -all, view))
    case "End":
      return only(moved(model, all, view))
    case "Enter":
      return only(opened(model))
    case "Escape":
    case "Backspace":
      return only(back(model))
    case "Interrupt":
      return only(model, { _tag: "Quit" })
    case "Redraw":
      return only(model, { _tag: "Redraw" })
  }
}
