/** Whom a message goes to. */
import * as Effect from "effect/Effect"
import { nearest } from "../../domain/EditDistance.ts"
import { ClientId } from "../../domain/Identifiers.ts"
import { isMType } from "../../domain/MType.ts"
import { emptyMap } from "../../domain/SampValue.ts"
import * as Clients from "../client/Finding.ts"
import type { HubConnection } from "../HubConnection.ts"
import { codes, Stop } from "./Exit.ts"

/**
 * What to say when nobody would get a message.
 *
 * @param hint - a question, with a blank in front, or empty
 */
export const nobody = (mtype: string, hint = "") =>
  new Stop({
    code: codes.nobodySubscribed,
    text: `Nobody is subscribed to ${mtype}.${hint} See who is there with: samp clients`
  })

/** Asks whether an MType was meant that clients do subscribe to; who does not tell his subscriptions has none. */
const didYouMean = (connection: HubConnection, ids: ReadonlyArray<ClientId>, mtype: string) =>
  Effect.gen(function*() {
    const subscriptions = yield* Effect.forEach(
      ids,
      (id) => Effect.orElseSucceed(connection.getSubscriptions(id), () => emptyMap),
      { concurrency: 8 }
    )
    const meant = nearest(mtype, subscriptions.flatMap((one) => [...one.keys()].filter(isMType)))
    return meant === undefined ? "" : ` Did you mean ${meant}?`
  })

/** The recipients the user named, or everybody subscribed. */
export const chooseRecipients = (connection: HubConnection, names: ReadonlyArray<string>, mtype: string) =>
  Effect.gen(function*() {
    const subscribed = yield* connection.getSubscribedClients(mtype)
    if (names.length === 0) {
      if (subscribed.size === 0) {
        const everybody = yield* Effect.orElseSucceed(connection.getRegisteredClients, () => [])
        return yield* nobody(mtype, yield* didYouMean(connection, everybody, mtype))
      }
      return yield* Effect.forEach(
        [...subscribed.keys()],
        (id) => Clients.describe(connection, ClientId(id)),
        { concurrency: 8 }
      )
    }
    const chosen = new Map<ClientId, Clients.KnownClient>()
    for (const name of names) {
      const found = yield* Clients.findClients(connection, name)
      const ready = found.filter(({ id }) => subscribed.has(id))
      if (ready.length === 0) {
        const who = found.map(Clients.title).join(", ")
        const text = `${who} is not subscribed to ${mtype}; nothing was sent`
        const hint = yield* didYouMean(connection, found.map(({ id }) => id), mtype)
        return yield* new Stop({ code: codes.nobodySubscribed, text: hint === "" ? text : `${text}.${hint}` })
      }
      for (const client of ready) chosen.set(client.id, client)
    }
    return [...chosen.values()]
  })
