import { assert, describe, it } from "@effect/vitest"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import type { Client } from "../../../src/apps/client/Client.ts"
import { Failure, later, Warning } from "../../../src/apps/client/Handling.ts"
import type { MessageId } from "../../../src/domain/Identifiers.ts"
import { okResponse } from "../../../src/domain/Message.ts"
import { map, type SampMap, toJson } from "../../../src/domain/SampValue.ts"
import { client, machine, settle, startHub } from "./world.ts"

const idOf = (one: Client) => Effect.map(one.connected, ({ selfId }) => selfId)

/** Two clients of one hub, with the id of the second. */
const pair = Effect.gen(function*() {
  yield* startHub()
  const ann = yield* client({ name: "ann" })
  const bob = yield* client({ name: "bob" })
  return { ann, bob, to: yield* idOf(bob) }
})

/** Runs it while a little time passes. */
const soon = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
    yield* settle
    return yield* Fiber.join(fiber)
  })

class Odd extends Data.TaggedError("Odd")<{ readonly message: string }> {}

describe("messages between clients of ours", () => {
  it.effect("RSP-09, RSP-02 answers a call with what its handler succeeds with", () =>
    Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      yield* bob.bind(
        "calc.add",
        ({ params }) =>
          Effect.succeed({ sum: Number(params.get("a")) + Number(params.get("b")), n: [1, true] })
      )
      const answer = yield* soon(ann.call(to, "calc.add", { a: 1, b: 2.5 }))
      assert.deepStrictEqual({ ...toJson(answer.result) as object }, { sum: "3.5", n: ["1", "1"] })
      assert.strictEqual(answer.responder, to)
      assert.isUndefined(answer.warning)
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("RSP-03, RSP-04, RSP-05 answers with a warning, an error, or a defect, and goes on", () =>
    Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      yield* bob.bind("a.warning", () => Effect.fail(new Warning({ text: "half", result: { x: 1 } })))
      yield* bob.bind(
        "a.failure",
        () => Effect.fail(new Failure({ text: "no", code: "n", usertxt: "No!", debugtxt: "stack" }))
      )
      yield* bob.bind("a.tagged", () => Effect.fail(new Odd({ message: "caf\u00e9" })))
      yield* bob.bind("a.defect", () => Effect.die(new Error("boom")))
      const warned = yield* soon(ann.call(to, "a.warning"))
      assert.strictEqual(warned.warning, "half")
      assert.strictEqual(warned.result.get("x"), "1")
      const failed = yield* soon(Effect.flip(ann.call(to, "a.failure")))
      assert.isTrue(failed._tag === "ErrorResponse")
      if (failed._tag === "ErrorResponse") {
        assert.deepStrictEqual(
          [failed.errortxt, failed.code, failed.usertxt, failed.debugtxt, failed.status],
          [
            "no",
            "n",
            "No!",
            "stack",
            "samp.error"
          ]
        )
      }
      const tagged = yield* soon(Effect.flip(ann.call(to, "a.tagged")))
      assert.strictEqual(tagged.message, "caf?")
      const died = yield* soon(Effect.flip(ann.call(to, "a.defect")))
      assert.isTrue(died._tag === "ErrorResponse" && died.code === "client.defect")
      assert.isTrue(died._tag === "ErrorResponse" && died.debugtxt?.includes("boom"))
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("RSP-12, APP-01 answers calls that no handler takes, and pings", () =>
    Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      yield* bob.bind("only.notified", () => Effect.void, { kinds: "notifications" })
      const error = yield* soon(Effect.flip(ann.call(to, "only.notified")))
      assert.match(error.message, /does not handle calls/u)
      yield* soon(ann.call(to, "samp.app.ping"))
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("RSP-11 hands notifications to all handlers that match, calls to the most specific one", () =>
    Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      const seen: Array<string> = []
      const see = (name: string) => () => Effect.sync(() => void seen.push(name))
      yield* bob.bind("*", see("all"))
      yield* bob.bind("a.b", see("exact"))
      yield* bob.bind("a.*", see("subtree"))
      yield* bob.bind("a.b", see("calls"), { kinds: "calls" })
      yield* settle
      seen.splice(0) // the hub's events, which "*" takes too
      yield* soon(ann.notify(to, "a.b"))
      assert.deepStrictEqual(seen.splice(0), ["all", "exact", "subtree"])
      yield* soon(ann.call(to, "a.b"))
      assert.deepStrictEqual(seen.splice(0), ["calls"])
      yield* soon(ann.call(to, "a.c"))
      assert.deepStrictEqual(seen.splice(0), ["subtree"])
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("SUB-11 declares what is bound, with annotations, and takes it back with the scope", () =>
    Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      const bound = Effect.gen(function*() {
        yield* bob.bind("a.b", () => Effect.void, { annotation: { "x-samp.mostly-harmless": "1" } })
        yield* bob.bind("later.on", () => Effect.void, { declare: false })
        return yield* ann.getSubscriptions(to)
      })
      const during = yield* soon(Effect.scoped(bound))
      assert.deepStrictEqual(toJson(during.get("a.b") ?? ""), toJson(map({ "x-samp.mostly-harmless": "1" })))
      assert.isFalse(during.has("later.on"))
      const after = yield* soon(ann.getSubscriptions(to))
      assert.isFalse(after.has("a.b"))
      yield* soon(bob.declareSubscriptions({ "my.own": {} }))
      assert.isTrue((yield* soon(ann.getSubscriptions(to))).has("my.own"))
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("DLV-01 gives each reply of a call to all once, and ends", () =>
    Effect.gen(function*() {
      const { ann, bob } = yield* pair
      const cid = yield* client({ name: "cid" })
      yield* bob.bind("a.b", () => Effect.succeed({ who: "bob" }))
      yield* cid.bind("a.b", () => Effect.fail(new Failure({ text: "no" })))
      const replies = yield* soon(Stream.runCollect(ann.callAll("a.b")))
      assert.deepStrictEqual(
        replies.map(({ answer }) =>
          Result.isSuccess(answer) ? answer.success.result.get("who") : answer.failure._tag
        ).sort(),
        ["ErrorResponse", "bob"]
      )
      assert.deepStrictEqual(yield* soon(Stream.runCollect(ann.callAll("nobody.cares"))), [])
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("limits every wait, and tells who did not answer", () =>
    Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      const interrupted: Array<string> = []
      yield* bob.bind("a.slow", () =>
        Effect.onInterrupt(Effect.never, () => Effect.sync(() => void interrupted.push("x"))))
      const calls = yield* Effect.all([
        Effect.flip(ann.call(to, "a.slow", {}, { timeoutSeconds: 3 })),
        Effect.flip(ann.callAndWait(to, "a.slow", {}, { timeoutSeconds: 3 })),
        Stream.runCollect(ann.callAll("a.slow", {}, { timeoutSeconds: 3 }))
      ], { concurrency: "unbounded" }).pipe(Effect.forkChild({ startImmediately: true }))
      yield* TestClock.adjust("4 seconds")
      const [one, two, all] = yield* Fiber.join(calls)
      assert.strictEqual(one._tag, "NoResponse")
      assert.strictEqual(two._tag, "NoResponse")
      assert.isTrue(
        all.length === 1 &&
          all.every(({ answer }) =>
            Result.isFailure(answer) && answer.failure._tag === "NoResponse"
          )
      )
      const byDefault = yield* Effect.forkChild(Effect.flip(ann.call(to, "a.slow")), {
        startImmediately: true
      })
      yield* TestClock.adjust("61 seconds")
      assert.strictEqual((yield* Fiber.join(byDefault))._tag, "NoResponse")
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("leaves msg-tags of the application's own to it, and lets handlers reply later", () =>
    Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      const asked: Array<MessageId> = []
      yield* bob.bind("a.later", ({ msgId }) =>
        Effect.sync(() => {
          if (msgId !== undefined) asked.push(msgId)
          return later
        }))
      const responses = yield* Effect.forkChild(Stream.runCollect(Stream.take(ann.responses, 2)), {
        startImmediately: true
      })
      yield* settle
      const first = yield* soon(ann.callTagged(to, "mine", "a.later"))
      const both = yield* soon(ann.callAllTagged("mine", "a.later"))
      assert.deepStrictEqual([...both.keys()], [to])
      assert.strictEqual(asked[0], first)
      for (const msgId of asked) yield* soon(bob.reply(msgId, okResponse(map({ x: "1" }))))
      yield* settle
      const got = yield* Fiber.join(responses)
      assert.deepStrictEqual(got.map(({ responder, tag }) => [responder, tag]), [[to, "mine"], [to, "mine"]])
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("CLI-10 calls by callAndWait when it takes no callbacks itself", () =>
    Effect.gen(function*() {
      const { bob, to } = yield* pair
      yield* bob.bind("a.b", () => Effect.succeed({ x: 1 }))
      const mute = yield* client({ name: "mute", callable: false })
      assert.strictEqual((yield* soon(mute.call(to, "a.b"))).result.get("x"), "1")
      const replies = yield* soon(Stream.runCollect(mute.callAll("a.b")))
      assert.deepStrictEqual(replies.map(({ responder }) => responder), [to])
      assert.strictEqual((yield* soon(Effect.flip(mute.call(to, "not.there"))))._tag, "CallError")
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("DT-02, MSG-05 refuses what cannot be sent, and sends further keys", () =>
    Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      const messages: Array<SampMap> = []
      yield* bob.bind("a.b", ({ message }) => Effect.sync(() => void messages.push(message)))
      const bad = yield* Effect.flip(ann.notify(to, "a.b", { name: "caf\u00e9" }))
      assert.match(bad.message, /name .*U\+00E9/u)
      assert.match((yield* Effect.flip(ann.notifyAll("a.*"))).message, /not an MType/u)
      yield* soon(ann.notify(to, "a.b", { x: undefined, y: 1n }, { extra: { "my.key": "v" } }))
      assert.deepStrictEqual(
        toJson(messages[0] ?? ""),
        toJson(map({
          "my.key": "v",
          "samp.mtype": "a.b",
          "samp.params": map({ y: "1" })
        }))
      )
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("RSP-13, APP-04 tells the caller how far the work is", () =>
    Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      const heard: Array<unknown> = []
      yield* ann.bind("samp.msg.progress", ({ params, sender }) =>
        Effect.sync(() =>
          void heard.push([sender, params.get("msgid"), params.get("txt"), params.get("percent")])
        ))
      let asked: MessageId | undefined
      yield* bob.bind("a.long", ({ msgId, progress }) =>
        Effect.andThen(
          progress("half", 50),
          Effect.sync(() =>
            void (asked = msgId)
          )
        ))
      yield* soon(ann.call(to, "a.long"))
      assert.deepStrictEqual(heard, [[to, asked, "half", "50"]])
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("handles one after the other when it is told to", () =>
    Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      const order: Array<string> = []
      yield* bob.bind("a.b", ({ params }) =>
        Effect.gen(function*() {
          order.push(`begin ${String(params.get("n"))}`)
          yield* Effect.sleep("1 second")
          order.push(`end ${String(params.get("n"))}`)
        }), { sequential: true })
      for (const n of [1, 2]) yield* soon(ann.notify(to, "a.b", { n }))
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(order, ["begin 1", "end 1", "begin 2", "end 2"])
    }).pipe(Effect.scoped, Effect.provide(machine)))
})
