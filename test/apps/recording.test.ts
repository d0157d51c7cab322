/** Recording and playing over the network in memory, in virtual time. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Desktop from "../../src/adapters/memory/Desktop.ts"
import * as JournalsMemory from "../../src/adapters/memory/JournalsMemory.ts"
import * as Network from "../../src/adapters/memory/Network.ts"
import { findHub } from "../../src/apps/Discovery.ts"
import * as Hub from "../../src/apps/Hub.ts"
import { type HubConnection, register } from "../../src/apps/HubConnection.ts"
import { HubEngine } from "../../src/apps/HubEngine.ts"
import { play } from "../../src/apps/recording/Play.ts"
import type { Unplayable } from "../../src/apps/recording/PlayOptions.ts"
import * as Recorder from "../../src/apps/recording/Recorder.ts"
import type { PlayDifference } from "../../src/apps/recording/StandIn.ts"
import { step } from "../../src/domain/HubMachine.ts"
import { config, start } from "../../src/domain/HubState.ts"
import { ClientId } from "../../src/domain/Identifiers.ts"
import { message, okResponse } from "../../src/domain/Message.ts"
import type { Recording } from "../../src/domain/recording/Recording.ts"
import { readRecording } from "../../src/domain/recording/RecordingReader.ts"
import { Writer } from "../../src/domain/recording/RecordingWriter.ts"
import { replay } from "../../src/domain/recording/Replay.ts"
import { emptyMap, map } from "../../src/domain/SampValue.ts"
import { tell } from "../sim/History.ts"

const machine = Layer.mergeAll(Network.layer, Desktop.layer, JournalsMemory.layer)

/** A hub that ends when the scope that comes back is closed. */
const startHub = (options: Hub.HubOptions = {}) =>
  Effect.gen(function*() {
    const scope = yield* Scope.fork(yield* Effect.scope)
    const context = yield* Layer.build(Layer.fresh(Hub.layer(options))).pipe(Scope.provide(scope))
    return { scope, context }
  })

const readWell = (text: string | undefined): Recording => {
  const recording = readRecording(text ?? "")
  return Result.isSuccess(recording) ? recording.success : assert.fail(JSON.stringify(recording.failure))
}

const recorded = (path: string) =>
  Effect.map(Effect.flatMap(JournalsMemory.Journaled, ({ text }) => text(path)), readWell)

const options = (path: string) => ({ path, overwrite: false, kind: "hub", secrets: [] }) as const

/** Plays into the hub that is there, however long it takes. */
const playAll = (recording: Recording, speed: number) =>
  Effect.gen(function*() {
    const differences: Array<PlayDifference> = []
    const unplayable: Array<Unplayable> = []
    const hub = yield* findHub(undefined)
    const playing = yield* Effect.forkChild(
      Effect.scoped(play(recording, {
        hub,
        speed,
        onDifference: (difference) => void differences.push(difference),
        onUnplayable: (line) => void unplayable.push(line)
      })),
      { startImmediately: true }
    )
    yield* TestClock.adjust("2 minutes")
    const played = yield* Fiber.join(playing)
    return { played, differences, unplayable }
  })

const callable = (got: Array<string>, reply: boolean) =>
  Effect.gen(function*() {
    const connection: HubConnection = yield* register(yield* findHub(undefined))
    yield* connection.listen((delivery) =>
      Effect.suspend(() => {
        got.push(delivery._tag)
        return reply && delivery._tag === "Call"
          ? Effect.ignore(Effect.delay(connection.reply(delivery.msgId, okResponse()), "2 seconds"))
          : Effect.void
      })
    )
    yield* connection.declareSubscriptions(map({ "a.b": emptyMap }))
    return connection
  })

describe("a recorder", () => {
  it.effect("writes a session that is replayed, and played at its own pace", () =>
    Effect.gen(function*() {
      const observe = yield* Recorder.make(options("/session"))
      const hub = yield* startHub({ observe })
      const got: Array<string> = []
      const caller = yield* callable(got, false)
      const callee = yield* callable(got, true)
      const answered = yield* Effect.forkChild(caller.callAndWait(callee.selfId, message("a.b"), 10), {
        startImmediately: true
      })
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(answered)
      yield* caller.notifyAll(message("a.b"))
      yield* TestClock.adjust("1 seconds")
      yield* Effect.forkChild(Scope.close(hub.scope, Exit.void))
      yield* TestClock.adjust("1 seconds")
      const recording = yield* recorded("/session")
      const { difference, summary } = replay(recording)
      assert.isUndefined(difference)
      assert.deepInclude(summary, { clients: 2, messages: 2, span: 4_000 })

      yield* startHub()
      const { differences, played } = yield* playAll(recording, 1)
      assert.deepStrictEqual(differences, [])
      assert.deepInclude(played, { clients: 2, differences: 0 })
      assert.isBelow(played.behind, 1_000)
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("is ended by a full disk, which the hub does not mind", () =>
    Effect.gen(function*() {
      yield* (yield* JournalsMemory.Journaled).room(1_000)
      const observe = yield* Recorder.make(options("/session"))
      yield* startHub({ observe })
      const client = yield* register(yield* findHub(undefined))
      for (let i = 0; i < 50; i++) yield* client.declareMetadata(map({ n: String(i) }))
      assert.strictEqual((yield* client.getMetadata(client.selfId)).get("n"), "49")
      const text = yield* Effect.flatMap(JournalsMemory.Journaled, (journals) => journals.text("/session"))
      assert.strictEqual(text?.length, 1_000)
      assert.isUndefined(replay(readWell(text)).difference)
      assert.strictEqual((yield* Effect.flip(Recorder.make(options("/session")))).action, "write")
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("sees ejections and calls that were not taken, which stand-ins make up for", () =>
    Effect.gen(function*() {
      const observe = yield* Recorder.make(options("/session"))
      const hub = yield* startHub({ observe })
      const engine = yield* HubEngine.pipe(Effect.provide(hub.context))
      const caller = yield* callable([], false)
      const callee = yield* callable([], false)
      const network = yield* Network.Network
      const place = (yield* network.endpoints).at(-1) ?? ""
      yield* network.disturb(place, { health: "hung" })
      yield* caller.call(callee.selfId, "t1", message("a.b"))
      yield* TestClock.adjust("5 minutes")
      yield* engine.eject(callee.selfId, "out")
      yield* TestClock.adjust("1 seconds")
      const recording = yield* recorded("/session")
      assert.isUndefined(replay(recording).difference)
      yield* Effect.forkChild(Scope.close(hub.scope, Exit.void))
      yield* TestClock.adjust("1 seconds")

      yield* startHub()
      const { differences, unplayable } = yield* playAll(recording, 0)
      assert.deepStrictEqual(differences, [])
      assert.deepStrictEqual(unplayable.map(({ text }) => text), [
        "c2 did not take a call: its stand-in gave the hub's response",
        "c2 was ejected: its stand-in unregistered"
      ])
    }).pipe(Effect.scoped, Effect.provide(machine)))
})

describe("playing random histories into a hub of ours", () => {
  it.effect.each([1, 2, 3, 4, 6, 7])(
    "comes to the same, with seed %i",
    (seed) =>
      Effect.gen(function*() {
        const whole = config({ hubId: ClientId("hub"), run: "r" })
        const writer = new Writer()
        let state = start(whole, 0)
        let text = writer.header("hub", whole, "", 0)
        for (const input of tell(seed, 60, { pages: false }).inputs) {
          const turn = step(state, input)
          state = turn.state
          text += writer.step("now" in input ? input.now : 0, input, turn.outputs)
        }
        yield* startHub()
        const { differences } = yield* playAll(readWell(text), 0)
        assert.deepStrictEqual(differences, [])
      }).pipe(Effect.scoped, Effect.provide(machine))
  )
})
