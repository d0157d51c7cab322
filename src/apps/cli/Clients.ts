/** Clients as people name them. */
import * as Effect from "effect/Effect"
import type { ClientId } from "../../domain/Identifiers.ts"
import { emptyMap, type SampMap, stringAt } from "../../domain/SampValue.ts"
import type { HubConnection, HubError } from "../HubConnection.ts"
import { codes, Stop } from "./Exit.ts"

/** A client and what it says of itself. */
export interface KnownClient {
  readonly id: ClientId
  readonly name: string
  readonly metadata: SampMap
}

const known = (id: ClientId, metadata: SampMap): KnownClient => ({
  id,
  name: stringAt(metadata, "samp.name") ?? "",
  metadata
})

/** One client; one that has just left has nothing to say (GEN-08). */
export const describe = (connection: HubConnection, id: ClientId): Effect.Effect<KnownClient> =>
  connection.getMetadata(id).pipe(
    Effect.orElseSucceed(() => emptyMap),
    Effect.map((metadata) => known(id, metadata))
  )

/** All clients but ourselves, the hub among them. */
export const all = (connection: HubConnection): Effect.Effect<ReadonlyArray<KnownClient>, HubError> =>
  Effect.flatMap(
    connection.getRegisteredClients,
    (ids) => Effect.forEach(ids, (id) => describe(connection, id), { concurrency: 8 })
  )

/**
 * The clients of this id, or else of this name whatever its case, which several may share, or else the one client whose
 * name holds it: DS9 calls itself SAOImageDS9.
 */
export const named = (
  connection: HubConnection,
  name: string
): Effect.Effect<ReadonlyArray<KnownClient>, HubError | Stop> =>
  Effect.gen(function*() {
    const clients = yield* all(connection)
    const byId = clients.filter(({ id }) => id === name)
    if (byId.length > 0) return byId
    const wanted = name.toLowerCase()
    const byName = clients.filter((client) => client.name.toLowerCase() === wanted)
    if (byName.length > 0) return byName
    const byPart = clients.filter((client) => client.name.toLowerCase().includes(wanted))
    const parts = new Set(byPart.map((client) => client.name))
    if (parts.size === 1) return byPart
    const names = clients.map((client) => client.name === "" ? client.id : client.name).join(", ")
    return yield* new Stop({
      code: codes.noSuchClient,
      text: `No client is named ${name}. Registered are: ${names === "" ? "none" : names}`
    })
  })

/** Name and id, or the id alone. */
export const title = ({ id, name }: KnownClient): string => name === "" ? id : `${name} (${id})`
