import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Desktop from "../../../src/adapters/memory/Desktop.ts"
import * as SurroundingsMemory from "../../../src/adapters/memory/SurroundingsMemory.ts"
import { check } from "../../../src/apps/conformance/Check.ts"
import { checks } from "../../../src/apps/conformance/Checks.ts"
import { atLast } from "../../../src/apps/conformance/checks/Places.ts"
import { web } from "../../../src/apps/conformance/checks/Web.ts"
import { concernsHubs, requirements, webProfile } from "../../../src/apps/conformance/Requirements.ts"
import { Secrets, Transcript } from "../../../src/apps/conformance/Transcript.ts"
import { unseen } from "../../../src/apps/conformance/Unseen.ts"
import { type CheckResult, count, verdictOn, verdicts } from "../../../src/apps/conformance/Verdict.ts"
import { fault } from "../../../src/domain/Fault.ts"
import type { CallHandler } from "../../../src/ports/CallServer.ts"
import { inMemory } from "./world.ts"
import { wrongHubs } from "./wrongHubs.ts"

const all = [...checks, ...web, ...atLast]
const demands = [...requirements, ...webProfile]
const cited = new Set(all.flatMap(({ ids }) => ids))

describe("the conformance kit", () => {
  it("has a check or a reason for each requirement of hubs, and never both", () => {
    const lacking = demands.filter(concernsHubs).map(({ id }) => id)
      .filter((id) => cited.has(id) === (unseen[id] !== undefined))
    assert.deepStrictEqual(lacking, [])
  })

  it("cites requirements that there are, and gives each check a title of its own", () => {
    const known = new Set(demands.map(({ id }) => id))
    assert.deepStrictEqual([...cited, ...Object.keys(unseen)].filter((id) => !known.has(id)), [])
    assert.strictEqual(new Set(all.map(({ title }) => title)).size, all.length)
    assert.strictEqual(known.size, demands.length)
  })

  for (const { does, id, make } of wrongHubs) {
    it.effect(`finds out by ${id} a hub that ${does}`, () =>
      Effect.gen(function*() {
        const { verdicts: [verdict] } = yield* inMemory(make(), { only: [id] })
        const expected = verdict?.level === "MUST" ? "fail" : "warn"
        assert.strictEqual(verdict?.status, expected, verdict?.detail)
        assert.isNotEmpty(verdict?.detail)
        assert.isNotEmpty(verdict?.checks.find(({ outcome }) => outcome === "fail")?.exchanges)
      }))
  }

  it.effect("finds out by STD-39 a lockfile that others can read, where the system tells its mode", () =>
    Effect.gen(function*() {
      const file = { kind: "file", mode: 0o100644 } as const
      const seeded = SurroundingsMemory.layer({ files: { "/home/astronomer/.samp": file } })
      const surroundings = seeded.pipe(Layer.provide(Layer.merge(Desktop.host, Desktop.lockfiles)))
      const report = yield* inMemory({}, { only: ["STD-39"] }).pipe(Effect.provide(surroundings))
      assert.deepInclude(report.verdicts[0], { status: "fail", detail: "the lockfile has mode 644" })
      const blind = yield* inMemory({}, { only: ["STD-39"] })
      assert.strictEqual(blind.verdicts[0]?.status, "not testable")
    }))

  it.effect("shows no secret and no private key, though it shows what was sent", () =>
    Effect.gen(function*() {
      const keys: Array<string> = []
      const report = yield* inMemory({
        handler: (right) => (call) =>
          Effect.tap(right(call), (value) => {
            const key = value instanceof Map ? value.get("samp.private-key") : undefined
            if (typeof key === "string") keys.push(key, String(call.params[0]))
            return Effect.void
          })
      }, { only: ["REG", "HUB-02", "HUB-24"] })
      const text = JSON.stringify(report.verdicts)
      assert.isAbove(keys.length, 20)
      assert.deepStrictEqual(keys.filter((key) => text.includes(key)), [])
      assert.include(text, "<key of Alice>")
      assert.include(text, "<secret>")
    }))

  it.effect("gives up soon on a hub that answers no more", () =>
    Effect.gen(function*() {
      let asked = 0
      const report = yield* inMemory({
        handler: (right) => (call) => ++asked > 200 ? Effect.never : right(call)
      })
      assert.isTrue(report.gone)
      assert.isBelow(report.ms, 60_000)
      const last = report.results.at(-3)
      assert.deepInclude(last, { outcome: "not testable", detail: "the hub does not answer any more" })
      assert.isAbove(count(report.verdicts).pass, 5)
    }))

  for (const [calls, concurrency] of [[40, 1], [700, 1], [50, 16], [400, 16]] as const) {
    it.effect(`blames no requirement on a hub that hangs after ${calls} calls, ${concurrency} checks at a time`, () =>
      Effect.gen(function*() {
        let asked = 0
        const handler = (right: CallHandler): CallHandler => (call) =>
          ++asked > calls ? Effect.never : right(call)
        const report = yield* inMemory({ handler }, { concurrency })
        assert.isTrue(report.gone)
        assert.deepStrictEqual(report.results.filter(({ outcome }) => outcome === "fail"), [])
        const cut = report.results.filter(({ detail }) => detail === "the hub does not answer any more")
        assert.isNotEmpty(
          cut.find(({ exchanges }) => exchanges.length > 0)?.exchanges,
          "what came until then"
        )
      }))
  }

  it.effect("takes ids in lower case, too", () =>
    Effect.gen(function*() {
      const { verdicts } = yield* inMemory({}, { only: ["reg-0"] })
      assert.isAbove(verdicts.length, 5)
      assert.deepStrictEqual(verdicts.filter(({ id }) => !id.startsWith("REG-0")), [])
    }))

  it.effect("tells an unexpected fault from a refusal, and says what came", () =>
    Effect.gen(function*() {
      const report = yield* inMemory({
        handler: (right) => (call) =>
          call.method === "samp.hub.ping" && call.params.length > 0
            ? right(call)
            : call.method === "samp.hub.getMetadata"
            ? Effect.fail(fault("Malformed", "out of order"))
            : right(call)
      }, { only: ["META-02"] })
      assert.strictEqual(report.verdicts[0]?.status, "fail")
      assert.include(report.verdicts[0]?.detail, "out of order")
    }))
})

describe("a verdict", () => {
  const result = (outcome: CheckResult["outcome"], ...ids: ReadonlyArray<string>): CheckResult => ({
    ids,
    title: "",
    outcome,
    detail: outcome,
    ms: 0,
    exchanges: []
  })
  const requirement = (level: "MUST" | "SHOULD" | "QOI") => ({ id: "X-01", level, who: "H", text: "" })

  it("is that of the worst check, and a warning below MUST", () => {
    const results = [result("pass", "X-01"), result("fail", "X-01"), result("not testable", "X-01")]
    assert.strictEqual(verdictOn(requirement("MUST"), results).status, "fail")
    assert.strictEqual(verdictOn(requirement("SHOULD"), results).status, "warn")
    assert.strictEqual(verdictOn(requirement("QOI"), results).status, "warn")
    assert.strictEqual(verdictOn(requirement("MUST"), [result("pass", "X-01")]).status, "pass")
  })

  it("is a pass if one check could look, and says why if none could", () => {
    const some = [result("not testable", "X-01"), result("pass", "X-01"), result("fail", "X-02")]
    assert.strictEqual(verdictOn(requirement("MUST"), some).status, "pass")
    const none = verdictOn(requirement("MUST"), [result("not testable", "X-01")])
    assert.deepInclude(none, { status: "not testable", detail: "not testable" })
  })

  it("is there for each requirement, with a reason where nobody looks", () => {
    for (const { detail, status } of verdicts([])) {
      assert.strictEqual(status, "not testable")
      assert.isNotEmpty(detail)
    }
  })
})

describe("a transcript", () => {
  it("keeps the first and the last exchanges, cut and masked", () => {
    const secrets = new Secrets()
    secrets.add("sesame", "secret")
    const transcript = new Transcript(secrets)
    for (let n = 0; n < 100; n++) {
      transcript.add({ ms: n, way: "asked", client: "", text: `${n} open sesame ${"x".repeat(2_000)}` })
    }
    const texts = transcript.exchanges.map(({ text }) => text)
    assert.lengthOf(texts, 61)
    assert.match(texts[0] ?? "", /^0 open <secret> x+\.\.\. \(\d+ characters\)$/u)
    assert.strictEqual(texts[30], "(40 more)")
    assert.match(texts[60] ?? "", /^99 /u)
  })
})

describe("a check", () => {
  it("is of the requirements that it names", () => {
    assert.deepStrictEqual(check("A-01 B-02", "title", () => Effect.void).ids, ["A-01", "B-02"])
  })
})
