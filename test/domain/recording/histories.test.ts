/** Any history of a hub is recorded, read and replayed without a difference, holds no key, and shows what was changed. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type { HubInput, Operation } from "../../../src/domain/HubInput.ts"
import { step } from "../../../src/domain/HubMachine.ts"
import { config, type HubConfig, start } from "../../../src/domain/HubState.ts"
import { ClientId, PrivateKey } from "../../../src/domain/Identifiers.ts"
import { defaults } from "../../../src/domain/Limits.ts"
import type { Recording } from "../../../src/domain/recording/Recording.ts"
import { readRecording } from "../../../src/domain/recording/RecordingReader.ts"
import { Writer } from "../../../src/domain/recording/RecordingWriter.ts"
import { replay } from "../../../src/domain/recording/Replay.ts"
import { map, type SampMap, type SampValue } from "../../../src/domain/SampValue.ts"
import { type Dice, dice } from "../../../src/domain/simulation/Dice.ts"
import { tell, tight } from "../../sim/History.ts"
import { harmless } from "../../sim/ModelRules.ts"

const given = process.env["HISTORY_SEED"]
const seeds = given === undefined ? Array.from({ length: 100 }, (_, seed) => seed) : [Number(given)]
const again = (seed: number): string => `replay: HISTORY_SEED=${seed} npx vitest run test/domain/recording`

/** A key as they are, of 43 characters, for one of the short ones of the histories. */
const realKey = (key: string): PrivateKey =>
  PrivateKey(`${key.replace("-", "_")}_`.repeat(20).slice(0, 30) + "-0Zq_x9_key-7".slice(0, 13))

/** Text that is hard on aliases: keys in and around it, what looks like an alias, maps whose order is easily lost. */
const spice = (dice: Dice, keys: ReadonlyArray<string>): SampMap => {
  const key = keys.length === 0 ? "none" : dice.pick(keys)
  const texts = [
    key,
    `${key}${key}`,
    `the key is ${key}, not key-1`,
    "key-1",
    "key--2 secret-1",
    "x".repeat(50) + key,
    `${key}.b`,
    "127.0.0.1:4711",
    key.slice(0, 20),
    "__proto__"
  ]
  const entries: Array<readonly [string, SampValue]> = []
  for (let i = dice.below(4); i > 0; i--) {
    entries.push([dice.chance(50) ? String(dice.below(30)) : dice.pick(texts), [
      dice.pick(texts),
      map({ [dice.pick(texts)]: "" })
    ]])
  }
  return new Map(entries)
}

/** A history whose clients are as careless with their keys as can be. */
const spiced = (inputs: ReadonlyArray<HubInput>, dice: Dice): ReadonlyArray<HubInput> => {
  const keys: Array<string> = []
  const add = (values: SampMap): SampMap => {
    const extra = spice(dice, keys)
    const query = values.get("samp.params")
    const bad = dice.chance(5)
      ? new Map([["samp.mtype", `${[...extra.keys()][0] ?? ""}.${"y".repeat(40)}*`]])
      : []
    return new Map<string, SampValue>([...extra, ...values, ...bad, ["samp.params", query ?? extra]])
  }
  const operation = (given: Operation): Operation => {
    const of = "key" in given && given.key !== undefined ? { ...given, key: realKey(given.key) } : given
    switch (of._tag) {
      case "Register": {
        const freshKey = realKey(of.freshKey)
        keys.push(freshKey)
        if (of.web === undefined) return { ...of, freshKey }
        const token = realKey(of.web.token)
        keys.push(token)
        return { ...of, freshKey, web: { ...of.web, token } }
      }
      case "SetCallback":
        return {
          ...of,
          callback: { _tag: "Post", url: `http://127.0.0.1:${1024 + dice.below(9)}/${keys.length}` }
        }
      case "DeclareMetadata":
        return { ...of, metadata: new Map([...of.metadata, ...spice(dice, keys)]) }
      case "DeclareSubscriptions":
        return { ...of, subscriptions: new Map([...of.subscriptions, ...spice(dice, keys)]) }
      case "Notify":
      case "NotifyAll":
      case "Call":
      case "CallAll":
        return { ...of, message: add(of.message) }
      case "CallAndWait":
        return {
          ...of,
          message: add(of.message),
          timeoutSeconds: of.timeoutSeconds === 5 ? Infinity : of.timeoutSeconds
        }
      case "GetMetadata":
      case "GetSubscriptions":
        return dice.chance(20) && keys.length > 0
          ? { ...of, id: ClientId(`${"z".repeat(30)}${dice.pick(keys)}`) }
          : of
      case "Reply":
        return { ...of, response: new Map([...of.response, ...spice(dice, keys)]) }
      default:
        return of
    }
  }
  return inputs.map((input): HubInput => {
    switch (input._tag) {
      case "Asked":
        return { ...input, operation: operation(input.operation) }
      case "ClientDead":
      case "CallUndelivered":
        return {
          ...input,
          detail: `connect ECONNREFUSED 127.0.0.1:4711 for http://localhost:99/${keys.length}`
        }
      default:
        return input
    }
  })
}

const { pullAnswerBytes, pullBytes, pullBytesInAll } = defaults

const configOf = (seed: number): HubConfig =>
  config({
    hubId: ClientId("hub"),
    run: "key-1",
    metadata: map({ "samp.name": "key-1" }),
    // what is counted in characters is counted without the keys that were left out
    limits: { ...tight, pullBytes, pullBytesInAll, pullAnswerBytes },
    webMTypes: harmless,
    clientTimeoutMs: seed % 5 === 0 ? 4_000 : 0,
    hubTimeoutMs: seed % 7 === 0 ? 1_000 : 0
  })

interface Told {
  readonly text: string
  readonly keys: ReadonlyArray<string>
}

/** Runs a history, and records it. */
const record = (seed: number, machine = step): Told => {
  const config = configOf(seed)
  const inputs = spiced(tell(seed, 60).inputs, dice(seed + 1))
  const writer = new Writer()
  let state = start(config, 0.125)
  let text = writer.header("hub", config, "2026-01-01T00:00:00.000Z", 0.125)
  const keys: Array<string> = []
  let at = 0.125
  for (const input of inputs) {
    if ("now" in input) at = input.now
    const turn = machine(state, input)
    state = turn.state
    text += writer.step(at, input, turn.outputs)
    if (input._tag !== "Asked") continue
    const { operation } = input
    if (operation._tag === "Register") {
      keys.push(operation.freshKey, ...operation.web === undefined ? [] : [operation.web.token])
    } else if (operation.key !== undefined) keys.push(operation.key)
  }
  return { text, keys }
}

const readWell = (text: string): Recording => {
  const recording = readRecording(text)
  if (Result.isFailure(recording)) return assert.fail(JSON.stringify(recording.failure))
  return recording.success
}

describe("a recording of a random history", () => {
  it("is replayed without a difference, and without a key, a port or a callback URL in it", () => {
    for (const seed of seeds) {
      const { keys, text } = record(seed)
      for (const key of keys) assert.notInclude(text, key.slice(0, 31), again(seed))
      assert.notMatch(text, /callback":\{"_tag":"Post","url":"http:\/\/127/u, again(seed))
      const recording = readWell(text)
      assert.isFalse(recording.cutOff)
      assert.lengthOf(recording.steps, text.split("\n").length - 2)
      const { difference } = replay(recording)
      if (difference !== undefined) assert.fail(`${again(seed)}\n${JSON.stringify(difference, undefined, 1)}`)
    }
  })

  it("shows where a changed machine does something else, and that a whole one does not", () => {
    for (const seed of seeds.slice(0, 40)) {
      const recording = readWell(record(seed).text)
      let wrong: HubInput | undefined
      const { difference } = replay(recording, (state, input) => {
        const turn = step(state, input)
        const lost = turn.outputs.findIndex(({ _tag }) => _tag === "Deliver")
        if (lost < 0 || input._tag === "Tick") return turn
        wrong ??= input
        return { state: turn.state, outputs: turn.outputs.toSpliced(lost, 1) }
      })
      const expected = recording.steps.find(({ input }) => input === wrong)
      assert.strictEqual(difference?.step.line, expected?.line, again(seed))
    }
  })

  it("shows the line that was tampered with, and what stands there", () => {
    for (const seed of seeds.slice(0, 40)) {
      const { text } = record(seed)
      const lines = text.split("\n")
      const chance = dice(seed)
      const changeable = lines.flatMap((line, index) =>
        index > 0 && line.includes("\"request\"") ? [index] : []
      )
      const index = chance.pick(changeable)
      lines[index] = lines[index]?.replace(
        /(?<="out":.*"request":)(\d+)/u,
        (number) => String(Number(number) + 1000)
      ) ?? ""
      if (lines[index] === text.split("\n")[index]) continue
      const { difference } = replay(readWell(lines.join("\n")))
      assert.strictEqual(difference?.step.line, index + 1, again(seed))
      assert.strictEqual(difference?.path, "request")
      assert.strictEqual(Number(difference?.values.recorded) - 1000, Number(difference?.values.now))
    }
  })

  it("is replayed up to wherever it was cut off", () => {
    const { text } = record(3)
    const whole = readWell(text)
    const header = text.indexOf("\n") + 1
    for (let end = header; end < text.length; end += 101) {
      const recording = readWell(text.slice(0, end))
      const complete = text.slice(header, end).split("\n").length - 1
      assert.isTrue([complete, complete + 1].includes(recording.steps.length), `cut at ${end}`)
      assert.deepStrictEqual(recording.steps, whole.steps.slice(0, recording.steps.length))
      assert.strictEqual(recording.cutOff, recording.steps.length === complete && text[end - 1] !== "\n")
      assert.isUndefined(replay(recording).difference)
    }
  })
})
