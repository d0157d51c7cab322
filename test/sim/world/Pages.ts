/** Web pages: clients of ours over the Web Profile, and pages as others write them, which ask for their messages by hand. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import { type HubConnection, type Receive, register } from "../../../src/apps/HubConnection.ts"
import { isMap, type SampValue } from "../../../src/domain/SampValue.ts"
import { type Dice, dice } from "../../../src/domain/simulation/Dice.ts"
import { readCallbacks } from "../../../src/domain/web/WebCallbacks.ts"
import { webUrl } from "../../../src/domain/web/WebPlace.ts"
import { CallSender } from "../../../src/ports/CallSender.ts"
import * as Guests from "./Guests.ts"
import * as Residents from "./Residents.ts"
import { origins } from "./User.ts"
import type { Page, World } from "./World.ts"

/** Where pages come from; the last one is no page, but a program that speaks the Web Profile (WEB-18). */
const places = [
  { origin: origins.archive },
  { origin: origins.survey },
  { origin: origins.blog },
  { origin: origins.blog },
  { origin: undefined }
]

/** Registers as a page that has never heard of counting. */
const uncounted = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | CallSender> =>
  Effect.gen(function*() {
    const sender = yield* CallSender
    const call: CallSender["Service"]["call"] = (url, { method, params }, options) =>
      sender.call(url, {
        method,
        params: method === "samp.webhub.register"
          ? params.map((info) =>
            isMap(info) ? new Map([...info].filter(([key]) => key === "samp.name")) : info
          )
          : params
      }, options)
    return yield* Effect.provideService(effect, CallSender, CallSender.of({ ...sender, call }))
  })

/** Seconds that a page lets its polls wait. */
const patience: ReadonlyArray<string> = ["0", "1", "5", "600", "600", "-1"]

/**
 * Asks for callbacks as pages do that were written by hand: with pauses, with a poll that is given up, with two at a time.
 */
const pull = (connection: HubConnection, { counts, origin }: Page, thrown: Dice, receive: Receive) =>
  Effect.gen(function*() {
    const sender = yield* CallSender
    const ask = (method: string, params: ReadonlyArray<SampValue>, timeoutMs: number) =>
      sender.call(
        connection.url,
        { method: `samp.webhub.${method}`, params: [connection.privateKey, ...params] },
        { timeoutMs, origin }
      )
    let serial = "0"
    const one = Effect.suspend(() => {
      const wait = thrown.pick(patience)
      const giveUpMs = thrown.chance(15) ? 700 : 620_000
      return Effect.result(ask("pullCallbacks", [wait, ...counts ? [serial] : []], giveUpMs))
    })
    const loop = Effect.gen(function*() {
      for (;;) {
        const polls = [yield* Effect.forkScoped(one, { startImmediately: true })]
        if (thrown.chance(12)) polls.push(yield* Effect.forkScoped(one, { startImmediately: true }))
        for (const poll of polls) {
          const answer = yield* Fiber.join(poll)
          if (Result.isFailure(answer)) {
            if (answer.failure.reason === "RemoteFault") return
            continue
          }
          const pulled = readCallbacks(answer.success, serial)
          if (pulled === undefined) continue
          serial = pulled.serial
          for (const delivery of pulled.deliveries) {
            yield* Effect.forkScoped(receive(delivery), { startImmediately: true })
          }
        }
        yield* Effect.sleep(thrown.chance(50) ? 50 : 50 + thrown.below(1_100))
      }
    })
    yield* ask("allowReverseCallbacks", ["1"], 20_000)
    yield* Effect.forkScoped(loop)
  })

/** Milliseconds after which a page that is in a hurry does not wait for the user any more. */
const hurryMs = 2_500

/** A page comes: a client of ours, or one that does everything by hand. */
export const enter = (world: World, pick: number) => {
  const thrown = dice(pick)
  const { origin } = thrown.pick(places)
  const form = thrown.below(10)
  if (form < 4) return Residents.enter(world, pick, { origin, counts: true })
  const page: Page = { origin, counts: form < 8 }
  const inHurry = thrown.chance(25)
  return Guests.come(world, "page", Guests.mannerOf(thrown), (name) => {
    const registering = register({ url: webUrl, web: { name, origin } })
    const counted = page.counts ? registering : uncounted(registering)
    return {
      page,
      register: inHurry
        ? Effect.timeoutOrElse(counted, { duration: hurryMs, orElse: () => Effect.fail("it is in a hurry") })
        : counted,
      listen: form < 6
        ? (connection, receive) => connection.listen(receive)
        : (connection, receive) => pull(connection, page, thrown, receive),
      subscriptions: Guests.subscriptionsOf(pick, true)
    }
  })
}
