/** Guests: clients as others write them, with good manners and bad ones. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import { findHub } from "../../../src/apps/Discovery.ts"
import { type HubConnection, register } from "../../../src/apps/HubConnection.ts"
import type { Delivery } from "../../../src/domain/HubOutput.ts"
import { MessageId } from "../../../src/domain/Identifiers.ts"
import { okResponse } from "../../../src/domain/Message.ts"
import { emptyMap, map, type SampMap } from "../../../src/domain/SampValue.ts"
import { dice } from "../../../src/domain/simulation/Dice.ts"
import { gotLine, leaks, numberKey } from "./Books.ts"
import type { Guest, Manner, World } from "./World.ts"

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

/** Some subscriptions, with or without a wildcard. */
export const subscriptionsOf = (pick: number): SampMap => {
  const thrown = dice(pick)
  const chosen = new Map<string, SampMap>([["sim.echo", emptyMap]])
  for (let i = thrown.below(4); i > 0; i--) chosen.set(thrown.pick(patterns), emptyMap)
  return chosen
}

const manners: ReadonlyArray<Manner> = ["prompt", "prompt", "late", "twice", "never", "wrong"]

const answer = (
  connection: HubConnection,
  manner: Manner,
  delivery: Extract<Delivery, { readonly _tag: "Call" }>
) => {
  const n = delivery.message.get(numberKey) ?? ""
  const reply = Effect.ignore(connection.reply(delivery.msgId, okResponse(map({ n }))))
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

/** A guest comes, if it finds a hub. */
export const enter = (world: World, pick: number) =>
  Effect.gen(function*() {
    const thrown = dice(pick)
    const manner = thrown.pick(manners)
    const label = thrown.chance(15) ? "red" : undefined
    const process = yield* Scope.provide(world.processes.start("guest"), world.scope)
    const name = process.id
    const account = world.account(name)
    const entering = Effect.gen(function*() {
      const found = yield* findHub(label)
      const connection = yield* register(found)
      world.secrets.add(connection.privateKey)
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
          return delivery._tag === "Call" ? answer(connection, manner, delivery) : Effect.void
        })
      yield* connection.listen(receive)
      yield* connection.declareMetadata(map({ "samp.name": name, manner }))
      yield* connection.declareSubscriptions(subscriptionsOf(pick))
      return connection
    })
    const come = Effect.gen(function*() {
      const result = yield* Effect.result(entering)
      if (Result.isFailure(result)) {
        world.log("-", name, `does not come in: ${result.failure._tag}`)
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
        manner,
        hub,
        connection,
        called: [],
        left: false
      }
      world.actors.push(guest)
      world.log("+", name, `is ${connection.selfId} at ${hub.name}, answers ${manner}`)
    })
    yield* world.begin(process, `${name} comes in`, come)
  })
