import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { step } from "../../../src/domain/HubMachine.ts"
import { config, start } from "../../../src/domain/HubState.ts"
import { ClientId, PrivateKey } from "../../../src/domain/Identifiers.ts"
import { readRecording } from "../../../src/domain/recording/RecordingReader.ts"
import { Writer } from "../../../src/domain/recording/RecordingWriter.ts"
import type { SampMap, SampValue } from "../../../src/domain/SampValue.ts"

const whole = config({ hubId: ClientId("hub"), run: "r" })
const header = new Writer().header("hub", whole, "2026-01-01T00:00:00.000Z", 0)

/** What is wrong with a text; undefined if nothing is. */
const wrong = (text: string): string | undefined => {
  const read = readRecording(text)
  return Result.isSuccess(read) ? undefined : `line ${read.failure.line}: ${read.failure.text}`
}

describe("reading a recording", () => {
  it("refuses what is none, of another version, or incomplete, by its line", () => {
    assert.isUndefined(wrong(header))
    for (const text of ["", "{}\n", "[]\n", "null\n", "no JSON"]) {
      assert.match(wrong(text) ?? "", /^line 1: this is no/u)
    }
    assert.match(
      wrong(header.replace("\"recording\":1", "\"recording\":2")) ?? "",
      /^line 1: the format is 2, and/u
    )
    assert.match(wrong(header.replace("\"run\"", "\"ran\"")) ?? "", /^line 1: .*"run"/u)
    const bad = [
      "no JSON",
      "{}",
      "{\"at\":1,\"in\":{\"_tag\":\"Eject\",\"id\":7,\"reason\":\"\"},\"out\":[]}",
      "{\"at\":\"1\",\"in\":{\"_tag\":\"Tick\"},\"out\":[]}",
      "{\"at\":1,\"in\":{\"_tag\":\"Tock\"},\"out\":[]}",
      "{\"at\":1,\"in\":{\"_tag\":\"Asked\",\"request\":1,\"operation\":{\"_tag\":\"NotifyAll\",\"key\":\"k\",\"message\":{\"a\":1}}},\"out\":[]}"
    ]
    for (const line of bad) assert.match(wrong(`${header}${line}\n`) ?? "", /^line 2: /u, line)
  })

  it("takes values as they were, whatever their keys are and however deep they are", () => {
    const asked = "{\"at\":1,\"in\":{\"_tag\":\"Asked\",\"request\":1,\"operation\":"
    const deep = "[".repeat(5_000) + "]".repeat(5_000)
    const line = `${asked}{"_tag":"NotifyAll","key":"k","message":{"a":${deep}}}},"out":[]}\n`
    assert.match(wrong(header + line) ?? "", /^line 2: /u)
    const writer = new Writer()
    const inner: SampMap = new Map([["__proto__", "p"]])
    const odd: SampMap = new Map<string, SampValue>([["9", "a"], ["1", inner], ["", ["", "\u007f"]]])
    const input = {
      _tag: "Asked",
      request: 0,
      now: 0.1 + 0.2,
      operation: { _tag: "NotifyAll", key: PrivateKey("k"), message: odd }
    } as const
    const text = writer.header("hub", whole, "", 0) +
      writer.step(0, input, step(start(whole, 0), input).outputs)
    const read = readRecording(text)
    assert.isTrue(Result.isSuccess(read))
    if (Result.isFailure(read)) return
    const [first] = read.success.steps
    const operation = first?.input._tag === "Asked" ? first.input.operation : undefined
    assert.strictEqual(first?.at, 0.1 + 0.2)
    assert.deepStrictEqual(operation?._tag === "NotifyAll" ? [...operation.message] : undefined, [...odd])
  })
})
