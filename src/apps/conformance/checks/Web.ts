/** Checks: the Web Profile (section 5). Each needs pages, for which the hub's user is asked. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import { okResponse } from "../../../domain/Message.ts"
import { emptyMap, map, stringAt } from "../../../domain/SampValue.ts"
import { aMap, aString, broken, type Check, check, demand, equal, refused, strings } from "../Check.ts"
import { askWeb, type Page, type Pulled, visit } from "../Page.ts"
import { join } from "../Party.ts"
import { carries, msg, type Operation, operations } from "./Common.ts"
import { webBytes } from "./WebBytes.ts"
import { meeting, only } from "./WebCommon.ts"
import { webLimits } from "./WebLimits.ts"
import { webUrls } from "./WebUrls.ts"

/** The operations that take a private key, as a page has them. */
const webOperations = (callee: Parameters<typeof operations>[0], mtype: string): ReadonlyArray<Operation> => [
  ...operations(callee, mtype).filter(([method]) =>
    method !== "setXmlrpcCallback" && method !== "unregister"
  ),
  ["allowReverseCallbacks", "1"],
  ["pullCallbacks", "0"],
  ["unregister"]
]

/** Milliseconds that an effect takes, and what it comes to. */
const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(effect), ([time, value]) => [Math.round(Duration.toMillis(time)), value] as const)

/** These checks, in the order in which they run. */
export const web: ReadonlyArray<Check> = [
  check(
    "WEB-20",
    "the Web Profile answers a ping",
    (world) => Effect.asVoid(askWeb(world, "samp.webhub.ping"))
  ),
  check(
    "WIRE-113",
    "a ping with the private key of a page is answered, and not by a fault",
    Effect.fnUntraced(function*(world) {
      const page = yield* visit(world, "Page", { callable: false })
      yield* page.ask("ping")
    })
  ),
  check(
    "WEB-05 WEB-26",
    "methods of the Standard Profile are faults, and those of pages are faults there",
    Effect.fnUntraced(function*(world) {
      const page = yield* visit(world, "Page")
      yield* refused(
        "samp.hub.ping over the Web Profile",
        askWeb(world, "samp.hub.ping")
      )
      yield* refused("setXmlrpcCallback", page.ask("setXmlrpcCallback", "http://127.0.0.1:9/none"))
      const call = { method: "samp.webhub.getRegisteredClients", params: [page.key] }
      yield* refused(
        "samp.webhub.getRegisteredClients over the Standard Profile",
        world.call("Page", page.key, call)
      )
    })
  ),
  check(
    "WEB-10 WEB-21",
    "a page is registered with ids, a key and a prefix for URLs of its own",
    Effect.fnUntraced(function*(world) {
      const pages = [yield* visit(world, "Page"), yield* visit(world, "Other page")]
      for (const { info } of pages) {
        for (const name of ["samp.hub-id", "samp.self-id", "samp.private-key"]) {
          yield* demand((yield* aString(name, info.get(name))) !== "", `${name} is empty`)
        }
        const prefix = yield* aString("samp.url-translator", info.get("samp.url-translator"))
        yield* demand(
          /^https?:\/\/[^/]+\//u.test(prefix),
          `samp.url-translator is ${prefix}, which is no URL`
        )
      }
      yield* demand(new Set(pages.map(({ key }) => key)).size === 2, "two pages have one private key")
      yield* demand(new Set(pages.map(({ id }) => id)).size === 2, "two pages have one id")
    })
  ),
  check(
    "WEB-12",
    "a registration that says no name is a fault",
    Effect.fnUntraced(function*(world) {
      yield* visit(world, "Page") // or it might be refused for another reason
      yield* refused(
        "a registration without samp.name",
        askWeb(world, "samp.webhub.register", emptyMap)
      )
    })
  ),
  check(
    "WEB-22",
    "after unregister a page is not listed, and its key is worth nothing",
    Effect.fnUntraced(function*(world) {
      const desk = yield* join(world, "Desk")
      const page = yield* visit(world, "Page")
      yield* demand(
        (yield* strings("the clients", yield* desk.ask("getRegisteredClients"))).includes(page.id),
        "getRegisteredClients does not list the page"
      )
      yield* page.ask("unregister")
      yield* demand(
        !(yield* strings("the clients", yield* desk.ask("getRegisteredClients"))).includes(page.id),
        "getRegisteredClients lists the page that has left"
      )
      yield* refused("getRegisteredClients after unregister", page.ask("getRegisteredClients"))
    })
  ),
  check(
    "WEB-64",
    "nothing but ping and register is done without the private key of a client",
    Effect.fnUntraced(function*(world) {
      const { desk, mtype } = yield* meeting(world)
      for (const [method, ...args] of webOperations(desk, mtype)) {
        const asking = askWeb(world, `samp.webhub.${method}`, "no-such-key", ...args)
        yield* refused(
          `${method} with a key that nobody has`,
          asking
        )
      }
    })
  ),
  check(
    "WEB-25 HUB-29",
    "pages and the desktop are clients of one hub: they see each other, and send in all ways, both ways",
    Effect.fnUntraced(function*(world) {
      const { desk, mtype, page } = yield* meeting(world)
      const metadata = map({ "samp.name": world.fresh("Page"), "x.y": "z" })
      yield* page.ask("declareMetadata", metadata)
      const known = yield* strings("getRegisteredClients", yield* desk.ask("getRegisteredClients"))
      const { hub, web = "" } = world.run
      yield* demand(
        known.includes(page.id),
        `a page at ${web} is no client at ${hub.url}: these are two hubs, or one that is torn`
      )
      yield* carries(
        "the metadata of the page",
        yield* aMap("getMetadata", yield* desk.ask("getMetadata", page.id)),
        metadata
      )
      const shown = yield* aMap("getSubscriptions", yield* page.ask("getSubscriptions", desk.id))
      yield* demand(shown.has(mtype), "getSubscriptions does not show the page what it may send")
      const subscribed = yield* aMap("getSubscribedClients", yield* page.ask("getSubscribedClients", mtype))
      yield* demand(
        subscribed.has(desk.id),
        "getSubscribedClients does not show the page who takes what it may send"
      )

      yield* page.ask("notify", desk.id, msg(mtype, map({ n: "1" })))
      yield* demand(
        (yield* strings("notifyAll", yield* page.ask("notifyAll", msg(mtype, map({ n: "2" }))))).includes(
          desk.id
        ),
        "notifyAll of a page leaves the desktop out"
      )
      yield* desk.receives(mtype, 2)
      const tag = world.fresh("tag")
      yield* page.ask("call", desk.id, tag, msg(mtype, map({ n: "3" })))
      const response = yield* only(yield* page.receives(tag), tag)
      yield* equal("the responder", response.params[0], desk.id)
      const answer = yield* page.ask("callAndWait", desk.id, msg(mtype, map({ n: "4" })), "5")
      yield* equal("the result", (yield* aMap("the response", answer)).get("samp.result"), map({ n: "4" }))

      const asking = yield* Effect.forkScoped(desk.ask("callAndWait", page.id, msg(mtype), "6"))
      const called = yield* only(yield* page.receives(mtype), mtype)
      yield* page.ask(
        "reply",
        yield* aString("the msg-id", called.params[1]),
        okResponse(map({ from: "page" }))
      )
      const replied = yield* aMap("the response", yield* Fiber.join(asking))
      yield* equal("the result", replied.get("samp.result"), map({ from: "page" }))
    })
  ),
  check(
    "WEB-23 WEB-24 WEB-33 WEB-34 WEB-35",
    "callbacks are pulled as maps of a bare method name, and of arguments without the private key",
    Effect.fnUntraced(function*(world) {
      const { desk, mtype, page } = yield* meeting(world)
      yield* desk.ask("notify", page.id, msg(mtype, map({ n: "1" })))
      const notification = yield* only(yield* page.receives(mtype), mtype)
      yield* equal("samp.methodName", notification.method, "receiveNotification")
      yield* shaped(notification, page, 2)
      yield* equal("the sender", notification.params[0], desk.id)
      const tag = world.fresh("tag")
      yield* desk.ask("call", page.id, tag, msg(mtype, map({ n: "2" })))
      const call = yield* only(yield* page.receives(mtype), mtype)
      yield* equal("samp.methodName", call.method, "receiveCall")
      yield* shaped(call, page, 3)
      yield* aString("the msg-id", call.params[1])
      yield* page.ask("call", desk.id, tag, msg(mtype, map({ n: "3" })))
      const response = yield* only(yield* page.receives(tag), tag)
      yield* equal("samp.methodName", response.method, "receiveResponse")
      yield* shaped(response, page, 3)
    })
  ),
  check(
    "WEB-31",
    "to pull without being callable is a fault",
    Effect.fnUntraced(function*(world) {
      const page = yield* visit(world, "Page", { callable: false })
      yield* refused("pullCallbacks of a client that is not callable", page.ask("pullCallbacks", "0"))
    })
  ),
  check(
    "WEB-30",
    "a page can say twice that it is callable and loses nothing, and then that it is not",
    Effect.fnUntraced(function*(world) {
      const { desk, mtype, page } = yield* meeting(world)
      yield* desk.ask("notify", page.id, msg(mtype))
      yield* page.ask("allowReverseCallbacks", "1")
      yield* page.receives(mtype)
      yield* page.ask("allowReverseCallbacks", "0")
      yield* refused(
        "pullCallbacks of a client that is not callable any more",
        page.ask("pullCallbacks", "0")
      )
      yield* refused(
        "a message to a client that is not callable any more",
        desk.ask("notify", page.id, msg(mtype))
      )
    })
  ),
  check(
    "WEB-32",
    "a pull gets what is there at once, and waits for what is not as long as it was told",
    Effect.fnUntraced(function*(world) {
      const { desk, mtype, page } = yield* meeting(world)
      yield* page.pull(0)
      const [none, nothing] = yield* timed(page.pull(0))
      yield* demand(nothing.length === 0 && none < 4_000, `a pull for 0 s took ${none} ms`)
      const [second, empty] = yield* timed(page.pull(1))
      yield* demand(empty.length === 0, `a pull brought ${empty.length} callbacks where there are none`)
      yield* demand(second >= 700 && second < 6_000, `a pull for 1 s took ${second} ms`)
      const waiting = yield* Effect.forkScoped(timed(page.pull(6)), { startImmediately: true })
      yield* world.quiet
      yield* desk.ask("notify", page.id, msg(mtype))
      const [waited, brought] = yield* Fiber.join(waiting)
      yield* demand(brought.length > 0, "a pull that waited brought nothing when a message came")
      yield* demand(waited < 5_000, `a pull got the message ${waited} ms later`)
    })
  ),
  check(
    "WEB-36",
    "each of many callbacks goes to one pull, in the order of sending",
    Effect.fnUntraced(function*(world) {
      const { desk, mtype, page } = yield* meeting(world)
      const got: Array<string> = []
      const take = (pulled: ReadonlyArray<Pulled>) => {
        for (const { content, mtype: which } of pulled) {
          if (which === mtype) got.push(stringAt(content, "n") ?? "")
        }
      }
      const sent = Array.from({ length: 20 }, (_, n) => String(n))
      for (const n of sent) {
        const older = yield* Effect.forkScoped(page.pull(1), { startImmediately: true })
        yield* desk.ask("notify", page.id, msg(mtype, emptyMap, { n }))
        take(yield* page.pull(0))
        const late = yield* Effect.result(Fiber.join(older))
        if (Result.isSuccess(late)) take(late.success)
      }
      take(yield* page.pull(0))
      const missing = sent.filter((n) => !got.includes(n))
      yield* demand(
        missing.length === 0,
        `${missing.length} of ${sent.length} callbacks were lost between two pulls`
      )
      yield* demand(got.length === sent.length, `${sent.length} callbacks came as ${got.length}`)
    })
  ),
  check(
    "WEB-37",
    "a pull that waits ends when its client is not callable any more, and when it leaves",
    Effect.fnUntraced(function*(world) {
      const page = yield* visit(world, "Page")
      for (const [method, ...args] of [["allowReverseCallbacks", "0"], ["unregister"]] as const) {
        if (method === "unregister") yield* page.ask("allowReverseCallbacks", "1")
        const waiting = yield* Effect.forkScoped(Effect.result(page.pull(12, 14_000)), {
          startImmediately: true
        })
        yield* world.quiet
        yield* page.ask(method, ...args)
        const ended = yield* Effect.timeoutOption(Fiber.join(waiting), 4_000)
        if (ended._tag === "None") return yield* broken(`a pull still waits 4 s after ${method}`)
      }
    })
  ),
  ...webLimits,
  ...webUrls,
  ...webBytes
]

/** Demands so many arguments, and no key among them. */
const shaped = ({ callback, params }: Pulled, { key }: Page, count: number) =>
  Effect.gen(function*() {
    yield* demand(params.length === count, `a callback has ${params.length} arguments, not ${count}`)
    yield* demand(!JSON.stringify([...params]).includes(key), "a callback tells the private key")
    yield* demand(
      callback.has("samp.methodName") && callback.has("samp.params"),
      "a callback lacks its parts"
    )
  })
