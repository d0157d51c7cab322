/** A command's own registration. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { illegalCharacter, type SampMap } from "../../domain/SampValue.ts"
import { product, version } from "../../domain/Version.ts"
import { CallSender } from "../../ports/CallSender.ts"
import { findHub, type FoundHub } from "../Discovery.ts"
import { type HubConnection, register } from "../HubConnection.ts"
import { codes, Stop } from "./Exit.ts"

/** Milliseconds that something takes, and what it comes to. */
export const timed = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<readonly [number, A], E, R> =>
  Effect.gen(function*() {
    const before = yield* Clock.monotonicTimeNanos
    const value = yield* effect
    return [Number((yield* Clock.monotonicTimeNanos) - before) / 1e6, value] as const
  })

/** Text for others, who read ASCII only (DT-02). */
export const ascii = (text: string): Effect.Effect<string, Stop> => {
  const bad = illegalCharacter(text)
  return bad === undefined
    ? Effect.succeed(text)
    : Effect.fail(
      new Stop({
        code: codes.usage,
        text: `'${text}' holds the character ${bad}; SAMP allows ASCII only`
      })
    )
}

/** KEY=VALUE pairs. */
export const pairs = (given: ReadonlyArray<string>): Effect.Effect<SampMap, Stop> =>
  Effect.map(
    Effect.forEach(given, (pair) => {
      const equals = pair.indexOf("=")
      return equals > 0
        ? Effect.map(ascii(pair), () => [pair.slice(0, equals), pair.slice(equals + 1)] as const)
        : Effect.fail(new Stop({ code: codes.usage, text: `'${pair}' is not KEY=VALUE` }))
    }),
    (entries) => new Map(entries)
  )

/** What the user says about the client that a command is. */
export interface Identity {
  readonly clientName: Option.Option<string>
  readonly clientMeta: ReadonlyArray<string>
}

const nobody: Identity = { clientName: Option.none(), clientMeta: [] }

/** The metadata of a command: a name that shows which it is, unless the user wants another. */
export const metadataOf = (command: string, { clientMeta, clientName }: Identity) =>
  Effect.gen(function*() {
    const name = yield* ascii(Option.getOrElse(clientName, () => `samp ${command}`))
    return new Map([
      ["samp.name", name],
      ["samp.description.text", `the samp ${command} command of ${product}`],
      [`${product}.version`, version],
      ...yield* pairs(clientMeta)
    ])
  })

/** Registers with the chosen hub. */
export const connect = (hub: Option.Option<string>, command: string, identity: Identity = nobody) =>
  Effect.gen(function*() {
    const metadata = yield* metadataOf(command, identity)
    return yield* declared(yield* findHub(Option.getOrUndefined(hub)), metadata)
  })

/** Registers with this hub. */
export const connectTo = (hub: FoundHub, command: string) =>
  Effect.flatMap(metadataOf(command, nobody), (metadata) => declared(hub, metadata))

const declared = (hub: FoundHub, metadata: SampMap) =>
  Effect.tap(register(hub), (connection) => connection.declareMetadata(metadata))

/** Milliseconds between two looks at the hub, for commands that only wait. */
const watchMs = 1_500

/** Fails when the hub is gone without a word (CLI-21); a hub that is slow is not. */
export const hubGone = (connection: HubConnection): Effect.Effect<never, Stop, CallSender> =>
  Effect.gen(function*() {
    const sender = yield* CallSender
    const call = { method: "samp.hub.ping", params: [] }
    const look = sender.call(connection.url, call, { timeoutMs: 10_000 }).pipe(
      Effect.catch((error) =>
        error.reason === "Refused" || error.reason === "Lost"
          ? Effect.fail(new Stop({ code: codes.noHub, text: `The hub at ${connection.url} has gone` }))
          : Effect.void
      )
    )
    return yield* Effect.forever(Effect.andThen(Effect.sleep(watchMs), look))
  })
