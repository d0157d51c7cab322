/**
 * What a client handles: the table from patterns to handlers, and the subscriptions that follow from it. Handlers
 * themselves are functions and stay outside; the table knows them by number.
 */
import { matches, patternsMatching } from "../MType.ts"
import { emptyMap, type SampMap, type SampValue } from "../SampValue.ts"

/** Which messages a handler takes. */
export type Kinds = "notifications" | "calls" | "both"

/** One handler in the table. */
export interface Binding {
  /** Number of the handler; later ones are higher. */
  readonly id: number
  /** MType, `a.b.*` or `*` (SUB-02). */
  readonly pattern: string
  readonly kinds: Kinds
  /** Annotation of the subscription (SUB-11). */
  readonly annotation: SampMap
}

/** All handlers of a client, in the order in which they were bound. */
export type Bindings = ReadonlyArray<Binding>

const takes = ({ kinds }: Binding, kind: "notifications" | "calls"): boolean =>
  kinds === "both" || kinds === kind

/** The handlers of a notification: each that matches, in the order in which they were bound. */
export const forNotification = (bindings: Bindings, mtype: string): ReadonlyArray<Binding> =>
  bindings.filter((binding) => takes(binding, "notifications") && matches(binding.pattern, mtype))

/**
 * The handler of a call: of those that match, the one with the most specific pattern, and of equals the one that was
 * bound last, since a call has one response only (RSP-09).
 */
export const forCall = (bindings: Bindings, mtype: string): Binding | undefined => {
  for (const pattern of patternsMatching(mtype)) {
    const found = bindings.findLast((binding) => takes(binding, "calls") && binding.pattern === pattern)
    if (found !== undefined) return found
  }
  return undefined
}

const events = ["register", "unregister", "metadata", "subscriptions"]

/** What a client subscribes to for itself (CLI-18); with tracking also to who comes, changes and goes. */
export const ownSubscriptions = (tracking: boolean): SampMap =>
  new Map(
    [
      "samp.app.ping",
      "samp.hub.disconnect",
      "samp.hub.event.shutdown",
      ...tracking ? events.map((name) => `samp.hub.event.${name}`) : []
    ].map((mtype): [string, SampValue] => [mtype, emptyMap])
  )

/** Subscriptions of all handlers, with `extra` ones on top; of equal patterns the annotations are put together. */
export const subscriptionsOf = (bindings: Bindings, extra: SampMap = emptyMap): SampMap => {
  const all = new Map<string, SampValue>()
  for (const { annotation, pattern } of bindings) {
    const before = all.get(pattern)
    all.set(pattern, before instanceof Map ? new Map([...before, ...annotation]) : annotation)
  }
  return new Map([...all, ...extra])
}

/** The subscriptions without those that a wildcard among them covers; their annotations are lost. */
export const uncovered = (subscriptions: SampMap): SampMap => {
  const wildcards = [...subscriptions.keys()].filter((pattern) => pattern.endsWith("*"))
  const isCovered = (pattern: string): boolean =>
    wildcards.some((wildcard) => wildcard !== pattern && matches(wildcard, pattern))
  return new Map([...subscriptions].filter(([pattern]) => !isCovered(pattern)))
}
