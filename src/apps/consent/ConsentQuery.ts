/** Asking a running hub of ours about consent, and telling it. */
import * as Effect from "effect/Effect"
import {
  type ConsentCall,
  type ConsentStatus,
  type PagePlace,
  readPlace,
  readStatus,
  writeCall
} from "../../domain/consent/ConsentStatus.ts"
import { isOurs } from "../../domain/Lockfile.ts"
import type { SampValue } from "../../domain/SampValue.ts"
import { type CallError, CallSender } from "../../ports/CallSender.ts"
import type { FoundHub } from "../Discovery.ts"

/** Milliseconds for the answer. */
const limitMs = 5_000

/** What the hub says; undefined for hubs of others, and for those of ours that do not know the question. */
const call = (
  hub: FoundHub,
  wanted: ConsentCall
): Effect.Effect<SampValue | undefined, CallError, CallSender> =>
  Effect.gen(function*() {
    if (!isOurs(hub)) return undefined
    const sender = yield* CallSender
    return yield* Effect.catchIf(
      sender.call(hub.url, writeCall(wanted, hub.secret), { timeoutMs: limitMs }),
      ({ reason }) => reason === "RemoteFault" || reason === "BadAnswer",
      () => Effect.succeed(undefined)
    )
  })

/** How consent is at a hub. */
export const status = (hub: FoundHub): Effect.Effect<ConsentStatus | undefined, CallError, CallSender> =>
  Effect.map(call(hub, { _tag: "Status" }), (value) => value === undefined ? undefined : readStatus(value))

/** The page of a hub. */
export const page = (hub: FoundHub): Effect.Effect<PagePlace | undefined, CallError, CallSender> =>
  Effect.map(call(hub, { _tag: "Page" }), (value) => value === undefined ? undefined : readPlace(value))

/** Answers the open question of an origin. @returns whether there was one */
export const answer = (
  hub: FoundHub,
  subject: string,
  answer: "once" | "no"
): Effect.Effect<boolean, CallError, CallSender> =>
  Effect.map(call(hub, { _tag: "Answer", subject, answer }), (value) => value === "1")

/** Takes back what the user said of an origin without a rule. */
export const forget = (hub: FoundHub, subject: string): Effect.Effect<void, CallError, CallSender> =>
  Effect.asVoid(call(hub, { _tag: "Forget", subject }))
