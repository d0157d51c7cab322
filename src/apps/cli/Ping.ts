/** `samp ping`: does the hub, or a client, answer? */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { message } from "../../domain/Message.ts"
import { isMap, stringAt } from "../../domain/SampValue.ts"
import { CallSender } from "../../ports/CallSender.ts"
import * as Clients from "../client/Finding.ts"
import { findAnyHub, pingMethod, placeOf } from "../Discovery.ts"
import { codes, Stop } from "./Exit.ts"
import { withExits } from "./Exits.ts"
import * as Flags from "./Flags.ts"
import * as Print from "./Print.ts"
import * as Replies from "./Replies.ts"
import { connect, timed } from "./Session.ts"

const pingHub = (choice: Option.Option<string>, json: boolean) =>
  Effect.gen(function*() {
    const hub = yield* findAnyHub(Option.getOrUndefined(choice))
    const sender = yield* CallSender
    const call = { method: pingMethod(hub), params: [] }
    const [ms] = yield* timed(sender.call(hub.url, call, { timeoutMs: 5_000 }))
    const { impl, lockfile, url } = hub
    yield* json
      ? Print.json({ url, lockfile, impl, ms })
      : Print.line(`The hub at ${url} answers in ${ms.toFixed(1)} ms (${placeOf(hub)})`)
  })

const pingClient = (choice: Option.Option<string>, name: string, timeout: number, json: boolean) =>
  Effect.scoped(Effect.gen(function*() {
    const connection = yield* connect(choice, "ping")
    const all: Array<Replies.Reply> = []
    for (const client of yield* Clients.findClients(connection, name)) {
      const ask = Replies.collect(connection, [client], message("samp.app.ping"), timeout)
      const [ms, replies] = yield* timed(ask)
      const ok = replies.every(({ code }) => code === codes.ok)
      if (json) yield* Print.json({ id: client.id, name: client.name, ok, ms })
      else if (ok) yield* Print.line(`${Clients.title(client)} answers (${ms.toFixed(1)} ms)`)
      all.push(...replies)
    }
    const code = Replies.worst(all)
    const failures = all.flatMap((reply) => reply.code === codes.ok ? [] : [whyNot(reply, timeout)])
    if (code !== codes.ok) return yield* new Stop({ code, text: failures.join("\n") })
  }))

const whyNot = ({ client, code, detail, response }: Replies.Reply, timeout: number): string => {
  const who = Clients.title(client)
  if (code === codes.timeout) return `${who} did not answer the ping within ${timeout} s`
  const error = response?.get("samp.error")
  const text = detail ?? (isMap(error) ? stringAt(error, "samp.errortxt") : undefined)
  return `${who} did not answer the ping well: ${text ?? "it gave no reason"}`
}

const flags = {
  to: Flag.String("to").pipe(
    Flag.withMetavar("NAME|ID"),
    Flag.withDescription("ping this client through the hub, instead of the hub"),
    Flag.optional
  ),
  timeout: Flags.seconds("timeout", "how long to wait for a client; 0 for ever (default: 10)").pipe(
    Flag.withDefault(10)
  ),
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
  Command.withDescription("Ask the hub, or a client, for a sign of life"),
  Command.withExamples([
    { command: "samp ping", description: "is the hub there?" },
    { command: "samp ping --to topcat --timeout 5", description: "does TOPCAT answer, through the hub?" }
  ]),
  withExits("noHub", "noSuchClient", "nobodySubscribed", "errorResponse", "timeout")
)
