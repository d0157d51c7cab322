/** Why a page reaches no hub: each state of page, permission and port has its reason, and each reason its sentence. */
import { assert, describe, it } from "@effect/vitest"
import {
  after,
  before,
  type Evidence,
  mayTry,
  type PageFacts,
  type Reason,
  sentence
} from "../../../src/domain/web/Reach.ts"

/** An https page whose user has said yes. */
const page: PageFacts = {
  local: false,
  secure: true,
  named: true,
  framed: false,
  allowed: true,
  permission: "granted"
}

const nothing: Evidence = { forbidden: false, answered: false, asked: false }

const booleans = [true, false]
const permissions = ["granted", "prompt", "denied", "unknown"] as const

const everyPage: ReadonlyArray<PageFacts> = booleans.flatMap((local) =>
  booleans.flatMap((secure) =>
    booleans.flatMap((named) =>
      booleans.flatMap((framed) =>
        booleans.flatMap((allowed) =>
          permissions.map((permission) => ({ local, secure, named, framed, allowed, permission }))
        )
      )
    )
  )
)

describe("P1 what is in the way before any request", () => {
  it.each<readonly [string, Partial<PageFacts>, Reason | undefined]>([
    ["an https page with leave", {}, undefined],
    [
      "a local page, whatever the browser says",
      { local: true, permission: "denied", allowed: false },
      undefined
    ],
    ["a page over plain http", { secure: false, permission: "denied" }, "not-secure"],
    [
      "a page over plain http, in a browser without the permission",
      { secure: false, permission: "unknown" },
      "will-ask"
    ],
    [
      "a frame without leave of the page around it",
      { framed: true, allowed: false, permission: "denied" },
      "frame-policy"
    ],
    ["a page whose server forbids it", { allowed: false, permission: "denied" }, "page-policy"],
    ["a page that the user has not been asked about", { permission: "prompt" }, "will-ask"],
    ["a page that was denied", { permission: "denied" }, "denied"],
    ["a frame that was denied", { framed: true, permission: "denied" }, "denied"]
  ])("P1 %s", (_, facts, reason) => assert.strictEqual(before({ ...page, ...facts }), reason))
})

describe("P1 why requests have failed", () => {
  it.each<readonly [string, Partial<PageFacts>, Partial<Evidence>, Reason]>([
    ["nothing listens", {}, {}, "no-hub"],
    ["something listens that is no hub", {}, { answered: true }, "not-a-hub"],
    [
      "something listens, and the page is a file",
      { local: true, named: false },
      { answered: true },
      "no-origin"
    ],
    ["nothing listens, and the page is a file", { local: true, named: false }, {}, "no-hub"],
    ["the question was closed", { permission: "prompt" }, { asked: true }, "dismissed"],
    ["nothing listens, and nobody was asked after all", { permission: "prompt" }, {}, "no-hub"],
    [
      "something listens, and nobody was asked after all",
      { permission: "prompt" },
      { answered: true },
      "not-a-hub"
    ],
    ["the user said no", { permission: "denied" }, {}, "denied"],
    ["the browser tells nothing", { permission: "unknown" }, {}, "no-hub-or-blocked"],
    [
      "the browser tells nothing, and something listens",
      { permission: "unknown" },
      { answered: true },
      "not-a-hub"
    ],
    ["the page's own policy forbids it", {}, { forbidden: true }, "content-policy"],
    ["the page's own policy forbids it, before anybody was asked", { permission: "prompt" }, {
      forbidden: true
    }, "content-policy"]
  ])("P1 %s", (_, facts, evidence, reason) => {
    assert.strictEqual(after({ ...page, ...facts }, { ...nothing, ...evidence }), reason)
  })

  it("P1 no state of page, permission and port goes without a reason, and none is told to ask who has just asked", () => {
    for (const facts of everyPage) {
      for (const answered of booleans) {
        for (const forbidden of booleans) {
          for (const asked of booleans) {
            const reason = after(facts, { answered, asked, forbidden })
            assert.isNotEmpty(sentence(reason), JSON.stringify({ facts, answered, forbidden }))
            assert.notStrictEqual(reason, "will-ask")
          }
        }
      }
      // what was in the way before still is
      const obstacle = before(facts)
      if (obstacle !== undefined && obstacle !== "will-ask") {
        assert.strictEqual(after(facts, nothing), obstacle)
      }
    }
  })

  it("P1 nobody is asked a second time by a further try, nor anything tried that is forbidden", () => {
    assert.isTrue(mayTry(page, true))
    assert.isTrue(mayTry({ ...page, permission: "prompt" }, false))
    assert.isFalse(mayTry({ ...page, permission: "prompt" }, true))
    assert.isTrue(mayTry({ ...page, permission: "unknown" }, true))
    for (const asked of booleans) {
      assert.isFalse(mayTry({ ...page, permission: "denied" }, asked))
      assert.isFalse(mayTry({ ...page, permission: "prompt", allowed: false }, asked))
    }
  })

  it("P1 sentences say what is wrong and what to do, in plain words", () => {
    const reasons: { readonly [R in Reason]: true } = {
      "not-secure": true,
      "frame-policy": true,
      "page-policy": true,
      "content-policy": true,
      "will-ask": true,
      dismissed: true,
      denied: true,
      "no-hub": true,
      "no-hub-or-blocked": true,
      "no-origin": true,
      "not-a-hub": true,
      busy: true,
      refused: true
    }
    const texts = (Object.keys(reasons) as ReadonlyArray<Reason>).map(sentence) // the keys are all reasons
    assert.strictEqual(new Set(texts).size, texts.length)
    for (const text of texts) {
      assert.match(text, /^[A-Z][\x20-\x7e]+\.$/u)
      assert.notMatch(text, /CORS|undefined/u) // which is what browsers call it, and helps nobody
      assert.isBelow(text.length, 280)
    }
  })
})
