/** How a client of ours waits, gives up, leaves, and sees others leave, through each of the three hubs. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type SampMap, stringAt } from "../../src/domain/SampValue.ts"
import { checkPrompt } from "../support/promptness.ts"
import { client, eventually, idOf, kinds, listen, pairAt, run, withHub, within } from "./support/Clients.ts"

describe.each(kinds)("the waits of our client and the hub of %s", (kind) => {
  const home = withHub(kind)
  const pair = pairAt(home)

  it.live("DLV-12 limits every wait, and tells who did not answer", () =>
    run(Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      const mute = yield* client(home, "mute", { callable: false })
      const finished: Array<number> = []
      const work = Effect.andThen(
        Effect.sleep(1_500),
        Effect.sync(() => void finished.push(1))
      )
      yield* bob.bind("slow.one", () => work)
      const limit = { timeoutSeconds: 1 }
      const half = { timeoutSeconds: 0.5 }
      const begun = performance.now()
      const [...failures] = yield* Effect.all([
        Effect.flip(ann.call(to, "slow.one", {}, half)),
        Effect.flip(ann.callAndWait(to, "slow.one", {}, limit)),
        Effect.flip(ann.callAndWait(to, "slow.one", {}, half)),
        Effect.flip(mute.call(to, "slow.one", {}, limit))
      ], { concurrency: "unbounded" })
      for (const failure of failures) assert.deepInclude(failure, { _tag: "NoResponse", responder: to })
      const took = performance.now() - begun
      yield* Effect.promise(() => checkPrompt("the failures", took, 1_900))
      const replies = yield* Stream.runCollect(ann.callAll("slow.one", {}, half))
      assert.deepStrictEqual(
        replies.map(({ answer, responder }) => [responder, Result.isFailure(answer) && answer.failure._tag]),
        [[to, "NoResponse"]]
      )
      yield* eventually("all work", Effect.sync(() => finished.length < 5 ? undefined : true)) // it is not given up
    })))

  it.live("WIRE-75 takes further handlers after one for everything", () =>
    run(Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      const heard: Array<string> = []
      yield* bob.bind("*", () => Effect.void)
      yield* bob.bind("after.all", ({ mtype }) => Effect.sync(() => void heard.push(mtype)))
      yield* bob.bind("after.that.*", () => Effect.void)
      yield* ann.notify(to, "after.all")
      yield* eventually("the message", Effect.sync(() => heard.length === 1 ? true : undefined))
    })))

  it.live("CLI-19 knows who is there, and hears of each change", () =>
    run(Effect.gen(function*() {
      const early = yield* client(home, "early", { callable: false })
      const ann = yield* client(home, "ann")
      const earlyId = yield* idOf(early)
      const { hubId } = yield* ann.connected
      const known = yield* within("the clients", ann.clients)
      assert.strictEqual(stringAt(known.get(earlyId)?.metadata ?? new Map(), "samp.name"), "early")
      assert.isTrue(known.has(hubId))
      assert.isFalse(known.has(yield* idOf(ann)))
      const scope = yield* Scope.fork(yield* Effect.scope)
      const bob = yield* client(home, "bob").pipe(Scope.provide(scope))
      const id = yield* idOf(bob)
      const seen = (
        what: string,
        is: (one: { metadata: SampMap; subscriptions: SampMap } | undefined) => boolean
      ) => within(what, Stream.runHead(Stream.filter(ann.clientChanges, (clients) => is(clients.get(id)))))
      yield* seen("the name", (one) => one?.metadata.get("samp.name") === "bob")
      yield* bob.bind("list.me", () => Effect.void)
      yield* seen("the subscription", (one) => one?.subscriptions.has("list.me") === true)
      yield* bob.declareMetadata({ "samp.name": "robert" })
      yield* seen("the new name", (one) => one?.metadata.get("samp.name") === "robert")
      yield* Scope.close(scope, Exit.void)
      yield* seen("the departure", (one) => one === undefined)
      assert.isFalse((yield* ann.clients).has(id))
    })))

  it.live(
    "SHUT-04, CLI-19 leaves no ghosts when 24 come and two thirds go at once, and the list stays true",
    () =>
      run(Effect.gen(function*() {
        const ann = yield* client(home, "ann")
        const begin = (yield* ann.getRegisteredClients).length
        yield* Effect.forEach(Array.from({ length: 24 }, (_, n) => n), (n) =>
          Effect.gen(function*() {
            const scope = yield* Scope.fork(yield* Effect.scope)
            yield* client(home, `client ${n}`).pipe(Scope.provide(scope))
            if (n % 3 !== 0) yield* Scope.close(scope, Exit.void)
          }), { concurrency: 10 })
        const registered = yield* ann.getRegisteredClients
        assert.lengthOf(registered, begin + 8)
        yield* eventually(
          "the same in the list",
          Effect.map(ann.clients, (clients) => {
            const named = [...clients.values()].every(({ metadata }) => metadata.has("samp.name"))
            return named && clients.size === registered.length ? true : undefined
          })
        )
        assert.sameMembers([...(yield* ann.clients).keys()], [...registered])
      })),
    90_000
  )

  it.live(
    "META-01, SUB-02 declares what is bound and said at whatever moment of a registration",
    () =>
      run(Effect.gen(function*() {
        const { ann, bob } = yield* pair
        for (let round = 0; round < 12; round++) {
          yield* bob.disconnect
          yield* bob.reconnect
          yield* Effect.sleep(round)
          yield* Effect.scoped(Effect.gen(function*() {
            // JSAMP's hub refuses subscriptions before the callback: our client has to wait for its turn
            yield* bob.bind(`round.${round}`, () => Effect.void)
            yield* bob.declareMetadata({ "samp.name": `bob ${round}` })
            const to = yield* within("the return", idOf(bob))
            assert.isTrue((yield* ann.getSubscriptions(to)).has(`round.${round}`))
            assert.strictEqual((yield* ann.getMetadata(to)).get("samp.name"), `bob ${round}`)
          }))
        }
      })),
    90_000
  )

  it.live("GEN-10 leaves and comes back when told to", () =>
    run(Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      const statuses: Array<string> = []
      yield* Effect.forkScoped(
        Stream.runForEach(bob.statuses, ({ _tag }) => Effect.sync(() => void statuses.push(_tag))),
        { startImmediately: true }
      )
      yield* bob.bind("still.there", () => Effect.succeed({ x: 1 }))
      yield* within("the end", bob.disconnect)
      assert.notInclude(yield* ann.getRegisteredClients, to)
      assert.strictEqual((yield* Effect.flip(bob.ping))._tag, "NotConnected")
      yield* bob.reconnect
      const again = yield* within("the return", idOf(bob))
      assert.notStrictEqual(again, to)
      assert.strictEqual((yield* ann.call(again, "still.there")).result.get("x"), "1")
      assert.deepStrictEqual(statuses, ["Connected", "Disconnected", "Searching", "Connected"])
    })))

  it.live("DLV-23 ends a call whose callee leaves", () =>
    run(Effect.gen(function*() {
      const ann = yield* client(home, "ann")
      const scope = yield* Scope.fork(yield* Effect.scope)
      const bob = yield* client(home, "bob").pipe(Scope.provide(scope))
      const asked = yield* listen(bob, "leave.me", () => Effect.never).pipe(Scope.provide(scope))
      const calls = yield* Effect.forkScoped(Effect.all([
        Effect.flip(ann.call(yield* idOf(bob), "leave.me")),
        Stream.runCollect(ann.callAll("leave.me"))
      ], { concurrency: "unbounded" }))
      yield* asked.next
      yield* asked.next
      yield* Scope.close(scope, Exit.void)
      const [one, all] = yield* within("the ends", Fiber.join(calls), 3)
      // the client sees to it itself where the hub does not
      const code = kind === "ours" ? "hub.recipient-unregistered" : "client.callee-left"
      assert.isTrue(one._tag === "ErrorResponse" && one.code === code)
      assert.lengthOf(all, 1)
      assert.isTrue(all.every(({ answer }) =>
        Result.isFailure(answer) && answer.failure._tag === "ErrorResponse" && answer.failure.code === code
      ))
    })))

  it.live("gives up a wait that is interrupted, not the work, and minds no late response", () =>
    run(Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      const go = yield* Deferred.make<void>()
      let finished = 0
      const asked = yield* listen(
        bob,
        "stop.me",
        () => Effect.andThen(Deferred.await(go), Effect.sync(() => void finished++))
      )
      const stray: Array<string> = []
      yield* Effect.forkScoped(
        Stream.runForEach(ann.responses, ({ tag }) => Effect.sync(() => void stray.push(tag))),
        { startImmediately: true }
      )
      const calls = yield* Effect.forkScoped(Effect.all([
        ann.call(to, "stop.me"),
        Stream.runCollect(ann.callAll("stop.me")),
        ann.callAndWait(to, "stop.me")
      ], { concurrency: "unbounded" }))
      for (let n = 0; n < 3; n++) yield* asked.next
      yield* within("the interruption", Fiber.interrupt(calls), 1)
      yield* Deferred.succeed(go, undefined)
      yield* eventually("the work", Effect.sync(() => finished < 3 ? undefined : true))
      yield* bob.bind("well", () => Effect.void)
      yield* ann.call(to, "well")
      assert.deepStrictEqual(stray, [])
    })))
})
