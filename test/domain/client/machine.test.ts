import { assert, describe, it } from "@effect/vitest"
import type { ClientInput } from "../../../src/domain/client/ClientInput.ts"
import { step } from "../../../src/domain/client/ClientMachine.ts"
import type { ClientOutput } from "../../../src/domain/client/ClientOutput.ts"
import { type ClientState, initial } from "../../../src/domain/client/ClientState.ts"
import type { Delivery } from "../../../src/domain/HubOutput.ts"
import { ClientId, MessageId } from "../../../src/domain/Identifiers.ts"
import { message, okResponse } from "../../../src/domain/Message.ts"
import { emptyMap, isMap, map, type SampMap, stringAt } from "../../../src/domain/SampValue.ts"

const [me, hub, c1, c2] = ["me", "hub", "c1", "c2"].map((id) => ClientId(id)) as [
  ClientId,
  ClientId,
  ClientId,
  ClientId
] // as many as there are names

const registered: ClientInput = { _tag: "Registered", selfId: me, hubId: hub }

const run = (inputs: ReadonlyArray<ClientInput>, from: ClientState = initial) => {
  let state = from
  const outputs: Array<ClientOutput> = []
  for (const input of inputs) {
    const result = step(state, input)
    state = result.state
    outputs.push(...result.outputs)
  }
  return { state, outputs, tags: outputs.map(({ _tag }) => _tag) }
}

const delivered = (delivery: Delivery): ClientInput => ({ _tag: "Delivered", delivery })
const note = (sender: ClientId, content: SampMap) =>
  delivered({ _tag: "Notification", sender, message: content })
const call = (msgId: string, content: SampMap) =>
  delivered({ _tag: "Call", sender: c1, msgId: MessageId(msgId), message: content })
const respond = (tag: string, responder: ClientId) =>
  delivered({ _tag: "Response", responder, tag, response: okResponse() })
const bind = (id: number, pattern: string): ClientInput => ({
  _tag: "Bound",
  binding: { id, pattern, kinds: "both", annotation: emptyMap }
})
const event = (name: string, id: ClientId, more: SampMap = emptyMap) =>
  note(hub, message(`samp.hub.event.${name}`, new Map([["id", id], ...more])))

describe("the client machine", () => {
  it("CLI-16, CLI-17 ends when the hub says so, and lets handlers see it first", () => {
    const stop = run([registered, bind(1, "*"), note(hub, message("samp.hub.event.shutdown"))])
    assert.deepStrictEqual(stop.tags, ["Handle", "Over"])
    const out = run([registered, note(hub, message("samp.hub.disconnect", map({ reason: "loud" })))])
    assert.deepStrictEqual(out.outputs, [{ _tag: "Over", ending: { _tag: "Ejected", reason: "loud" } }])
    const why = run([registered, note(hub, map({ "samp.mtype": "samp.hub.disconnect" }))])
    assert.isTrue(why.tags.includes("Over"))
  })

  it("CLI-14 takes the hub's words from the hub alone, but hands a stranger's to handlers all the same", () => {
    const words = ["shutdown", "register", "unregister", "metadata", "subscriptions"].map((name) =>
      note(
        c1,
        message(`samp.hub.event.${name}`, map({ id: c2, metadata: emptyMap, subscriptions: emptyMap }))
      )
    )
    const { outputs } = run([registered, ...words, note(c1, message("samp.hub.disconnect"))])
    assert.deepStrictEqual(outputs, [])
    assert.deepStrictEqual(run([registered, bind(1, "*"), ...words]).tags, words.map(() => "Handle"))
    // nor does it take as a word of the hub what has another name
    assert.deepStrictEqual(run([registered, note(hub, message("my.shutdown"))]).outputs, [])
  })

  it("CLI-19 does not trip over events without what they should tell, or about nobody", () => {
    for (const name of ["register", "unregister", "metadata", "subscriptions", "never-heard-of"]) {
      assert.deepStrictEqual(run([registered, note(hub, message(`samp.hub.event.${name}`))]).outputs, [])
      assert.deepStrictEqual(run([registered, event(name, me)]).outputs, [])
    }
    assert.deepStrictEqual(run([registered, event("metadata", c1, map({ metadata: "x" }))]).outputs, [])
    assert.deepStrictEqual(run([registered, event("register", c1), event("register", c1)]).tags, [
      "ClientsChanged",
      "AskAbout"
    ])
  })

  it("RSP-12, APP-01 answers what no handler takes: pings well, others with an error that names them", () => {
    const { outputs } = run([registered, call("m1", message("samp.app.ping")), call("m2", message("a.b"))])
    assert.deepStrictEqual(
      outputs.map((output) =>
        output._tag === "Reply" ? stringAt(output.response, "samp.status") : output._tag
      ),
      ["samp.ok", "samp.error"]
    )
    const error = outputs[1]?._tag === "Reply" ? outputs[1].response.get("samp.error") : undefined
    assert.isTrue(isMap(error) && stringAt(error, "samp.errortxt")?.includes("a.b"))
    assert.deepStrictEqual(
      run([registered, bind(1, "samp.app.ping"), call("m1", message("samp.app.ping"))]).tags,
      [
        "Handle"
      ]
    )
    assert.deepStrictEqual(run([registered, call("m1", emptyMap)]).tags, ["Reply"])
  })

  it("DLV-20 completes a call to all when the last of those called has answered, and not before", () => {
    const opened: ClientInput = { _tag: "CallOpened", tag: "t", to: undefined }
    const wentTo = (...ids: ReadonlyArray<ClientId>): ClientInput => ({ _tag: "CallWentTo", tag: "t", ids })
    assert.deepStrictEqual(run([registered, opened, respond("t", c1), wentTo(c1, c2)]).tags, ["Answered"])
    assert.deepStrictEqual(run([registered, opened, respond("t", c1), wentTo(c1)]).tags, [
      "Answered",
      "Complete"
    ])
    assert.deepStrictEqual(run([registered, opened, wentTo()]).tags, ["Complete"])
    assert.deepStrictEqual(run([registered, opened, wentTo(c1), respond("t", c2), respond("t", c1)]).tags, [
      "Answered",
      "Complete"
    ])
  })

  it("DLV-01 gives responses to tags of the application's own, and late ones, to whoever listens", () => {
    assert.deepStrictEqual(run([registered, respond("mine", c1)]).outputs, [
      { _tag: "Unclaimed", tag: "mine", responder: c1, response: okResponse() }
    ])
    const late = run([
      registered,
      { _tag: "CallOpened", tag: "t", to: c1 },
      { _tag: "CallDropped", tag: "t" },
      respond("t", c1)
    ])
    assert.deepStrictEqual(late.tags, ["Unclaimed"])
  })

  it("answers in place of a callee that left, when its response has had time to come", () => {
    const open: ClientInput = { _tag: "CallOpened", tag: "t", to: c1 }
    const left = run([registered, open, event("unregister", c1)])
    const later = left.outputs.find((output) => output._tag === "Later")
    assert.isTrue(later?._tag === "Later" && later.ms > 0)
    if (later?._tag !== "Later") return
    const after = run([later.input], left.state)
    assert.deepStrictEqual(after.tags, ["Answered", "Complete"])
    assert.deepStrictEqual(run([respond("t", c1), later.input], left.state).tags, ["Answered", "Complete"])
  })

  it("CLI-20 does so too when the callee left before the hub had said that it was called", () => {
    const { outputs } = run([
      registered,
      { _tag: "CallOpened", tag: "t", to: undefined },
      event("register", c1),
      event("unregister", c1),
      { _tag: "CallWentTo", tag: "t", ids: [c1, c2] }
    ])
    assert.deepStrictEqual(outputs.at(-1), {
      _tag: "Later",
      ms: 500,
      input: { _tag: "CalleeLeft", tag: "t", id: c1 }
    })
  })

  it("CLI-21 cuts every open call and forgets everybody when the registration ends", () => {
    const { outputs, state } = run([
      registered,
      bind(1, "a.b"),
      { _tag: "Listed", ids: [me, hub, c1], missing: [] },
      { _tag: "CallOpened", tag: "t", to: c1 },
      { _tag: "CallOpened", tag: "u", to: undefined },
      { _tag: "Ended" }
    ])
    const cut = outputs.flatMap((output) => output._tag === "Cut" ? [output.tag] : [])
    assert.deepStrictEqual(cut.sort(), ["t", "u"])
    assert.strictEqual(outputs.at(-1)?._tag, "ClientsChanged")
    assert.isUndefined(state.registered)
    assert.lengthOf(state.bindings, 1) // what is handled stays for the next hub
    const after = run([respond("t", c1), note(c1, message("a.b")), call("m1", message("a.b"))], state)
    assert.deepStrictEqual(after.outputs, [])
  })
})
