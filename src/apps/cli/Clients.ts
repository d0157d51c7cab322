/** `samp clients`: who is registered. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ClientStatus, HubStatus } from "../../domain/HubStatus.ts"
import { naturally } from "../../domain/HubStatus.ts"
import type { ClientId } from "../../domain/Identifiers.ts"
import { isMType } from "../../domain/MType.ts"
import { emptyMap, isMap, type SampMap, toJson } from "../../domain/SampValue.ts"
import * as Clients from "../client/Finding.ts"
import { findAnyHub } from "../Discovery.ts"
import type { HubConnection } from "../HubConnection.ts"
import { hubStatus } from "../HubQuery.ts"
import { codes, Stop } from "./Exit.ts"
import { withExits } from "./Exits.ts"
import * as Flags from "./Flags.ts"
import * as Print from "./Print.ts"
import { nobody } from "./Recipients.ts"
import { connectTo } from "./Session.ts"

/** Patterns in a table. */
const shown = 5

/** A line of the list. */
interface Listed extends Clients.KnownClient {
  readonly isHub: boolean
  readonly subscriptions: SampMap
  /** What a hub of ours knows of it. */
  readonly times: Partial<Pick<ClientStatus, "registered" | "age" | "idle" | "origin">>
}

const timesOf = (status: HubStatus | undefined, id: ClientId, isHub: boolean): Listed["times"] => {
  if (status === undefined) return {}
  if (isHub) return { registered: status.started, age: status.uptime }
  return status.clients.find((client) => client.id === id) ?? {}
}

/** All clients, or the subscribers of an MType; the hub first. */
const list = (connection: HubConnection, status: HubStatus | undefined, mtype: string | undefined) =>
  Effect.gen(function*() {
    const subscribed = mtype === undefined ? undefined : yield* connection.getSubscribedClients(mtype)
    const clients = [...yield* Clients.all(connection)]
      .filter(({ id }) => subscribed === undefined || subscribed.has(id))
    const listed = yield* Effect.forEach(clients, (client) =>
      Effect.gen(function*() {
        const isHub = client.id === connection.hubId
        const subscriptions = yield* Effect.orElseSucceed(
          connection.getSubscriptions(client.id),
          () => emptyMap
        )
        return { ...client, isHub, subscriptions, times: timesOf(status, client.id, isHub) }
      }), { concurrency: 8 })
    return listed.sort((a, b) => Number(b.isHub) - Number(a.isHub) || naturally(a.id, b.id))
  })

const patternsOf = ({ subscriptions }: Listed): ReadonlyArray<string> =>
  [...subscriptions.keys()].filter((pattern) => !pattern.startsWith("samp.hub."))

const nameOf = ({ isHub, name }: Listed): string => `${name === "" ? "-" : name}${isHub ? " (the hub)" : ""}`

const durationOf = (seconds: number | undefined): string =>
  seconds === undefined ? "-" : Print.duration(seconds)

const table = (clients: ReadonlyArray<Listed>, hasIdle: boolean): string => {
  const hasPages = clients.some(({ times }) => times.origin !== undefined)
  const rows = clients.map((client) => {
    const patterns = patternsOf(client)
    const more = patterns.length > shown ? ` and ${patterns.length - shown} more` : ""
    const { age, idle } = client.times
    return [
      client.id,
      nameOf(client),
      ...hasPages ? [Print.origin(client.times.origin)] : [],
      durationOf(age),
      ...hasIdle ? [durationOf(idle)] : [],
      patterns.slice(0, shown).join(" ") + more
    ]
  })
  return Print.table([[
    "ID",
    "NAME",
    ...hasPages ? ["ORIGIN"] : [],
    "AGE",
    ...hasIdle ? ["IDLE"] : [],
    "SUBSCRIPTIONS"
  ], ...rows])
}

/** A map as lines of `key: value`, its keys in order. */
const lines = (title: string, values: SampMap): ReadonlyArray<string> => [
  `  ${title}`,
  ...values.size === 0 ? ["    none"] : [],
  ...[...values].sort(([a], [b]) => naturally(a, b)).map(([key, value]) => {
    if (typeof value === "string") return `    ${key}: ${value.replaceAll(/\r\n|\r|\n/gu, "\n      ")}`
    const empty = isMap(value) && value.size === 0
    return `    ${key}${empty ? "" : `: ${JSON.stringify(toJson(value))}`}`
  })
]

const block = (client: Listed): string => {
  const { age, idle, registered } = client.times
  const times = [
    ...age === undefined ? [] : [`registered ${Print.duration(age)} ago (${registered ?? ""})`],
    ...idle === undefined ? [] : [`idle ${Print.duration(idle)}`]
  ]
  return [
    [`${client.id}  ${nameOf(client)}`, ...times].join(", "),
    ...client.times.origin === undefined ? [] : [`  ${Print.origin(client.times.origin)}`],
    ...lines("metadata", client.metadata),
    ...lines("subscriptions", client.subscriptions)
  ].join("\n")
}

const flags = {
  mtype: Flag.String("mtype").pipe(
    Flag.withMetavar("MTYPE"),
    Flag.withDescription("list only those subscribed to this MType (default: all clients)"),
    Flag.optional
  ),
  long: Flag.Boolean("long").pipe(
    Flag.withDescription("show all metadata and all subscriptions"),
    Flag.withDefault(false)
  ),
  hub: Flags.hub,
  json: Flags.json
}

/** `samp clients`. */
export const command = Command.make(
  "clients",
  flags,
  ({ hub, json, long, ...given }) =>
    Effect.scoped(Effect.gen(function*() {
      const mtype = Option.getOrUndefined(given.mtype)
      if (mtype !== undefined && !isMType(mtype)) {
        return yield* new Stop({
          code: codes.usage,
          text: `'${mtype}' is not an MType such as table.load.votable`
        })
      }
      const found = yield* findAnyHub(Option.getOrUndefined(hub))
      const status = yield* hubStatus(found)
      const connection = yield* connectTo(found, "clients")
      const clients = yield* list(connection, status, mtype)
      if (mtype !== undefined && clients.length === 0) return yield* nobody(mtype)
      if (!json) {
        return yield* Print.line(
          long ? clients.map(block).join("\n\n") : table(clients, status !== undefined)
        )
      }
      for (const { id, isHub, metadata, name, subscriptions, times } of clients) {
        yield* Print.json({
          id,
          name,
          ...isHub ? { hub: true } : {},
          origin: times.origin,
          registered: times.registered,
          ageSeconds: times.age,
          idleSeconds: times.idle,
          metadata: toJson(metadata),
          subscriptions: toJson(subscriptions)
        })
      }
    }))
).pipe(
  Command.withDescription("List the registered clients, the hub first"),
  Command.withExamples([
    { command: "samp clients --mtype table.load.votable", description: "who takes tables" },
    { command: "samp clients --long", description: "all that they say of themselves" }
  ]),
  withExits("noHub", "nobodySubscribed")
)
