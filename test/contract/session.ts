/**
 * One SAMP session, as laws: what a Standard Profile hub and its clients do, whatever the adapters below. It is run over
 * the memory network and over real sockets and files.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { findHub, runningHubs } from "../../src/apps/Discovery.ts"
import { register } from "../../src/apps/HubConnection.ts"
import * as HubEngine from "../../src/apps/HubEngine.ts"
import * as StandardHub from "../../src/apps/StandardHub.ts"
import type { Delivery } from "../../src/domain/HubOutput.ts"
import { config } from "../../src/domain/HubState.ts"
import { ClientId, MessageId } from "../../src/domain/Identifiers.ts"
import { message, okResponse } from "../../src/domain/Message.ts"
import { emptyMap, map, type SampMap } from "../../src/domain/SampValue.ts"
import type { CallSender } from "../../src/ports/CallSender.ts"
import type { CallServer } from "../../src/ports/CallServer.ts"
import type { Host } from "../../src/ports/Host.ts"
import type { KeySource } from "../../src/ports/KeySource.ts"
import { LockfileStore } from "../../src/ports/LockfileStore.ts"

type Ports = CallSender | CallServer | Host | KeySource | LockfileStore

const options: StandardHub.StandardHubOptions = { multi: false, address: "127.0.0.1", port: 0, label: "one" }

const hub = (more: Partial<StandardHub.StandardHubOptions> = {}) =>
  StandardHub.layer({ ...options, ...more }).pipe(
    Layer.provideMerge(
      HubEngine.layer(config({ hubId: ClientId("hub"), run: "test", metadata: map({ "samp.name": "Hub" }) }))
    )
  )

/** A callable client that keeps what it gets, and answers calls of `echo` with their params. */
const guest = (...patterns: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const connection = yield* register(yield* findHub(undefined))
    const got: Array<Delivery> = []
    yield* connection.listen((delivery) =>
      Effect.gen(function*() {
        got.push(delivery)
        if (delivery._tag === "Call" && delivery.message.get("samp.mtype") === "echo") {
          const params = delivery.message.get("samp.params")
          yield* Effect.ignore(
            connection.reply(delivery.msgId, okResponse(params instanceof Map ? params : emptyMap))
          )
        }
      })
    )
    yield* connection.declareSubscriptions(
      new Map(patterns.map((pattern): readonly [string, SampMap] => [pattern, emptyMap]))
    )
    /** Waits for the delivery number `n`, counted from zero. */
    const delivery = (n: number): Effect.Effect<Delivery> =>
      Effect.suspend(() => {
        const found = got[n]
        return found === undefined ? Effect.andThen(Effect.sleep(5), delivery(n)) : Effect.succeed(found)
      })
    return { connection, got, delivery: (n: number) => Effect.timeout(delivery(n), "5 seconds") }
  })

/** The message of what a failing effect fails with. */
const reasonOf = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<string, never, R> =>
  Effect.map(
    Effect.result(effect),
    (result) =>
      Result.isFailure(result) && result.failure instanceof Error ? result.failure.message : "no failure"
  )

/** Registers the laws for adapters that come as a layer. */
export const session = (name: string, ports: () => Layer.Layer<Ports>): void => {
  const live = <E>(title: string, run: () => Effect.Effect<void, E, Ports | Scope.Scope>) =>
    it.live(title, () => run().pipe(Effect.scoped, Effect.provide(ports())))

  describe(`a session over ${name}`, () => {
    live(
      "GEN-02, STD-36, STD-42, STD-44 a hub has its lockfile, and a second one sees that it lives",
      () =>
        Effect.gen(function*() {
          const store = yield* LockfileStore
          const path = yield* Effect.scoped(Effect.gen(function*() {
            const running = yield* Effect.flatMap(
              Layer.build(hub()),
              (context) => StandardHub.StandardHub.pipe(Effect.provide(context))
            )
            const text = yield* store.read(running.lockfile)
            assert.include(text ?? "", `samp.secret=${running.secret}\n`)
            assert.include(text ?? "", `samp.hub.xmlrpc.url=${running.url}\n`)
            assert.include(text ?? "", "samp.profile.version=1.3\n")
            const second = yield* Effect.flip(Layer.build(hub()))
            assert.strictEqual(second._tag, "HubRunning")
            assert.deepStrictEqual((yield* runningHubs).map(({ label }) => label), ["one"])
            return running.lockfile
          }))
          assert.isUndefined(yield* store.read(path))
          assert.strictEqual((yield* Effect.flip(findHub(undefined)))._tag, "NoHub")
        })
    )

    live(
      "PF-021, PF-025, STD-53 several hubs stand side by side and are found by label",
      () =>
        Effect.gen(function*() {
          yield* Layer.build(hub({ multi: true, label: "red" }))
          yield* Layer.build(hub({ multi: true, label: "blue", owner: "luigi", group: "mima" }))
          assert.deepStrictEqual((yield* runningHubs).map(({ label }) => label ?? "").sort(), ["blue", "red"])
          const blue = yield* findHub("blue")
          assert.deepInclude(blue, { owner: "luigi", group: "mima" })
          assert.include(yield* reasonOf(findHub("green")), "no running hub has it. Running is blue, red")
          assert.include(yield* reasonOf(findHub(undefined)), "choose it with --hub")
        })
    )

    live(
      "STD-10..25, CLI-01..03, CLI-11, GEN-10 clients register, declare, send, call, reply and leave",
      () =>
        Effect.gen(function*() {
          yield* Layer.build(hub())
          const one = yield* guest("samp.hub.event.unregister", "own")
          yield* Effect.scoped(Effect.gen(function*() {
            const two = yield* guest("echo", "news.*")
            yield* two.connection.declareMetadata(map({ "samp.name": "two" }))
            assert.deepStrictEqual(
              yield* one.connection.getMetadata(two.connection.selfId),
              map({ "samp.name": "two" })
            )
            assert.deepStrictEqual(yield* one.connection.getRegisteredClients, [
              ClientId("hub"),
              two.connection.selfId
            ])
            assert.deepStrictEqual([...(yield* one.connection.getSubscribedClients("news.x")).keys()], [
              two.connection.selfId
            ])
            assert.deepStrictEqual([
              ...(yield* one.connection.getSubscriptions(two.connection.selfId)).keys()
            ], ["echo", "news.*"])

            yield* one.connection.notify(two.connection.selfId, message("news.a", map({ n: "1" })))
            assert.deepInclude(yield* two.delivery(0), {
              _tag: "Notification",
              sender: one.connection.selfId
            })
            assert.deepStrictEqual(yield* one.connection.notifyAll(message("news.b")), [
              two.connection.selfId
            ])

            const id = yield* one.connection.call(
              two.connection.selfId,
              "tag",
              message("echo", map({ x: ["1", emptyMap] }))
            )
            assert.deepStrictEqual(yield* one.delivery(0), {
              _tag: "Response",
              responder: two.connection.selfId,
              tag: "tag",
              response: okResponse(map({ x: ["1", emptyMap] }))
            })
            assert.include(yield* reasonOf(two.connection.reply(id, okResponse())), "no open call")

            const waited = yield* one.connection.callAndWait(
              two.connection.selfId,
              message("echo", map({ y: "" })),
              5
            )
            assert.deepStrictEqual(waited, okResponse(map({ y: "" })))
            assert.deepStrictEqual(yield* one.connection.callAll("t2", message("nobody")), emptyMap)
            assert.include(
              yield* reasonOf(one.connection.notify(two.connection.selfId, message("own"))),
              "is not subscribed"
            )
            assert.include(
              yield* reasonOf(one.connection.reply(MessageId("?"), okResponse())),
              "no open call"
            )
          }))
          const last = yield* one.delivery(1)
          assert.deepStrictEqual(yield* one.connection.getRegisteredClients, [ClientId("hub")])
          assert.strictEqual(
            last._tag === "Notification" ? last.message.get("samp.mtype") : "",
            "samp.hub.event.unregister"
          )
          assert.strictEqual(one.got.length, 2)
        })
    )

    live("STD-05, HUB-02, REG-01 a wrong secret and a wrong key are faults", () =>
      Effect.gen(function*() {
        yield* Layer.build(hub())
        const found = yield* findHub(undefined)
        assert.include(
          yield* reasonOf(register({ url: found.url, secret: `${found.secret}x` })),
          "not the secret"
        )
        const one = yield* Effect.scoped(register(found))
        assert.include(yield* reasonOf(one.getRegisteredClients), "no client has this private key")
      }))
  })
}
