import { assert, describe, it } from "@effect/vitest"
import * as Bindings from "../../../src/domain/client/Bindings.ts"
import * as OpenCalls from "../../../src/domain/client/OpenCalls.ts"
import { ClientId } from "../../../src/domain/Identifiers.ts"
import { emptyMap, map, toJson } from "../../../src/domain/SampValue.ts"
import { dice } from "../../../src/domain/simulation/Dice.ts"
import { isSubscribed } from "../../sim/ModelRules.ts"

const bound = (id: number, pattern: string, more: Partial<Bindings.Binding> = {}): Bindings.Binding => ({
  id,
  pattern,
  kinds: "both",
  annotation: emptyMap,
  ...more
})

const idsOf = (bindings: ReadonlyArray<Bindings.Binding>): ReadonlyArray<number> =>
  bindings.map(({ id }) => id)

describe("the table of handlers", () => {
  const table = [
    bound(1, "*"),
    bound(2, "a.*"),
    bound(3, "a.b"),
    bound(4, "a.b", { kinds: "notifications" }),
    bound(5, "a.b.*"),
    bound(6, "a.c", { kinds: "calls" })
  ]

  it("SUB-04, SUB-05, SUB-06 gives a notification to all that match, in the order in which they were bound", () => {
    assert.deepStrictEqual(idsOf(Bindings.forNotification(table, "a.b")), [1, 2, 3, 4])
    assert.deepStrictEqual(idsOf(Bindings.forNotification(table, "a.b.c")), [1, 2, 5])
    assert.deepStrictEqual(idsOf(Bindings.forNotification(table, "a.c")), [1, 2])
    assert.deepStrictEqual(idsOf(Bindings.forNotification(table, "a")), [1])
    assert.deepStrictEqual(Bindings.forNotification([], "a"), [])
  })

  it("RSP-09, SUB-07 gives a call to one: the most specific, and of equals the one bound last", () => {
    assert.strictEqual(Bindings.forCall(table, "a.b")?.id, 3)
    assert.strictEqual(Bindings.forCall([...table, bound(7, "a.b")], "a.b")?.id, 7)
    assert.strictEqual(Bindings.forCall(table, "a.b.c")?.id, 5)
    assert.strictEqual(Bindings.forCall(table, "a.c")?.id, 6)
    assert.strictEqual(Bindings.forCall(table, "a.d")?.id, 2)
    assert.strictEqual(Bindings.forCall(table, "b")?.id, 1)
    assert.isUndefined(Bindings.forCall([bound(1, "a.*"), bound(2, "a", { kinds: "notifications" })], "a"))
  })

  it("SUB-05 gives no message to a handler that its subscriptions do not let through, in 2000 tables", () => {
    const atoms = ["a", "b", "bc"]
    for (let seed = 0; seed < 2_000; seed++) {
      const { below, chance, pick } = dice(seed)
      const mtype = () => Array.from({ length: 1 + below(3) }, () => pick(atoms)).join(".")
      const random = Array.from(
        { length: 1 + below(6) },
        (_, id) => bound(id, chance(15) ? "*" : `${mtype()}${chance(40) ? ".*" : ""}`)
      )
      const asked = mtype()
      const through = isSubscribed(Bindings.subscriptionsOf(random), asked)
      assert.strictEqual(Bindings.forNotification(random, asked).length > 0, through, `seed ${seed}`)
      assert.strictEqual(Bindings.forCall(random, asked) !== undefined, through, `seed ${seed}`)
    }
  })

  it("SUB-11 makes subscriptions of it, with annotations put together and further ones on top", () => {
    const annotated = [
      bound(1, "a.b", { annotation: map({ x: "1", y: "1" }) }),
      bound(2, "a.b", { annotation: map({ y: "2" }) }),
      bound(3, "a.c", { kinds: "calls" })
    ]
    assert.deepStrictEqual(
      toJson(Bindings.subscriptionsOf(annotated)),
      toJson(map({
        "a.b": map({ x: "1", y: "2" }),
        "a.c": emptyMap
      }))
    )
    const more = map({ "a.b": map({ z: "3" }), "a.d": emptyMap })
    assert.deepStrictEqual(
      toJson(Bindings.subscriptionsOf(annotated, more)),
      toJson(map({
        "a.b": map({ z: "3" }),
        "a.c": emptyMap,
        "a.d": emptyMap
      }))
    )
  })
})

describe("open calls", () => {
  const [c1, c2, c3] = [ClientId("c1"), ClientId("c2"), ClientId("c3")]
  const get = (calls: OpenCalls.OpenCalls): OpenCalls.OpenCall => {
    const open = OpenCalls.find(calls, "t")
    if (open === undefined) throw new Error("t is not open")
    return open
  }

  it("DLV-01, DLV-15 wait for the one that was called, once", () => {
    const calls = OpenCalls.open(OpenCalls.none, "t", c1)
    assert.isTrue(OpenCalls.awaits(get(calls), c1))
    assert.isFalse(OpenCalls.awaits(get(calls), c2))
    assert.isFalse(OpenCalls.isComplete(get(calls)))
    const answered = OpenCalls.answer(calls, "t", c1)
    assert.isFalse(OpenCalls.awaits(get(answered), c1))
    assert.isTrue(OpenCalls.isComplete(get(answered)))
    assert.deepStrictEqual([...OpenCalls.tags(OpenCalls.close(answered, "t"))], [])
  })

  it("DLV-20, CLI-20 take responses before the hub has said whom the call went to", () => {
    const early = OpenCalls.answer(OpenCalls.open(OpenCalls.none, "t", undefined), "t", c1)
    assert.isFalse(OpenCalls.isComplete(get(early)))
    assert.deepStrictEqual(OpenCalls.waitingFor(early, c2), [])
    const told = OpenCalls.expect(early, "t", [c1, c2])
    assert.isFalse(OpenCalls.isComplete(get(told)))
    assert.deepStrictEqual(OpenCalls.waitingFor(told, c1), [])
    assert.deepStrictEqual(OpenCalls.waitingFor(told, c2), ["t"])
    assert.isFalse(OpenCalls.awaits(get(told), c3))
    assert.isTrue(OpenCalls.isComplete(get(OpenCalls.answer(told, "t", c2))))
    assert.isTrue(OpenCalls.isComplete(get(OpenCalls.expect(early, "t", []))))
  })

  it("know nothing of tags that are not open", () => {
    assert.isUndefined(OpenCalls.find(OpenCalls.expect(OpenCalls.none, "t", [c1]), "t"))
    assert.isUndefined(OpenCalls.find(OpenCalls.answer(OpenCalls.none, "t", c1), "t"))
  })
})
