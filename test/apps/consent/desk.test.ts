/** Consent at work: the file first, then whoever is asked; all at once for many pages. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import { ConsentFiles } from "../../../src/adapters/memory/ConsentFiles.ts"
import { ConsentDesk } from "../../../src/apps/consent/ConsentDesk.ts"
import { edit, load } from "../../../src/apps/consent/PolicyFile.ts"
import * as ConsentUser from "../../../src/apps/testing/ConsentUser.ts"
import { pending } from "../../../src/domain/consent/ConsentState.ts"
import { parsePattern } from "../../../src/domain/consent/Origin.ts"
import { plainRule } from "../../../src/domain/consent/Policy.ts"
import { Consent } from "../../../src/ports/Consent.ts"
import { ConsentStore } from "../../../src/ports/ConsentStore.ts"
import { allow, answer, answerOf, asks, deny, file, run, said, withdrawn } from "./world.ts"

const a = "https://a.example"
const b = "https://b.example"

const pattern = (text: string) => Result.getOrThrow(parsePattern(text))

const questions = ConsentDesk.use(({ state }) =>
  Effect.map(state, (state) => pending(state).map(({ subject }) => subject))
)

describe("the file of the policy", () => {
  it("WEB-15, P2: decides before anybody is asked, with exactly the MTypes that a rule names", () => {
    run(
      Effect.gen(function*() {
        const { ask } = yield* Consent
        assert.deepStrictEqual(yield* ask({ origin: a, name: "Page", referer: undefined }), {
          _tag: "Allowed",
          send: ["table.load.*"],
          receive: [],
          by: `the rule for ${a}`
        })
        assert.match(yield* answer(b), /^no: a rule denies/u)
        assert.match(
          yield* answer("https://c.example"),
          /^no: no rule allows .*samp consent allow https:\/\/c\.example$/u
        )
      }),
      { mode: "policy", text: file(allow(a, { send: ["table.load.*"] }), deny(b)) }
    )
  })

  it("WEB-15: counts as it is now, for whoever asks, for an open question, and for those who are in", () => {
    run(
      Effect.gen(function*() {
        const files = yield* ConsentFiles
        const waits = yield* asks(a)
        yield* Effect.sleep(5_000)
        assert.deepStrictEqual(yield* questions, [a])
        yield* files.write(file(allow(a)))
        assert.strictEqual(yield* answerOf(waits), `yes: the rule for ${a}`)
        assert.deepStrictEqual(yield* questions, [])
        assert.isFalse(yield* withdrawn(a))
        yield* files.write(file(deny("https://*")))
        assert.isTrue(yield* withdrawn(a))
        assert.match(yield* answer(b), /^no: a rule denies https:\/\/\*;/u)
        yield* files.write(undefined)
        yield* asks(b)
        assert.deepStrictEqual(yield* questions, [b])
      }),
      { mode: "page" }
    )
  })

  it("WEB-15: that is broken lets nobody in, is logged once with its line, and counts again when it is mended", () => {
    const log: Array<string> = []
    const errors = () => log.filter((line) => line.startsWith("Error"))
    run(
      Effect.gen(function*() {
        const files = yield* ConsentFiles
        assert.strictEqual(yield* answer(a), `yes: the rule for ${a}`)
        yield* files.write("{\n  \"version\": 1,\n  \"rules\": [ { \"verdict\": \"alow\" } ]\n}")
        assert.match(
          yield* answer(a),
          /^no: this hub's rules of consent cannot be read, so nobody is let in/u
        )
        assert.match(yield* answer(b), /^no: this hub's rules/u)
        assert.isFalse(yield* withdrawn(a), "who is in stays")
        assert.lengthOf(errors(), 1)
        assert.match(
          errors()[0] ?? "",
          /consent\.json, line 3: rule 1: verdict: .*No web client is let in until/u
        )
        yield* files.able({ read: false })
        assert.match(yield* answer(a), /^no: this hub's rules/u)
        assert.match(errors()[1] ?? "", /you have no permission/u)
        yield* files.able({ read: true })
        yield* files.write(file(allow(b)))
        assert.strictEqual(yield* answer(b), `yes: the rule for ${b}`)
        assert.include(log.join("\n"), "can be read again")
        assert.isTrue(yield* withdrawn(a))
      }),
      { mode: "page", text: file(allow(a)) },
      log
    )
  })

  it("WEB-15: that an editor is just writing is looked at twice before it counts as broken", () => {
    const log: Array<string> = []
    run(
      Effect.gen(function*() {
        const files = yield* ConsentFiles
        yield* files.write("")
        const waits = yield* asks(a)
        yield* files.write(file(allow(a)))
        assert.strictEqual(yield* answerOf(waits), `yes: the rule for ${a}`)
        assert.notInclude(log.join("\n"), "Error")
      }),
      { mode: "policy", text: file() },
      log
    )
  })

  it("is not read at all where everybody is let in, or nobody", () => {
    for (
      const [mode, expected] of [["allow", /^yes/u], [
        "deny",
        /^no: this hub lets no web client in/u
      ]] as const
    ) {
      const log: Array<string> = []
      run(
        Effect.gen(function*() {
          assert.match(yield* answer(a), expected)
          assert.strictEqual(yield* withdrawn(a), mode === "deny")
        }),
        { mode, text: "rubbish" },
        log
      )
      assert.notInclude(log.join("\n"), "Error")
    }
  })

  it("is changed by many at once, and nothing of it is lost", () => {
    run(Effect.gen(function*() {
      const store = yield* ConsentStore
      const origins = Array.from({ length: 20 }, (_, i) => `https://x${i}.example`)
      yield* Effect.forEach(
        origins,
        (origin) => edit(store.place, { _tag: "Set", rule: plainRule("allow", pattern(origin)) }),
        { concurrency: "unbounded" }
      )
      const { rules } = yield* load(store.place)
      assert.sameMembers(rules.map(({ origin }) => origin.text), origins)
      const { removed } = yield* edit(store.place, { _tag: "Revoke", origin: pattern("https://x3.example") })
      assert.deepStrictEqual(removed.map(({ origin }) => origin.text), ["https://x3.example"])
      yield* edit(store.place, { _tag: "Revoke", origin: pattern("https://other.example") })
      assert.lengthOf((yield* load(store.place)).rules, 19)
    }))
  })

  it("gives up when others keep changing it, and says so", () => {
    const stubborn = ConsentStore.of({
      place: "/p",
      read: () => Effect.succeed(undefined),
      version: () => Effect.succeed("1"),
      replace: () => Effect.succeed(false)
    })
    const failure = run(
      edit("/p", { _tag: "Set", rule: plainRule("allow", pattern(a)) }).pipe(
        Effect.flip,
        Effect.provideService(ConsentStore, stubborn)
      )
    )
    assert.match(failure.message, /cannot write \/p: others keep changing it/u)
  })
})

describe("what the user says", () => {
  it("WEB-13: is remembered, with who said it and when, and taken back for good", () => {
    run(
      Effect.gen(function*() {
        const desk = yield* ConsentDesk
        const files = yield* ConsentFiles
        yield* Effect.forkScoped(Effect.never)
        assert.strictEqual(yield* answer(a), "yes: the user of the simulation")
        yield* Effect.sleep(1)
        assert.match(
          (yield* files.text) ?? "",
          /"origin": "https:\/\/a\.example",\s+"note": "the user of the simulation, 1970-01-01"/u
        )
        assert.strictEqual(yield* answer(a, "Another name"), `yes: the rule for ${a}`)
        assert.lengthOf(yield* desk.change({ _tag: "Revoke", origin: pattern(a) }), 1)
        assert.isTrue(yield* withdrawn(a), "the word and the rule go together")
      }).pipe(Effect.provide(ConsentUser.layer(ConsentUser.always("always", 3_000)))),
      { mode: "page" }
    )
  })

  it("WEB-13: holds while the hub runs, if it cannot be written down", () => {
    const log: Array<string> = []
    run(
      Effect.gen(function*() {
        const files = yield* ConsentFiles
        yield* files.able({ write: false })
        assert.match(yield* answer(a), /^yes/u)
        yield* Effect.sleep(10_000)
        assert.isFalse(yield* withdrawn(a))
        assert.isUndefined(yield* files.text)
        assert.match(
          log.join("\n"),
          /Warn.*what was said of https:\/\/a\.example holds while this hub runs, but: cannot write/u
        )
      }).pipe(Effect.provide(ConsentUser.layer(ConsentUser.always("always")))),
      { mode: "page" },
      log
    )
  })

  it("P2: 50 pages that ask at once and hear nothing are each refused at the limit, and nobody waits for them", () => {
    run(
      Effect.gen(function*() {
        const waits = yield* Effect.forEach(
          Array.from({ length: 50 }),
          (_, i) => asks(`https://page${i}.example${i}`)
        )
        assert.lengthOf(yield* questions, 50)
        yield* Effect.sleep(110_000)
        assert.isUndefined(waits[0]?.pollUnsafe())
        yield* Effect.sleep(10_100)
        for (const fiber of waits) {
          assert.isDefined(fiber.pollUnsafe())
          assert.match(yield* answerOf(fiber), /^no: nobody answered within 2 min/u)
        }
        assert.lengthOf(yield* questions, 0)
      }).pipe(Effect.provide(ConsentUser.layer(ConsentUser.absent))),
      { mode: "page" }
    )
  })

  it("WEB-16: is not waited for by a page that has gone, and its question goes soon after", () => {
    run(
      Effect.gen(function*() {
        const waits = yield* asks(a)
        yield* Fiber.interrupt(waits)
        assert.deepStrictEqual(yield* questions, [a])
        const again = yield* asks(a)
        yield* Effect.sleep(10_000)
        assert.deepStrictEqual(yield* questions, [a], "taken over")
        yield* Fiber.interrupt(again)
        yield* Effect.sleep(3_001)
        assert.deepStrictEqual(yield* questions, [])
      }),
      { mode: "page" }
    )
  })

  it("SHUT-01: is not waited for when the hub ends", () => {
    const words: Array<string> = []
    run(
      Effect.gen(function*() {
        const { ask } = yield* Consent
        yield* Effect.forkDetach(
          Effect.map(
            ask({ origin: a, name: "Page", referer: undefined }),
            (verdict) => words.push(said(verdict))
          )
        )
        yield* Effect.sleep(1)
        assert.deepStrictEqual(yield* questions, [a])
      }),
      { mode: "page" }
    )
    assert.deepStrictEqual(words, ["no: the hub is shutting down"])
  })
})

describe("the log", () => {
  it("WEB-15, WEB-16: says once how to allow whoever was refused unasked, and how to answer whoever asks", () => {
    const log: Array<string> = []
    const warnings = () => log.filter((line) => line.startsWith("Warn"))
    run(
      Effect.gen(function*() {
        for (let i = 0; i < 30; i++) yield* answer(a, "An\u001b[2J <name>")
        yield* answer(b)
      }),
      { mode: "policy" },
      log
    )
    assert.lengthOf(warnings(), 2)
    assert.match(
      warnings()[0] ?? "",
      /https:\/\/a\.example, which calls itself 'An\?\[2J <name>', was not let in: .*samp consent allow/u
    )
    log.length = 0
    run(asks(a), { mode: "page" }, log)
    assert.match(
      warnings().join(),
      /https:\/\/a\.example, which claims 'Page', asks to be let in; answer with: samp consent allow https:\/\/a\.example, or: samp consent page$/u
    )
    log.length = 0
    run(answer(a), { mode: "policy", text: file(deny(a)) }, log)
    assert.lengthOf(warnings(), 0, "what the user has said beforehand is no news")
    assert.match(log.join(), /Info: .*a rule denies/u)
  })
})
