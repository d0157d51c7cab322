/** The machine of consent: whoever asks too often, and too many who ask. */
import { assert, describe, it } from "@effect/vitest"
import { rule } from "./given.ts"
import { Desk, verdicts } from "./table.ts"

const a = "https://a.example"
const b = "https://b.example"

describe("whoever asks in a loop", () => {
  it("WEB-16: is refused unasked after a no, twice as long each time, up to a bound", () => {
    const desk = new Desk("ask", { refusedMs: 1_000, longestMs: 3_000 })
    for (const ms of [1_000, 2_000, 3_000, 3_000]) {
      const question = desk.state.nextQuestion
      assert.deepStrictEqual(desk.ask(a)[0], `opened ${question}`)
      desk.answer(question, "no")
      desk.now += ms - 1
      const [verdict, log] = desk.ask(a)
      assert.match(
        verdict ?? "",
        / no: the user did not let https:\/\/a\.example in; it can ask again in 1 s/u
      )
      assert.strictEqual(log, `log ${a}`, "it is said once")
      assert.deepStrictEqual(desk.ask(a).slice(1), ["again"])
      assert.deepStrictEqual(desk.ask(b)[0]?.slice(0, 6), "opened", "and nobody else is")
      desk.answer(desk.state.nextQuestion - 1, "once")
      desk.now += 1
    }
  })

  it("WEB-16: is forgiven the first time that nobody answers or it goes, and not the next ones", () => {
    const desk = new Desk("ask", { questionMs: 10, graceMs: 10, unansweredMs: 1_000 })
    desk.ask(a)
    desk.at(10)
    assert.deepStrictEqual(desk.ask(a)[0], "opened 2")
    desk.leave(1)
    desk.at(20)
    assert.match(desk.ask(a)[0] ?? "", /asked and went before it was answered; it can ask again in 1 s/u)
    desk.now = 1_020
    assert.deepStrictEqual(desk.ask(a)[0], "opened 3")
    desk.at(1_030)
    desk.now = 3_029
    assert.deepStrictEqual(verdicts(desk.ask(a)), ["4 no"])
    desk.now = 3_030
    assert.deepStrictEqual(desk.ask(a)[0], "opened 4")
  })

  it("WEB-16: begins anew after a yes, a change of its rules, or a long silence", () => {
    const desk = new Desk("ask", { refusedMs: 1_000, longestMs: 10_000 })
    const no = () => {
      assert.strictEqual(desk.ask(a)[0], `opened ${desk.state.nextQuestion - 1}`)
      desk.answer(desk.state.nextQuestion - 1, "no")
    }
    const refusedFor = () => (desk.state.records.get(a)?.until ?? 0) - desk.now
    no()
    desk.now += 1_000
    no()
    assert.strictEqual(refusedFor(), 2_000)
    desk.now += 2_000 + 10_001
    no()
    assert.strictEqual(refusedFor(), 1_000)
    desk.rules(rule("deny", a))
    desk.rules()
    no()
    assert.strictEqual(refusedFor(), 1_000, "to take a never back means to be asked again")
    desk.now += 1_000
    desk.ask(a)
    desk.answer(desk.state.nextQuestion - 1, "once")
    no()
    assert.strictEqual(refusedFor(), 1_000)
    desk.feed({ _tag: "Forgotten", subject: a })
    no()
  })

  it("WEB-16: opens no more questions than there may be, of one site or of all, and waits in no longer line", () => {
    const desk = new Desk("ask", { open: 5, openPerSite: 2, waitingPerQuestion: 3 })
    const opened = (origin: string): boolean => desk.ask(origin)[0]?.startsWith("opened") === true
    assert.deepStrictEqual(
      ["https://a.evil.example", "https://b.evil.example", "https://c.evil.example"].map(opened),
      [
        true,
        true,
        false
      ]
    )
    assert.deepStrictEqual([a, b, "http://10.0.0.1", "http://10.0.0.2"].map(opened), [
      true,
      true,
      true,
      false
    ])
    assert.match(desk.ask("https://d.example")[0] ?? "", /5 pages wait/u)
    desk.ask(a)
    desk.ask(a)
    assert.match(desk.ask(a)[0] ?? "", /too many requests of https:\/\/a\.example/u)
    assert.isUndefined(desk.state.records.get(b), "nobody is the worse for it")
  })

  it("WEB-16: is forgotten when there are too many of its like", () => {
    const desk = new Desk("ask", { origins: 3 })
    for (let i = 0; i < 5; i++) {
      desk.ask(`https://x${i}.y${i}.example`)
      desk.answer(i + 1, i % 2 === 0 ? "no" : "once")
      desk.ask(`https://z${i}.example/`)
    }
    assert.isAtMost(desk.state.records.size, 3)
    desk.ask(a)
    for (const i of [2, 0, 1, 2, 3]) {
      desk.ask(`https://q${i}.example`)
      desk.answer(desk.state.nextQuestion - 1, "once")
    }
    assert.deepStrictEqual([...desk.state.granted.keys()], [
      "https://q1.example",
      "https://q2.example",
      "https://q3.example"
    ])
  })
})
