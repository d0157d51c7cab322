import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { inMemory } from "./world.ts"
import { wrongHubs } from "./wrongHubs.ts"

describe("the conformance kit", () => {
  it.effect("finds nothing wrong with our hub in memory", () =>
    Effect.gen(function*() {
      const report = yield* inMemory()
      const wrong = report.verdicts.filter(({ status }) => status === "fail" || status === "warn")
      assert.deepStrictEqual(wrong.map(({ detail, id }) => `${id} ${detail}`), [])
      assert.isAbove(report.verdicts.filter(({ status }) => status === "pass").length, 120)
    }))

  for (const { does, id, make } of wrongHubs) {
    it.effect(`finds out by ${id} a hub that ${does}`, () =>
      Effect.gen(function*() {
        const { verdicts: [verdict] } = yield* inMemory(make(), { only: [id] })
        const expected = verdict?.level === "MUST" ? "fail" : "warn"
        assert.strictEqual(verdict?.status, expected, verdict?.detail)
        assert.isNotEmpty(verdict?.detail)
        assert.isNotEmpty(verdict?.checks.find(({ outcome }) => outcome === "fail")?.exchanges)
      }))
  }
})
