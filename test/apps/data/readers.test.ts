/** Data are served as long as those who load them need. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as DesktopMemory from "../../../src/adapters/memory/Desktop.ts"
import { Downloads, layer as downloads } from "../../../src/adapters/memory/Downloads.ts"
import { layer as files } from "../../../src/adapters/memory/Files.ts"
import { layer as web } from "../../../src/adapters/memory/Web.ts"
import { later } from "../../../src/apps/client/Handling.ts"
import * as Readers from "../../../src/apps/data/Readers.ts"
import { NobodySubscribed } from "../../../src/apps/data/Recipients.ts"
import { sendTable } from "../../../src/apps/data/Sending.ts"
import { make } from "../../../src/domain/content/Product.ts"
import { map } from "../../../src/domain/SampValue.ts"
import { WebReader } from "../../../src/ports/WebReader.ts"
import { client, machine, settle, startHub } from "../client/world.ts"

const noWeb = Layer.succeed(WebReader, WebReader.of({ piece: () => Effect.die("nobody reads the web here") }))
const data = Layer.provideMerge(downloads, Layer.mergeAll(files, DesktopMemory.keys, web))
const world = Effect.provide(Layer.mergeAll(machine, data, noWeb), { local: true })

const rows = [{ name: "Algol", ra: 47.04 }]

/** What becomes of a table of which a receiver reads when it likes. */
const sent = (read: "before it answers" | "after it answers" | "never") =>
  Effect.gen(function*() {
    yield* startHub()
    const { read: fetch } = yield* Downloads
    const receiver = yield* client({ name: "receiver" })
    let fetched: string | undefined
    const take = (url: string) =>
      Effect.map(fetch(url), (found) => {
        fetched = found === undefined ? "gone" : new TextDecoder().decode(found.bytes)
      })
    yield* receiver.bind("table.load.votable", ({ msgId, params }) =>
      Effect.gen(function*() {
        const url = String(params.get("url"))
        if (read === "before it answers") yield* take(url)
        if (msgId !== undefined) {
          yield* receiver.reply(msgId, map({ "samp.status": "samp.ok", "samp.result": map({}) }))
        }
        if (read === "after it answers") yield* Effect.andThen(Effect.sleep(Readers.lateMs - 500), take(url))
        return later
      }))
    const sender = yield* client({ name: "sender" })
    const sending = yield* Effect.forkScoped(sendTable(sender, rows), { startImmediately: true })
    const isOver = Effect.sync(() => sending.pollUnsafe() !== undefined)
    yield* settle
    const atOnce = yield* isOver
    yield* TestClock.adjust(Readers.lateMs)
    const [first] = yield* Fiber.join(sending)
    return { atOnce, status: first?.answer._tag, fetched }
  })

describe("WIRE-67: served data", () => {
  it.effect("are gone as soon as who has read them has answered", () =>
    Effect.gen(function*() {
      const { atOnce, fetched, status } = yield* sent("before it answers")
      assert.strictEqual(status, "Success")
      assert.isTrue(atOnce)
      assert.include(fetched, "Algol")
    }).pipe(Effect.scoped, world))

  it.effect("wait for who answers first and reads then, as DS9 does", () =>
    Effect.gen(function*() {
      const { atOnce, fetched, status } = yield* sent("after it answers")
      assert.strictEqual(status, "Success")
      assert.isFalse(atOnce)
      assert.include(fetched, "Algol")
    }).pipe(Effect.scoped, world))

  it.effect("do not wait for long for who never reads", () =>
    Effect.gen(function*() {
      const { atOnce, fetched, status } = yield* sent("never")
      assert.strictEqual(status, "Success")
      assert.isFalse(atOnce)
      assert.isUndefined(fetched)
    }).pipe(Effect.scoped, world))
})

describe("MTY-43: nobody", () => {
  const product = make("spectrum", { alternatives: ["fits-table"] })

  it("is said to refuse only what was looked for", () => {
    const { message } = new NobodySubscribed({ product, asked: [] })
    assert.match(
      message,
      /^Nobody is subscribed to spectrum\.load\.ssa-generic, .*; name a client .*table\.load\.fits$/u
    )
    assert.match(
      new NobodySubscribed({ product, asked: ["ds9 (c1)"] }).message,
      /^ds9 \(c1\) is not subscribed to spectrum\.load\.ssa-generic, table\.load\.fits, /u
    )
  })
})

describe("readers", () => {
  it.effect("a download that has begun is waited for to its end", () =>
    Effect.gen(function*() {
      const readers = Readers.make()
      const progress = { sent: 1, total: 2, size: 2 }
      readers.onDownload({ number: 1, state: "Running", ...progress })
      const waiting = yield* Effect.forkScoped(readers.haveRead(1), { startImmediately: true })
      yield* TestClock.adjust("1 hour")
      assert.isUndefined(waiting.pollUnsafe())
      readers.onDownload({ number: 1, state: "Broken", ...progress })
      yield* Fiber.join(waiting)
    }).pipe(Effect.scoped))
})
