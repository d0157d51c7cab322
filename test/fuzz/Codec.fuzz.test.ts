/**
 * Two readers, one meaning: whatever the scanner reads, the full parser must read the same (design.md). Documents are
 * written as the peers write them and then broken in seeded ways; a failure prints seed, number and document.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { answerOf, callOf } from "../../src/adapters/http/XmlRpcBody.ts"
import { xmlCodec } from "../../src/adapters/xml/XmlCodecFxp.ts"
import { defaults, type Limits } from "../../src/domain/Limits.ts"
import type { SampValue } from "../../src/domain/SampValue.ts"
import { readAnswer, readCall } from "../../src/domain/XmlRpc.ts"
import { scanAnswer, scanCall } from "../../src/domain/XmlRpcScanner.ts"
import { writeAnswer, writeCall } from "../../src/domain/XmlRpcWriter.ts"
import { methodCall, runs, sampValue, seed, show, showCall } from "../support/arbitraries.ts"
import { answerDocument, callDocument, type Style, styles } from "../support/documents.ts"
import { below, mutate, pick, type Random, random } from "../support/seeded.ts"
import { documentPieces } from "../support/xmlPieces.ts"

const fullCall = (text: string, limits: Limits) =>
  Result.flatMap(xmlCodec.parse(text, limits), (root) => readCall(root, limits))
const fullAnswer = (text: string, limits: Limits) =>
  Result.flatMap(xmlCodec.parse(text, limits), (root) => readAnswer(root, limits))

const read = <A>(result: Result.Result<A, unknown>, as: (value: A) => string): string =>
  Result.isSuccess(result) ? as(result.success) : `refused: ${JSON.stringify(result.failure)}`

/** What is wrong about a document, or undefined; and whether the scanner took it. */
const compare = (
  text: string,
  limits: Limits
): { readonly taken: boolean; readonly wrong: string | undefined } => {
  const call = scanCall(text, limits)
  const answer = scanAnswer(text, limits)
  const call2 = call === undefined ? undefined : read(fullCall(text, limits), showCall)
  const answer2 = answer === undefined ? undefined : read(fullAnswer(text, limits), show)
  const wrong = call !== undefined && call2 !== showCall(call)
    ? `the scanner reads ${showCall(call)}, the full parser ${call2}`
    : answer !== undefined && answer2 !== show(answer)
    ? `the scanner reads ${show(answer)}, the full parser ${answer2}`
    : undefined
  return { taken: call !== undefined || answer !== undefined, wrong }
}

const samples = (count: number): ReadonlyArray<SampValue> =>
  Effect.runSync(Effect.orDie(Arbitrary.sampleEffect(sampValue, { count, seed })))

const styleList: ReadonlyArray<Style> = Object.values(styles)

const written: ReadonlyArray<string> = samples(120).flatMap((value, index) => {
  const style = styleList[index % styleList.length]
  if (style === undefined) return []
  const params = index % 7 === 0 ? [] : ["k:1_key", value].slice(index % 2)
  return [
    callDocument(style, "samp.hub.notifyAll", params),
    answerDocument(style, value),
    writeCall({ method: "samp.client.receiveCall", params }),
    writeAnswer(value)
  ]
}).filter((text) => text.length < 1_500)

const documents: readonly [string, ...ReadonlyArray<string>] = [writeAnswer(""), ...written]
const anyStyle = Arbitrary.map(
  Arbitrary.schema(Schema.Literals(styleList.map((_, index) => index))),
  (index) => styleList[index] ?? styles.dense
)

const mutations = 12_000

/** Compares on mutated documents; returns how many of them the scanner took. */
const compareMany = (count: number, from: number, limits: Limits): number => {
  const next = random(from)
  let taken = 0
  for (let n = 0; n < count; n++) {
    const document = mutate(pick(next, documents), next, documentPieces)
    const { taken: fast, wrong } = compare(document, limits)
    if (fast) taken++
    if (wrong !== undefined) assert.fail(`seed ${from}, document ${n}: ${wrong}\n${JSON.stringify(document)}`)
  }
  return taken
}

describe("scanner and full parser", () => {
  it("WIRE-26 WIRE-31 read the same in mutated documents", () => {
    const taken = compareMany(mutations, seed, defaults)
    // Without documents that both read, and others that one refuses, the comparison would prove nothing.
    assert.isAbove(taken, mutations / 20)
    assert.isBelow(taken, mutations * 0.8)
  })

  it("WIRE-154 refuse the same depths", () => {
    for (const valueDepth of [0, 1, 2, 3]) {
      const limits = { ...defaults, valueDepth }
      for (const [n, document] of documents.entries()) {
        const { wrong } = compare(document, limits)
        if (wrong !== undefined) {
          assert.fail(
            `depth ${valueDepth}, seed ${seed}, document ${n}: ${wrong}\n${JSON.stringify(document)}`
          )
        }
      }
    }
  })

  it("WIRE-154 refuse the same numbers of values", () => {
    for (const values of [0, 1, 2, 5, 10, 20]) {
      const limits = { ...defaults, values }
      for (const [n, document] of documents.entries()) {
        const { wrong } = compare(document, limits)
        if (wrong !== undefined) {
          assert.fail(
            `${values} values, seed ${seed}, document ${n}: ${wrong}\n${JSON.stringify(document)}`
          )
        }
      }
    }
  })

  it.prop("DT-04 read what was written", { call: methodCall, style: anyStyle }, ({ call, style }) => {
    const ours = writeCall(call)
    const theirs = callDocument(style, call.method, call.params)
    for (const document of [ours, theirs]) {
      const fast = scanCall(document, defaults)
      assert.strictEqual(fast === undefined ? "given up" : showCall(fast), showCall(call))
      assert.strictEqual(read(fullCall(document, defaults), showCall), showCall(call))
    }
  }, runs(250))

  it.prop(
    "DT-04 read the answers that were written",
    { value: sampValue, style: anyStyle },
    ({ style, value }) => {
      for (const document of [writeAnswer(value), answerDocument(style, value)]) {
        const fast = scanAnswer(document, defaults)
        assert.strictEqual(fast === undefined ? "given up" : show(fast), show(value))
        assert.strictEqual(read(fullAnswer(document, defaults), show), show(value))
      }
    },
    runs(250)
  )
})

describe("bodies", () => {
  const refusal = (result: Result.Result<unknown, { readonly text: string }>): string | undefined =>
    Result.isFailure(result) ? result.failure.text : undefined

  const bytes = (next: Random, document: string): Buffer => {
    const body = Buffer.from(document, next() < 0.5 ? "utf8" : "latin1")
    for (let count = below(next, 3); count > 0; count--) body[below(next, body.length + 1)] = below(next, 256)
    return body
  }

  it("ERR-06 never throw, and a refusal is one line of ASCII", () => {
    const next = random(seed)
    for (let n = 0; n < 4_000; n++) {
      const document = mutate(pick(next, documents), next, documentPieces)
      const body = bytes(next, document)
      for (
        const result of [
          refusal(callOf(xmlCodec, body, defaults)),
          refusal(answerOf(xmlCodec, body, defaults))
        ]
      ) {
        if (result !== undefined && !/^[\x20-\x7e]{1,400}$/.test(result)) {
          assert.fail(`seed ${seed}, body ${n}: ${JSON.stringify(result)}`)
        }
      }
    }
  })

  it("ERR-06 of pure noise are refused", () => {
    const next = random(seed)
    for (let n = 0; n < 500; n++) {
      const body = Buffer.from(Array.from({ length: below(next, 200) }, () => below(next, 256)))
      assert.isTrue(Result.isFailure(callOf(xmlCodec, body, defaults)), body.toString("hex"))
    }
  })
})
