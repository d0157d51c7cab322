/** The Web Profile over the hub's engine, with pages on real sockets: pulls, ends, and switching it off and on. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { connect } from "node:net"
import * as HubEngine from "../../src/apps/HubEngine.ts"
import * as Platform from "../../src/apps/NodePlatform.ts"
import * as WebPlatform from "../../src/apps/NodeWebPlatform.ts"
import * as WebHub from "../../src/apps/WebHub.ts"
import { clientById, config } from "../../src/domain/HubState.ts"
import { ClientId } from "../../src/domain/Identifiers.ts"
import { defaults, type Limits } from "../../src/domain/Limits.ts"
import { Consent, type Verdict } from "../../src/ports/Consent.ts"
import { message, okResponse } from "../e2e/support/Client.ts"
import { archive, askWeb, Page, type PageOptions, postTo } from "../e2e/support/Page.ts"
import { textAt, writeCall } from "../e2e/support/Wire.ts"
import { eventually } from "../support/eventually.ts"
import { open } from "../support/rawHttp.ts"
import { request } from "../support/webEndpoint.ts"

const allowed: Verdict = { _tag: "Allowed", send: undefined, receive: undefined, by: "the test" }

/** What the user says, and whether it still stands. */
interface User {
  readonly ask?: Consent["Service"]["ask"]
  readonly withdrawn?: () => boolean
}

const withHub = ({ ask, withdrawn }: User = {}, limits: Partial<Limits> = {}) => {
  const whole = { ...defaults, ...limits }
  const user = Layer.succeed(
    Consent,
    Consent.of({
      ask: ask ?? (() => Effect.succeed(allowed)),
      withdrawn: () => Effect.sync(withdrawn ?? (() => false))
    })
  )
  return Effect.provide(
    WebHub.layer({ port: 0 }).pipe(
      Layer.provideMerge(HubEngine.layer(config({ hubId: ClientId("hub"), run: "r", limits: whole }))),
      Layer.provide(user),
      Layer.provide(Layer.mergeAll(Platform.layer(whole), WebPlatform.layer(whole)))
    )
  )
}

const urlOf = Effect.map(Effect.flatMap(WebHub.WebHub, ({ state }) => state), (state) => {
  if (state._tag === "Off") throw new Error(state.why)
  return state.url
})

const promise = <A>(run: () => Promise<A>) => Effect.promise(run)

const faultOf = (run: () => Promise<unknown>) =>
  promise(() =>
    run().then(() => "no fault", (error: unknown) => error instanceof Error ? error.message : "?")
  )

const clients = Effect.map(
  Effect.flatMap(HubEngine.HubEngine, ({ status }) => status),
  ({ clients }) => clients
)

/** Pages, which go at the end. */
const openPage = (mtypes: ReadonlyArray<string> = [], options?: PageOptions) =>
  Effect.acquireRelease(
    Effect.flatMap(urlOf, (url) => promise(() => Page.open(url, mtypes, options))),
    (page) => promise(() => page.vanish())
  )

/** A pull, byte by byte. */
const pullRequest = (page: Page, timeout: string): string =>
  request(
    "POST",
    Number(new URL(page.url).port),
    { Origin: page.origin },
    writeCall("samp.webhub.pullCallbacks", [page.key, timeout])
  )

const isGone = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port) })
    socket.once("connect", () => {
      socket.destroy()
      resolve(false)
    }).once("error", () => resolve(true))
  })

describe("pages", () => {
  it.live("WEB-10, WEB-20..25, WEB-30..35 register, declare, talk to each other, pull, reply and leave", () =>
    Effect.gen(function*() {
      const one = yield* openPage(["table.*"], { name: "one" })
      const two = yield* openPage(["table.*"], { name: "two", origin: "https://other.example", counts: true })
      yield* promise(async () => {
        await one.ask("declareMetadata", { "samp.name": "One" })
        assert.deepStrictEqual(await two.ask("getMetadata", one.id), { "samp.name": "One" })
        assert.deepStrictEqual(await two.ask("getRegisteredClients"), ["hub", one.id])
        assert.deepStrictEqual(await two.ask("getSubscribedClients", "table.x"), { [one.id]: {} })
        two.poll()
        const waiting = one.pull(600)
        await one.ask("notify", two.id, message("table.x", { a: "1" }))
        await one.ask("call", two.id, "my tag", message("table.y"))
        await eventually(() => two.received.length === 2)
        const [notification, call] = two.received
        assert.deepInclude(notification, { kind: "Notification", from: one.id, serial: 1 })
        assert.deepInclude(call, { kind: "Call", from: one.id, serial: 2 })
        await two.ask("reply", call?.label ?? "", okResponse({ b: "2" }))
        const [response] = await waiting
        assert.deepInclude(response, {
          kind: "Response",
          from: two.id,
          label: "my tag",
          content: okResponse({ b: "2" })
        })
        const answer = two.ask("callAndWait", one.id, message("table.z"), "10")
        await eventually(async () => (await one.pull(1)).length > 0)
        await one.ask("reply", one.received.at(-1)?.label ?? "", okResponse())
        assert.deepStrictEqual(await answer, okResponse())
        await one.ask("ping")
        await askWeb(one.url, "", "ping", [])
        await one.leave()
        assert.deepStrictEqual(await two.ask("getRegisteredClients"), ["hub"])
      })
    }).pipe(Effect.scoped, withHub()))

  it.live("WEB-36, P10 whose connection dies while they pull, or with the answer on its way, get all of it by the next pull", () =>
    Effect.gen(function*() {
      const from = yield* openPage([])
      const page = yield* openPage(["table.*"])
      const engine = yield* HubEngine.HubEngine
      const handed = ({ id }: Page): number =>
        clientById(engine.look(), ClientId(id))?.web?.queue.handed.length ?? 0
      yield* promise(async () => {
        const abort = new AbortController()
        const lost = page.pull(600, abort.signal)
        await new Promise((resolve) => setTimeout(resolve, 50))
        abort.abort()
        await lost.catch(() => {})
        await from.ask("notify", page.id, message("table.x", { n: "1" }))
        assert.lengthOf(await page.pull(), 1)
        const fill = "x".repeat(500_000)
        for (const n of ["2", "3"]) await from.ask("notify", page.id, message("table.x", { n, fill }))
        const socket = open(Number(new URL(page.url).port))
        socket.socket.pause()
        socket.send(pullRequest(page, "0"))
        await eventually(() => handed(page) === 2)
        await new Promise((resolve) => setTimeout(resolve, 50))
        socket.socket.resetAndDestroy()
        await eventually(() => handed(page) === 0)
        const got = await page.pull()
        assert.deepStrictEqual(got.map(({ content }) => textAt(content, "samp.params", "n")), ["2", "3"])
      })
    }).pipe(Effect.scoped, withHub()))

  it.live("WIRE-34, WEB-32 that have ended their side of the connection are not waited for", () =>
    Effect.gen(function*() {
      const page = yield* openPage(["table.*"])
      const engine = yield* HubEngine.HubEngine
      yield* promise(async () => {
        const { socket } = open(Number(new URL(page.url).port))
        socket.end(pullRequest(page, "600"))
        await new Promise((resolve) => socket.once("end", resolve).once("close", resolve).resume())
        socket.destroy()
      })
      const isWaiting = () => [...engine.look().clients].some(([, client]) => client.web?.pull !== undefined)
      yield* promise(() => eventually(() => !isWaiting()))
    }).pipe(Effect.scoped, withHub()))

  it.live("WEB-13, WEB-36 that hang up before they have read their key are not registered", () =>
    Effect.gen(function*() {
      const url = yield* urlOf
      const engine = yield* HubEngine.HubEngine
      const count = (): number => [...engine.look().clients].length
      yield* promise(async () => {
        const socket = open(Number(new URL(url).port))
        socket.socket.pause()
        const body = writeCall("samp.webhub.register", [{ "samp.name": "gone" }])
        socket.send(request("POST", Number(new URL(url).port), {}, body))
        await eventually(() => count() === 1)
        await new Promise((resolve) => setTimeout(resolve, 20))
        socket.socket.resetAndDestroy()
        await eventually(() => count() === 0)
      })
    }).pipe(Effect.scoped, withHub()))
})

describe("consent", () => {
  it.live("WEB-13, WIRE-112 that is refused is a fault with the reason", () =>
    Effect.gen(function*() {
      const url = yield* urlOf
      const text = yield* faultOf(() => Page.register(url))
      assert.include(text, "not today")
      assert.isEmpty(yield* clients)
    }).pipe(Effect.scoped, withHub({ ask: () => Effect.succeed({ _tag: "Denied", why: "not today" }) })))

  it.live("WEB-13, WEB-16 is asked of the user with what is known, holds nobody else up, and is withdrawn by who hangs up", () =>
    Effect.gen(function*() {
      const asked: Array<unknown> = []
      let withdrawn = 0
      const ask: User["ask"] = (request) =>
        Effect.onInterrupt(
          Effect.suspend(() => {
            asked.push(request)
            return request.name === "quick" ? Effect.succeed(allowed) : Effect.never
          }),
          () => Effect.sync(() => void withdrawn++)
        )
      yield* Effect.gen(function*() {
        const url = yield* urlOf
        const abort = new AbortController()
        const body = writeCall("samp.webhub.register", [{ "samp.name": "slow" }])
        const headers = { Origin: archive, Referer: `${archive}/a` }
        const pending = postTo(url, body, { headers, signal: abort.signal })
        yield* promise(() => eventually(() => asked.length === 1))
        assert.deepStrictEqual(asked, [{ name: "slow", origin: archive, referer: `${archive}/a` }])
        yield* openPage([], { name: "quick", origin: "" })
        assert.deepInclude(asked[1], { name: "quick", origin: undefined })
        abort.abort()
        yield* promise(() => pending.catch(() => {}))
        yield* promise(() => eventually(() => withdrawn === 1))
      }).pipe(Effect.scoped, withHub({ ask }))
    }))

  it.live("WEB-68, EVT-04 that is taken back ends the registration, and the page is told", () =>
    Effect.gen(function*() {
      let revoked = false
      yield* Effect.gen(function*() {
        const page = yield* openPage(["samp.hub.disconnect"])
        revoked = true
        const [told] = yield* promise(() => page.pull(60))
        assert.strictEqual(told?.content["samp.mtype"], "samp.hub.disconnect")
        assert.match(yield* faultOf(() => page.ask("ping")), /private key/u)
      }).pipe(Effect.scoped, withHub({ withdrawn: () => revoked }))
    }))
})

describe("switching", () => {
  it.live("EVT-14, WEB-37 off tells pages in their pulls, ends the endpoint, and on is where it was", () =>
    Effect.gen(function*() {
      const web = yield* WebHub.WebHub
      const url = yield* urlOf
      const page = yield* openPage(["samp.hub.event.shutdown"])
      const silent = yield* openPage([])
      const pulls = [page.pull(600), silent.pull(600)]
      yield* promise(() => new Promise((resolve) => setTimeout(resolve, 50)))
      assert.deepStrictEqual(yield* web.switchOff, { _tag: "Off", why: "it was switched off" })
      const [told, nothing] = yield* promise(() => Promise.all(pulls))
      assert.strictEqual(told?.[0]?.content["samp.mtype"], "samp.hub.event.shutdown")
      assert.deepStrictEqual(nothing, [])
      assert.isTrue(yield* promise(() => isGone(url)))
      assert.isEmpty(yield* clients)
      assert.deepStrictEqual(yield* web.switchOff, { _tag: "Off", why: "it was switched off" })
      assert.deepStrictEqual(yield* web.switchOn, { _tag: "On", url })
      assert.deepStrictEqual(yield* web.switchOn, { _tag: "On", url })
      assert.match(yield* faultOf(() => page.ask("ping")), /private key/u)
      yield* openPage([])
    }).pipe(Effect.scoped, withHub()))

  it.live("WEB-13 off leaves nobody in whom the user is just letting in", () =>
    Effect.gen(function*() {
      const word = yield* Deferred.make<Verdict>()
      let asked = 0
      const ask: User["ask"] = () =>
        Effect.suspend(() => {
          asked++
          return Deferred.await(word)
        })
      yield* Effect.gen(function*() {
        const web = yield* WebHub.WebHub
        const url = yield* urlOf
        const pending = yield* Effect.forkChild(faultOf(() => Page.register(url)), { startImmediately: true })
        yield* promise(() => eventually(() => asked === 1))
        const off = yield* Effect.forkChild(web.switchOff, { startImmediately: true })
        yield* Deferred.succeed(word, allowed)
        yield* Fiber.join(off)
        assert.match(yield* Fiber.join(pending), /off|socket|hang up|ECONN/u)
        assert.isEmpty(yield* clients)
      }).pipe(Effect.scoped, withHub({ ask }))
    }))
})

describe("the log", () => {
  it.live("P12 tells once of a key that is used from elsewhere, however often that is tried", () =>
    Effect.gen(function*() {
      const lines: Array<string> = []
      const logger = Logger.make(({ logLevel, message }) => {
        if (logLevel === "Warn") lines.push(JSON.stringify(message))
      })
      yield* Effect.gen(function*() {
        const page = yield* openPage([])
        for (let n = 0; n < 30; n++) {
          const stolen = () => askWeb(page.url, "https://evil.example", "getRegisteredClients", [page.key])
          assert.match(yield* faultOf(stolen), /no client has this private key/u)
        }
        yield* promise(() => page.ask("ping"))
      }).pipe(Effect.scoped, withHub(), Effect.provide(Logger.layer([logger])))
      assert.lengthOf(lines, 1)
      assert.include(lines[0], "evil.example")
    }))
})
