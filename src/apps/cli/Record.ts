/** `samp record`: a session at any hub, as a client sees it from outside. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as JournalNode from "../../adapters/node/JournalNode.ts"
import type { Delivery } from "../../domain/HubOutput.ts"
import { config } from "../../domain/HubState.ts"
import { ClientId } from "../../domain/Identifiers.ts"
import { errorResponse, okResponse } from "../../domain/Message.ts"
import { Outside, type Seen, seenIn } from "../../domain/recording/Outside.ts"
import { emptyMap, type SampMap, stringAt } from "../../domain/SampValue.ts"
import type { HubConnection } from "../HubConnection.ts"
import { ending } from "./Ending.ts"
import { withExits } from "./Exits.ts"
import * as Flags from "./Flags.ts"
import * as Print from "./Print.ts"
import * as Recording from "./Recording.ts"
import { connect, hubGone } from "./Session.ts"

const flags = {
  file: Argument.String("file").pipe(Argument.withDescription("file to write, which only you can read")),
  overwrite: Flags.overwrite,
  ...Flags.identity,
  hub: Flags.hub,
  json: Flags.json
}

/** What callers are told: their call reached only a recorder (RSP-12). */
const notice: SampMap = new Map(errorResponse("samp record only listens", "record"))
  .set("samp.status", "samp.warning")

const events = ["register", "unregister", "metadata", "subscriptions", "shutdown"]

const everything: SampMap = new Map([
  ["*", emptyMap],
  ...events.map((name) => [`samp.hub.event.${name}`, emptyMap] as const)
])

/** What is seen in a delivery, but for what it tells of the recorder itself. */
const seen = (connection: HubConnection, delivery: Delivery): Seen | undefined => {
  if (delivery._tag === "Response") return undefined
  const { message, sender } = delivery
  if (sender !== connection.hubId) {
    return { _tag: "Sent", id: sender, message, isCall: delivery._tag === "Call" }
  }
  const found = seenIn(message)
  return found !== undefined && "id" in found && found.id === connection.selfId ? undefined : found
}

/** Who is there at the beginning. Who leaves meanwhile cannot be asked any more. */
const present = (connection: HubConnection, see: (seen: Seen) => void) =>
  Effect.gen(function*() {
    const describe = (id: ClientId) =>
      Effect.gen(function*() {
        see({ _tag: "Joined", id })
        see({ _tag: "Metadata", id, metadata: yield* connection.getMetadata(id) })
        see({ _tag: "Subscriptions", id, subscriptions: yield* connection.getSubscriptions(id) })
      })
    const ids = yield* connection.getRegisteredClients
    const others = ids.filter((id) => id !== connection.hubId && id !== connection.selfId)
    yield* Effect.forEach(others, (id) => Effect.ignore(describe(id)), { discard: true })
  })

const record = Effect.fnUntraced(function*(given: {
  readonly file: string
  readonly overwrite: boolean
  readonly json: boolean
  readonly hub: Parameters<typeof connect>[0]
  readonly identity: NonNullable<Parameters<typeof connect>[2]>
}) {
  const { file: path, json, overwrite } = given
  const connection = yield* connect(given.hub, "record", given.identity)
  const recording = yield* Recording.begin({
    path,
    overwrite,
    kind: "client",
    secrets: [connection.privateKey]
  })
  const metadata = yield* connection.getMetadata(connection.hubId)
  const whole = config({ hubId: ClientId("hub"), run: "0", metadata })
  const clock = yield* Clock.Clock
  const begun = clock.monotonicTimeNanosUnsafe()
  const see = (seen: Seen): void => session.see(Number(clock.monotonicTimeNanosUnsafe() - begun) / 1e6, seen)
  // What comes before all who are there are known waits for that.
  let early: Array<Seen> | undefined = []
  yield* connection.listen((delivery) =>
    Effect.gen(function*() {
      const found = seen(connection, delivery)
      if (found !== undefined) {
        if (early === undefined) see(found)
        else early.push(found)
      }
      if (delivery._tag !== "Call") return
      const isPing = stringAt(delivery.message, "samp.mtype") === "samp.app.ping"
      yield* Effect.ignore(connection.reply(delivery.msgId, isPing ? okResponse() : notice))
    })
  )
  yield* connection.declareSubscriptions(everything)
  const session = new Outside(whole, recording(whole)) // only now, since it may take the place of an older one
  yield* present(connection, see)
  for (const one of early) see(one)
  early = undefined
  yield* json
    ? Print.json({ event: "recording", url: connection.url, file: path })
    : Print.line(`Recording what is seen at the hub at ${connection.url} to ${path}, until Ctrl-C`)
  const last = Effect.suspend(() =>
    json
      ? Print.json({ event: "recorded", file: path, ...session.soFar })
      : Print.line(`Recorded ${session.soFar.messages} messages of ${session.soFar.clients} clients`)
  )
  yield* Effect.onExit(hubGone(connection), () => last)
})

/** `samp record`. */
export const command = Command.make(
  "record",
  flags,
  ({ clientMeta, clientName, file, hub, json, overwrite }) =>
    Effect.suspend(() => {
      ending.meant = true
      return Effect.scoped(record({ file, overwrite, json, hub, identity: { clientMeta, clientName } }))
    }).pipe(Effect.provide(JournalNode.layer))
).pipe(
  Command.withDescription(
    "Record a session at any hub as a client sees it, until Ctrl-C: who comes and goes, what they declare, and what is sent to all"
  ),
  Command.withExamples([
    { command: "samp record session.jsonl", description: "for samp replay; samp hub --record sees more" },
    {
      command: "samp record session.jsonl --hub red1 --overwrite",
      description: "at another hub, over an older one"
    }
  ]),
  withExits("noHub", "cannotStart")
)
