/** What a client makes of the calls of a hub. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { readCallback } from "../../src/domain/ClientCallbacks.ts"
import type { Delivery } from "../../src/domain/HubOutput.ts"
import { ClientId, MessageId, PrivateKey } from "../../src/domain/Identifiers.ts"
import { map, type SampValue } from "../../src/domain/SampValue.ts"
import { callback } from "../../src/domain/StandardProfile.ts"
import { runs, sampMap, text } from "../support/arbitraries.ts"

const key = PrivateKey("k:own")
const content = map({ "samp.mtype": "a.b", "samp.params": map({}), "x": ["y"] })

const read = (method: string, params: ReadonlyArray<SampValue>) => readCallback(key, { method, params })
const reasonOf = (method: string, params: ReadonlyArray<SampValue>): string => {
  const result = read(method, params)
  return Result.isFailure(result) ? result.failure.reason : "read"
}

const notification = "samp.client.receiveNotification"
const call = "samp.client.receiveCall"
const response = "samp.client.receiveResponse"

describe("HUB-22 STD-26..28 deliveries", () => {
  it.prop(
    "STD-26 STD-27 STD-28 CLI-11 are read as the hub wrote them",
    { from: text, label: text, content: sampMap },
    ({ content, from, label }) => {
      const deliveries: ReadonlyArray<Delivery> = [
        { _tag: "Notification", sender: ClientId(from), message: content },
        { _tag: "Call", sender: ClientId(from), msgId: MessageId(label), message: content },
        { _tag: "Response", responder: ClientId(from), tag: label, response: content }
      ]
      for (const delivery of deliveries) {
        assert.deepStrictEqual(readCallback(key, callback(key, delivery)), Result.succeed(delivery))
      }
    },
    runs(100)
  )

  it("CLI-13 STD-05 another key, or none, is refused before anything else", () => {
    const wrong: ReadonlyArray<SampValue> = [
      "",
      "k:ow",
      "k:own2",
      "K:own",
      "k:own\n",
      "k:ownk:own",
      [],
      map({}),
      [key]
    ]
    for (const given of wrong) {
      assert.strictEqual(reasonOf(notification, [given, "hub", content]), "UnknownKey")
      assert.strictEqual(reasonOf("samp.client.nosuch", [given]), "UnknownKey")
    }
    assert.strictEqual(reasonOf(call, []), "UnknownKey")
  })

  it.each([
    [notification, [key, "hub"]],
    [notification, [key, content]],
    [notification, [key, "hub", "m", content]],
    [notification, [key, "hub", content, content]],
    [notification, [key, "hub", "text"]],
    [notification, [key, "hub", []]],
    [notification, [key, [], content]],
    [call, [key, "c1", content]],
    [call, [key, "c1", "m", "text"]],
    [call, [key, "c1", [], content]],
    [call, [key, map({}), "m", content]],
    [call, [key, "c1", "m", content, content]],
    [response, [key, "c1", content]],
    [response, [key, "c1", map({}), content]],
    [response, [key, "c1", "t", []]],
    [response, [key, "c1", "t", content, "x"]],
    ["samp.client.receiveNothing", [key, "hub", content]],
    ["samp.hub.notify", [key, "hub", content]],
    ["receiveNotification", [key, "hub", content]],
    ["", [key, "hub", content]]
  ])("HUB-22 %s(%o) is a fault", (method, params) => {
    assert.strictEqual(reasonOf(method, params), "Malformed")
  })

  it("REG-13 ERR-05 no fault tells the key", () => {
    for (const params of [[key], ["k:other", "hub", content]]) {
      const result = read("samp.client.receiveCall k:own".slice(0, 23), params)
      assert.isTrue(Result.isFailure(result) && !result.failure.text.includes("k:own"))
    }
  })
})
