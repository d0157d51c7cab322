/** Checks: metadata, and declarations that are refused (sections 3.6, 3.11). */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { emptyMap, map, type SampMap, stringAt } from "../../../domain/SampValue.ts"
import { aMap, type Check, check, demand, equal, NotTestable, refused } from "../Check.ts"
import { join, subscriptionsTo } from "../Party.ts"

const rich: SampMap = map({
  "samp.name": "Alice",
  "x-samp.conformance.text": "two\nlines & <more>",
  "x-samp.conformance.list": ["1", ["2", emptyMap], map({ three: "3" })],
  "x-samp.conformance.map": map({ "": "", "a b": emptyMap })
})

/** These checks, in the order in which they run. */
export const declaring: ReadonlyArray<Check> = [
  check(
    "META-03 HUB-04 HUB-05 STD-14 STD-15 GEN-03 GEN-14",
    "metadata of any keys and values come back as they were declared, also before a callback is set",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      const bob = yield* join(world, "Bob", { callable: false })
      yield* alice.ask("declareMetadata", rich)
      yield* equal("Alice's metadata for Bob", yield* bob.ask("getMetadata", alice.id), rich)
      yield* equal("Alice's metadata for herself", yield* alice.ask("getMetadata", alice.id), rich)
    })
  ),
  check(
    "META-02",
    "declareMetadata replaces what was there, and {} clears it",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      yield* alice.ask("declareMetadata", rich)
      yield* alice.ask("declareMetadata", map({ other: "1" }))
      yield* equal("the metadata", yield* alice.ask("getMetadata", alice.id), map({ other: "1" }))
      yield* alice.ask("declareMetadata", emptyMap)
      yield* equal("the metadata", yield* alice.ask("getMetadata", alice.id), emptyMap)
    })
  ),
  check(
    "META-04",
    "getMetadata answers for the hub and the caller, and is a fault for an unknown id",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      yield* aMap("the hub's metadata", yield* alice.ask("getMetadata", alice.hubId))
      yield* aMap("her own metadata", yield* alice.ask("getMetadata", alice.id))
      yield* refused("getMetadata of nobody", alice.ask("getMetadata", world.fresh("nobody")))
    })
  ),
  check(
    "META-06",
    "the hub has metadata with a samp.name",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      const metadata = yield* aMap("the hub's metadata", yield* alice.ask("getMetadata", alice.hubId))
      yield* demand((stringAt(metadata, "samp.name") ?? "") !== "", "the hub's metadata have no samp.name")
    })
  ),
  check(
    "HUB-25",
    "a declaration that is refused leaves the one before in force",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      yield* bob.ask("declareMetadata", rich)
      const wrong = [
        ["declareMetadata", "text"],
        ["declareMetadata", ["list"]],
        ["declareSubscriptions", "text"],
        ["declareSubscriptions", map({ [world.mtype()]: emptyMap, "a..b": emptyMap })],
        ["declareSubscriptions", map({ [world.mtype()]: emptyMap, [world.mtype()]: "x" })]
      ] as const
      let refusals = 0
      for (const [method, value] of wrong) {
        const result = yield* Effect.result(bob.ask(method, value))
        if (Result.isSuccess(result)) {
          yield* bob.ask("declareMetadata", rich)
          yield* bob.subscribe([mtype])
        } else refusals++
        yield* equal("the metadata", yield* bob.ask("getMetadata", bob.id), rich)
        yield* equal(
          "the subscriptions",
          yield* bob.ask("getSubscriptions", bob.id),
          subscriptionsTo([mtype])
        )
      }
      if (refusals === 0) return yield* new NotTestable({ reason: "this hub refuses no declaration" })
    })
  )
]
