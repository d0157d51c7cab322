/** What the model knows of the standard, and how it complains; written apart from the engine. */
import type { ClientId, PrivateKey } from "../../src/domain/Identifiers.ts"
import { type SampMap, stringAt } from "../../src/domain/SampValue.ts"
import type { ModelPage } from "./WebModel.ts"

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
  readonly page: ModelPage | undefined
}

/** An accepted call without an end. */
export interface ModelCall {
  readonly sender: ClientId
  readonly recipient: ClientId
  readonly tag: string | undefined
  readonly request: number | undefined
  readonly deadline: number
}

/** Whether a pattern matches an MType. */
export const isMatch = (pattern: string, mtype: string): boolean => {
  if (pattern === "*") return true
  const wanted = pattern.split(".")
  const given = mtype.split(".")
  if (wanted.at(-1) !== "*") return pattern === mtype
  wanted.pop()
  return given.length > wanted.length && wanted.every((atom, i) => atom === given[i])
}

/** Whether subscriptions let an MType through. */
export const isSubscribed = (subscriptions: SampMap, mtype: string): boolean =>
  [...subscriptions.keys()].some((pattern) => isMatch(pattern, mtype))

/** The MType of a message, or the empty string. */
export const mtypeOf = (message: SampMap): string => stringAt(message, "samp.mtype") ?? ""
