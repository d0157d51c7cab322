/** Which rule counts, and how rules are changed. */
import { assert, describe, it } from "@effect/vitest"
import * as Origin from "../../../src/domain/consent/Origin.ts"
import {
  type Applicant,
  change,
  covers,
  decide,
  type Decision,
  empty,
  permissionOf,
  type Policy,
  type Rule
} from "../../../src/domain/consent/Policy.ts"
import { runs } from "../../support/arbitraries.ts"
import { anyApplicant, anyPolicy, anyRule, anyTime, applicant, rule } from "./given.ts"

const harmless = ["table.*", "image.*"]

const policy = (...rules: ReadonlyArray<Rule>): Policy => ({ rules, extra: {} })

const said = (given: Policy, origin: string | undefined, name = "Page", now = 0): string => {
  const decision = decide(given, applicant(origin, name), now, harmless)
  return decision._tag === "Silent" ? "Silent" : `${decision._tag} ${decision.rule.origin.text}`
}

describe("what the policy says", () => {
  it("WEB-15: is nothing where no rule is about the origin", () => {
    assert.strictEqual(said(empty, "https://a.example"), "Silent")
    assert.strictEqual(said(policy(rule("allow", "https://b.example")), "https://a.example"), "Silent")
    assert.strictEqual(said(policy(rule("allow", "https://*")), "https://a.example/x"), "Silent", "no origin")
  })

  it("WEB-18: is nothing about programs and pages without an origin, unless a rule names them", () => {
    const wide = policy(rule("allow", "https://*"), rule("allow", "http://*:*"))
    assert.strictEqual(said(wide, undefined), "Silent")
    assert.strictEqual(said(wide, "null"), "Silent")
    assert.strictEqual(said(policy(rule("allow", "local")), undefined), "Allowed local")
    assert.strictEqual(said(policy(rule("allow", "local")), "null"), "Silent")
    assert.strictEqual(said(policy(rule("allow", "null")), "null"), "Allowed null")
  })

  it("comes from the narrowest origin, both ways", () => {
    const rules = policy(
      rule("deny", "https://*"),
      rule("allow", "https://*.archive.example"),
      rule("deny", "https://ads.archive.example")
    )
    assert.strictEqual(said(rules, "https://www.archive.example"), "Allowed https://*.archive.example")
    assert.strictEqual(said(rules, "https://ads.archive.example"), "Denied https://ads.archive.example")
    assert.strictEqual(said(rules, "https://other.example"), "Denied https://*")
  })

  it("WEB-14: is no where rules are equally narrow, and no name escapes that", () => {
    const rules = policy(
      rule("allow", "https://a.example", { name: "Page" }),
      rule("deny", "https://a.example")
    )
    assert.strictEqual(said(rules, "https://a.example"), "Denied https://a.example")
    const named = policy(
      rule("allow", "https://a.example"),
      rule("deny", "https://a.example", { name: "Bad" })
    )
    assert.strictEqual(said(named, "https://a.example", "Bad"), "Denied https://a.example")
    assert.strictEqual(said(named, "https://a.example", "Good"), "Allowed https://a.example")
  })

  it("WEB-60: is what the rule for the very name allows, then the first in the file", () => {
    const send = (name: string, ...rules: ReadonlyArray<Rule>) => {
      const decision = decide(policy(...rules), applicant("https://a.example", name), 0, harmless)
      return decision._tag === "Allowed" ? decision.send : undefined
    }
    const some = rule("allow", "https://a.example", { send: ["some"] })
    const named = rule("allow", "https://a.example", { name: "Page", send: ["named"] })
    const other = rule("allow", "https://a.example", { send: ["other"] })
    assert.deepStrictEqual(send("Page", some, named), ["named"])
    assert.deepStrictEqual(send("Else", some, named), ["some"])
    assert.deepStrictEqual(send("Page", other, some), ["other"])
  })

  it("ends when a rule expires", () => {
    const rules = policy(rule("allow", "https://a.example", { expires: 1_000 }), rule("deny", "https://*"))
    assert.strictEqual(said(rules, "https://a.example", "Page", 999), "Allowed https://a.example")
    assert.strictEqual(said(rules, "https://a.example", "Page", 1_000), "Denied https://*")
  })

  it("WEB-60: is the usual, or exactly the MTypes that are named", () => {
    const permission = (rest: Partial<Rule>) => permissionOf(rule("allow", "local", rest), harmless)
    assert.deepStrictEqual(permission({}), { send: undefined, receive: undefined })
    assert.deepStrictEqual(permission({ send: ["table.load.*"] }), { send: ["table.load.*"], receive: [] })
    assert.deepStrictEqual(permission({ receive: ["coord.*"] }), { send: [], receive: ["coord.*"] })
    assert.deepStrictEqual(permission({ send: ["harmless", "ds9.set", "table.*"], receive: ["harmless"] }), {
      send: ["table.*", "image.*", "ds9.set"],
      receive: harmless
    })
    assert.isTrue(covers(undefined, harmless, "table.load.votable"))
    assert.isFalse(covers(undefined, harmless, "ds9.set"))
    assert.isTrue(covers(["ds9.*"], harmless, "ds9.set"))
    assert.isFalse(covers(["ds9.*"], harmless, "table.load.votable"))
    assert.isFalse(covers([], harmless, "table.load.votable"))
  })
})

/** The rules for precedence once more, word by word. */
const expected = ({ rules }: Policy, { name, origin }: Applicant, now: number): Decision["_tag"] => {
  const subject = origin ?? "local"
  const parsed = Origin.parseOrigin(subject)
  const about = rules.filter((rule) =>
    (rule.expires === undefined || rule.expires > now) && (rule.name === undefined || rule.name === name) &&
    parsed !== undefined && (rule.origin.text === subject || Origin.matches(rule.origin, parsed))
  )
  const narrowest = about.filter((one) =>
    about.every((other) => Origin.compare(one.origin, other.origin) <= 0)
  )
  if (narrowest.length === 0) return "Silent"
  return narrowest.some(({ verdict }) => verdict === "deny") ? "Denied" : "Allowed"
}

describe("the policy, whatever is in it", () => {
  it.prop("WEB-15: says what its precedence says, in any order of its rules", {
    policy: anyPolicy,
    applicant: anyApplicant,
    now: anyTime
  }, ({ applicant, now, policy }) => {
    const { _tag } = decide(policy, applicant, now, harmless)
    assert.strictEqual(_tag, expected(policy, applicant, now))
    const reversed = { ...policy, rules: policy.rules.toReversed() }
    assert.strictEqual(decide(reversed, applicant, now, harmless)._tag, _tag)
  }, runs(500))

  it.prop("WEB-14: lets nobody in under a new name whom it denies whatever the name", {
    policy: anyPolicy,
    applicant: anyApplicant
  }, ({ applicant, policy }) => {
    const nameless = { ...policy, rules: policy.rules.filter(({ name }) => name === undefined) }
    const denied = decide(nameless, applicant, 0, harmless)
    if (denied._tag !== "Denied") return
    const now = decide(policy, applicant, 0, harmless)
    // only an exception for a narrower origin outdoes it
    if (now._tag === "Allowed") assert.isBelow(Origin.compare(now.rule.origin, denied.rule.origin), 0)
  }, runs(500))

  it.prop("is changed by an edit as it says, and nowhere else", {
    policy: anyPolicy,
    rule: anyRule,
    applicant: anyApplicant
  }, ({ applicant, policy, rule }) => {
    const set = change(policy, { _tag: "Set", rule })
    const same = (other: Rule) => other.origin.text === rule.origin.text && other.name === rule.name
    assert.deepStrictEqual(set.policy.rules.filter(same), [rule])
    assert.deepStrictEqual(
      set.policy.rules.filter((one) => !same(one)),
      policy.rules.filter((one) => !same(one))
    )
    assert.deepStrictEqual(set.removed, policy.rules.filter(same))
    const revoked = change(set.policy, { _tag: "Revoke", origin: rule.origin, name: rule.name }).policy
    assert.isFalse(revoked.rules.some(same))
    const all = change(policy, { _tag: "Revoke", origin: rule.origin })
    assert.isFalse(all.policy.rules.some(({ origin }) => origin.text === rule.origin.text))
    assert.lengthOf(all.policy.rules, policy.rules.length - all.removed.length)
    if (decide(all.policy, applicant, 0, harmless)._tag !== decide(policy, applicant, 0, harmless)._tag) {
      assert.isAbove(all.removed.length, 0)
    }
  }, runs(300))

  it("keeps its order when a rule is changed, and puts a new one last", () => {
    const rules = policy(rule("allow", "https://a.example"), rule("deny", "https://b.example"))
    const texts = (given: Policy) => given.rules.map(({ origin, verdict }) => `${verdict} ${origin.text}`)
    const changed = change(rules, { _tag: "Set", rule: rule("deny", "https://a.example") }).policy
    assert.deepStrictEqual(texts(changed), ["deny https://a.example", "deny https://b.example"])
    const added = change(changed, { _tag: "Set", rule: rule("allow", "local") }).policy
    assert.deepStrictEqual(texts(added).at(-1), "allow local")
  })
})
