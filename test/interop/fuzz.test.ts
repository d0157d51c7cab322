/**
 * A short run of the fuzzer's targets that need peers, always from the same seed; `npm run fuzz -- --target peers` is the
 * long one. `SAMP_TEST_SEED=7` takes another seed.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { formerFindings, inputsOf } from "../fuzz/engine/Known.ts"
import { inputOf, type Target } from "../fuzz/engine/Target.ts"
import { compare, type Readers, startReaders } from "../fuzz/targets/Decoders.ts"
import { hubs, routes, someValues } from "../fuzz/targets/Hubs.ts"
import { document } from "../fuzz/targets/XmlGrammar.ts"
import { bodies } from "../fuzz/targets/Zoo.ts"
import { seed } from "../support/arbitraries.ts"
import { mutate, random } from "../support/seeded.ts"
import { documentPieces } from "../support/xmlPieces.ts"
import * as Home from "./support/Home.ts"

describe(`XML-RPC documents, as we, Python and JSAMP read them (seed ${seed})`, () => {
  const home = Home.make()
  let readers: Readers | undefined
  beforeAll(() => {
    readers = startReaders(home)
  })
  afterAll(async () => {
    await Promise.all([readers?.python.end(), readers?.jsamp.end()])
    home.remove()
  })

  const look = async (inputs: Iterable<string>): Promise<ReadonlySet<string>> => {
    if (readers === undefined) throw new Error("no readers")
    const all = new Set<string>()
    for (const input of inputs) {
      const { seen, wrong } = await compare(readers, input)
      assert.isUndefined(wrong, JSON.stringify(input))
      for (const one of seen) all.add(one)
    }
    return all
  }

  it("WIRE-24 WIRE-25 recorded, found and learned ones differ in known ways only", async () => {
    const found = formerFindings().filter(({ target }) => target === "xml").map(({ input }) => input)
    const seen = await look([...bodies(), ...found, ...inputsOf("xml")])
    assert.include([...seen], "Read, Python Read, JSAMP Read")
    assert.include([...seen], "Fault, Python Fault, JSAMP Fault")
  })

  it("WIRE-26 DT-04 generated and mutated ones differ in known ways only", async () => {
    const next = random(seed)
    const inputs = Array.from({ length: 1_500 }, (_, n) => {
      const made = document(next)
      return inputOf(n % 3 === 0 ? mutate(made, next, documentPieces) : made)
    })
    const seen = await look(inputs)
    assert.isAbove(seen.size, 20)
    assert.include([...seen], "Read, Python Read, JSAMP Read")
  })
})

describe(`values through three hubs, from and to three clients (seed ${seed})`, () => {
  let target: Target | undefined
  beforeAll(async () => {
    target = await hubs()
  })
  afterAll(() => target?.stop?.())

  it.each(routes)("DT-01 DT-04 come back as they were: %s", async (route) => {
    const next = random(seed + routes.indexOf(route))
    const sent = someValues(next, 40)
    const outcome = await target?.check(`${route}\n${sent}`)
    assert.isUndefined(outcome?.wrong, sent)
    const [hub, from, to] = route.split(" ")
    assert.deepStrictEqual(outcome?.seen, [`${from} to ${to} through ${hub}`])
  })
})
