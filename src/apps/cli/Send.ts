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
import type { ClientId } from "../../domain/Identifiers.ts"
import { unsafeNumber } from "../../domain/JsonNumbers.ts"
import { message } from "../../domain/Message.ts"
import { isMType } from "../../domain/MType.ts"
import { fromJson, illegality, isMap, type SampMap, type SampValue } from "../../domain/SampValue.ts"
import * as Clients from "../client/Finding.ts"
import type { HubConnection } from "../HubConnection.ts"
import { codes, Stop } from "./Exit.ts"
import { withExits } from "./Exits.ts"
import * as Flags from "./Flags.ts"
import * as Print from "./Print.ts"
import { chooseRecipients } from "./Recipients.ts"
import * as Replies from "./Replies.ts"
import { connect, hubGone } from "./Session.ts"

const usage = (text: string) => new Stop({ code: codes.usage, text })

const decodeJson = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Unknown))

const jsonParams = (text: string): Result.Result<SampMap, Stop> => {
  const parsed = decodeJson(text)
  if (Result.isFailure(parsed)) {
    return Result.fail(usage("--params is not JSON; an example: --params '{\"ra\": 10.68}'"))
  }
  const unsafe = unsafeNumber(text)
  if (unsafe !== undefined) {
    return Result.fail(
      usage(`--params: the number ${unsafe} would lose digits; write it as a string: "${unsafe}"`)
    )
  }
  const value = fromJson(parsed.success)
  if (Result.isFailure(value)) {
    return Result.fail(usage(`--params: ${value.failure.path || "the value"} ${value.failure.text}`))
  }
  return isMap(value.success)
    ? Result.succeed(value.success)
    : Result.fail(usage("--params is not a JSON object; an example: --params '{\"ra\": 10.68}'"))
}

/** An argument in a message: a terminal would obey control characters. */
const shown = (text: string): string => text.replaceAll(/\p{Cc}/gu, "?")

const shownPair = (pair: string): string => `'${shown(pair)}'`

/** What is wrong with an argument that ought to be key=value, after `before`. */
const wrongPair = (pair: string, before: string | undefined): string | undefined => {
  const key = /^([^=]+)=/u.exec(pair)?.[1]
  if (key === undefined) {
    const text = `${shownPair(pair)} is not key=value`
    if (before === undefined || pair.startsWith("=")) return text
    return `${text}; quote what holds blanks, as in ${
      shownPair(`${before} ${pair}`).replaceAll(/^'|'$/gu, "\"")
    }`
  }
  const bad = illegality(pair)
  if (bad !== undefined) return `${shownPair(pair)} ${bad}`
  return /\s/u.test(key)
    ? `${shownPair(pair)}: no key holds blanks; write key=value without blanks around the =`
    : undefined
}

/** What is odd about a `url` that is none: a path is one for nobody who gets it. */
const oddUrl = (params: SampMap): string | undefined => {
  const url = params.get("url")
  return typeof url !== "string" || url === "" || /^[a-z][a-z\d+.-]+:/iu.test(url)
    ? undefined
    : `url=${shown(url)} is not a URL: write file:///absolute/path, or use: samp load ${shown(url)}`
}

/** The parameters: those of `--params`, then each `key=value`, which is a string as it stands. */
const readParams = (
  pairs: ReadonlyArray<string>,
  json: Option.Option<string>
): Result.Result<SampMap, Stop> => {
  const base = Option.isNone(json) ? Result.succeed<SampMap>(new Map()) : jsonParams(json.value)
  if (Result.isFailure(base)) return base
  const params = new Map<string, SampValue>(base.success)
  const given = new Set<string>()
  for (const [index, pair] of pairs.entries()) {
    const wrong = wrongPair(pair, pairs[index - 1])
    if (wrong !== undefined) return Result.fail(usage(wrong))
    const equals = pair.indexOf("=")
    const key = pair.slice(0, equals)
    if (given.has(key)) {
      return Result.fail(usage(`${key}= is given twice; for a list write --params '{"${key}": ["a", "b"]}'`))
    }
    given.add(key)
    params.set(key, pair.slice(equals + 1))
  }
  return Result.succeed(params)
}

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
  ...Flags.responses
}

/** `samp send`. */
export const command = Command.make("send", flags, (given) =>
  Effect.scoped(Effect.gen(function*() {
    const { json, mtype } = given
    if (!isMType(mtype)) return yield* usage(`'${mtype}' is not an MType such as table.load.votable`)
    if (given.call && given.wait) return yield* usage("--call and --wait exclude each other; choose one")
    const params = yield* Effect.fromResult(readParams(given.pairs, given.params))
    const content = message(mtype, params)
    const odd = oddUrl(params)
    if (odd !== undefined) yield* Print.remark(odd)
    const connection = yield* connect(given.hub, "send", given)
    const clients = yield* chooseRecipients(connection, given.to, mtype)
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
    yield* Replies.conclude(replies, given.to)
  }))).pipe(
    Command.withDescription("Send a message: a notification, or a call with --call or --wait"),
    Command.withExamples([
      { command: "samp send coord.pointAt.sky ra=10.68 dec=41.27", description: "point all tools at M31" },
      {
        command: "samp send table.load.votable url=file:///data/t.vot --to topcat --wait",
        description: "load a table into TOPCAT, and wait until it is there"
      }
    ]),
    withExits("noHub", "noSuchClient", "nobodySubscribed", "errorResponse", "timeout")
  )
