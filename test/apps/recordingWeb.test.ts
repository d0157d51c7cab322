/** Sessions with web pages, recorded in memory and replayed. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as JournalsMemory from "../../src/adapters/memory/JournalsMemory.ts"
import { Network } from "../../src/adapters/memory/Network.ts"
import { VirtualTime } from "../../src/adapters/memory/VirtualTime.ts"
import { findHub } from "../../src/apps/Discovery.ts"
import { type HubConnection, register } from "../../src/apps/HubConnection.ts"
import * as Recorder from "../../src/apps/recording/Recorder.ts"
import * as SimHub from "../../src/apps/testing/SimHub.ts"
import { message, okResponse } from "../../src/domain/Message.ts"
import type { Recording } from "../../src/domain/recording/Recording.ts"
import { readRecording } from "../../src/domain/recording/RecordingReader.ts"
import { replay } from "../../src/domain/recording/Replay.ts"
import { emptyMap, map } from "../../src/domain/SampValue.ts"
import { webUrl } from "../../src/domain/web/WebPlace.ts"

const readWell = (text: string): Recording => {
  const recording = readRecording(text)
  return Result.isSuccess(recording) ? recording.success : assert.fail(JSON.stringify(recording.failure))
}

const computer = Layer.merge(SimHub.computer(), JournalsMemory.layer)
const secret = "the secret of the lockfile"

/** What a program says must not be in the recording. */
type Secrets = ReadonlyArray<string>

/** Records what a program does with a hub: the text, and what must not be in it. */
const record = <E>(
  program: Effect.Effect<Secrets, E, Layer.Success<typeof computer> | Scope.Scope>
): { readonly text: string; readonly secrets: Secrets } => {
  const exit = new VirtualTime().run(
    Effect.gen(function*() {
      const secrets = yield* Effect.scoped(Effect.gen(function*() {
        const options = { path: "/session", overwrite: false, kind: "hub", secrets: [secret] } as const
        yield* SimHub.startWebHub({ observe: yield* Recorder.make(options), secret })
        return yield* Effect.scoped(program)
      }))
      const { text } = yield* JournalsMemory.Journaled
      return { text: (yield* text("/session")) ?? "", secrets: [...secrets, secret] }
    }).pipe(Effect.provide(computer))
  )
  if (Exit.isFailure(exit)) throw Cause.squash(exit.cause)
  return exit.value
}

const archive = "https://archive.example"

const pageOf = (name: string, origin = archive) => register({ url: webUrl, web: { name, origin } })

const secretsOf = ({ privateKey, web }: HubConnection): Secrets => [
  privateKey,
  /[0-9a-f]{32}/u.exec(web?.translator ?? "")?.[0] ?? assert.fail("there is no token")
]

/** Takes messages, and answers calls. */
const callable = (connection: HubConnection, got: Array<string>) =>
  Effect.gen(function*() {
    yield* connection.listen((delivery) =>
      Effect.suspend(() => {
        got.push(delivery._tag)
        return delivery._tag === "Call"
          ? Effect.ignore(connection.reply(delivery.msgId, okResponse(map({ url: "file:///b.vot" }))))
          : Effect.void
      })
    )
    yield* connection.declareSubscriptions(map({ "table.x": emptyMap, "samp.hub.event.*": emptyMap }))
  })

const table = (url: string) => message("table.x", map({ url }))

describe("a recorded session with web pages", () => {
  it("is replayed without a difference, and holds neither key nor token", () => {
    const { secrets, text } = record(Effect.gen(function*() {
      const network = yield* Network
      const got: Array<string> = []
      const standard = yield* Effect.flatMap(findHub(undefined), register)
      yield* callable(standard, [])
      const closed = yield* Scope.make()
      const page = yield* pageOf("page")
      yield* callable(page, got)
      const other = yield* Scope.provide(pageOf("other", "https://survey.example"), closed)
      yield* Scope.provide(callable(other, []), closed)

      yield* page.declareMetadata(map({ "samp.name": "page", "x.reader": page.web?.translator ?? "" }))
      yield* standard.notify(page.selfId, table("file:///a.vot"))
      yield* page.notifyAll(table(`${page.web?.translator}file:///a.vot`))
      yield* page.callAll("tag", table("file:///c.vot"))
      yield* standard.callAndWait(page.selfId, table("file:///d.vot"), 5)
      yield* Effect.ignore(page.notify(standard.selfId, message("x.forbidden")))
      yield* network.disturb(webUrl, { answerLost: 0.5 })
      for (let n = 0; n < 20; n++) {
        yield* standard.notify(page.selfId, table(`file:///${n}.vot`))
        yield* Effect.sleep(70)
      }
      yield* network.quiet
      yield* Effect.sleep("1 second")
      assert.isAbove(got.length, 20)
      yield* Scope.close(closed, Exit.void)
      yield* Effect.sleep("11 minutes") // polls end and begin anew
      return [standard.privateKey, ...secretsOf(page), ...secretsOf(other)]
    }))
    for (const hidden of secrets) assert.notInclude(text, hidden)
    const recording = readWell(text)
    const kinds = new Set(
      recording.steps.map(({ input }) => input._tag === "Asked" ? input.operation._tag : input._tag)
    )
    assert.includeMembers([...kinds], [
      "Register",
      "AllowReverseCallbacks",
      "PullCallbacks",
      "Unread",
      "Tick"
    ])
    const { difference, summary } = replay(recording)
    assert.isUndefined(difference)
    assert.strictEqual(summary.clients, 3)
    assert.isFalse(recording.cutOff)
  })

  it("hides the token of a page as long as the page is there, however many come after it", () => {
    const { secrets, text } = record(Effect.gen(function*() {
      const first = yield* pageOf("first", "https://first.example")
      for (let n = 0; n < 80; n++) yield* Effect.scoped(pageOf(`page ${n}`))
      yield* first.declareMetadata(map({ "x.reader": first.web?.translator ?? "" }))
      return secretsOf(first)
    }))
    for (const hidden of secrets) assert.notInclude(text, hidden)
    assert.isUndefined(replay(readWell(text)).difference)
  })

  it("tells where replay and recording differ when a page was let in with other rights", () => {
    const { text } = record(Effect.gen(function*() {
      const standard = yield* Effect.flatMap(findHub(undefined), register)
      yield* callable(standard, [])
      const page = yield* pageOf("page")
      yield* page.notify(standard.selfId, table("file:///a.vot"))
      return []
    }))
    const tampered = text.replace(/"name":"page"/u, "\"name\":\"page\",\"send\":[\"samp.app.*\"]")
    assert.notStrictEqual(tampered, text)
    const { difference } = replay(readWell(tampered))
    assert.strictEqual(
      difference?.step.input._tag === "Asked" ? difference.step.input.operation._tag : "",
      "Notify"
    )
  })
})
