/** What the compiler knows of MTypes in a page, and what it refuses; nothing of this runs. */
import { assert, describe, expectTypeOf, test } from "vitest"
import {
  type BrowserClient,
  connect,
  type KnownMTypes,
  later,
  type PlainObject,
  type PlainValue
} from "../../../src/browser.ts"
import { connect as connectNode } from "../../../src/browserNode.ts"

/** Compiled, never called. */
export const uses = async (client: BrowserClient): Promise<void> => {
  await client.notifyAll("coord.pointAt.sky", { ra: 10.68, dec: 41.27 })
  await client.notifyAll("samp.app.ping")
  await client.notifyAll("my.own", { whatever: [1, true, { n: 2n }] })
  await client.notify("c1", "table.load.votable", { url: "https://a.example/t.vot", "table-id": "t" }, {
    extra: { x: 1 }
  })
  // @ts-expect-error -- dec is missing
  await client.notifyAll("coord.pointAt.sky", { ra: 10.68 })
  // @ts-expect-error -- it is called dec
  await client.notifyAll("coord.pointAt.sky", { ra: 10.68, decl: 41.27 })
  // @ts-expect-error -- a number is asked for
  await client.notifyAll("coord.pointAt.sky", { ra: "10.68", dec: 41.27 })
  // @ts-expect-error -- the parameters are missing
  await client.call("c1", "table.load.votable")
  // @ts-expect-error -- no such option
  await client.call("c1", "my.own", {}, { timeout: 3 })
  // @ts-expect-error -- null is nothing that SAMP has
  await client.call("c1", "my.own", { n: null })

  const sum = await client.call("c1", "calc.int.add", { a: 1, b: 2 })
  expectTypeOf(sum.result).toEqualTypeOf<{ readonly x?: string }>()
  expectTypeOf((await client.call("c1", "my.own")).result).toEqualTypeOf<PlainObject>()
  for await (const { answer } of client.callAll("calc.int.add", { a: 1, b: 2 })) {
    expectTypeOf(answer?.result.x).toEqualTypeOf<string | undefined>()
  }

  await client.bind("coord.pointAt.sky", ({ params }) => {
    expectTypeOf(params.ra).toEqualTypeOf<string | undefined>()
    // @ts-expect-error -- it has none
    return params.radius
  })
  await client.bind("calc.int.add", ({ params }) => ({ x: Number(params.a) + Number(params.b) }))
  await client.bind("calc.int.add", () => later)
  // @ts-expect-error -- it answers with x
  await client.bind("calc.int.add", () => ({ sum: 3 }))
  await client.bind("table.*", ({ params }) => {
    expectTypeOf(params["url"]).toEqualTypeOf<PlainValue | undefined>()
    return { anything: 1 }
  })
  await client.bind("table.select.rowList", ({ params }) => {
    expectTypeOf(params["row-list"]).toEqualTypeOf<ReadonlyArray<string> | undefined>()
  })
  await client.bind("samp.hub.event.metadata", ({ params }) => {
    expectTypeOf(params.metadata).toEqualTypeOf<PlainObject | undefined>()
  })
}

describe("types for pages", () => {
  test("MTY-20 the known MTypes are those of the vocabulary", () => {
    expectTypeOf<"table.load.votable">().toExtend<keyof KnownMTypes>()
    expectTypeOf<"nobody.knows">().not.toExtend<keyof KnownMTypes>()
    expectTypeOf<string>().not.toExtend<keyof KnownMTypes>()
    assert.isFunction(uses)
  })

  test("Node's client is the same", () => {
    expectTypeOf(connectNode).toEqualTypeOf(connect)
  })
})
