/** `samp ping`: does the hub, or a client, answer? */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { message } from "../../domain/Message.ts"
import { CallSender } from "../../ports/CallSender.ts"
import { findHub } from "../Discovery.ts"
import * as Clients from "./Clients.ts"
import { codes, Stop } from "./Exit.ts"
import * as Flags from "./Flags.ts"
import * as Print from "./Print.ts"
import { collect } from "./Replies.ts"
import { connect } from "./Session.ts"

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const before = yield* Clock.monotonicTimeNanos
    yield* effect
    return Number((yield* Clock.monotonicTimeNanos) - before) / 1e6
  })

const pingHub = (choice: Option.Option<string>, json: boolean) =>
  Effect.gen(function*() {
    const hub = yield* findHub(Option.getOrUndefined(choice))
    const sender = yield* CallSender
    const call = { method: "samp.hub.ping", params: [] }
    const ms = yield* timed(sender.call(hub.url, call, { timeoutMs: 5_000 }))
    const { impl, lockfile, url } = hub
    yield* json
      ? Print.json({ url, lockfile, impl, ms })
      : Print.line(`The hub at ${url} answers in ${ms.toFixed(1)} ms (lockfile ${lockfile})`)
  })

const pingClient = (choice: Option.Option<string>, name: string, timeout: number, json: boolean) =>
  Effect.scoped(Effect.gen(function*() {
    const connection = yield* connect(choice, "ping")
    let code: number = codes.ok
    for (const client of yield* Clients.named(connection, name)) {
      const wait = collect(connection, [client], message("samp.app.ping"), timeout)
      const ms = yield* timed(Effect.map(wait, ([reply]) => {
        code = Math.max(code, reply?.code ?? codes.failure)
      }))
      yield* json
        ? Print.json({ id: client.id, name: client.name, ok: code === codes.ok, ms })
        : Print.line(
          `${Clients.title(client)} ${code === codes.ok ? "answers" : "does not answer"} (${
            ms.toFixed(1)
          } ms)`
        )
    }
    if (code !== codes.ok) return yield* new Stop({ code, text: `${name} did not answer the ping` })
  }))

const flags = {
  to: Flag.String("to").pipe(
    Flag.withMetavar("NAME|ID"),
    Flag.withDescription("ping this client through the hub, instead of the hub"),
    Flag.optional
  ),
  timeout: Flags.seconds("timeout", "how long to wait for a client").pipe(Flag.withDefault(10)),
  hub: Flags.hub,
  json: Flags.json
}

/** `samp ping`. */
export const command = Command.make(
  "ping",
  flags,
  ({ hub, json, timeout, to }) =>
    Option.isNone(to) ? pingHub(hub, json) : pingClient(hub, to.value, timeout, json)
).pipe(
  Command.withDescription("Ask the hub, or a client, for a sign of life")
)
