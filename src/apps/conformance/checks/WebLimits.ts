/** Checks: what pages may send, and to whom (section 5). */
import * as Effect from "effect/Effect"
import { okResponse } from "../../../domain/Message.ts"
import { map } from "../../../domain/SampValue.ts"
import { aMap, aString, type Check, check, demand, equal, refused, strings } from "../Check.ts"
import { visit } from "../Page.ts"
import { join, subscriptionsTo } from "../Party.ts"
import { msg } from "./Common.ts"
import { only, welcome } from "./WebCommon.ts"

/** These checks. */
export const webLimits: ReadonlyArray<Check> = [
  check(
    "WEB-60 WEB-62",
    "a page may not send what nobody has called harmless, and does not see who takes it",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const page = yield* visit(world, "Page")
      const desk = yield* join(world, "Desk", { subscriptions: [mtype] })
      yield* refused(`a message of ${mtype} from a page`, page.ask("notify", desk.id, msg(mtype)))
      const told = yield* strings("notifyAll", yield* page.ask("notifyAll", msg(mtype)))
      yield* demand(!told.includes(desk.id), "what a page must not send to one it can send to all")
      const shown = yield* aMap("getSubscriptions", yield* page.ask("getSubscriptions", desk.id))
      yield* demand(!shown.has(mtype), "getSubscriptions shows a page what it must not send")
      yield* world.quiet
      yield* demand(desk.got(mtype).length === 0, "a message that a page must not send came through")
    })
  ),
  check(
    "WEB-61",
    "a subscription that is marked as harmless takes messages of pages, and one that is marked as not does not",
    Effect.fnUntraced(function*(world) {
      const page = yield* visit(world, "Page")
      const harmless = world.mtype("harmless")
      const harmful = `table.load.${world.fresh("x")}`
      const marked = new Map([...welcome(harmless), [harmful, map({ "x-samp.mostly-harmless": "0" })]])
      const desk = yield* join(world, "Desk", { subscriptions: subscriptionsTo(marked) })
      yield* page.ask("notify", desk.id, msg(harmless))
      yield* desk.receives(harmless)
      yield* refused(
        "a message to a subscription that is marked as not harmless",
        page.ask("notify", desk.id, msg(harmful))
      )
    })
  ),
  check(
    "WEB-63",
    "a page may send to a page what it may send to others, and may reply",
    Effect.fnUntraced(function*(world) {
      const page = yield* visit(world, "Page")
      const other = yield* visit(world, "Other page")
      const [harmless, unmarked] = [world.mtype("harmless"), world.mtype()]
      const subscriptions = new Map([...welcome(harmless), ...subscriptionsTo([unmarked])])
      yield* other.ask("declareSubscriptions", subscriptions)
      const tag = world.fresh("tag")
      yield* page.ask("call", other.id, tag, msg(harmless))
      const call = yield* only(yield* other.receives(harmless), harmless)
      yield* other.ask("reply", yield* aString("the msg-id", call.params[1]), okResponse(map({ n: "1" })))
      const response = yield* only(yield* page.receives(tag), tag)
      yield* equal("the result", response.content.get("samp.result"), map({ n: "1" }))
      yield* refused(
        `a message of ${unmarked} from a page to a page`,
        page.ask("notify", other.id, msg(unmarked))
      )
    })
  )
]
