/** What other hubs say, as the user is told it. */
import { assert, describe, it } from "@effect/vitest"
import { said } from "../../../src/apps/cli/Fault.ts"

describe("what a hub says", () => {
  const faults: ReadonlyArray<readonly [fault: string, text: string]> = [
    ["no such method", "no such method"],
    ["java.lang.UnsupportedOperationException: No x-samp.hub.stop\n\tat a.B(C.java:1)", "No x-samp.hub.stop"],
    ["org.astrogrid.samp.SampException: java.io.IOException: gone.", "gone"],
    [
      "<class 'Exception'>:method \"x-samp.hub.stop\" is not supported",
      "method \"x-samp.hub.stop\" is not supported"
    ],
    ["<class 'samp.errors.SAMPProxyError'>:ValueError: no", "no"],
    ["\r\n  \nFault in the hub\u001b[2J", "Fault in the hub [2J"],
    ["java.lang.NullPointerException", "java.lang.NullPointerException"],
    ["java.lang.Error: No such method at a.B.<init>(C.java:1) at a.D(C.java:2)", "No such method"],
    ["", ""]
  ]

  it("is one line without names of exceptions, unless there is nothing else", () => {
    for (const [fault, text] of faults) assert.strictEqual(said(fault), text)
  })

  it("is 120 characters at most", () => {
    assert.strictEqual(said("x".repeat(120)), "x".repeat(120))
    assert.strictEqual(said("x".repeat(121)), `${"x".repeat(117)}...`)
  })
})
