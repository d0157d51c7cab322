/**
 * A second opinion on the full parser: Effect's strict XML reader must accept and refuse the same documents and read the
 * same trees, but for a few known and harmless leniencies, which are listed here.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { xmlCodec } from "../../src/adapters/xml/XmlCodecFxp.ts"
import { defaults } from "../../src/domain/Limits.ts"
import type { SampValue } from "../../src/domain/SampValue.ts"
import type { XmlElement } from "../../src/domain/XmlRpc.ts"
import { sampValue, seed } from "../support/arbitraries.ts"
import { callDocument, type Style, styles } from "../support/documents.ts"
import { mutate, pick, random } from "../support/seeded.ts"
import { isKnown, oracle } from "../support/xmlOracle.ts"
import { markupPieces } from "../support/xmlPieces.ts"

const ours = (text: string): XmlElement | undefined =>
  Result.getOrElse(xmlCodec.parse(text, defaults), () => undefined)

const tree = (element: XmlElement | undefined): string =>
  element === undefined ? "refused" : JSON.stringify(element)

const values = Effect.runSync(Effect.orDie(Arbitrary.sampleEffect(sampValue, { count: 60, seed })))
// Declarations are tried one by one elsewhere; mutated ones would only add to the list above.
const bare = (style: Style, params: ReadonlyArray<SampValue>): string =>
  callDocument(style, "a.b", params).replace(/^<\?.*\?>\n?/u, "")

const written = values.flatMap((value) => Object.values(styles).map((style) => bare(style, [value]))).filter((
  document
) => document.length < 900)
const documents: readonly [string, ...ReadonlyArray<string>] = [bare(styles.dense, []), ...written]

describe("full parser and oracle", () => {
  it("WIRE-24 WIRE-32 agree on mutated documents", () => {
    const next = random(seed)
    let accepted = 0
    let declined = 0
    for (let n = 0; n < 6_000; n++) {
      const document = mutate(pick(next, documents), next, markupPieces)
      const [first, second] = [ours(document), oracle(document)]
      if (tree(first) === tree(second)) {
        if (first === undefined) declined++
        else accepted++
        continue
      }
      if (isKnown(document, { ours: first, oracle: second })) continue
      assert.fail(
        `seed ${seed}, document ${n}: ours ${tree(first)}, oracle ${tree(second)}\n${
          JSON.stringify(document)
        }`
      )
    }
    assert.isAbove(accepted, 1_000)
    assert.isAbove(declined, 1_000)
  })
})
