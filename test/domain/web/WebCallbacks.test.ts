/** What a pull brings: read as any hub writes it, and each callback once. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import type { Delivery } from "../../../src/domain/HubOutput.ts"
import { ClientId, MessageId } from "../../../src/domain/Identifiers.ts"
import { emptyMap, map, type SampMap, type SampValue } from "../../../src/domain/SampValue.ts"
import { readCallbacks, serialKey } from "../../../src/domain/web/WebCallbacks.ts"
import { runs, sampMap, sampValue, show, text } from "../../support/arbitraries.ts"
import { callbackMap } from "../../support/webCallbacks.ts"

const message = map({ "samp.mtype": "a.b", "samp.params": emptyMap })

const callback = (method: string, ...params: ReadonlyArray<SampValue>): SampMap =>
  map({ "samp.methodName": method, "samp.params": params })

const notification: Delivery = { _tag: "Notification", sender: ClientId("c1"), message }
const call: Delivery = { _tag: "Call", sender: ClientId("c1"), msgId: MessageId("m1"), message }
const response: Delivery = { _tag: "Response", responder: ClientId("c2"), tag: "t", response: message }

const read = (...callbacks: ReadonlyArray<SampValue>) => readCallbacks(callbacks, "0")
const none = { deliveries: [], serial: "0", skipped: [] }

const delivery: Arbitrary.Arbitrary<Delivery> = Arbitrary.map(
  Arbitrary.all({
    kind: Arbitrary.schema(Schema.Literals([0, 1, 2])),
    from: text,
    label: text,
    content: sampMap
  }),
  ({ content, from, kind, label }): Delivery => {
    const id = ClientId(from)
    if (kind === 0) return { _tag: "Notification", sender: id, message: content }
    return kind === 1
      ? { _tag: "Call", sender: id, msgId: MessageId(label), message: content }
      : { _tag: "Response", responder: id, tag: label, response: content }
  }
)

/** A delivery as text in which the order of map entries does not count. */
const shown = (one: Delivery): string => show(callbackMap(one))

describe("what a pull brings", () => {
  it("WEB-33, WEB-34, WEB-35 reads the three callbacks, in their order", () => {
    assert.deepStrictEqual(
      read(
        callback("receiveCall", "c1", "m1", message),
        callback("receiveNotification", "c1", message),
        callback("receiveResponse", "c2", "t", message)
      ),
      { ...none, deliveries: [call, notification, response] }
    )
    assert.deepStrictEqual(read(), none)
  })

  it("WIRE-106 takes names with any prefix, and the tag that DS9 puts into notifications", () => {
    assert.deepStrictEqual(
      read(
        callback("samp.webclient.receiveNotification", "c1", "hubtag:1", message),
        callback("samp.client.receiveCall", "c1", "m1", message),
        callback(".receiveResponse", "c2", "t", message)
      ),
      { ...none, deliveries: [notification, call, response] }
    )
  })

  it.each<readonly [string, SampValue]>([
    ["no map", "receiveCall"],
    ["a list", ["receiveNotification", "c1", message]],
    ["without a method", map({ "samp.params": ["c1", message] })],
    [
      "with a method that is no string",
      map({ "samp.methodName": ["receiveCall"], "samp.params": ["c1", message] })
    ],
    ["without parameters", map({ "samp.methodName": "receiveNotification" })],
    [
      "with parameters that are no list",
      map({ "samp.methodName": "receiveNotification", "samp.params": message })
    ],
    ["of another method", callback("receiveMail", "c1", "m1", message)],
    ["of a method that only ends alike", callback("notreceiveCall", "c1", "m1", message)],
    ["of a method and more", callback("receiveCall.x", "c1", "m1", message)],
    ["with the key of the Standard Profile", callback("receiveCall", "key", "c1", "m1", message)],
    ["a notification with too many parameters", callback("receiveNotification", "c1", "t", "u", message)],
    ["a notification with one", callback("receiveNotification", message)],
    ["a call without a msg-id", callback("receiveCall", "c1", message)],
    ["a call whose msg-id is a map", callback("receiveCall", "c1", message, message)],
    ["a response without a tag", callback("receiveResponse", "c2", message)],
    ["a sender that is a list", callback("receiveNotification", ["c1"], message)],
    ["a message that is a string", callback("receiveNotification", "c1", "a.b")]
  ])("WEB-33, WEB-35 skips one that is %s, says so, and reads the others", (_, wrong) => {
    const pulled = read(
      callback("receiveNotification", "c1", message),
      wrong,
      callback("receiveCall", "c1", "m1", message)
    )
    assert.deepStrictEqual(pulled?.deliveries, [notification, call])
    assert.strictEqual(pulled?.skipped.length, 1)
    assert.match(
      pulled?.skipped[0] ?? "",
      /^(a callback is no map|'[^']*' with these arguments is no method)/u
    )
  })

  it("WEB-32 an answer that is no list is none", () => {
    assert.isUndefined(readCallbacks("", "0"))
    assert.isUndefined(readCallbacks(callback("receiveNotification", "c1", message), "0"))
  })

  it.prop(
    "WEB-33, WEB-35 reads all that can be written, and never fails on anything else",
    { list: Arbitrary.array(delivery, { maxLength: 5 }), junk: sampValue },
    ({ junk, list }) => {
      const pulled = readCallbacks([...list.map((one) => callbackMap(one)), junk], "0")
      readCallbacks(junk, "0")
      assert.deepStrictEqual(pulled?.deliveries.map(shown), list.map(shown))
    },
    runs(500)
  )
})

describe("P10 serials of callbacks", () => {
  const numbered = (serial: string, one: SampMap = callback("receiveNotification", "c1", message)): SampMap =>
    new Map([...one, [serialKey, serial]])

  it("P10 those that were had are not taken again, and the last is remembered", () => {
    const list = [numbered("5"), numbered("6"), numbered("7")]
    assert.deepStrictEqual(readCallbacks(list, "0"), {
      deliveries: [notification, notification, notification],
      serial: "7",
      skipped: []
    })
    assert.deepStrictEqual(readCallbacks(list, "6"), { deliveries: [notification], serial: "7", skipped: [] })
    assert.deepStrictEqual(readCallbacks(list, "7"), { deliveries: [], serial: "7", skipped: [] })
    assert.deepStrictEqual(readCallbacks(list, "10"), { deliveries: [], serial: "10", skipped: [] }) // numbers, not words
  })

  it("P10 a malformed one counts as had, or it would come for ever", () => {
    const pulled = readCallbacks([numbered("3", callback("receiveMail")), numbered("4")], "2")
    assert.deepStrictEqual(pulled?.deliveries, [notification])
    assert.strictEqual(pulled?.serial, "4")
    assert.strictEqual(readCallbacks([numbered("3", callback("receiveMail"))], "2")?.serial, "3")
  })

  it("P10 callbacks without a serial, or with one that is no int, are taken as they come", () => {
    const list = [numbered("x"), numbered("9007199254740993"), callback("receiveCall", "c1", "m1", message)]
    assert.deepStrictEqual(readCallbacks(list, "8"), {
      deliveries: [notification, notification, call],
      serial: "8",
      skipped: []
    })
  })

  it.prop(
    "P10 whatever answers get lost or come twice, each callback is taken once and in order",
    { steps: Arbitrary.array(Arbitrary.schema(Schema.Literals(["new", "lost", "pull"])), { maxLength: 40 }) },
    ({ steps }) => {
      const queue: Array<SampMap> = []
      const taken: Array<string> = []
      let known = "0"
      // A hub keeps what it has sent until it hears that it came: what an answer that was lost held comes again.
      const answer = (acknowledged: string) =>
        queue.filter((one) => Number(one.get(serialKey)) > Number(acknowledged))
      let acknowledged = "0"
      for (const step of [...steps, "pull"]) {
        if (step === "new") {
          queue.push(
            numbered(
              String(queue.length + 1),
              callback("receiveNotification", `c${queue.length + 1}`, message)
            )
          )
        } else if (step === "lost") acknowledged = known
        else {
          const pulled = readCallbacks(answer(acknowledged), known) // from where an older pull had asked, at times
          acknowledged = known
          known = pulled?.serial ?? known
          for (const one of pulled?.deliveries ?? []) if (one._tag === "Notification") taken.push(one.sender)
        }
      }
      assert.deepStrictEqual(taken, queue.map((_, index) => `c${index + 1}`))
    },
    runs(300)
  )
})
