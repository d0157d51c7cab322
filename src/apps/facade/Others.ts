/** The other clients, as plain objects. */
import type { TrackedClient } from "../../domain/client/Tracker.ts"
import { stringAt } from "../../domain/SampValue.ts"
import { plain } from "./Plain.ts"
import type { TrackedOther } from "./Types.ts"

/** Clients by public id. */
export const othersOf = (clients: Iterable<TrackedClient>): ReadonlyMap<string, TrackedOther> =>
  new Map([...clients].map(({ id, metadata, subscriptions }) => [id, {
    id,
    name: stringAt(metadata, "samp.name") ?? "",
    metadata: plain(metadata),
    subscriptions: plain(subscriptions)
  }]))
