/** `samp hubs`: all running hubs of this user. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { removeDead, runningHubs } from "../Discovery.ts"
import { codes, Stop } from "./Exit.ts"
import { withExits } from "./Exits.ts"
import * as Flags from "./Flags.ts"
import * as Print from "./Print.ts"

/** `samp hubs`. */
export const command = Command.make(
  "hubs",
  { json: Flags.json },
  Effect.fnUntraced(function*({ json }) {
    const removed = yield* removeDead
    for (const path of removed) yield* Print.remark(`Removed ${path}, left behind by a hub that is gone`)
    const hubs = yield* runningHubs
    if (hubs.length === 0) {
      return yield* new Stop({ code: codes.noHub, text: "No hub is running. Start one with: samp hub" })
    }
    if (json) {
      for (const { group, id, impl, label, lockfile, owner, pid, url } of hubs) {
        yield* Print.json({ url, lockfile, label, owner, group, id, impl, pid })
      }
      return
    }
    const rows = hubs.map((
      { group = "-", impl = "-", label = "-", lockfile, owner = "-", url }
    ) => [label, owner, group, url, impl, lockfile])
    yield* Print.line(Print.table([["LABEL", "OWNER", "GROUP", "URL", "PRODUCT", "LOCKFILE"], ...rows]))
  })
).pipe(
  Command.withDescription("List the running hubs: the usual one, and those of --multi"),
  Command.withExamples([
    { command: "samp hubs", description: "a table of all" },
    { command: "samp hubs --json", description: "for scripts" }
  ]),
  withExits("noHub")
)
