/**
 * Subscriptions: the map a client declares, and the hub's index from pattern to subscribers (section 3.7).
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { type Fault, fault, quote } from "./Fault.ts"
import type { ClientId } from "./Identifiers.ts"
import { isPattern, patternsMatching } from "./MType.ts"
import { isMap, type SampMap } from "./SampValue.ts"

/** One client under one pattern. */
export interface Subscriber {
  readonly id: ClientId
  /** Place in the order of registration, in which broadcasts go out. */
  readonly serial: number
  readonly annotation: SampMap
}

/** Who subscribed to what: by pattern, in order of registration. Only callable clients are in it (SUB-10). */
export type SubscriptionIndex = HashMap.HashMap<string, ReadonlyArray<Subscriber>>

/** The index of a hub without clients. */
export const emptyIndex: SubscriptionIndex = HashMap.empty()

/** Checks a subscriptions map: patterns to annotation maps (SUB-02, SUB-11). */
export const readSubscriptions = (declared: SampMap): Result.Result<SampMap, Fault> => {
  for (const [pattern, annotation] of declared) {
    if (!isPattern(pattern)) {
      return Result.fail(
        fault("Malformed", `${quote(pattern)} cannot be subscribed to; use an MType, a.b.* or *`)
      )
    }
    if (!isMap(annotation)) {
      return Result.fail(
        fault("Malformed", `the annotation of ${quote(pattern)} is not a map; use {} for none`)
      )
    }
  }
  return Result.succeed(declared)
}

/** The annotation of the most specific pattern of `declared` that matches `mtype` (SUB-07), or undefined. */
export const annotationFor = (declared: SampMap, mtype: string): SampMap | undefined => {
  const exact = declared.get(mtype)
  if (isMap(exact)) return exact
  for (const pattern of patternsMatching(mtype)) {
    const annotation = declared.get(pattern)
    if (isMap(annotation)) return annotation
  }
  return undefined
}

const at = (index: SubscriptionIndex, pattern: string): ReadonlyArray<Subscriber> =>
  Option.getOrElse(HashMap.get(index, pattern), () => [])

/** Enters a client under each pattern it declared. */
export const add = (
  index: SubscriptionIndex,
  client: { readonly id: ClientId; readonly serial: number },
  declared: SampMap
): SubscriptionIndex => {
  let next = index
  for (const [pattern, annotation] of declared) {
    if (!isMap(annotation)) continue
    const subscriber = { id: client.id, serial: client.serial, annotation }
    const others = at(next, pattern)
    const place = others.findIndex((other) => other.serial > client.serial)
    next = HashMap.set(
      next,
      pattern,
      place < 0 ? [...others, subscriber] : others.toSpliced(place, 0, subscriber)
    )
  }
  return next
}

/** Takes a client out from under each pattern it had declared. */
export const remove = (index: SubscriptionIndex, id: ClientId, declared: SampMap): SubscriptionIndex => {
  let next = index
  for (const pattern of declared.keys()) {
    const rest = at(next, pattern).filter((subscriber) => subscriber.id !== id)
    next = rest.length === 0 ? HashMap.remove(next, pattern) : HashMap.set(next, pattern, rest)
  }
  return next
}

/**
 * All subscribers of an MType in order of registration, each once, with the annotation of its most specific pattern
 * (SUB-07).
 */
export const subscribersOf = (index: SubscriptionIndex, mtype: string): ReadonlyArray<Subscriber> => {
  let found: ReadonlyArray<Subscriber> = []
  for (const pattern of patternsMatching(mtype)) {
    const here = at(index, pattern)
    if (here.length === 0) continue
    found = found.length === 0 ? here : merge(found, here)
  }
  return found
}

const merge = (
  specific: ReadonlyArray<Subscriber>,
  general: ReadonlyArray<Subscriber>
): ReadonlyArray<Subscriber> => {
  const known = new Set(specific.map((subscriber) => subscriber.id))
  return [...specific, ...general.filter((subscriber) => !known.has(subscriber.id))]
    .sort((a, b) => a.serial - b.serial)
}
