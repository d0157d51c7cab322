/**
 * What a live hub does, held against what was recorded. Ids and msg-ids are others there, and so may be much that a hub says
 * of itself; only what clients can rely on is compared.
 */
import * as Result from "effect/Result"
import type { Operation } from "../HubInput.ts"
import type { Delivery } from "../HubOutput.ts"
import type { ClientId } from "../Identifiers.ts"
import { isList, isMap, type SampMap, type SampValue, stringAt, toJson } from "../SampValue.ts"
import { unescape } from "./Aliases.ts"
import type { Answer } from "./Answers.ts"

/** The clients of a recording where it is played. */
export interface Cast {
  /** The live id of a recorded one, the hub's included; undefined for strangers. */
  readonly liveId: (recorded: string) => string | undefined
  /** The recorded id of the client that a live one stands in for; undefined for strangers. */
  readonly recordedId: (live: string) => string | undefined
  /** The hub's id in the recording. */
  readonly hubId: ClientId
}

/** Whether a live value says the same as a recorded one. */
export const alike = (recorded: SampValue, live: SampValue, cast: Cast): boolean => {
  if (typeof recorded === "string") {
    return unescape(recorded) === live || (typeof live === "string" && cast.liveId(recorded) === live)
  }
  if (typeof live === "string") return false
  if (isList(recorded)) {
    return isList(live) && recorded.length === live.length && recorded.every((item, i) => {
      const other = live[i]
      return other !== undefined && alike(item, other, cast)
    })
  }
  return isMap(live) && recorded.size === live.size && [...recorded].every(([key, item]) => {
    const other = live.get(unescape(key)) ?? live.get(cast.liveId(key) ?? "")
    return other !== undefined && alike(item, other, cast)
  })
}

const cut = (text: string): string => text.length > 300 ? `${text.slice(0, 300)}...` : text

/** A value for people, in one line. */
export const shown = (value: SampValue): string => cut(JSON.stringify(toJson(value)))

const shownIds = (ids: ReadonlySet<string>): string => cut([...ids].sort().join(", ") || "nobody")

/** Two things that are not the same, for people. */
export interface Unlike {
  readonly recorded: string
  readonly live: string
}

const idsOf = (value: SampValue): ReadonlyArray<string> =>
  isMap(value) ? [...value.keys()] : isList(value) ? value.filter((item) => typeof item === "string") : []

/** The clients that an answer names, as far as they are stand-ins: others at the live hub are not of the recording. */
const compareIds = (recorded: SampValue, live: SampValue, cast: Cast): Unlike | undefined => {
  const expected = new Set(idsOf(recorded).filter((id) => id !== cast.hubId && cast.liveId(id) !== undefined))
  const found = new Set(idsOf(live).flatMap((id) => cast.recordedId(id) ?? []))
  return expected.size === found.size && [...expected].every((id) => found.has(id))
    ? undefined
    : { recorded: shownIds(expected), live: shownIds(found) }
}

/** Whether two responses say as much of how it went. */
export const sameStatus = (recorded: SampValue, live: SampValue): boolean =>
  isMap(recorded) && isMap(live) && recorded.get("samp.status") === live.get("samp.status")

const compareValues = (
  operation: Operation,
  { isHubs }: Answer,
  recorded: SampValue,
  live: SampValue,
  cast: Cast
): Unlike | undefined => {
  const whole = (): Unlike | undefined =>
    (isHubs ? sameStatus(recorded, live) : alike(recorded, live, cast))
      ? undefined
      : { recorded: shown(recorded), live: shown(live) }
  switch (operation._tag) {
    case "NotifyAll":
    case "CallAll":
    case "GetRegisteredClients":
    case "GetSubscribedClients":
      return compareIds(recorded, live, cast)
    case "GetMetadata":
    case "GetSubscriptions":
      return operation.id === cast.hubId ? undefined : whole() // each hub has its own to say
    case "CallAndWait":
      return operation.recipient === cast.hubId ? undefined : whole()
    default:
      return undefined
  }
}

/** The live answer to an operation. */
export type LiveAnswer =
  | { readonly _tag: "Value"; readonly value: SampValue }
  /** The hub said no. */
  | { readonly _tag: "Fault"; readonly text: string }
  /** No answer came. */
  | { readonly _tag: "None"; readonly text: string }

/** How a live answer differs from the recorded one; the words of faults are each hub's own. */
export const compareAnswer = (
  operation: Operation,
  answer: Answer,
  live: LiveAnswer,
  cast: Cast
): Unlike | undefined => {
  const { result: recorded } = answer
  if (Result.isFailure(recorded)) {
    const { reason, text } = recorded.failure
    if (live._tag === "Fault" || (live._tag === "None" && reason === "Timeout")) return undefined
    const said = live._tag === "Value" ? shown(live.value) : live.text
    return { recorded: `a fault: ${text === "" ? reason : text}`, live: said }
  }
  if (live._tag !== "Value") {
    return {
      recorded: shown(recorded.success),
      live: live._tag === "Fault" ? `a fault: ${live.text}` : live.text
    }
  }
  return compareValues(operation, answer, recorded.success, live.value, cast)
}

/** Who it comes from, and what is in it. */
export const partsOf = (
  delivery: Delivery
): { readonly from: ClientId; readonly about: string; readonly content: SampMap } =>
  delivery._tag === "Response"
    ? { from: delivery.responder, about: delivery.tag, content: delivery.response }
    : {
      from: delivery.sender,
      about: stringAt(delivery.message, "samp.mtype") ?? "",
      content: delivery.message
    }

/** Whether a live delivery can be the recorded one: of the same kind, from the same client, of the same MType or tag. */
export const fits = (recorded: Delivery, live: Delivery, cast: Cast): boolean => {
  const [a, b] = [partsOf(recorded), partsOf(live)]
  return recorded._tag === live._tag && cast.liveId(a.from) === b.from && unescape(a.about) === b.about
}
