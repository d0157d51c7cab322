/** `samp snoop`: every message this client may see, as JSON lines. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { ClientId } from "../../domain/Identifiers.ts"
import { errorResponse, okResponse } from "../../domain/Message.ts"
import { type SampMap, stringAt } from "../../domain/SampValue.ts"
import type { Incoming } from "../client/Handling.ts"
import { connect } from "./Client.ts"
import { withExits } from "./Exits.ts"
import * as Flags from "./Flags.ts"
import * as Messages from "./Messages.ts"
import * as Print from "./Print.ts"

/** What callers are told: their call reached only a listener (RSP-12). */
const notice: SampMap = new Map(errorResponse("samp snoop only listens", "snoop"))
  .set("samp.status", "samp.warning")

/** The event of our own subscriptions: that we look is not what we look for. */
const isOwnSubscription = (selfId: ClientId, { mtype, params }: Incoming): boolean =>
  mtype === "samp.hub.event.subscriptions" && stringAt(params, "id") === selfId

const flags = {
  mtype: Flag.String("mtype").pipe(
    Flag.withMetavar("PATTERN"),
    Flag.withDescription("only these, such as table.* ; may be given several times (default: *)"),
    Flag.atLeast(0)
  ),
  json: Flags.json,
  count: Flag.Int("count").pipe(
    Flag.withDescription("end after this many messages; 0 for never (default: 0)"),
    Flag.withDefault(0)
  ),
  ...Flags.identity,
  hub: Flags.hub
}

/** `samp snoop`. */
export const command = Command.make(
  "snoop",
  flags,
  ({ clientMeta, clientName, count, hub, mtype }) =>
    Effect.scoped(Effect.gen(function*() {
      const patterns = mtype.length === 0 ? ["*"] : mtype
      yield* Messages.checkPatterns(patterns)
      const client = yield* connect({ clientMeta, clientName, hub }, "snoop", { reconnect: false })
      const { selfId } = yield* client.connected
      const done = yield* Deferred.make<void>()
      let left = count
      const show = (incoming: Incoming) =>
        Effect.gen(function*() {
          if (isOwnSubscription(selfId, incoming)) return
          yield* Print.json(yield* Messages.lineOf(client, incoming))
          if (incoming.msgId !== undefined) {
            const response = incoming.mtype === "samp.app.ping" ? okResponse() : notice
            yield* Effect.ignore(client.reply(incoming.msgId, response))
          }
          if (--left === 0) yield* Deferred.succeed(done, undefined)
        })
      yield* Messages.take(client, patterns, show, { sequential: true })
      yield* Effect.raceFirst(Deferred.await(done), Messages.hubLost(client))
    }))
).pipe(
  Command.withDescription("Print every message that this client may see, as JSON lines, until Ctrl-C"),
  Command.withExamples([
    { command: "samp snoop", description: "all that goes to everybody" },
    { command: "samp snoop --mtype 'table.*' --count 1", description: "the next message about tables" }
  ]),
  withExits("noHub")
)
