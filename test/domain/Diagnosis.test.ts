/** The diagnosis: each finding by itself, which of several is the cause, and that nothing throws it off. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { diagnose } from "../../src/domain/diagnosis/Diagnosis.ts"
import { type Evidence, lockfileFacts } from "../../src/domain/diagnosis/Evidence.ts"
import { plain } from "../../src/domain/diagnosis/Finding.ts"
import { runs } from "../support/arbitraries.ts"
import {
  absent,
  cases,
  client,
  healthy,
  other,
  place,
  proxies,
  talk,
  unanswered
} from "../support/evidence.ts"

describe("the diagnosis", () => {
  it.each(cases)("%s", (_, change, code, severity, words) => {
    const { checks, findings: [first], works } = diagnose({ ...healthy, ...change })
    assert.include(first, { code, severity })
    for (const word of words) assert.include(first.cause, word)
    assert.notStrictEqual(first.remedy, "")
    assert.strictEqual(works, severity === "note")
    assert.strictEqual(checks.some(({ status }) => status === "failed"), !works && code !== "unexplained")
  })

  it("says how to stop a hub only of those that can be stopped so", () => {
    const remedyOf = (impl: string | undefined) =>
      diagnose({ ...healthy, ...talk({ clients: [] }), others: [{ ...other, impl, clients: 2 }] }).findings[0]
        .remedy
    assert.include(remedyOf("effect-samp 0.1.0"), `samp hub stop --hub ${other.lockfile ?? ""}`)
    for (const impl of ["JSAMP 1", undefined]) {
      assert.notInclude(remedyOf(impl), "samp hub stop")
      assert.include(remedyOf(impl), "end it where it was started")
    }
  })

  it("what comes first on the way is the cause, warnings come after, notes last", () => {
    const { findings } = diagnose({
      ...healthy,
      ...unanswered({ addresses: [] }),
      proxies,
      localhost: [],
      place: { ...place, file: { kind: "file", mode: 0o644, owner: 1000 } }
    })
    assert.deepStrictEqual(findings.map(({ code }) => code), [
      "host-unresolvable",
      "stale-lockfile",
      "lockfile-readable",
      "proxy-set",
      "localhost-not-loopback"
    ])
  })

  it("a check that could not be made is skipped, and says why", () => {
    const { checks } = diagnose({ ...healthy, ...absent })
    const skipped = checks.filter(({ status }) => status === "skipped").map(({ name }) => name)
    assert.includeMembers(skipped, ["hub", "registration", "callback", "clients"])
    for (const { detail } of checks) assert.notStrictEqual(detail, "")
  })

  it("shows no password of a proxy, and nothing that a terminal obeys", () => {
    const name = "evil\u001b[31m\nname\u202e"
    const { findings } = diagnose({
      ...healthy,
      proxies,
      ...talk({ clients: [{ ...client, name, state: "Hung" }] })
    })
    assert.notInclude(JSON.stringify(findings), "secret-word")
    assert.include(findings[0].cause, "The client evil [31m name (c1) hangs")
  })

  it("STD-50, STD-51 reads a lockfile as clients do, and keeps no secret", () => {
    const facts = lockfileFacts(
      "x\r\n samp.secret = hush\r\nsamp.hub.xmlrpc.url=http:\\\\/\\/h:1/\r\nsamp.hub.label=red"
    )
    assert.include(facts, { usable: true, hasSecret: true, ended: false, url: "http://h:1/", label: "red" })
    assert.notInclude(JSON.stringify(facts), "hush")
  })
})

const odd = Arbitrary.schema(
  Schema.Literals([
    "",
    " ",
    "\n",
    "\u001b[2J",
    "//",
    "http://[",
    "http://a b/",
    "%",
    "::1",
    "\ud800",
    "x".repeat(3_000)
  ])
)
const index = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: cases.length - 1 })))

describe("the diagnosis of odd evidence", () => {
  it.prop(
    "any mixture of faults and odd texts gives a first line, in order of severity",
    {
      mixed: Arbitrary.array(index, { maxLength: 6 }),
      texts: Arbitrary.array(odd, { minLength: 4, maxLength: 4 })
    },
    ({ mixed, texts: [a = "", b = "", c = "", d = ""] }) => {
      const faults = mixed.map((at) => cases[at]?.[1] ?? {})
      const merged: Evidence = Object.assign({}, healthy, ...faults)
      const evidence: Evidence = {
        ...merged,
        home: a,
        account: { uid: NaN, home: b },
        proxies: new Map([[c, d]]),
        noProxy: [d],
        hub: merged.hub === undefined ? undefined : { ...merged.hub, url: c },
        place: merged.place._tag === "Place" ? { ...merged.place, name: d } : { ...merged.place, detail: d },
        others: [...merged.others, { ...other, url: a, label: b, lockfile: c }],
        web: { port: NaN, state: "Other", listener: { port: -1, command: a } }
      }
      const { checks, findings } = diagnose(evidence)
      const order = ["fatal", "warning", "note"]
      const ranks = findings.map(({ severity }) => order.indexOf(severity))
      assert.deepStrictEqual(ranks, [...ranks].sort())
      for (const { cause, evidence, remedy } of findings) {
        for (const line of [cause, remedy, ...evidence]) assert.notMatch(line, /\p{Cc}|\p{Zl}|\p{Zp}/u)
      }
      assert.strictEqual(new Set(checks.map(({ name }) => name)).size, checks.length)
    },
    runs(300)
  )

  it.prop("a foreign text is one line, and short", { text: Schema.String, odd }, ({ odd, text }) => {
    const line = plain(text + odd)
    assert.notMatch(line, /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/u)
    assert.isAtMost(line.length, 200)
    assert.strictEqual(plain(line), line)
  }, runs(300))
})
