/** Guests: clients as others write them, with good manners and bad ones. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import type { Ports } from "../../../src/adapters/memory/Processes.ts"
import { findHub } from "../../../src/apps/Discovery.ts"
import { type HubConnection, type Receive, register } from "../../../src/apps/HubConnection.ts"
import type { Delivery } from "../../../src/domain/HubOutput.ts"
import { MessageId } from "../../../src/domain/Identifiers.ts"
import { okResponse } from "../../../src/domain/Message.ts"
import { emptyMap, map, type SampMap } from "../../../src/domain/SampValue.ts"
import { type Dice, dice } from "../../../src/domain/simulation/Dice.ts"
import { gotLine, leaks, numberKey } from "./Books.ts"
import type { Guest, Manner, Page, World } from "./World.ts"

/** What clients of the world send. Nobody but residents answers `sim.slow` and `sim.fail` in a way of its own. */
export const mtypes = ["sim.echo", "sim.slow", "sim.fail", "sim.never", "sim.note", "sim.note.deep"] as const

const patterns = [
  "sim.*",
  "sim.note.*",
  "sim.note",
  "sim.echo",
  "sim.slow",
  "*",
  "samp.hub.event.*",
  "sim.never",
  "x.y"
]

/** What subscribers say of what pages may send them: mostly nothing (WEB-61). */
const annotations: ReadonlyArray<SampMap> = [
  emptyMap,
  emptyMap,
  map({ "x-samp.mostly-harmless": "1" }),
  map({ "samp.mostly-harmless": "0" })
]

/** Some subscriptions, with or without a wildcard. */
export const subscriptionsOf = (pick: number, annotated: boolean): SampMap => {
  const thrown = dice(pick)
  const chosen = new Map<string, SampMap>([["sim.echo", emptyMap]])
  for (let i = thrown.below(4); i > 0; i--) {
    const pattern = thrown.pick(patterns)
    chosen.set(pattern, annotated ? thrown.pick(annotations) : emptyMap)
  }
  return chosen
}

const manners: ReadonlyArray<Manner> = ["prompt", "prompt", "late", "twice", "never", "wrong"]

const answer = (
  world: World,
  connection: HubConnection,
  manner: Manner,
  delivery: Extract<Delivery, { readonly _tag: "Call" }>
) => {
  const n = delivery.message.get(numberKey) ?? ""
  const reply = Effect.ignore(
    connection.reply(delivery.msgId, okResponse(map({ n, ...world.urlFor(String(n)) })))
  )
  switch (manner) {
    case "prompt":
      return reply
    case "late":
      return Effect.andThen(Effect.sleep(1_500), reply)
    case "twice":
      return Effect.andThen(reply, reply)
    case "never":
      return Effect.void
    case "wrong":
      // to a call that there is not, then something that is no response, then a right one
      return Effect.ignore(connection.reply(MessageId(`${delivery.msgId}x`), okResponse())).pipe(
        Effect.andThen(Effect.ignore(connection.reply(delivery.msgId, map({ "samp.status": ["what"] })))),
        Effect.andThen(reply)
      )
  }
}

/** How a guest comes to a hub, and to its messages. */
export interface Way<E> {
  readonly page: Page | undefined
  readonly register: Effect.Effect<HubConnection, E, Ports | Scope.Scope>
  readonly listen: (
    connection: HubConnection,
    receive: Receive
  ) => Effect.Effect<void, unknown, Ports | Scope.Scope>
  readonly subscriptions: SampMap
}

/** A guest comes, if it finds a hub that takes it. */
export const come = <E>(world: World, kind: string, manner: Manner, wayOf: (name: string) => Way<E>) =>
  Effect.gen(function*() {
    const process = yield* Scope.provide(world.processes.start(kind), world.scope)
    const name = process.id
    const account = world.account(name)
    const { listen, page, register, subscriptions } = wayOf(name)
    const entering = Effect.gen(function*() {
      const connection = yield* register
      world.secrets.add(connection.privateKey)
      const token = /[0-9a-f]{32}/u.exec(connection.web?.translator ?? "")?.[0]
      if (token !== undefined) world.secrets.add(token)
      const receive = (delivery: Delivery): Effect.Effect<void> =>
        Effect.suspend(() => {
          world.log("$", name, gotLine(delivery))
          const number = delivery._tag === "Response"
            ? delivery.tag
            : String(delivery.message.get(numberKey) ?? "")
          account.got.push({ kind: delivery._tag, number })
          const value = delivery._tag === "Response" ? delivery.response : delivery.message
          for (const secret of leaks(value, connection.privateKey, world.secrets)) {
            world.wrong(`${name} was shown the secret ${secret} of somebody else`)
          }
          return delivery._tag === "Call" ? answer(world, connection, manner, delivery) : Effect.void
        })
      yield* listen(connection, receive)
      yield* connection.declareMetadata(map({ "samp.name": name, manner }))
      yield* connection.declareSubscriptions(subscriptions)
      return connection
    })
    const come = Effect.gen(function*() {
      const result = yield* Effect.result(entering)
      if (Result.isFailure(result)) {
        const { failure } = result
        const why = typeof failure === "object" && failure !== null && "_tag" in failure
          ? failure._tag
          : failure
        world.log("-", name, `does not come in: ${String(why)}`)
        return yield* Effect.forkDetach(process.exit)
      }
      const connection = result.success
      const hub = world.hubs.findLast(({ watch }) => watch.keys.has(connection.privateKey))
      if (hub === undefined) return world.wrong(`${name} is registered with a hub that nobody started`)
      const endpoint = [...world.endpoints].findLast(([, owner]) => owner === name)?.[0]
      const guest: Guest = {
        kind: "guest",
        name,
        process,
        endpoint,
        touched: false,
        page,
        manner,
        hub,
        connection,
        called: [],
        left: false,
        deafened: false
      }
      world.actors.push(guest)
      const from = page === undefined ? "" : ` from ${page.origin ?? "no origin"}`
      world.log("+", name, `is ${connection.selfId} at ${hub.name}${from}, answers ${manner}`)
    })
    yield* world.begin(process, `${name} comes in`, come)
  })

/** How the next guest answers calls. */
export const mannerOf = (thrown: Dice): Manner => thrown.pick(manners)

/** A guest comes, if it finds a hub. */
export const enter = (world: World, pick: number) => {
  const thrown = dice(pick)
  const manner = mannerOf(thrown)
  const label = thrown.chance(15) ? "red" : undefined
  return come(world, "guest", manner, () => ({
    page: undefined,
    register: Effect.flatMap(findHub(label), register),
    listen: (connection, receive) => connection.listen(receive),
    subscriptions: subscriptionsOf(pick, world.web !== undefined)
  }))
}
