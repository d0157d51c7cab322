/** What the clients behind promises give out is plain, and their errors have names. */
import { it } from "@effect/vitest"
import * as Result from "effect/Result"
import { assert, describe, test } from "vitest"
import { toMap } from "../../../src/apps/client/Outgoing.ts"
import { plain, type PlainValue } from "../../../src/apps/facade/Plain.ts"
import * as browser from "../../../src/browser.ts"
import * as promise from "../../../src/promise.ts"
import * as Arbitraries from "../../support/arbitraries.ts"
import { all, rejection } from "../../support/promises.ts"
import { kinds } from "./worlds.ts"

/** Where a Map is in a value, if anywhere. */
const mapIn = (value: unknown, path = "value"): string | undefined => {
  if (value instanceof Map) return path
  if (typeof value !== "object" || value === null) return undefined
  return Object.entries(value).map(([key, item]) => mapIn(item, `${path}.${key}`)).find((found) =>
    found !== undefined
  )
}

const awkward = (): { readonly [key: string]: string } =>
  Object.fromEntries([["__proto__", "x"], ["constructor", "y"], ["", "z"], ["toString", "t"]])

describe.each(kinds)("plain values, over the $profile", ({ Failure, start }) => {
  test("DT-13 awkward keys are keys like any other, there and back, at every depth", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    const seen: Array<{ readonly [key: string]: PlainValue }> = []
    await bob.bind("a.echo", ({ message, params }) => {
      seen.push(params, message)
      return params
    })
    const sent = { ...awkward(), inner: [awkward()] }
    const { response, result } = await ann.call(to, "a.echo", sent, { extra: awkward() })
    assert.sameDeepMembers(Object.entries(result), Object.entries(sent))
    for (const value of [...seen, result, response]) {
      assert.strictEqual(Object.getPrototypeOf(value), Object.prototype)
      assert.isUndefined(mapIn(value))
    }
    assert.isTrue(Object.hasOwn(seen[1] ?? {}, "__proto__"))
  })

  test("nothing that comes out holds a Map but clients(), which is one", async () => {
    await using world = await start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.b", () => ({ deep: { er: ["x", { y: 1 }] } }), { annotation: { note: { n: 1 } } })
    await bob.bind("a.failing", () => {
      throw new Failure({ text: "no", result: { deep: { er: "x" } } })
    })
    const values = [
      await ann.call(to, "a.b"),
      await ann.callAndWait(to, "a.b"),
      await all(ann.callAll("a.b")),
      await rejection(ann.call(to, "a.failing")),
      await all(ann.callAll("a.failing")),
      await ann.callAllTagged("t", "a.b"),
      await ann.getMetadata(to),
      await ann.getSubscriptions(to),
      await ann.getSubscribedClients("a.b"),
      await ann.findClients("bob"),
      await ann.findClient("bob"),
      [...(await ann.clients()).values()]
    ]
    assert.deepStrictEqual(values.map((value) => mapIn(value)), values.map(() => undefined))
  })
})

test("what effect-samp/browser exports is in effect-samp/promise, but for what only pages have", () => {
  const pages = ["NotOffered", "Unreachable", "availability", "explain", "watch"]
  const missing = Object.keys(browser).filter((name) => !Object.hasOwn(promise, name))
  assert.sameMembers(missing, pages)
})

it.prop("what is made plain is sent as it came", { map: Arbitraries.sampMap }, ({ map }) => {
  const back = toMap("it", plain(map))
  assert.isTrue(Result.isSuccess(back))
  if (Result.isSuccess(back)) assert.deepStrictEqual(back.success, map)
  assert.isUndefined(mapIn(plain(map)))
})
