import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { fault } from "../../../src/domain/Fault.ts"
import type { Operation } from "../../../src/domain/HubInput.ts"
import { ClientId, PrivateKey } from "../../../src/domain/Identifiers.ts"
import { errorResponse, message, okResponse } from "../../../src/domain/Message.ts"
import type { Answer } from "../../../src/domain/recording/Answers.ts"
import { alike, type Cast, compareAnswer, type LiveAnswer } from "../../../src/domain/recording/Compare.ts"
import { map, type SampValue } from "../../../src/domain/SampValue.ts"

const live: ReadonlyMap<string, string> = new Map([["hub", "cli#hub"], ["c1", "cli#7"], ["c2", "cli#9"]])
const back = new Map([...live].map(([recorded, id]) => [id, recorded]))
back.delete("cli#hub")
const cast: Cast = {
  hubId: ClientId("hub"),
  liveId: (id) => live.get(id),
  recordedId: (id) => back.get(id)
}
const key = PrivateKey("key-1")
const said = (value: SampValue, isHubs = false): Answer => ({ result: Result.succeed(value), isHubs })
const refused: Answer = { result: Result.fail(fault("NotSubscribed", "no")), isHubs: false }
const value = (value: SampValue): LiveAnswer => ({ _tag: "Value", value })
const toAll: Operation = { _tag: "NotifyAll", key, message: message("a.b") }
const wait: Operation = {
  _tag: "CallAndWait",
  key,
  recipient: ClientId("c2"),
  message: message("a.b"),
  timeoutSeconds: 1
}

describe("a live answer", () => {
  it("names the same clients if it names the same stand-ins, whoever else is there", () => {
    assert.isUndefined(compareAnswer(toAll, said(["c1", "hub"]), value(["stranger", "cli#7"]), cast))
    assert.deepStrictEqual(compareAnswer(toAll, said(["c1"]), value(["cli#7", "cli#9"]), cast), {
      recorded: "c1",
      live: "c1, c2"
    })
    assert.deepStrictEqual(compareAnswer(toAll, said(["c1", "c2"]), value(["cli#hub"]), cast), {
      recorded: "c1, c2",
      live: "nobody"
    })
    const calls: Operation = { _tag: "CallAll", key, tag: "t", message: message("a.b") }
    assert.isUndefined(compareAnswer(calls, said(map({ c1: "m1" })), value(map({ "cli#7": "x" })), cast))
  })

  it("refuses where the recorded one did, in whatever words", () => {
    const no = { _tag: "Fault", text: "java.lang.Exception" } as const
    assert.isUndefined(compareAnswer(toAll, refused, no, cast))
    assert.deepStrictEqual(compareAnswer(toAll, refused, value([]), cast), {
      recorded: "a fault: no",
      live: "[]"
    })
    assert.deepStrictEqual(compareAnswer(toAll, said(["c1"]), no, cast), {
      recorded: "[\"c1\"]",
      live: "a fault: java.lang.Exception"
    })
    const none = { _tag: "None", text: "no answer" } as const
    assert.isDefined(compareAnswer(toAll, refused, none, cast))
    const late = { result: Result.fail(fault("Timeout", "late")), isHubs: true }
    assert.isUndefined(compareAnswer(wait, late, none, cast))
  })

  it("is a client's response to the letter, and the hub's own by its status", () => {
    const ok = okResponse(map({ a: "1" }))
    assert.isUndefined(compareAnswer(wait, said(ok), value(okResponse(map({ a: "1" }))), cast))
    assert.isDefined(compareAnswer(wait, said(ok), value(okResponse(map({ a: "2" }))), cast))
    const [ours, theirs] = [errorResponse("it is gone", "hub.recipient-dead"), errorResponse("gone", "x")]
    assert.isUndefined(compareAnswer(wait, said(ours, true), value(theirs), cast))
    assert.isDefined(compareAnswer(wait, said(ours, true), value(ok), cast))
    const own: Operation = { _tag: "GetMetadata", key, id: ClientId("hub") }
    assert.isUndefined(compareAnswer(own, said(map({ "samp.name": "Hub" })), value(map({})), cast))
  })

  it("may have other ids, and has text as it was before it was recorded", () => {
    assert.isTrue(alike(["c1", "key--1"], ["cli#7", "key-1"], cast))
    assert.isTrue(
      alike(map({ c1: map({ b: "2", a: "1" }) }), map({ "cli#7": map({ a: "1", b: "2" }) }), cast)
    )
    const unlike: ReadonlyArray<readonly [SampValue, SampValue]> = [
      ["c1", "cli#9"],
      ["c1", []],
      [[], "c1"],
      [["a"], ["a", "b"]],
      [map({ a: "1" }), map({ a: "1", b: "2" })],
      [map({ a: "1" }), ["1"]]
    ]
    for (const [recorded, other] of unlike) assert.isFalse(alike(recorded, other, cast))
  })
})
