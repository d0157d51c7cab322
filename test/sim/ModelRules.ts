/** What the model knows of the standard, and how it complains; written apart from the engine. */
import type { ClientId, PrivateKey } from "../../src/domain/Identifiers.ts"
import { type SampMap, stringAt } from "../../src/domain/SampValue.ts"
import type { Mailbox } from "./Mailbox.ts"

/** What must hold and does not. */
export class Violation extends Error {}

/** Ends the history when something does not hold. */
export const demand = (holds: boolean, what: string): void => {
  if (!holds) throw new Violation(what)
}

/** A registered client, as the outsider knows it. */
export interface ModelClient {
  readonly id: ClientId
  readonly key: PrivateKey
  callable: boolean
  metadata: SampMap
  subscriptions: SampMap
  /** Of a client of the Web Profile. */
  readonly web: ModelPage | undefined
}

/** What is different about a client of the Web Profile. */
export interface ModelPage {
  readonly origin: string
  readonly send: ReadonlyArray<string> | undefined
  readonly receive: ReadonlyArray<string> | undefined
  readonly box: Mailbox
}

/** What pages may send in these histories unless the user said otherwise. */
export const harmless: ReadonlyArray<string> = ["a.b.*", "table.*", "samp.app.*"]

/** An accepted call without an end. */
export interface ModelCall {
  readonly sender: ClientId
  readonly recipient: ClientId
  readonly tag: string | undefined
  readonly request: number | undefined
  readonly deadline: number
}

const naiveMatch = (pattern: string, mtype: string): boolean => {
  if (pattern === "*") return true
  const wanted = pattern.split(".")
  const given = mtype.split(".")
  if (wanted.at(-1) !== "*") return pattern === mtype
  wanted.pop()
  return given.length > wanted.length && wanted.every((atom, i) => atom === given[i])
}

/** Whether subscriptions let an MType through. */
export const isSubscribed = (subscriptions: SampMap, mtype: string): boolean =>
  [...subscriptions.keys()].some((pattern) => naiveMatch(pattern, mtype))

/** What the pattern that says most about an MType is annotated with; undefined if there is none. */
const annotationOf = (subscriptions: SampMap, mtype: string): SampMap | undefined => {
  const found = [...subscriptions].filter(([pattern]) => naiveMatch(pattern, mtype))
    .sort(([one], [two]) => Number(two === mtype) - Number(one === mtype) || two.length - one.length)
  const annotation = found[0]?.[1]
  return annotation instanceof Map ? annotation : undefined
}

const anyOf = (patterns: ReadonlyArray<string>, mtype: string): boolean =>
  patterns.some((pattern) => naiveMatch(pattern, mtype))

/** Whether the limits of the Web Profile let an MType go from one to another (WEB-60..63). */
export const isLetThrough = (
  from: Pick<ModelClient, "web"> | undefined,
  to: Pick<ModelClient, "web" | "subscriptions">,
  mtype: string,
  safe: ReadonlyArray<string>
): boolean => {
  const annotation = annotationOf(to.subscriptions, mtype)
  const mark = annotation?.get("samp.mostly-harmless") ?? annotation?.get("x-samp.mostly-harmless")
  const goes = from?.web === undefined || mark === "1" ||
    (mark !== "0" && anyOf(from.web.send ?? safe, mtype))
  if (!goes || to.web === undefined) return goes
  if (anyOf(["samp.hub.event.*", "samp.hub.disconnect"], mtype)) return true
  const { receive } = to.web
  return receive === undefined ? anyOf(safe, mtype) || to.subscriptions.has(mtype) : anyOf(receive, mtype)
}

/** The MType of a message, or the empty string. */
export const mtypeOf = (message: SampMap): string => stringAt(message, "samp.mtype") ?? ""
