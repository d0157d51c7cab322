/** What the file of consent in memory and the one on disk have in common. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { join } from "node:path"
import * as ConsentFiles from "../../src/adapters/memory/ConsentFiles.ts"
import * as ConsentStoreNode from "../../src/adapters/node/ConsentStoreNode.ts"
import { ConsentStore } from "../../src/ports/ConsentStore.ts"
import { directory } from "../support/lockfiles.ts"

const memory: Layer.Layer<ConsentStore> = ConsentFiles.layer()

describe.each([["memory", memory], ["disk", ConsentStoreNode.layer]] as const)(
  "the file of consent in %s",
  (_, layer) => {
    it.live("P2: is what was put there, replaced only as a whole by those who know it, and tells when it changes", () =>
      Effect.gen(function*() {
        const store = yield* ConsentStore
        const path = join(yield* directory, "samp", "consent.json")
        assert.match(store.place, /\/samp\/consent\.json$/u)
        assert.isUndefined(yield* store.read(path))
        assert.isFalse(yield* store.replace(path, "one", "zero"))
        const none = yield* store.version(path)
        assert.isTrue(yield* store.replace(path, "one", undefined))
        const one = yield* store.version(path)
        assert.notStrictEqual(one, none)
        assert.strictEqual(yield* store.version(path), one)
        assert.isFalse(yield* store.replace(path, "two", undefined))
        assert.strictEqual(yield* store.read(path), "one")
        assert.strictEqual(yield* store.version(path), one)
        assert.isTrue(yield* store.replace(path, "two", "one"))
        assert.strictEqual(yield* store.read(path), "two")
        assert.notStrictEqual(yield* store.version(path), one)
      }).pipe(Effect.scoped, Effect.provide(layer, { local: true })))
  }
)
