/** What becomes of data that were sent: refusals, waits, and what is left when all is over. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { Downloads } from "../../../src/adapters/memory/Downloads.ts"
import { Files } from "../../../src/adapters/memory/Files.ts"
import { Failure, Warning } from "../../../src/apps/client/Handling.ts"
import { deliver, prepare, sendImage, type SendOptions, sendProduct } from "../../../src/apps/data/Sending.ts"
import { client, settle, startHub } from "../client/world.ts"
import {
  assertNothingLeft,
  farAway,
  loadVotable,
  machine,
  message,
  outcomes,
  receiver,
  sender,
  soon,
  votable,
  write
} from "./world.ts"

describe("who cannot read our files", () => {
  it.effect("is served them after it has refused, and only it", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const near = yield* receiver("near", [loadVotable])
      const far = yield* receiver("far", [loadVotable], farAway)
      yield* write("/x.vot", votable)
      const sent = yield* soon(sendProduct(ann, { file: "/x.vot" }))
      assert.deepStrictEqual(outcomes(sent), [`far ${loadVotable} ok`, `near ${loadVotable} ok`])
      assert.deepStrictEqual(near.loads.map(({ url }) => url), ["file:///x.vot"])
      assert.deepStrictEqual(far.loads.map(({ url }) => url.slice(0, 5)), ["file:", "http:"])
      assert.deepStrictEqual(sent.map(({ url }) => url.slice(0, 5)).sort(), ["file:", "http:"])
      assert.deepStrictEqual(far.loads[1]?.content, votable)
      yield* assertNothingLeft
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("is asked once more, not for ever, and its last answer stands", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const no = yield* receiver("no", [loadVotable], ({ url }) => Effect.fail(new Failure({ text: url })))
      yield* write("/x.vot", votable)
      const [sent] = yield* soon(sendProduct(ann, { file: "/x.vot" }))
      assert.deepStrictEqual(no.loads.map(({ url }) => url.slice(0, 5)), ["file:", "http:"])
      assert.isTrue(sent !== undefined && Result.isFailure(sent.answer))
      if (sent !== undefined && Result.isFailure(sent.answer)) {
        assert.strictEqual(sent.answer.failure.message, sent.url)
        assert.match(sent.url, /^http:/u)
      }
      yield* write("/a#1.vot", votable)
      yield* soon(sendProduct(ann, { file: "/a#1.vot" }))
      yield* soon(sendProduct(ann, { bytes: votable }))
      yield* soon(sendProduct(ann, { file: "/x.vot" }, { serve: "http" }))
      yield* soon(sendProduct(ann, { file: "/x.vot" }, { serve: "file" }))
      assert.strictEqual(no.loads.length, 6, "once, where there is no other way")
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("is not who warns, nor who is gone or silent", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const warns = yield* receiver("warns", [loadVotable], () => Effect.fail(new Warning({ text: "odd" })))
      const hangs = yield* receiver("hangs", [loadVotable], () => Effect.never)
      const hub = yield* receiver(
        "hub-like",
        [loadVotable],
        () => Effect.fail(new Failure({ text: "gone", code: "hub.gone" }))
      )
      yield* write("/x.vot", votable)
      const sending = yield* Effect.forkChild(sendProduct(ann, { file: "/x.vot" }, { timeoutSeconds: 5 }), {
        startImmediately: true
      })
      yield* TestClock.adjust("6 seconds")
      assert.deepStrictEqual(outcomes(yield* Fiber.join(sending)), [
        `hangs ${loadVotable} NoResponse`,
        `hub-like ${loadVotable} ErrorResponse`,
        `warns ${loadVotable} ok`
      ])
      assert.deepStrictEqual([warns, hangs, hub].map(({ loads }) => loads.length), [1, 1, 1])
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("keeps its refusal if the file has gone meanwhile, and others lose nothing by it", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      yield* receiver("near", [loadVotable], () => Effect.asVoid(Effect.sleep("1 second")))
      const { remove } = yield* Files
      yield* receiver(
        "far",
        [loadVotable],
        () => Effect.andThen(remove("/x.vot"), Effect.fail(new Failure({ text: "no such file" })))
      )
      yield* write("/x.vot", votable)
      const sending = yield* Effect.forkChild(sendProduct(ann, { file: "/x.vot" }), {
        startImmediately: true
      })
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(outcomes(yield* Fiber.join(sending)), [
        `far ${loadVotable} ErrorResponse`,
        `near ${loadVotable} ok`
      ])
    }).pipe(Effect.scoped, Effect.provide(machine)))
})

describe("how long data are there", () => {
  it.effect("until the last receiver has answered, while results come as they come", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      yield* receiver("slow", [loadVotable], () => Effect.asVoid(Effect.sleep("10 seconds")))
      yield* receiver("fast", [loadVotable])
      const urls = Downloads.use((downloads) => downloads.urls)
      const came: Array<string> = []
      const prepared = yield* soon(prepare(ann, { bytes: votable }))
      const sending = yield* Effect.forkChild(
        Stream.runForEach(
          deliver(ann, prepared),
          (sent) => Effect.sync(() => void came.push(...outcomes([sent])))
        ),
        { startImmediately: true }
      )
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(came, [`fast ${loadVotable} ok`])
      assert.strictEqual((yield* urls).length, 1)
      yield* TestClock.adjust("6 seconds")
      yield* Fiber.join(sending)
      assert.strictEqual(came.length, 2)
      yield* assertNothingLeft
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("60 seconds for each, unless told otherwise, and 0 for ever", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      yield* receiver("never", [loadVotable], () => Effect.never)
      const start = (options: SendOptions) =>
        Effect.forkChild(sendProduct(ann, { bytes: votable }, options), { startImmediately: true })
      const byDefault = yield* start({})
      const short = yield* start({ timeoutSeconds: 10 })
      const forever = yield* start({ timeoutSeconds: 0, serve: "file" })
      yield* TestClock.adjust("59 seconds")
      assert.deepStrictEqual(outcomes(yield* Fiber.join(short)), [`never ${loadVotable} NoResponse`])
      assert.isUndefined(byDefault.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(outcomes(yield* Fiber.join(byDefault)), [`never ${loadVotable} NoResponse`])
      yield* TestClock.adjust("10 minutes")
      assert.isUndefined(forever.pollUnsafe())
      yield* Fiber.interrupt(forever)
      yield* assertNothingLeft
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("no longer than the sending, if it is interrupted or its results are not all taken", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      yield* receiver("fast", [loadVotable])
      yield* receiver("never", [loadVotable], () => Effect.never)
      const urls = Downloads.use((downloads) => downloads.urls)
      const sending = yield* Effect.forkChild(sendProduct(ann, { bytes: votable }), {
        startImmediately: true
      })
      yield* settle
      assert.strictEqual((yield* urls).length, 1)
      yield* Fiber.interrupt(sending)
      yield* assertNothingLeft
      const prepared = yield* soon(prepare(ann, { bytes: votable }))
      assert.deepStrictEqual(yield* urls, [], "looking serves nothing")
      const first = yield* soon(Stream.runCollect(Stream.take(deliver(ann, prepared), 1)))
      assert.deepStrictEqual(outcomes(first), [`fast ${loadVotable} ok`])
      yield* assertNothingLeft
    }).pipe(Effect.scoped, Effect.provide(machine)))

  it.effect("SHUT-05 not beyond the hub", () =>
    Effect.gen(function*() {
      const { scope } = yield* startHub()
      const ann = yield* client({ name: "ann", reconnect: false })
      yield* receiver("never", [loadVotable], () => Effect.never)
      const sending = yield* Effect.forkChild(sendProduct(ann, { bytes: votable }), {
        startImmediately: true
      })
      yield* settle
      yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* TestClock.adjust("5 seconds")
      const [sent] = yield* Fiber.join(sending)
      assert.isTrue(sent !== undefined && Result.isFailure(sent.answer))
      yield* assertNothingLeft
    }).pipe(Effect.scoped, Effect.provide(machine)))
})

describe("what cannot be read", () => {
  it.effect("is told before anybody is asked to load it", () =>
    Effect.gen(function*() {
      const ann = yield* sender
      const one = yield* receiver("one", [loadVotable, "image.load.fits"])
      assert.strictEqual(
        yield* message(sendProduct(ann, { file: "/no.vot" })),
        "cannot read /no.vot: there is no such file"
      )
      assert.strictEqual(
        yield* message(sendImage(ann, { file: "/no.fits" })),
        "cannot read /no.fits: there is no such file"
      )
      assert.match(yield* message(sendProduct(ann, { url: "http://x/no" })), /404/u)
      assert.match(yield* message(sendProduct(ann, { bytes: new Uint8Array() })), /empty/u)
      const prepared = yield* prepare(ann, { bytes: votable }).pipe(soon)
      const gone = { ...prepared, place: { _tag: "File" as const, path: "/gone.vot" } }
      assert.match(
        yield* message(Stream.runCollect(deliver(ann, gone, { serve: "http" }))),
        /^cannot serve \/gone\.vot: /u
      )
      assert.strictEqual(one.loads.length, 0)
      yield* assertNothingLeft
    }).pipe(Effect.scoped, Effect.provide(machine)))
})
