/** What pages do, and what is done to them. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { HubConnection } from "../../../src/apps/HubConnection.ts"
import { map } from "../../../src/domain/SampValue.ts"
import { webUrl } from "../../../src/domain/web/WebPlace.ts"
import { CallSender } from "../../../src/ports/CallSender.ts"
import * as Hubs from "./Hubs.ts"
import type { Action } from "./Plan.ts"
import { chosen } from "./Sending.ts"
import { origins } from "./User.ts"
import { type Actor, type Hub, urls, type World } from "./World.ts"

/** A page that is registered, and where. */
interface Registered {
  readonly actor: Actor
  readonly connection: HubConnection
  readonly hub: Hub
}

const connectionOf = (actor: Actor): Effect.Effect<HubConnection | undefined> =>
  actor.kind === "guest"
    ? Effect.succeed(actor.connection)
    : Effect.orElseSucceed(actor.client.connection, () => undefined)

/** Those who are registered with the hub that pages reach, as that sees it. */
const registered = (world: World, actors: ReadonlyArray<Actor>): Effect.Effect<ReadonlyArray<Registered>> =>
  Effect.gen(function*() {
    const hub = yield* Hubs.webHub(world)
    if (hub === undefined) return []
    const found: Array<Registered> = []
    for (const actor of actors) {
      const connection = yield* connectionOf(actor)
      if (connection === undefined || !hub.watch.keys.has(connection.privateKey)) continue
      if (hub.watch.model.clients.has(connection.selfId)) found.push({ actor, connection, hub })
    }
    return found
  })

const shown = (origin: string | undefined): string => origin ?? "nowhere"

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** What a page gets for a URL: its bytes as text, no, or nothing if nobody answers. */
const fetched = (world: World, url: string, origin: string | undefined): Effect.Effect<string | undefined> =>
  world.web === undefined ? Effect.undefined : world.web.pages.read(url, { origin }).pipe(
    Effect.map(({ bytes, status }) =>
      status === 200 ? textOf(bytes) : status === 403 ? "no" : `status ${status}`
    ),
    Effect.orElseSucceed(() => undefined)
  )

/** A page reads what it can through the hub, or somebody with its token does from another origin. */
const read = (world: World, { actor, connection, hub }: Registered, { pick }: Action) =>
  Effect.gen(function*() {
    const own = actor.page?.origin
    const origin = pick % 4 === 0 ? "https://evil.example" : pick % 4 === 1 ? undefined : own
    // An origin that is not told, as for images, cannot be judged.
    const isForeign = origin !== undefined && origin !== (own ?? "")
    for (const url of urls) {
      const got = yield* fetched(world, `${connection.web?.translator}${encodeURIComponent(url)}`, origin)
      const may = hub.watch.model.mentions.mayRead(connection.selfId, url)
      if (got === url) {
        world.log("?", actor.name, `can read ${url} from ${shown(origin)}`)
        if (isForeign) world.wrong(`the token of ${actor.name} was taken from ${origin}`)
        if (!may) world.wrong(`${actor.name} could read ${url}, which no trusted client has told it`)
      } else if (got !== undefined && (got !== "no" || (may && !isForeign))) {
        world.wrong(
          `${actor.name} got ${got} for ${url}${may ? ", though a trusted client has told it" : ""}`
        )
      }
    }
  })

/** A page hands data over, which all can read then, until it is gone; nobody can do so for it from elsewhere. */
const publish = (world: World, { actor, connection }: Registered, { pick }: Action) =>
  Effect.gen(function*() {
    const { pages } = world.web ?? {}
    const publisher = connection.web?.publisher
    if (pages === undefined || publisher === undefined) return
    const number = world.number()
    const isForeign = pick % 5 === 0
    const origin = isForeign ? "https://evil.example" : actor.page?.origin
    const data = { bytes: new TextEncoder().encode(number), mediaType: "text/plain" }
    const answer = yield* Effect.orElseSucceed(pages.publish(publisher, data, { origin }), () => undefined)
    world.log(
      "?",
      actor.name,
      `publishes ${number} from ${shown(origin)}: ${answer?.status ?? "nobody answers"}`
    )
    if (answer === undefined) return
    if (isForeign) {
      return answer.status === 201
        ? world.wrong(`data were taken for ${actor.name} from ${origin}`)
        : undefined
    }
    const url = textOf(answer.bytes)
    const got = yield* world.web?.downloads.read(url) ?? Effect.undefined
    if (answer.status !== 201 || got === undefined || textOf(got.bytes) !== number) {
      world.wrong(`what ${actor.name} has published as ${number} cannot be read`)
    }
  })

/** Somebody tries a key where it does not belong, or without being registered; none of it may be taken. */
const pry = (world: World, { actor, connection, hub }: Registered, { pick }: Action) => {
  const { privateKey } = connection
  const own = actor.page?.origin
  const elsewhere = own === origins.blog ? origins.survey : origins.blog
  const isPage = actor.page !== undefined
  const call = (
    url: string,
    method: string,
    params: ReadonlyArray<string | ReturnType<typeof map>>,
    origin?: string
  ) => ({ url, method, params, origin }) as const
  const attempts = [
    call(webUrl, "samp.webhub.getRegisteredClients", [privateKey], isPage ? elsewhere : own),
    call(webUrl, "samp.webhub.unregister", [privateKey], isPage ? elsewhere : own),
    call(webUrl, "samp.webhub.pullCallbacks", [privateKey, "0"], isPage ? "https://evil.example" : own),
    call(webUrl, "samp.webhub.ping", [privateKey], elsewhere),
    call(webUrl, "samp.webhub.declareMetadata", ["not a key", map({})], own),
    call(webUrl, "samp.webhub.setXmlrpcCallback", [privateKey, "http://127.0.0.1:9/"], own),
    call(webUrl, "samp.hub.getRegisteredClients", [privateKey], own),
    ...isPage
      ? [call(hub.record.url, "samp.hub.notifyAll", [privateKey, map({ "samp.mtype": "sim.note" })])]
      : [],
    ...isPage ? [call(hub.record.url, "samp.hub.unregister", [privateKey])] : []
  ]
  const attempt = chosen(attempts, pick)
  if (attempt === undefined) return Effect.void
  const { method, origin, params, url } = attempt
  const tried = Effect.gen(function*() {
    const sender = yield* CallSender
    const answer = yield* Effect.result(sender.call(url, { method, params }, { timeoutMs: 2_000, origin }))
    if (Result.isSuccess(answer)) {
      world.wrong(`${method} was allowed with a key of ${actor.name} from ${shown(origin)}`)
    }
  })
  return world.begin(actor.process, `${actor.name} pries by ${method}`, tried)
}

/** A page stops taking messages for a while. */
const toggle = (world: World, { actor, connection }: Registered, { pick }: Action) => {
  if (actor.kind !== "guest" || actor.page === undefined) return Effect.void
  actor.touched = true
  actor.deafened = true
  const allow = (value: string) =>
    Effect.flatMap(CallSender, (sender) =>
      sender.call(connection.url, {
        method: "samp.webhub.allowReverseCallbacks",
        params: [connection.privateKey, value]
      }, { timeoutMs: 5_000, origin: actor.page?.origin }))
  const pause = Effect.gen(function*() {
    yield* allow("0")
    yield* Effect.sleep(pick % 900)
    yield* allow("1")
  })
  return world.begin(actor.process, `${actor.name} takes no messages for a moment`, pause)
}

/** Those who come from an origin, or from all of them, are not as they were. */
const touchAll = (world: World, actors: ReadonlyArray<Actor>, origin: string | undefined): void => {
  for (const actor of actors) {
    if (actor.page !== undefined && actor.page.origin === origin) actor.touched = true
  }
  world.faults++
}

const revoke = (world: World, actors: ReadonlyArray<Actor>, { pick }: Action) =>
  Effect.sync(() => {
    const origin = chosen([origins.archive, origins.survey, origins.blog], pick)
    world.log("%", "the user", `does not want ${shown(origin)} any more`)
    touchAll(world, actors, origin)
    world.web?.user.revoke(origin)
  })

const switchWeb = (world: World, { other, pick }: Action) =>
  Effect.gen(function*() {
    const hub = chosen(yield* Hubs.living(world), other)
    if (hub?.web === undefined) return
    const { switchOff, switchOn } = hub.web
    hub.touched = true
    world.faults++
    world.log("!", hub.name, "the Web Profile is switched off, and on again")
    const off = Effect.andThen(switchOff, Effect.andThen(Effect.sleep(pick % 4_000), switchOn))
    yield* world.begin(hub.process, `${hub.name} has its Web Profile back`, off)
  })

/** Carries out an act that concerns pages. */
export const perform = (world: World, action: Action, actors: ReadonlyArray<Actor>): Effect.Effect<void> =>
  Effect.gen(function*() {
    const { act, who } = action
    if (act === "revoke") return yield* revoke(world, actors, action)
    if (act === "switchWeb") return yield* switchWeb(world, action)
    const all = yield* registered(world, actors)
    const page = chosen(all.filter(({ actor }) => actor.page !== undefined), who)
    if (act === "pry") {
      const anybody = chosen(all, who)
      return anybody === undefined ? undefined : yield* pry(world, anybody, action)
    }
    if (page === undefined) return
    world.log("!", page.actor.name, act)
    if (act === "read") yield* read(world, page, action)
    if (act === "publish") yield* publish(world, page, action)
    if (act === "callable") yield* toggle(world, page, action)
  })
