/**
 * What the fuzzer found and what it learned, replayed: nothing is wrong about any of these inputs (any more). The fuzzer
 * itself finds what is planted for it.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Program from "../interop/support/Program.ts"
import { random } from "../support/seeded.ts"
import { Corpus, distil, readInputs } from "./engine/Corpus.ts"
import { outcomeOf, readFinding } from "./engine/Findings.ts"
import { formerFindings, inputsOf } from "./engine/Known.ts"
import { shrink } from "./engine/Shrink.ts"
import type { Target } from "./engine/Target.ts"
import { content } from "./targets/Content.ts"
import { http } from "./targets/Http.ts"
import { lockfile } from "./targets/Lockfile.ts"
import { values } from "./targets/Values.ts"
import { xml } from "./targets/Xml.ts"

const replay = async (target: Target, inputs: ReadonlyArray<string>): Promise<void> => {
  for (const input of inputs) {
    const { wrong } = await outcomeOf(target, input)
    assert.isUndefined(wrong, JSON.stringify(input))
  }
}

const former = formerFindings()

describe.each([xml, values, lockfile, content])("the corpus of $name", (target) => {
  it("ERR-06 shows nothing wrong", () => replay(target, inputsOf(target.name)))
  it.each(former.filter((one) => one.target === target.name))(
    "ERR-06 no more: $was",
    ({ input }) => replay(target, [input])
  )
})

describe("the corpus of http", () => {
  let target: Target | undefined
  beforeAll(async () => {
    target = await http()
  })
  afterAll(() => target?.stop?.())
  const run = async (inputs: ReadonlyArray<string>): Promise<void> => {
    if (target === undefined) throw new Error("no hub")
    await replay(target, inputs)
    assert.isUndefined(await target.inspect?.())
  }

  it("ERR-06 shows nothing wrong, and leaves the hub well", () => run(inputsOf("http")))
  it.each(former.filter((one) => one.target === "http"))("ERR-06 no more: $was", ({ input }) => run([input]))
})

describe("the fuzzer", () => {
  const kinds = ["xml", "values", "lockfile", "content", "http"]

  it("knows the target of each former finding", () => {
    assert.isEmpty(former.filter(({ target }) => !kinds.includes(target)))
  })

  it("is led by coverage to what is planted, writes it down small, and shows it again", async () => {
    const out = mkdtempSync(join(tmpdir(), "samp-fuzz-"))
    const env = { PATH: process.env["PATH"] ?? "", HOME: out }
    try {
      const planted = await Program.run(process.execPath, [`${import.meta.dirname}/engine/planted.ts`, out], {
        env
      })
      const [file = ""] = readdirSync(out)
      const found = readFinding(join(out, file))
      assert.deepInclude(found, { target: "planted", kind: "planted", input: "SAMP" })
      assert.match(planted.stdout, /npm run fuzz -- --replay .*planted-[0-9a-f]{8}\.json\n/u)
      // by chance alone it would take a million
      assert.isBelow(Number(/^(\d+) inputs$/mu.exec(planted.stdout)?.[1]), 50_000)
    } finally {
      rmSync(out, { recursive: true, force: true })
    }
  })

  it("runs, keeps what it learned, and replays", async () => {
    const out = mkdtempSync(join(tmpdir(), "samp-fuzz-"))
    const env = { PATH: process.env["PATH"] ?? "", HOME: out }
    const main = `${import.meta.dirname}/main.ts`
    const fuzz = (...args: ReadonlyArray<string>) => Program.run(process.execPath, [main, ...args], { env })
    try {
      const ran = await fuzz("--target", "lockfile", "--runs", "128", "--seed", "3", "--out", out)
      Program.ended(ran, 0)
      assert.match(ran.stdout, /^lockfile: \d+ s, 128 inputs/mu)
      assert.isNotEmpty(readInputs(join(out, "corpus", "lockfile.jsonl")))
      const finding = { target: "lockfile", kind: "none", detail: "", seed: 1, run: 1, input: "a=b" }
      writeFileSync(join(out, "finding.json"), JSON.stringify(finding))
      Program.ended(await fuzz("--replay", join(out, "finding.json")), 0)
      Program.ended(await fuzz("--target", "nothing"), 2)
    } finally {
      rmSync(out, { recursive: true, force: true })
    }
  })

  it("makes a failing input small and plain", async () => {
    const small = await shrink(
      "some <b>long</b> & text",
      (text) => Promise.resolve(/<.>.*&/u.test(text)),
      5_000
    )
    assert.strictEqual(small, "<a>&")
  })

  it("takes a throw for a finding, and keeps no input twice nor a huge one", async () => {
    const thrower: Target = { ...lockfile, check: () => JSON.parse("{") }
    assert.match((await outcomeOf(thrower, "x")).wrong?.kind ?? "", /^throws at /u)
    const corpus = new Corpus()
    for (const input of ["a", "a", "b".repeat(10_000)]) corpus.add(input)
    assert.deepStrictEqual(corpus.inputs, ["a"])
    assert.strictEqual(corpus.pick(random(1)), "a")
    const known = new Set<string>()
    const isNew = (input: string) =>
      Promise.resolve(!known.has(input.charAt(0)) && known.add(input.charAt(0)).size > 0)
    assert.deepStrictEqual(await distil(["aaa", "b", "aa"], isNew), ["b", "aa"])
  })
})
