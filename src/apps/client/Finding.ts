/** Clients as people name them. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { named, namesOf, nobodyNamed } from "../../domain/client/Naming.ts"
import type { ClientId } from "../../domain/Identifiers.ts"
import { emptyMap, type SampMap, stringAt } from "../../domain/SampValue.ts"

/** Where to ask: a client, or a bare connection. */
export interface Directory<E> {
  readonly getRegisteredClients: Effect.Effect<ReadonlyArray<ClientId>, E>
  readonly getMetadata: (id: ClientId) => Effect.Effect<SampMap, E>
}

/** A client and what it says of itself. */
export interface KnownClient {
  readonly id: ClientId
  readonly name: string
  readonly metadata: SampMap
}

/** Nobody has that name or id, or several might be meant. */
export class NoSuchClient extends Data.TaggedError("NoSuchClient")<{
  /** What was looked for. */
  readonly wanted: string
  /** Names of those who are registered. */
  readonly known: ReadonlyArray<string>
}> {
  override get message(): string {
    return nobodyNamed(this.wanted, this.known)
  }
}

/** One client; one that has just left has nothing to say (GEN-08). */
export const describe = <E>(directory: Directory<E>, id: ClientId): Effect.Effect<KnownClient> =>
  directory.getMetadata(id).pipe(
    Effect.orElseSucceed(() => emptyMap),
    Effect.map((metadata) => ({ id, name: stringAt(metadata, "samp.name") ?? "", metadata }))
  )

/** These clients, in this order. */
export const describeAll = <E>(
  directory: Directory<E>,
  ids: ReadonlyArray<ClientId>
): Effect.Effect<ReadonlyArray<KnownClient>> =>
  Effect.forEach(ids, (id) => describe(directory, id), { concurrency: 8 })

/** All clients but ourselves, the hub among them. */
export const all = <E>(directory: Directory<E>): Effect.Effect<ReadonlyArray<KnownClient>, E> =>
  Effect.flatMap(directory.getRegisteredClients, (ids) => describeAll(directory, ids))

/**
 * The clients of this id, or else of this name whatever its case, which several may share, or else the one client whose
 * name holds it: DS9 calls itself SAOImageDS9. At least one. Nobody is named by the empty string, not even a client
 * without a name.
 */
export const findClients = <E>(
  directory: Directory<E>,
  name: string
): Effect.Effect<ReadonlyArray<KnownClient>, E | NoSuchClient> =>
  Effect.gen(function*() {
    const clients = yield* all(directory)
    const found = named(clients, name)
    return found.length > 0
      ? found
      : yield* new NoSuchClient({ wanted: name === "" ? "''" : name, known: namesOf(clients) })
  })

/** The first of {@link findClients}. */
export const findClient = <E>(
  directory: Directory<E>,
  name: string
): Effect.Effect<KnownClient, E | NoSuchClient> =>
  Effect.flatMap(
    findClients(directory, name),
    ([first]) =>
      first === undefined ? Effect.fail(new NoSuchClient({ wanted: name, known: [] })) : Effect.succeed(first)
  )

/** Name and id, or the id alone. */
export const title = ({ id, name }: KnownClient): string => name === "" ? id : `${name} (${id})`
