/** The machine of consent under random histories: what holds whatever happens. */
import { assert, describe, it } from "@effect/vitest"
import { answers } from "../../../src/domain/consent/ConsentEvents.ts"
import { decision, pending, questionOf } from "../../../src/domain/consent/ConsentState.ts"
import { subjectOf } from "../../../src/domain/consent/Origin.ts"
import { type Dice, dice } from "../../../src/domain/simulation/Dice.ts"
import { applicant, origins, patterns, rule } from "./given.ts"
import { Desk } from "./table.ts"

const limits = {
  questionMs: 100,
  graceMs: 10,
  open: 4,
  openPerSite: 2,
  waitingPerQuestion: 3,
  refusedMs: 50,
  unansweredMs: 20,
  longestMs: 400,
  origins: 5
}

const someRules = (throws: Dice) =>
  Array.from(
    { length: throws.below(4) },
    () =>
      rule(throws.pick(["allow", "deny"] as const), throws.pick(patterns), {
        name: throws.chance(20) ? "Other" : undefined,
        expires: throws.chance(20) ? throws.below(2_000) : undefined
      })
  )

const someOrigin = (throws: Dice): string | undefined => {
  const subject = throws.pick(origins.map((origin) => origin ?? "local"))
  return subject === "local" ? undefined : subject
}

const act = (desk: Desk, throws: Dice): void => {
  switch (throws.below(9)) {
    case 0:
    case 1:
    case 2:
      return void desk.ask(someOrigin(throws), throws.pick(["Page", "Other"]))
    case 3:
      return void desk.leave(throws.below(desk.requests + 1))
    case 4:
      return void desk.answer(throws.below(desk.state.nextQuestion + 1), throws.pick(answers))
    case 5:
      return throws.chance(30) ? void desk.rules(...someRules(throws)) : undefined
    case 6:
      return throws.chance(10) ? void desk.break() : undefined
    case 7:
      return throws.chance(20)
        ? void desk.feed({ _tag: "Askers", some: throws.chance(70), now: desk.now })
        : void desk.feed({ _tag: "Forgotten", subject: subjectOf(someOrigin(throws)) })
    default:
      desk.now += throws.below(40)
      // the shell comes back when it was asked to
      if (desk.now >= desk.state.wakeAt || throws.chance(10)) desk.at(desk.now)
  }
}

const waitingFor = (desk: Desk): ReadonlySet<number> =>
  new Set(pending(desk.state).flatMap((question) => [...question.waiting.keys()]))

/** What has become of all requests. */
class Book {
  readonly settled = new Set<number>()
  readonly left = new Set<number>()
  readonly endings = new Set<string>()
  private readonly desk: Desk

  constructor(desk: Desk) {
    this.desk = desk
  }

  /** Lets something happen, writes down what became of whom, and looks whether all is as it must be. */
  follow(happens: () => void): void {
    const { desk, endings, left, settled } = this
    const held = waitingFor(desk)
    desk.outputs = []
    happens()
    for (const output of desk.outputs) {
      if (output._tag === "Closed") endings.add(output.ending)
      if (output._tag !== "Settle") continue
      assert.isFalse(settled.has(output.request), `request ${output.request} was answered twice`)
      settled.add(output.request)
      if (output.verdict._tag === "Denied") continue
      // whoever is let in has the user's word or a rule
      assert.match(output.verdict.by, /^(?:me$|the rule for )/u)
      assert.isUndefined(desk.state.view.broken, "nobody is let in while the rules cannot be read")
    }
    const waiting = waitingFor(desk)
    for (const request of held) if (!waiting.has(request) && !settled.has(request)) left.add(request)
    for (let request = 0; request < desk.requests; request++) {
      const states = Number(settled.has(request)) + Number(waiting.has(request)) + Number(left.has(request))
      if (states !== 1) assert.fail(`request ${request} is in ${states} states`)
    }
    this.bounds()
  }

  private bounds(): void {
    const { granted, limits, questions, records, view, wakeAt } = this.desk.state
    const open = pending(this.desk.state)
    assert.strictEqual(
      new Set(open.map(({ subject }) => subject)).size,
      open.length,
      "one question for each origin"
    )
    assert.isAtMost(questions.size, limits.open)
    assert.isAtMost(records.size, limits.origins)
    assert.isAtMost(granted.size, limits.origins)
    for (const { deadline, orphaned, since, waiting } of open) {
      assert.isAtMost(waiting.size, limits.waitingPerQuestion)
      assert.strictEqual(waiting.size === 0, orphaned !== undefined)
      assert.isAtMost(deadline - since, limits.questionMs)
      assert.isAtMost(
        wakeAt,
        Math.min(deadline, (orphaned ?? Infinity) + limits.graceMs),
        "it is woken in time"
      )
      assert.isUndefined(view.broken)
      assert.isTrue(this.desk.state.askers)
    }
  }

  /** Whose consent stands, by the words of the port. */
  standing(): void {
    const { desk } = this
    for (const origin of origins) {
      const decided = decision(desk.state, applicant(origin), desk.now)._tag
      const stands = decided === "Allowed" ||
        (decided === "Silent" && desk.state.granted.has(subjectOf(origin)))
      assert.strictEqual(desk.withdrawn(origin), !stands)
    }
  }
}

describe("consent, whatever happens", () => {
  it("WEB-13, WEB-16: every request is answered once, none without consent, and the bounds hold", () => {
    const endings = new Set<string>()
    for (let seed = 0; seed < 60; seed++) {
      const throws = dice(seed)
      const desk = new Desk("ask", limits)
      const book = new Book(desk)
      for (let turn = 0; turn < 120; turn++) {
        book.follow(() => act(desk, throws))
        if (turn % 8 === 0) book.standing()
      }
      book.follow(() => void desk.feed({ _tag: "Stop" }))
      assert.lengthOf(desk.open, 0, `seed ${seed}`)
      for (const ending of book.endings) endings.add(ending)
    }
    assert.sameMembers([...endings], ["allowed", "denied", "unanswered", "gone", "dropped"])
  })

  it("WEB-16: a page that asks as often as it can costs the user few questions, and nobody else any", () => {
    const desk = new Desk("ask", { questionMs: 120_000 })
    let asked = 0
    let others = 0
    for (desk.now = 0; desk.now < 3_600_000; desk.now += 500) {
      if (desk.now >= desk.state.wakeAt) desk.at(desk.now)
      if (desk.ask("https://evil.example").some((output) => output.startsWith("opened"))) asked++
      const question = questionOf(desk.state, "https://evil.example")
      if (question !== undefined && throwsAway(desk.now)) desk.leave(desk.requests - 1)
      else if (question !== undefined && asked % 2 === 0) desk.answer(question.id, "no")
      const good = `https://good${desk.now}.example`
      if (desk.now % 60_000 === 0 && desk.ask(good)[0]?.startsWith("opened") === true) {
        others++
        desk.answer(questionOf(desk.state, good)?.id ?? 0, "once")
      }
    }
    assert.isAtMost(asked, 20)
    assert.isAtLeast(asked, 3)
    assert.strictEqual(others, 60)
  })
})

const throwsAway = (now: number): boolean => now % 7_000 < 3_500
