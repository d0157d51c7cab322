/** What of the model is shown, and what of that is selected. */
import { isPattern, matches } from "../../../domain/MType.ts"
import type { Model, Seen } from "./Model.ts"

/** Whether the filter lets an MType through: a pattern as in a subscription, or else a part of the MType. */
export const passes = (filter: string, mtype: string): boolean =>
  filter === "" || (isPattern(filter) && matches(filter, mtype)) ||
  mtype.toLowerCase().includes(filter.toLowerCase())

/** The messages that are shown, oldest first. */
export const shownMessages = ({ filter, messages, paused }: Model): ReadonlyArray<Seen> =>
  (paused ?? messages).filter(({ mtype }) => passes(filter, mtype))

/** Index of the selected client; -1 when there is none. */
export const clientIndex = ({ client, clients }: Model): number => {
  const at = client === undefined ? -1 : [...clients.keys()].indexOf(client)
  return at === -1 ? Math.min(0, clients.size - 1) : at
}

/**
 * Index of the selected message among those that are shown; -1 when there is none. One that has gone by is followed by
 * the next that is still there.
 */
export const messageIndex = (model: Model, shown: ReadonlyArray<Seen>): number => {
  const { message } = model
  if (message === undefined) return shown.length - 1
  const at = shown.findIndex(({ number }) => number >= message)
  return at === -1 ? shown.length - 1 : at
}
