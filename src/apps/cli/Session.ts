/** A command's own registration. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { illegalCharacter, type SampMap, stringAt } from "../../domain/SampValue.ts"
import { product, version } from "../../domain/Version.ts"
import { type AnyHub, findAnyHub } from "../Discovery.ts"
import { addressOf } from "../HubAddress.ts"
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
    return yield* declared(yield* findAnyHub(Option.getOrUndefined(hub)), metadata)
  })

/** Registers with this hub. */
export const connectTo = (hub: AnyHub, command: string) =>
  Effect.flatMap(metadataOf(command, nobody), (metadata) => declared(hub, metadata))

const declared = (hub: AnyHub, metadata: SampMap) =>
  Effect.tap(
    register(addressOf(hub, stringAt(metadata, "samp.name"))),
    (connection) => connection.declareMetadata(metadata)
  )

/** Milliseconds between two looks at the hub, for commands that only wait. */
const watchMs = 1_500

/** Fails when the hub is gone without a word, or does not know us any more (CLI-21); a hub that is slow is not. */
export const hubGone = ({ lost, ping, url }: HubConnection): Effect.Effect<never, Stop> => {
  const gone = (why: string) => Effect.fail(new Stop({ code: codes.noHub, text: why }))
  const look = Effect.catch(
    ping,
    (error) =>
      error._tag === "CallError" && (error.reason === "Refused" || error.reason === "Lost")
        ? gone(`The hub at ${url} has gone`)
        : Effect.void
  )
  return Effect.raceFirst(
    Effect.forever(Effect.andThen(Effect.sleep(watchMs), look)),
    Effect.flatMap(lost, (said) => gone(`The hub at ${url} does not know this client any more: ${said}`))
  )
}
