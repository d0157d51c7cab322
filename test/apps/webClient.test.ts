/** Clients of ours over the Web Profile: registration, callbacks that are asked for, and how all of it ends. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Consents from "../../src/adapters/memory/Consents.ts"
import { Network } from "../../src/adapters/memory/Network.ts"
import * as SampClient from "../../src/apps/client/SampClient.ts"
import { findAnyHub } from "../../src/apps/Discovery.ts"
import { addressOf } from "../../src/apps/HubAddress.ts"
import { type HubConnection, register } from "../../src/apps/HubConnection.ts"
import * as Peer from "../../src/apps/testing/Peer.ts"
import * as SimHub from "../../src/apps/testing/SimHub.ts"
import * as Simulation from "../../src/apps/testing/Simulation.ts"
import type { Delivery } from "../../src/domain/HubOutput.ts"
import { webClients } from "../../src/domain/HubState.ts"
import { message, okResponse } from "../../src/domain/Message.ts"
import { emptyMap, map, stringAt } from "../../src/domain/SampValue.ts"
import { webUrl } from "../../src/domain/web/WebPlace.ts"
import { CallSender } from "../../src/ports/CallSender.ts"

const archive = "https://archive.example"
const page = { url: webUrl, web: { name: "page", origin: archive } }

const state = Effect.flatMap(
  Effect.flatMap(SimHub.SimHub, ({ current }) => current),
  ({ engine }) => engine.state
)
const pages = Effect.map(state, webClients)

const run = (
  test: Effect.Effect<unknown, unknown, Simulation.World | Scope.Scope>,
  options: Simulation.SimulationOptions = {}
): void => void Simulation.run(test, { web: true, ...options })

const subscribed = (connection: HubConnection, got: Array<string>, answers = false) =>
  Effect.gen(function*() {
    yield* connection.listen((delivery: Delivery) =>
      Effect.suspend(() => {
        const about = delivery._tag === "Response" ? delivery.tag : stringAt(delivery.message, "n") ?? ""
        got.push(`${delivery._tag} ${about}`)
        return answers && delivery._tag === "Call"
          ? Effect.ignore(connection.reply(delivery.msgId, okResponse(map({ n: about }))))
          : Effect.void
      })
    )
    yield* connection.declareSubscriptions(map({ "table.x": emptyMap }))
  })

const numbered = (n: number | string) => new Map(message("table.x")).set("n", String(n))

describe("a client of ours over the Web Profile", () => {
  it("WEB-10, WEB-11, WEB-20, WEB-23..25, WEB-30..35 does all that clients do, both ways", () => {
    run(Effect.gen(function*() {
      const got: Array<string> = []
      const mine: Array<string> = []
      const standard = yield* Effect.flatMap(findAnyHub(undefined), (hub) => register(addressOf(hub, "mine")))
      yield* subscribed(standard, mine, true)
      const web = yield* register(page)
      yield* subscribed(web, got, true)
      yield* web.ping
      assert.strictEqual(web.hubId, standard.hubId)
      assert.include(web.web?.translator, webUrl)
      assert.isUndefined(standard.web)
      yield* web.declareMetadata(map({ "samp.name": "page" }))
      assert.deepStrictEqual(yield* standard.getMetadata(web.selfId), map({ "samp.name": "page" }))
      assert.deepStrictEqual(yield* web.getRegisteredClients, [web.hubId, standard.selfId])
      assert.deepStrictEqual([...(yield* web.getSubscribedClients("table.x")).keys()], [standard.selfId])

      yield* web.notify(standard.selfId, numbered(1))
      assert.deepStrictEqual(yield* standard.notifyAll(numbered(2)), [web.selfId])
      yield* web.call(standard.selfId, "t3", numbered(3))
      yield* standard.callAll("t4", numbered(4))
      const answer = yield* web.callAndWait(standard.selfId, numbered(5), 5)
      assert.deepStrictEqual(answer, okResponse(map({ n: "5" })))
      assert.deepStrictEqual(
        yield* standard.callAndWait(web.selfId, numbered(6), 5),
        okResponse(map({ n: "6" }))
      )
      yield* Effect.sleep(10)
      assert.deepStrictEqual(mine.sort(), ["Call 3", "Call 5", "Notification 1", "Response t4"])
      assert.deepStrictEqual(got.sort(), ["Call 4", "Call 6", "Notification 2", "Response t3"])
      yield* web.unregister
      assert.lengthOf(yield* pages, 0)
    }))
  })

  it("WEB-13 waits for the user as long as it takes, and keeps no ghost when nobody waits any more", () => {
    run(
      Effect.gen(function*() {
        const patient = yield* Effect.forkChild(Effect.scoped(register(page)), { startImmediately: true })
        const scope = yield* Scope.make()
        const hasty = yield* Effect.forkChild(register(page).pipe(Scope.provide(scope)), {
          startImmediately: true
        })
        yield* Effect.sleep("10 minutes")
        yield* Fiber.interrupt(hasty)
        yield* Scope.close(scope, Exit.void)
        assert.isUndefined(patient.pollUnsafe())
        yield* Effect.sleep("20 minutes")
        yield* Fiber.join(patient)
        assert.lengthOf(yield* pages, 0)
        assert.strictEqual((yield* state).nextClient, 3)
      }),
      { consent: Consents.allow({ afterMs: 29 * 60_000 }) }
    )
  })

  it("WEB-13 a refusal is a typed error, and nobody asks the user a second time unasked", () => {
    run(
      Effect.gen(function*() {
        const consents = yield* Consents.Consents
        const hub = { web: webUrl, origin: archive }
        const refused = yield* Effect.flip(SampClient.make({ name: "page", hub, whenNoHub: "wait" }))
        assert.strictEqual(refused._tag, "NotAdmitted")
        assert.include(refused.message, "did not let this client in")
        yield* consents.answer(Consents.allow())
        const client = yield* SampClient.make({ name: "page", hub })
        yield* consents.answer(Consents.deny())
        yield* Effect.flatMap(SimHub.SimHub, ({ restart }) => restart)
        yield* Effect.sleep("1 minute")
        assert.strictEqual((yield* client.status)._tag, "Disconnected")
        assert.lengthOf(yield* consents.asked, 3)
        yield* consents.answer(Consents.allow())
        yield* client.reconnect
        yield* Effect.sleep("1 second")
        assert.strictEqual((yield* client.status)._tag, "Connected")
      }),
      { consent: Consents.deny() }
    )
  })

  it("P10 nothing is lost or doubled, and the order stays, while answers and polls get lost", () => {
    run(Effect.gen(function*() {
      const got: Array<string> = []
      const network = yield* Network
      const standard = yield* Effect.flatMap(findAnyHub(undefined), (hub) => register(addressOf(hub, "mine")))
      const web = yield* register(page)
      yield* subscribed(web, got)
      yield* network.disturb(webUrl, { lost: 0.2, answerLost: 0.2, silent: 0, resent: 0.2, delayMs: [0, 30] })
      for (let n = 0; n < 300; n++) {
        yield* Effect.sleep(n % 7 * 10)
        yield* standard.notify(web.selfId, numbered(n))
      }
      yield* network.quiet
      yield* Effect.sleep("10 seconds")
      assert.deepStrictEqual(got, Array.from({ length: 300 }, (_, n) => `Notification ${n}`))
    }))
  })

  it("WEB-36 a hub that is told that an answer was not read hands it out again, also to one who does not count", () => {
    run(Effect.gen(function*() {
      const network = yield* Network
      const sender = yield* CallSender
      const ask = (method: string, ...params: ReadonlyArray<string | ReturnType<typeof map>>) =>
        sender.call(webUrl, { method: `samp.webhub.${method}`, params }, {
          timeoutMs: 60_000,
          origin: archive
        })
      const registered = yield* ask("register", map({ "samp.name": "old page" }))
      const key = registered instanceof Map ? String(registered.get("samp.private-key")) : ""
      yield* ask("allowReverseCallbacks", key, "1")
      yield* ask("declareSubscriptions", key, map({ "table.x": emptyMap }))
      const other = yield* register(page)
      yield* network.disturb(webUrl, { answerLost: 1 })
      const pull = yield* Effect.forkChild(Effect.flip(ask("pullCallbacks", key, "600")), {
        startImmediately: true
      })
      yield* network.disturb(webUrl, { answerLost: 0 })
      yield* other.notifyAll(numbered(1))
      assert.strictEqual((yield* Fiber.join(pull)).reason, "Lost")
      const again = yield* ask("pullCallbacks", key, "600")
      assert.lengthOf(again, 1)
      assert.lengthOf(yield* ask("pullCallbacks", key, "0"), 0)
    }))
  })

  it("WIRE-50 is named as JSAMP names it, or by its URL, and says so when there is none", () => {
    run(Effect.gen(function*() {
      const named = yield* SampClient.make({ name: "mine", hub: "web-appname:other" })
      const here = yield* SampClient.make({ name: "mine", hub: `web-url:${webUrl}` })
      assert.sameDeepMembers((yield* pages).map(({ web }) => [web.name, web.origin]), [["other", ""], [
        "mine",
        ""
      ]])
      const { hub, selfId } = yield* here.connected
      assert.deepStrictEqual(hub, { url: webUrl, lockfile: undefined, label: undefined, impl: undefined })
      assert.deepStrictEqual(yield* named.getMetadata(selfId), map({ "samp.name": "mine" }))
      yield* Effect.flatMap(SimHub.SimHub, ({ stop }) => stop)
      const none = yield* Effect.flip(findAnyHub("web-appname:me"))
      assert.include(none.message, "Web Profile")
      const bad = yield* Effect.flip(findAnyHub("web-appname:m\u00fcde"))
      assert.strictEqual(bad._tag, "BadPlace")
    }))
  })

  it("CLI-20, CLI-21 finds the hub again that was killed, with all that it declared", () => {
    run(Effect.gen(function*() {
      const hub = yield* SimHub.SimHub
      const client = yield* SampClient.make({ name: "page", hub: { web: webUrl, origin: archive } })
      const got: Array<string> = []
      yield* client.bind(
        "table.x",
        ({ message }) => Effect.sync(() => void got.push(stringAt(message, "n") ?? ""))
      )
      yield* hub.kill
      yield* Effect.sleep("5 seconds")
      assert.strictEqual((yield* client.status)._tag, "Searching")
      yield* hub.restart
      yield* Effect.sleep("5 seconds")
      const { selfId } = yield* client.connected
      const standard = yield* Effect.flatMap(
        findAnyHub(undefined),
        (found) => register(addressOf(found, "mine"))
      )
      yield* standard.notify(selfId, numbered(7))
      yield* Effect.sleep(10)
      assert.deepStrictEqual(got, ["7"])
    }))
  })

  it("CLI-21 learns by its next question for messages that the hub does not know it any more", () => {
    run(Effect.gen(function*() {
      const client = yield* SampClient.make({
        name: "page",
        hub: { web: webUrl, origin: archive },
        reconnect: false
      })
      const consents = yield* Consents.Consents
      yield* consents.revoke(archive)
      yield* Effect.sleep("5 seconds")
      const status = yield* client.status
      assert.strictEqual(status._tag, "Disconnected")
      assert.include(status._tag === "Disconnected" ? status.why : "", "the user does not allow it any more")
      assert.lengthOf(yield* pages, 0)
    }))
  })

  it("GEN-06, WEB-38 a page that is closed without a word is gone after its grace", () => {
    run(
      Effect.gen(function*() {
        const peer = yield* Peer.get("archive")
        assert.lengthOf(yield* pages, 1)
        yield* peer.process.kill
        yield* Effect.sleep("29 seconds")
        assert.lengthOf(yield* pages, 1)
        yield* Effect.sleep("2 seconds")
        assert.lengthOf(yield* pages, 0)
      }),
      { peers: [Peer.page({ name: "archive", origin: archive })] }
    )
  })

  it("P12 keys work from their own origin only", () => {
    run(Effect.gen(function*() {
      const web = yield* register(page)
      const sender = yield* CallSender
      const ask = (url: string, prefix: string, origin: string | undefined) =>
        Effect.map(
          Effect.result(sender.call(url, {
            method: `${prefix}.getRegisteredClients`,
            params: [web.privateKey]
          }, { timeoutMs: 1_000, origin })),
          Result.isSuccess
        )
      const { record } = yield* Effect.flatMap(SimHub.SimHub, ({ current }) => current)
      assert.isTrue(yield* ask(webUrl, "samp.webhub", archive))
      assert.isFalse(yield* ask(webUrl, "samp.webhub", "https://evil.example"))
      assert.isFalse(yield* ask(webUrl, "samp.webhub", undefined))
      assert.isFalse(yield* ask(record.url, "samp.hub", undefined))
    }))
  })
})
