import { assert, describe, it } from "@effect/vitest"
import type { HubInput } from "../../../src/domain/HubInput.ts"
import type { HubOutput } from "../../../src/domain/HubOutput.ts"
import { config } from "../../../src/domain/HubState.ts"
import { ClientId } from "../../../src/domain/Identifiers.ts"
import { message } from "../../../src/domain/Message.ts"
import { Outside, seenIn } from "../../../src/domain/recording/Outside.ts"
import { emptyMap, map } from "../../../src/domain/SampValue.ts"

const [one, two] = [ClientId("cli#1"), ClientId("cli#2")]

const session = () => {
  const steps: Array<readonly [string, ReadonlyArray<HubOutput>]> = []
  const name = (input: HubInput) => input._tag === "Asked" ? input.operation._tag : input._tag
  const outside = new Outside(config({ hubId: ClientId("hub"), run: "r" }), (_, input, outputs) => {
    steps.push([name(input), outputs])
  })
  return { outside, steps, names: () => steps.map(([name]) => name) }
}

describe("a session seen from outside", () => {
  it("is told to a machine as what the clients did, whatever was seen of them first", () => {
    const { names, outside, steps } = session()
    outside.see(0, { _tag: "Subscriptions", id: one, subscriptions: emptyMap })
    outside.see(1, { _tag: "Subscriptions", id: one, subscriptions: map({ "a.*": emptyMap }) })
    outside.see(2, { _tag: "Joined", id: one })
    outside.see(3, { _tag: "Sent", id: two, message: message("a.b"), isCall: true })
    outside.see(4, { _tag: "Left", id: two })
    outside.see(5, { _tag: "Sent", id: two, message: message("a.b"), isCall: false })
    outside.see(6, { _tag: "Stopped" })
    assert.deepStrictEqual(names(), [
      "Register",
      "DeclareSubscriptions",
      "SetCallback",
      "DeclareSubscriptions",
      "Register",
      "CallAll",
      "Unregister",
      "Stop"
    ])
    assert.deepStrictEqual(outside.soFar, { clients: 2, messages: 1 })
    const delivered = steps.flatMap(([, outputs]) => outputs.filter(({ _tag }) => _tag === "Deliver"))
    assert.lengthOf(delivered, 1)
    for (const [name, outputs] of steps) {
      const refused = outputs.some((output) => output._tag === "Answer" && output.result._tag === "Failure")
      assert.isFalse(refused, name)
    }
  })

  it("is what the hub's events tell of others", () => {
    const event = (name: string, params = {}) =>
      seenIn(message(`samp.hub.event.${name}`, map({ id: one, ...params })))
    assert.deepStrictEqual(event("register"), { _tag: "Joined", id: one })
    assert.deepStrictEqual(event("unregister"), { _tag: "Left", id: one })
    assert.deepStrictEqual(event("shutdown"), { _tag: "Stopped" })
    assert.strictEqual(event("metadata", { metadata: emptyMap })?._tag, "Metadata")
    assert.strictEqual(event("subscriptions", { subscriptions: emptyMap })?._tag, "Subscriptions")
    for (const bad of [event("metadata"), event("subscriptions", { subscriptions: "a.b" }), event("other")]) {
      assert.isUndefined(bad)
    }
    assert.isUndefined(seenIn(message("samp.hub.event.register", map({ id: [] }))))
    assert.isUndefined(seenIn(emptyMap))
  })
})
