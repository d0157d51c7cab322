/** `samp send`: one message to one, some or all clients. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Delivery } from "../../domain/HubOutput.ts"
import { ClientId } from "../../domain/Identifiers.ts"
import { message } from "../../domain/Message.ts"
import { isMType } from "../../domain/MType.ts"
import { fromJson, illegalCharacter, isMap, type SampMap, type SampValue } from "../../domain/SampValue.ts"
import type { HubConnection } from "../HubConnection.ts"
import * as Clients from "./Clients.ts"
import { codes, Stop } from "./Exit.ts"
import * as Flags from "./Flags.ts"
import * as Print from "./Print.ts"
import * as Replies from "./Replies.ts"
import { connect, hubGone } from "./Session.ts"

const usage = (text: string) => new Stop({ code: codes.usage, text })

const decodeJson = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Unknown))

const jsonParams = (text: string): Result.Result<SampMap, Stop> => {
  const parsed = decodeJson(text)
  if (Result.isFailure(parsed)) {
    return Result.fail(usage("--params is not JSON; an example: --params '{\"ra\": 10.68}'"))
  }
  const value = fromJson(parsed.success)
  if (Result.isFailure(value)) {
    return Result.fail(usage(`--params: ${value.failure.path || "the value"} ${value.failure.text}`))
  }
  return isMap(value.success)
    ? Result.succeed(value.success)
    : Result.fail(usage("--params is not a JSON object; an example: --params '{\"ra\": 10.68}'"))
}

/** The parameters: those of `--params`, then each `key=value`, which is a string as it stands. */
const readParams = (
  pairs: ReadonlyArray<string>,
  json: Option.Option<string>
): Result.Result<SampMap, Stop> => {
  const base = Option.isNone(json) ? Result.succeed<SampMap>(new Map()) : jsonParams(json.value)
  if (Result.isFailure(base)) return base
  const params = new Map<string, SampValue>(base.success)
  for (const pair of pairs) {
    const equals = pair.indexOf("=")
    if (equals <= 0) return Result.fail(usage(`'${pair}' is not key=value`))
    const bad = illegalCharacter(pair)
    if (bad !== undefined) {
      return Result.fail(usage(`'${pair}' holds the character ${bad}; SAMP allows ASCII only`))
    }
    params.set(pair.slice(0, equals), pair.slice(equals + 1))
  }
  return Result.succeed(params)
}

const nobody = (mtype: string) =>
  new Stop({
    code: codes.nobodySubscribed,
    text: `Nobody is subscribed to ${mtype}. See who is there with: samp clients`
  })

/** The recipients the user named, or everybody subscribed. */
const recipients = (connection: HubConnection, names: ReadonlyArray<string>, mtype: string) =>
  Effect.gen(function*() {
    const subscribed = yield* connection.getSubscribedClients(mtype)
    if (names.length === 0) {
      if (subscribed.size === 0) return yield* nobody(mtype)
      return yield* Effect.forEach(
        [...subscribed.keys()],
        (id) => Clients.describe(connection, ClientId(id)),
        { concurrency: 8 }
      )
    }
    const chosen = new Map<ClientId, Clients.KnownClient>()
    for (const name of names) {
      const found = yield* Clients.named(connection, name)
      const ready = found.filter(({ id }) => subscribed.has(id))
      if (ready.length === 0) {
        const who = found.map(Clients.title).join(", ")
        const text = `${who} is not subscribed to ${mtype}; nothing was sent`
        return yield* new Stop({ code: codes.nobodySubscribed, text })
      }
      for (const client of ready) chosen.set(client.id, client)
    }
    return [...chosen.values()]
  })

const notify = (
  connection: HubConnection,
  content: SampMap,
  clients: ReadonlyArray<Clients.KnownClient>,
  all: boolean
) =>
  all
    ? Effect.map(connection.notifyAll(content), (ids) => ids as ReadonlyArray<string>)
    : Effect.map(
      Effect.forEach(clients, (client) => connection.notify(client.id, content)),
      () => clients.map(({ id }): string => id)
    )

const tag = "samp-send"

/** Calls without blocking the hub, and gathers the responses as they come (DLV-20, DLV-21). */
const callEach = (
  connection: HubConnection,
  content: SampMap,
  clients: ReadonlyArray<Clients.KnownClient>,
  seconds: number,
  show: (reply: Replies.Reply) => Effect.Effect<void>
) =>
  Effect.gen(function*() {
    const pending = new Map<ClientId, Deferred.Deferred<SampMap>>()
    for (const { id } of clients) pending.set(id, yield* Deferred.make<SampMap>())
    const receive = (delivery: Delivery): Effect.Effect<void> => {
      if (delivery._tag !== "Response" || delivery.tag !== tag) return Effect.void
      const waiting = pending.get(delivery.responder)
      return waiting === undefined ? Effect.void : Effect.asVoid(Deferred.succeed(waiting, delivery.response))
    }
    yield* connection.listen(receive)
    const one = Effect.fnUntraced(function*(client: Clients.KnownClient) {
      const sent = yield* Effect.result(connection.call(client.id, tag, content))
      if (Result.isFailure(sent)) return Replies.failed(client, sent.failure)
      const waiting = pending.get(client.id)
      if (waiting === undefined) return Replies.late(client, seconds)
      const wait = Deferred.await(waiting)
      const response = yield* seconds === 0 ? Effect.asSome(wait) : Effect.timeoutOption(wait, seconds * 1000)
      return Option.isSome(response)
        ? Replies.answered(client, response.value)
        : Replies.late(client, seconds)
    })
    return yield* Effect.forEach(clients, (client) => Effect.tap(one(client), show), {
      concurrency: "unbounded"
    })
  })

const flags = {
  mtype: Argument.String("mtype").pipe(Argument.withDescription("such as table.load.votable")),
  pairs: Argument.String("key=value").pipe(
    Argument.withDescription("parameters, as strings"),
    Argument.variadic()
  ),
  to: Flag.String("to").pipe(
    Flag.withMetavar("NAME|ID"),
    Flag.withDescription("send to this client only; may be given several times"),
    Flag.atLeast(0)
  ),
  params: Flag.String("params").pipe(
    Flag.withMetavar("JSON"),
    Flag.withDescription("parameters as a JSON object, for lists and maps"),
    Flag.optional
  ),
  call: Flag.Boolean("call").pipe(
    Flag.withDescription("call asynchronously, and print the responses as they come back"),
    Flag.withDefault(false)
  ),
  wait: Flag.Boolean("wait").pipe(
    Flag.withDescription("call synchronously, and print the responses"),
    Flag.withDefault(false)
  ),
  timeout: Flags.seconds("timeout", "how long to wait for responses; 0 for ever").pipe(Flag.withDefault(60)),
  hub: Flags.hub,
  json: Flags.json
}

/** `samp send`. */
export const command = Command.make("send", flags, (given) =>
  Effect.scoped(Effect.gen(function*() {
    const { json, mtype } = given
    if (!isMType(mtype)) return yield* usage(`'${mtype}' is not an MType such as table.load.votable`)
    if (given.call && given.wait) return yield* usage("--call and --wait exclude each other; choose one")
    const content = message(mtype, yield* Effect.fromResult(readParams(given.pairs, given.params)))
    const connection = yield* connect(given.hub, "send")
    const clients = yield* recipients(connection, given.to, mtype)
    if (!given.call && !given.wait) {
      const sent = yield* notify(connection, content, clients, given.to.length === 0)
      const names = clients.filter(({ id }) => sent.includes(id))
      if (json) return yield* Print.json({ event: "sent", mtype, recipients: sent })
      return yield* Print.line(`Sent ${mtype} to ${names.map(Clients.title).join(", ")}`)
    }
    const show = (reply: Replies.Reply) => Replies.print(reply, json)
    const replies = given.wait
      ? yield* Replies.collect(connection, clients, content, given.timeout, show)
      : yield* Effect.raceFirst(
        callEach(connection, content, clients, given.timeout, show),
        hubGone(connection)
      )
    const code = Replies.worst(replies)
    if (code !== codes.ok) return yield* new Stop({ code, text: "" })
  }))).pipe(
    Command.withDescription("Send a message: a notification, or a call with --call or --wait"),
    Command.withExamples([
      { command: "samp send coord.pointAt.sky ra=10.68 dec=41.27", description: "point all tools at M31" },
      {
        command: "samp send table.load.votable url=file:///data/t.vot --to topcat --wait",
        description: "load a table into TOPCAT, and wait until it is there"
      }
    ])
  )
