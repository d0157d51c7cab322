/** The page of consent, without HTML: what it shows, and what can be done there. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ConsentBrowser } from "../../../src/adapters/memory/ConsentBrowser.ts"
import { ConsentFiles } from "../../../src/adapters/memory/ConsentFiles.ts"
import { ConsentDesk } from "../../../src/apps/consent/ConsentDesk.ts"
import { ConsentPage } from "../../../src/apps/consent/PageAsker.ts"
import { parsePattern } from "../../../src/domain/consent/Origin.ts"
import type { PageAction } from "../../../src/domain/consent/PageView.ts"
import { allow, answerOf, asks, deny, file, run, withdrawn } from "./world.ts"

const a = "https://a.example"

const url = Effect.flatMap(ConsentPage, ({ served }) => Effect.map(served, (page) => page?.url ?? "none"))

const view = Effect.gen(function*() {
  const { load } = yield* ConsentBrowser
  return (yield* load(yield* url)) ?? (yield* Effect.die("there is no page"))
})

const press = (action: PageAction) =>
  Effect.gen(function*() {
    const { press } = yield* ConsentBrowser
    return yield* press(yield* url, action)
  })

const pattern = (text: string) => Result.getOrThrow(parsePattern(text))

describe("the page of consent", () => {
  it("WEB-13, WEB-14: shows the questions, and answers them", () => {
    run(
      Effect.gen(function*() {
        const waits = yield* asks(a, "One", "https://evil.example/")
        yield* asks(a, "Two")
        const { mode, questions } = yield* view
        assert.strictEqual(mode, "ask")
        assert.lengthOf(questions, 1)
        assert.deepInclude(questions[0], {
          id: 1,
          subject: a,
          who: a,
          names: ["One", "Two"],
          waiting: 2,
          left: 119_998
        })
        assert.match(questions[0]?.warnings.join() ?? "", /Referer/u)
        assert.strictEqual(yield* press({ _tag: "Answer", question: 1, answer: "once" }), "Answered.")
        assert.strictEqual(yield* answerOf(waits), "yes: the user on the consent page")
        assert.match(
          (yield* press({ _tag: "Answer", question: 1, answer: "never" })) ?? "",
          /not open any more/u
        )
        assert.deepInclude(yield* view, { questions: [], once: [a] })
      }),
      { mode: "page" }
    )
  })

  it("WEB-68: shows the rules and who is connected, and takes back what was said", () => {
    run(
      Effect.gen(function*() {
        const { introduce } = yield* ConsentPage
        assert.isUndefined((yield* view).clients)
        yield* introduce(Effect.succeed([{ id: "c1", name: "Page", origin: a }]))
        assert.deepStrictEqual((yield* view).clients, [{ id: "c1", name: "Page", origin: a }])
        const { rules } = yield* view
        assert.deepStrictEqual(
          rules.map(({ expired, limits, origin, verdict }) => [verdict, origin, limits, expired]),
          [
            ["allow", a, "send table.*; receive nothing", false],
            ["allow", "https://*.b.example", "", true],
            ["deny", "https://c.example", "", false]
          ]
        )
        yield* press({ _tag: "Revoke", origin: pattern(a), name: undefined })
        assert.isTrue(yield* withdrawn(a))
        assert.lengthOf((yield* view).rules, 2)
        yield* press({ _tag: "Deny", origin: pattern("https://*.b.example") })
        assert.match(
          (yield* ConsentFiles.use(({ text }) => text)) ?? "",
          /"deny",\s+"origin": "https:\/\/\*\.b\.example",\s+"note": "the user on the consent page, 1970-01-01"/u
        )
      }),
      {
        mode: "policy",
        text: file(
          allow(a, { send: ["table.*"] }),
          allow("https://*.b.example", { expires: "1970-01-01" }),
          deny("https://c.example")
        )
      }
    )
  })

  it("WEB-68: takes back a word that is in no rule, and denies for good", () => {
    run(
      Effect.gen(function*() {
        const desk = yield* ConsentDesk
        yield* asks(a)
        yield* desk.answer(1, "once", "me")
        assert.isFalse(yield* withdrawn(a))
        yield* press({ _tag: "Revoke", origin: pattern(a), name: undefined })
        assert.isTrue(yield* withdrawn(a))
        yield* asks(a)
        assert.lengthOf((yield* view).questions, 1, "and it can ask again")
        yield* press({ _tag: "Deny", origin: pattern(a) })
        assert.lengthOf((yield* view).questions, 0, "a rule answers it")
      }),
      { mode: "page" }
    )
  })

  it("says when the file cannot be written, and why nobody is let in", () => {
    run(
      Effect.gen(function*() {
        const files = yield* ConsentFiles
        yield* files.able({ write: false })
        const said = yield* press({ _tag: "Deny", origin: pattern(a) })
        assert.match(said ?? "", /^That failed: cannot write .*no permission\.$/u)
        yield* files.able({ write: true })
        yield* files.write("{")
        yield* Effect.flatMap(asks(a), answerOf)
        assert.match((yield* view).broken ?? "", /consent\.json, line 1: /u)
      }),
      { mode: "page" }
    )
  })

  it("is served when somebody wants it first, once, and told of changes from then on", () => {
    run(
      Effect.gen(function*() {
        const { changes, urls } = yield* ConsentBrowser
        const { introduce, served } = yield* ConsentPage
        assert.deepStrictEqual(yield* urls, [])
        const place = yield* url
        assert.strictEqual(yield* url, place)
        assert.deepStrictEqual(yield* urls, [place])
        yield* view
        const page = yield* served
        assert.strictEqual(page === undefined ? -1 : yield* page.views, 1)
        const before = yield* changes(place)
        yield* asks(a)
        assert.isAbove(yield* changes(place), before)
        const then = yield* changes(place)
        yield* introduce(Effect.succeed([{ id: "c1", name: "Page", origin: a }]))
        yield* Effect.sleep(5_000)
        assert.strictEqual(yield* changes(place), then + 1, "who comes and goes is looked up now and then")
        yield* introduce(Effect.succeed([{ id: "c2", name: "Other", origin: a }]))
        yield* view
        yield* introduce(Effect.succeed([{ id: "c1", name: "Page", origin: a }]))
        yield* Effect.sleep(5_000)
        assert.strictEqual(yield* changes(place), then + 2, "compared with what was shown last")
      }),
      { mode: "page" }
    )
  })
})
