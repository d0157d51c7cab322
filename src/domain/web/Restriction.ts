/**
 * What web clients may send and receive (WEB-60..63). Desktop programs were written for trusted peers; a page is none, so
 * unless the user allowed more it can send harmless MTypes only. The list, and the annotation by which a recipient says
 * otherwise, are JSAMP's.
 */
import { matches, patternsMatching } from "../MType.ts"
import { emptyMap, isMap, type SampMap, stringAt } from "../SampValue.ts"

/** Patterns of MTypes. */
export type Patterns = ReadonlyArray<string>

/** What is harmless unless the hub is told otherwise: JSAMP's list. */
export const harmless: Patterns = [
  "samp.app.*",
  "samp.msg.progress",
  "table.*",
  "image.*",
  "coord.*",
  "spectrum.*",
  "bibcode.*",
  "voresource.*",
  "coverage.*"
]

/** What every callable client must be able to hear from the hub itself. */
const fromHub: Patterns = ["samp.hub.event.*", "samp.hub.disconnect"]

const covers = (patterns: Patterns, mtype: string): boolean =>
  patterns.some((pattern) => matches(pattern, mtype))

/** What a subscriber says of an MType by `x-samp.mostly-harmless` (WEB-61): 1 for yes, 0 for no, undefined if nothing. */
const mark = (annotation: SampMap): boolean | undefined => {
  const word = stringAt(annotation, "samp.mostly-harmless") ?? stringAt(annotation, "x-samp.mostly-harmless")
  return word === "1" ? true : word === "0" ? false : undefined
}

/**
 * Whether a web client may send an MType to a subscriber.
 *
 * @param allowed - patterns that the sender may send
 * @param annotation - of the most specific subscription of the recipient
 */
export const maySend = (allowed: Patterns, mtype: string, annotation: SampMap): boolean =>
  mark(annotation) ?? covers(allowed, mtype)

/**
 * Whether a web client may receive an MType: if it is harmless, or its subscription names it, unless the user has set
 * patterns, which then are all. A page that subscribes to everything does not overhear what desktop programs tell each
 * other beyond the harmless.
 *
 * @param allowed - patterns that the user has set for it
 * @param safe - what is harmless
 */
export const mayReceive = (
  allowed: Patterns | undefined,
  safe: Patterns,
  mtype: string,
  subscriptions: SampMap
): boolean =>
  covers(fromHub, mtype) ||
  (allowed === undefined ? covers(safe, mtype) || subscriptions.has(mtype) : covers(allowed, mtype))

/** Whether all that `pattern` matches is matched by `general`. */
const within = (pattern: string, general: string): boolean =>
  pattern === general || general === "*" ||
  (general.endsWith(".*") && pattern.startsWith(general.slice(0, -1)))

/**
 * The subscriptions of a client as a web client sees them (WEB-62): only what it may send. Of a wildcard that says more,
 * the part that it may send is shown, lest a client that subscribes to `*` look deaf (WIRE-142).
 */
export const visible = (allowed: Patterns, subscriptions: SampMap): SampMap => {
  const seen = new Map<string, SampMap>()
  const annotationOf = (pattern: string): SampMap => {
    const value = subscriptions.get(pattern)
    return isMap(value) ? value : emptyMap // what is declared was checked (SUB-02)
  }
  for (const pattern of subscriptions.keys()) {
    const marked = mark(annotationOf(pattern))
    const wholly = allowed.some((general) => within(pattern, general))
    if (marked ?? wholly) seen.set(pattern, annotationOf(pattern))
  }
  for (const part of allowed) {
    // the most specific one that it is a part of speaks for it
    const whole = patternsMatching(part).find((pattern) => subscriptions.has(pattern))
    if (whole !== undefined && mark(annotationOf(whole)) === undefined) seen.set(part, annotationOf(whole))
  }
  return seen
}
