/** MTypes by definition, which only the client of Node takes; by name they are in ../facade. */
import { assert, describe, expectTypeOf, test } from "vitest"
import { define, ErrorResponse, MTypes, Scalars } from "../../../src/promise.ts"
import { eventually } from "../../support/eventually.ts"
import { all, rejection } from "../../support/promises.ts"
import { World } from "./world.ts"

describe("definitions behind promises", () => {
  test("a definition gives types, and refuses what does not fit before the handler sees it", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    const half = define({
      mtype: "my.half",
      params: { n: Scalars.SampInt },
      result: { half: Scalars.SampFloat }
    })
    let seen = 0
    await bob.bind(half, ({ params }) => {
      expectTypeOf(params).toEqualTypeOf<{ readonly n: number }>()
      seen++
      return { half: params.n / 2 }
    })
    const answer = await ann.call(to, half, { n: 3 })
    expectTypeOf(answer.result.half).toEqualTypeOf<number>()
    assert.strictEqual(answer.result.half, 1.5)
    const refused = await rejection(ann.call(to, "my.half", { n: "much" }))
    assert.instanceOf(refused, ErrorResponse)
    assert.strictEqual(refused.code, "IllFormed")
    assert.strictEqual(seen, 1)
    await bob.bind("my.half", () => ({ half: "no number" }))
    assert.propertyVal(await rejection(ann.call(to, half, { n: 3 })), "_tag", "IllFormed")
  })

  test("calls bring results by name as strings, and by definition typed", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    await bob.bind(MTypes.calcIntAdd, ({ params }) => ({ x: params.a + params.b }))
    const sum = await ann.call(to, MTypes.calcIntAdd, { a: 1, b: 2 })
    assert.strictEqual(sum.result.x, 3)
    assert.deepStrictEqual(sum.response, { "samp.status": "samp.ok", "samp.result": { x: "3" } })
    assert.deepStrictEqual((await ann.callAndWait(to, "calc.int.add", { a: 3, b: 4 })).result, { x: "7" })
    const replies = await all(ann.callAll(MTypes.calcIntAdd, { a: 5, b: 6 }))
    assert.deepStrictEqual(replies.map(({ answer, error }) => [answer?.result.x, error]), [[11, undefined]])
    const refused = await all(ann.callAll("calc.int.add", { a: "x" }))
    assert.deepStrictEqual(refused.map(({ answer, error }) => [answer, error?._tag]), [
      [undefined, "ErrorResponse"]
    ])
  })

  test("RSP-13 progress comes with its per cent as a number", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.long", ({ progress }) => progress("half", 50))
    const heard: Array<unknown> = []
    await ann.bind(MTypes.msgProgress, ({ params }) => void heard.push([params.txt, params.percent]))
    await ann.call(to, "a.long")
    await eventually(() => heard.length === 1)
    assert.deepStrictEqual(heard, [["half", 50]])
  })
})
