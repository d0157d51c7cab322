import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { errorResponse, okResponse, readMessage, readResponse } from "../../src/domain/Message.ts"
import { emptyMap, map, type SampMap } from "../../src/domain/SampValue.ts"

const message = (content: SampMap) => Result.getOrElse(readMessage(content), (fault) => fault.text)
const response = (content: SampMap) => Result.getOrElse(readResponse(content), (fault) => fault.text)

describe("messages", () => {
  it("MSG-01 need a samp.mtype that is an MType", () => {
    assert.include(message(emptyMap), "no samp.mtype")
    assert.include(message(map({ "samp.mtype": ["a"] })), "no samp.mtype")
    assert.include(message(map({ "samp.mtype": "a.*", "samp.params": emptyMap })), "'a.*' is not an MType")
  })

  it("MSG-02, MSG-03 get samp.params if they lack it, which must be a map", () => {
    assert.deepStrictEqual(message(map({ "samp.mtype": "a.b" })), {
      mtype: "a.b",
      content: map({ "samp.mtype": "a.b", "samp.params": emptyMap })
    })
    assert.include(
      message(map({ "samp.mtype": "a.b", "samp.params": "x" })),
      "samp.params of the message is not a map"
    )
  })

  it("MSG-04, MSG-05, GEN-14, GEN-15 keep every other key as it is", () => {
    const content = map({
      "samp.mtype": "a",
      "samp.params": map({ "": "x" }),
      "test.wait": ["1", emptyMap],
      "samp.new": "y"
    })
    assert.deepStrictEqual(message(content), { mtype: "a", content })
  })
})

describe("responses", () => {
  it("RSP-01, RSP-06 pass on with any status and any further keys", () => {
    const unusual = map({ "samp.status": "x-samp.maybe", "own": ["1"] })
    assert.strictEqual(response(unusual), unusual)
    const rich = map({
      "samp.status": "samp.warning",
      "samp.result": map({ a: "1" }),
      "samp.error": map({ "samp.errortxt": "hm", "samp.code": "7", "do.what": "that" })
    })
    assert.strictEqual(response(rich), rich)
  })

  it("RSP-02, RSP-03, RSP-04, RSP-07 fault the replier when they are ill-formed", () => {
    assert.include(response(emptyMap), "no samp.status")
    assert.include(response(map({ "samp.status": "samp.ok" })), "needs samp.result")
    assert.include(
      response(map({ "samp.status": "samp.ok", "samp.result": "x" })),
      "samp.result of the response is not a map"
    )
    assert.include(response(map({ "samp.status": "samp.error" })), "needs samp.error")
    assert.include(
      response(map({ "samp.status": "samp.error", "samp.error": "x" })),
      "samp.error of the response is not a map"
    )
    assert.include(
      response(map({ "samp.status": "samp.error", "samp.error": emptyMap })),
      "needs samp.errortxt"
    )
  })

  it("RSP-05 those of the hub itself say what went wrong, with a code", () => {
    const made = errorResponse("gone", "hub.recipient-dead")
    assert.strictEqual(response(made), made)
    assert.deepStrictEqual(
      made.get("samp.error"),
      map({ "samp.errortxt": "gone", "samp.code": "hub.recipient-dead" })
    )
    const fine = okResponse()
    assert.strictEqual(response(fine), fine)
  })
})
