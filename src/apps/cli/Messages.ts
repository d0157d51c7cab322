/** Messages that a command takes: each once, whichever of its patterns match, and told as one line of JSON. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ClientId } from "../../domain/Identifiers.ts"
import { isPattern, matches } from "../../domain/MType.ts"
import { emptyMap, type Json, type SampMap, stringAt, toJson } from "../../domain/SampValue.ts"
import type { Client } from "../client/Client.ts"
import type { BadMessage } from "../client/ClientErrors.ts"
import { describe } from "../client/Finding.ts"
import { type Incoming, type Later, later } from "../client/Handling.ts"
import type { HubError } from "../HubConnection.ts"
import { codes, Stop } from "./Exit.ts"

/** What is told of a message. */
export interface Line {
  readonly [key: string]: Json
}

/** Refuses what cannot be subscribed to. */
export const checkPatterns = (patterns: ReadonlyArray<string>): Effect.Effect<void, Stop> => {
  const bad = patterns.find((pattern) => !isPattern(pattern))
  return bad === undefined
    ? Effect.void
    : Effect.fail(
      new Stop({ code: codes.usage, text: `'${bad}' cannot be subscribed to; use an MType, a.b.* or *` })
    )
}

/**
 * The sender's name: from the list of clients, since who sends but one message may have left by the time the hub is asked.
 */
const nameOf = (client: Client, id: ClientId): Effect.Effect<string> =>
  Effect.gen(function*() {
    const known = yield* Stream.runHead(client.clientChanges)
    const tracked = Option.isSome(known) ? known.value.get(id) : undefined
    const name = tracked === undefined ? undefined : stringAt(tracked.metadata, "samp.name")
    return name ?? (yield* describe(client, id)).name
  })

/** A message as a line. */
export const lineOf = (client: Client, incoming: Incoming): Effect.Effect<Line> =>
  Effect.gen(function*() {
    const { message, msgId, mtype, params, sender } = incoming
    const senderName = yield* nameOf(client, sender)
    const extra = new Map([...message].filter(([key]) => key !== "samp.mtype" && key !== "samp.params"))
    return {
      time: DateTime.formatIso(yield* DateTime.now),
      kind: msgId === undefined ? "notification" : "call",
      sender,
      senderName,
      mtype,
      params: toJson(params),
      ...extra.size > 0 ? { extra: toJson(extra) } : {},
      ...msgId === undefined ? {} : { msgId }
    }
  })

/**
 * Takes messages as long as the scope lives, and declares the subscriptions. A notification goes to every handler that
 * matches, so that of several patterns only the first that does may handle it.
 *
 * @param handle - replies by itself
 */
export const take = <E, R>(
  client: Client,
  patterns: ReadonlyArray<string>,
  handle: (incoming: Incoming) => Effect.Effect<void, E, R>,
  options: { readonly annotation?: SampMap; readonly sequential: boolean }
): Effect.Effect<void, HubError | BadMessage, R | Scope.Scope> =>
  Effect.gen(function*() {
    const { annotation = emptyMap, sequential } = options
    for (const pattern of new Set(patterns)) {
      const once = (incoming: Incoming): Effect.Effect<Later, E, R> => {
        const first = patterns.find((one) => matches(one, incoming.mtype))
        return incoming.msgId === undefined && first !== pattern
          ? Effect.succeed(later)
          : Effect.as(handle(incoming), later)
      }
      yield* client.bind(pattern, once, { annotation, declare: false, sequential })
    }
    yield* client.declareSubscriptions()
  })

/** Fails when the client has lost its hub for good. */
export const hubLost = (client: Client): Effect.Effect<never, Stop> =>
  Effect.gen(function*() {
    const lost = yield* Stream.runHead(Stream.filter(client.statuses, ({ _tag }) => _tag === "Disconnected"))
    const why = Option.isSome(lost) && lost.value._tag === "Disconnected"
      ? lost.value.why
      : "the hub has gone"
    return yield* new Stop({ code: codes.noHub, text: why })
  })
