/** Keys are the only authentication that SAMP has. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { layer } from "../../src/adapters/node/KeySourceNode.ts"
import { isLockfileValue } from "../../src/domain/Lockfile.ts"
import { illegalCharacter } from "../../src/domain/SampValue.ts"
import { escape } from "../../src/domain/XmlRpcWriter.ts"
import { KeySource } from "../../src/ports/KeySource.ts"

const many = 2_000

const keys = Effect.provide(
  Effect.flatMap(KeySource, ({ next }) => Effect.replicateEffect(next, many)),
  layer
)

describe("keys", () => {
  it.effect("REG-03 are never the same", () =>
    Effect.gen(function*() {
      assert.strictEqual(new Set(yield* keys).size, many)
    }))

  it.effect("REG-12 STD-10 have 256 bits, each of which is as often 0 as 1", () =>
    Effect.gen(function*() {
      const ones = Array.from({ length: 256 }, () => 0)
      for (const key of yield* keys) {
        const bytes = Buffer.from(key, "base64url")
        assert.strictEqual(bytes.length, 32)
        for (let bit = 0; bit < 256; bit++) {
          ones[bit] = (ones[bit] ?? 0) + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1)
        }
      }
      // Seven standard deviations: one false alarm in a billion runs.
      const spread = 7 * Math.sqrt(many) / 2
      for (const count of ones) assert.closeTo(count, many / 2, spread)
    }))

  it.effect("REG-11 WIRE-52 need no escaping in XML, URLs, lockfiles and shells", () =>
    Effect.gen(function*() {
      for (const key of yield* keys) {
        assert.match(key, /^[A-Za-z0-9_-]{43}$/u)
        assert.isTrue(isLockfileValue(key))
        assert.isUndefined(illegalCharacter(key))
        assert.strictEqual(escape(key), key)
        assert.strictEqual(encodeURIComponent(key), key)
      }
    }))
})
