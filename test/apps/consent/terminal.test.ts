/** The questions at the hub's terminal. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { ConsentFiles } from "../../../src/adapters/memory/ConsentFiles.ts"
import { Teletype } from "../../../src/adapters/memory/Teletype.ts"
import { ConsentDesk } from "../../../src/apps/consent/ConsentDesk.ts"
import { answerOf, asks, run, withdrawn } from "./world.ts"

const a = "https://a.example"
const b = "https://b.example"

/** Types a line once the question has been there for a while. */
const type = (line: string) =>
  Effect.gen(function*() {
    const { type } = yield* Teletype
    yield* Effect.sleep(1_000)
    yield* type(line)
    yield* Effect.sleep(1)
  })

const paper = Teletype.use(({ paper }) => paper)

/** What was written since. */
const since = (before: string) => Effect.map(paper, (now) => now.slice(before.length))

describe("a question at the terminal", () => {
  it("WEB-13, WEB-14: shows the origin first, says that the name is only claimed, and warns", () => {
    run(
      Effect.gen(function*() {
        yield* asks(a, "An archive", "https://evil.example/page")
        const text = yield* paper
        assert.match(
          text,
          /^\nA web page asks to use SAMP:\n {2}origin {3}https:\/\/a\.example\n {2}claims {3}'An archive' \(it can call itself anything\)\n/u
        )
        assert.match(text, /WARNING: its Referer is of https:\/\/evil\.example/u)
        assert.match(text, /It can be answered in a browser, too: http:\/\/127\.0\.0\.1:\d+\/secret/u)
        assert.match(text, /Let it in\? Type y for this once, always, n, or never \(it is no in 2 min\): $/u)
        for (const line of text.split("\n").slice(0, -2)) assert.isAtMost(line.length, 80)
      }),
      { terminal: true }
    )
  })

  it.each(
    [
      ["y", /^yes: the user at the terminal$/u, "It is let in, this once.", undefined, false],
      [" ALWAYS ", /^yes/u, "now and ever after", /"allow"/u, false],
      ["n", /^no: the user did not let https:\/\/a\.example in/u, "It is not let in.", undefined, true],
      ["never", /^no/u, "now or ever after", /"deny"/u, true]
    ] as const
  )("WEB-13: %s is an answer, and done what it says", (line, verdict, said, remembered, isOut) => {
    run(
      Effect.gen(function*() {
        const waits = yield* asks(a)
        yield* type(line)
        assert.match(yield* answerOf(waits), verdict)
        assert.include(yield* paper, said)
        const text = yield* ConsentFiles.use(({ text }) => text)
        if (remembered === undefined) assert.isUndefined(text)
        else assert.match(text ?? "", remembered)
        assert.strictEqual(yield* withdrawn(a), isOut)
        assert.isFalse(yield* Teletype.use(({ isRead }) => isRead), "nothing is read when nothing is asked")
      }),
      { terminal: true }
    )
  })

  it("WEB-13: takes nothing else for an answer, least of all an empty line, or what was typed before", () => {
    run(
      Effect.gen(function*() {
        const teletype = yield* Teletype
        yield* teletype.type("y")
        const waits = yield* asks(a)
        assert.include(yield* paper, "That was typed before the question was here.")
        yield* teletype.type("always")
        for (const line of ["", "ye", "allow", "toString"]) yield* type(line)
        assert.lengthOf((yield* paper).match(/Please type y for this once, always, n, or never: /gu) ?? [], 4)
        assert.isUndefined(waits.pollUnsafe())
        yield* type("yes")
        assert.match(yield* answerOf(waits), /^yes/u)
      }),
      { terminal: true }
    )
  })

  it("WEB-16: is one at a time; the next one comes when it is closed, and no answer counts for both", () => {
    run(
      Effect.gen(function*() {
        const first = yield* asks(a)
        const second = yield* asks(b)
        assert.notInclude(yield* paper, b)
        const before = yield* paper
        yield* Effect.sleep(1_000)
        const { type: hit } = yield* Teletype
        yield* hit("y")
        yield* Effect.sleep(1)
        assert.match(
          yield* since(before),
          /It is let in, this once\.\n\nA web page asks to use SAMP:\n {2}origin {3}https:\/\/b\.example/u
        )
        yield* hit("y")
        yield* Effect.sleep(1)
        assert.match(yield* answerOf(first), /^yes/u)
        assert.isUndefined(second.pollUnsafe(), "a key that is hit twice answers once")
        yield* type("n")
        assert.match(yield* answerOf(second), /^no/u)
      }),
      { terminal: true }
    )
  })

  it("says what became of it when it is closed elsewhere", () => {
    run(
      Effect.gen(function*() {
        const desk = yield* ConsentDesk
        const became = (closes: Effect.Effect<unknown>) =>
          Effect.gen(function*() {
            const waits = yield* asks(`https://x${Math.floor((yield* paper).length)}.example`)
            const before = yield* paper
            if (closes === gone) yield* Fiber.interrupt(waits)
            yield* closes
            yield* Effect.sleep(1)
            return yield* since(before)
          })
        const gone = Effect.sleep(3_100)
        const last = Effect.map(desk.state, ({ nextQuestion }) => nextQuestion - 1)
        const said = (answer: "once" | "no") =>
          Effect.flatMap(last, (question) => desk.answer(question, answer, "the user on the consent page"))
        assert.strictEqual(yield* became(said("once")), "\nIt is let in by the user on the consent page.\n")
        assert.strictEqual(
          yield* became(said("no")),
          "\nIt is not let in: the user on the consent page said so.\n"
        )
        assert.strictEqual(yield* became(Effect.sleep(120_100)), "\nNobody answered; it is not let in.\n")
        assert.strictEqual(yield* became(gone), "\nIt has gone, and does not ask any more.\n")
      }),
      { terminal: true }
    )
  })

  it("WEB-14: shows a further name that the same origin claims", () => {
    run(
      Effect.gen(function*() {
        const one = yield* asks(a, "One")
        const before = yield* paper
        const other = yield* asks(a, "Other")
        yield* asks(a, "Other")
        yield* asks(a, "One")
        assert.match(yield* since(before), /^\nIt asks again, and claims 'One', 'Other'\.\nLet it in\?.*: $/u)
        yield* type("y")
        assert.match(yield* answerOf(one), /^yes/u)
        assert.match(yield* answerOf(other), /^yes/u)
      }),
      { terminal: true }
    )
  })

  it("WEB-16: is not repeated for ever for one that claims new names all the time", () => {
    run(
      Effect.gen(function*() {
        yield* asks(a, "First")
        for (let i = 0; i < 12; i++) yield* asks(a, `Name ${i}`)
        assert.lengthOf((yield* paper).match(/It asks again/gu) ?? [], 4)
        yield* type("n")
        assert.include(yield* paper, "It is not let in.")
      }),
      { terminal: true }
    )
  })

  it("P2: is told of once more when the hub comes back to the foreground, and answered there", () => {
    run(
      Effect.gen(function*() {
        const teletype = yield* Teletype
        const waits = yield* asks(a)
        yield* Effect.sleep(1_000)
        const before = yield* paper
        yield* teletype.foreground(false)
        yield* Effect.sleep(3_000)
        assert.strictEqual(yield* since(before), "")
        yield* teletype.foreground(true)
        yield* Effect.sleep(2_000)
        assert.match(
          yield* since(before),
          /^\nhttps:\/\/a\.example, which claims 'Page', still waits\.\nLet it in\?/u
        )
        yield* type("y")
        assert.match(yield* answerOf(waits), /^yes/u)
      }),
      { terminal: true }
    )
  })

  it("P2: is only told of in the background, where to read would stop the hub, and put in the foreground again", () => {
    run(
      Effect.gen(function*() {
        const teletype = yield* Teletype
        yield* teletype.foreground(false)
        const waits = yield* asks(a)
        yield* asks(b)
        yield* Effect.sleep(5_000)
        assert.lengthOf((yield* paper).match(/asks to be let in; answer with: samp consent allow/gu) ?? [], 2)
        assert.notInclude(yield* paper, "Let it in?")
        yield* teletype.foreground(true)
        yield* Effect.sleep(1_500)
        assert.include(yield* paper, "Let it in?")
        yield* type("y")
        assert.match(yield* answerOf(waits), /^yes/u)
      }),
      { terminal: true }
    )
  })

  it("P2: goes on on the page when the terminal is closed", () => {
    run(
      Effect.gen(function*() {
        const teletype = yield* Teletype
        const desk = yield* ConsentDesk
        const waits = yield* asks(a)
        yield* teletype.close
        yield* Effect.sleep(5_000)
        assert.isUndefined(waits.pollUnsafe())
        yield* desk.answer(1, "once", "the page")
        assert.strictEqual(yield* answerOf(waits), "yes: the page")
        const before = yield* paper
        yield* asks(b)
        assert.strictEqual(yield* since(before), "", "and nothing more is written there")
      }),
      { terminal: true }
    )
  })

  it("is not put where there is no terminal", () => {
    run(
      Effect.gen(function*() {
        yield* asks(a)
        assert.strictEqual(yield* paper, "")
      })
    )
  })
})
