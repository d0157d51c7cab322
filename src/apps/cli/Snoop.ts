/** `samp snoop`: every message this client may see, as JSON lines. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Delivery } from "../../domain/HubOutput.ts"
import { errorResponse, okResponse } from "../../domain/Message.ts"
import { isPattern, matches } from "../../domain/MType.ts"
import { emptyMap, isMap, type SampMap, stringAt, toJson } from "../../domain/SampValue.ts"
import type { HubConnection } from "../HubConnection.ts"
import * as Clients from "./Clients.ts"
import { codes, Stop } from "./Exit.ts"
import * as Flags from "./Flags.ts"
import * as Print from "./Print.ts"
import { connect, hubGone } from "./Session.ts"

/** What callers are told: their call reached only a listener (RSP-12). */
const notice: SampMap = new Map(errorResponse("samp snoop only listens", "snoop"))
  .set("samp.status", "samp.warning")

const print = (connection: HubConnection, delivery: Exclude<Delivery, { readonly _tag: "Response" }>) =>
  Effect.gen(function*() {
    const { message, sender } = delivery
    const { name } = yield* Clients.describe(connection, sender)
    const params = message.get("samp.params")
    const mtype = stringAt(message, "samp.mtype") ?? ""
    const extra = new Map([...message].filter(([key]) => key !== "samp.mtype" && key !== "samp.params"))
    yield* Print.json({
      time: DateTime.formatIso(yield* DateTime.now),
      kind: delivery._tag === "Call" ? "call" : "notification",
      sender,
      senderName: name,
      mtype,
      params: toJson(isMap(params) ? params : emptyMap),
      ...extra.size > 0 ? { extra: toJson(extra) } : {},
      ...delivery._tag === "Call" ? { msgId: delivery.msgId } : {}
    })
  })

/** Shows a delivery, and answers it if it is a call. */
const handle = (connection: HubConnection, delivery: Delivery) =>
  Effect.gen(function*() {
    if (delivery._tag === "Response") return
    yield* print(connection, delivery)
    if (delivery._tag !== "Call") return
    const isPing = stringAt(delivery.message, "samp.mtype") === "samp.app.ping"
    yield* connection.reply(delivery.msgId, isPing ? okResponse() : notice)
  })

const shutdown = "samp.hub.event.shutdown"

const isShutdown = (connection: HubConnection, delivery: Delivery): boolean =>
  delivery._tag === "Notification" && delivery.sender === connection.hubId &&
  stringAt(delivery.message, "samp.mtype") === shutdown

const flags = {
  mtype: Flag.String("mtype").pipe(
    Flag.withMetavar("PATTERN"),
    Flag.withDescription("only these, such as table.* ; may be given several times (default: *)"),
    Flag.atLeast(0)
  ),
  json: Flags.json,
  count: Flag.Int("count").pipe(
    Flag.withDescription("end after this many messages; 0 for never"),
    Flag.withDefault(0)
  ),
  hub: Flags.hub
}

/** `samp snoop`. */
export const command = Command.make(
  "snoop",
  flags,
  ({ count, hub, mtype }) =>
    Effect.scoped(Effect.gen(function*() {
      const patterns = mtype.length === 0 ? ["*"] : mtype
      const bad = patterns.find((pattern) => !isPattern(pattern))
      if (bad !== undefined) {
        return yield* new Stop({
          code: codes.usage,
          text: `'${bad}' cannot be subscribed to; use an MType, a.b.* or *`
        })
      }
      const connection = yield* connect(hub, "snoop")
      let left = count
      const done = yield* Deferred.make<void, Stop>()
      const wanted = (mtype: string): boolean => patterns.some((pattern) => matches(pattern, mtype))
      yield* connection.listen((delivery) =>
        Effect.gen(function*() {
          if (!isShutdown(connection, delivery) || wanted(shutdown)) {
            yield* Effect.ignore(handle(connection, delivery))
            if (delivery._tag !== "Response" && --left === 0) yield* Deferred.succeed(done, undefined)
          }
          if (isShutdown(connection, delivery)) {
            yield* Deferred.fail(done, new Stop({ code: codes.noHub, text: "The hub has shut down" }))
          }
        })
      )
      yield* connection.declareSubscriptions(
        new Map([...patterns, shutdown].map((pattern) => [pattern, emptyMap]))
      )
      yield* Effect.raceFirst(Deferred.await(done), hubGone(connection))
    }))
).pipe(Command.withDescription("Print every message that this client may see, as JSON lines, until Ctrl-C"))
