import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { read } from "../../../src/apps/client/Calling.ts"
import { ClientId } from "../../../src/domain/Identifiers.ts"
import * as MTypes from "../../../src/domain/mtypes/Vocabulary.ts"
import { emptyMap, map, type SampMap } from "../../../src/domain/SampValue.ts"
import { client, machine, settle, startHub } from "./world.ts"

const c1 = ClientId("c1")

/** What a response is taken for: the result's keys and the warning, or the error's text. */
const taken = (response: SampMap): readonly [string, ReadonlyArray<string> | string, string | undefined] => {
  const answer = read(c1, response)
  return Result.isSuccess(answer)
    ? ["answer", [...answer.success.result.keys()], answer.success.warning]
    : ["error", answer.failure.errortxt, answer.failure.code]
}

describe("what a client says of itself and makes of others", () => {
  it.effect("SUB-14, CLI-18 subscribes to MTypes by their whole names, never by a wildcard of its own", () =>
    Effect.gen(function*() {
      yield* startHub()
      const ann = yield* client({ name: "ann" })
      const plain = yield* client({ name: "plain", tracking: false })
      const { selfId } = yield* ann.connected
      yield* ann.bind(MTypes.tableLoadVotable, () => Effect.void)
      const own = [...(yield* plain.getSubscriptions(selfId)).keys()].sort()
      assert.deepStrictEqual(own, [
        "samp.app.ping",
        "samp.hub.disconnect",
        "samp.hub.event.metadata",
        "samp.hub.event.register",
        "samp.hub.event.shutdown",
        "samp.hub.event.subscriptions",
        "samp.hub.event.unregister",
        "table.load.votable"
      ])
      const less = yield* ann.getSubscriptions((yield* plain.connected).selfId)
      assert.deepStrictEqual([...less.keys()].sort(), [
        "samp.app.ping",
        "samp.hub.disconnect",
        "samp.hub.event.shutdown"
      ])
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it("RSP-08 makes the best of responses without the parts that they should have", () => {
    assert.deepStrictEqual(taken(emptyMap), ["error", "the client c1 answered nothing", undefined])
    assert.deepStrictEqual(taken(map({ "samp.status": "samp.ok" })), ["answer", [], undefined])
    assert.deepStrictEqual(taken(map({ "samp.status": "samp.ok", "samp.result": "none" })), [
      "answer",
      [],
      undefined
    ])
    assert.deepStrictEqual(taken(map({ "samp.status": "samp.warning", "samp.result": map({ x: "1" }) })), [
      "answer",
      ["x"],
      "the client c1 answered samp.warning"
    ])
    assert.deepStrictEqual(taken(map({ "samp.status": "samp.error" })), [
      "error",
      "the client c1 answered samp.error",
      undefined
    ])
    const coded = map({
      "samp.status": "samp.error",
      "samp.error": map({ "samp.code": "c", "samp.errortxt": emptyMap })
    })
    assert.deepStrictEqual(taken(coded), ["error", "the client c1 answered samp.error", "c"])
    assert.deepStrictEqual(taken(map({ "samp.status": "my.status", "samp.error": "bad" })), [
      "error",
      "the client c1 answered my.status",
      undefined
    ])
    assert.deepStrictEqual(taken(map({ "samp.status": map({}), "samp.result": emptyMap }))[0], "error")
  })

  it.effect("APP-02, APP-03, MT-05 speaks of its status and its end by definitions, which overlook what they do not know", () =>
    Effect.gen(function*() {
      yield* startHub()
      const ann = yield* client({ name: "ann" })
      const bob = yield* client({ name: "bob" })
      const { selfId: to } = yield* bob.connected
      const heard: Array<unknown> = []
      yield* bob.bind(MTypes.appStatus, ({ params }) => Effect.sync(() => void heard.push(params.txt)))
      yield* bob.bind(MTypes.appEventShutdown, ({ sender }) => Effect.sync(() => void heard.push(sender)))
      yield* bob.bind(MTypes.msgProgress, ({ params }) => Effect.sync(() => void heard.push(params.percent)))
      yield* ann.notify(to, MTypes.appStatus, { txt: "busy" })
      yield* settle
      yield* ann.notify(to, "samp.app.status", { txt: "idle", "x-mood": "good" })
      yield* settle
      yield* ann.notify(to, "samp.msg.progress", { msgid: "m1", txt: "half" })
      yield* settle
      yield* ann.notify(to, "samp.msg.progress", { msgid: "m1", txt: "half", percent: "50" })
      yield* settle
      yield* ann.notify(to, MTypes.appEventShutdown, {})
      yield* settle
      const { selfId } = yield* ann.connected
      assert.deepStrictEqual(heard, ["busy", "idle", undefined, 50, selfId])
      // no substitute for unregistering: the client is still there
      assert.include(yield* bob.getRegisteredClients, selfId)
    }).pipe(Effect.scoped, Effect.provide(machine)))
})
