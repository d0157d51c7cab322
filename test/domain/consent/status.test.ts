/** What a hub tells of consent over its own methods, what the page's forms say, and what is typed at the terminal. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { pending } from "../../../src/domain/consent/ConsentState.ts"
import {
  type ConsentCall,
  type ConsentStatus,
  isConsentCall,
  readCall,
  readPlace,
  readStatus,
  statusOf,
  writeCall,
  writePlace,
  writeStatus
} from "../../../src/domain/consent/ConsentStatus.ts"
import { readAction, viewOf } from "../../../src/domain/consent/PageView.ts"
import { ask, prompt, readAnswer } from "../../../src/domain/consent/Prompt.ts"
import { emptyMap, map, type SampValue } from "../../../src/domain/SampValue.ts"
import { harmless } from "../../../src/domain/web/Restriction.ts"
import { runs, sampValue, show } from "../../support/arbitraries.ts"
import { rule } from "./given.ts"
import { Desk } from "./table.ts"

const a = "https://a.example"

const calls: ReadonlyArray<ConsentCall> = [
  { _tag: "Status" },
  { _tag: "Answer", subject: a, answer: "once" },
  { _tag: "Answer", subject: "local", answer: "never" },
  { _tag: "Forget", subject: a },
  { _tag: "Page" }
]

const why = (method: string, ...params: ReadonlyArray<SampValue>): string => {
  const read = readCall({ method, params })
  return Result.isFailure(read) ? `${read.failure.reason}: ${read.failure.text}` : "it is read"
}

describe("the methods about consent", () => {
  it("are read as they are written", () => {
    for (const call of calls) {
      const written = writeCall(call, "secret")
      assert.isTrue(isConsentCall(written))
      assert.deepStrictEqual(readCall(written), Result.succeed({ call, secret: "secret" }))
    }
    assert.isFalse(isConsentCall({ method: "x-samp.hub.status", params: [] }))
  })

  it("ERR-01: are refused with a reason if they are none", () => {
    assert.match(why("x-samp.hub.consent.other", "s"), /^UnknownMethod: /u)
    assert.match(why("x-samp.hub.consent.toString", "s"), /^UnknownMethod: /u)
    assert.match(
      why("x-samp.hub.consent.status"),
      /^Malformed: x-samp\.hub\.consent\.status takes 1 strings/u
    )
    assert.match(why("x-samp.hub.consent.page", "s", "t"), /^Malformed: /u)
    assert.match(why("x-samp.hub.consent.forget", "s", emptyMap), /^Malformed: /u)
    assert.match(why("x-samp.hub.consent.answer", "s", a, "yes"), /^Malformed: 'yes' is none of once/u)
  })

  it.prop("never throw, whatever comes", { value: sampValue }, ({ value }) => {
    for (const call of calls) readCall({ ...writeCall(call, "s"), params: [value, value, value] })
    readStatus(value)
    readPlace(value)
  }, runs(100))
})

const status: ConsentStatus = {
  mode: "ask",
  file: "/home/a/consent.json",
  broken: "line 3",
  harmless: ["table.*", "ds9.*"],
  questions: [{ subject: a, names: ["One", ""], warnings: ["odd"], waiting: 2, left: 90 }],
  once: ["local"]
}

describe("the status of consent", () => {
  it("is read as it was written", () => {
    assert.deepStrictEqual(readStatus(writeStatus(status)), status)
    const least = { ...status, broken: undefined, questions: [], once: [] }
    assert.deepStrictEqual(readStatus(writeStatus(least)), least)
    assert.deepStrictEqual(readPlace(writePlace({ url: "http://x/", views: 3 })), {
      url: "http://x/",
      views: 3
    })
  })

  it("DT-02: holds legal characters only, whatever a page calls itself", () => {
    const [question] = status.questions
    const names = ["caf\u00e9\u0000\ud800"]
    const written = writeStatus({
      ...status,
      questions: question === undefined ? [] : [{ ...question, names }]
    })
    assert.match(show(written), /^[\x20-\x7e]*$/u)
    assert.deepStrictEqual(readStatus(written)?.questions[0]?.names, ["caf???"])
  })

  it("is none of what another hub may answer, and needs little", () => {
    for (const value of ["", [], emptyMap, map({ mode: "other" })]) assert.isUndefined(readStatus(value))
    assert.deepStrictEqual(readStatus(map({ mode: "deny" })), {
      mode: "deny",
      file: "",
      broken: undefined,
      harmless,
      questions: [],
      once: []
    })
    for (const value of ["", emptyMap, map({ views: "1" })]) assert.isUndefined(readPlace(value))
  })

  it("tells who waits, how long still, and who was let in by a word", () => {
    const desk = new Desk("ask", { questionMs: 10_000 })
    desk.ask(a, "One", "https://evil.example/")
    desk.ask(a, "Two")
    desk.ask(undefined)
    desk.answer(2, "once")
    const { once, questions } = statusOf(desk.state, "/f", 2_500)
    assert.deepInclude(questions[0], { subject: a, names: ["One", "Two"], waiting: 2, left: 8 })
    assert.match(questions[0]?.warnings[0] ?? "", /Referer/u)
    assert.deepStrictEqual(once, ["local"])
  })
})

describe("the page", () => {
  it("shows those who were let in by a word only while no rule says the same", () => {
    const desk = new Desk()
    desk.ask(a)
    desk.answer(1, "once")
    assert.deepStrictEqual(viewOf(desk.state, "/f", undefined, 0).once, [a])
    desk.rules(rule("allow", a))
    assert.deepStrictEqual(viewOf(desk.state, "/f", undefined, 0).once, [])
  })

  it("takes nothing for one of its forms that is none", () => {
    const read = (text: string) => readAction(new Map(new URLSearchParams(text)))
    assert.deepStrictEqual(read("do=answer&question=3&answer=never"), {
      _tag: "Answer",
      question: 3,
      answer: "never"
    })
    for (
      const text of [
        "",
        "do=answer",
        "do=answer&question=3.5&answer=no",
        "do=answer&question=3&answer=ja",
        "do=revoke",
        "do=deny&origin=x",
        "do=set&origin=local"
      ]
    ) {
      assert.isUndefined(read(text), text)
    }
  })
})

describe("the terminal", () => {
  it("WEB-14: shows no character that a terminal obeys, and no longer lines than it has, as far as words allow", () => {
    const desk = new Desk()
    desk.ask(
      "http://a.example",
      "\u001b]0;title\u0007\u001b[31mred\r\n\u202ename",
      "https://evil.example/\u001b[2J"
    )
    const [question] = pending(desk.state)
    if (question === undefined) return assert.fail("there is no question")
    for (const columns of [40, 80, 200]) {
      const text = prompt(question, { columns, more: 2, now: 0, page: undefined })
      assert.match(text, /^[\n\x20-\x7e]*$/u)
      assert.include(text, "2 more questions wait.")
      const flowing = text.split("\n").filter((line) => /^(?: {4}| {2}(?:WARNING|Once|2 more))/u.test(line))
      assert.isAtLeast(flowing.length, 4)
      for (const line of flowing) assert.isTrue(line.length <= columns || !line.trim().includes(" "), line)
    }
    assert.match(ask(question, 60_000), /it is no in 60 s/u)
  })

  it("takes few words for answers, in any case", () => {
    assert.deepStrictEqual(["y", "YES", " once ", "a", "Always", "n", "no", "NEVER"].map(readAnswer), [
      "once",
      "once",
      "once",
      "always",
      "always",
      "no",
      "no",
      "never"
    ])
    for (const line of ["", " ", "yy", "yes please", "constructor", "__proto__"]) {
      assert.isUndefined(readAnswer(line))
    }
  })
})
