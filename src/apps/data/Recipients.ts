/** Who gets data, and by which message. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Product } from "../../domain/content/Product.ts"
import { ClientId } from "../../domain/Identifiers.ts"
import type { Client } from "../client/Client.ts"
import type { OperationError } from "../client/ClientErrors.ts"
import { describeAll, findClients, type KnownClient, type NoSuchClient, title } from "../client/Finding.ts"

/** Nobody can load the data, or none of those whom one of the names means. */
export class NobodySubscribed extends Data.TaggedError("NobodySubscribed")<{
  readonly product: Product
  /** Who was asked for; none for everybody. */
  readonly asked: ReadonlyArray<string>
}> {
  override get message(): string {
    const { alternatives, description, mtype } = this.product
    const others = alternatives.map((other) => other.mtype)
    const loss = `so that nobody would load this ${description}`
    if (this.asked.length > 0) {
      const are = this.asked.length === 1 ? "is" : "are"
      return `${this.asked.join(", ")} ${are} not subscribed to ${[mtype, ...others].join(", ")}, ${loss}`
    }
    // who was not asked for was not asked whether it takes these
    const hint = others.length === 0 ? "" : `; name a client to send it by ${others.join(", ")}`
    return `Nobody is subscribed to ${mtype}, ${loss}${hint}`
  }
}

/** Who gets the data, and by which message. */
export interface Recipient {
  readonly client: KnownClient
  /** The data, as what this one loads them. */
  readonly product: Product
}

/**
 * Who can load a product, each by the best message it is subscribed to. Of several clients of one name those are
 * meant who can load it.
 *
 * @param names - ids or names; none for all who can load the product as what it is
 */
export const recipients = (
  client: Client,
  product: Product,
  names: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<Recipient>, NobodySubscribed | NoSuchClient | OperationError> =>
  Effect.gen(function*() {
    // Those who were not asked for get the product only as what it is: a table is not forced on an image viewer.
    const others = names.length === 0 ? [] : product.alternatives
    const bestById = new Map<string, Product>()
    for (const way of [product, ...others.map((other): Product => ({ ...product, ...other }))]) {
      for (const id of (yield* client.getSubscribedClients(way.mtype)).keys()) {
        if (!bestById.has(id)) bestById.set(id, way)
      }
    }
    const wanted = names.length === 0
      ? [yield* describeAll(client, [...bestById.keys()].map(ClientId))]
      : yield* Effect.forEach(names, (name) => findClients(client, name))
    const found = new Map<ClientId, Recipient>() // by id, since two names may be of one client
    for (const group of wanted) {
      const able = group.filter(({ id }) => bestById.has(id))
      // Each who is named has to be able to: else nothing is sent, as by `samp send`.
      if (able.length === 0) return yield* new NobodySubscribed({ product, asked: group.map(title) })
      for (const known of able) {
        found.set(known.id, { client: known, product: bestById.get(known.id) ?? product })
      }
    }
    return [...found.values()]
  })
