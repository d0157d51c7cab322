/** The scenarios of the Standard Profile from one description, in memory and over sockets: the conformance kit. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as RawHttpNode from "../../src/adapters/http/RawHttpNode.ts"
import * as SurroundingsNode from "../../src/adapters/node/SurroundingsNode.ts"
import { examine, type Report } from "../../src/apps/conformance/Conformance.ts"
import { concernsHubs, requirements, webProfile } from "../../src/apps/conformance/Requirements.ts"
import { seenByPages, unseen } from "../../src/apps/conformance/Unseen.ts"
import { count } from "../../src/apps/conformance/Verdict.ts"
import { hub, inMemory } from "../apps/conformance/world.ts"
import { node } from "./ports.ts"

/** What was not held, as text. */
const wrongs = ({ verdicts }: Report): ReadonlyArray<string> =>
  verdicts.filter(({ status }) => status === "fail" || status === "warn").map(({ detail, id }) =>
    `${id} ${detail}`
  )

describe("our hub holds the scenarios of the profile", () => {
  it.effect("in memory, where those are not testable that need bytes or files", () =>
    Effect.gen(function*() {
      const report = yield* inMemory()
      assert.deepStrictEqual(wrongs(report), [])
      assert.isAbove(count(report.verdicts).pass, 120)
    }))

  it.live("over sockets and files, where all are testable but those that nobody can see", () =>
    Effect.gen(function*() {
      yield* hub()
      const report = yield* examine({ concurrency: 16 })
      assert.deepStrictEqual(wrongs(report), [])
      const open = report.verdicts.filter((verdict) =>
        concernsHubs(verdict) && verdict.status === "not testable"
      )
      const ofPages = new Set(webProfile.map(({ id }) => id))
      const expected = [...Object.keys(unseen).filter((id) => !ofPages.has(id)), ...seenByPages]
      assert.sameMembers(open.map(({ id }) => id), expected)
      assert.lengthOf(report.verdicts, requirements.length)
    }).pipe(
      Effect.scoped,
      Effect.provide(Layer.mergeAll(Layer.fresh(node), RawHttpNode.layer, SurroundingsNode.layer)),
      Effect.provideService(References.MinimumLogLevel, "None") // the hub tells of clients that were made to hang up
    ))
})
