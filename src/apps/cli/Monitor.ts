/** `samp monitor`: who is registered and what is sent, live on a terminal, or as JSON lines. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TerminalNode from "../../adapters/node/TerminalNode.ts"
import { isPattern } from "../../domain/MType.ts"
import { product, version } from "../../domain/Version.ts"
import { Terminal } from "../../ports/Terminal.ts"
import type { Client } from "../client/Client.ts"
import * as Clients from "../client/Finding.ts"
import * as SampClient from "../client/SampClient.ts"
import { codes, Stop } from "./Exit.ts"
import { withExits } from "./Exits.ts"
import * as Flags from "./Flags.ts"
import { lineOf, pingLine } from "./monitor/Lines.ts"
import { show } from "./monitor/Live.ts"
import { initial, type Model, type SessionEvent, update } from "./monitor/Model.ts"
import { ping } from "./monitor/Pinging.ts"
import { clientTable } from "./monitor/Screen.ts"
import { watch, type Watching } from "./monitor/Watching.ts"
import * as Print from "./Print.ts"

/** Seconds that each client has to answer the ping of the table. */
const onceSeconds = 2

const flags = {
  mtype: Flag.String("mtype").pipe(
    Flag.withMetavar("PATTERN"),
    Flag.withDescription(
      "watch only these messages, such as table.* ; may be given several times (default: *)"
    ),
    Flag.atLeast(0)
  ),
  messages: Flag.Boolean("messages").pipe(
    Flag.withDescription("watch messages; --no-messages watches clients only"),
    Flag.withDefault(true)
  ),
  once: Flag.Boolean("once").pipe(
    Flag.withDescription("print the table of clients, with their answers to a ping, and end"),
    Flag.withDefault(false)
  ),
  wait: Flag.Boolean("wait").pipe(
    Flag.withDescription("wait for a hub if there is none"),
    Flag.withDefault(false)
  ),
  json: Flags.json,
  hub: Flags.hub
}

/** The clients as they are now, each asked for a sign of life. */
const once = (client: Client, json: boolean) =>
  Effect.gen(function*() {
    const status = yield* client.connected
    const at = yield* Clock.currentTimeMillis
    const tracked = [...(yield* client.clients).values()]
    const events: ReadonlyArray<SessionEvent> = [
      { _tag: "HubStatus", at, status },
      ...tracked.map((client): SessionEvent => ({ _tag: "ClientRegistered", at, client }))
    ]
    let model: Model = events.reduce(update, initial(at, false))
    yield* Effect.forEach([...model.clients.values()], (target) =>
      Effect.gen(function*() {
        const outcome = yield* ping(client, target, status.hubId, onceSeconds)
        model = update(model, { _tag: "Pinged", at, id: target.id, outcome })
      }), { concurrency: 32, discard: true })
    if (!json) return yield* Print.line(Print.table(clientTable(model)))
    for (const event of events) yield* Print.json(lineOf(event))
    for (const one of model.clients.values()) yield* Print.json(pingLine(one, at))
  })

/** Prints events as they come, until nobody reads them, or the hub has sent us away. */
const print = (client: Client, watching: Watching): Effect.Effect<void, Stop, Terminal> =>
  Effect.gen(function*() {
    const terminal = yield* Terminal
    /** A client that sends at once may not have been described yet. */
    const named = (event: SessionEvent): Effect.Effect<SessionEvent> => {
      if (event._tag !== "Message" || event.message.senderName !== "") return Effect.succeed(event)
      const { message } = event
      const known = watching.nameOf(message.sender)
      const name = known === ""
        ? Effect.map(Clients.describe(client, message.sender), ({ name }) => name)
        : Effect.succeed(known)
      return Effect.map(name, (senderName) => ({ ...event, message: { ...message, senderName } }))
    }
    for (;;) {
      for (const event of yield* watching.next) {
        yield* terminal.write(`${JSON.stringify(lineOf(yield* named(event)))}\n`)
        if (event._tag === "HubStatus" && event.status._tag === "Disconnected") {
          return yield* new Stop({ code: codes.noHub, text: event.status.why })
        }
      }
    }
  })

/** `samp monitor`, but for the terminal. */
export const monitor = (given: {
  readonly mtype: ReadonlyArray<string>
  readonly messages: boolean
  readonly once: boolean
  readonly wait: boolean
  readonly json: boolean
  readonly hub: Option.Option<string>
}) =>
  Effect.scoped(Effect.gen(function*() {
    const { hub, json, messages, mtype, once: only, wait } = given
    const patterns = mtype.length === 0 ? ["*"] : [...new Set(mtype)]
    const bad = patterns.find((pattern) => !isPattern(pattern))
    if (bad !== undefined) {
      return yield* new Stop({
        code: codes.usage,
        text: `'${bad}' cannot be subscribed to; use an MType, a.b.* or *`
      })
    }
    const terminal = yield* Terminal
    const client = yield* SampClient.make({
      name: "samp monitor",
      description: `the samp monitor command of ${product}`,
      metadata: { [`${product}.version`]: version },
      hub: Option.getOrUndefined(hub),
      whenNoHub: wait ? "wait" : "fail"
    })
    if (only) return yield* once(client, json)
    const watching = yield* watch(client, messages ? patterns : [], { hubEvents: mtype.length > 0 })
    if (json || !terminal.interactive) {
      return yield* Effect.raceFirst(print(client, watching), terminal.unread)
    }
    return yield* show(client, watching, messages)
  })).pipe(
    // nothing of what is sent or declared here comes from the user
    Effect.catchTag("BadMessage", Effect.die)
  )

/** `samp monitor`. */
export const command = Command.make(
  "monitor",
  flags,
  (given) => Effect.provide(monitor(given), TerminalNode.layer)
).pipe(
  Command.withDescription("Watch clients and messages live; JSON lines when not on a terminal"),
  Command.withExamples([
    { command: "samp monitor", description: "all clients, and all messages that are sent to all" },
    {
      command: "samp monitor --mtype 'table.*' --json",
      description: "the same as JSON lines, of tables only"
    }
  ]),
  withExits("noHub")
)
