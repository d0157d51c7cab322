/** The machine of consent: who is asked about, who is let in, and who is refused unasked. */
import { assert, describe, it } from "@effect/vitest"
import { isAnswer } from "../../../src/domain/consent/ConsentEvents.ts"
import { pending } from "../../../src/domain/consent/ConsentState.ts"
import * as Texts from "../../../src/domain/consent/Texts.ts"
import { rule } from "./given.ts"
import { Desk, verdicts } from "./table.ts"

const a = "https://a.example"
const b = "https://b.example"

describe("without a question", () => {
  it("WEB-15: all are let in, or none, where the hub is told so, whatever the rules say", () => {
    const all = new Desk("allow")
    all.rules(rule("deny", a))
    for (const origin of [a, undefined, "null"]) {
      assert.match(all.ask(origin).join(), /yes: the hub, which allows/u)
    }
    assert.isFalse(all.withdrawn(a))
    const none = new Desk("deny")
    none.rules(rule("allow", a))
    assert.match(
      none.ask(a).join(),
      /no: this hub lets no web client in; start it with another --web-consent/u
    )
    assert.isTrue(none.withdrawn(a))
  })

  it("WEB-15: a rule decides before anybody is asked, and says what may be sent", () => {
    const desk = new Desk()
    desk.rules(rule("allow", a, { send: ["table.load.*"] }), rule("deny", b))
    assert.deepStrictEqual(desk.ask(a), [`0 yes: the rule for ${a}`])
    assert.deepInclude(desk.outputs[0], {
      verdict: { _tag: "Allowed", send: ["table.load.*"], receive: [], by: `the rule for ${a}` }
    })
    assert.match(
      desk.ask(b)[0] ?? "",
      /^1 no: a rule denies https:\/\/b\.example; .*samp consent revoke https:\/\/b/u
    )
    assert.lengthOf(desk.open, 0)
  })

  it("WEB-15: where nobody can be asked, the refusal says how to allow it", () => {
    for (const desk of [new Desk("policy"), new Desk("ask", {}, false)]) {
      const [verdict, log] = desk.ask(a)
      assert.match(
        verdict ?? "",
        /^0 no: no rule allows https:\/\/a\.example, .*samp consent allow https:\/\/a\.example$/u
      )
      assert.strictEqual(log, `log ${a}`)
      assert.deepStrictEqual(desk.ask(a).slice(1), ["again"])
      assert.deepStrictEqual(desk.ask(b).slice(1), [`log ${b}`])
    }
  })

  it("WEB-18: 'null' is refused unless a rule allows it, and what is no origin always", () => {
    const desk = new Desk()
    assert.match(desk.ask("null")[0] ?? "", /cannot be told from any other/u)
    assert.match(desk.ask("https://A.example/")[0] ?? "", /no origin that a browser would send/u)
    desk.rules(rule("allow", "null"))
    assert.deepStrictEqual(verdicts(desk.ask("null")), ["2 yes"])
  })

  it("WEB-15: nobody is let in while the rules cannot be read, and those who are in stay", () => {
    const desk = new Desk()
    desk.rules(rule("allow", a))
    desk.ask(b)
    desk.answer(1, "once")
    desk.ask("https://c.example")
    assert.deepStrictEqual(desk.break(), [
      `1 no: ${Texts.broken}`,
      "closed 2 dropped by the rules cannot be read"
    ])
    assert.deepStrictEqual(verdicts(desk.ask(a)), ["2 no"])
    assert.isFalse(desk.withdrawn(a))
    assert.isFalse(desk.withdrawn(b))
    assert.isTrue(desk.withdrawn("https://d.example"))
    desk.rules(rule("deny", b))
    assert.isTrue(desk.withdrawn(b))
  })
})

describe("a question", () => {
  it("WEB-13: is put to the user, whose yes lets in who waits, and stands until it is withdrawn", () => {
    const desk = new Desk("ask", { questionMs: 100 })
    assert.deepStrictEqual(desk.ask(a), ["opened 1", "wake 100"])
    assert.isTrue(desk.withdrawn(a))
    assert.deepStrictEqual(desk.answer(1, "once"), ["0 yes: me", "closed 1 allowed by me"])
    assert.isFalse(desk.withdrawn(a))
    assert.deepStrictEqual(desk.ask(a), ["opened 2"], "once is once")
    desk.feed({ _tag: "Forgotten", subject: a })
    assert.isTrue(desk.withdrawn(a))
  })

  it("WEB-13: is remembered by origin for always and never, never by name", () => {
    const desk = new Desk()
    desk.ask(a, "One")
    assert.deepStrictEqual(desk.answer(1, "always"), [
      "0 yes: me",
      `remember allow ${a}`,
      "closed 1 allowed by me"
    ])
    assert.isFalse(desk.withdrawn(a, "Another"), "also if the rule could not be written")
    desk.ask(b)
    assert.deepStrictEqual(desk.answer(2, "never").slice(1), [`remember deny ${b}`, "closed 2 denied by me"])
    desk.ask(undefined)
    assert.deepStrictEqual(desk.answer(3, "always")[1], "remember allow local")
    const [remembered] = desk.outputs.flatMap((output) =>
      output._tag === "Remember" ? [output.rule.name] : []
    )
    assert.isUndefined(remembered)
  })

  it("WEB-13: of which nobody has said anything in time, is a no", () => {
    const desk = new Desk("ask", { questionMs: 100 })
    desk.ask(a)
    assert.deepStrictEqual(desk.at(99), ["wake 100"])
    const [verdict, closed] = desk.at(100)
    assert.match(verdict ?? "", /^0 no: nobody answered within 1 s .*samp consent allow/u)
    assert.strictEqual(closed, "closed 1 unanswered by the time limit")
    assert.deepStrictEqual(desk.answer(1, "always"), [], "an answer that comes too late counts for nothing")
    assert.lengthOf(desk.open, 0)
  })

  it("WEB-16: is one for each origin, with one answer for all who wait for it, and shows all their names", () => {
    const desk = new Desk()
    desk.ask(a, "One")
    assert.deepStrictEqual(desk.ask(a, "Two"), ["changed 1"])
    desk.ask(a, "One", "https://evil.example/")
    desk.ask(b)
    assert.deepStrictEqual(desk.open, [a, b])
    const [question] = pending(desk.state)
    assert.deepInclude(question, { names: ["One", "Two"], odd: "https://evil.example" })
    assert.deepStrictEqual(verdicts(desk.answer(1, "once")), ["0 yes", "1 yes", "2 yes"])
    for (let i = 0; i < 9; i++) desk.ask(b, `Name ${i}`)
    const [other] = pending(desk.state)
    assert.deepStrictEqual(other?.names, ["Name 5", "Name 6", "Name 7", "Name 8"])
  })

  it("WEB-16: is taken over by a page that is loaded again, with the time that is left", () => {
    const desk = new Desk("ask", { questionMs: 1_000, graceMs: 100 })
    desk.ask(a)
    desk.now = 500
    assert.deepStrictEqual(desk.leave(0), ["wake 600"])
    assert.deepStrictEqual(desk.open, [a], "it stands a little longer")
    desk.now = 599
    assert.deepStrictEqual(desk.ask(a), ["changed 1"])
    assert.deepStrictEqual(desk.at(700), ["wake 1000"], "and is not gone any more")
    assert.deepStrictEqual(verdicts(desk.at(1_000)), ["1 no"])
  })

  it("WEB-16: is closed when those who asked have gone", () => {
    const desk = new Desk("ask", { graceMs: 100 })
    desk.ask(a)
    desk.ask(a)
    assert.deepStrictEqual(desk.leave(0), [])
    desk.leave(1)
    assert.deepStrictEqual(desk.at(100), ["closed 1 gone by the page"])
    assert.deepStrictEqual(desk.leave(1), [])
  })

  it("WEB-13: that nobody waits for lets nobody in by a yes, unless he is to be remembered", () => {
    const desk = new Desk()
    desk.ask(a)
    desk.leave(0)
    assert.deepStrictEqual(desk.answer(1, "once"), ["closed 1 allowed by me"])
    assert.isTrue(desk.withdrawn(a))
    desk.ask(b)
    desk.leave(1)
    desk.answer(2, "always")
    assert.isFalse(desk.withdrawn(b))
  })

  it("WEB-15: is answered at once by a rule that is made meanwhile, name by name", () => {
    const desk = new Desk()
    desk.ask(a, "Good")
    desk.ask(a, "Other")
    desk.ask(b)
    assert.deepStrictEqual(desk.rules(rule("allow", a, { name: "Good" })), [`0 yes: the rule for ${a}`])
    assert.deepStrictEqual(desk.open, [a, b])
    assert.deepStrictEqual(verdicts(desk.rules(rule("allow", a), rule("deny", "https://*.example"))), [
      "1 yes",
      "2 no"
    ])
    assert.lengthOf(desk.open, 0)
    desk.ask(undefined)
    desk.leave(3)
    desk.rules(rule("allow", "local"))
    assert.lengthOf(desk.open, 0, "also if nobody waits just now")
  })

  it("is dropped with a no when nobody can answer any more, or the hub ends", () => {
    const desk = new Desk()
    desk.ask(a)
    assert.deepStrictEqual(verdicts(desk.feed({ _tag: "Askers", some: false, now: 0 })), ["0 no"])
    desk.feed({ _tag: "Askers", some: true, now: 0 })
    desk.ask(a)
    assert.deepStrictEqual(desk.feed({ _tag: "Stop" }), [
      "1 no: the hub is shutting down",
      "closed 2 dropped by the hub ends"
    ])
    assert.deepStrictEqual(verdicts(desk.ask(a)), ["2 no"])
  })

  it("knows the answers there are", () => {
    assert.deepStrictEqual(["once", "always", "no", "never", "yes", ""].map(isAnswer), [
      true,
      true,
      true,
      true,
      false,
      false
    ])
  })
})

describe("a consent that was given", () => {
  it("WEB-68: no longer stands when its rule is revoked, has expired, or another denies", () => {
    const desk = new Desk()
    desk.rules(rule("allow", a, { expires: 1_000 }), rule("allow", b))
    assert.isFalse(desk.withdrawn(a))
    assert.isFalse(desk.withdrawn(b))
    desk.now = 1_000
    assert.isTrue(desk.withdrawn(a))
    desk.rules(rule("deny", "https://*"), rule("allow", b))
    assert.isFalse(desk.withdrawn(b))
    desk.rules(rule("deny", "https://*"))
    assert.isTrue(desk.withdrawn(b))
  })

  it("WEB-68: by the user's word is taken back with a rule that said the same", () => {
    const desk = new Desk()
    desk.ask(a)
    desk.answer(1, "always")
    desk.rules(rule("allow", a))
    desk.rules()
    assert.isTrue(desk.withdrawn(a))
    desk.ask(b)
    desk.answer(2, "once")
    desk.rules(rule("allow", a))
    desk.rules()
    assert.isFalse(desk.withdrawn(b), "rules of others take nothing from it")
  })
})

describe("what the user is told", () => {
  const question = (origin: string | undefined, referer?: string) => {
    const desk = new Desk()
    desk.ask(origin, "An <b>\u001b[2J", referer)
    const [first] = pending(desk.state)
    return first === undefined
      ? ""
      : [Texts.whoOf(first.subject), Texts.claims(first), ...Texts.warnings(first)].join("|")
  }

  it("WEB-14: is the origin, the name as it is claimed and harmless, and what is odd", () => {
    assert.strictEqual(question(a, `${a}/page`), `${a}|'An <b>?[2J'`)
    assert.match(question(a, "https://evil.example/x"), /its Referer is of https:\/\/evil\.example/u)
    assert.match(question("http://a.example"), /not encrypted/u)
    assert.match(question(undefined), /^a program without an origin\|.*\|.*every program on this machine/u)
  })

  it("WEB-15: is how long, in words", () => {
    assert.deepStrictEqual([1, 60_000, 119_000, 120_000, 3_600_000, 7_200_000].map(Texts.durationOf), [
      "1 s",
      "60 s",
      "119 s",
      "2 min",
      "60 min",
      "2 h"
    ])
    assert.strictEqual(Texts.plain("\u00e9\n".repeat(200), 10), "???????...")
  })
})
