/** What scripted peers do with a message. */
import * as Effect from "effect/Effect"
import { stringAt } from "../../domain/SampValue.ts"
import { Failure, type Incoming, later, type Outcome, Warning } from "../client/Handling.ts"
import type { Values } from "../client/Outgoing.ts"

/** Data that a peer has loaded. */
export interface Loaded {
  readonly mtype: string
  readonly url: string
  /** Its handle in later messages: `table-id` and the like, if the message had one. */
  readonly id: string | undefined
  readonly bytes: Uint8Array
}

/** What a peer has at hand for its answers. */
export interface Desk {
  /** Which message of its MType this is, counted from 1. */
  readonly number: number
  /** The bytes behind a URL, read as a program reads them: files and the web, both in memory. */
  readonly fetch: (url: string) => Effect.Effect<Uint8Array, Failure>
  /** Keeps data as loaded. */
  readonly keep: (data: Loaded) => Effect.Effect<void>
  /** What it has loaded so far, in order. */
  readonly loaded: Effect.Effect<ReadonlyArray<Loaded>>
}

/** What a peer does with a message. Its end is the response to a call, and nothing to a notification. */
export type Answer = (incoming: Incoming, desk: Desk) => Effect.Effect<Outcome, unknown>

/** When an answer is given. */
export interface When {
  /** Milliseconds that the work takes. Default 0. */
  readonly afterMs?: number | undefined
}

const after = ({ afterMs = 0 }: When = {}): Effect.Effect<void> =>
  afterMs > 0 ? Effect.sleep(afterMs) : Effect.void

/** Answers `samp.ok`. */
export const ok = (result: Values = {}, when?: When): Answer => () => Effect.as(after(when), result)

/** Answers `samp.warning`: the work is done, but there is something to say. */
export const warning = (text: string, result: Values = {}, when?: When): Answer => () =>
  Effect.andThen(after(when), Effect.fail(new Warning({ text, result })))

/** Answers `samp.error`. */
export const error = (text: string, when?: When): Answer => () =>
  Effect.andThen(after(when), Effect.fail(new Failure({ text })))

/** Takes the message, and never answers. */
export const silence: Answer = () => Effect.succeed(later)

/** Answers the first message of an MType with the first of these, and so on; the last one stays. */
export const inTurn = (...answers: readonly [Answer, ...ReadonlyArray<Answer>]): Answer => (incoming, desk) =>
  (answers[Math.min(desk.number, answers.length) - 1] ?? answers[0])(incoming, desk)

const idKeys = ["table-id", "image-id", "spectrum-id", "coverage-id"]

/** Loads what the `url` of the message leads to, and answers `samp.ok`; `samp.error` when nothing is there. */
export const loads = (result: Values = {}, when?: When): Answer => ({ mtype, params }, desk) =>
  Effect.gen(function*() {
    const url = stringAt(params, "url")
    if (url === undefined) return yield* new Failure({ text: `${mtype} needs a url` })
    const bytes = yield* desk.fetch(url)
    yield* after(when)
    const id = idKeys.map((key) => stringAt(params, key)).find((found) => found !== undefined)
    yield* desk.keep({ mtype, url, id, bytes })
    return result
  })

/** Answers `samp.ok` when the table that the message is about was loaded, by its `table-id` or its `url`; else `samp.error`. */
export const knowsTable = (result: Values = {}, when?: When): Answer => ({ params }, desk) =>
  Effect.gen(function*() {
    const id = stringAt(params, "table-id")
    const url = stringAt(params, "url")
    const known = (yield* desk.loaded).some((data) =>
      id === undefined ? data.url === url : data.id === id || (data.id === undefined && data.url === id)
    )
    if (!known) return yield* new Failure({ text: `no table ${id ?? url ?? "without a name"} is loaded` })
    yield* after(when)
    return result
  })
