/** What clients of the world send, by hand or by our library. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { Values } from "../../../src/apps/client/Outgoing.ts"
import { ClientId } from "../../../src/domain/Identifiers.ts"
import { message } from "../../../src/domain/Message.ts"
import { map, type SampMap } from "../../../src/domain/SampValue.ts"
import { leaks, numberKey } from "./Books.ts"
import * as Guests from "./Guests.ts"
import type { Action } from "./Plan.ts"
import type { Actor, Guest, Resident, World } from "./World.ts"

/** One of several, by a number; undefined when there is none. */
export const chosen = <A>(from: ReadonlyArray<A>, number: number): A | undefined =>
  from[number % Math.max(1, from.length)]

/** A message with a number, and in worlds with pages sometimes a URL. */
export const content = (world: World, mtype: string, number: string): SampMap =>
  new Map(message(mtype, map(world.urlFor(number)))).set(numberKey, number)

/** Checks that what a hub tells shows nobody else's secret. */
const discreet = (world: World, guest: Guest, value: SampMap): void => {
  for (const secret of leaks(value, guest.connection.privateKey, world.secrets)) {
    world.wrong(`${guest.name} was told the secret ${secret} of somebody else`)
  }
}

const guestSends = (world: World, guest: Guest, action: Action, to: ClientId) => {
  const { connection, name } = guest
  const { act, pick } = action
  const number = world.number()
  const mtype = chosen(Guests.mtypes, pick >> 3) ?? "sim.echo"
  const what = `${name} ${act} ${number} ${mtype}`
  const carried = content(world, mtype, number)
  switch (act) {
    case "notify":
      return world.begin(guest.process, `${what} to ${to}`, connection.notify(to, carried))
    case "notifyAll":
      return world.begin(guest.process, what, connection.notifyAll(carried))
    case "burst": {
      const burst = Effect.forEach(
        Array.from({ length: 4 + pick % 14 }, () => world.number()),
        (each) => Effect.ignore(connection.notify(to, content(world, "sim.note", each))),
        { concurrency: "unbounded", discard: true }
      )
      return world.begin(guest.process, `${what} to ${to}`, burst)
    }
    case "call": {
      const tag = `t${number}`
      const called = Effect.map(connection.call(to, tag, carried), () => void guest.called.push({ tag, to }))
      return world.begin(guest.process, `${what} to ${to}`, called)
    }
    case "callAll": {
      const tag = `t${number}`
      const called = Effect.map(connection.callAll(tag, carried), (ids) => {
        for (const id of ids.keys()) guest.called.push({ tag, to: ClientId(id) })
      })
      return world.begin(guest.process, what, called)
    }
    default: {
      const waited = connection.callAndWait(to, carried, 1 + pick % 5)
      return world.begin(
        guest.process,
        `${what} to ${to}`,
        Effect.map(waited, (got) => discreet(world, guest, got)),
        true
      )
    }
  }
}

const checkAnswer = (world: World, what: string, number: string, result: SampMap): void => {
  const answered = result.get("n")
  if (answered !== undefined && answered !== number) {
    world.wrong(`${what} got the response to ${String(answered)}`)
  }
}

const residentSends = (world: World, resident: Resident, action: Action, to: ClientId) => {
  const { client, name, process } = resident
  const { act, pick } = action
  const number = world.number()
  const mtype: string = chosen(Guests.mtypes, pick >> 3) ?? "sim.echo"
  const what = `${name} ${act} ${number} ${mtype}`
  const options: { readonly extra: Values; readonly timeoutSeconds: number } = {
    extra: { [numberKey]: number },
    // Some are so patient that only the end of their hub can end them.
    timeoutSeconds: pick % 4 === 0 ? 12 : 1 + pick % 5
  }
  const check = ({ result }: { readonly result: SampMap }): void => checkAnswer(world, what, number, result)
  switch (act) {
    case "notify":
      return world.begin(process, `${what} to ${to}`, client.notify(to, mtype, world.urlFor(number), options))
    case "notifyAll":
      return world.begin(process, what, client.notifyAll(mtype, world.urlFor(number), options))
    case "burst": {
      const numbers = Array.from({ length: 4 + pick % 14 }, () => world.number())
      const isCalls = pick % 2 === 0
      const one = (each: string) => {
        const extra = { [numberKey]: each }
        if (!isCalls) return Effect.ignore(client.notify(to, "sim.note", {}, { extra }))
        const called = client.call(to, mtype, {}, { extra, timeoutSeconds: 4 })
        return Effect.ignore(
          Effect.map(called, ({ result }) => checkAnswer(world, `${name} call ${each}`, each, result))
        )
      }
      const burst = Effect.forEach(numbers, one, { concurrency: "unbounded", discard: true })
      return world.begin(process, `${what} to ${to}`, burst)
    }
    case "call":
      return world.begin(
        process,
        `${what} to ${to}`,
        Effect.map(client.call(to, mtype, world.urlFor(number), options), check),
        true
      )
    case "callAll": {
      const seen = new Set<ClientId>()
      const replies = Stream.runForEach(
        client.callAll(mtype, {}, options),
        ({ answer, responder }) =>
          Effect.sync(() => {
            if (seen.has(responder)) world.wrong(`${what} got two replies of ${responder}`)
            seen.add(responder)
            if (Result.isSuccess(answer)) check(answer.success)
          })
      )
      return world.begin(process, what, replies, true)
    }
    default:
      return world.begin(
        process,
        `${what} to ${to}`,
        Effect.map(client.callAndWait(to, mtype, {}, options), check),
        true
      )
  }
}

/** Sends what an action says. */
export const send = (world: World, actor: Actor, action: Action, to: ClientId): Effect.Effect<void> =>
  actor.kind === "guest" ? guestSends(world, actor, action, to) : residentSends(world, actor, action, to)
