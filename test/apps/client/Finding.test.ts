/** Clients by the names that people give. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import {
  all,
  describe as describeClient,
  type Directory,
  findClient,
  findClients,
  title
} from "../../../src/apps/client/Finding.ts"
import { ClientId } from "../../../src/domain/Identifiers.ts"
import { emptyMap, map } from "../../../src/domain/SampValue.ts"

/** Clients by id, with their names; null for one that has left meanwhile. */
const directory = (clients: { readonly [id: string]: string | null }): Directory<"gone"> => ({
  getRegisteredClients: Effect.succeed(Object.keys(clients).map(ClientId)),
  getMetadata: (id) => {
    const name = clients[id]
    if (name === undefined || name === null) return Effect.fail("gone")
    return Effect.succeed(name === "" ? emptyMap : map({ "samp.name": name }))
  }
})

const desktop = directory({
  hub: "Hub",
  c1: "topcat",
  c2: "SAOImageDS9",
  c3: "Aladin",
  c4: "Aladin Lite",
  c5: "topcat",
  c6: "",
  c7: null
})

const ids = (name: string, where = desktop) =>
  Effect.map(findClients(where, name), (found) => found.map(({ id }) => id as string))

describe("finding clients", () => {
  it.effect.each<readonly [string, string, ReadonlyArray<string>]>([
    ["its id", "c3", ["c3"]],
    ["the hub's id", "hub", ["hub"]],
    ["PF-121 its name", "Aladin Lite", ["c4"]],
    ["its name in another case", "ALADIN", ["c3"]],
    ["a name that several share", "TOPCAT", ["c1", "c5"]],
    ["a part that only one name has", "ds9", ["c2"]],
    ["a part that one name has, borne by several", "topc", ["c1", "c5"]],
    ["the id of one without a name", "c6", ["c6"]],
    ["the id of one that says nothing", "c7", ["c7"]]
  ])("by %s", ([, name, expected]) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* ids(name), expected)
    }))

  it.effect("an id goes before a name, and a whole name before a part of one", () =>
    Effect.gen(function*() {
      const odd = directory({ a: "b", b: "c", d: "cc" })
      assert.deepStrictEqual(yield* ids("b", odd), ["b"])
      assert.deepStrictEqual(yield* ids("c", odd), ["b"])
    }))

  it.effect.each(["nobody", "a", "C3", ""])(
    "PF-121 nobody, or several, by %j, and who is there",
    (name) =>
      Effect.gen(function*() {
        const failure = yield* Effect.flip(findClients(desktop, name))
        assert.isTrue(failure !== "gone")
        assert.strictEqual(
          failure === "gone" ? "" : failure.message,
          `No client is named ${name === "" ? "''" : name}. Registered are: ` +
            "Hub, topcat, SAOImageDS9, Aladin, Aladin Lite, topcat, c6, c7"
        )
      })
  )

  it.effect("says so when there is nobody at all", () =>
    Effect.gen(function*() {
      const failure = yield* Effect.flip(findClient(directory({}), "x"))
      assert.strictEqual(
        failure === "gone" ? "" : failure.message,
        "No client is named x. Registered are: none"
      )
    }))

  it.effect("PF-121 the first of several", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* findClient(desktop, "topcat")).id, "c1")
    }))

  it.effect("GEN-08 one that has left in between is described as one that says nothing", () =>
    Effect.gen(function*() {
      const left = yield* describeClient(desktop, ClientId("c7"))
      assert.deepStrictEqual([left.name, left.metadata.size, title(left)], ["", 0, "c7"])
      const [, , ds9] = yield* all(desktop)
      assert.strictEqual(ds9 === undefined ? "" : title(ds9), "SAOImageDS9 (c2)")
    }))

  it.effect("a hub that fails is told of, and not that there is no such client", () =>
    Effect.gen(function*() {
      const failing = { ...desktop, getRegisteredClients: Effect.fail("gone" as const) }
      assert.strictEqual(yield* Effect.flip(findClients(failing, "c1")), "gone")
    }))
})
