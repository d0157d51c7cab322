/** `samp clients`: who is registered. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { emptyMap, toJson } from "../../domain/SampValue.ts"
import * as Clients from "./Clients.ts"
import * as Flags from "./Flags.ts"
import * as Print from "./Print.ts"
import { connect } from "./Session.ts"

const shown = 5

/** `samp clients`. */
export const command = Command.make(
  "clients",
  { hub: Flags.hub, json: Flags.json },
  ({ hub, json }) =>
    Effect.scoped(Effect.gen(function*() {
      const connection = yield* connect(hub, "clients")
      const clients = yield* Clients.all(connection)
      const rows: Array<ReadonlyArray<string>> = []
      for (const { id, metadata, name } of clients) {
        const subscriptions = yield* Effect.orElseSucceed(connection.getSubscriptions(id), () => emptyMap)
        if (json) {
          yield* Print.json({ id, name, metadata: toJson(metadata), subscriptions: toJson(subscriptions) })
        }
        const patterns = [...subscriptions.keys()].filter((pattern) => !pattern.startsWith("samp.hub."))
        const more = patterns.length > shown ? ` and ${patterns.length - shown} more` : ""
        rows.push([id, name === "" ? "-" : name, patterns.slice(0, shown).join(" ") + more])
      }
      if (!json) yield* Print.line(Print.table([["ID", "NAME", "SUBSCRIPTIONS"], ...rows]))
    }))
).pipe(Command.withDescription("List the registered clients, the hub first"))
